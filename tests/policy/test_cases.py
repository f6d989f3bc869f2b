"""The worked cases of both editions."""

import pytest

from packs import loader
from sanctions.rules.proposing import Proposal, propose
from tests.policy.cases import CASES, OBLIGED, Case

BOTH = [(edition, case) for case in CASES for edition in case.editions.split()]
OUTCOMES = {"nothing": "nothing", "no blame": "nothing", "unanswered": "unanswered"}


def steps_of(proposal: Proposal) -> str:
    return " ".join(f"{each.code}:{','.join(each.earlier)}" if each.earlier else each.code for each in proposal.steps)


@pytest.mark.parametrize(("edition", "case"), BOTH, ids=[f"{edition}: {case.name}" for edition, case in BOTH])
def test_a_worked_case(edition: str, case: Case) -> None:
    proposal = propose(case.known, loader.get(edition, 1).framework)
    assert proposal.outcome == OUTCOMES.get(case.comes_to, "graded")
    assert proposal.grade == (case.comes_to[-1] if proposal.outcome == "graded" else None)
    assert steps_of(proposal) == case.steps
    assert " ".join(each.code for each in proposal.obligations) == OBLIGED[case.comes_to]
    assert " ".join(each.code for each in proposal.weigh) == case.weigh
    assert proposal.questions == (("told_staff_promptly",) if case.comes_to == "unanswered" else ())
    assert {each.code for each in proposal.found} == case.known.breaches


@pytest.mark.parametrize(("edition", "case"), BOTH, ids=[f"{edition}: {case.name}" for edition, case in BOTH])
def test_every_step_says_its_clause_and_its_duty(edition: str, case: Case) -> None:
    pack = loader.get(edition, 1)
    duties = {each.id for each in pack.duties}
    letters = "CC" if edition == "camden_2012" else "CM"
    for step in propose(case.known, pack.framework).steps:
        assert step.text[0] in "“TITN", step.text
        assert step.text.endswith("."), step.text
        if step.code != "no_breach":
            assert {each.split()[0] for each in step.source} == {letters}, step
            assert set(step.duties) <= duties
            assert step.duties, step


def test_there_are_enough_of_them_and_each_has_its_own_name() -> None:
    assert len(CASES) >= 60
    assert len({each.name for each in CASES}) == len(CASES)
    rules = {step.partition(":")[0] for case in CASES for step in case.steps.split()}
    assert rules >= {each.code for each in loader.get("camden_2021", 1).framework.escalation.rules}
