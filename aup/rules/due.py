"""Who must sign what: from roles, key stages, families, what is published and what is signed. Pure.

Duties A1 (CM 3.3, NS 7.2), A2 (CC 3.2, CM 3.3) and A3 (CC 3.2, CM 2.3.2, CM 3.1, NS 7.2).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from packs.schema import Signer, Stage


class WhoSigns(StrEnum):
    """How many of a child's parents are asked: the school chooses. A second one may sign in any case."""

    ONE = "one"
    EACH = "each"


class Kind(StrEnum):
    """What a line of the register of signatures says."""

    SIGNED = "signed"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    CONSENTS = "consents"


class Standing(StrEnum):
    """Where one document stands for one person."""

    DONE = "done"
    OUTSTANDING = "outstanding"
    REFUSED = "refused"
    NOBODY_TO_ASK = "nobody_to_ask"


STANDING_NAMES: dict[Standing, str] = {
    Standing.DONE: "signed",
    Standing.OUTSTANDING: "outstanding",
    Standing.REFUSED: "refused",
    Standing.NOBODY_TO_ASK: "nobody to ask",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One published agreement that is in force: for whom it is, and who signs it."""

    version_id: UUID
    code: str
    audience: Signer
    stages: frozenset[Stage] = frozenset()
    signed_by: frozenset[Signer] = frozenset()
    acknowledged_by: frozenset[Signer] = frozenset()
    # Whether it asks for a consent without which there is no access, whatever is signed.
    needs_consent: bool = False

    def is_for(self, member: "Member") -> bool:
        """Whether it is about this person: a parent's agreement is about each child."""
        if self.audience == "parent":
            return "pupil" in member.kinds
        if self.audience not in member.kinds:
            return False
        return self.audience != "pupil" or not self.stages or member.stage in self.stages


@dataclass(frozen=True, slots=True)
class Carer:
    """An adult whom the school has put down as a parent or carer of a child."""

    person_id: UUID
    has_parental_responsibility: bool = False
    is_barred: bool = False

    @property
    def may_sign(self) -> bool:
        """Deny beats allow: barred by a court order, nobody signs, whatever else is put down (threat T2)."""
        return self.has_parental_responsibility and not self.is_barred


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the school on the day that is asked about; leavers are none."""

    person_id: UUID
    kinds: frozenset[Signer]
    stage: Stage | None = None
    carers: tuple[Carer, ...] = ()

    @property
    def signing_carers(self) -> tuple[UUID, ...]:
        """The carers who may sign for this child, each once; somebody put down twice and barred once is barred."""
        barred = {each.person_id for each in self.carers if each.is_barred}
        found = dict.fromkeys(each.person_id for each in self.carers if each.may_sign)
        return tuple(each for each in found if each not in barred and each != self.person_id)


@dataclass(frozen=True, slots=True)
class Held:
    """A line of the register that counts on the day: who signed, acknowledged or refused which version about whom."""

    version_id: UUID
    signer_id: UUID
    about_id: UUID
    kind: Kind


@dataclass(frozen=True, slots=True)
class Due:
    """One signature that is asked for. ``about_id`` is the child, or the signer for who signs for themselves."""

    version_id: UUID
    signer_id: UUID
    about_id: UUID
    kind: Kind = Kind.SIGNED

    @property
    def is_for_a_child(self) -> bool:
        """Whether a parent signs it for a child."""
        return self.signer_id != self.about_id


@dataclass(frozen=True, slots=True)
class Line:
    """Where one document stands for one person, and what is asked of whom because of it."""

    version_id: UUID
    about_id: UUID
    standing: Standing
    due: tuple[Due, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """What is held, found by version and person."""

    by_key: Mapping[tuple[UUID, UUID], tuple[Held, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, held: Iterable[Held]) -> "Register":
        """The register of these lines."""
        found: dict[tuple[UUID, UUID], list[Held]] = defaultdict(list)
        for each in held:
            found[each.version_id, each.about_id].append(each)
        return cls({key: tuple(lines) for key, lines in found.items()})

    def signers(self, paper: Paper, about_id: UUID, kind: Kind) -> frozenset[UUID]:
        """Who has signed (acknowledged, refused) this version about this person."""
        lines = self.by_key.get((paper.version_id, about_id), ())
        return frozenset(each.signer_id for each in lines if each.kind is kind)


def lines_for(
    members: Iterable[Member],
    papers: Iterable[Paper],
    held: Iterable[Held],
    *,
    who_signs: WhoSigns,
    denied: Collection[UUID] = frozenset(),
) -> tuple[Line, ...]:
    """Every document that each of these people needs, and where it stands. Duties A1, A2, A3.

    Nobody is asked for a version that they have signed, and a carer who may not sign is never asked. ``denied``: the
    children to whom a parent denies what access needs. Their document is refused as soon as a parent has signed it,
    for a signature that says no to that is a refusal with a name under it (rules.access); who is still asked stays
    asked. Pure; raises nothing.
    """
    register, papers = Register.of(held), tuple(papers)
    return tuple(
        _line(paper, member, register, who_signs, is_denied=member.person_id in denied)
        for member in members
        for paper in papers
        if paper.is_for(member)
    )


def due_of(lines: Iterable[Line]) -> tuple[Due, ...]:
    """All that is asked for, each once. Pure."""
    return tuple(dict.fromkeys(each for line in lines for each in line.due))


def without_access(lines: Iterable[Line]) -> frozenset[UUID]:
    """Who may not have access yet: everybody with a document that is not done (rules.access; A1). Pure."""
    return frozenset(line.about_id for line in lines if line.standing is not Standing.DONE)


def may_sign(member: Member, signer_id: UUID) -> bool:
    """Whether somebody may sign for this member, asked or not: a second parent always may (A2). Pure."""
    return signer_id == member.person_id or signer_id in member.signing_carers


def _line(paper: Paper, member: Member, register: Register, who_signs: WhoSigns, *, is_denied: bool) -> Line:
    about = member.person_id
    parts = [*_own_part(paper, member, register), *_parents_part(paper, member, register, who_signs)]
    standing = Standing.DONE
    # The gravest of its parts: a refusal before nobody to ask, and that before what is only outstanding.
    for gravest in (Standing.REFUSED, Standing.NOBODY_TO_ASK, Standing.OUTSTANDING):
        if any(part is gravest for part, _ in parts):
            standing = gravest
            break
    if is_denied and paper.needs_consent and register.signers(paper, about, Kind.SIGNED) - {about}:
        standing = Standing.REFUSED
    return Line(paper.version_id, about, standing, tuple(each for _, asked in parts for each in asked))


Part = tuple[Standing, tuple[Due, ...]]


def _own_part(paper: Paper, member: Member, register: Register) -> Iterator[Part]:
    about = member.person_id
    wanted = {Kind.SIGNED: paper.signed_by, Kind.ACKNOWLEDGED: paper.acknowledged_by}
    for kind, signers in wanted.items():
        if paper.audience not in signers or paper.audience == "parent":
            continue
        if about in register.signers(paper, about, kind):
            yield Standing.DONE, ()
        elif about in register.signers(paper, about, Kind.REFUSED):
            yield Standing.REFUSED, ()
        else:
            yield Standing.OUTSTANDING, (Due(paper.version_id, about, about, kind),)


def _parents_part(paper: Paper, member: Member, register: Register, who_signs: WhoSigns) -> Iterator[Part]:
    if "parent" not in paper.signed_by:
        return
    about, carers = member.person_id, member.signing_carers
    signed = register.signers(paper, about, Kind.SIGNED) - {about}
    # Whoever refused first and signed afterwards has signed.
    refused = register.signers(paper, about, Kind.REFUSED) - signed
    refused &= frozenset(carers)
    if refused:
        yield Standing.REFUSED, ()
    elif who_signs is WhoSigns.ONE and signed:
        yield Standing.DONE, ()
    elif not carers:
        yield (Standing.DONE if signed else Standing.NOBODY_TO_ASK), ()
    else:
        asked = tuple(Due(paper.version_id, each, about) for each in carers if each not in signed)
        yield (Standing.OUTSTANDING if asked else Standing.DONE), asked
