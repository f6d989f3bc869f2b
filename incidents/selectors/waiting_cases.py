"""What waits of sanctions on the first page, and on the page of an incident: in references and clocks, without a name.

Duties S1, S2, S3, R3, P13 (CC 2.3.1, 4.5, 5, CM 2.3.1, 4.5, 5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, OuterRef, Q, Subquery
from django.utils import timezone

from incidents import access
from incidents.models import CaseOf
from incidents.rules.clock import Clock, clock_for
from incidents.selectors.deciding import NOT_DONE, may_decide
from incidents.selectors.measures import Running, carried_out_by, running_for
from sanctions.models import Case, Restorative, Task
from schools.roles import Permission, Role
from schools.viewer import Viewer

SHOWN = 100
RUNNING_SHOWN = 8
# The report to the authority has its own clock and its own line.
ELSEWHERE = ("report_la",)


@dataclass(frozen=True, slots=True)
class IncidentWaits:
    """An incident in which something of sanctions waits. ``only_case``: where it is one alone."""

    incident_id: UUID
    reference: str
    count: int
    only_case: UUID | None
    clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class SanctionsWaiting:
    """What waits for this viewer. ``overdue_count``: things that must follow and are late, in all of ``overdue``.

    ``to_do``: what must follow and is theirs by their post, in cases that they neither run nor decide.
    """

    to_look_again: tuple[IncidentWaits, ...] = ()
    to_decide: tuple[IncidentWaits, ...] = ()
    to_confirm: tuple[IncidentWaits, ...] = ()
    overdue: tuple[IncidentWaits, ...] = ()
    to_review: tuple[IncidentWaits, ...] = ()
    to_do: tuple[IncidentWaits, ...] = ()
    running: tuple[Running, ...] = ()
    to_carry_out: int = 0
    to_give_back: int = 0

    @property
    def overdue_count(self) -> int:
        """How many things are late."""
        return sum(each.count for each in self.overdue)

    @property
    def running_shown(self) -> tuple[Running, ...]:
        """The next to end."""
        return self.running[:RUNNING_SHOWN]


@dataclass(frozen=True, slots=True)
class CasesOfIncident:
    """How far the cases of one incident have come, for its page."""

    count: int
    to_confirm: int
    to_decide: int
    decided: int
    overdue: int


def sanctions_waiting(*, viewer: Viewer, now: datetime) -> SanctionsWaiting:
    """What of sanctions waits for this viewer, by its clock. Three queries at most; none for whoever has no part in it.

    Duties S1, S2, R3, P13 (CC 2.3.1, 5, CM 2.3.1, 4.5, 5).
    """
    running: tuple[Running, ...] = ()
    carry = back = 0
    if viewer.may(Permission.SEE_MEASURES):
        carry, back = carried_out_by(viewer, now)
        running = running_for(viewer, now) if Role.HEAD_TEACHER in viewer.roles else ()
    rows = _waiting_rows(viewer, now) if viewer.may(Permission.HANDLE_INCIDENTS) else []
    decides = [row for row in rows if may_decide(viewer, row["incident__decider_post"])]
    runs = [row for row in rows if access.may_run(viewer, row["incident__handler_post"])]
    either = [row for row in rows if row in decides or row in runs]
    others = [row for row in rows if row not in either]
    return SanctionsWaiting(
        to_look_again=_grouped((row for row in decides if row["case__look_again"]), now),
        to_decide=_grouped((row for row in decides if _can_be_decided(row)), now),
        to_confirm=_grouped((row for row in runs if _is_to_confirm(row)), now),
        overdue=_grouped((row for row in either if row["overdue"]), now, count="overdue"),
        to_review=_grouped((row for row in either if row["review_on"]), now),
        to_do=_grouped((row for row in others if row["theirs"]), now, count="theirs", due="theirs_due"),
        running=running,
        to_carry_out=carry,
        to_give_back=back,
    )


def cases_of_incident(*, viewer: Viewer, incident_id: UUID, now: datetime) -> CasesOfIncident:
    """How far the cases of an incident have come. One query."""
    late = Task.objects.filter(NOT_DONE, case=OuterRef("case"), due_at__lt=now).order_by().values("case")
    rows = (
        CaseOf.objects.visible_to(viewer)
        .filter(incident_id=incident_id, case__withdrawn_at__isnull=True)
        .annotate(overdue=Subquery(late.annotate(n=Count("pk")).values("n")))
        .values("case__is_confirmed", "case__outcome", "case__decided_at", "overdue")
    )
    found: list[dict[str, Any]] = [dict(row) for row in rows]
    return CasesOfIncident(
        count=len(found),
        to_confirm=sum(_is_to_confirm(row) for row in found),
        to_decide=sum(_can_be_decided(row) for row in found),
        decided=sum(row["case__decided_at"] is not None for row in found),
        overdue=sum(row["overdue"] or 0 for row in found),
    )


def _waiting_rows(viewer: Viewer, now: datetime) -> list[dict[str, Any]]:
    """Every case that waits for something, what is due first at the top. One query.

    What waits is found by the indexes that hold such rows alone, and not by looking through every case there ever was.
    """
    school, today = Q(school_id=viewer.school_id), timezone.localdate(now)
    posts = sorted(role.value for role in viewer.roles)
    all_theirs = Task.objects.filter(school, NOT_DONE, owner_post__in=posts)
    changed = Case.objects.filter(school).exclude(look_again="")
    undecided = Case.objects.filter(school, decided_at__isnull=True, withdrawn_at__isnull=True)
    all_late = Task.objects.filter(school, NOT_DONE, due_at__lt=now).exclude(code__in=ELSEWHERE)
    all_due = Restorative.objects.filter(school, reviewed_at__isnull=True, review_on__lte=today)
    tasks = Task.objects.filter(NOT_DONE, case=OuterRef("case")).exclude(code__in=ELSEWHERE).order_by().values("case")
    due = all_due.filter(case=OuterRef("case"), decision__number=OuterRef("case__decisions_count"))
    rows = (
        CaseOf.objects.visible_to(viewer)
        .filter(
            Q(case__in=undecided.values("pk"))
            | Q(case__in=all_late.values("case"))
            | Q(case__in=all_due.values("case"))
            | Q(case__in=all_theirs.values("case"))
            | Q(case__in=changed.values("pk")),
            case__withdrawn_at__isnull=True,
        )
        .annotate(
            overdue=Subquery(tasks.filter(due_at__lt=now).annotate(n=Count("pk")).values("n")),
            next_due=Subquery(tasks.annotate(n=Min("due_at")).values("n")),
            theirs=Subquery(tasks.filter(owner_post__in=posts).annotate(n=Count("pk")).values("n")),
            theirs_due=Subquery(tasks.filter(owner_post__in=posts).annotate(n=Min("due_at")).values("n")),
            review_on=Subquery(due.values("review_on")[:1]),
        )
        .order_by(F("next_due").asc(nulls_last=True), "case__recorded_at", "case_id")
    )
    found = rows.values(
            "incident_id", "incident__reference", "incident__handler_post", "incident__decider_post", "case_id",
            "case__is_confirmed", "case__outcome", "case__decided_at", "case__look_again", "overdue", "next_due",
            "theirs", "theirs_due", "review_on",
    )  # fmt: skip
    return [dict(row) for row in found[:SHOWN]]


def _can_be_decided(row: dict[str, Any]) -> bool:
    return bool(row["case__is_confirmed"] and row["case__decided_at"] is None and row["case__outcome"] != "unanswered")


def _is_to_confirm(row: dict[str, Any]) -> bool:
    """Nobody has looked at the facts, or a question about them is open."""
    return row["case__decided_at"] is None and not _can_be_decided(row)


def _grouped(
    rows: Iterable[dict[str, Any]], now: datetime, *, count: str = "", due: str = "next_due"
) -> tuple[IncidentWaits, ...]:
    """One line an incident, in the order of the rows."""
    groups: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["incident_id"], []).append(row)
    return tuple(
        IncidentWaits(
            incident_id=incident_id,
            reference=found[0]["incident__reference"],
            count=sum(each[count] for each in found) if count else len(found),
            only_case=found[0]["case_id"] if len(found) == 1 else None,
            clock=clock_for(min(dues), now) if (dues := [each[due] for each in found if each[due]]) else None,
        )
        for incident_id, found in groups.items()
    )
