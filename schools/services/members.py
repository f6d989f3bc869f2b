"""The people of a school: who they are, what they are to it from a day and until one, and whether they can log in."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from schools.access import managed_people_q
from schools.changes import people_changed
from schools.log_in.passwords import send_link
from schools.models import Membership, Person, Pupil, StaffRecord, User
from schools.roles import MEMBERSHIP_ROLES, Permission, Role
from schools.rules.posts import may_renew_alone
from schools.services.posts import end_row, posts_held, takes_two_to_change
from schools.services.problems import NotAlone, NotForYourself, NotPossible
from schools.viewer import Viewer


class MemberAlready(NotPossible):
    """The person is this to the school already."""

    def __init__(self) -> None:
        super().__init__("This person has this role or post at the school already.")


class HasLogIn(NotPossible):
    """The person logs in already."""

    def __init__(self) -> None:
        super().__init__("This person has a log-in already.")


class AddressTaken(NotPossible):
    """Another person of the same school logs in with this address."""

    def __init__(self) -> None:
        super().__init__("Somebody else of this school logs in with this address. Look them up under People.")


class NoRoleNow(NotPossible):
    """Somebody who is nothing to the school is to be given a log-in."""

    def __init__(self) -> None:
        super().__init__("This person has no role at the school. Give them one first.")


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """How a school knows somebody. ``job_title`` of staff; ``year_group`` and ``class_name`` of pupils."""

    given_name: str
    family_name: str
    email: str = ""
    job_title: str = ""
    year_group: str = ""
    class_name: str = ""


def add_person(*, by: Viewer, details: PersonDetails, role: Role, starts_on: date, log_in: str = "") -> Person:
    """Put somebody on the school's lists, with a role from a day, and with a log-in where an address is given.

    A log-in that is there is used again, and keeps its password; the owner of a new one is mailed the link to set it.
    Duties D1, L1 (CM 3.1, CM 3.2). Nine queries, and four for the mail. Raises NotAllowed, AddressTaken,
    ValueError for a role that is no membership.
    """
    by.must(Permission.MANAGE_PEOPLE)
    _must_be_membership(role)
    today = timezone.localdate()
    with transaction.atomic():
        user = log_in_for(school_id=by.school_id, email=log_in, by=by.user_id) if log_in else None
        person = Person.objects.create(
            school_id=by.school_id,
            user=user,
            given_name=details.given_name,
            family_name=details.family_name,
            email=details.email or log_in.strip().lower(),
        )
        mine = {"school_id": by.school_id, "person": person}
        if role == Role.STAFF:
            StaffRecord.objects.create(**mine, job_title=details.job_title, started_on=starts_on)
        if role == Role.PUPIL:
            Pupil.objects.create(
                **mine, year_group=details.year_group, class_name=details.class_name, joined_on=starts_on
            )
        Membership.objects.create(**mine, role=role.value, starts_on=starts_on)
        audit.record(
            "people.added",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="person",
            object_id=person.pk,
            detail={"role": role.value, "log_in": user is not None},
        )
        people_changed(by.school_id, {person.pk}, today)
    return person


def change_person(*, by: Viewer, person_id: UUID, details: PersonDetails) -> Person:
    """Keep how the school knows somebody; what they may do does not change by it. Duty L1 (CM 3.1).

    Cases that name people by typing are looked at again for the new name (duty R7, NE). Five queries. Raises
    NotAllowed, Person.DoesNotExist. The audit row names the fields that changed, never a value.
    """
    by.must(Permission.MANAGE_PEOPLE)
    today = timezone.localdate()
    with transaction.atomic():
        person = _locked(by, person_id)
        changed = _change(person, details, "given_name", "family_name", "email")
        staff = StaffRecord.objects.filter(school_id=by.school_id, person=person).first()
        pupil = Pupil.objects.filter(school_id=by.school_id, person=person).first()
        if staff is not None:
            changed += _change(staff, details, "job_title")
        if pupil is not None:
            changed += _change(pupil, details, "year_group", "class_name")
        if changed:
            audit.record(
                "people.changed",
                school_id=by.school_id,
                actor_id=by.user_id,
                object_type="person",
                object_id=person.pk,
                detail={"fields": changed},
            )
        if {"given_name", "family_name"}.intersection(changed):
            people_changed(by.school_id, {person.pk}, today)
    return person


def add_role(*, by: Viewer, person_id: UUID, role: Role, starts_on: date) -> Membership:
    """Make somebody something more to the school from a day. Somebody who has come back can log in again.

    Duties D1, L1 (CM 3.1, CM 3.2). Nine queries at most. Raises NotAllowed, NotForYourself, NotAlone for whoever holds
    a post that takes two people, MemberAlready, Person.DoesNotExist, ValueError for a role that is no membership.
    """
    by.must(Permission.MANAGE_PEOPLE)
    _must_be_membership(role)
    today = timezone.localdate()
    with transaction.atomic():
        person = _of_another(by, person_id)
        if takes_two_to_change(person, today):
            raise NotAlone
        row = put_in_role(person, role, starts_on)
        _put_on_list(person, role, starts_on)
        if person.user is not None and not person.user.is_active:
            log_in_again(person.user, by=by.user_id)
        _role_changed(by, "people.role_given", row, today)
    return row


def end_role(*, by: Viewer, membership_id: UUID, last_day: date) -> Membership:
    """Say until when somebody is what they are to the school; the last day belongs to it. Duty D1 (CM 3.2).

    Posts end with the last membership by themselves: see ``viewer_for``. Six queries. Raises NotAllowed,
    NotForYourself, NotAlone for whoever holds a post that takes two people (threat T4), EndedAlready, EndsTooEarly,
    Membership.DoesNotExist.
    """
    by.must(Permission.MANAGE_PEOPLE)
    today = timezone.localdate()
    with transaction.atomic():
        here = Membership.objects.filter(school_id=by.school_id)
        person = _of_another(by, here.values_list("person_id", flat=True).get(pk=membership_id))
        if takes_two_to_change(person, today):
            raise NotAlone
        # Only now: whoever took everything from them meanwhile held the person.
        row = here.get(pk=membership_id)
        end_row(row, last_day, today)
        _role_changed(by, "people.role_ended", row, today)
    return row


def give_log_in(*, by: Viewer, person_id: UUID, email: str) -> User:
    """Let somebody who is on the lists log in. Duties D1, L1 (CM 3.1, CM 3.2).

    Not to whoever holds a post that takes two people: the second person agreed to somebody, not to an address
    (threat T4); with another post it is the head, as with a lost phone (``rules.posts.may_renew_alone``). Seven queries
    at most. Raises NotAllowed, NotForYourself, NotAlone, HasLogIn, NoRoleNow, AddressTaken, Person.DoesNotExist.
    """
    by.must(Permission.MANAGE_PEOPLE)
    today = timezone.localdate()
    with transaction.atomic():
        person = _of_another(by, person_id)
        if person.user_id is not None:
            raise HasLogIn
        if not may_renew_alone(by.roles, posts_held(person, today)):
            raise NotAlone
        if not Membership.objects.filter(school_id=by.school_id, person=person).exclude(ends_on__lt=today).exists():
            raise NoRoleNow
        person.user = log_in_for(school_id=by.school_id, email=email, by=by.user_id)
        person.email = person.email or person.user.email
        person.save(update_fields=["user", "email"])
        audit.record(
            "people.log_in_given",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="person",
            object_id=person.pk,
            detail={"user": str(person.user_id)},
        )
        people_changed(by.school_id, {person.pk}, today)
    assert person.user is not None
    return person.user


def log_in_for(*, school_id: UUID, email: str, by: UUID) -> User:
    """The log-in with this address, made where there is none. Five queries, and four for a mail. Raises AddressTaken.

    One that has no password yet is mailed the link to set it. A button pressed twice finds the log-in of the first
    time.
    """
    user, is_new = User.objects.get_or_create_user(email)
    # One after the other: two at once would both find nobody of this school.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
    if not is_new and Person.objects.filter(school_id=school_id, user=user).exists():
        raise AddressTaken
    if not user.is_active or not user.has_usable_password():
        log_in_again(user, by=by)
    return user


def log_in_again(user: User, *, by: UUID) -> None:
    """Open the log-in of somebody who has come back; what they had to log in with was taken when they left."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    if not user.has_usable_password():
        send_link(user.email, by=by)


