"""The log on the screen, what it is narrowed to, and its export."""

from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from audit.traces import HANDING_OUT, traced, untraced
from dispatch.rules.chips import Chip
from incidents.forms.log import LogFilterForm
from incidents.resources import FORMATS, exported
from incidents.rules.chips import UPDATE_TO_SEND, status_chip
from incidents.rules.clock import clock_for
from incidents.rules.posts import short
from incidents.selectors.log import Filters, LogOptions, LogPage, LogRow, decode_key, log_options
from incidents.selectors.today import sees_the_school
from incidents.services.browsing import read_log
from incidents.services.exporting import TooManyRows, rows_for_export
from incidents.views import saved_views
from incidents.views.sensitive import sensitive
from schools.log_in.fresh import fresh_log_in
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.templatetags.plain_words import day

TYPES_SHOWN = 2
_PLACEHOLDER = UUID(int=0)
FILTER_LABELS = {
    "words": "Search",
    "since": "From",
    "until": "To",
    "type": "Type",
    "location": "Where",
    "involved": "Involved",
    "intent": "Nature",
    "status": "Status",
    "risk_area": "Area of risk",
    "handler": "Handled by",
}


@dataclass(frozen=True, slots=True)
class Cells:
    """One row, every cell as it is written: the template does nothing but put them in their places."""

    href: str
    reference: str
    happened: str
    reported: str
    types: str
    types_more: int
    location: str
    intent: str
    handler: str
    chip: str
    clock: str
    clock_kind: str
    clock_iso: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """One filter that is on."""

    name: str
    text: str


@traced("log.read")
@sensitive
@require_safe
def log(request: SchoolRequest) -> HttpResponse:
    """The log, newest first; ``view`` names what it is narrowed to, ``after`` where the page begins."""
    viewer = request.viewer
    viewer.must(Permission.READ_INCIDENTS)
    view = request.GET.get("view", "")
    filters = saved_views.find(request.session, viewer, view)
    page = read_log(by=viewer, filters=filters, key=decode_key(request.GET.get("after", "")))
    return _show(request, page, filters, view="" if filters.is_empty else view)


@untraced("nothing: what to look for is kept in the session, and the log is shown next")
@sensitive
@require_POST
def narrow(request: SchoolRequest) -> HttpResponse:
    """Keep what the log is to be narrowed to and show it; ``drop`` takes one filter off the named view."""
    viewer = request.viewer
    viewer.must(Permission.READ_INCIDENTS)
    if "drop" in request.POST:
        kept = saved_views.find(request.session, viewer, request.POST.get("view", ""))
        return _to_view(request, without(kept, request.POST["drop"]))
    form = LogFilterForm(request.POST, options=log_options(viewer=viewer))
    if form.is_valid():
        return _to_view(request, form.filters)
    return _show(request, read_log(by=viewer, filters=Filters()), Filters(), form=form, status=422)


@traced("log.exported", by=HANDING_OUT)
@sensitive
@require_POST
@fresh_log_in
def export(request: SchoolRequest) -> HttpResponse:
    """The rows of the named view as a file. Audited; never more than a spreadsheet can be asked to hold."""
    viewer = request.viewer
    file_format = FORMATS.get(request.POST.get("format", ""))
    view = request.POST.get("view", "")
    filters = saved_views.find(request.session, viewer, view)
    if file_format is None:
        messages.error(request, "Choose CSV or Excel.")
        return redirect(_log_address(view))
    try:
        rows = rows_for_export(by=viewer, filters=filters, file_format=file_format.extension)
    except TooManyRows as refusal:
        messages.error(request, str(refusal))
        return redirect(_log_address(view))
    response = HttpResponse(exported(rows, file_format), content_type=file_format.media_type)
    name = f"incident-log-{timezone.localdate():%Y-%m-%d}.{file_format.extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def without(filters: Filters, name: str) -> Filters:
    """The filters, one of them taken off. A name there is not changes nothing."""
    kept = {each.name: getattr(filters, each.name) for each in fields(filters) if each.name != name}
    return Filters(**kept)


