"""What a school says of itself, the officer's passphrase, the policy pack it works by."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from packs import loader
from schools.models import PackAdoption, School, Term
from schools.roles import Permission
from schools.sealing import seal
from schools.services.problems import EndsTooEarly, NotPossible
from schools.viewer import Viewer

PASSPHRASE_MIN_LENGTH = 16
# By the standard of encrypted PDFs, in UTF-8 and after its normalisation.
PASSPHRASE_MAX_BYTES = 127


class PassphraseTooLong(ValueError):
    """A passphrase that the encryption of a PDF cannot take whole."""

    def __init__(self) -> None:
        super().__init__(
            f"Use at most {PASSPHRASE_MAX_BYTES} letters without accents, or about half as many with them."
        )


class PassphraseTooShort(ValueError):
    """A passphrase that could be guessed."""

    def __init__(self) -> None:
        super().__init__(f"Use at least {PASSPHRASE_MIN_LENGTH} characters, for example four or five words.")


@dataclass(frozen=True, slots=True)
class SchoolDetails:
    """What a school says of itself and of its authority's officer; the address of the reports is changed by two."""

    name: str
    address: str
    phone: str
    email: str
    authority_name: str
    officer_name: str


def change_school_details(*, by: Viewer, details: SchoolDetails) -> School:
    """Keep the school's own details. Duty R2 (CC 4.1). The officer's address is changed by ``services.officer``.

    Raises NotAllowed. The audit row names the fields that changed, never their values.
    """
    by.must(Permission.MANAGE_SCHOOL)
    with transaction.atomic():
        school = School.objects.select_for_update(no_key=True).get(pk=by.school_id)
        changed = []
        for field in SchoolDetails.__slots__:
            value = getattr(details, field)
            if getattr(school, field) != value:
                setattr(school, field, value)
                changed.append(field)
        if changed:
            school.save(update_fields=changed)
            audit.record(
                "school.changed",
                school_id=by.school_id,
                actor_id=by.user_id,
                object_type="school",
                object_id=school.pk,
                detail={"fields": changed},
            )
    return school


def set_officer_passphrase(*, by: Viewer, passphrase: str) -> None:
    """Keep, sealed, the passphrase agreed with the officer out of band. Duty D2 (CM 3.2, NS 7.8).

    Raises NotAllowed, PassphraseTooShort, PassphraseTooLong. Reports already made keep the passphrase they were
    encrypted with.
    """
    by.must(Permission.MANAGE_SCHOOL)
    if len(passphrase) < PASSPHRASE_MIN_LENGTH:
        raise PassphraseTooShort
    if len(unicodedata.normalize("NFKC", passphrase).encode()) > PASSPHRASE_MAX_BYTES:
        raise PassphraseTooLong
    with transaction.atomic():
        School.objects.filter(pk=by.school_id).update(
            officer_passphrase_sealed=seal(passphrase.encode()), officer_passphrase_set_at=timezone.now()
        )
        audit.record(
            "school.passphrase_set",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="school",
            object_id=by.school_id,
        )


def adopt_pack(*, by: Viewer, code: str, version: int) -> PackAdoption:
    """Work by this policy pack from now on; records already made keep the pack they were made under. Duty S1 (CC 5).

    Raises NotAllowed, packs.loader.UnknownPack.
    """
    by.must(Permission.MANAGE_SCHOOL)
    pack = loader.get(code, version)
    with transaction.atomic():
        adoption = PackAdoption.objects.create(
            school_id=by.school_id,
            pack_code=pack.code,
            pack_version=pack.version,
            adopted_at=timezone.now(),
            adopted_by_id=by.person_id,
        )
        audit.record(
            "school.pack_adopted",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="pack_adoption",
            object_id=adoption.pk,
            detail={"pack": pack.code, "version": pack.version},
        )
    return adoption


class TermTaken(NotPossible):
    """A term that begins on the same day is there."""

    def __init__(self) -> None:
        super().__init__("A term that begins on this day is there already.")


def add_term(*, by: Viewer, name: str, starts_on: date, ends_on: date) -> Term:
    """Put a term of the school year down; figures go by it. Duty R8 (CC 4.1, CM 4.1).

    Four queries. Raises NotAllowed, TermTaken, EndsTooEarly.
    """
    by.must(Permission.MANAGE_SCHOOL)
    if ends_on <= starts_on:
        raise EndsTooEarly
    with transaction.atomic():
        School.objects.select_for_update(no_key=True).only("pk").get(pk=by.school_id)
        if Term.objects.filter(school_id=by.school_id, starts_on=starts_on).exists():
            raise TermTaken
        term = Term.objects.create(school_id=by.school_id, name=name, starts_on=starts_on, ends_on=ends_on)
        audit.record(
            "school.term_added",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="term",
            object_id=term.pk,
        )
    return term
