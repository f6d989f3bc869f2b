"""Which day counts: ends of school years, leap days, the clocks going forward and back, and how far back it goes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aup.rules.stages import school_year_start
from packs import loader
from packs.schema import Escalation, Framework, LookBack
from sanctions.rules.facts import in_order
from sanctions.rules.looking_back import counted, look_back_from
from sanctions.rules.proposing import propose
from sanctions.rules.words import day_in_words, entries_in_words, look_back_in_words
from tests.policy.building import DAY, decision, facts, warning

PHONE = "unauthorised_email_phone"
LONDON = ZoneInfo("Europe/London")


def escalation(look_back: LookBack, days: int | None = None) -> Escalation:
    return replace(loader.get("camden_2021", 1).framework.escalation, look_back=look_back, look_back_days=days)


@pytest.mark.parametrize(
    ("happened_on", "first_day"),
    [
        (date(2026, 8, 31), date(2025, 9, 1)),
        (date(2026, 9, 1), date(2026, 9, 1)),
        (date(2026, 9, 2), date(2026, 9, 1)),
        (date(2026, 12, 31), date(2026, 9, 1)),
        (date(2027, 1, 1), date(2026, 9, 1)),
        (date(2027, 7, 21), date(2026, 9, 1)),
        (date(2028, 2, 29), date(2027, 9, 1)),
        (date(2028, 3, 1), date(2027, 9, 1)),
    ],
    ids=str,
)
def test_the_school_year_in_which_it_happened(happened_on: date, first_day: date) -> None:
    began = school_year_start(happened_on)
    assert look_back_from(escalation("school_year"), happened_on=happened_on, year_began_on=began) == first_day


@pytest.mark.parametrize(
    ("days", "happened_on", "first_day"),
    [
        (1, date(2026, 11, 10), date(2026, 11, 9)),
        (30, date(2026, 11, 10), date(2026, 10, 11)),
        (365, date(2026, 11, 10), date(2025, 11, 10)),
        (1, date(2028, 3, 1), date(2028, 2, 29)),
        (1, date(2027, 3, 1), date(2027, 2, 28)),
        (365, date(2029, 2, 28), date(2028, 2, 29)),
        (366, date(2028, 2, 29), date(2027, 2, 28)),
        (60, date(2026, 4, 20), date(2026, 2, 19)),
    ],
    ids=str,
)
def test_a_number_of_days(days: int, happened_on: date, first_day: date) -> None:
    found = look_back_from(
        escalation("days", days), happened_on=happened_on, year_began_on=school_year_start(happened_on)
    )
    assert found == first_day
    inside = warning("w1", first_day, PHONE)
    outside = warning("w2", first_day - timedelta(days=1), PHONE)
    known = facts("pupil", PHONE, inside, outside, happened_on=happened_on, look_back_from=found)
    assert counted(known).inside == (inside,)
    assert counted(known).expired == (outside,)


def test_the_whole_time_has_no_first_day() -> None:
    rules = escalation("whole_time", 30)
    assert look_back_from(rules, happened_on=DAY, year_began_on=date(2026, 9, 1)) is None
    old = warning("w1", date(2015, 9, 1), PHONE)
    assert counted(facts("pupil", PHONE, old, look_back_from=None)).inside == (old,)


def test_a_number_of_days_that_nobody_gave_is_the_school_year() -> None:
    for days in (None, 0):
        found = look_back_from(escalation("days", days), happened_on=DAY, year_began_on=date(2026, 9, 1))
        assert found == date(2026, 9, 1)


def test_days_are_not_looked_at_where_the_school_year_counts() -> None:
    found = look_back_from(escalation("school_year", 30), happened_on=DAY, year_began_on=date(2026, 9, 1))
    assert found == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("given_on", "grade"),
    [
        (date(2026, 7, 21), "A"),
        (date(2026, 8, 31), "A"),
        (date(2026, 9, 1), "B"),
        (date(2026, 10, 25), "B"),
        (date(2027, 2, 28), "B"),
        (date(2027, 3, 28), "B"),
        (date(2027, 8, 30), "B"),
        (date(2027, 8, 31), "A"),
    ],
    ids=str,
)
def test_across_the_year_up_to_its_last_day(framework: Framework, given_on: date, grade: str) -> None:
    last_day = date(2027, 8, 31)
    known = facts(
        "pupil",
        PHONE,
        warning("w1", given_on, PHONE),
        happened_on=last_day,
        look_back_from=school_year_start(last_day),
    )
    assert propose(known, framework).grade == grade


def test_a_new_year_begins_clean(framework: Framework) -> None:
    """What was done on 31 August rests on the warning of July; a day later it does not."""
    july = warning("w1", date(2026, 7, 21), PHONE)
    found = [
        propose(facts("pupil", PHONE, july, happened_on=day, look_back_from=school_year_start(day)), framework).grade
        for day in (date(2026, 8, 31), date(2026, 9, 1))
    ]
    assert found == ["B", "A"]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # The clocks go back on 25 October 2026 and forward on 28 March 2027.
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 26, 0, 0, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2027, 3, 27, 23, 59, tzinfo=UTC), date(2027, 3, 27)),
        (datetime(2027, 3, 28, 22, 59, tzinfo=UTC), date(2027, 3, 28)),
        (datetime(2027, 3, 28, 23, 0, tzinfo=UTC), date(2027, 3, 29)),
        (datetime(2026, 8, 31, 23, 0, tzinfo=UTC), date(2026, 9, 1)),
    ],
    ids=str,
)
def test_days_are_the_school_s_own_when_the_clocks_change(framework: Framework, moment: datetime, day: date) -> None:
    """A warning counts from the day after its own, however many hours that day has."""
    given_on = moment.astimezone(LONDON).date()
    assert given_on == day
    for later, grade in ((0, "A"), (1, "B"), (2, "B")):
        happened_on = day + timedelta(days=later)
        known = facts(
            "pupil",
            PHONE,
            warning("w1", given_on, PHONE),
            happened_on=happened_on,
            look_back_from=school_year_start(happened_on),
        )
        assert propose(known, framework).grade == grade


def test_what_is_before_the_look_back_and_after_the_day_is_expired() -> None:
    """A look-back that begins after the day, which nobody should hand in, still puts each entry in one place."""
    entry = warning("w1", date(2026, 11, 12), PHONE)
    record = counted(facts("pupil", PHONE, entry, look_back_from=date(2026, 12, 1)))
    assert (record.inside, record.expired, record.same_day_or_later) == ((), (entry,), ())


def test_the_record_is_oldest_first() -> None:
    entries = [
        decision("d9", date(2026, 9, 3), "C", "advertising", reference="2026-0003"),
        warning("w1", date(2026, 9, 3), PHONE, reference="2026-0002"),
        decision("d1", date(2026, 9, 2), "A", PHONE, reference="2026-0009"),
        warning("w0", date(2026, 10, 1), PHONE, reference="2026-0001"),
    ]
    known = facts("pupil", PHONE, *entries)
    assert [each.id for each in known.record] == ["d1", "w1", "d9", "w0"]
    assert [each.id for each in counted(known).inside] == ["d1", "w1", "d9", "w0"]
    late = [replace(each, given_on=each.given_on + timedelta(days=200)) for each in entries]
    assert [each.id for each in counted(facts("pupil", PHONE, *late)).same_day_or_later] == ["d1", "w1", "d9", "w0"]
    early = [replace(each, given_on=each.given_on - timedelta(days=200)) for each in entries]
    assert [each.id for each in counted(facts("pupil", PHONE, *early)).expired] == ["d1", "w1", "d9", "w0"]


def test_entries_that_are_nearly_the_same_have_one_order() -> None:
    plain = decision("d1", DAY, "B", "a", reference="2026-0001")
    others = [
        replace(plain, reference="2026-0002"),
        replace(plain, id="d2"),
        replace(plain, kind="warning"),
        replace(plain, grade="C"),
        replace(plain, grade=None),
        replace(plain, breaches=("b",)),
    ]
    expected = [others[4], plain, others[5], others[3], others[2], others[1], others[0]]
    assert list(in_order([plain, *others])) == expected
    assert list(in_order([*reversed(others), plain])) == expected


MONTHS = [
    "1 January 2027",
    "1 February 2027",
    "1 March 2027",
    "1 April 2027",
    "1 May 2027",
    "1 June 2027",
    "1 July 2027",
    "1 August 2027",
    "1 September 2027",
    "1 October 2027",
    "1 November 2027",
    "1 December 2027",
]


def test_days_in_words() -> None:
    assert [day_in_words(date(2027, month, 1)) for month in range(1, 13)] == MONTHS
    assert day_in_words(date(2028, 2, 29)) == "29 February 2028"
    assert look_back_in_words(date(2026, 9, 1)) == "the look-back began on 1 September 2026"
    assert look_back_in_words(None) == "the whole time at the school counts"


def test_entries_in_words() -> None:
    june = decision("d1", date(2026, 6, 3), "C", "advertising", reference="2026-0012")
    july = warning("w1", date(2026, 7, 1), PHONE, reference="2026-0014")
    may = warning("w2", date(2026, 5, 1), PHONE, reference="2026-0002")
    first = "the decision of 3 June 2026 (2026-0012, category C)"
    assert entries_in_words([june]) == first
    assert entries_in_words([july, june]) == f"{first} and the warning of 1 July 2026 (2026-0014)"
    assert entries_in_words([july, june, may]) == (
        f"the warning of 1 May 2026 (2026-0002), {first} and the warning of 1 July 2026 (2026-0014)"
    )