def _to_view(request: SchoolRequest, filters: Filters) -> HttpResponse:
    if filters.is_empty:
        return redirect("incidents:log")
    return redirect(_log_address(saved_views.keep(request.session, request.viewer, filters)))


def _log_address(view: str, after: str = "") -> str:
    query = urlencode({name: value for name, value in (("view", view), ("after", after)) if value})
    return reverse("incidents:log") + (f"?{query}" if query else "")


def _show(
    request: SchoolRequest,
    page: LogPage,
    filters: Filters,
    *,
    view: str = "",
    form: LogFilterForm | None = None,
    status: int = 200,
) -> HttpResponse:
    viewer = request.viewer
    context = {
        "rows": _cells(page.rows),
        "newer": _log_address(view, page.newer) if page.newer else "",
        "older": _log_address(view, page.older) if page.older else "",
        "showing": _showing(page),
        "count": page.count,
        "options": page.options,
        "view": view,
        "chosen": _chosen(filters, page.options),
        "typed": _typed(filters, form),
        "form": form,
        "may_export": viewer.may(Permission.EXPORT_INCIDENTS),
        "may_record": viewer.may(Permission.RECORD_INCIDENTS),
        "sees_the_school": sees_the_school(viewer),
    }
    return render(request, "incidents/log.html", context, status=status)


def _cells(rows: tuple[LogRow, ...]) -> list[Cells]:
    now = timezone.now()
    # One reverse() for the page instead of one a row.
    before, after = reverse("incidents:incident", args=[_PLACEHOLDER]).split(str(_PLACEHOLDER))
    cells = []
    for row in rows:
        chip = UPDATE_TO_SEND if row.is_changed_since_sent else status_chip(row.status)
        clock = clock_for(row.due_at, now) if row.is_due and row.due_at else None
        cells.append(
            Cells(
                href=f"{before}{row.incident_id}{after}",
                reference=row.reference,
                happened=day(row.happened_on),
                reported=day(row.logged_at),
                types=", ".join(row.types[:TYPES_SHOWN]),
                types_more=max(0, len(row.types) - TYPES_SHOWN),
                location=row.location,
                intent=_intent(row),
                handler=short(row.handler_post),
                chip=_drawn(chip),
                clock=clock.words if clock else "",
                clock_kind=clock.kind if clock else "",
                clock_iso=clock.due_at.isoformat() if clock else "",
            )
        )
    return cells


@cache
def _drawn(chip: Chip) -> str:
    """A chip of one of the few statuses: drawn once a process, not once a row."""
    return render_to_string("components/chip.html", {"chip": chip})


def _intent(row: LogRow) -> str:
    said = [word for word, is_so in (("deliberate", row.deliberate), ("accidental", row.accidental)) if is_so]
    return " and ".join(said)


def _showing(page: LogPage) -> str:
    total = f"{page.count:,}" + ("+" if page.count_is_capped else "")
    if page.count == len(page.rows) and not page.count_is_capped:
        return f"{total} incident{'' if page.count == 1 else 's'}"
    return f"{len(page.rows)} of {total} incidents"


def _chosen(filters: Filters, options: LogOptions) -> list[Chosen]:
    """The filters that are on, in words."""
    chosen = []
    for name, label in FILTER_LABELS.items():
        value = getattr(filters, name)
        if not value:
            continue
        if isinstance(value, date):
            value = day(value)
        elif name == "words":
            value = f"“{value}”"
        else:
            value = dict(getattr(options, name)).get(value, value)
        chosen.append(Chosen(name, f"{label}: {value}"))
    return chosen


def _typed(filters: Filters, form: LogFilterForm | None) -> dict[str, str]:
    """What stands in the fields: what was just typed, wrong or not, else what is on."""
    if form is not None:
        return {key: value for key, value in form.data.items() if isinstance(value, str)}
    typed = {each.name: getattr(filters, each.name) for each in fields(filters)}
    for name in ("since", "until"):
        on = typed.pop(name)
        if on:
            typed |= {f"{name}_day": str(on.day), f"{name}_month": str(on.month), f"{name}_year": str(on.year)}
    return typed
