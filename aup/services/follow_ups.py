"""The tasks that follow from signatures: opened, with the reasons of who refused, and marked as done. Duty A5."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from aup.models import FollowUp
from aup.selectors.follow_ups import FollowUpsPage, Task, follow_ups_page
from schools.roles import Permission
from schools.sealing import SealBroken, unseal
from schools.viewer import Viewer

UNREADABLE = "The reason cannot be read any more. Tell whoever runs this service."


@dataclass(frozen=True, slots=True)
class OpenedTask:
    """A task with the reason out of its seal; empty where none was given."""

    task: Task
    reason: str


@dataclass(frozen=True, slots=True)
class OpenedFollowUps:
    """What is to be done, and what was done lately."""

    open: tuple[OpenedTask, ...]
    page: FollowUpsPage


def open_follow_ups(*, by: Viewer) -> OpenedFollowUps:
    """The tasks, and why somebody refused, which is read nowhere else. Three queries. Raises NotAllowed."""
    with transaction.atomic():
        page = follow_ups_page(viewer=by)
        opened = tuple(OpenedTask(each, _reason_of(each)) for each in page.open)
        audit.record(
            "agreement.follow_ups_opened",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="school",
            object_id=by.school_id,
            detail={"count": len(opened), "reasons": sum(bool(each.reason) for each in opened)},
        )
    return OpenedFollowUps(opened, page)


def mark_done(*, by: Viewer, follow_up_id: UUID, now: datetime | None = None) -> FollowUp:
    """Put down that it is done, and by whom; the second click finds it done. Three queries.

    Raises NotAllowed, FollowUp.DoesNotExist.
    """
    by.must(Permission.READ_SIGNATURES)
    now = now or timezone.now()
    with transaction.atomic():
        row = FollowUp.objects.select_for_update(no_key=True).get(school_id=by.school_id, pk=follow_up_id)
        if row.done_at is None:
            row.done_at, row.done_by_id = now, by.person_id
            row.save(update_fields=["done_at", "done_by"])
            audit.record(
                "agreement.follow_up_done",
                school_id=by.school_id,
                actor_id=by.user_id,
                object_type="agreement_follow_up",
                object_id=row.pk,
                detail={"code": row.code},
                at=now,
            )
        return row


def _reason_of(task: Task) -> str:
    if task.reason_sealed is None:
        return ""
    try:
        return unseal(task.reason_sealed).decode()
    except SealBroken:
        return UNREADABLE
