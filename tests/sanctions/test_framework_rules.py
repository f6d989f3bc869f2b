"""The framework as it is kept, and what keeps one from being published. Duty S1 (CC 5, CM 5). Pure."""

import json
from dataclasses import replace
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
from sanctions.rules.frameworks import NotFramework, canonical, content_of, faults, framework_from, sha256_of
from sanctions.selectors.frameworks import answer_fields, clause_texts
from tests.sanctions.framework_parts import (
    FAULTY,
    OWN_TASK,
    PACKS,
    POLICY,
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
    assert faults(pack.framework, clauses=clause_texts(pack), policy=pack.framework, answers=answers) == ()


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


def test_what_is_at_once_or_decided_stays_so() -> None:
    for audience, grade, code, changes in (
        ("pupil", "D", "tell_head", {"at_once": False}),
        ("pupil", "D", "consider_police", {"records_decision": False}),
    ):
        rows = POLICY.category(audience, grade).obligations  # type: ignore[arg-type]
        weaker = tuple(replace(each, **changes) if each.code == code else each for each in rows)  # type: ignore[arg-type]
        assert len(found(category(POLICY, audience, grade, obligations=weaker))) == 1  # type: ignore[arg-type]
