"""What a worker does with notices: send one, and every minute sweep up what was missed, school by school."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from audit import services as audit
from dispatch import transport
from dispatch.composing import MAIL_POLICY, addressed, sender
from dispatch.models import Notice
from dispatch.notices import NoLongerWanted, NoticeFacts, Readdressed, composer_of, queue_notice
from dispatch.outbox import message_id_header
from dispatch.rules.notices import (
    NEEDS_COMPOSER,
    SUBJECTS,
    NoticeKind,
    NoticeState,
    NoticeStep,
    notice_step_after,
    notice_step_to_try_again,
)
from dispatch.rules.problems import Problem
from dispatch.waking import wake_notice
from schools.addresses import UnsafeAddress
from schools.models import School
from schools.wall import every_school, in_school

log = logging.getLogger(__name__)
SWEEP_LIMIT = 500
KEEP = timedelta(days=90)
KEEP_DROPPED = timedelta(days=1)
_AT_REST = (NoticeState.ACCEPTED, NoticeState.FAILED, NoticeState.DROPPED)


class NoticeClaimLost(RuntimeError):
    """The lease ran out: this worker must not go on with it."""

    def __init__(self) -> None:
        super().__init__("the claim on this notice is lost")


@dataclass(frozen=True, slots=True)
class NoticeClaim:
    """One worker's right to one notice until its lease ends."""

    facts: NoticeFacts
    tries: int
    lease_until: datetime


def deliver_notice(
    *, school_id: UUID | None, notice_id: UUID, clock: Callable[[], datetime] = timezone.now
) -> NoticeState | None:
    """Send a notice that is due: claim it, make its text, hand it over, put on record what came of it.

    Returns the state it is in afterwards, or None where there was nothing to do. Mail is spoken outside of every
    transaction; when the worker dies on the way, the lease brings the notice back.
    """
    claimed = _claim(school_id, notice_id, now=clock())
    if claimed is None:
        return None
    try:
        mime = _compose(claimed.facts, now=clock())
        outcome = transport.hand_over(
            message_id=notice_id,
            to_address=claimed.facts.to_address,
            mime=mime,
            before_content=lambda: _keep_claim(claimed, now=clock()),
        )
    except NoticeClaimLost:
        return None
    except Readdressed as corrected:
        return _queue_anew(claimed, corrected.to, now=clock())
    except NoLongerWanted:
        return _settle(claimed, NoticeStep(NoticeState.DROPPED), now=clock())
    except UnsafeAddress:
        return _settle(claimed, NoticeStep(NoticeState.FAILED, Problem.ADDRESS_REFUSED), now=clock())
    except Exception as failure:  # noqa: BLE001
        # Whatever a composer stumbles over is shown to whoever runs the service; its own words may quote a record.
        log.error("Notice %s could not be composed: %s", notice_id, type(failure).__name__)
        return _settle(claimed, NoticeStep(NoticeState.FAILED, Problem.COMPOSING_FAILED), now=clock())
    step = notice_step_after(outcome, tries=claimed.tries, waits_seconds=settings.DISPATCH_RETRY_SECONDS)
    return _settle(claimed, step, now=clock())


def sweep_notices(*, now: datetime) -> int:
    """Take notices back from workers that died, wake workers for all that is due, forget the old ones (T26).

    Returns how many are due. Four queries a school, and two for each notice whose worker died.
    """
    due_count = 0
    for school_id in (None, *(school_id for school_id, _ in every_school())):
        with in_school(school_id):
            _give_up_dead_workers(school_id, now=now)
            due = list(_here(school_id).filter(_due_q(now)).order_by("next_attempt_at").values_list("pk", flat=True))
            _here(school_id).filter(_passed_q(now)).delete()
        for notice_id in due[:SWEEP_LIMIT]:
            if not wake_notice(school_id, notice_id):
                # The broker is away again; the next sweep goes on from here.
                return due_count
            due_count += 1
    return due_count


def _here(school_id: UUID | None) -> QuerySet[Notice]:
    # Said again although the wall says it: the same rows where it does not stand.
    return Notice.objects.filter(school_id=school_id) if school_id else Notice.objects.filter(school_id__isnull=True)


def _due_q(now: datetime) -> Q:
    return Q(state=NoticeState.PENDING, next_attempt_at__lte=now)


def _passed_q(now: datetime) -> Q:
    """What is kept no longer. An address that a link was asked for and that is nobody's goes after a day."""
    dropped = Q(state=NoticeState.DROPPED, created_at__lt=now - KEEP_DROPPED)
    return dropped | Q(state__in=_AT_REST, created_at__lt=now - KEEP)


def _lease() -> timedelta:
    return timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)


