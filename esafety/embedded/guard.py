"""What both embedded services share: the refusal without DEBUG, and one start or stop at a time."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import environ

START_SECONDS = 20


class EmbeddedNotAllowed(RuntimeError):
    """DEBUG is off: this is no demo and no test."""

    def __init__(self) -> None:
        super().__init__(
            "The embedded PostgreSQL and Redis are for the demo and the tests and start only with DEBUG=1. "
            "Set DATABASE_URL and REDIS_URL to real servers (see docs/deploy.md)."
        )


class EmbeddedFailed(RuntimeError):
    """An embedded service did not start; the message says which one, why, and where its log is."""


def refuse_unless_debug() -> None:
    """Raise EmbeddedNotAllowed unless the environment says DEBUG=1."""
    if not environ.Env().bool("DEBUG", default=False):
        raise EmbeddedNotAllowed


@contextmanager
def one_at_a_time(file: Path) -> Iterator[None]:
    """Hold the others back; the system lets go by itself should we die."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def wait_until(is_so: Callable[[], bool], failure: str) -> None:
    limit = time.monotonic() + START_SECONDS
    while not is_so():
        if time.monotonic() > limit:
            raise EmbeddedFailed(failure)
        time.sleep(0.02)
