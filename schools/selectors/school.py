"""Who asks, in which school, by which policy; and who holds which post there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from audit.walls import SETTING
from packs import loader
from packs.schema import Pack
from schools.access import appointable_people_q, managed_people_q, visible_people_q
from schools.models import Membership, PackAdoption, Person, Post, School, Term
from schools.models import in_force as _in_force
from schools.prepared import Prepared
from schools.roles import ROLE_NAMES, Permission, Role
from schools.selectors.families import relatives
from schools.standing import Standing
from schools.viewer import Viewer
from schools.wall import must_be_in_transaction

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


@dataclass(frozen=True, slots=True)
class _PersonHere:
    """What somebody is in one school today: at least a member, or there for an emergency."""

    person_id: UUID
    school_id: UUID
    name: str
    school_name: str
    roles: frozenset[Role]


# In plain SQL because every page begins with it: put together by the ORM it takes ten times as long. The wall is not
# entered yet, so the door schools_of_user looks across it; the row that is wanted comes first.
_PEOPLE_OF = """
    SELECT person_id, school_id, name, school_name, roles FROM schools_of_user(%(user_id)s, %(today)s, %(now)s)
    ORDER BY school_id IS DISTINCT FROM %(school_id)s, school_name, person_id
"""
# The same, and the transaction is in the first one's school from then on: one way to the database instead of two.
_ENTER_AS = """
    SELECT person_id, school_id, name, school_name, roles,
        set_config(%(setting)s, first_value(school_id) OVER people ::text, true)
    FROM schools_of_user(%(user_id)s, %(today)s, %(now)s)
    WINDOW people AS (ORDER BY school_id IS DISTINCT FROM %(school_id)s, school_name, person_id)
    ORDER BY school_id IS DISTINCT FROM %(school_id)s, school_name, person_id
"""


def _people_of(statement: str, user_id: UUID, today: date, school_id: UUID | None) -> list[_PersonHere]:
    """The schools a user belongs to today, or may read in an emergency just now: the wanted one, then by name.

    One query.
    """
    with connection.cursor() as cursor:
        given: dict[str, Any] = {
            "user_id": user_id,
            "today": today,
            "now": timezone.now(),
            "school_id": school_id,
            "setting": SETTING,
        }
        cursor.execute(statement, given)
        return [
            _PersonHere(person_id, school_id, name, school_name, frozenset(map(Role, roles)))
            for person_id, school_id, name, school_name, roles, *_ in cursor.fetchall()
        ]


def _viewer(user_id: UUID, people: list[_PersonHere]) -> Viewer | None:
    if not people:
        return None
    return Viewer(
        user_id=user_id,
        school_id=people[0].school_id,
        person_id=people[0].person_id,
        display_name=people[0].name,
        school_name=people[0].school_name,
        roles=people[0].roles,
        has_several_schools=len(people) > 1,
    )


def viewer_for(*, user_id: UUID, today: date, school_id: UUID | None = None) -> Viewer | None:
    """The viewer a user is in the chosen school, or in the first of those they belong to. One query.

    A post without a membership in force gives nothing: who has left holds no post (duty D1, CM 3.2). A service
    administrator with emergency access is a reader for its sixty minutes and nothing else; who belongs to that school
    is never given one (threat T9). None: no school.
    """
    return _viewer(user_id, _people_of(_PEOPLE_OF, user_id, today, school_id))


def entering_viewer(*, user_id: UUID, today: date, school_id: UUID | None) -> Viewer | None:
    """``viewer_for``, and for the rest of its transaction a request is in that viewer's school. One query.

    Raises TransactionManagementError outside a transaction.
    """
    must_be_in_transaction()
    return _viewer(user_id, _people_of(_ENTER_AS, user_id, today, school_id))


def belongs_somewhere(*, user_id: UUID, today: date) -> bool:
    """Whether a log-in belongs to any school on a day. One query."""
    return bool(_people_of(_PEOPLE_OF, user_id, today, None))


def roles_anywhere(*, user_id: UUID, today: date) -> frozenset[Role]:
    """What a log-in is to any school on a day, all together. One query."""
    return frozenset(role for person in _people_of(_PEOPLE_OF, user_id, today, None) for role in person.roles)


def belongs_elsewhere(*, user_id: UUID, school_id: UUID, today: date) -> bool:
    """Whether a log-in belongs to another school as well on a day. One query."""
    return any(person.school_id != school_id for person in _people_of(_PEOPLE_OF, user_id, today, None))


def schools_of(*, viewer: Viewer, today: date) -> tuple[SchoolChoice, ...]:
    """The schools this user may switch to, by name. One query."""
    people = _people_of(_PEOPLE_OF, viewer.user_id, today, None)
    return tuple(SchoolChoice(person.school_id, person.school_name) for person in people)


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


_ACTING = Prepared(
    lambda school_id, today: (
        Post.objects.filter(
            _in_force(today),
            Exists(Membership.objects.filter(_in_force(today), school_id=school_id, person=OuterRef("person"))),
            school_id=school_id,
            person__user__is_active=True,
        )
        .order_by("starts_on", "pk")
        .values_list("post", "person_id", "person__given_name", "person__family_name")
    )
)


def acting_holders(*, viewer: Viewer, today: date) -> tuple[PostHolder, ...]:
    """Who holds each post in the viewer's school and can act by it: the people that routing counts on. One query."""
    return tuple(
        PostHolder(Role(post), person_id, f"{given_name} {family_name}")
        for post, person_id, given_name, family_name in _ACTING.rows(viewer.school_id, today)
    )