def _claim(school_id: UUID | None, notice_id: UUID, *, now: datetime) -> NoticeClaim | None:
    with in_school(school_id):
        notice = (
            _here(school_id).select_for_update(skip_locked=True, no_key=True).filter(_due_q(now), pk=notice_id).first()
        )
        if notice is None:
            return None
        notice.state, notice.lease_until, notice.tries = NoticeState.CLAIMED, now + _lease(), notice.tries + 1
        notice.save(update_fields=["state", "lease_until", "tries"])
        facts = NoticeFacts(
            notice_id=notice.pk,
            kind=NoticeKind(notice.kind),
            school_id=notice.school_id,
            to_address=notice.to_address,
            object_id=notice.object_id,
            params=dict(notice.params),
            asked_by=notice.asked_by,
            queued_at=notice.created_at,
        )
        return NoticeClaim(facts, notice.tries, now + _lease())


def _compose(facts: NoticeFacts, *, now: datetime) -> bytes:
    """The whole mail. What its composer asks the database, it asks in the notice's school."""
    composer = composer_of(facts.kind)
    if composer is None and facts.kind in NEEDS_COMPOSER:
        raise LookupError(facts.kind.value)
    with in_school(facts.school_id):
        school = School.objects.filter(pk=facts.school_id).first() if facts.school_id else None
        context = {
            "service": f"{settings.BASE_URL}/",
            "school_name": " ".join(school.name.split()) if school else "",
            **(composer(facts) if composer else {}),
        }
        text = render_to_string(f"emails/notices/{facts.kind.value}.txt", context)
    mail = EmailMessage(policy=MAIL_POLICY)
    mail["From"] = sender()
    mail["To"] = addressed(facts.to_address)
    mail["Subject"] = SUBJECTS[facts.kind]
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id_header(facts.notice_id)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(f"{text.strip()}\n", cte="quoted-printable")
    return mail.as_bytes()


def _keep_claim(claimed: NoticeClaim, *, now: datetime) -> None:
    """Right before the content goes out: whoever was given up must not send."""
    with in_school(claimed.facts.school_id):
        if claimed.lease_until <= now or not _claimed_row(claimed).exists():
            raise NoticeClaimLost


def _claimed_row(claimed: NoticeClaim) -> QuerySet[Notice]:
    return _here(claimed.facts.school_id).filter(
        pk=claimed.facts.notice_id, state=NoticeState.CLAIMED, lease_until=claimed.lease_until
    )


def _settle(claimed: NoticeClaim, step: NoticeStep, *, now: datetime) -> NoticeState | None:
    with in_school(claimed.facts.school_id):
        rows = _here(claimed.facts.school_id).filter(pk=claimed.facts.notice_id).exclude(state=NoticeState.ACCEPTED)
        if step.state is not NoticeState.ACCEPTED:
            # That a server took it is known for good; everything else counts only from whoever holds the claim.
            rows = _claimed_row(claimed)
        notice = rows.select_for_update(no_key=True).first()
        if notice is None:
            return None
        _move(notice, step, now=now)
        return step.state


def _queue_anew(claimed: NoticeClaim, to: str, *, now: datetime) -> NoticeState | None:
    """Drop a notice, and queue what it was to say to another address: both, or neither."""
    facts = claimed.facts
    with in_school(facts.school_id):
        state = _settle(claimed, NoticeStep(NoticeState.DROPPED), now=now)
        if state is not None:
            queue_notice(
                facts.kind.value,
                school_id=facts.school_id,
                to=to,
                object_id=facts.object_id,
                params=facts.params,
                by=facts.asked_by,
            )
    return state


def _move(notice: Notice, step: NoticeStep, *, now: datetime) -> None:
    notice.state, notice.problem, notice.lease_until = step.state, step.problem, None
    notice.next_attempt_at = now + (step.wait or timedelta(0))
    notice.accepted_at = now if step.state is NoticeState.ACCEPTED else None
    notice.save(update_fields=["state", "problem", "lease_until", "next_attempt_at", "accepted_at"])
    log.info("Notice %s: %s %s", notice.pk, step.state, step.problem)
    if step.state is not NoticeState.PENDING:
        audit.record(
            f"notice.{step.state.value}",
            school_id=notice.school_id,
            actor_id=None,
            object_type="notice",
            object_id=notice.pk,
            detail={"kind": notice.kind, "problem": step.problem.value, "tries": notice.tries},
            at=now,
        )


def _give_up_dead_workers(school_id: UUID | None, *, now: datetime) -> None:
    lost = (
        _here(school_id)
        .select_for_update(skip_locked=True, no_key=True)
        .filter(state=NoticeState.CLAIMED, lease_until__lte=now)
    )
    for notice in lost[:SWEEP_LIMIT]:
        step = notice_step_to_try_again(
            Problem.INTERRUPTED, tries=notice.tries, waits_seconds=settings.DISPATCH_RETRY_SECONDS
        )
        # The lease itself was the wait.
        _move(notice, NoticeStep(step.state, step.problem), now=now)
