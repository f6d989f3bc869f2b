"""What Celery runs for dry runs of the framework. Arguments are ids; found by ``esafety.celery`` under this name."""

import logging
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from sanctions.services import dry_runs

log = logging.getLogger(__name__)


class NotRun(RuntimeError):
    """It ended in an error that is not foreseen. Its kind is told; its words may quote a record."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__(type(failure).__name__)


@shared_task(name=dry_runs.MAKE_TASK, time_limit=3600, soft_time_limit=3500)
def run_dry(school_id: str, run_id: str) -> None:
    """Do one dry run, if nobody else is at it."""
    try:
        state = dry_runs.run_dry(school_id=UUID(school_id), run_id=UUID(run_id))
    except Exception as failure:  # noqa: BLE001
        raise NotRun(failure) from None
    log.info("Dry run %s looked at: %s", run_id, state or "nothing to do")


@shared_task(name="sanctions.dry_run_tasks.sweep_dry_runs", time_limit=55)
def sweep_dry_runs() -> None:
    """Find what was missed, delete what is a month old; beat calls this every minute."""
    try:
        woken = dry_runs.sweep_dry_runs(now=timezone.now())
    except Exception as failure:  # noqa: BLE001
        raise NotRun(failure) from None
    log.info("Dry runs swept: %d due", woken)
