"""Emergency accesses: what the school is shown of them, and what service administrators need to know."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from schools.models import EmergencyAccess
from schools.roles import Permission
from schools.rules.emergency import EmergencyState, state_of
from schools.viewer import Administrator, AdministratorAt, Viewer


@dataclass(frozen=True, slots=True)
class EmergencyShown:
    """One emergency access, without its reason. ``may_end``: the school's head and chair, and any administrator."""

    emergency_id: UUID
    requested_by: str
    requested_at: datetime
    approved_by: str
    approved_at: datetime | None
    ends_at: datetime | None
    ended_at: datetime | None
    state: EmergencyState
    is_mine: bool

    @property
    def is_running(self) -> bool:
        """Whether somebody may read the school's records by it just now."""
        return self.state == EmergencyState.RUNNING

    @property
    def is_waiting(self) -> bool:
        """Whether a second administrator is to decide."""
        return self.state == EmergencyState.WAITING

    @property
    def may_approve(self) -> bool:
        """Whether this administrator can be the second one."""
        return self.is_waiting and not self.is_mine


@dataclass(frozen=True, slots=True)
class WaitingAtSchool:
    """Something at a school that waits for a second administrator, or runs."""

    school_id: UUID
    school_name: str
    kind: str
    object_id: UUID
    asked_by: str
    asked_at: datetime
    is_mine: bool


def emergencies(*, viewer: Viewer | AdministratorAt, now: datetime) -> tuple[EmergencyShown, ...]:
    """The emergency accesses of a school, newest first, without their reasons. One query. Raises NotAllowed.

    ``viewer`` is the school's head or chair, or an administrator at work for the school. Threat T9.
    """
    viewer.must(Permission.MANAGE_SERVICE if isinstance(viewer, Administrator) else Permission.SEE_EMERGENCIES)
    rows = EmergencyAccess.objects.filter(school_id=viewer.school_id).select_related("requested_by", "approved_by")
    return tuple(_shown(row, viewer, now) for row in rows.defer("reason_sealed").order_by("-requested_at", "pk")[:100])


def emergency(*, viewer: Viewer | AdministratorAt, emergency_id: UUID, now: datetime) -> EmergencyShown:
    """One of them. One query. Raises NotAllowed, EmergencyAccess.DoesNotExist."""
    viewer.must(Permission.MANAGE_SERVICE if isinstance(viewer, Administrator) else Permission.SEE_EMERGENCIES)
    rows = EmergencyAccess.objects.select_related("requested_by", "approved_by").defer("reason_sealed")
    return _shown(rows.get(school_id=viewer.school_id, pk=emergency_id), viewer, now)


def _shown(row: EmergencyAccess, viewer: Viewer | AdministratorAt, now: datetime) -> EmergencyShown:
    return EmergencyShown(
        emergency_id=row.pk,
        requested_by=row.requested_by.email,
        requested_at=row.requested_at,
        approved_by=row.approved_by.email if row.approved_by else "",
        approved_at=row.approved_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        state=state_of(requested_at=row.requested_at, ends_at=row.ends_at, ended_at=row.ended_at, now=now),
        is_mine=row.requested_by_id == viewer.user_id,
    )


# The door in the wall gives back no row of a school but its name. Who asked is looked up here: an appointment counts
# while a service administrator asked for it.
_WAITING = """
    SELECT w.school_id, w.school_name, w.kind, w.object_id, u.email, w.asked_at, w.asked_by
    FROM waiting_at_schools(%(now)s, %(since)s) w JOIN schools_user u ON u.id = w.asked_by
    WHERE w.kind = 'emergency' OR u.is_staff
    ORDER BY w.asked_at, w.object_id
"""


def waiting_for_administrators(*, by: Administrator, now: datetime, since: datetime) -> tuple[WaitingAtSchool, ...]:
    """What waits for a second administrator at any school, and what runs, oldest first. One query. Raises NotAllowed.

    ``since``: requests for emergency access older than this have lapsed.
    """
    by.must(Permission.MANAGE_SERVICE)
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"now": now, "since": since})
        rows = cursor.fetchall()
    return tuple(
        WaitingAtSchool(school_id, name, kind, object_id, email, asked_at, asked_by == by.user_id)
        for school_id, name, kind, object_id, email, asked_at, asked_by in rows
    )
