"""Somebody's earlier record, as far as it stands. Duty S4 (CC 5.1.2, CC 5.1.4)."""

from uuid import UUID

from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from packs.schema import Grade
from sanctions.models import Decision, Warning
from sanctions.rules.facts import Earlier


def earlier_record(*, school_id: UUID, person_id: UUID, but_for: UUID) -> frozenset[Earlier]:
    """The decisions and warnings that stand in the other cases of a person. Two queries.

    A decision stands from the day it was first made, as it was last revised; what was quashed, or found nothing, is not
    there. A case that the record does not name this person in any more does not count.
    """
    first = Decision.objects.filter(case=OuterRef("case"), number=1).values("at")
    decisions = (
        Decision.objects.filter(
            school_id=school_id,
            case__person_id=person_id,
            case__withdrawn_at__isnull=True,
            number=F("case__decisions_count"),
        )
        .exclude(grade="")
        .exclude(case_id=but_for)
        .annotate(first_at=Subquery(first))
        .values_list("pk", "first_at", "grade", "breaches", "case__reference")
    )
    warnings = Warning.objects.filter(
        school_id=school_id,
        person_id=person_id,
        case__withdrawn_at__isnull=True,
        decision__number=F("case__decisions_count"),
    ).exclude(case_id=but_for)
    return frozenset(
        [
            *(
                Earlier(timezone.localdate(at), str(pk), "decision", _grade(grade), tuple(sorted(breaches)), reference)
                for pk, at, grade, breaches, reference in decisions
            ),
            *(
                Earlier(day, str(pk), "warning", _grade(grade), tuple(sorted(breaches)), reference)
                for pk, day, breaches, grade, reference in warnings.values_list(
                    "pk", "given_on", "breaches", "decision__grade", "case__reference"
                )
            ),
        ]
    )


def _grade(letter: str) -> Grade | None:
    return letter or None  # type: ignore[return-value]  # a constraint holds it to the four