# A post counts while its holder is a member who may log in, as in ``viewer_for``: a case waits for nobody else.
_STANDING = """
    SELECT true, p.post, p.person_id, p.starts_on, p.id
    FROM schools_post p
    JOIN schools_person x ON x.id = p.person_id AND x.school_id = p.school_id
    JOIN schools_user u ON u.id = x.user_id AND u.is_active
    WHERE p.school_id = %(school)s AND p.starts_on <= %(today)s AND (p.ends_on IS NULL OR p.ends_on >= %(today)s)
        AND EXISTS (SELECT FROM schools_membership m WHERE m.person_id = p.person_id AND m.school_id = p.school_id
            AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s))
    UNION ALL
    SELECT false, m.role, m.person_id, m.starts_on, m.id FROM schools_membership m
    WHERE m.school_id = %(school)s AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
        AND m.role IN ('staff', 'governor')
    ORDER BY 4, 5
"""


def standing(school_id: UUID, today: date) -> Standing:
    """Who stands where in a school on one day, for routing. Two queries. Duties R4, R5, R7 (CM 4.1, 4.4, NE)."""
    holders: dict[Role, tuple[UUID, ...]] = {}
    members: dict[Role, set[UUID]] = {Role.STAFF: set(), Role.GOVERNOR: set()}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"school": school_id, "today": today})
        for is_post, role, person_id, _, _ in cursor.fetchall():
            if is_post:
                holders[Role(role)] = (*holders.get(Role(role), ()), person_id)
            else:
                members[Role(role)].add(person_id)
    return Standing(
        holders=holders,
        staff=frozenset(members[Role.STAFF]),
        governors=frozenset(members[Role.GOVERNOR]),
        relatives=relatives(school_id, today),
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
    return _find(visible_people_q(viewer), words)


def find_managed(*, viewer: Viewer, words: str) -> tuple[PersonFound, ...]:
    """The same for whoever keeps the lists of people. One query."""
    return _find(managed_people_q(viewer), words)


def find_appointable(*, viewer: Viewer, words: str) -> tuple[PersonFound, ...]:
    """The same among staff and governors, for whoever gives posts. One query."""
    return _find(appointable_people_q(viewer), words)


def _find(known: Q, words: str) -> tuple[PersonFound, ...]:
    parts = words.split()[:4]
    if not parts:
        return ()
    people = Person.objects.filter(pk__in=Person.objects.filter(known).values("pk"))
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


def terms_of(*, viewer: Viewer) -> tuple[Term, ...]:
    """The terms of the viewer's school, newest first. One query. Raises NotAllowed."""
    viewer.must(Permission.MANAGE_SCHOOL)
    return tuple(Term.objects.filter(school_id=viewer.school_id).order_by("-starts_on"))


def _choice(pack: Pack, adoption: PackAdoption | None, is_in_force: bool) -> PackChoice:
    return PackChoice(
        pack,
        is_in_force,
        adoption.adopted_at if adoption else None,
        adoption.adopted_by.full_name if adoption and adoption.adopted_by else "",
    )
