"""Who of a school may be meant by a name that somebody typed."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower

from schools.models import Person
from schools.rules.names import family_name, full_name


def namesakes(*, school_id: UUID, names: Collection[str]) -> dict[str, frozenset[UUID]]:
    """For each name as it was typed the people of the school who are called that. One query, none without names.

    "Farida Whitlock" is everybody of that name. "Mrs Whitlock" is everybody of that family name who has a log-in, for
    only they could come to know of a case. Duty R7 (NE): nobody handles, or reads, a case in which they are involved.
    """
    if not names:
        return {}
    full = {full_name(each) for each in names}
    families = {family_name(each) for each in names} - {""}
    rows = (
        Person.objects.filter(school_id=school_id)
        .annotate(
            called=Lower(Concat(F("given_name"), Value(" "), F("family_name"))),
            family=Lower("family_name"),
        )
        .filter(Q(called__in=full) | Q(family__in=families, user__isnull=False))
        .values_list("pk", "called", "family", "user_id")
    )
    found: list[tuple[UUID, str, str, UUID | None]] = list(rows)
    return {
        name: frozenset(
            pk
            for pk, called, family, user_id in found
            if called == full_name(name) or (user_id is not None and family == family_name(name))
        )
        for name in names
    }
