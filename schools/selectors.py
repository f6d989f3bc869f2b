"""Reads over schools and people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet

from packs import loader
from packs.schema import Pack
from schools.access import visible_people_q
from schools.models import Membership, PackAdoption, Person, Post, School
from schools.prepared import Prepared
from schools.roles import ROLE_NAMES, Permission, Role
from schools.viewer import Viewer

PEOPLE_SHOWN = 12


@dataclass(frozen=True, slots=True)
class PersonFound:
    """One line of the type-ahead: who it is, and the class or job by which to tell namesakes apart."""

    person_id: UUID
    name: str
    group: str
    kind: str


@dataclass(frozen=True, slots=True)
class PostHolder:
    """Who holds a post today."""

    post: Role
    person_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class SchoolChoice:
    """One of the schools a user may work in."""

    school_id: UUID
    name: str


def _in_force(today: date) -> Q:
    return Q(starts_on__lte=today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=today))


@dataclass(frozen=True, slots=True)
class _PersonHere:
    """What somebody is in one school today: at least a member."""

    person_id: UUID
    school_id: UUID
    name: str
    school_name: str
    roles: frozenset[Role]


# In plain SQL because every page begins with it: put together by the ORM it takes ten times as long.
_PEOPLE_OF = """
    SELECT id, school_id, given_name || ' ' || family_name, school_name, members || posts FROM (
        SELECT p.id, p.school_id, p.given_name, p.family_name, s.name AS school_name,
            ARRAY(SELECT role::text FROM schools_membership WHERE person_id = p.id AND school_id = p.school_id
                AND starts_on <= %(today)s AND (ends_on IS NULL OR ends_on >= %(today)s)) AS members,
            ARRAY(SELECT post::text FROM schools_post WHERE person_id = p.id AND school_id = p.school_id
                AND starts_on <= %(today)s AND (ends_on IS NULL OR ends_on >= %(today)s)) AS posts
        FROM schools_person p JOIN schools_school s ON s.id = p.school_id
        WHERE p.user_id = %(user_id)s) people
    WHERE cardinality(members) > 0
    ORDER BY school_name, id
"""


def _people_of(user_id: UUID, today: date) -> list[_PersonHere]:
    """The schools a user belongs to today, by name. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE_OF, {"user_id": user_id, "today": today})
        return [
            _PersonHere(person_id, school_id, name, school_name, frozenset(map(Role, roles)))
            for person_id, school_id, name, school_name, roles in cursor.fetchall()
        ]


def viewer_for(*, user_id: UUID, today: date, school_id: UUID | None = None) -> Viewer | None:
    """The viewer a user is in the chosen school, or in the first of those they belong to. One query.

    A post without a membership in force gives nothing: who has left holds no post (duty D1, CM 3.2). None: no school.
    """
    people = _people_of(user_id, today)
    if not people:
        return None
    person = next((each for each in people if each.school_id == school_id), people[0])
    return Viewer(
        user_id=user_id,
        school_id=person.school_id,
        person_id=person.person_id,
        display_name=person.name,
        school_name=person.school_name,
        roles=person.roles,
        has_several_schools=len(people) > 1,
    )


def schools_of(*, viewer: Viewer, today: date) -> tuple[SchoolChoice, ...]:
    """The schools this user may switch to. One query."""
    return tuple(SchoolChoice(person.school_id, person.school_name) for person in _people_of(viewer.user_id, today))


def school_of(*, viewer: Viewer) -> School:
    """The viewer's school. One query."""
    return School.objects.get(pk=viewer.school_id)


def pack_of(*, viewer: Viewer) -> Pack:
    """The policy pack the viewer's school works by now. One query."""
    return adopted_pack(school_id=viewer.school_id)


_NEWEST_ADOPTION = Prepared(
    lambda school_id: PackAdoption.objects.filter(school_id=school_id).values_list("pack_code", "pack_version")[:1]
)


def adopted_pack(*, school_id: UUID) -> Pack:
    """The newest pack a school adopted, or the default edition where it has adopted none. One query."""
    for pack_code, pack_version in _NEWEST_ADOPTION.rows(school_id):
        return loader.get(pack_code, pack_version)
    return loader.latest(loader.DEFAULT_PACK)


_POSTS_IN_FORCE = Prepared(
    lambda school_id, today: (
        Post.objects.filter(_in_force(today), school_id=school_id)
        .order_by("post", "person__family_name", "person__given_name")
        .values_list("post", "person_id", "person__given_name", "person__family_name")
    )
)


