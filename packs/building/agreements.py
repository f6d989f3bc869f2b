"""agreements.yaml: the acceptable use agreements that ship with the pack, and when they are signed."""

import re
from dataclasses import replace
from typing import TypeVar

from packs.reading import Node, Table, texts
from packs.schema import SIGNERS, STAGES, Agreement, AgreementRules, Clause, Consent

Word = TypeVar("Word", bound=str)


def build_agreements(node: Node) -> tuple[tuple[Agreement, ...], AgreementRules]:
    """Reads agreements.yaml; an agreement may rest on one that stands before it. Raises PackError."""
    with node.table() as table:
        found: dict[str, Agreement] = {}
        for item in table.need("agreements").items(least=1):
            with item.table() as row:
                code = row.need("code")
                if code.code() in found:
                    raise code.fault(f"the agreement “{code.value}” is there twice.")
                found[code.code()] = _agreement(code.code(), row, found)
        return tuple(found.values()), _rules(table.need("rules"))


def _agreement(code: str, row: Table, before: dict[str, Agreement]) -> Agreement:
    based_on, reading_age = row.maybe("based_on"), row.maybe("reading_age")
    clauses = _Clauses(code)
    if based_on is not None:
        if based_on.code() not in before:
            raise based_on.fault(f"there is no agreement “{based_on.value}” before this one.")
        clauses.take_over(before[based_on.code()], row.items("replaces"))
    for heading in row.items("headings"):
        with heading.table() as group:
            title = group.need("title").text()
            clauses.add(group.need("clauses").items(least=1), title)
    clauses.add(row.items("clauses"), "")
    if not clauses.found:
        raise row.node("clauses", None).fault("is missing: an agreement needs clauses.")
    return Agreement(
        code=code,
        title=row.need("title").text(),
        audience=row.need("audience").one_of(SIGNERS),
        stages=_words(row.items("stages"), STAGES),
        signed_by=_words(row.need("signed_by").items(least=1), SIGNERS),
        acknowledged_by=_words(row.items("acknowledged_by"), SIGNERS),
        reading_age=None if reading_age is None else reading_age.whole_number(4, 18),
        preamble=row.text("preamble"),
        clauses=tuple(clauses.found.values()),
        consents=_consents(row.items("consents")),
        based_on=None if based_on is None else based_on.code(),
    )


class _Clauses:
    """The clauses of one agreement, in order, by their ids."""

    def __init__(self, agreement: str) -> None:
        self.found: dict[str, Clause] = {}
        self._own = re.compile(rf"{agreement}\.[1-9][0-9]?")

    def add(self, nodes: list[Node], heading: str) -> None:
        for node in nodes:
            with node.table() as row:
                clause_id = self._new_id(row)
                self.found[clause_id] = Clause(clause_id, row.need("text").text(), heading)

    def take_over(self, base: Agreement, replacements: list[Node]) -> None:
        base_ids = {each.id for each in base.clauses}
        new: dict[str, Clause] = {}
        for node in replacements:
            with node.table() as row:
                instead_of = row.need("instead_of")
                old = instead_of.text()
                if old not in base_ids or old in new:
                    reason = "is replaced twice" if old in new else f"is no clause of “{base.code}”"
                    raise instead_of.fault(f"“{old}” {reason}.")
                clause_id = self._new_id(row)
                self.found[clause_id] = new[old] = Clause(clause_id, row.need("text").text())
        # A new clause takes the place and the heading of the old one, so that the order stays.
        kept = [replace(new[each.id], heading=each.heading) if each.id in new else each for each in base.clauses]
        self.found = {each.id: each for each in kept}

    def _new_id(self, row: Table) -> str:
        node = row.need("id")
        clause_id = node.text()
        if not self._own.fullmatch(clause_id):
            raise node.fault(f"“{clause_id}” must be the agreement's code, a full stop and a number.")
        if clause_id in self.found:
            raise node.fault(f"the clause “{clause_id}” is there twice.")
        return clause_id


def _consents(nodes: list[Node]) -> tuple[Consent, ...]:
    found: dict[str, Consent] = {}
    for node in nodes:
        with node.table() as row:
            code = row.need("code")
            if code.code() in found:
                raise code.fault(f"the consent “{code.value}” is there twice.")
            found[code.code()] = Consent(code.code(), row.need("text").text(), row.flag("needed_for_access"))
    return tuple(found.values())


def _words(nodes: list[Node], choices: tuple[Word, ...]) -> tuple[Word, ...]:
    texts(nodes)  # refuses a word that is there twice
    return tuple(node.one_of(choices) for node in nodes)


def _rules(node: Node) -> AgreementRules:
    with node.table() as row, row.need("renewal").table() as renewal:
        return AgreementRules(
            renewal_months=renewal.need("every_months").whole_number(1, 60),
            aligned_to=renewal.need("aligned_to").text(),
            also_when=renewal.need("also_when").text(),
            access=row.need("access").text(),
            staff=row.need("staff").text(),
            pupils_who_move_stage=row.need("pupils_who_move_stage").text(),
            evidence_kept=texts(row.need("evidence_kept").items(least=1)),
            copies=row.need("copies").text(),
            paper=row.need("paper").text(),
            languages=row.need("languages").text(),
        )
