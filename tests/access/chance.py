"""Chance and time, held still: the same request asked twice gives the same bytes, whatever it draws or stamps."""

import hashlib
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType
from unittest.mock import patch

# A Friday morning in term, in the week in which the stories of the tests happen.
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
# How much of the way to a place tells it from others.
FRAMES = 12


class Stream:
    """Bytes that look random and follow from a label, and from the place in the code that draws them.

    By place, so that what is drawn once in the life of a process (a statement is prepared, a cache is filled) does not
    shift what is drawn after it.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.drawn: Counter[str] = Counter()

    def __call__(self, size: int) -> bytes:
        place = "<".join(_callers(sys._getframe(1)))
        self.drawn[place] += 1
        return hashlib.shake_256(f"{self.label}|{place}|{self.drawn[place]}".encode()).digest(size)


def _callers(frame: FrameType | None) -> Iterator[str]:
    for _ in range(FRAMES):
        if frame is None:
            return
        yield frame.f_code.co_name
        frame = frame.f_back


@contextmanager
def chance_of(label: str) -> Iterator[None]:
    """Everything that is drawn inside follows from the label: uuid4, secrets, the masks of CSRF tokens, Fernet."""
    stream = Stream(label)
    with patch.object(os, "urandom", stream), patch.object(random, "_urandom", stream):
        yield
