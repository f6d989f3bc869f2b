"""What the system sees done of what must follow, because it stands on record elsewhere. Duties R2, R3, R4, R6, S5.

The authority has the report; advice was considered; the chair of the resources committee was told. Whoever did it has
done it once, and is not asked to say so again for every case of the incident (CC 5.1.3, 5.2.2, CM 4.1, 5).
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from audit import services as audit
from dispatch.models import Message
from incidents.models import Advice, CaseOf, Decision, Told, ToldKind
from incidents.services.deciding import CONSIDERED
from sanctions.models import Task
from sanctions.services import following
from schools.roles import Role

BATCH = 500
REPORT, COMMITTEE = "report_la", "tell_committee_chair"
# Whether something was done about it, or was considered and not done.
_DONE = frozenset({Decision.REFERRED, Decision.ADVICE_TAKEN, Decision.REPORTED})
Row = Mapping[str, Any]


def follow_school(*, school_id: UUID, today: date) -> int:
    """Everything that beat has done of sanctions in one school; how many rows that were.

    Three queries where nothing is to be done, and two more of ``sanctions.services.following``; for each thing that is
    done a transaction of its own, so that what goes wrong with one takes nothing else back. The caller is in it.
    """
    return (
        _see_reports_accepted(school_id)
        + _see_advice_considered(school_id)
        + _see_committee_told(school_id)
        + following.tell_what_begins(school_id=school_id, today=today)
        + following.end_what_is_over(school_id=school_id, today=today)
    )


def _see_reports_accepted(school_id: UUID) -> int:
    """The newest report of the incident was taken by the authority's mail server. Duties R2, R3 (CC 5.1.3, 5.1.4)."""
    newest = Message.objects.filter(school_id=school_id, document__subject_id=OuterRef("incident_id"))
    accepted = newest.order_by("-document__revision", "-created_at").values("accepted_at")[:1]

    def done(row: Row) -> int:
        at: datetime = row["at"]
        return following.seen_done(
            school_id=school_id, cases=[row["case_id"]], code=REPORT, at=at, how="The local authority has the report."
        )

    rows = _open(school_id, REPORT).annotate(at=Subquery(accepted)).filter(at__isnull=False)
    return _each(school_id, REPORT, rows.values("case_id", "at"), done)


def _see_advice_considered(school_id: UUID) -> int:
    """What was decided about the LADO's or the police's advice stands with the incident. Duties R4, P8, P14."""
    return sum(_see_considered(school_id, kind, code) for kind, code in CONSIDERED.items())


def _see_considered(school_id: UUID, kind: str, code: str) -> int:
    newest = Advice.objects.filter(incident=OuterRef("incident"), kind=kind).order_by("-at", "-pk")
    said = {each: Subquery(newest.values(each)[:1]) for each in ("decision", "reason", "by_id", "at")}

    def done(row: Row) -> int:
        return following.seen_considered(
            school_id=school_id,
            cases=[row["case_id"]],
            code=code,
            at=row["said_at"],
            by_id=row["said_by_id"],
            is_yes=row["said_decision"] in _DONE,
            why=row["said_reason"],
        )

    rows = _open(school_id, code).annotate(**{f"said_{name}": value for name, value in said.items()})
    found = rows.filter(said_at__isnull=False).values("case_id", *(f"said_{name}" for name in said))
    return _each(school_id, code, found, done)


def _see_committee_told(school_id: UUID) -> int:
    """The chair of the resources committee was told that there is a matter, and no more. Duty S5 (CC 5.2.2)."""
    told = Told.objects.filter(incident=OuterRef("incident"), kind=ToldKind.FACT, post=Role.RESOURCES_CHAIR.value)

    def done(row: Row) -> int:
        return following.seen_done(
            school_id=school_id, cases=[row["case_id"]], code=COMMITTEE, at=row["at"], how="Told by the system."
        )

    rows = _open(school_id, COMMITTEE).annotate(at=Subquery(told.order_by("at").values("at")[:1]))
    return _each(school_id, COMMITTEE, rows.filter(at__isnull=False).values("case_id", "at"), done)


def _open(school_id: UUID, code: str) -> Any:
    """The cases in which this is still to be done."""
    tasks = Task.objects.filter(case=OuterRef("case"), code=code, done_at__isnull=True, dropped_at__isnull=True)
    return CaseOf.objects.filter(Exists(tasks), school_id=school_id, case__withdrawn_at__isnull=True).order_by("pk")


def _each(school_id: UUID, code: str, rows: Any, done: Callable[[Row], int]) -> int:
    count = 0
    for row in list(rows[:BATCH]):
        with transaction.atomic():
            changed = done(row)
            if changed:
                audit.record(
                    "case.task_seen_done",
                    school_id=school_id,
                    actor_id=None,
                    object_type="case",
                    object_id=row["case_id"],
                    detail={"code": code},
                )
        count += changed
    return count
