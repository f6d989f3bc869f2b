"""Reads over schools and people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypedDict
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django_stubs_ext import WithAnnotations

from packs import loader
from packs.schema import Pack
from schools.access import visible_people_q
from schools.models import Membership, PackAdoption, Person, Post, School
from schools.roles import Role
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


class _Roles(TypedDict):
    member_roles: list[str]
    post_roles: list[str]
    school_name: str


def _people_of(user_id: UUID, today: date) -> QuerySet[WithAnnotations[Person, _Roles]]:
    members = Membership.objects.filter(_in_force(today), person=OuterRef("pk"))
    posts = Post.objects.filter(_in_force(today), person=OuterRef("pk"))
    return (
        Person.objects.filter(user_id=user_id)
        .annotate(
            member_roles=ArraySubquery(members.values("role")),
            post_roles=ArraySubquery(posts.values("post")),
            school_name=F("school__name"),
        )
        .order_by("school_name", "pk")
    )


def viewer_for(*, user_id: UUID, today: date, school_id: UUID | None = None) -> Viewer | None:
    """The viewer a user is in the chosen school, or in the first of those they belong to. One query.

    A post without a membership in force gives nothing: who has left holds no post (duty D1, CM 3.2). None: no school.
    """
    people = [person for person in _people_of(user_id, today) if person.member_roles]
    if not people:
        return None
    person = next((each for each in people if each.school_id == school_id), people[0])
    return Viewer(
        user_id=user_id,
        school_id=person.school_id,
        person_id=person.pk,
        display_name=person.full_name,
        school_name=person.school_name,
        roles=frozenset(Role(role) for role in [*person.member_roles, *person.post_roles]),
        has_several_schools=len(people) > 1,
    )


def schools_of(*, viewer: Viewer, today: date) -> tuple[SchoolChoice, ...]:
    """The schools this user may switch to. One query."""
    return tuple(
        SchoolChoice(person.school_id, person.school_name)
        for person in _people_of(viewer.user_id, today)
        if person.member_roles
    )


def school_of(*, viewer: Viewer) -> School:
    """The viewer's school. One query."""
    return School.objects.get(pk=viewer.school_id)


def pack_of(*, viewer: Viewer) -> Pack:
    """The policy pack the viewer's school works by now. One query."""
    return adopted_pack(school_id=viewer.school_id)


def adopted_pack(*, school_id: UUID) -> Pack:
    """The newest pack a school adopted, or the default edition where it has adopted none. One query."""
    adoption = PackAdoption.objects.filter(school_id=school_id).first()
    if adoption is None:
        return loader.latest(loader.DEFAULT_PACK)
    return loader.get(adoption.pack_code, adoption.pack_version)


def post_holders(*, viewer: Viewer, posts: Iterable[Role], today: date) -> tuple[PostHolder, ...]:
    """Who holds these posts in the viewer's school today; several holders of one post are all given. One query."""
    rows = (
        Post.objects.filter(_in_force(today), school_id=viewer.school_id, post__in=[post.value for post in posts])
        .select_related("person")
        .order_by("post", "person__family_name", "person__given_name")
    )
    return tuple(PostHolder(Role(row.post), row.person_id, row.person.full_name) for row in rows)


def coordinator_name(*, school_id: UUID, today: date) -> str:
    """The name of the school's online safety co-ordinator, for the organisation block of the form. One query."""
    row = (
        Post.objects.filter(_in_force(today), school_id=school_id, post=Role.COORDINATOR.value)
        .select_related("person")
        .order_by("starts_on")
        .first()
    )
    return row.person.full_name if row else ""


def find_people(*, viewer: Viewer, words: str) -> tuple[PersonFound, ...]:
    """Pupils and staff of the viewer's school whose names start with the words typed; at most 12. One query.

    ``"sam ah"`` finds Sam Ahmed and Ahmed Sam: each word must start one of the two names.
    """
    parts = words.split()[:4]
    if not parts:
        return ()
    people = Person.objects.filter(visible_people_q(viewer))
    for part in parts:
        people = people.filter(Q(family_name__istartswith=part) | Q(given_name__istartswith=part))
    people = people.select_related("pupil", "staff_record").order_by("family_name", "given_name", "pk")
    return tuple(_found(person) for person in people[:PEOPLE_SHOWN])


def people_by_id(*, viewer: Viewer, person_ids: Iterable[UUID]) -> dict[UUID, PersonFound]:
    """The people of the viewer's school with these ids; an id of another school is simply not there. One query."""
    people = Person.objects.filter(visible_people_q(viewer), pk__in=list(person_ids))
    return {person.pk: _found(person) for person in people.select_related("pupil", "staff_record")}


def _found(person: Person) -> PersonFound:
    pupil = getattr(person, "pupil", None)
    staff = getattr(person, "staff_record", None)
    if pupil is not None:
        return PersonFound(person.pk, person.full_name, pupil.class_name or pupil.year_group, "pupil")
    if staff is not None:
        return PersonFound(person.pk, person.full_name, staff.job_title, "staff")
    return PersonFound(person.pk, person.full_name, "", "other")
