"""The facts of a case and the rules that were broken, in words. Duties S1, P13 (CC 4.5, 5, CM 4.5, 5). No query."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from aup.rules.stages import stage_of
from incidents.rules.posts import capital
from incidents.selectors.cases_shown import BreachShown
from packs import loader
from sanctions.models import Case
from sanctions.rules.facts import NEEDS


def facts_in_words(facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The facts in words, what is so only."""
    nature = {
        (True, True): "Begun by accident, continued by choice",
        (True, False): "On purpose",
        (False, True): "By accident",
        (False, False): "Nobody has said",
    }[facts["is_deliberate"], facts["is_accidental"]]
    told = {True: "Yes", False: "No", None: ""}[facts["told_staff_promptly"]]
    also = {
        "is_extreme": "extreme",
        "is_illegal_material": "may be against the law",
        "was_distributed": "passed on to others",
        "restorative_tried": "putting things right was tried before",
    }
    marked = "; ".join(words for flag, words in also.items() if facts[flag])
    needs = ", ".join(NEEDS.get(each, each) for each in facts["needs"])
    lines = (
        ("How", nature),
        ("Told staff promptly", told),
        ("Also", capital(marked)),
        ("Needs of the child", capital(needs)),
    )
    return tuple((label, value) for label, value in lines if value)


@cache
def _clauses_of(pack_code: str, pack_version: int) -> Mapping[str, tuple[str, str, frozenset[str]]]:
    """Each clause of the agreements: title, words, and the key stages that it is for."""
    return {
        clause.id: (agreement.title, clause.text, frozenset(agreement.stages))
        for agreement in loader.get(pack_code, pack_version).agreements
        for clause in agreement.clauses
    }


def breach_in_words(found: Mapping[str, Any], case: Case) -> BreachShown:
    """With the clauses of the agreement that somebody of that age signs; all of them where the age says nothing."""
    listed = _clauses_of(case.pack_code, case.pack_version)
    there = [listed[each] for each in found["clauses"] if each in listed]
    stage = stage_of(case.year_group) if case.audience == "pupil" else None
    fitting = there if stage is None else [each for each in there if stage in each[2]]
    return BreachShown(
        found["text"],
        found["grade"],
        ", ".join(found["source"]),
        tuple((title, text) for title, text, _ in fitting),
    )
