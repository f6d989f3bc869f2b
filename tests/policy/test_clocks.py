"""By when what must follow is due, and which clock runs. Duties R2, R3, S1 (CC 5.1.3, CC 5.1.4, CM 5). Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from packs.schema import GRADES, Framework, Obligation
from sanctions.rules.clocks import GRAVE, OPEN, REPORT, ROUTINE, due_at, grade_for_clock, is_grave

LONDON = ZoneInfo("Europe/London")
PLAIN = Obligation("talk", "Talk it through", ("S1",))
# An ordinary afternoon, the days on which the clocks go back and forward, the last minute before they do, a leap day.
MOMENTS = [
    datetime(2026, 11, 10, 15, 30, tzinfo=LONDON),
    datetime(2026, 10, 24, 15, 30, tzinfo=LONDON),
    datetime(2026, 10, 25, 0, 30, tzinfo=LONDON),
    datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1),
    datetime(2027, 3, 27, 15, 30, tzinfo=LONDON),
    datetime(2027, 3, 28, 0, 59, tzinfo=LONDON),
    datetime(2028, 2, 29, 23, 59, tzinfo=LONDON),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_twenty_four_hours_are_twenty_four_hours(moment: datetime) -> None:
    report = Obligation(REPORT, "Report", ("R3",), within_hours=24, at_once=True)
    assert due_at(report, moment).astimezone(UTC) - moment.astimezone(UTC) == timedelta(hours=24)
    one = Obligation(REPORT, "Report", ("R3",), within_hours=1)
    assert due_at(one, moment).astimezone(UTC) - moment.astimezone(UTC) == timedelta(hours=1)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_what_is_due_at_once_is_due_by_the_end_of_that_day(moment: datetime) -> None:
    due = due_at(Obligation("tell_head", "Told", ("S2",), at_once=True), moment)
    assert (due.date(), due.hour, due.minute, due.second) == (moment.date(), 23, 59, 59)
    assert due.tzinfo is moment.tzinfo
    assert moment < due <= moment + timedelta(days=1)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_for_the_rest_there_is_a_week(moment: datetime) -> None:
    assert due_at(PLAIN, moment).astimezone(UTC) - moment.astimezone(UTC) == timedelta(days=7) == ROUTINE


def test_the_report_of_the_policy_is_the_one_with_the_short_clock(framework: Framework) -> None:
    timed = {each.code for row in framework.pupil for each in row.obligations if each.within_hours}
    assert timed == {REPORT}
    assert REPORT == "report_la"


def test_what_is_grave() -> None:
    """Pupils C and D (R3); of staff what is gross misconduct, and whatever the school lists above it."""
    said = {audience: "".join(grade for grade in GRADES if is_grave([(audience, grade)])) for audience in GRAVE}
    assert said == {"pupil": "CD", "staff": "BCD"}


@pytest.mark.parametrize(
    ("graded", "expected"),
    [
        ([], True),
        ([("pupil", None)], False),
        ([("pupil", OPEN)], True),
        ([("staff", OPEN)], True),
        ([("staff", None)], False),
        ([("pupil", "B"), ("staff", "A")], False),
        ([("pupil", "B"), ("staff", "B")], True),
        ([("pupil", "A"), ("pupil", "D"), ("pupil", None)], True),
        ([("pupil", "A"), ("pupil", OPEN)], True),
        ([("pupil", None), ("pupil", None)], False),
    ],
    ids=str,
)
def test_one_grave_case_is_enough_and_nobody_graded_too(graded: Any, expected: bool) -> None:
    assert is_grave(graded) is expected
    assert is_grave(iter(graded)) is expected
    assert is_grave(reversed(graded)) is expected


@pytest.mark.parametrize(
    ("outcome", "proposed", "decided", "is_decided", "is_confirmed", "expected"),
    [
        ("graded", "C", None, False, False, "C"),
        ("graded", "B", None, False, True, "B"),
        ("unanswered", None, None, False, False, OPEN),
        ("unanswered", None, None, False, True, OPEN),
        ("nothing", None, None, False, False, OPEN),
        ("nothing", None, None, False, True, None),
        ("graded", "D", "B", True, True, "B"),
        ("graded", "B", "D", True, True, "D"),
        ("graded", "C", None, True, True, None),
        ("nothing", None, None, True, False, None),
        ("unanswered", None, "A", True, False, "A"),
    ],
)
def test_what_one_case_says_to_the_clock(
    outcome: Any, proposed: Any, decided: Any, is_decided: bool, is_confirmed: bool, expected: str | None
) -> None:
    """What is decided speaks; before that what is proposed, and what nobody has looked at is open."""
    found = grade_for_clock(
        outcome=outcome, proposed=proposed, decided=decided, is_decided=is_decided, is_confirmed=is_confirmed
    )
    assert found == expected
