"""What service administrators see: the names of the schools, and of one school how far it has got."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from schools.models import Membership, Post, School, in_force
from schools.roles import Permission, Role
from schools.rules.emergency import WAITS
from schools.rules.posts import helps_itself
from schools.selectors.emergency import EmergencyShown, WaitingAtSchool, emergencies, waiting_for_administrators
from schools.selectors.posts import Waiting, appointers, appointments_waiting
from schools.viewer import Administrator, AdministratorAt
from schools.wall import every_school, in_school


@dataclass(frozen=True, slots=True)
class ServicePage:
    """All schools by name, and what waits at them."""

    schools: tuple[tuple[UUID, str], ...]
    waiting: tuple[WaitingAtSchool, ...]


@dataclass(frozen=True, slots=True)
class ServedSchool:
    """A school as its service sees it: no person, no case. ``helps_itself``: two of its people can appoint."""

    school_id: UUID
    name: str
    has_head: bool
    has_chair: bool
    helps_itself: bool
    waiting: tuple[Waiting, ...]
    emergencies: tuple[EmergencyShown, ...]


def service_page(*, by: Administrator, now: datetime) -> ServicePage:
    """The first page of the service. Two queries. Raises NotAllowed."""
    by.must(Permission.MANAGE_SERVICE)
    return ServicePage(tuple(every_school()), waiting_for_administrators(by=by, now=now, since=now - WAITS))


def served_school(*, by: AdministratorAt, now: datetime) -> ServedSchool:
    """One school, the one that ``by`` is at work for. Nine queries at most. Raises NotAllowed, School.DoesNotExist."""
    by.must(Permission.MANAGE_SERVICE)
    today = timezone.localdate(now)
    with in_school(by.school_id):
        name = School.objects.values_list("name", flat=True).get(pk=by.school_id)
        who = appointers(school_id=by.school_id, today=today)
        held = _held_by([each.person_id for each in who], by.school_id, now)
        return ServedSchool(
            school_id=by.school_id,
            name=name,
            has_head=Role.HEAD_TEACHER in held,
            has_chair=Role.CHAIR_OF_GOVERNORS in held,
            helps_itself=helps_itself(len(who)),
            waiting=appointments_waiting(by),
            emergencies=emergencies(viewer=by, now=now),
        )


def _held_by(person_ids: list[UUID], school_id: UUID, now: datetime) -> set[Role]:
    wanted = Q(post__in=[Role.HEAD_TEACHER.value, Role.CHAIR_OF_GOVERNORS.value], person__in=person_ids)
    rows = Post.objects.filter(wanted, in_force(timezone.localdate(now)), school_id=school_id)
    return {Role(post) for post in rows.values_list("post", flat=True)}


def belongs_to(*, user_id: UUID, school_id: UUID, now: datetime) -> bool:
    """Whether a log-in is a member of a school today. One query, in that school."""
    members = Membership.objects.filter(in_force(timezone.localdate(now)), school_id=school_id, person__user=user_id)
    return members.exists()
