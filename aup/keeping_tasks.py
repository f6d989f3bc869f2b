"""What Celery runs for the files of many copies. Arguments are ids; found by ``esafety.celery`` under this name."""

import logging
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from aup.services import bundles

log = logging.getLogger(__name__)


class NotBundled(RuntimeError):
    """It ended in an error that is not foreseen. Its kind is told; its words may quote a record."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__(type(failure).__name__)


@shared_task(name=bundles.MAKE_TASK, time_limit=3600, soft_time_limit=3500)
def make_bundle(school_id: str, bundle_id: str) -> None:
    """Make one file, if nobody else is at it."""
    try:
        state = bundles.make_bundle(school_id=UUID(school_id), bundle_id=UUID(bundle_id))
    except Exception as failure:  # noqa: BLE001
        raise NotBundled(failure) from None
    log.info("Bundle %s looked at: %s", bundle_id, state or "nothing to do")


@shared_task(name="aup.keeping_tasks.sweep_bundles", time_limit=55)
def sweep_bundles() -> None:
    """Find what was missed, delete what is a week old; beat calls this every minute."""
    try:
        woken = bundles.sweep_bundles(now=timezone.now())
    except Exception as failure:  # noqa: BLE001
        raise NotBundled(failure) from None
    log.info("Bundles swept: %d due", woken)
