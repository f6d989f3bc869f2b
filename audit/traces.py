"""What every view says of itself: which trace it leaves, or why it leaves none. A house test finds a silent one.

``@traced("incident.opened")`` is held to its word: an answer without exactly one such entry in the trail is not given.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase

READING = frozenset({"GET", "HEAD"})
HANDING_OUT = frozenset({"POST"})
EITHER_WAY = READING | HANDING_OUT
View = TypeVar("View", bound=Callable[..., HttpResponseBase])
_seen: ContextVar[list[str] | None] = ContextVar("audit_seen", default=None)


class NoTrace(RuntimeError):
    """A page was to be shown that had left no trace, or more than one: an error of ours, and nothing is shown."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} entries in the trail where there must be one")


@dataclass(frozen=True, slots=True)
class Trace:
    """What a view said of itself. Where it shows what leaves no trace, ``why`` says what that is."""

    reads: tuple[str, ...] = ()
    methods: frozenset[str] = READING
    writes: tuple[str, ...] = ()
    why: str = ""


def traced(*reads: str, by: frozenset[str] = READING, writes: tuple[str, ...] = ()) -> Callable[[View], View]:
    """The view shows or hands out what is sensitive: each 200 it answers leaves one entry with one of these actions.

    ``by`` are the methods this holds for: READING, or HANDING_OUT for what is asked for by POST, such as an export or
    a search, or EITHER_WAY. ``writes`` are the actions of what a POST changes; the services that change it put it on
    record. Raises NoTrace, so that the answer is a 500.
    """
    return lambda view: _declared(view, Trace(reads, by, writes))


def untraced(why: str, *, writes: tuple[str, ...] = ()) -> Callable[[View], View]:
    """The view shows nothing of anybody; ``why`` says what it shows instead. Also for views of other packages."""
    return lambda view: _declared(view, Trace(writes=writes, why=why))


def _declared(view: View, trace: Trace) -> View:
    @wraps(view)
    def watched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not trace.reads or request.method not in trace.methods:
            return view(request, *args, **kwargs)
        with watching() as seen:
            response = view(request, *args, **kwargs)
        count = sum(1 for action in seen if action in trace.reads)
        if response.status_code == 200 and count != 1:
            raise NoTrace(count)
        return response

    watched.trace = trace  # type: ignore[attr-defined]
    return watched  # type: ignore[return-value]


def trace_of(view: Callable[..., Any]) -> Trace | None:
    """What a view said of itself, through whatever other decorators."""
    found = getattr(view, "trace", None)
    return found if isinstance(found, Trace) else None


@contextmanager
def watching() -> Iterator[list[str]]:
    """The actions that are recorded meanwhile, in order."""
    seen: list[str] = []
    before = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(before)


def note(action: str) -> None:
    """Tell whoever watches that this was recorded."""
    seen = _seen.get()
    if seen is not None:
        seen.append(action)
