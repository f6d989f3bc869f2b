"""Who must not be told of a case of the sanctions: for ``sanctions``, which asks before a letter goes to anybody."""

from collections.abc import Collection
from uuid import UUID

from incidents.models import Conflict, ConflictWhy

# A parent who was hurt, or who is related to somebody in it, is still their child's parent.
_HOLDS = (ConflictWhy.SUBJECT.value, ConflictWhy.ABOUT.value)


def kept_out_of(case_id: UUID) -> Collection[UUID]:
    """Whom the case's incident is about, beside the child. One query. Duty R7 (NE); threat T2."""
    rows = Conflict.objects.filter(incident__cases__case=case_id, until_revision__isnull=True, why__in=_HOLDS)
    return list(rows.values_list("person_id", flat=True))
