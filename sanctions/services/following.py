"""What follows a proposal or a decision: tasks done, sanctions that end or are lifted, agreements looked at again.

Duties S1, S3, R3, R11, P13 (CC 4.5, 5, CM 4.5, 5).
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit import services as audit
from dispatch.notices import queue_notice
from packs.schema import AUDIENCES
from sanctions.models import Restorative, Sanction, Task
from sanctions.selectors.frameworks import framework_of
from sanctions.services.problems import NothingToDo, NotWholeYet, ReasonMissing
from schools.roles import Role
from schools.selectors.posts import log_ins_of
from schools.viewer import Viewer

BEGUN, OVER = "measure_begins", "measure_over"
BATCH = 500


def do_task(
    *,
    by: Viewer,
    task_id: UUID,
    cases: Collection[UUID],
    decision: str = "",
    how: str = "",
    now: datetime | None = None,
) -> Task:
    """Say that something was done, or what was decided about it. Duties S1, R11, P3 (PR flowchart). Five queries.

    ``cases`` are those of the same matter; what the framework asks for once is done for all of them. Raises
    Task.DoesNotExist, NothingToDo, NotWholeYet where a decision and its reason are asked for.
    """
    with transaction.atomic():
        tasks = Task.objects.select_related("case__framework").select_for_update(of=("self",), no_key=True)
        task = tasks.get(pk=task_id, school_id=by.school_id, case_id__in=cases)
        if task.done_at is not None or task.dropped_at is not None:
            raise NothingToDo
        if task.records_decision and (decision not in {"yes", "no"} or not how.strip()):
            raise NotWholeYet
        task.done_at, task.done_by_id = now or timezone.now(), by.person_id
        task.decision, task.how = decision if task.records_decision else "", how.strip()[:2000]
        task.save(update_fields=["done_at", "done_by", "decision", "how"])
        if _is_asked_once(task):
            _do_the_others(by, task, cases)
        _audit(by, "case.task_done", "task", task.pk, task.school_id, task.done_at)
    return task


def _do_the_others(by: Viewer, done: Task, cases: Collection[UUID]) -> None:
    """The same task of the other cases, by the same person. Two queries, and one for each."""
    others = Task.objects.select_for_update(no_key=True).filter(
        school_id=by.school_id, case_id__in=cases, code=done.code, done_at__isnull=True, dropped_at__isnull=True
    )
    found = list(others.filter(records_decision=False).exclude(pk=done.pk).order_by("pk"))
    for each in found:
        each.done_at, each.done_by_id, each.how = done.done_at, done.done_by_id, done.how
        _audit(by, "case.task_done", "task", each.pk, each.school_id, each.done_at)
    Task.objects.bulk_update(found, ["done_at", "done_by", "how"])


def _is_asked_once(task: Task) -> bool:
    """Whether one is enough for the matter, however many people are decided about."""
    framework = framework_of(task.case.framework, task.case.pack_code, task.case.pack_version)
    listed = [
        *framework.no_blame,
        *(each for audience in AUDIENCES for one in framework.categories(audience) for each in one.obligations),
    ]
    return any(each.once for each in listed if each.code == task.code)


def seen_done(*, school_id: UUID, cases: Collection[UUID], code: str, at: datetime, how: str = "") -> int:
    """The system has seen something done, in each of these cases; how many tasks that were. One query."""
    open_ones = Task.objects.filter(
        school_id=school_id, case_id__in=cases, code=code, done_at__isnull=True, dropped_at__isnull=True
    )
    return open_ones.filter(records_decision=False).update(done_at=at, how=how)


def seen_considered(
    *, school_id: UUID, cases: Collection[UUID], code: str, at: datetime, by_id: UUID, is_yes: bool, why: str
) -> int:
    """What was considered was put on record elsewhere, with its reason; how many tasks that were. One query.

    Duties R4, R6, P8, P14 (CC 4.4, CM 4.4, NS 11.3).
    """
    open_ones = Task.objects.filter(
        school_id=school_id, case_id__in=cases, code=code, done_at__isnull=True, dropped_at__isnull=True
    )
    return open_ones.filter(records_decision=True).update(
        done_at=at, done_by_id=by_id, decision="yes" if is_yes else "no", how=why[:2000]
    )


def lift(*, by: Viewer, sanction_id: UUID, cases: Collection[UUID], why: str) -> Sanction:
    """End a sanction before its last day, with a reason; whoever carries it out is told. Duty S3. Eight queries.

    Raises Sanction.DoesNotExist, NothingToDo, ReasonMissing.
    """
    if not why.strip():
        raise ReasonMissing("Say why it is lifted.")
    with transaction.atomic():
        sanction = Sanction.objects.select_for_update(no_key=True).get(
            pk=sanction_id, school_id=by.school_id, case_id__in=cases
        )
        if sanction.ended_at is not None:
            raise NothingToDo
        sanction.ended_at, sanction.ended_why, sanction.ended_by_id = timezone.now(), "lifted", by.person_id
        sanction.ended_reason = why.strip()[:2000]
        sanction.save(update_fields=["ended_at", "ended_why", "ended_by", "ended_reason"])
        tell_it_is_over(sanction)
        _audit(by, "sanction.lifted", "sanction", sanction.pk, sanction.school_id)
    return sanction


def review(*, by: Viewer, restorative_id: UUID, cases: Collection[UUID], worked: bool, outcome: str) -> Restorative:
    """Look again at what was agreed to put it right. Duty P13 (CC 4.5, CM 4.5). Three queries.

    Raises Restorative.DoesNotExist, NothingToDo, ReasonMissing.
    """
    if not outcome.strip():
        raise ReasonMissing("Write down how it went.")
    with transaction.atomic():
        agreed = Restorative.objects.select_for_update(no_key=True).get(
            pk=restorative_id, school_id=by.school_id, case_id__in=cases
        )
        if agreed.reviewed_at is not None:
            raise NothingToDo
        agreed.reviewed_at, agreed.reviewed_by_id = timezone.now(), by.person_id
        agreed.worked, agreed.outcome = worked, outcome.strip()[:2000]
        agreed.save(update_fields=["reviewed_at", "reviewed_by", "worked", "outcome"])
        _audit(by, "restorative.reviewed", "restorative", agreed.pk, agreed.school_id)
    return agreed


def end_what_is_over(*, school_id: UUID, today: date, limit: int = BATCH) -> int:
    """End the sanctions whose last day is over, and tell whoever carried them out; how many. Duty S3.

    Each in a transaction of its own, so that two sweeps end none twice. Six queries for each.
    """
    over = Sanction.objects.filter(school_id=school_id, ended_at__isnull=True, ends_on__lt=today)
    ended = 0
    for pk in over.order_by("ends_on").values_list("pk", flat=True)[:limit]:
        with transaction.atomic():
            sanction = over.select_for_update(skip_locked=True, no_key=True).filter(pk=pk).first()
            if sanction is None:
                continue
            sanction.ended_at, sanction.ended_why = timezone.now(), "over"
            sanction.save(update_fields=["ended_at", "ended_why"])
            tell_it_is_over(sanction)
            _audit(None, "sanction.over", "sanction", sanction.pk, school_id)
        ended += 1
    return ended


def tell_what_begins(*, school_id: UUID, today: date, limit: int = BATCH) -> int:
    """Tell whoever carries out a sanction that one has begun; how many. Four queries for each."""
    begun = Sanction.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        school_id=school_id,
        ended_at__isnull=True,
        begun_told_at__isnull=True,
        starts_on__lte=today,
    ).exclude(tells="")
    told = 0
    for pk in begun.order_by("starts_on").values_list("pk", flat=True)[:limit]:
        with transaction.atomic():
            sanction = begun.select_for_update(skip_locked=True, no_key=True).filter(pk=pk).first()
            if sanction is None:
                continue
            sanction.begun_told_at = timezone.now()
            sanction.save(update_fields=["begun_told_at"])
            _tell(sanction, BEGUN)
            _audit(None, "sanction.begun", "sanction", sanction.pk, school_id)
        told += 1
    return told


def tell_it_is_over(sanction: Sanction) -> None:
    """Tell whoever carries it out that it has ended, if they were told that it began. Two queries at most. Duty S3.

    Nothing is given back as long as somebody has another one of the same kind that runs.
    """
    if not sanction.tells or sanction.begun_told_at is None:
        return
    others = Sanction.objects.filter(
        school_id=sanction.school_id,
        case__person=sanction.case.person_id,
        code=sanction.code,
        ended_at__isnull=True,
        begun_told_at__isnull=False,
    )
    if not others.exclude(pk=sanction.pk).exists():
        _tell(sanction, OVER)


def _tell(sanction: Sanction, kind: str) -> None:
    """A mail without a name to each who carries it out: the page behind it says whom it is about, and no more."""
    for address in log_ins_of(school_id=sanction.school_id, post=Role(sanction.tells), today=timezone.localdate()):
        queue_notice(kind, school_id=sanction.school_id, to=address, object_id=sanction.pk)


def _audit(
    by: Viewer | None, action: str, object_type: str, object_id: UUID, school_id: UUID, at: datetime | None = None
) -> None:
    audit.record(
        action,
        school_id=school_id,
        actor_id=by.user_id if by else None,
        object_type=object_type,
        object_id=object_id,
        at=at,
    )
