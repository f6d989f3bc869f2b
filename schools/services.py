"""Writes to schools: the officer's details, the passphrase, the policy pack, who belongs to a school."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from packs import loader
from schools.addresses import safe_address
from schools.models import Membership, PackAdoption, Person, Post, School, User
from schools.roles import MEMBERSHIP_ROLES, POSTS, Permission, Role
from schools.sealing import seal
from schools.viewer import Viewer
from schools.wall import in_school

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
    """What a school says of itself and of its authority's officer."""

    name: str
    address: str
    phone: str
    email: str
    authority_name: str
    officer_name: str
    officer_email: str


def change_school_details(*, by: Viewer, details: SchoolDetails) -> School:
    """Keep the school's own details and its officer's address. Duties R2, D2 (CC 4.1, CM 3.2).

    Raises NotAllowed, and UnsafeAddress for an officer's address that nothing could be sent to. The audit row names
    the fields that changed, never their values.
    """
    by.must(Permission.MANAGE_SCHOOL)
    if details.officer_email:
        safe_address(details.officer_email)
    with transaction.atomic():
        school = School.objects.select_for_update().get(pk=by.school_id)
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


class NotAdministrator(PermissionError):
    """Only the service administrator gives people access to a school."""

    def __init__(self) -> None:
        super().__init__("Only the service administrator can do this.")


class MemberAlready(ValueError):
    """The person is this to the school already."""

    def __init__(self) -> None:
        super().__init__("This person has this role or post at the school already.")


@dataclass(frozen=True, slots=True)
class NewMember:
    """Who is given access to a school, and as what; ``post`` only with the role of staff or governor."""

    email: str
    given_name: str
    family_name: str
    role: Role
    post: Role | None
    starts_on: date


def welcome_member(*, by: User, school_id: UUID, member: NewMember) -> Person:
    """Give somebody access to a school: log-in, person, membership and, if any, post. Duty D1 (CM 3.2).

    ``by`` is the service administrator, who belongs to no school and never sees who is in one: an existing log-in with
    this email is used again, a new one has no password until the administrator sets its first. Eleven queries at most.
    Raises NotAdministrator, MemberAlready, School.DoesNotExist, ValueError for a role that is no membership or a post
    that is none.
    """
    _must_administrate(by)
    if member.role not in MEMBERSHIP_ROLES or (member.post is not None and member.post not in POSTS):
        raise ValueError("A member has one of the roles of a membership and, if any, one of the posts.")
    if member.post is not None and member.role in {Role.PARENT, Role.PUPIL}:
        raise ValueError("A post is held by a member of staff or a governor.")
    with in_school(school_id):
        school = School.objects.get(pk=school_id)
        email = member.email.strip().lower()
        user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
        person, _ = Person.objects.get_or_create(
            school=school,
            user=user,
            defaults={"given_name": member.given_name, "family_name": member.family_name, "email": email},
        )
        is_new = False
        terms = {"school": school, "person": person, "ends_on": None}
        if not Membership.objects.filter(**terms, role=member.role.value).exists():
            Membership.objects.create(**terms, role=member.role.value, starts_on=member.starts_on)
            is_new = True
        if member.post is not None and not Post.objects.filter(**terms, post=member.post.value).exists():
            Post.objects.create(**terms, post=member.post.value, starts_on=member.starts_on)
            is_new = True
        if not is_new:
            raise MemberAlready
        audit.record(
            "school.member_welcomed",
            school_id=school.pk,
            actor_id=by.pk,
            object_type="person",
            object_id=person.pk,
            detail={"role": member.role.value, "post": member.post.value if member.post else ""},
        )
    return person


def end_term_of(*, by: User, of: Membership | Post, ends_on: date | None) -> None:
    """Say until when somebody is what they are to a school; their access ends with that day. Duty D1 (CM 3.2).

    Four queries. Raises NotAdministrator, and IntegrityError for an end before the start.
    """
    _must_administrate(by)
    with in_school(of.school_id):
        of.ends_on = ends_on
        of.save(update_fields=["ends_on"])
        audit.record(
            "school.member_ended" if ends_on else "school.member_continued",
            school_id=of.school_id,
            actor_id=by.pk,
            object_type="membership" if isinstance(of, Membership) else "post",
            object_id=of.pk,
        )


def _must_administrate(by: User) -> None:
    if not (by.is_active and by.is_staff):
        raise NotAdministrator
