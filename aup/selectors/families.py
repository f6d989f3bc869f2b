"""The children somebody signs for."""

from datetime import date
from uuid import UUID

from schools.models import Guardian, in_force


def children_of(school_id: UUID, person_id: UUID, day: date) -> tuple[UUID, ...]:
    """The children whom this person may sign for on a day. One query.

    Never one whose carer is without parental responsibility or kept away by a court order: deny beats allow (T2).
    """
    rows = Guardian.objects.filter(in_force(day), school_id=school_id, guardian_id=person_id).values_list(
        "child_id", "has_parental_responsibility", "is_barred"
    )
    found = list(rows.order_by("child__given_name", "child__family_name", "child_id"))
    barred = {child_id for child_id, _, is_barred in found if is_barred}
    return tuple(dict.fromkeys(each for each, may_sign, _ in found if may_sign and each not in barred))
