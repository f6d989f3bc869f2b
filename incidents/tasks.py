"""What Celery's clock has done about incidents. Posts and family ties begin and end by the day, and so do sanctions."""

import logging

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from incidents.services.cases import open_missing_cases
from incidents.services.following import follow_school
from incidents.services.rerouting import reroute_school
from schools.wall import every_school, in_school

log = logging.getLogger(__name__)


class NotFollowed(RuntimeError):
    """It did not work for some schools; the log says which, and the kind of error: its words may quote a record."""

    def __init__(self, count: int) -> None:
        super().__init__(f"the sanctions of {count} schools were not looked after")


class NotRouted(RuntimeError):
    """It did not work for some schools; the log says which, and the kind of error: its words may quote a record."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} schools were not routed anew")


@shared_task(name="incidents.tasks.reroute_all", time_limit=3600, soft_time_limit=3500)
def reroute_all() -> None:
    """Route every case of every school anew, as the school stands today; beat calls this soon after midnight.

    What was open before sanctions came to a school is given its cases.

    A school that it does not work for keeps no other one from it. Raises NotRouted at the end, if there was one.
    """
    broken = 0
    for school_id, _ in every_school():
        try:
            with in_school(school_id):
                changed = reroute_school(school_id, (), timezone.localdate())
                opened = open_missing_cases(school_id)
        except SoftTimeLimitExceeded:
            raise
        except Exception as failure:  # noqa: BLE001
            broken += 1
            log.error("School %s was not routed anew: %s", school_id, type(failure).__name__)
        else:
            log.info("School %s routed anew: %d went elsewhere, %d were given cases", school_id, changed, opened)
    if broken:
        raise NotRouted(broken)


@shared_task(name="incidents.tasks.follow_sanctions", time_limit=300, soft_time_limit=280)
def follow_sanctions() -> None:
    """Begin and end sanctions, and see what was done of what must follow, school by school; beat calls it each minute.

    A school that it does not work for keeps no other one from it. Raises NotFollowed at the end, if there was one.
    """
    broken = 0
    for school_id, _ in every_school():
        try:
            with in_school(school_id):
                changed = follow_school(school_id=school_id, today=timezone.localdate())
        except SoftTimeLimitExceeded:
            raise
        except Exception as failure:  # noqa: BLE001
            broken += 1
            log.error("The sanctions of school %s were not looked after: %s", school_id, type(failure).__name__)
        else:
            if changed:
                log.info("Sanctions of school %s looked after: %d rows", school_id, changed)
    if broken:
        raise NotFollowed(broken)
