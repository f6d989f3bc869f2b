"""Rows, bodies and requests of the pages on which sanctions are decided, and what they ask for.

``knows`` may read them, ``does`` runs the case or decides in it, ``decides`` decides. What is made is a case that was
confirmed, decided with a ban, and then changed to putting it right.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from incidents.models import CaseOf, Incident
from incidents.services import deciding
from incidents.services.deciding import CaseSeen
from sanctions.models import Case, Restorative, Sanction
from sanctions.rules.deciding import Choice, Wanted
from sanctions.services.cases import newest_proposal
from sanctions.services.matters import Confirmed
from schools.viewer import Viewer
from tests import factories
from tests.access.scene import Ask, Example, World

ROWS = """
incidents:measures | | measure_reader/403 200 | 405
incidents:deciding | the decided | knows/404 200 | 405
incidents:case | the decided | knows/404 200 | 405
incidents:case_facts | the decided | knows/404 does/403 302 | knows/404 does/403 302
incidents:decide | the decided | knows/404 decides/403 302 | knows/404 decides/403 302
incidents:decide_together | the decided | knows/404 decides/403 302 | knows/404 decides/403 302
incidents:revise | the decided | knows/404 decides/403 200 | knows/404 decides/403 302
incidents:quash | the decided | knows/404 decides/403 200 | knows/404 decides/403 302
incidents:task | the decided | knows/404 does/403 200 | knows/404 does/403 302
incidents:lift | the decided | knows/404 decides/403 302 | knows/404 decides/403 302
incidents:review | the decided | knows/404 does/403 200 | knows/404 does/403 302
"""
PARTS = ("case_id", "task_id", "sanction_id", "restorative_id")
MISSING = "5eed0000-0000-4000-8000-000000000000"


def confirmed(by: Viewer, incident_id: UUID, case: Case, note: str = "") -> Case:
    """The facts as somebody has looked at them: bullying, or what staff are held to."""
    breach = "online_bullying" if case.audience == "pupil" else "online_conduct"
    facts = Confirmed(
        breaches=frozenset({breach}),
        is_deliberate=True,
        is_accidental=False,
        told_staff_promptly=None,
        is_extreme=False,
        is_illegal_material=False,
        was_distributed=False,
        restorative_tried=False,
        note=note,
    )
    case.refresh_from_db()
    return deciding.confirm_facts(by=by, incident_id=incident_id, case_id=case.pk, seen=case.facts_number, facts=facts)


def first_case(incident_id: UUID) -> Case | None:
    """The first case of an incident."""
    found = CaseOf.objects.filter(incident_id=incident_id).select_related("case").order_by("pk").first()
    return found.case if found else None


def banned(by: Viewer, incident_id: UUID, case: Case) -> None:
    """Decided as is proposed: with a ban of five days."""
    today = timezone.localdate()
    choice = Choice(
        grade="C", path="sanction", sanctions=(Wanted("loss_of_internet", today, today + timedelta(days=5)),)
    )
    seen = CaseSeen(case.pk, newest_proposal(case).pk)
    deciding.decide(by=by, incident_id=incident_id, seen=seen, choice=choice)


def put_right(by: Viewer, incident_id: UUID, case: Case) -> None:
    """Decided otherwise: what was agreed is looked at again in a fortnight."""
    choice = Choice(
        grade="C",
        path="restorative",
        reason="Both have asked for it.",
        agreed="They meet on Monday.",
        review_on=timezone.localdate() + timedelta(days=14),
    )
    deciding.revise(by=by, incident_id=incident_id, case_id=case.pk, seen=1, choice=choice)


def make_decided(runs: Viewer, decides: Viewer, incident_id: UUID) -> dict[str, str]:
    """The parts of the addresses of all that belongs to the case of a pupil in this incident."""
    case = first_case(incident_id)
    if case is None or case.audience != "pupil":
        return {**dict.fromkeys(PARTS, MISSING), **({"case_id": str(case.pk)} if case else {})}
    case = confirmed(runs, incident_id, case)
    banned(decides, incident_id, case)
    put_right(decides, incident_id, case)
    return {
        "case_id": str(case.pk),
        "task_id": str(case.tasks.get(code="parents_attend").pk),
        "sanction_id": str(Sanction.objects.get(case=case).pk),
        "restorative_id": str(Restorative.objects.get(case=case).pk),
    }


# --- what is posted in the table -------------------------------------------------------------------------------------

BODIES: dict[str, Mapping[str, Any]] = {
    "incidents:revise": {"seen": "2", "grade": "C", "path": "none", "reason": "The parents came in."},
    "incidents:quash": {"seen": "2", "reason": "The panel heard it."},
    "incidents:task": {"how": "They came on Monday."},
    "incidents:review": {"worked": "yes", "outcome": "They play together."},
}
# Of the names that models' fields have, those that stand in a form of these pages, too.
OWN_FIELDS: dict[str, str] = {
    "incidents:case_facts": "breaches needs is_deliberate is_accidental told_staff_promptly is_extreme note "
    "is_illegal_material was_distributed restorative_tried",
    "incidents:decide": "case grade path reason warns agreed review_on",
    "incidents:decide_together": "case grade path reason warns agreed review_on",
    "incidents:revise": "grade path reason warns agreed review_on",
    "incidents:quash": "reason",
    "incidents:task": "how decision",
    "incidents:lift": "reason",
    "incidents:review": "worked outcome",
}

# --- requests that leave a trace -------------------------------------------------------------------------------------


def bullying(world: World, pupils: int = 1) -> tuple[Incident, list[Case]]:
    """An incident with so many pupils who did it, the facts of each confirmed."""
    assert world.head
    people = [factories.involved(factories.pupil(world.school, f"Sam Reed{letter}"), "subject")
              for letter in "abc"[:pupils]]  # fmt: skip
    made = factories.incident(world.by, people=people, deliberate=True)
    cases = [each.case for each in CaseOf.objects.filter(incident=made).select_related("case").order_by("pk")]
    return made, [confirmed(world.by, made.pk, each) for each in cases]


def decided(world: World, *, is_right: bool = False) -> tuple[Incident, Case]:
    """The same, decided about."""
    made, (case,) = bullying(world)
    by = factories.viewer(world.head)
    banned(by, made.pk, case)
    if is_right:
        put_right(by, made.pk, case)
    return made, case


Data = Callable[[Case], dict[str, Any]]


def to_decide(name: str, data: Data | None = None) -> Example:
    def ask(world: World) -> Ask:
        made, (case,) = bullying(world)
        return Ask(world.head, name, [made.pk, case.pk], data(case) if data else None)

    return ask


def together(is_posted: bool) -> Example:
    def ask(world: World) -> Ask:
        made, cases = bullying(world, pupils=2)
        ids = [f"{each.pk}.{newest_proposal(each).pk}" for each in cases]
        if is_posted:
            return Ask(world.head, "incidents:decide_together", [made.pk], {**_warned(cases[0]), "case": ids})
        return _AskWith(world.head, "incidents:decide_together", [made.pk], query=[("case", each) for each in ids])

    return ask


class _AskWith(Ask):
    """A page whose address says whom it is about."""

    def __init__(self, *args: Any, query: list[tuple[str, str]]) -> None:
        super().__init__(*args)
        self.query = query

    def send(self) -> Any:
        from urllib.parse import urlencode  # noqa: PLC0415

        from django.urls import reverse  # noqa: PLC0415

        return self.client.get(f"{reverse(self.name, args=self.args)}?{urlencode(self.query)}")


def after(name: str, part: str = "", data: dict[str, Any] | None = None, *, is_right: bool = False) -> Example:
    """A page about something that was decided; ``part``: what its address says besides the case."""

    def ask(world: World) -> Ask:
        made, case = decided(world, is_right=is_right)
        more = {
            "": [],
            "task": [case.tasks.get(code="parents_attend").pk] if part == "task" else [],
            "sanction": [Sanction.objects.get(case=case).pk] if part == "sanction" else [],
            "agreed": [Restorative.objects.get(case=case).pk] if part == "agreed" else [],
        }[part]
        return Ask(world.head, name, [made.pk, case.pk, *more], data)

    return ask


def _warned(case: Case) -> dict[str, Any]:
    return {"seen": str(newest_proposal(case).pk), "grade": "C", "path": "sanction", "warns": "on", "reason": ""}


def _facts(case: Case) -> dict[str, Any]:
    return {"seen": str(case.facts_number), "breaches": ["disrepute"], "is_deliberate": "on", "note": "It named us."}


def _overview(world: World) -> Ask:
    return Ask(world.head, "incidents:deciding", [bullying(world)[0].pk])


READS: dict[str, Example] = {
    "incidents:measures": lambda world: Ask(world.head, "incidents:measures"),
    "incidents:deciding": _overview,
    "incidents:decide_together": together(is_posted=False),
    "incidents:case": to_decide("incidents:case"),
    "incidents:case_facts": to_decide("incidents:case_facts"),
    "incidents:revise": after("incidents:revise"),
    "incidents:quash": after("incidents:quash"),
    "incidents:task": after("incidents:task", "task"),
    "incidents:lift": after("incidents:lift", "sanction"),
    "incidents:review": after("incidents:review", "agreed", is_right=True),
}
WRITES: dict[tuple[str, str], Example] = {
    ("incidents:case_facts", "case.facts_confirmed"): to_decide("incidents:case_facts", _facts),
    ("incidents:decide", "case.decided"): to_decide("incidents:decide", _warned),
    ("incidents:decide_together", "incident.decided_together"): together(is_posted=True),
    ("incidents:revise", "case.revised"): after(
        "incidents:revise", data={"seen": "1", "grade": "C", "path": "none", "reason": "The parents came in."}
    ),
    ("incidents:quash", "case.quashed"): after("incidents:quash", data={"seen": "1", "reason": "The panel heard it."}),
    ("incidents:task", "case.task_done"): after("incidents:task", "task", {"how": "They came."}),
    ("incidents:lift", "sanction.lifted"): after("incidents:lift", "sanction", {"reason": "He helped."}),
    ("incidents:review", "restorative.reviewed"): after(
        "incidents:review", "agreed", {"worked": "yes", "outcome": "They play together."}, is_right=True
    ),
}
