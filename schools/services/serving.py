"""What service administrators do: a school is added, and its first members. They see none of its rows by that."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.utils import timezone

from audit import services as audit
from schools.changes import people_changed
from schools.models import Person, School, StaffRecord, User
from schools.roles import Permission, Role
from schools.rules.posts import helps_itself
from schools.selectors.posts import appointers
from schools.services.members import log_in_again, put_in_role
from schools.services.problems import NotForYourself, NotPossible
from schools.viewer import Administrator, AdministratorAt
from schools.wall import in_school

# What a first member can be: those who can hold the posts that the school needs to help itself.
FIRST_ROLES = (Role.STAFF, Role.GOVERNOR)


class SchoolHelpsItself(NotPossible):
    """The school has two people who can appoint, and adds its own members."""

    def __init__(self) -> None:
        super().__init__("This school has a head and a chair by now: it adds its people and gives its posts itself.")


@dataclass(frozen=True, slots=True)
class NewSchool:
    """What is known of a school on its first day; it fills in the rest itself."""

    name: str
    address: str
    email: str


@dataclass(frozen=True, slots=True)
class NewMember:
    """Who is given access to a new school, and as what."""

    email: str
    given_name: str
    family_name: str
    role: Role
    starts_on: date


def add_school(*, by: Administrator, details: NewSchool) -> School:
    """Add a school. Duty L1 (CM 3.1). Five queries. Raises NotAllowed."""
    by.must(Permission.MANAGE_SERVICE)
    school_id = uuid4()
    with in_school(school_id):
        school = School.objects.create(id=school_id, name=details.name, address=details.address, email=details.email)
        audit.record(
            "school.added", school_id=school_id, actor_id=by.user_id, object_type="school", object_id=school_id
        )
    return school


def welcome_member(*, by: AdministratorAt, member: NewMember) -> Person:
    """Give somebody access to a school that cannot help itself yet: log-in, person and membership. Duty D1 (CM 3.2).

    A log-in that is there is used again and keeps its password; the owner of a new one is mailed the link to set it.
    Once two people of the school can appoint, this is theirs. Fourteen queries, and four for the mail. Raises
    NotAllowed, NotForYourself, SchoolHelpsItself, MemberAlready, School.DoesNotExist, ValueError for a role that no
    first member has.
    """
    by.must(Permission.MANAGE_SERVICE)
    if member.role not in FIRST_ROLES:
        raise ValueError("A first member is a member of staff or a governor.")
    today = timezone.localdate()
    with in_school(by.school_id):
        school = School.objects.select_for_update(no_key=True).only("pk").get(pk=by.school_id)
        if helps_itself(len(appointers(school_id=school.pk, today=today))):
            raise SchoolHelpsItself
        user, _ = User.objects.get_or_create_user(member.email)
        if user.pk == by.user_id:
            raise NotForYourself
        if not user.is_active or not user.has_usable_password():
            log_in_again(user, by=by.user_id)
        names = {"given_name": member.given_name, "family_name": member.family_name, "email": user.email}
        person, _ = Person.objects.get_or_create(school=school, user=user, defaults=names)
        put_in_role(person, member.role, member.starts_on)
        if member.role == Role.STAFF:
            StaffRecord.objects.get_or_create(
                school=school, person=person, defaults={"job_title": "", "started_on": member.starts_on}
            )
        audit.record(
            "people.welcomed",
            school_id=school.pk,
            actor_id=by.user_id,
            object_type="person",
            object_id=person.pk,
            detail={"role": member.role.value},
        )
        people_changed(school.pk, {person.pk}, today)
    return person
