"""The people of a school for whoever keeps the lists: a page of them, and one of them whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from schools.access import managed_people_q
from schools.models import Guardian, Membership, Person, Post, in_force
from schools.roles import ROLE_NAMES, Permission, Role
from schools.rules.log_ins import UNUSED_DAYS
from schools.rules.posts import may_remove, may_renew_alone
from schools.selectors.unused import unused
from schools.viewer import Viewer

SHOWN = 50
# What the list can be narrowed to: a membership in force, nothing in force any more, a log-in that nobody uses.
KINDS: dict[str, str] = {
    "staff": "Staff",
    "pupil": "Pupils",
    "governor": "Governors",
    "parent": "Parents and carers",
    "visitor": "Visitors",
    "former": "Nothing now",
    "unused": f"Log-ins unused for {UNUSED_DAYS} days",
}


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of the list: what they are today, and the job or class by which to tell namesakes apart."""

    person_id: UUID
    name: str
    group: str
    roles: tuple[str, ...]
    has_log_in: bool


@dataclass(frozen=True, slots=True)
class PeopleList:
    """A page of the list."""

    lines: tuple[PersonLine, ...]
    kind: str
    page: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class RoleTerm:
    """What somebody is or was to the school, from a day and perhaps until one."""

    row_id: UUID
    role: Role
    starts_on: date
    ends_on: date | None
    is_running: bool

    @property
    def name(self) -> str:
        """The role or post in words."""
        return ROLE_NAMES[self.role]


@dataclass(frozen=True, slots=True)
class Relative:
    """A child's parent or carer, or a parent's child. ``is_me``: the parent is who looks, and changes nothing of it."""

    row_id: UUID
    person_id: UUID
    name: str
    starts_on: date
    ends_on: date | None
    is_running: bool
    relation: str
    has_parental_responsibility: bool
    is_barred: bool
    is_me: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Somebody whole. ``is_me``: nobody changes what they are themselves. ``may_leave`` and ``may_renew``: see
    rules.posts.may_remove and may_renew_alone."""

    person: Person
    group: str
    kind: str
    login: str
    login_works: bool
    memberships: tuple[RoleTerm, ...]
    posts: tuple[RoleTerm, ...]
    guardians: tuple[Relative, ...]
    children: tuple[Relative, ...]
    is_me: bool
    may_leave: bool
    may_renew: bool

    @property
    def holds(self) -> frozenset[Role]:
        """The posts held today, or to be held."""
        return frozenset(each.role for each in self.posts if each.is_running)


def people_list(*, viewer: Viewer, today: date, kind: str = "", page: int = 1, words: str = "") -> PeopleList:
    """The people of the viewer's school by name, fifty a page, or those whose names start with the words. One query.

    Duty L1 (CM 3.1). Raises NotAllowed.
    """
    viewer.must(Permission.MANAGE_PEOPLE)
    kind = kind if kind in KINDS else ""
    people = Person.objects.filter(managed_people_q(viewer))
    for part in words.split()[:4]:
        people = people.filter(Q(family_name__istartswith=part) | Q(given_name__istartswith=part))
    people = _narrowed(people, kind, today).order_by("family_name", "given_name", "pk")
    page = max(page, 1)
    rows = list(_with_roles(people, today)[(page - 1) * SHOWN : page * SHOWN + 1])
    return PeopleList(tuple(map(_line, rows[:SHOWN])), kind, page, len(rows) > SHOWN)


def _narrowed(people: QuerySet[Person], kind: str, today: date) -> QuerySet[Person]:
    members = Membership.objects.filter(in_force(today), person=OuterRef("pk"))
    on_roll = Q(pupil__isnull=False) & (Q(pupil__left_on__isnull=True) | Q(pupil__left_on__gte=today))
    at_work = Q(staff_record__isnull=False) & (
        Q(staff_record__left_on__isnull=True) | Q(staff_record__left_on__gte=today)
    )
    if kind == "unused":
        return unused(people, today)
    if kind == "former":
        return people.filter(~Exists(members)).exclude(on_roll).exclude(at_work)
    if kind == "pupil":
        return people.filter(on_roll | Exists(members.filter(role=Role.PUPIL.value)))
    if kind == "staff":
        return people.filter(at_work | Exists(members.filter(role=Role.STAFF.value)))
    return people.filter(Exists(members.filter(role=kind))) if kind else people


def _with_roles(people: QuerySet[Person], today: date) -> QuerySet[Person]:
    here = {"person": OuterRef("pk")}
    return people.select_related("pupil", "staff_record", "user").annotate(
        member_roles=ArraySubquery(Membership.objects.filter(in_force(today), **here).order_by("role").values("role")),
        post_roles=ArraySubquery(Post.objects.filter(in_force(today), **here).order_by("post").values("post")),
    )


def _line(person: Person) -> PersonLine:
    roles = [*getattr(person, "post_roles", ()), *getattr(person, "member_roles", ())]
    kind, group = _kind_and_group(person)
    named = list(dict.fromkeys(ROLE_NAMES[Role(role)] for role in roles))
    if not named and kind == "pupil" and person.pupil.left_on is None:
        named = [ROLE_NAMES[Role.PUPIL]]
    elif not named and kind == "staff" and person.staff_record.left_on is None:
        named = [ROLE_NAMES[Role.STAFF]]
    user = person.user
    return PersonLine(person.pk, person.full_name, group, tuple(named), user is not None and user.is_active)


def _kind_and_group(person: Person) -> tuple[str, str]:
    pupil, staff = getattr(person, "pupil", None), getattr(person, "staff_record", None)
    if pupil is not None:
        return "pupil", pupil.class_name or pupil.year_group
    return ("staff", staff.job_title) if staff is not None else ("", "")


def person_page(*, viewer: Viewer, person_id: UUID, today: date) -> PersonPage:
    """Somebody of the viewer's school with everything they are and were. Four queries.

    Duty L1 (CM 3.1): every log-in, since when, until when. Raises NotAllowed, Person.DoesNotExist.
    """
    viewer.must(Permission.MANAGE_PEOPLE)
    people = Person.objects.select_related("pupil", "staff_record", "user")
    person = people.get(managed_people_q(viewer), pk=person_id)
    mine = {"school_id": viewer.school_id, "person": person}
    memberships = _terms(Membership.objects.filter(**mine).values_list("pk", "role", "starts_on", "ends_on"), today)
    posts = _terms(Post.objects.filter(**mine).values_list("pk", "post", "starts_on", "ends_on"), today)
    ties = Guardian.objects.filter(Q(guardian=person) | Q(child=person), school_id=viewer.school_id)
    relatives = list(ties.select_related("guardian", "child").order_by("-starts_on", "pk"))
    kind, group = _kind_and_group(person)
    held = frozenset(each.role for each in posts if each.is_running)
    return PersonPage(
        person=person,
        group=group,
        kind=kind,
        login=person.user.email if person.user else "",
        login_works=person.user is not None and person.user.is_active,
        memberships=memberships,
        posts=posts,
        guardians=tuple(
            _relative(each, each.guardian, viewer, today) for each in relatives if each.child_id == person.pk
        ),
        children=tuple(
            _relative(each, each.child, viewer, today) for each in relatives if each.guardian_id == person.pk
        ),
        is_me=person.pk == viewer.person_id,
        may_leave=person.pk != viewer.person_id and may_remove(viewer.roles, held),
        may_renew=person.pk != viewer.person_id and may_renew_alone(viewer.roles, held),
    )


def _terms(rows: Iterable[tuple[UUID, str, date, date | None]], today: date) -> tuple[RoleTerm, ...]:
    terms = [
        RoleTerm(row_id, Role(role), starts_on, ends_on, ends_on is None or ends_on >= today)
        for row_id, role, starts_on, ends_on in rows
    ]
    return tuple(sorted(terms, key=lambda each: (not each.is_running, -each.starts_on.toordinal(), each.role)))


def _relative(row: Guardian, other: Person, viewer: Viewer, today: date) -> Relative:
    return Relative(
        row_id=row.pk,
        person_id=other.pk,
        name=other.full_name,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        is_running=row.ends_on is None or row.ends_on >= today,
        relation=row.relation,
        has_parental_responsibility=row.has_parental_responsibility,
        is_barred=row.is_barred,
        is_me=row.guardian_id == viewer.person_id,
    )


@dataclass(frozen=True, slots=True)
class RoleOf:
    """Whose role it is, for the page on which it is ended."""

    person_id: UUID
    name: str
    role_name: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A parent or carer and a child, for the pages on which the relation is changed or ended."""

    guardian_name: str
    child_id: UUID
    child_name: str
    relation: str
    has_parental_responsibility: bool
    is_barred: bool


