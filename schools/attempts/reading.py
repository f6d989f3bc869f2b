"""Accounts that were held up because they asked too often for what is not theirs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from audit import services as audit
from audit.models import HELD_UP
from audit.selectors import entries_since
from schools.models import Person
from schools.roles import Permission
from schools.viewer import Viewer

SHOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class HeldUp:
    """One account, and when it was held up. ``name`` is empty where nobody of the school has that log-in any more."""

    name: str
    at: datetime


def read_held_up(*, by: Viewer) -> tuple[HeldUp, ...]:
    """The accounts of the last 30 days, newest first, at most 100, and an audit row. Two queries. Threat T12.

    Raises NotAllowed.
    """
    by.must(Permission.APPOINT)
    here = Person.objects.filter(school_id=by.school_id, user_id=OuterRef("object_id"))
    name = Subquery(here.values_list(Concat("given_name", Value(" "), "family_name"))[:1])
    with transaction.atomic():
        rows = entries_since(school_id=by.school_id, actions=[HELD_UP], since=timezone.now() - SHOWN)
        found = tuple(HeldUp(who or "", at) for who, at in rows.annotate(who=name).values_list("who", "at")[:100])
        audit.record("attempts.read", school_id=by.school_id, actor_id=by.user_id, object_type="attempts")
    return found
