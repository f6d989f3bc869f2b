"""What a decision finds: an accident never reads, or counts, as intent. Duties S4, R11, R12."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packs import loader
from packs.schema import GRADES, Breach, Framework, Grade
from sanctions.rules.departing import height
from sanctions.rules.facts import Facts
from sanctions.rules.found import breaches_found, is_denied, root_of
from sanctions.rules.letters import BY_ACCIDENT, NOT_TOLD, found_in_words
from sanctions.rules.proposing import propose
from tests.policy.building import YEAR_BEGAN, decision, facts
from tests.policy.test_properties import ENOUGH, all_facts, framework_strategy
from tests.policy.test_words import with_breach, with_rules

NEW = loader.get("camden_2021", 1).framework
SITE, FILMED, SHARED = "non_educational_site", "offensive_material", "file_sharing"
NOT_TOLD_OF: dict[str, Any] = {"is_accidental": True, "told_staff_promptly": False}
TOLD_OF: dict[str, Any] = {"is_accidental": True, "told_staff_promptly": True}


def found(breaches: str, grade: Grade | None, framework: Framework = NEW, **more: Any) -> str:
    return " ".join(breaches_found(facts("pupil", breaches, **more), framework, grade))


def test_where_nothing_is_found_no_breach_is() -> None:
    assert found(FILMED, None, is_deliberate=True) == ""
    assert found(FILMED, None, **TOLD_OF) == ""


@pytest.mark.parametrize("more", [{}, {"is_deliberate": True}, NOT_TOLD_OF | {"is_deliberate": True}], ids=str)
def test_what_was_no_accident_is_found_as_a_whole_and_sorted(more: dict[str, Any]) -> None:
    """Also where the head departs down: the breach is what it was."""
    assert found(f"{SITE} {FILMED} disrepute", "A", **more) == f"disrepute {SITE} {FILMED}"


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("A", SITE),
        ("B", f"{SHARED} {SITE}"),
        ("C", f"{SHARED} {SITE} {FILMED}"),
        ("D", f"disrepute {SHARED} {SITE} {FILMED}"),
    ],
)
@pytest.mark.parametrize("more", [NOT_TOLD_OF, TOLD_OF], ids=["not told", "told"])
def test_of_an_accident_nothing_graver_is_found_than_was_decided(
    grade: Grade, expected: str, more: dict[str, Any]
) -> None:
    assert found(f"{SITE} {FILMED} {SHARED} disrepute", grade, **more) == expected


def test_an_accident_that_no_rule_settles_is_found_as_a_whole() -> None:
    assert found(FILMED, "B", is_accidental=True) == FILMED
    assert found(FILMED, "B", with_rules(NEW), **NOT_TOLD_OF) == FILMED
    of_staff = facts("staff", "serious_misuse", **NOT_TOLD_OF)
    assert breaches_found(of_staff, NEW, "A") == ("serious_misuse",)


def test_an_accident_is_settled_by_rules_of_accidents_alone() -> None:
    """Not by a rule of another kind that holds, and not by one that needs nothing of the facts."""
    rules = [each for each in NEW.escalation.rules if each.needs.kind != "accident"]
    held = replace(rules[-2], needs=replace(rules[-2].needs, facts=("accidental",)))
    assert found(FILMED, "B", with_rules(NEW, *rules, held), **NOT_TOLD_OF) == FILMED


def test_what_the_facts_deny_is_not_found() -> None:
    both = f"accidental_offensive {SHARED}"
    assert found(both, "B", told_staff_promptly=True) == SHARED
    assert found(both, "B", told_staff_promptly=True, is_accidental=True) == SHARED
    assert found(both, "B", told_staff_promptly=False) == both
    assert found(both, "B") == both
    assert found(both, "B", told_staff_promptly=True, is_deliberate=True) == both


def test_what_repeats_an_accident_is_denied_with_it() -> None:
    again = Breach("own_1", "Comes across it again and again", "accidental_offensive", ("pupil_ks2.4",))
    school = with_breach(NEW, "pupil", "C", again)
    assert root_of(school, "pupil", "own_1").code == "accidental_offensive"
    told = facts("pupil", "own_1", decision("d1", YEAR_BEGAN, "C", "advertising"), told_staff_promptly=True)
    assert is_denied(school, told, "own_1")
    assert propose(told, school).grade is None
    # Listed where the policy moves what is repeated, it is not moved either.
    accident = next(each for each in NEW.pupil[1].breaches if each.code == "accidental_offensive")
    emptied = tuple(replace(each, breaches=tuple(b for b in each.breaches if b != accident)) for each in NEW.pupil)
    school = with_breach(replace(NEW, pupil=emptied), "pupil", "C", accident)
    told = replace(told, breaches=frozenset({"accidental_offensive"}))
    assert propose(told, school).grade is None
    assert propose(replace(told, told_staff_promptly=False), school).grade == "D"


def test_which_breaches_are_accidents(framework: Framework) -> None:
    listed = [each for row in (*framework.pupil, *framework.staff) for each in row.breaches]
    assert {each.code: each.nature for each in listed if each.nature is not None} == {
        "accidental_data_loss": "accidental",
        "accidental_offensive": "accidental",
    }


def test_an_accident_does_not_make_the_next_case_persistent() -> None:
    """Bullying that was put down as an accident, and decided as B, is no bullying decision."""
    first = facts("pupil", "online_bullying", **NOT_TOLD_OF)
    proposed = propose(first, NEW)
    assert proposed.grade == "B"
    kept = breaches_found(first, NEW, proposed.grade)
    assert kept == ()
    earlier = decision("d1", YEAR_BEGAN, proposed.grade, *kept)
    again = propose(facts("pupil", "online_bullying", earlier, is_deliberate=True), NEW)
    assert (again.grade, [each.code for each in again.steps]) == ("C", ["listed"])


@ENOUGH
@given(framework_strategy, all_facts(), st.sampled_from((None, *GRADES)))
def test_what_is_found_is_of_the_facts_and_no_accident_is_graver_than_its_grade(
    framework: Framework, known: Facts, grade: Grade | None
) -> None:
    codes = breaches_found(known, framework, grade)
    assert list(codes) == sorted(set(codes))
    assert set(codes) <= known.breaches
    if known.audience == "pupil" and known.is_accident and known.told_staff_promptly is not None:
        assert all(height(framework.grade_of("pupil", each)) <= height(grade) for each in codes)
    elif grade is not None:
        assert known.breaches - set(codes) <= {"accidental_data_loss", "accidental_offensive"}


# In a letter --------------------------------------------------------------------------------------------------------


def test_a_letter_says_what_was_found_in_the_framework_s_words_and_order() -> None:
    known = facts("pupil", f"{FILMED} {SITE}", is_deliberate=True)
    texts = (
        "Using non-educational sites during a lesson",
        "Deliberately accessing, sending or sharing offensive or pornographic material",
    )
    assert found_in_words(NEW, [FILMED, SITE], known) == texts
    assert found_in_words(NEW, [FILMED, SITE], None) == texts
    assert found_in_words(NEW, [FILMED, SITE], replace(known, **NOT_TOLD_OF, is_deliberate=False)) == texts


def test_a_letter_about_an_accident_says_that_it_was_one() -> None:
    accident = facts("pupil", FILMED, **NOT_TOLD_OF)
    assert found_in_words(NEW, [], accident) == (NOT_TOLD,)
    assert NOT_TOLD == "Something that happened by accident, and that no member of staff was told about"
    # The head departed up from nothing: staff were told, so the letter does not say otherwise.
    assert found_in_words(NEW, [], replace(accident, told_staff_promptly=True)) == (BY_ACCIDENT,)
    assert found_in_words(NEW, [], replace(accident, told_staff_promptly=None)) == (BY_ACCIDENT,)
    assert BY_ACCIDENT == "Something that happened by accident"


def test_a_letter_about_no_breach_and_no_accident_is_left_to_be_written() -> None:
    known = facts("pupil", "", is_deliberate=True)
    assert found_in_words(NEW, [], known) == ()
    assert found_in_words(NEW, [], None) == ()
    assert found_in_words(NEW, [], replace(known, is_accidental=True)) == ()
