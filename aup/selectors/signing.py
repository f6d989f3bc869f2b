"""What somebody has to sign and has signed, for the pages on which people sign.

Who asks came by a link, by log-in or to the reception desk, so these take a school and a person and no viewer; each
tells of that person and of the children whom they may sign for, and of nobody else (threat T2). Duties A2, A3, A5.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from aup.models import AgreementVersion, Signature
from aup.rules.due import Kind, Member, Standing, WhoSigns
from aup.rules.stages import counts_until
from aup.selectors.families import children_of
from aup.selectors.reading import names_of, school_name_of
from aup.selectors.standing import members_on, paper_of, standing_on, versions_in_force, who_signs_at
from schools.models import Membership, in_force
from schools.roles import Permission, Role
from schools.viewer import Viewer

HISTORY = 40
KIND_WORDS = {
    Kind.SIGNED.value: "Signed",
    Kind.ACKNOWLEDGED.value: "Talked through and said yes to",
    Kind.REFUSED.value: "Not agreed to",
    Kind.CONSENTS.value: "Answers changed",
}


class State(StrEnum):
    """Where one agreement stands between somebody and a person it is about."""

    TO_SIGN = "to be read and signed"
    BY_ANOTHER = "signed by another parent"
    REFUSED = "you have said no"
    SIGNED = "signed"


CHIPS = {State.TO_SIGN: "clock", State.BY_ANOTHER: "good", State.REFUSED: "clock", State.SIGNED: "good"}


@dataclass(frozen=True, slots=True)
class Item:
    """One agreement to be signed about one person. ``is_bound``: the link that is used is good for it."""

    version_id: UUID
    about_id: UUID
    about_name: str
    title: str
    state: State
    is_bound: bool = True
    at: datetime | None = None
    signature_id: UUID | None = None
    # The version under which consents can be changed: also an earlier one, as long as the new one is not signed.
    answers_version_id: UUID | None = None

    @property
    def chip_kind(self) -> str:
        """The colour of its state."""
        return CHIPS[self.state]

    @property
    def is_refused(self) -> bool:
        """Whether this person has said no to it."""
        return self.state is State.REFUSED

    @property
    def is_to_sign(self) -> bool:
        """Whether it waits for this person."""
        return self.state is State.TO_SIGN


@dataclass(frozen=True, slots=True)
class Part:
    """What there is to sign about one person."""

    about_id: UUID
    name: str
    is_own: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that was signed, refused or answered before."""

    signature_id: UUID
    words: str
    title: str
    about_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Home:
    """Everything somebody may sign, and what they have answered so far."""

    school_name: str
    name: str
    parts: tuple[Part, ...]
    answers: tuple[Answer, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """All of it in the order of the page."""
        return tuple(item for part in self.parts for item in part.items)

    @property
    def to_sign_count(self) -> int:
        """How much waits."""
        return sum(item.is_to_sign for item in self.items)

    @property
    def is_changed_since_mail(self) -> bool:
        """Whether something waits that this link is not good for."""
        return any(item.is_to_sign and not item.is_bound for item in self.items)

    def after(self, version_id: UUID, about_id: UUID) -> Item | None:
        """What waits next: after this agreement, and then from the top."""
        waiting = [each for each in self.items if each.is_to_sign and each.is_bound]
        keys = [(each.version_id, each.about_id) for each in self.items]
        here = keys.index((version_id, about_id)) if (version_id, about_id) in keys else -1
        later = [each for each in waiting if keys.index((each.version_id, each.about_id)) > here]
        return next(iter([*later, *waiting]), None)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was just put down, for whoever did it."""

    signature_id: UUID
    version_id: UUID
    about_id: UUID
    kind: str
    title: str
    about_name: str
    is_own: bool
    at: datetime
    typed_name: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who is to sign at the reception desk."""

    person_id: UUID
    version_id: UUID
    name: str
    title: str


def allowed_about(school_id: UUID, person_id: UUID, day: date) -> tuple[UUID, ...]:
    """Whom somebody may sign about: themselves and the children they may sign for. One query. Threat T2."""
    return (person_id, *children_of(school_id, person_id, day))


def signing_home(school_id: UUID, person_id: UUID, *, now: datetime, bound: frozenset[UUID] | None = None) -> Home:
    """Everything that somebody may sign, and what they have answered. Eleven queries. Duties A2, A3, A5.

    ``bound``: the versions that their link is good for; None where nothing binds.
    """
    day = timezone.localdate(now)
    about_ids = allowed_about(school_id, person_id, day)
    members = {each.person_id: each for each in members_on(school_id, day, person_ids=about_ids)}
    versions = sorted(versions_in_force(school_id, day), key=lambda each: each.audience == "parent")
    names = names_of(school_id, about_ids)
    marks = _Marks(school_id, person_id, about_ids, day)
    who_signs = who_signs_at(school_id)
    parts = []
    # Children first: they are what most people come for.
    for about_id in (*about_ids[1:], person_id):
        if about_id not in members:
            continue
        theirs = [each for each in versions if signs(each, members[about_id], person_id)]
        items = tuple(
            replace(
                marks.item(version, about_id, who_signs),
                about_name=names[about_id],
                is_bound=bound is None or version.pk in bound,
            )
            for version in theirs
        )
        items += tuple(
            replace(each, about_name=names[about_id])
            for each in marks.answered_besides(about_id, {each.code for each in theirs})
        )
        if items:
            parts.append(Part(about_id, names[about_id], about_id == person_id, items))
    return Home(
        school_name=school_name_of(school_id),
        name=names[person_id],
        parts=tuple(parts),
        answers=tuple(_history(school_id, person_id, names)),
    )


def receipt_of(school_id: UUID, signature_id: UUID, **of_whom: UUID | str) -> Receipt:
    """What was put down, for whoever did it: ``of_whom`` says by which fields it is theirs. One query.

    Raises Signature.DoesNotExist.
    """
    row = Signature.objects.select_related("version", "about").get(school_id=school_id, pk=signature_id, **of_whom)
    return Receipt(
        signature_id=row.pk,
        version_id=row.version_id,
        about_id=row.about_id,
        kind=row.kind,
        title=row.version.title,
        about_name=row.about.full_name,
        is_own=row.signer_id == row.about_id,
        at=row.signed_at,
        typed_name=row.typed_name,
        answers=tuple(
            (each["text"], "Yes" if row.consents[each["code"]] else "No")
            for each in row.version.content.get("consents", ())
            if each["code"] in row.consents
        ),
    )


def reception_list(*, viewer: Viewer) -> tuple[Waiting, ...]:
    """The visitors on the lists who have not signed yet, by name. Nine queries. Duty A3. Raises NotAllowed.

    Never the viewer: nobody is a witness to their own signature.
    """
    viewer.must(Permission.RECORD_SIGNATURES)
    day = timezone.localdate()
    visitors = Membership.objects.filter(in_force(day), school_id=viewer.school_id, role=Role.VISITOR.value).exclude(
        person_id=viewer.person_id
    )
    person_ids = set(visitors.values_list("person_id", flat=True))
    standing = standing_on(viewer.school_id, day, person_ids=person_ids)
    papers = {each.version_id: each for each in standing.papers if each.audience == "visitor"}
    names = names_of(viewer.school_id, person_ids)
    titles = {each.pk: each.title for each in AgreementVersion.objects.filter(pk__in=papers)}
    found = [
        Waiting(line.about_id, line.version_id, names[line.about_id], titles[line.version_id])
        for line in standing.lines
        if line.version_id in papers and line.standing is not Standing.DONE
    ]
    return tuple(sorted(found, key=lambda each: each.name.casefold()))


class _Marks:
    """What stands in the register about some people, as one of them is concerned. One query.

    What counts for the year to be signed for, and what this person has ever answered: answers outlast the signature.
    """

    def __init__(self, school_id: UUID, person_id: UUID, about_ids: Collection[UUID], day: date) -> None:
        # Whoever signs in July signs for the year that comes: what was signed in May is not enough then.
        self._until = counts_until(day)
        answered = Q(signer_id=person_id, kind=Kind.SIGNED.value) & ~Q(consents={})
        rows = Signature.objects.filter(
            Q(counts_until__gte=self._until) | answered, school_id=school_id, about_id__in=list(about_ids)
        ).exclude(kind=Kind.CONSENTS.value)
        self._person_id = person_id
        self._rows = list(rows.select_related("version").defer("reason_sealed").order_by("number"))

    def item(self, version: AgreementVersion, about_id: UUID, who_signs: WhoSigns) -> Item:
        """Where a version stands for this person about another."""
        here = [
            each
            for each in self._rows
            if each.about_id == about_id and each.version_id == version.pk and each.counts_until >= self._until
        ]
        mine = {each.kind: each for each in here if each.signer_id == self._person_id}
        signed, refused = mine.get(Kind.SIGNED.value), mine.get(Kind.REFUSED.value)
        is_own = about_id == self._person_id
        by_another = not is_own and any(
            each.kind == Kind.SIGNED.value and each.signer_id not in {self._person_id, about_id} for each in here
        )
        state = State.TO_SIGN
        if signed:
            state = State.SIGNED
        elif refused:
            state = State.REFUSED
        elif by_another and who_signs is WhoSigns.ONE:
            state = State.BY_ANOTHER
        row = signed or refused
        answered = self._answered(about_id).get(version.code)
        return Item(
            version_id=version.pk,
            about_id=about_id,
            about_name="",
            title=version.title,
            state=state,
            at=row.signed_at if row else None,
            signature_id=row.pk if row else None,
            answers_version_id=answered.version_id if answered else None,
        )

    def answered_besides(self, about_id: UUID, codes: Collection[str]) -> Iterator[Item]:
        """What this person has answered in an agreement that is not asked for any more, such as one withdrawn."""
        for code, row in self._answered(about_id).items():
            if code not in codes:
                yield Item(
                    version_id=row.version_id,
                    about_id=about_id,
                    about_name="",
                    title=row.version.title,
                    state=State.SIGNED,
                    is_bound=False,
                    at=row.signed_at,
                    signature_id=row.pk,
                    answers_version_id=row.version_id,
                )

    def _answered(self, about_id: UUID) -> dict[str, Signature]:
        """Of each agreement the newest version that this person signed with answers."""
        rows = [each for each in self._rows if each.about_id == about_id and each.signer_id == self._person_id]
        signed = (each for each in rows if each.kind == Kind.SIGNED.value and each.consents)
        return {each.version.code: each for each in sorted(signed, key=lambda each: each.version.number)}


def signs(version: AgreementVersion, member: Member, person_id: UUID) -> bool:
    """Whether somebody signs this version about this person: a pupil's own part, or a parent's."""
    paper = paper_of(version)
    if not paper.is_for(member):
        return False
    if member.person_id != person_id:
        return "parent" in paper.signed_by
    return paper.audience != "parent" and paper.audience in paper.signed_by


def _history(school_id: UUID, person_id: UUID, names: Mapping[UUID, str]) -> Iterator[Answer]:
    rows = Signature.objects.filter(school_id=school_id, signer_id=person_id, about_id__in=list(names))
    for row in rows.select_related("version").defer("reason_sealed").order_by("-number")[:HISTORY]:
        yield Answer(row.pk, KIND_WORDS[row.kind], row.version.title, names[row.about_id], row.signed_at)
