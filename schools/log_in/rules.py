"""What a log-in asks of whom, and how long it lasts: from facts alone."""

from collections.abc import Collection
from datetime import datetime, timedelta

from schools.roles import Role

# Whoever is more than this to a school can come near a record.
WITHOUT_SECOND_STEP = frozenset({Role.PARENT, Role.PUPIL, Role.VISITOR})
IDLE_SECONDS = 10 * 60
# Pupils share their machines with each other all day long.
IDLE_SECONDS_OF_PUPILS = 5 * 60
LONGEST_SECONDS = 8 * 3600
FRESH_SECONDS = 5 * 60
# A session is written when this much has passed since it was last seen: it may end so much earlier, never later.
SEEN_EVERY_SECONDS = 30

GUESSES = 10
LOCKED_MINUTES = 30
RESET_MINUTES = 60
RESETS_AN_HOUR = 3
# A minute, so that a school, which is one address on the network, is never kept waiting for longer than that.
LINKS_A_MINUTE = 20
LINKS_A_MINUTE_IN_ALL = 200

SHORTEST_PASSWORD_AGE_DAYS = 30
LONGEST_PASSWORD_AGE_DAYS = 730


def needs_second_step(roles: Collection[Role], *, is_service_administrator: bool) -> bool:
    """Whether a password alone is not enough: staff, governors, posts, service administrators (T10). Pure."""
    return is_service_administrator or not WITHOUT_SECOND_STEP.issuperset(roles)


def idle_seconds(roles: Collection[Role]) -> int:
    """How long a session lasts that nobody uses (T22). Pure."""
    return IDLE_SECONDS_OF_PUPILS if set(roles) == {Role.PUPIL} else IDLE_SECONDS


def why_ended(*, began_at: object, seen_at: object, idle: object, now: float) -> str:
    """Why a session is over: ``idle``, ``long`` or ``foreign`` (not of our log-in); empty while it goes on. Pure."""
    if not (isinstance(began_at, float) and isinstance(seen_at, float) and isinstance(idle, int)):
        return "foreign"
    if not began_at <= now < began_at + LONGEST_SECONDS:
        return "long"
    return "" if now < seen_at + idle else "idle"


def is_due(changed_at: datetime, *, greatest_age_days: int | None, now: datetime) -> bool:
    """Whether a password is older than its school allows; None allows every age. Pure."""
    return greatest_age_days is not None and now >= changed_at + timedelta(days=greatest_age_days)
