"""What Celery runs for the agreements. Arguments are ids; the rows say what is to be done."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from aup.rules.campaigns import MAILS_PER_MINUTE
from aup.services import sending
from schools.wall import every_school

log = logging.getLogger(__name__)


class TaskBroke(RuntimeError):
    """A task ended in an error that is not foreseen. Its kind and place are told; its words may quote a record."""

    def __init__(self, failure: BaseException) -> None:
        place = traceback.extract_tb(failure.__traceback__)[-1]
        super().__init__(f"{type(failure).__name__} at {Path(place.filename).name}:{place.lineno}")


class NotSwept(RuntimeError):
    """It did not work for some schools; the log says which, and the kind of error: its words may quote a record."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} schools were passed over")


@shared_task(name="aup.tasks.send_campaign", soft_time_limit=280, time_limit=300)
def send_campaign(school_id: str, campaign_id: str) -> None:
    """Queue the invitations of a campaign that was opened, as many as the minute allows."""
    try:
        count = sending.send_campaign(school_id=UUID(school_id), campaign_id=UUID(campaign_id))
    except Exception as failure:  # noqa: BLE001
        raise TaskBroke(failure) from None
    log.info("Campaign %s: %d invitations queued", campaign_id, count)


@shared_task(name="aup.tasks.sweep_campaigns", soft_time_limit=280, time_limit=300)
def sweep_campaigns() -> None:
    """Go on with the campaigns that were left, and mark what came back; beat calls this every minute."""
    _in_every_school("invitations", lambda school_id, limit: sending.sweep_school(school_id=school_id, limit=limit))


@shared_task(name="aup.tasks.remind", soft_time_limit=280, time_limit=300)
def remind() -> None:
    """Remind whoever is due. Each is once a day at most; beat calls this every minute of the working day, so that
    thousands of reminders go out over time, and none is lost with one call."""
    _in_every_school("reminders", lambda school_id, limit: sending.remind_school(school_id=school_id, limit=limit))


def _in_every_school(what: str, act: Callable[[UUID, int], int]) -> None:
    """All schools together queue no more than a minute's mails; a school that fails keeps no other one from it."""
    left, broken = MAILS_PER_MINUTE, 0
    for school_id, _ in every_school():
        try:
            left -= act(school_id, left)
        except SoftTimeLimitExceeded:
            raise
        except Exception as failure:  # noqa: BLE001
            broken += 1
            log.error("School %s: no %s: %s", school_id, what, type(failure).__name__)
    if left < MAILS_PER_MINUTE:
        log.info("%d %s queued", MAILS_PER_MINUTE - left, what)
    if broken:
        raise NotSwept(broken)
