"""Which parents and carers may get a letter about a child. Duty R11 (CC 4.3); threat T2."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q

from sanctions.models import Case
from sanctions.selectors.kept_out import kept_out_of
from schools.addresses import UnsafeAddress, safe_address
from schools.models import Guardian, Person, in_force


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


NOBODY: Final = Parents((), 0)


def is_named(case: Case) -> bool:
    """Whether the record still names the child of a case: whom it does not name, nobody is written to about. Pure."""
    return case.withdrawn_at is None and case.look_again != "unnamed"


def parents_of(case: Case, day: date) -> Parents:
    """Who may have a letter about the child of a case on a day, by name. Two queries. Duties R7, R11 (CC 4.3, NE).

    Never somebody without parental responsibility, whom a tie to this child says to be kept away by a court order, or
    whom the matter itself is about: deny beats allow (T2). Nobody at all once the child has left the school, or the
    record does not name them any more. No mail goes to an address that somebody who is kept away has too. Raises
    nothing.
    """
    if not is_named(case):
        return NOBODY
    is_here = Q(child__pupil__left_on__isnull=True) | Q(child__pupil__left_on__gte=day)
    rows = Guardian.objects.filter(
        in_force(day), is_here, school_id=case.school_id, child_id=case.person_id, child__pupil__isnull=False
    ).select_related("guardian__user")
    found = {each.guardian_id: each.guardian for each in rows}
    barred = {each.guardian_id for each in rows if each.is_barred} | (kept_out_of(case.pk) & found.keys())
    responsible = {each.guardian_id for each in rows if each.has_parental_responsibility} - barred
    not_to = {(_usable(address) or address).casefold() for each in barred for address in _mailboxes(found[each])}
    people = sorted((found[each] for each in responsible), key=lambda who: (who.full_name, who.pk))
    return Parents(
        may=tuple(
            Parent(who.pk, who.full_name, "" if address.casefold() in not_to else address)
            for who in people
            for address in [_usable(next(_mailboxes(who), ""))]
        ),
        may_not_count=len(found) - len(people),
    )


def _mailboxes(who: Person) -> Iterator[str]:
    """Every address that is known of somebody, the one to write to first."""
    if who.email:
        yield who.email
    if who.user is not None and who.user.email:
        yield who.user.email


def _usable(address: str) -> str:
    try:
        return safe_address(address) if address else ""
    except UnsafeAddress:
        return ""
