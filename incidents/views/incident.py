"""The page of one incident, and its older versions."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.traces import traced
from dispatch.rules.chips import Chip
from incidents.rules.chips import IMMEDIATE_RISK, NOBODY_LEFT, SAFEGUARDING, status_chip
from incidents.rules.clock import Clock, clock_for
from incidents.selectors.record import Record
from incidents.selectors.routing import RoutingShown, routing_of
from incidents.selectors.told import officer_was_told
from incidents.selectors.waiting_cases import cases_of_incident
from incidents.services.opening import open_incident, open_version
from incidents.views.sensitive import sensitive
from schools.middleware import SchoolRequest
from schools.templatetags.plain_words import day, day_clock

_MARKED = ("immediate_risk", "safeguarding", "sexual_images", "illegal_material")


@dataclass(frozen=True, slots=True)
class Abilities:
    """Which of the page's buttons this viewer gets, as things stand."""

    may_record: bool
    may_send: bool
    may_send_update: bool
    may_close: bool
    may_reopen: bool
    may_hand_on: bool
    may_change_about: bool
    may_decide: bool
    handles: bool


@traced("incident.opened")
@sensitive
@require_safe
def show(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """The incident: what to do, what is on record, what was sent, how it came to be so. Its opening is audited."""
    opened = open_incident(by=request.viewer, incident_id=incident_id)
    record = opened.record
    routing = routing_of(viewer=request.viewer, incident_id=incident_id)
    context = {
        "routing": routing,
        "cases": cases_of_incident(viewer=request.viewer, incident_id=incident_id, now=timezone.now()),
        "decisions": [each for each in routing.decisions if each.needed or each.recorded],
        "undecided": [each for each in routing.decisions if each.is_missing],
        "left": _left(request, record, routing),
        "record": record,
        "printed": opened.printed,
        "chips": _chips(record, routing),
        "clock": _clock(record),
        "facts": _facts(record),
        "can": _abilities(record, routing),
        "arrived": bool(record.deliveries) and record.deliveries[0].accepted_at is not None,
        "trouble": record.deliveries[0].words if record.deliveries else None,
    }
    return render(request, "incidents/incident.html", context)


@traced("incident.version_opened")
@sensitive
@require_safe
def version(request: SchoolRequest, incident_id: UUID, number: int) -> HttpResponse:
    """An older version, read only. The newest one is the incident's own page."""
    opened = open_version(by=request.viewer, incident_id=incident_id, number=number)
    if opened.version.number == opened.version.newest:
        return redirect("incidents:incident", incident_id)
    return render(request, "incidents/version.html", {"version": opened.version, "printed": opened.printed})


def _abilities(record: Record, routing: RoutingShown) -> Abilities:
    """Whoever only reads it gets no button at all."""
    runs, is_open = routing.is_mine, routing.is_mine and record.is_open
    is_recorded = record.recorded_at is not None
    return Abilities(
        may_record=is_open,
        may_send=is_open and is_recorded and record.sent_revision is None,
        may_send_update=is_open and record.is_changed_since_sent,
        may_close=runs and record.status == "in_progress" and record.is_sent,
        may_reopen=runs and not record.is_open,
        may_hand_on=is_open and bool(routing.may_hand_on_to),
        may_change_about=is_open,
        may_decide=is_open and bool(routing.decisions),
        handles=runs,
    )


def _left(request: SchoolRequest, record: Record, routing: RoutingShown) -> list[dict[str, bool]]:
    """What is said loudly where nobody at the school can handle it."""
    if not routing.nobody_left or not record.is_open:
        return []
    told = officer_was_told(viewer=request.viewer, incident_ids=[record.incident_id])
    return [{"officer_was_told": record.incident_id in told}]


def _chips(record: Record, routing: RoutingShown) -> list[Chip]:
    chips = [status_chip(record.status)]
    if routing.nobody_left and record.is_open:
        chips.append(NOBODY_LEFT)
    if record.content.get("immediate_risk") and record.is_open:
        chips.append(IMMEDIATE_RISK)
    if record.content.get("safeguarding"):
        chips.append(SAFEGUARDING)
    if record.deliveries:
        chips.append(record.deliveries[0].chip)
    return chips


def _clock(record: Record) -> Clock | None:
    """The clock runs until a first version was sent."""
    if record.due_at is None or record.sent_revision is not None or not record.is_open:
        return None
    return clock_for(record.due_at, timezone.now())


def _facts(record: Record) -> list[tuple[str, str]]:
    """What is said beside the covered part: nothing of the story, nobody's name from it."""
    form = record.form
    happened = ", ".join(filter(None, (_day(record.content["happened_on"]), record.content["happened_at"])))
    place = record.content.get("location", "")
    marked = [form.field(key).label for key in _MARKED if record.content.get(key)]
    facts = [
        ("Happened", happened),
        ("Where", form.label("location", place) if place in form.field("location").codes else place),
        ("Reported", f"{day_clock(record.logged_at)}, by {record.started_by}"),
        ("Recorded", day_clock(record.recorded_at) or "not yet: the clock starts with the first save"),
        ("Due to the authority", day_clock(record.due_at)),
        ("Closed", day_clock(record.closed_at)),
        ("Marked", "; ".join(marked)),
        ("Form", f"{record.pack.title} (version {record.pack.version})"),
        ("Version", str(record.revision)),
    ]
    return [(label, value) for label, value in facts if value]


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text
