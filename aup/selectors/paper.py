"""What can still be recorded from paper about somebody and their children. Duty A4 (CC 3.2, CM 3.3)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from aup.models import AgreementVersion
from aup.rules.due import Kind, due_of
from aup.selectors.families import children_of
from aup.selectors.standing import standing_on
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
    """What is outstanding. Eleven queries. Raises NotAllowed, Person.DoesNotExist."""
    viewer.must(Permission.RECORD_SIGNATURES)
    person = Person.objects.get(school_id=viewer.school_id, pk=person_id)
    about = [person_id, *children_of(viewer.school_id, person_id, today)]
    asked = [
        each
        for each in due_of(standing_on(viewer.school_id, today, person_ids=about).lines)
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


def _found(person: Person) -> PersonFound:
    pupil, staff = getattr(person, "pupil", None), getattr(person, "staff_record", None)
    if pupil is not None:
        return PersonFound(person.pk, person.full_name, pupil.class_name or pupil.year_group, "pupil")
    if staff is not None:
        return PersonFound(person.pk, person.full_name, staff.job_title, "staff")
    return PersonFound(person.pk, person.full_name, "", "other")
