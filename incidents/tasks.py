"""What Celery's clock has done about incidents. Posts and family ties begin and end by the day."""

import logging

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from incidents.services.rerouting import reroute_school
from schools.wall import every_school, in_school

log = logging.getLogger(__name__)


class NotRouted(RuntimeError):
    """It did not work for some schools; the log says which, and the kind of error: its words may quote a record."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} schools were not routed anew")


@shared_task(name="incidents.tasks.reroute_all", time_limit=3600, soft_time_limit=3500)
def reroute_all() -> None:
    """Route every case of every school anew, as the school stands today; beat calls this soon after midnight.

    A school that it does not work for keeps no other one from it. Raises NotRouted at the end, if there was one.
    """
    broken = 0
    for school_id, _ in every_school():
        try:
            with in_school(school_id):
                changed = reroute_school(school_id, (), timezone.localdate())
        except SoftTimeLimitExceeded:
            raise
        except Exception as failure:  # noqa: BLE001
            broken += 1
            log.error("School %s was not routed anew: %s", school_id, type(failure).__name__)
        else:
            log.info("School %s routed anew: %d went elsewhere", school_id, changed)
    if broken:
        raise NotRouted(broken)
