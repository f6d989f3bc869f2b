"""Every address of the service, as Django resolves it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from audit.traces import Trace, trace_of


@dataclass(frozen=True)
class Route:
    """One address: its name with its namespace, and the view behind it."""

    name: str
    view: Callable[..., Any]

    @property
    def trace(self) -> Trace | None:
        """What the view says of itself."""
        return trace_of(self.view)


@cache
def routes() -> tuple[Route, ...]:
    """All of them."""
    return tuple(_walk(get_resolver().url_patterns, ()))


def _walk(patterns: Any, spaces: tuple[str, ...]) -> Iterator[Route]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, (*spaces, each.namespace) if each.namespace else spaces)
        elif isinstance(each, URLPattern):
            yield Route(":".join((*spaces, each.name or str(each.pattern))), each.callback)
