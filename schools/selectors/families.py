"""Who is related to whom."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from django.utils import timezone

from schools.models import Guardian, in_force
from schools.prepared import Prepared

_PAIRS = Prepared(
    lambda school_id, today: Guardian.objects.filter(in_force(today), school_id=school_id).values_list(
        "guardian_id", "child_id"
    )
)


def relatives(school_id: UUID, today: date | None = None) -> dict[UUID, frozenset[UUID]]:
    """For each person of a school those they are related to on a day (today), in both directions. One query.

    Parents of the same child are not relatives of each other, nor are children of the same parent: only the relation
    that the school has checked counts. Duty R7 (NE): nobody handles a case of their own child.
    """
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for guardian_id, child_id in _PAIRS.rows(school_id, today or timezone.localdate()):
        found[guardian_id].add(child_id)
        found[child_id].add(guardian_id)
    return {person_id: frozenset(others) for person_id, others in found.items()}
