"""Who of a school may be meant by a name that somebody typed."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Lower, Replace

from schools.models import Person
from schools.rules.names import CURLY, family_name, full_name, readings

# No family is called this, for no reading of a line begins with a blank.
_NOBODY = " "


def namesakes(*, school_id: UUID, names: Collection[str]) -> dict[str, frozenset[UUID]]:
    """For each name as it was typed the people of the school who are called that. One query, none without names.

    "Farida Whitlock" is everybody of that name. "Mrs Whitlock" is everybody of that family name who has a log-in, for
    only they could come to know of a case. Class or job may follow, as the form asks for them: the longest reading
    that somebody is called by counts. Duty R7 (NE): nobody handles, or reads, a case in which they are involved.
    """
    if not names:
        return {}
    read = {name: readings(name) for name in names}
    said = {reading for parts in read.values() for part in parts for reading in part}
    rows = (
        Person.objects.filter(school_id=school_id)
        .annotate(called=_plain(Concat(F("given_name"), Value(" "), F("family_name"))), family=_plain(F("family_name")))
        .filter(
            Q(called__in={full_name(each) for each in said})
            | Q(family__in={family_name(each) for each in said} - {""}, user__isnull=False)
        )
        .values_list("pk", "called", "family", "user_id")
    )
    by_name: defaultdict[str, set[UUID]] = defaultdict(set)
    by_family: defaultdict[str, set[UUID]] = defaultdict(set)
    for pk, called, family, user_id in rows:
        by_name[called].add(pk)
        if user_id is not None:
            by_family[family].add(pk)
    who = {each: by_name[full_name(each)] | by_family[family_name(each) or _NOBODY] for each in said}
    return {
        name: frozenset().union(*(next((who[each] for each in part if who[each]), ()) for part in parts))
        for name, parts in read.items()
    }


def family_names(*, school_id: UUID, person_ids: Collection[UUID]) -> frozenset[str]:
    """What these people are called last: whoever types their name writes it, near enough to look for. One query."""
    rows = Person.objects.filter(school_id=school_id, pk__in=person_ids).exclude(family_name="")
    return frozenset(rows.values_list("family_name", flat=True))


def _plain(name: Combinable) -> Lower:
    """As ``rules.names`` reads it: in lower case, with one kind of apostrophe."""
    return Lower(Replace(name, Value(CURLY), Value("'")))