def name_of(*, viewer: Viewer, person_id: UUID) -> str:
    """The name of somebody of the viewer's school, for whoever keeps the lists or gives posts. One query.

    Raises NotAllowed, Person.DoesNotExist.
    """
    if not viewer.may(Permission.APPOINT):
        viewer.must(Permission.MANAGE_PEOPLE)
    return Person.objects.only("given_name", "family_name").get(school_id=viewer.school_id, pk=person_id).full_name


def role_term(*, viewer: Viewer, membership_id: UUID) -> RoleOf:
    """One membership of the viewer's school. One query. Raises NotAllowed, Membership.DoesNotExist."""
    viewer.must(Permission.MANAGE_PEOPLE)
    row = Membership.objects.select_related("person").get(school_id=viewer.school_id, pk=membership_id)
    return RoleOf(row.person_id, row.person.full_name, ROLE_NAMES[Role(row.role)])


def guardian_term(*, viewer: Viewer, guardian_row_id: UUID) -> Pair:
    """One relation of the viewer's school. One query. Raises NotAllowed, Guardian.DoesNotExist."""
    viewer.must(Permission.MANAGE_PEOPLE)
    rows = Guardian.objects.select_related("guardian", "child")
    row = rows.get(school_id=viewer.school_id, pk=guardian_row_id)
    return Pair(
        guardian_name=row.guardian.full_name,
        child_id=row.child_id,
        child_name=row.child.full_name,
        relation=row.relation,
        has_parental_responsibility=row.has_parental_responsibility,
        is_barred=row.is_barred,
    )