def post_holders(*, viewer: Viewer, posts: Iterable[Role], today: date) -> tuple[PostHolder, ...]:
    """Who holds these posts in the viewer's school today; several holders of one post are all given. One query."""
    wanted = set(posts)
    return tuple(
        PostHolder(Role(post), person_id, f"{given_name} {family_name}")
        for post, person_id, given_name, family_name in _POSTS_IN_FORCE.rows(viewer.school_id, today)
        if post in wanted
    )


_COORDINATOR = Prepared(
    lambda school_id, today: (
        Post.objects.filter(_in_force(today), school_id=school_id, post=Role.COORDINATOR.value)
        .order_by("starts_on")
        .values_list("person__given_name", "person__family_name")[:1]
    )
)


def coordinator_name(*, school_id: UUID, today: date) -> str:
    """The name of the school's online safety co-ordinator, for the organisation block of the form. One query."""
    return next((f"{given_name} {family_name}" for given_name, family_name in _COORDINATOR.rows(school_id, today)), "")


def find_people(*, viewer: Viewer, words: str) -> tuple[PersonFound, ...]:
    """Pupils, staff and others of the viewer's school whose names start with the words typed; at most 12. One query.

    ``"sam ah"`` finds Sam Ahmed and Ahmed Sam: each word must start one of the two names.
    """
    parts = words.split()[:4]
    if not parts:
        return ()
    people = Person.objects.filter(visible_people_q(viewer))
    for part in parts:
        people = people.filter(Q(family_name__istartswith=part) | Q(given_name__istartswith=part))
    people = people.order_by("family_name", "given_name", "pk")[:PEOPLE_SHOWN]
    return tuple(_found(person) for person in _with_what_they_are(people))


def people_by_id(*, viewer: Viewer, person_ids: Iterable[UUID]) -> dict[UUID, PersonFound]:
    """The people of the viewer's school with these ids; an id of another school is simply not there. One query."""
    people = Person.objects.filter(visible_people_q(viewer), pk__in=list(person_ids))
    return {person.pk: _found(person) for person in _with_what_they_are(people)}


def _with_what_they_are(people: QuerySet[Person]) -> QuerySet[Person]:
    roles = Membership.objects.filter(person=OuterRef("pk")).order_by("role").values("role").distinct()
    return people.select_related("pupil", "staff_record").annotate(member_roles=ArraySubquery(roles))


def _found(person: Person) -> PersonFound:
    pupil = getattr(person, "pupil", None)
    staff = getattr(person, "staff_record", None)
    if pupil is not None:
        return PersonFound(person.pk, person.full_name, pupil.class_name or pupil.year_group, "pupil")
    if staff is not None:
        return PersonFound(person.pk, person.full_name, staff.job_title, "staff")
    others = ", ".join(ROLE_NAMES[Role(role)] for role in getattr(person, "member_roles", ()))
    return PersonFound(person.pk, person.full_name, others, "other")


@dataclass(frozen=True, slots=True)
class PackChoice:
    """A policy pack that the school may work by; ``adopted_at`` of its newest adoption, None when it never was."""

    pack: Pack
    is_in_force: bool
    adopted_at: datetime | None
    adopted_by: str


@dataclass(frozen=True, slots=True)
class SchoolSettings:
    """What the school's own page shows. The passphrase itself is never read, only when it was set."""

    school: School
    packs: tuple[PackChoice, ...]

    @property
    def in_force(self) -> PackChoice:
        """The pack that new records are made under."""
        return next(each for each in self.packs if each.is_in_force)


def school_settings(*, viewer: Viewer) -> SchoolSettings:
    """The school's details and the packs it may choose from. Two queries. Raises NotAllowed."""
    viewer.must(Permission.MANAGE_SCHOOL)
    school = School.objects.defer("officer_passphrase_sealed").get(pk=viewer.school_id)
    adoptions = list(PackAdoption.objects.filter(school_id=viewer.school_id).select_related("adopted_by"))
    newest = {(each.pack_code, each.pack_version): each for each in reversed(adoptions)}
    in_force = next(((each.pack_code, each.pack_version) for each in adoptions), loader.latest(loader.DEFAULT_PACK).key)
    return SchoolSettings(
        school, tuple(_choice(pack, newest.get(pack.key), pack.key == in_force) for pack in reversed(loader.editions()))
    )


def _choice(pack: Pack, adoption: PackAdoption | None, is_in_force: bool) -> PackChoice:
    return PackChoice(
        pack,
        is_in_force,
        adoption.adopted_at if adoption else None,
        adoption.adopted_by.full_name if adoption and adoption.adopted_by else "",
    )
