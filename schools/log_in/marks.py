"""What a session says of its log-in. Only our own log-in writes it; a session without it is no log-in."""

from typing import Final

from django.contrib.sessions.backends.base import SessionBase

from schools.log_in import rules

BEGAN: Final = "began_at"
SEEN: Final = "seen_at"
PROVED: Final = "proved_at"
IDLE: Final = "idle_seconds"
SECOND_STEP: Final = "second_step"
PASSWORD_LOOKED_AT: Final = "password_looked_at"  # noqa: S105


def begin(session: SessionBase, *, now: float, second_step: str) -> None:
    """A log-in has succeeded; ``second_step`` is its kind, empty where there was none."""
    session[BEGAN] = session[SEEN] = session[PROVED] = now
    # The shorter one, until the first page knows who it is.
    session[IDLE] = rules.IDLE_SECONDS_OF_PUPILS
    session[SECOND_STEP] = second_step


def why_ended(session: SessionBase, *, now: float) -> str:
    """See ``rules.why_ended``."""
    return rules.why_ended(began_at=session.get(BEGAN), seen_at=session.get(SEEN), idle=session.get(IDLE), now=now)


def see(session: SessionBase, *, now: float) -> bool:
    """Somebody is there. True when that had to be written down."""
    if now - session.get(SEEN, 0.0) < rules.SEEN_EVERY_SECONDS:
        return False
    session[SEEN] = now
    return True


def last_for(session: SessionBase, seconds: int) -> None:
    """How long this session lasts while nobody uses it."""
    if session.get(IDLE) != seconds:
        session[IDLE] = seconds


def prove(session: SessionBase, *, now: float, second_step: str = "") -> None:
    """Whoever is there has shown again who it is."""
    session[PROVED] = session[SEEN] = now
    if second_step:
        session[SECOND_STEP] = second_step


def is_fresh(session: SessionBase, *, now: float) -> bool:
    """Whether whoever is there has shown so in the last five minutes."""
    return bool(0 <= now - session.get(PROVED, 0.0) < rules.FRESH_SECONDS)


def second_step(session: SessionBase) -> str:
    """The kind of the second step that this session has passed, or empty."""
    return str(session.get(SECOND_STEP, ""))
