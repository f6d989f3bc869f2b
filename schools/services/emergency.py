"""Break-glass: two service administrators open a school's records for an hour, and the school is told. Threat T9."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from schools.models import EmergencyAccess, Membership, Post, School, in_force
from schools.notices import notify
from schools.roles import Permission, Role
from schools.rules.emergency import LASTS, EmergencyState, state_of
from schools.sealing import seal, unseal
from schools.selectors.emergency import EmergencyShown, emergencies, emergency
from schools.selectors.posts import administrators
from schools.selectors.service import belongs_to
from schools.services.places import at_school_of
from schools.services.problems import DecidedAlready, NotForYourself, NotPossible
from schools.viewer import Administrator, AdministratorAt, NotAllowed, Viewer

REASON_MIN_LENGTH = 20
REASON_MAX_LENGTH = 2_000


class ReasonTooShort(NotPossible):
    """No reason that head and chair could make anything of."""

    def __init__(self) -> None:
        super().__init__(
            f"Give a reason of {REASON_MIN_LENGTH} characters or more. The school's head and chair will read it."
        )


class BelongsThere(NotPossible):
    """Somebody of the school wants more of it than their role gives."""

    def __init__(self) -> None:
        super().__init__("You belong to this school. Ask an administrator who does not.")


class AskedForAlready(NotPossible):
    """One at a time."""

    def __init__(self) -> None:
        super().__init__("You have asked for this already, or have access just now.")


@dataclass(frozen=True, slots=True)
class EmergencyOpened:
    """An emergency access with its reason: whoever reads it is on the trail."""

    shown: EmergencyShown
    reason: str


def ask_emergency(*, by: AdministratorAt, reason: str) -> EmergencyAccess:
    """Ask to read the records of a school in an emergency. Nothing opens until another administrator agrees. T9.

    Eight queries and four for each mail. Raises NotAllowed, ReasonTooShort, BelongsThere, AskedForAlready,
    School.DoesNotExist.
    """
    by.must(Permission.MANAGE_SERVICE)
    if not REASON_MIN_LENGTH <= len(reason.strip()) <= REASON_MAX_LENGTH:
        raise ReasonTooShort
    now = timezone.now()
    with at_school_of(by):
        # One after the other: two at once would both find nothing.
        School.objects.select_for_update(no_key=True).only("pk").get(pk=by.school_id)
        if belongs_to(user_id=by.user_id, school_id=by.school_id, now=now):
            raise BelongsThere
        mine = EmergencyAccess.objects.filter(school_id=by.school_id, requested_by=by.user_id)
        if any(_state(row) in {EmergencyState.WAITING, EmergencyState.RUNNING} for row in mine.defer("reason_sealed")):
            raise AskedForAlready
        row = EmergencyAccess.objects.create(
            school_id=by.school_id,
            reason_sealed=seal(reason.strip().encode()),
            requested_by_id=by.user_id,
            requested_at=now,
        )
        _record("emergency.asked", row, by.user_id)
        for each in administrators():
            if each.pk != by.user_id:
                notify(
                    "appointment_waiting", school_id=row.school_id, to=each.email, object_id=row.pk,
                    params={"what": "emergency"}, by=by.user_id,
                )  # fmt: skip
    return row


def approve_emergency(*, by: AdministratorAt, emergency_id: UUID) -> EmergencyAccess:
    """Agree, as the second administrator: whoever asked reads the school's records for sixty minutes from now.

    The school's head and chair are told in the same transaction. Threat T9. Eight queries and four for each mail.
    Raises NotAllowed, NotForYourself, BelongsThere, DecidedAlready, EmergencyAccess.DoesNotExist.
    """
    by.must(Permission.MANAGE_SERVICE)
    now = timezone.now()
    with at_school_of(by):
        row = _locked(by, emergency_id)
        if row.requested_by_id == by.user_id:
            raise NotForYourself
        if _state(row) != EmergencyState.WAITING or not (row.requested_by.is_staff and row.requested_by.is_active):
            raise DecidedAlready
        for user_id in (by.user_id, row.requested_by_id):
            if belongs_to(user_id=user_id, school_id=by.school_id, now=now):
                raise BelongsThere
        row.approved_by_id, row.approved_at, row.ends_at = by.user_id, now, now + LASTS
        row.save(update_fields=["approved_by", "approved_at", "ends_at"])
        _record("emergency.approved", row, by.user_id)
        for email in _head_and_chair(row):
            notify("emergency_access", school_id=row.school_id, to=email, object_id=row.pk, by=by.user_id)
    return row


def end_emergency(*, by: Viewer | AdministratorAt, emergency_id: UUID) -> EmergencyAccess:
    """Refuse or withdraw what waits, or end what runs before its time: the school's head or chair, or any
    administrator. Threat T9. Four queries. Raises NotAllowed, DecidedAlready, EmergencyAccess.DoesNotExist.
    """
    _must_know(by)
    with at_school_of(by):
        row = _locked(by, emergency_id)
        state = _state(row)
        if state not in {EmergencyState.WAITING, EmergencyState.RUNNING}:
            raise DecidedAlready
        if state == EmergencyState.WAITING and isinstance(by, Viewer):
            # The school is told when it is opened; what never opens is between the administrators.
            raise NotAllowed
        row.ended_at, row.ended_by_id = timezone.now(), by.user_id
        row.save(update_fields=["ended_at", "ended_by"])
        _record("emergency.ended" if state == EmergencyState.RUNNING else "emergency.refused", row, by.user_id)
    return row


def open_emergencies(*, by: Viewer) -> tuple[EmergencyOpened, ...]:
    """The emergency accesses that the school has had, with their reasons, for its head and chair. Threat T9.

    Reading them is on the trail. Three queries. Raises NotAllowed, schools.sealing.SealBroken.
    """
    by.must(Permission.SEE_EMERGENCIES)
    with transaction.atomic():
        shown = [each for each in emergencies(viewer=by, now=timezone.now()) if each.approved_at is not None]
        wanted = [each.emergency_id for each in shown]
        rows = EmergencyAccess.objects.filter(school_id=by.school_id, pk__in=wanted)
        reasons = {row.pk: unseal(row.reason_sealed).decode() for row in rows}
        audit.record(
            "emergency.reasons_read",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="school",
            object_id=by.school_id,
            detail={"count": len(reasons)},
        )
    return tuple(EmergencyOpened(each, reasons[each.emergency_id]) for each in shown)


def open_emergency(*, by: AdministratorAt, emergency_id: UUID) -> EmergencyOpened:
    """One of them with its reason, for the administrator who is to agree to it. Reading it is on the trail. T9.

    Six queries. Raises NotAllowed, EmergencyAccess.DoesNotExist, schools.sealing.SealBroken.
    """
    by.must(Permission.MANAGE_SERVICE)
    with at_school_of(by):
        shown = emergency(viewer=by, emergency_id=emergency_id, now=timezone.now())
        row = EmergencyAccess.objects.get(school_id=by.school_id, pk=emergency_id)
        _record("emergency.reason_read", row, by.user_id)
        return EmergencyOpened(shown, unseal(row.reason_sealed).decode())


def _must_know(by: Viewer | AdministratorAt) -> None:
    by.must(Permission.MANAGE_SERVICE if isinstance(by, Administrator) else Permission.SEE_EMERGENCIES)


def _locked(by: Viewer | AdministratorAt, emergency_id: UUID) -> EmergencyAccess:
    rows = EmergencyAccess.objects.select_for_update(of=("self",), no_key=True).select_related("requested_by")
    return rows.get(school_id=by.school_id, pk=emergency_id)


def _state(row: EmergencyAccess) -> EmergencyState:
    return state_of(requested_at=row.requested_at, ends_at=row.ends_at, ended_at=row.ended_at, now=timezone.now())


def _head_and_chair(row: EmergencyAccess) -> list[str]:
    """Whom to tell: those who hold the two posts and can log in; where there is nobody, the school itself."""
    today = timezone.localdate()
    posts = [role.value for role in (Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS)]
    members = Membership.objects.filter(in_force(today), school_id=row.school_id).values("person")
    held = Post.objects.filter(in_force(today), school_id=row.school_id, post__in=posts, person__in=members)
    emails = held.filter(person__user__is_active=True).values_list("person__user__email", flat=True)
    school = School.objects.values_list("email", flat=True).get(pk=row.school_id)
    return sorted(set(emails)) or [each for each in [school] if each]


def _record(action: str, row: EmergencyAccess, actor_id: UUID) -> None:
    audit.record(action, school_id=row.school_id, actor_id=actor_id, object_type="emergency_access", object_id=row.pk)