def _must_be_membership(role: Role) -> None:
    if role not in MEMBERSHIP_ROLES:
        raise ValueError("A member has one of the roles of a membership.")


def _locked(by: Viewer, person_id: UUID) -> Person:
    return Person.objects.select_for_update(of=("self",), no_key=True).get(managed_people_q(by), pk=person_id)


def _of_another(by: Viewer, person_id: UUID) -> Person:
    """The person, who is somebody else. Raises NotForYourself: nobody changes what they are themselves (T4)."""
    person = _locked(by, person_id)
    if person.pk == by.person_id:
        raise NotForYourself
    return person


def put_in_role(person: Person, role: Role, starts_on: date) -> Membership:
    """Write that somebody is this to the school from a day. Two queries. Raises MemberAlready.

    What was ended on the day before it began is begun again, for one begins on a day once.
    """
    mine: dict[str, Any] = {"school_id": person.school_id, "person": person, "role": role.value}
    if Membership.objects.filter(**mine).exclude(ends_on__lt=starts_on).exists():
        raise MemberAlready
    row, _ = Membership.objects.update_or_create(**mine, starts_on=starts_on, defaults={"ends_on": None})
    return row


def _put_on_list(person: Person, role: Role, starts_on: date) -> None:
    """Staff and pupils have a row beside the person; one that says they have left says so no more. Two queries."""
    mine, back = {"school_id": person.school_id, "person": person}, {"left_on": None}
    if role == Role.STAFF:
        StaffRecord.objects.update_or_create(**mine, defaults=back, create_defaults={"started_on": starts_on})
    if role == Role.PUPIL:
        Pupil.objects.update_or_create(**mine, defaults=back, create_defaults={"joined_on": starts_on})


def _change(row: Person | StaffRecord | Pupil, details: PersonDetails, *names: str) -> list[str]:
    changed = [name for name in names if getattr(row, name) != getattr(details, name)]
    for name in changed:
        setattr(row, name, getattr(details, name))
    if changed:
        row.save(update_fields=changed)
    return changed


def _role_changed(by: Viewer, action: str, row: Membership, today: date) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="membership",
        object_id=row.pk,
        detail={"role": row.role, "person": str(row.person_id)},
    )
    people_changed(by.school_id, {row.person_id}, today)
