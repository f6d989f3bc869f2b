"""Log-ins that nobody uses: an open door that nobody would miss (threat T8)."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from schools.models import Membership, Person, Post, in_force
from schools.roles import Role
from schools.rules.log_ins import UNUSED_DAYS

# Who is told of them, the first of these posts that somebody holds: both keep the lists of people.
_TOLD = (Role.HEAD_TEACHER, Role.SCHOOL_OFFICE)


def unused(people: QuerySet[Person], today: date) -> QuerySet[Person]:
    """Those of these people whose log-in is open and was not used for 90 days, at this school or another one.

    Not those who have been something new to the school since then, or are to be. No query by itself.
    """
    day = today - timedelta(days=UNUSED_DAYS)
    since = timezone.make_aware(datetime.combine(day, time.min))
    people = people.filter(user__is_active=True, user__is_staff=False, user__created_at__lt=since)
    people = people.filter(Q(user__last_login__isnull=True) | Q(user__last_login__lt=since))
    return people.exclude(Exists(Membership.objects.filter(person=OuterRef("pk"), starts_on__gt=day)))


def has_unused(*, school_id: UUID, today: date) -> bool:
    """Whether a school has log-ins that nobody uses. One query."""
    return unused(Person.objects.filter(school_id=school_id), today).exists()


def who_is_told_of_unused(*, school_id: UUID, today: date) -> list[str]:
    """The addresses to tell of them: the head teacher's, or the office's where there is no head. One query."""
    members = Membership.objects.filter(in_force(today), school_id=school_id).values("person")
    held = Post.objects.filter(
        in_force(today),
        school_id=school_id,
        post__in=[each.value for each in _TOLD],
        person__in=members,
        person__user__is_active=True,
    )
    holders = list(held.values_list("post", "person__user__email"))
    told = ({email for post, email in holders if post == role} for role in _TOLD)
    return sorted(next(filter(None, told), set()))
