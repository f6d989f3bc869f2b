"""What a log-in asks of whom, and how long it lasts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.log_in import rules
from schools.roles import Role

ROLES = st.frozensets(st.sampled_from(Role))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@given(ROLES, st.booleans())
def test_whoever_is_more_than_family_or_a_visitor_needs_a_second_step(
    roles: frozenset[Role], administers: bool
) -> None:
    harmless = {Role.PARENT, Role.PUPIL, Role.VISITOR}
    assert rules.needs_second_step(roles, is_service_administrator=administers) == (
        administers or bool(roles - harmless)
    )


@pytest.mark.parametrize("role", list(Role))
def test_each_role_by_itself(role: Role) -> None:
    """The parties of one role are few among all that could be drawn: each is asked."""
    harmless = {Role.PARENT, Role.PUPIL, Role.VISITOR}
    assert rules.needs_second_step({role}, is_service_administrator=False) == (role not in harmless)
    assert rules.idle_seconds({role}) == (300 if role is Role.PUPIL else 600)


def test_the_terms_are_those_that_are_promised() -> None:
    assert (rules.LONGEST_SECONDS, rules.FRESH_SECONDS, rules.SEEN_EVERY_SECONDS) == (28_800, 300, 30)
    assert (rules.GUESSES, rules.LOCKED_MINUTES) == (10, 30)
    assert (rules.RESET_MINUTES, rules.RESETS_AN_HOUR) == (60, 3)
    assert (rules.LINKS_A_MINUTE, rules.LINKS_A_MINUTE_IN_ALL) == (20, 200)
    assert (rules.SHORTEST_PASSWORD_AGE_DAYS, rules.LONGEST_PASSWORD_AGE_DAYS) == (30, 730)


@given(ROLES)
def test_five_minutes_for_pupils_alone(roles: frozenset[Role]) -> None:
    assert rules.idle_seconds(roles) == (300 if roles == {Role.PUPIL} else 600)


@pytest.mark.parametrize(
    ("began", "seen", "idle", "why"),
    [
        (0.0, 0.0, 600, ""),
        (-100.0, -599.0, 600, ""),
        (-700.0, -600.0, 600, "idle"),
        (-28_799.0, 0.0, 600, ""),
        (-28_800.0, 0.0, 600, "long"),
        (-30_000.0, 0.0, 600, "long"),
        (-1_000.0, -900.0, 600, "idle"),
        (5.0, 0.0, 600, "long"),
        (None, 0.0, 600, "foreign"),
        (0.0, None, 600, "foreign"),
        (0.0, 0.0, None, "foreign"),
        ("0", 0.0, 600, "foreign"),
    ],
)
def test_why_a_session_is_over(began: object, seen: object, idle: object, why: str) -> None:
    assert rules.why_ended(began_at=began, seen_at=seen, idle=idle, now=0.0) == why


@given(st.integers(0, 2000), st.none() | st.integers(30, 730))
def test_when_a_password_is_too_old(days: int, greatest: int | None) -> None:
    due = rules.is_due(NOON - timedelta(days=days), greatest_age_days=greatest, now=NOON)
    assert due == (greatest is not None and days >= greatest)
