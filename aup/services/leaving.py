"""What follows when somebody leaves, or may not sign for a child any more. Duty A5 (PR); threats T2 and T8."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.utils import timezone

from aup.models import FollowUp, Signature, SigningLink
from aup.rules.consents import newest
from aup.selectors.families import children_of
from aup.selectors.standing import members_on
from aup.services.links import end_links
from aup.services.signing import answers_about
from schools.models import Pupil

# What is undone when a child leaves: its pictures and its work come down (A5).
WHEN_A_CHILD_LEAVES = ("publish_photographs", "publish_work")


def people_have_changed(school_id: UUID, person_ids: Collection[UUID], today: date) -> None:
    """Take back the links of whoever has nothing left to sign; make a task of the pictures of a child that left.

    In the transaction of the change. Two queries where nothing follows, some eight a person where something does.
    """
    now = timezone.now()
    with_link = SigningLink.objects.filter(
        school_id=school_id, person_id__in=list(person_ids), ended_at=None, expires_at__gt=now
    )
    for person_id in set(with_link.values_list("person_id", flat=True)):
        if not has_something_here(school_id, person_id, today):
            end_links(school_id=school_id, person_ids=[person_id], now=now)
    left = Pupil.objects.filter(school_id=school_id, person_id__in=list(person_ids), left_on__lte=today)
    for child_id in left.values_list("person_id", flat=True):
        _take_down(school_id, child_id)


def has_something_here(school_id: UUID, person_id: UUID, today: date) -> bool:
    """Whether somebody is of the school, or may sign for a child that is. Five queries. Threats T2, T8."""
    about = [person_id, *children_of(school_id, person_id, today)]
    return bool(members_on(school_id, today, person_ids=about))


def _take_down(school_id: UUID, child_id: UUID) -> None:
    # Where one parent said yes there may be pictures, whatever another one said.
    said = newest(answers_about(school_id, child_id)).values()
    codes = [code for code in WHEN_A_CHILD_LEAVES if any(each.get(code) for each in said)]
    if not codes:
        return
    row = (
        Signature.objects.filter(school_id=school_id, about_id=child_id)
        .exclude(consents={})
        .order_by("-number")
        .first()
    )
    if row is None:
        return
    now = timezone.now()
    FollowUp.objects.bulk_create(
        [FollowUp(school_id=school_id, signature=row, about_id=child_id, code=code, made_at=now) for code in codes],
        ignore_conflicts=True,
    )
