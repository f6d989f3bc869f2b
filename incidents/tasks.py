"""What Celery's clock has done about incidents. Posts and family ties begin and end by the day."""

import logging

from celery import shared_task
from django.utils import timezone

from incidents.services.rerouting import reroute_school
from schools.wall import every_school, in_school

log = logging.getLogger(__name__)


@shared_task(name="incidents.tasks.reroute_all", time_limit=3600, soft_time_limit=3500)
def reroute_all() -> None:
    """Route every case of every school anew, as the school stands today; beat calls this soon after midnight."""
    for school_id, _ in every_school():
        with in_school(school_id):
            changed = reroute_school(school_id, (), timezone.localdate())
        log.info("School %s routed anew: %d went elsewhere", school_id, changed)
