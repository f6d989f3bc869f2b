"""Past cases asked again under another framework. Duties S1, S3, S4. Pure."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packs.schema import AUDIENCES, GRADES
from sanctions.rules import editing
from sanctions.rules.dry_running import UNLISTED, Asking, looking_back, outcome_of, year_of
from sanctions.rules.facts import Earlier, Facts
from tests.sanctions.framework_parts import POLICY

# --- past cases asked again ------------------------------------------------------------------------------------------

EARLIER = st.builds(
    Earlier,
    given_on=st.dates(date(2026, 1, 1), date(2026, 11, 30)),
    id=st.uuids().map(str),
    kind=st.sampled_from(["warning", "decision"]),
    grade=st.sampled_from([*GRADES, None]),
    breaches=st.sampled_from(
        [("online_bullying",), ("non_educational_site",), ("extreme_bullying", "file_sharing"), ("password_sharing",)]
    ),
    reference=st.just("2026-0001"),
)
CODES = {
    audience: sorted({each.code for row in POLICY.categories(audience) for each in row.breaches} | {"own_9"})
    for audience in AUDIENCES
}


@st.composite
def facts(draw: Any) -> Facts:
    audience = draw(st.sampled_from(AUDIENCES))
    flag = st.booleans()
    return Facts(
        audience=audience,
        happened_on=draw(st.dates(date(2026, 9, 1), date(2026, 12, 18))),
        breaches=draw(st.frozensets(st.sampled_from(CODES[audience]), max_size=3)),
        look_back_from=draw(st.none() | st.just(date(2026, 9, 1))),
        is_deliberate=draw(flag),
        is_accidental=draw(flag),
        told_staff_promptly=draw(st.none() | flag),
        is_extreme=draw(flag),
        is_illegal_material=draw(flag),
        was_distributed=draw(flag),
        earlier=draw(st.frozensets(EARLIER, max_size=3)),
        needs=draw(st.frozensets(st.just("sen"))),
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(facts(), min_size=1, max_size=8))
def test_what_is_remembered_is_what_would_be_worked_out(cases: list[Facts]) -> None:
    asking = Asking(POLICY)
    assert [asking.comes_to(each) for each in cases * 2] == [outcome_of(each, POLICY) for each in cases * 2]


def test_a_breach_that_is_not_listed_any_more_is_said_and_no_error() -> None:
    case = Facts("pupil", date(2026, 11, 3), frozenset({"own_9"}))
    assert Asking(POLICY).comes_to(case) == UNLISTED


@pytest.mark.parametrize(
    ("day", "start"),
    [
        (date(2026, 8, 31), date(2025, 9, 1)),
        (date(2026, 9, 1), date(2026, 9, 1)),
        (date(2028, 2, 29), date(2027, 9, 1)),
    ],
)
def test_the_school_year_of_a_day(day: date, start: date) -> None:
    assert year_of(day) == start


def test_another_look_back_is_worked_out_and_the_same_is_kept() -> None:
    own = POLICY.escalation
    case = Facts("pupil", date(2026, 11, 3), look_back_from=date(2026, 9, 3))
    days = editing.with_look_back(POLICY, "days", 30).escalation
    whole = editing.with_look_back(POLICY, "whole_time", None).escalation
    assert looking_back(case, own, own) == case
    assert looking_back(case, own, days).look_back_from == date(2026, 10, 4)
    assert looking_back(case, days, own).look_back_from == date(2026, 9, 1)
    assert looking_back(case, own, whole).look_back_from is None
