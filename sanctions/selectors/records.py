"""Somebody's earlier record, as far as it stands. Duty S4 (CC 5.1.2, CC 5.1.4)."""

from uuid import UUID

from django.db.models import F
from django.utils import timezone

from packs.schema import Grade
from sanctions.models import Decision, Warning
from sanctions.rules.facts import Earlier
from sanctions.rules.looking_back import Made, stands_since


def earlier_record(*, school_id: UUID, person_id: UUID, but_for: UUID) -> frozenset[Earlier]:
    """The decisions and warnings that stand in the other cases of a person. Two queries.

    A decision counts from the day on which what it says, or something graver, was first decided and has stood ever
    since; what was quashed, or found nothing, is not there. A case that the record does not name this person in any
    more does not count.
    """
    theirs = {"school_id": school_id, "case__person_id": person_id, "case__withdrawn_at__isnull": True}
    made: dict[UUID, list[Decision]] = {}
    rows = Decision.objects.filter(**theirs).exclude(case_id=but_for).exclude(case__look_again="unnamed")
    for each in rows.select_related("case").order_by("case_id", "-number"):
        made.setdefault(each.case_id, []).append(each)
    warnings = (
        Warning.objects.filter(**theirs, decision__number=F("case__decisions_count"))
        .exclude(case_id=but_for)
        .exclude(case__look_again="unnamed")
    )
    return frozenset(
        [
            *(
                Earlier(
                    timezone.localdate(stands_since([Made(each.at, _grade(each.grade), each.warns) for each in those])),
                    str(those[0].pk),
                    "decision",
                    _grade(those[0].grade),
                    tuple(sorted(those[0].breaches)),
                    those[0].case.reference,
                )
                for those in made.values()
                if those[0].grade
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
