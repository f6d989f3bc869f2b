"""Which parents and carers may get a letter about a child. Duty R11 (CC 4.3); threat T2."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from schools.addresses import UnsafeAddress, safe_address
from schools.models import Guardian, in_force


@dataclass(frozen=True, slots=True)
class Parent:
    """Somebody with parental responsibility who may have a letter. ``address`` is empty where none can be used."""

    person_id: UUID
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Parents:
    """Who may have a letter about a child, and how many on the school's list may not."""

    may: tuple[Parent, ...]
    may_not_count: int


def parents_of(school_id: UUID, child_id: UUID, day: date) -> Parents:
    """Who may have a letter about a child on a day, by name. One query. Duty R11 (CC 4.3).

    Never somebody without parental responsibility, or whom a tie to this child says to be kept away by a court order:
    deny beats allow (T2). Nobody at all once the child has left the school: what is still to be said is not ours to
    send. Raises nothing.
    """
    is_here = Q(child__pupil__left_on__isnull=True) | Q(child__pupil__left_on__gte=day)
    rows = Guardian.objects.filter(
        in_force(day), is_here, school_id=school_id, child_id=child_id, child__pupil__isnull=False
    ).select_related("guardian__user")
    found = {each.guardian_id: each.guardian for each in rows}
    barred = {each.guardian_id for each in rows if each.is_barred}
    responsible = {each.guardian_id for each in rows if each.has_parental_responsibility} - barred
    people = sorted((found[each] for each in responsible), key=lambda who: (who.full_name, who.pk))
    return Parents(
        may=tuple(
            Parent(who.pk, who.full_name, _usable(who.email or (who.user.email if who.user else ""))) for who in people
        ),
        may_not_count=len(found) - len(people),
    )


def _usable(address: str) -> str:
    try:
        return safe_address(address) if address else ""
    except UnsafeAddress:
        return ""
