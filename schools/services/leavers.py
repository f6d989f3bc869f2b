"""Somebody leaves: one act takes everything that lets them in. Threat T8."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit import services as audit
from schools.changes import people_changed
from schools.log_in.revoking import revoke_everything
from schools.log_in.sessions import end_every_session
from schools.models import Appointment, Membership, OfficerChange, Person, Post, Pupil, StaffRecord, User
from schools.roles import Permission
from schools.rules.officer import ChangeState
from schools.rules.posts import Decision, may_remove
from schools.selectors.school import belongs_somewhere
from schools.services.posts import posts_held
from schools.services.problems import NotAlone, NotForYourself, NotPossible
from schools.viewer import NotAllowed, Viewer


class DayToCome(NotPossible):
    """Somebody is to lose everything now, for a last day that is still to come."""

    def __init__(self) -> None:
        super().__init__(
            "This takes effect at once. For a day to come, end the roles and posts with that day, and come back then."
        )


@dataclass(frozen=True, slots=True)
class Left:
    """What was ended. ``log_in_closed``: the log-in belongs to no other school and no longer works at all."""

    memberships: int
    posts: int
    log_in_closed: bool


def leave(*, by: Viewer, person_id: UUID, last_day: date) -> Left:
    """Take everything from somebody who has left, in one transaction and at once: memberships, posts, what they have
    asked for, every session, second step, passkey, token and link. Duties D1, L1 (CM 3.1, CM 3.2), threat T8.

    ``last_day`` is when they were last at the school: today or earlier. Access ends now even where it is today, so
    what ran until now ends with yesterday. A log-in that belongs to another school too keeps its password there; only
    its sessions end. Relations to children stay: they keep cases from whoever is related. Who may do this to whom:
    ``rules.posts.may_remove``; nobody to themselves.

    Some thirty queries. Raises NotAllowed, NotForYourself, NotAlone for a chair, whose post two people end first,
    DayToCome, Person.DoesNotExist.
    """
    if not (by.may(Permission.MANAGE_PEOPLE) or by.may(Permission.APPOINT)):
        raise NotAllowed
    today = timezone.localdate()
    if last_day > today:
        raise DayToCome
    with transaction.atomic():
        rows = Person.objects.select_for_update(of=("self",), no_key=True).filter(school_id=by.school_id)
        person = rows.get(pk=person_id)
        if person.pk == by.person_id:
            raise NotForYourself
        if not may_remove(by.roles, posts_held(person, today)):
            raise NotAlone
        left = _end_all(by, person, last_day, today)
        audit.record(
            "people.left",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="person",
            object_id=person.pk,
            detail={
                "memberships": left.memberships,
                "posts": left.posts,
                "log_in_closed": left.log_in_closed,
            },
        )
        people_changed(by.school_id, {person.pk}, today)
    return left


def _end_all(by: Viewer, person: Person, last_day: date, today: date) -> Left:
    yesterday = today - timedelta(days=1)
    ends_on = min(last_day, yesterday)
    memberships = _end_terms(Membership, person, ends_on)
    posts = _end_terms(Post, person, ends_on)
    StaffRecord.objects.filter(school_id=by.school_id, person=person, left_on__isnull=True).filter(
        Q(started_on__isnull=True) | Q(started_on__lte=last_day)
    ).update(left_on=last_day)
    Pupil.objects.filter(school_id=by.school_id, person=person, left_on__isnull=True).filter(
        Q(joined_on__isnull=True) | Q(joined_on__lte=last_day)
    ).update(left_on=last_day)
    _take_back(by, person)
    closed = False
    if person.user_id is not None:
        closed = _close_log_in(person.user_id, by=by.user_id, today=today)
    return Left(memberships, posts, closed)


def _end_terms(model: type[Membership] | type[Post], person: Person, ends_on: date) -> int:
    """End what would go on after this day; what has not begun by then never does."""
    rows = model._default_manager.filter(school_id=person.school_id, person=person)
    running = [row for row in rows if row.ends_on is None or row.ends_on > ends_on]
    for row in running:
        row.ends_on = max(ends_on, row.starts_on - timedelta(days=1))
        row.save(update_fields=["ends_on"])
    return len(running)


def _take_back(by: Viewer, person: Person) -> None:
    """What waits for a second person because of them, or for them, waits no more."""
    now = timezone.now()
    waiting = Q(person=person) | (Q(requested_by=person.user_id) if person.user_id else Q(pk__in=[]))
    Appointment.objects.filter(waiting, school_id=by.school_id, state=Decision.WAITING.value).update(
        state=Decision.WITHDRAWN.value, decided_by=by.user_id, decided_at=now
    )
    if person.user_id is not None:
        OfficerChange.objects.filter(
            school_id=by.school_id, requested_by=person.user_id, state=ChangeState.WAITING.value
        ).update(state=ChangeState.CANCELLED.value, settled_by=by.user_id, settled_at=now)


def _close_log_in(user_id: UUID, *, by: UUID, today: date) -> bool:
    user = User.objects.get(pk=user_id)
    if user.is_staff or belongs_somewhere(user_id=user_id, today=today):
        end_every_session(user_id)
        return False
    revoke_everything(user_id, by=by)
    User.objects.filter(pk=user_id).update(is_active=False)
    return True
