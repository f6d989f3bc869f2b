"""The first page: what waits for this person, then how things stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.traces import untraced
from dispatch.rules.chips import Chip
from dispatch.selectors import Delivery
from incidents.rules.chips import IMMEDIATE_RISK, SAFEGUARDING, TO_DECIDE, UPDATE_TO_SEND, status_chip
from incidents.rules.clock import clock_for
from incidents.rules.posts import the
from incidents.selectors.log import LogRow
from incidents.selectors.today import Today, today_of
from incidents.selectors.told import Fact
from incidents.views.sanction_lines import Line, lines_to_decide, lines_to_follow
from incidents.views.sensitive import sensitive
from schools.middleware import SchoolRequest
from schools.roles import Permission, Role
from schools.templatetags.plain_words import clock as at_clock
from schools.templatetags.plain_words import day, day_clock
from schools.viewer import Viewer

SHOWN = 25
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True, slots=True)
class Left:
    """A case that nobody at the school can handle."""

    reference: str
    href: str
    officer_was_told: bool


@untraced("references and clocks; nobody's name, no type of incident, no story")
@require_safe
@sensitive
def today(request: SchoolRequest) -> HttpResponse:
    """What waits for this person. Nobody's name and no type of incident stands here."""
    viewer = request.viewer
    page = today_of(viewer=viewer, now=timezone.now())
    lines = list(_lines(page))
    known = list(_known(page))
    reads, handles = viewer.may(Permission.READ_INCIDENTS), viewer.may(Permission.HANDLE_INCIDENTS)
    # Whoever reads nothing but what is routed past the school's own posts has a calm page until there is something.
    has_cases = page.sees_the_school or bool(lines or known or page.sent or page.nobody_left)
    context = {
        "page": page,
        "greeting": f"{_greeting(page.now)}, {viewer.display_name.split(' ')[0]}",
        "waits": _waits(len(lines)) if reads and has_cases and handles else "",
        "reads": reads and has_cases,
        "handles": handles,
        "reports": viewer.may(Permission.REPORT_INCIDENT),
        "reads_policy": viewer.may(Permission.READ_POLICY),
        "sees_fairness": viewer.may(Permission.SEE_FAIRNESS),
        "lines": lines[:SHOWN],
        "more": len(lines) - SHOWN,
        "known": known,
        "facts": [_fact(each) for each in page.facts],
        "left": [
            Left(row.reference, _incident(row), row.incident_id in page.officer_was_told) for row in page.nobody_left
        ],
        "audience": _audience(viewer),
        "agreements": page.agreements,
        "sanctions": page.sanctions,
    }
    return render(request, "incidents/today.html", context)


def _greeting(now: datetime) -> str:
    hour = timezone.localtime(now).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def _waits(count: int) -> str:
    if count == 0:
        return "Nothing waits for you."
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{number} thing waits for you." if count == 1 else f"{number} things wait for you."


def _fact(fact: Fact) -> str:
    """All that whoever is told a fact may know: that there was a matter, and since when."""
    matter = "A staff matter" if fact.post == Role.RESOURCES_CHAIR else "A matter"
    on = timezone.localtime(fact.at)
    return f"{matter} was recorded on {on.day} {on:%B %Y}."


def _audience(viewer: Viewer) -> str:
    """For whom the page speaks when nothing is on it."""
    for role in (Role.PUPIL, Role.PARENT, Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR, Role.GOVERNOR):
        if role in viewer.roles and not viewer.may(Permission.REPORT_INCIDENT):
            return role.value
    return "staff"


def _lines(page: Today) -> Iterator[Line]:
    """In order of urgency: somebody at risk, what keeps reports from going out, clocks, new concerns, the rest."""
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
    yield from (_due(row, page.now) for row in late)
    yield from map(_trouble, page.troubles)
    yield from lines_to_decide(page.sanctions)
    yield from (_due(row, page.now) for row in (*in_time, *updates))
    for row in page.concerns:
        yield Line(
            f"{row.reference} is a new concern",
            _incident(row),
            f"Reported {day_clock(row.logged_at)}; not recorded yet.",
            SAFEGUARDING if row.safeguarding else Chip(f"since {_since(row.logged_at, page.now)}", "clock", "reported"),
        )
    yield from lines_to_follow(page.sanctions)
    for row in page.undecided:
        yield Line(
            f"{row.reference} lacks a decision",
            _incident(row) + "#decisions",
            "It is to be recorded, with the reason, before the incident can be closed.",
            TO_DECIDE,
        )
    if page.to_close:
        yield _to_close(page.to_close)


def _known(page: Today) -> Iterator[Line]:
    """What others handle and this viewer may read: whose it is, and how far it has come."""
    yield from map(_trouble, page.known_troubles)
    in_trouble = {each.document.subject_id for each in page.known_troubles}
    for row in page.known:
        if row.incident_id in in_trouble:
            continue
        whose = f"{row.reference} is with {the(row.handler_post)}"
        if row.status == "reported":
            detail = f"Reported {day_clock(row.logged_at)}; not recorded yet."
            urgent = IMMEDIATE_RISK if row.immediate_risk else SAFEGUARDING if row.safeguarding else None
            yield Line(whose, _incident(row), detail, urgent or status_chip(row.status))
        elif row.is_due and row.due_at:
            detail = f"Due to the local authority {day_clock(row.due_at)}."
            yield Line(whose, _incident(row), detail, clock=clock_for(row.due_at, page.now))
        else:
            chip = UPDATE_TO_SEND if row.is_changed_since_sent else status_chip(row.status)
            version = "an older version" if row.is_changed_since_sent else "it"
            yield Line(whose, _incident(row), f"The local authority has {version}.", chip)


def _trouble(each: Delivery) -> Line:
    href = reverse("incidents:incident", args=[each.document.subject_id]) + "#sent"
    what = each.words.what if each.words else ""
    return Line(f"{each.reference} has not reached the local authority", href, what, each.chip)


def _to_close(rows: tuple[LogRow, ...]) -> Line:
    """One line for all of them: nothing presses."""
    detail = "The local authority has the newest version. Write the outcome, then close."
    chip = Chip("in progress", "calm", "progress")
    if len(rows) == 1:
        return Line(f"{rows[0].reference} waits for its outcome", _incident(rows[0]), detail, chip)
    number = _NUMBERS[len(rows)] if len(rows) < len(_NUMBERS) else str(len(rows))
    return Line(f"{number} incidents wait for their outcome", reverse("incidents:log") + "?view=sent", detail, chip)


def _due(row: LogRow, now: datetime) -> Line:
    if row.is_changed_since_sent or row.due_at is None:
        detail = "The local authority has an older version."
        return Line(f"{row.reference} was changed after it was sent", _incident(row), detail, UPDATE_TO_SEND)
    clock = clock_for(row.due_at, now)
    if clock.is_overdue:
        title = f"{row.reference} is overdue to the local authority"
    else:
        title = f"{row.reference} is due to the local authority"
    return Line(title, _incident(row), f"Due {day_clock(row.due_at)}.", clock=clock)


def _since(moment: datetime, now: datetime) -> str:
    same_day = timezone.localdate(moment) == timezone.localdate(now)
    return at_clock(moment) if same_day else day(moment)


def _incident(row: LogRow) -> str:
    return reverse("incidents:incident", args=[row.incident_id])
