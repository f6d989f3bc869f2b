"""The first page: what waits for this person, then how things stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dispatch.rules.chips import Chip
from incidents.rules.chips import IMMEDIATE_RISK, SAFEGUARDING, UPDATE_TO_SEND
from incidents.rules.clock import Clock, clock_for
from incidents.selectors.log import LogRow
from incidents.selectors.today import Today, today_of
from incidents.views.sensitive import sensitive
from schools.middleware import SchoolRequest
from schools.roles import Permission, Role
from schools.templatetags.plain_words import clock as at_clock
from schools.templatetags.plain_words import day, day_clock
from schools.viewer import Viewer

SHOWN = 25
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do: where it leads, and its clock or chip."""

    title: str
    href: str
    detail: str = ""
    chip: Chip | None = None
    clock: Clock | None = None


@require_safe
@sensitive
def today(request: SchoolRequest) -> HttpResponse:
    """What waits for this person. Nobody's name and no type of incident stands here."""
    viewer = request.viewer
    page = today_of(viewer=viewer, now=timezone.now())
    lines = list(_lines(viewer, page))
    reads = viewer.may(Permission.READ_INCIDENTS)
    context = {
        "page": page,
        "greeting": f"{_greeting(page.now)}, {viewer.display_name.split(' ')[0]}",
        "waits": _waits(len(lines), records=viewer.may(Permission.RECORD_INCIDENTS)) if reads else "",
        "reads": reads,
        "records": viewer.may(Permission.RECORD_INCIDENTS),
        "reports": viewer.may(Permission.REPORT_INCIDENT),
        "reads_policy": viewer.may(Permission.READ_POLICY),
        "lines": lines[:SHOWN],
        "more": len(lines) - SHOWN,
        "audience": _audience(viewer),
    }
    return render(request, "incidents/today.html", context)


def _greeting(now: datetime) -> str:
    hour = timezone.localtime(now).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def _waits(count: int, *, records: bool) -> str:
    if count == 0:
        return "Nothing waits for you." if records else "Everything is finished."
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    things = f"{number} thing" if count == 1 else f"{number} things"
    if records:
        return f"{things} {'waits' if count == 1 else 'wait'} for you."
    return f"{things} {'is' if count == 1 else 'are'} not finished."


def _audience(viewer: Viewer) -> str:
    """For whom the page speaks when nothing is on it."""
    for role in (Role.PUPIL, Role.PARENT, Role.CHAIR_OF_GOVERNORS, Role.GOVERNOR):
        if role in viewer.roles and not viewer.may(Permission.REPORT_INCIDENT):
            return role.value
    return "staff"


def _lines(viewer: Viewer, page: Today) -> Iterator[Line]:
    """In order of urgency: somebody at risk, what keeps reports from going out, the clocks, new concerns, the rest."""
    records = viewer.may(Permission.RECORD_INCIDENTS)
    for row in page.urgent:
        yield Line(
            f"{row.reference}: somebody may be at risk now",
            _incident(row),
            f"Reported {day_clock(row.logged_at)}; nobody has picked it up yet.",
            IMMEDIATE_RISK,
        )
    if page.lacks_officer or page.lacks_passphrase:
        missing = [
            *(["the officer's email address"] if page.lacks_officer else []),
            *(["the passphrase agreed with the officer"] if page.lacks_passphrase else []),
        ]
        yield Line(
            "Reports cannot be sent yet",
            reverse("schools:settings"),
            f"Missing in the school's details: {' and '.join(missing)}.",
            Chip("set this up", "alarm", "alarm"),
        )
    late = [row for row in page.due if row.is_due and row.due_at and row.due_at <= page.now]
    in_time = [row for row in page.due if row.is_due and row not in late]
    updates = [row for row in page.due if not row.is_due]
    yield from (_due(row, page.now, records=records) for row in late)
    for each in page.troubles:
        href = reverse("incidents:incident", args=[each.document.subject_id]) + "#sent"
        what = each.words.what if each.words else ""
        yield Line(f"{each.reference} has not reached the local authority", href, what, each.chip)
    yield from (_due(row, page.now, records=records) for row in (*in_time, *updates))
    for row in page.concerns:
        yield Line(
            f"{row.reference} is a new concern",
            _incident(row),
            f"Reported {day_clock(row.logged_at)}; not recorded yet.",
            SAFEGUARDING if row.safeguarding else Chip(f"since {_since(row.logged_at, page.now)}", "clock", "reported"),
        )
    if records and page.to_close:
        yield _to_close(page.to_close)


def _to_close(rows: tuple[LogRow, ...]) -> Line:
    """One line for all of them: nothing presses."""
    detail = "The local authority has the newest version. Write the outcome, then close."
    chip = Chip("in progress", "calm", "progress")
    if len(rows) == 1:
        return Line(f"{rows[0].reference} waits for its outcome", _incident(rows[0]), detail, chip)
    number = _NUMBERS[len(rows)] if len(rows) < len(_NUMBERS) else str(len(rows))
    return Line(f"{number} incidents wait for their outcome", reverse("incidents:log") + "?view=sent", detail, chip)


def _due(row: LogRow, now: datetime, *, records: bool) -> Line:
    if row.is_changed_since_sent or row.due_at is None:
        detail = "The local authority has an older version."
        return Line(f"{row.reference} was changed after it was sent", _incident(row), detail, UPDATE_TO_SEND)
    clock = clock_for(row.due_at, now)
    if clock.is_overdue:
        title = f"{row.reference} is overdue to the local authority"
    else:
        title = f"{row.reference} is due to the local authority"
    detail = f"Due {day_clock(row.due_at)}."
    return Line(title, _incident(row), detail if records else f"{detail} The co-ordinator sends it.", clock=clock)


def _since(moment: datetime, now: datetime) -> str:
    same_day = timezone.localdate(moment) == timezone.localdate(now)
    return at_clock(moment) if same_day else day(moment)


def _incident(row: LogRow) -> str:
    return reverse("incidents:incident", args=[row.incident_id])
