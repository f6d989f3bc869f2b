"""The agreements of the school's policy, in words. Duties A2, A3 (CC 3, CM 3.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from packs.schema import Agreement, Clause, Pack
from schools.roles import Permission
from schools.selectors import pack_of
from schools.viewer import Viewer

SIGNERS = {
    "pupil": "pupils",
    "parent": "parents and carers",
    "staff": "staff",
    "governor": "governors",
    "visitor": "visitors and volunteers",
}


@dataclass(frozen=True, slots=True)
class ClauseGroup:
    """Clauses under one heading, or under none."""

    heading: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """One agreement in the list: for whom it is and who signs it."""

    agreement: Agreement
    audience: str
    stages: str
    signed_by: str
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """One agreement with its text."""

    pack: Pack
    line: AgreementLine
    groups: tuple[ClauseGroup, ...]
    based_on: str


@dataclass(frozen=True, slots=True)
class AgreementsPage:
    """The agreements that ship with the adopted policy, and the rules by which they are signed."""

    pack: Pack
    lines: tuple[AgreementLine, ...]


def agreements_page(*, viewer: Viewer) -> AgreementsPage:
    """All agreements of the policy the school works by. One query. Raises NotAllowed."""
    viewer.must(Permission.READ_POLICY)
    pack = pack_of(viewer=viewer)
    return AgreementsPage(pack, tuple(_line(each) for each in pack.agreements))


def agreement_page(*, viewer: Viewer, code: str) -> AgreementPage:
    """One agreement of that policy. One query. Raises NotAllowed, UnknownAgreement."""
    viewer.must(Permission.READ_POLICY)
    pack = pack_of(viewer=viewer)
    agreement = pack.agreement(code)
    return AgreementPage(
        pack=pack,
        line=_line(agreement),
        groups=tuple(
            ClauseGroup(heading, tuple(clauses)) for heading, clauses in groupby(agreement.clauses, lambda c: c.heading)
        ),
        based_on=pack.agreement(agreement.based_on).title if agreement.based_on else "",
    )


def _line(agreement: Agreement) -> AgreementLine:
    return AgreementLine(
        agreement=agreement,
        audience=SIGNERS[agreement.audience],
        stages=", ".join(agreement.stages),
        signed_by=_people(agreement.signed_by),
        acknowledged_by=_people(agreement.acknowledged_by),
    )


def _people(signers: Iterable[str]) -> str:
    return " and ".join(SIGNERS[each] for each in signers)
