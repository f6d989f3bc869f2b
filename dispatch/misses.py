"""Accounts that ask for what is not there, or not theirs to know: counted, held up, and told to the school (T12)."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from audit import services as audit
from audit.models import HELD_UP, MISSED
from audit.selectors import has_missed, was_recorded
from audit.services import Refusal
from dispatch.notices import NoticeFacts, queue_notice
from dispatch.rules.notices import NoticeKind
from schools.models import Post
from schools.roles import Role
from schools.wall import in_school

MISSES_ALLOWED: Final = 50
WINDOW: Final = timedelta(hours=1)
# Who is told, the first of these that somebody else holds.
_TOLD = (Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR)


def is_held_up(*, user_id: UUID, now: datetime) -> bool:
    """Whether an account has missed so often in the last hour that it gets no page about a case. One query."""
    return has_missed(actor_id=user_id, since=now - WINDOW, times=MISSES_ALLOWED)


def write_down(refusal: Refusal) -> None:
    """Record an attempt that came to nothing, in a transaction of its own. Four queries.

    The fiftieth miss of an account in an hour holds it up, which is recorded, and told to the head teacher by mail, or
    to the chair of governors where it is the head teacher's own account. Nine queries then.
    """
    with in_school(refusal.school_id):
        if refusal.action == MISSED and refusal.actor_id is not None:
            _take_turns(refusal.actor_id)
        audit.record(
            refusal.action,
            school_id=refusal.school_id,
            actor_id=refusal.actor_id,
            object_type=refusal.object_type,
            object_id=refusal.object_id,
            detail=refusal.detail,
        )
        if refusal.action == MISSED and refusal.actor_id is not None:
            _hold_up(refusal.school_id, refusal.actor_id, timezone.now())


def _take_turns(user_id: UUID) -> None:
    """Two misses at the same moment must not both be the forty-ninth."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('misses ' || %s, 0))", [str(user_id)])


def _hold_up(school_id: UUID | None, user_id: UUID, now: datetime) -> None:
    if not is_held_up(user_id=user_id, now=now):
        return
    if was_recorded(action=HELD_UP, school_id=school_id, object_id=user_id, since=now - WINDOW):
        return
    audit.record(
        HELD_UP,
        school_id=school_id,
        actor_id=None,
        object_type="user",
        object_id=user_id,
        detail={"misses": MISSES_ALLOWED},
    )
    for address in _addresses(school_id, user_id) if school_id else ():
        queue_notice(NoticeKind.MISSES, school_id=school_id, to=address, object_id=user_id)


def _addresses(school_id: UUID, user_id: UUID) -> list[str]:
    today = timezone.localdate()
    posts = Post.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        school_id=school_id,
        starts_on__lte=today,
        post__in=[role.value for role in _TOLD],
        person__user__is_active=True,
    ).exclude(person__user_id=user_id)
    holders = list(posts.values_list("post", "person__user__email"))
    for role in _TOLD:
        found = sorted(email for post, email in holders if post == role)
        if found:
            return found
    return []


def compose_misses(_: NoticeFacts) -> dict[str, object]:
    """The mail says that somebody is held up; who it is stands behind the log-in. No query."""
    return {"link": settings.BASE_URL + reverse("schools:attempts")}
