"""The framework as it is kept, and what keeps one from being published. Duty S1 (CC 5, CM 5). Pure."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packs.schema import (
    GRADES,
    Breach,
    Category,
    Escalation,
    EscalationRule,
    Framework,
    LookBack,
    Obligation,
    Restorative,
    SanctionType,
    Suggestion,
)
from sanctions.rules.departing import height
from sanctions.rules.facts import Earlier, Facts
from sanctions.rules.found import root_of
from sanctions.rules.frameworks import (
    NotFramework,
    canonical,
    content_of,
    faults,
    framework_from,
    laid_down,
    sha256_of,
)
from sanctions.rules.proposing import propose
from sanctions.selectors.frameworks import answer_fields, clause_texts, posts_that_carry_out
from tests.sanctions.framework_parts import (
    FAULTY,
    OWN_TASK,
    PACKS,
    POLICY,
    breach,
    category,
    found,
)

# --- kept and read back ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", PACKS)
def test_what_ships_is_kept_and_read_back_exactly(code: str) -> None:
    framework = PACKS[code].framework
    kept = json.loads(json.dumps(content_of(framework)))
    assert framework_from(kept) == framework
    assert content_of(framework_from(kept)) == kept


@pytest.mark.parametrize("code", PACKS)
def test_what_ships_has_no_fault(code: str) -> None:
    pack = PACKS[code]
    answers = {(each.key, option.code) for each in answer_fields(pack) for option in each.options}
    posts = posts_that_carry_out()
    found = faults(
        pack.framework, clauses=clause_texts(pack), policy=pack.framework, answers=answers, carriers=posts
    )  # fmt: skip
    assert found == ()


def few(kind: type) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.from_type(kind), max_size=2).map(tuple)


def categories() -> st.SearchStrategy[tuple[Category, ...]]:
    of = {"breaches": few(Breach), "sanctions": few(str), "obligations": few(Obligation), "source": few(str)}
    return st.tuples(*(st.builds(Category, grade=st.just(grade), **of) for grade in GRADES))


ANY = st.builds(
    Framework,
    pupil=categories(),
    staff=categories(),
    escalation=st.builds(Escalation, rules=few(EscalationRule), look_back_choices=few(LookBack)),
    sanction_types=few(SanctionType),
    no_blame=few(Obligation),
    restorative=st.builds(Restorative, breaches=few(str), duties=few(str), source=few(str)),
    pupil_form=few(Suggestion),
    staff_form=few(Suggestion),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(ANY)
def test_any_framework_is_kept_and_read_back_exactly(framework: Framework) -> None:
    kept = json.loads(canonical(content_of(framework)))
    assert framework_from(kept) == framework


def test_the_hash_is_of_what_it_says_and_not_of_the_order_of_its_keys() -> None:
    content = content_of(POLICY)
    assert sha256_of(content) == sha256_of(dict(reversed(content.items())))
    assert sha256_of(content) != sha256_of(content_of(PACKS["camden_2012"].framework))


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: kept.pop("pupil"),
        lambda kept: kept.update(more=1),
        lambda kept: kept["pupil"].pop(),
        lambda kept: kept["pupil"][0].update(grade="E"),
        lambda kept: kept["pupil"][0].update(breaches="none"),
        lambda kept: kept["pupil"][0].update(enabled="yes"),
        lambda kept: kept["pupil"][0]["breaches"][0].update(code=None),
        lambda kept: kept["escalation"].update(look_back="for ever"),
        lambda kept: kept["sanction_types"][0].update(tells="somebody"),
        lambda kept: kept["pupil"].reverse(),
        lambda kept: kept["pupil"][3]["obligations"][2].update(within_hours=True),
    ],
)
def test_what_is_not_whole_is_not_read(damage: Any) -> None:
    kept = content_of(POLICY)
    damage(kept)
    with pytest.raises(NotFramework):
        framework_from(kept)


def test_what_a_later_edition_adds_may_be_missing() -> None:
    kept = content_of(POLICY)
    del kept["pupil"][0]["breaches"][0]["persists_from"], kept["escalation"]["look_back_days"]
    assert framework_from(kept) == POLICY


# --- faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAULTY)
def test_each_fault_is_said_with_its_place(name: str) -> None:
    framework, part, words = FAULTY[name]
    assert any(where == part and words in message for where, message in found(framework)), found(framework)


WEAKER: dict[str, dict[str, Any]] = {
    "reworded": {"text": "Report some day"},
    "another time": {"within_hours": 48},
    "no time": {"within_hours": None},
    "another owner": {"owner": "network_manager"},
    "for each person": {"once": False},
    "another duty": {"duties": ("R2",)},
    "no hours": {"within_hours": 0},
}


@pytest.mark.parametrize("how", WEAKER)
def test_the_report_to_the_authority_within_24_hours_cannot_be_weakened(how: str) -> None:
    rows = POLICY.category("pupil", "D").obligations
    weaker = tuple(replace(each, **WEAKER[how]) if each.code == "report_la" else each for each in rows)
    said = found(category(POLICY, "pupil", "D", obligations=weaker))
    assert [part for part, _ in said] == ["pupil-D"]
    assert "cannot be weakened or reworded" in said[0][1]


def test_an_obligation_of_the_policy_may_be_made_stricter_and_others_added() -> None:
    rows = POLICY.category("pupil", "D").obligations
    stricter = tuple(replace(each, within_hours=12) if each.code == "report_la" else each for each in rows)
    assert found(category(POLICY, "pupil", "D", obligations=(*stricter, OWN_TASK))) == []


def test_staff_graver_than_the_policy_s_gravest_carry_its_duties() -> None:
    """Duties S5, R4, P14: what the policy has for B is not lost where a school lists it under C or D."""
    b = POLICY.category("staff", "B")
    moved = next(each for each in b.breaches if each.code == "obscene_hateful_material")
    rest = category(POLICY, "staff", "B", breaches=tuple(each for each in b.breaches if each != moved))
    for grade in ("C", "D"):
        graver = {"enabled": True, "breaches": (moved,), "sanctions": b.sanctions}
        bare = category(rest, "staff", grade, **graver)  # type: ignore[arg-type]
        assert found(bare) == [
            (
                f"staff-{grade}",
                f"Staff, category {grade}: “{each.text}” follows in category B already, and so here. Save the page to "
                "add it.",
            )
            for each in b.obligations
        ]
        whole = category(rest, "staff", grade, **graver, obligations=(*b.obligations, OWN_TASK))  # type: ignore[arg-type]
        assert found(whole) == []
        weaker = (replace(b.obligations[0], at_once=False), *b.obligations[1:])
        (said,) = found(category(whole, "staff", grade, obligations=weaker))  # type: ignore[arg-type]
        assert "cannot be weakened or reworded" in said[1]


def test_what_the_policy_lays_down_for_each_category() -> None:
    for grade in GRADES:
        assert laid_down(POLICY, "pupil", grade) == POLICY.category("pupil", grade).obligations
    staff = {grade: [each.code for each in laid_down(POLICY, "staff", grade)] for grade in GRADES}
    assert staff["A"] == ["tell_head"]
    assert staff["B"] == staff["C"] == staff["D"]
    assert staff["B"] == ["tell_head", "secure_equipment", "consider_lado", "tell_committee_chair"]
    # A policy that leaves the lowest one to the school has nothing below it.
    without = category(POLICY, "staff", "A", enabled=False, obligations=())
    assert laid_down(without, "staff", "A") == ()


@pytest.mark.parametrize(("ends", "tells", "is_right"), [
    (True, "network_manager", True), (True, "head_teacher", True), (True, None, True), (False, None, True),
    (False, "network_manager", False), (True, "coordinator", False), (True, "school_office", False),
])  # fmt: skip
def test_whoever_is_told_of_a_sanction_has_a_page_of_it_and_a_last_day(ends: bool, tells: Any, is_right: bool) -> None:
    own = SanctionType("own_1", "No tablets", ends=ends, tells=tells)
    said = found(replace(POLICY, sanction_types=(*POLICY.sanction_types, own)))
    assert [part for part, _ in said] == ([] if is_right else ["sanction-own_1"])


def test_who_has_a_page_of_running_sanctions() -> None:
    assert set(posts_that_carry_out()) == {"network_manager", "head_teacher"}


@pytest.mark.parametrize(
    ("audience", "grade", "repeats", "is_right"),
    [
        ("pupil", "C", "file_sharing", False),
        ("pupil", "D", "file_sharing", False),
        ("pupil", "C", "unauthorised_social", True),
        ("pupil", "C", "continued_social", True),
        ("pupil", "D", "advertising", True),
        ("staff", "B", "password_sharing", True),
        ("staff", "C", "password_sharing", True),
        ("staff", "C", "disrepute", False),
    ],
)
def test_a_repetition_is_of_what_a_rule_moves_up(audience: Any, grade: Any, repeats: str, is_right: bool) -> None:
    own = Breach("own_1", "Once more", repeats, ("pupil_ks2.2",))
    row = POLICY.category(audience, grade)
    framework = category(
        POLICY, audience, grade, enabled=True, breaches=(*row.breaches, own), sanctions=("refer_head",),
        obligations=laid_down(POLICY, audience, grade),
    )  # fmt: skip
    said = [message for _, message in found(framework)]
    assert ["could never count" in each for each in said] == ([] if is_right else [True])
    # What the fault says is what the engine does: with a warning and a decision it moves, or stays.
    known = Facts(
        audience,
        date(2026, 11, 10),
        frozenset({"own_1"}),
        earlier=frozenset(
            Earlier(date(2026, 10, 1), kind, kind, grade, (repeats, "own_1"), kind)
            for grade, kind in ((None, "warning"), ("C", "decision"))
        ),
    )
    moved = propose(known, framework).grade
    assert (
        height(moved) > height(framework.grade_of(audience, root_of(framework, audience, repeats).code))
    ) is is_right


def test_a_repetition_in_a_circle_is_said_and_ends() -> None:
    circle = breach(POLICY, "pupil", "non_educational_site", persists_from="continued_non_educational_site")
    said = [message for part, message in found(circle) if part == "pupil-A"]
    assert said == [
        "Pupils, category A: “Using non-educational sites during a lesson” repeats a breach of category B. It can only "
        "repeat one of a lower category."
    ]


def test_what_is_at_once_or_decided_stays_so() -> None:
    for audience, grade, code, changes in (
        ("pupil", "D", "tell_head", {"at_once": False}),
        ("pupil", "D", "consider_police", {"records_decision": False}),
    ):
        rows = POLICY.category(audience, grade).obligations  # type: ignore[arg-type]
        weaker = tuple(replace(each, **changes) if each.code == code else each for each in rows)  # type: ignore[arg-type]
        assert len(found(category(POLICY, audience, grade, obligations=weaker))) == 1  # type: ignore[arg-type]
