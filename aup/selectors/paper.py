"""What can still be recorded from paper about somebody and their children. Duty A4 (CC 3.2, CM 3.3)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from aup.models import AgreementVersion
from aup.rules.campaigns import default_day
from aup.rules.due import Due, Held, Kind, Register, Standing, due_of
from aup.selectors.families import children_of
from aup.selectors.standing import StandingOf, held_on, standing_on
from schools.models import Person
from schools.roles import Permission
from schools.selectors import PersonFound
from schools.viewer import Viewer

SHOWN = 12


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """One signature that is asked for, and could have been given on paper."""

    version: AgreementVersion
    signer_id: UUID
    about_id: UUID
    signer: str
    about: str

    @property
    def is_own(self) -> bool:
        """Whether somebody signs for themselves."""
        return self.signer_id == self.about_id


@dataclass(frozen=True, slots=True)
class PaperPage:
    """Somebody, and what is outstanding of them, of their children, or about them."""

    person_id: UUID
    name: str
    choices: tuple[PaperChoice, ...]


def find_signers(*, viewer: Viewer, words: str) -> tuple[PersonFound, ...]:
    """People of the school whose names start with these words, at most twelve. One query. Raises NotAllowed."""
    viewer.must(Permission.RECORD_SIGNATURES)
    parts = words.split()[:4]
    if not parts:
        return ()
    people = Person.objects.filter(school_id=viewer.school_id)
    for part in parts:
        people = people.filter(Q(family_name__istartswith=part) | Q(given_name__istartswith=part))
    found = people.select_related("pupil", "staff_record").order_by("family_name", "given_name", "pk")[:SHOWN]
    return tuple(_found(each) for each in found)


def paper_page(*, viewer: Viewer, person_id: UUID, today: date) -> PaperPage:
    """What is outstanding, and what may be signed besides. Twelve queries. Raises NotAllowed, Person.DoesNotExist.

    A second parent may always sign, and whoever has refused may sign after all: neither is asked, and both may come
    with a paper. What a second parent may sign stands on their own page alone.
    """
    viewer.must(Permission.RECORD_SIGNATURES)
    person = Person.objects.get(school_id=viewer.school_id, pk=person_id)
    about = [person_id, *children_of(viewer.school_id, person_id, today)]
    # In summer whoever signed in spring may bring the paper for the year that comes.
    day = default_day(today)
    standing = standing_on(viewer.school_id, day, person_ids=about)
    version_ids = [each.version_id for each in standing.papers]
    held = held_on(viewer.school_id, day, version_ids=version_ids, person_ids=about)
    asked = [
        each
        for each in dict.fromkeys((*due_of(standing.lines), *_besides(standing, held, person_id)))
        if each.kind is Kind.SIGNED and person_id in (each.signer_id, each.about_id)
    ]
    here = {"school_id": viewer.school_id}
    versions = AgreementVersion.objects.filter(**here).in_bulk([each.version_id for each in asked])
    wanted = {person_id for each in asked for person_id in (each.signer_id, each.about_id)}
    people = Person.objects.filter(**here).in_bulk(wanted)
    return PaperPage(
        person_id,
        person.full_name,
        tuple(
            PaperChoice(
                versions[each.version_id],
                each.signer_id,
                each.about_id,
                people[each.signer_id].full_name,
                people[each.about_id].full_name,
            )
            for each in asked
        ),
    )


def _besides(standing: StandingOf, held: Iterable[Held], person_id: UUID) -> Iterator[Due]:
    """What nobody is asked for and may be signed: by whoever refused, and by the second parent on their own page."""
    register = Register.of(held)
    papers = {each.version_id: each for each in standing.papers}
    members = {each.person_id: each for each in standing.members}
    for line in standing.lines:
        paper, about_id = papers[line.version_id], line.about_id
        signed = register.signers(paper, about_id, Kind.SIGNED)
        if paper.audience != "parent" and paper.audience in paper.signed_by and about_id not in signed:
            yield Due(line.version_id, about_id, about_id)
        if "parent" in paper.signed_by:
            for carer_id in members[about_id].signing_carers:
                if carer_id not in signed and (line.standing is Standing.REFUSED or carer_id == person_id):
                    yield Due(line.version_id, carer_id, about_id)


def _found(person: Person) -> PersonFound:
    pupil, staff = getattr(person, "pupil", None), getattr(person, "staff_record", None)
    if pupil is not None:
        return PersonFound(person.pk, person.full_name, pupil.class_name or pupil.year_group, "pupil")
    if staff is not None:
        return PersonFound(person.pk, person.full_name, staff.job_title, "staff")
    return PersonFound(person.pk, person.full_name, "", "other")
