"""What Celery runs. Arguments are ids; the rows say what is to be done. Loaded by workers and the clock only."""

import logging
import traceback
from pathlib import Path
from uuid import UUID

from celery import shared_task
from celery.signals import worker_process_init
from django.conf import settings
from django.utils import timezone

from dispatch import anchoring, delivery, issuing, notice_delivery, rendering

log = logging.getLogger(__name__)


class TaskBroke(RuntimeError):
    """A task ended in an error that is not foreseen. Its kind and place are told; its words may quote a record."""

    def __init__(self, failure: BaseException) -> None:
        place = traceback.extract_tb(failure.__traceback__)[-1]
        super().__init__(f"{type(failure).__name__} at {Path(place.filename).name}:{place.lineno}")


# Ended before the lease does, so that no worker outlives its claim; shortly before that, drawing is told to give up.
_LEASE = settings.DISPATCH_LEASE_SECONDS


@shared_task(name="dispatch.tasks.deliver", soft_time_limit=_LEASE * 0.9, time_limit=_LEASE * 0.97)
def deliver(school_id: str, message_id: str) -> None:
    """Deliver one message of a school, if it is due."""
    try:
        state = delivery.deliver(school_id=UUID(school_id), message_id=UUID(message_id), draw=rendering.draw)
    except Exception as failure:  # noqa: BLE001
        raise TaskBroke(failure) from None
    log.info("Message %s looked at: %s", message_id, state or "nothing to do")


@shared_task(name="dispatch.tasks.deliver_notice", soft_time_limit=_LEASE * 0.9, time_limit=_LEASE * 0.97)
def deliver_notice(school_id: str | None, notice_id: str) -> None:
    """Send one notice, if it is due."""
    try:
        state = notice_delivery.deliver_notice(
            school_id=UUID(school_id) if school_id else None, notice_id=UUID(notice_id)
        )
    except Exception as failure:  # noqa: BLE001
        raise TaskBroke(failure) from None
    log.info("Notice %s looked at: %s", notice_id, state or "nothing to do")


@shared_task(name="dispatch.tasks.deliver_notices", soft_time_limit=_LEASE * 0.9, time_limit=_LEASE * 0.97)
def deliver_notices(school_id: str, notice_ids: list[str]) -> None:
    """Send some notices that were queued together, those that are due; what time does not allow the sweep takes up."""
    for notice_id in notice_ids:
        deliver_notice(school_id, notice_id)


@shared_task(name="dispatch.tasks.draw", soft_time_limit=_LEASE * 0.9, time_limit=_LEASE * 0.97)
def draw(school_id: str, document_id: str) -> None:
    """Draw one document that was issued without a message, unless it is drawn."""
    try:
        is_drawn = issuing.draw_document(
            school_id=UUID(school_id), document_id=UUID(document_id), draw=rendering.draw, now=timezone.now()
        )
    except Exception as failure:  # noqa: BLE001
        raise TaskBroke(failure) from None
    log.info("Document %s looked at: %s", document_id, "drawn" if is_drawn else "nothing to do")


@shared_task(name="dispatch.tasks.sweep", time_limit=55)
def sweep() -> None:
    """Find what was missed; beat calls this every minute."""
    try:
        now = timezone.now()
        woken = delivery.sweep(now=now) + notice_delivery.sweep_notices(now=now) + issuing.sweep_documents(now=now)
    except Exception as failure:  # noqa: BLE001
        raise TaskBroke(failure) from None
    log.info("Swept: %d due", woken)


@shared_task(name="dispatch.tasks.mail_anchor", time_limit=55)
def mail_anchor() -> None:
    """Mail where the audit trail's chains end; beat calls this once a day."""
    try:
        notice = anchoring.queue_anchor()
    except Exception as failure:  # noqa: BLE001
        raise TaskBroke(failure) from None
    log.info("Anchor of the trail: notice %s", notice.pk if notice else "not wanted")


@worker_process_init.connect
def warm_up(**_: object) -> None:
    """Draw once before the first report has to wait for it. Celery itself lets go of inherited connections."""
    rendering.warm_up()
