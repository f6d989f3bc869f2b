"""What the demonstration shows of posts: one of the past, and one that waits for a second person. Filled in the school,
like everything of ``demo_people``."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from schools.demo_cast import DemoSchool
from schools.demo_ids import demo_id, person_id_of, school_id_of
from schools.models import Appointment, Post
from schools.roles import Role
from schools.rules.posts import Kind

# Was co-ordinator before, and is a class teacher again.
FORMER_COORDINATOR = "staff:2"
# To be a second deputy: the head has asked, and the chair or the vice chair is to agree.
NEXT_DEPUTY = "senco"


def fill_posts(school: DemoSchool, *, first_day: date, today: date) -> None:
    """Add what is missing. Two queries."""
    here = {"school_id": school_id_of(school)}
    started = first_day - timedelta(days=400)
    Post.objects.bulk_create(
        [
            Post(
                id=demo_id(school.key, "post", FORMER_COORDINATOR),
                **here,
                person_id=person_id_of(school, FORMER_COORDINATOR),
                post=Role.COORDINATOR.value,
                starts_on=started - timedelta(days=700),
                ends_on=started - timedelta(days=1),
            )
        ],
        ignore_conflicts=True,
    )
    Appointment.objects.bulk_create(
        [
            Appointment(
                id=demo_id(school.key, "appointment", NEXT_DEPUTY),
                **here,
                kind=Kind.GIVE.value,
                post=Role.DEPUTY_DSL.value,
                person_id=person_id_of(school, NEXT_DEPUTY),
                person_user_id=demo_id("user", NEXT_DEPUTY),
                day=today,
                requested_by_id=demo_id("user", "head"),
                requested_at=_morning(today - timedelta(days=1)),
            )
        ],
        ignore_conflicts=True,
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8, 0), tzinfo=timezone.get_current_timezone())
