"""To the local authority and back: send, send again, close, open again, and what was sent as a file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.traces import traced, untraced
from dispatch.outbox import AlreadyQueued, NoOfficerAddress, NoPassphrase
from dispatch.preparing import PdfAltered
from dispatch.services import NotDrawnYet, NotNow
from incidents.forms.closing import ReopenForm
from incidents.rules.answers import Problem
from incidents.rules.pages import page_of
from incidents.selectors.reach import reach_of
from incidents.selectors.record import heading_of
from incidents.selectors.routing import routing_of
from incidents.services import closing, sending
from incidents.services.opening import open_report_json, open_report_pdf
from incidents.services.problems import (
    AdviceMissing,
    NotAcceptable,
    NothingNew,
    OutcomeMissing,
    ReasonMissing,
    StaleVersion,
    WrongStatus,
)
from incidents.views.sensitive import sensitive
from schools.log_in.fresh import fresh_for_file
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.viewer import NotAllowed


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One thing that keeps an act from being done, and where it is put right."""

    text: str
    href: str = ""


@traced(writes=("incident.finalised",))
@sensitive
@require_POST
def send(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Freeze the version that was checked and queue it for the officer."""
    title = "It was not sent"
    try:
        sending.finalise(by=request.viewer, incident_id=incident_id, version=_version(request))
    except NotAcceptable as refusal:
        return _refuse(request, incident_id, title, _to_mend(incident_id, refusal.problems), status=422)
    except StaleVersion:
        text = "Somebody saved the record after you checked it. Check it again before you send it."
        return _refuse(request, incident_id, title, [Hindrance(text, reverse("incidents:check", args=[incident_id]))])
    except (NoOfficerAddress, NoPassphrase) as refusal:
        return _refuse(request, incident_id, title, [_in_settings(request, str(refusal))])
    except (NothingNew, WrongStatus, AlreadyQueued) as refusal:
        return _refuse(request, incident_id, title, [Hindrance(str(refusal))])
    messages.success(request, "Queued for the local authority. This page shows when their mail server has accepted it.")
    return _back(incident_id, "#sent")


@traced(writes=("incident.closed",))
@sensitive
@require_POST
def close(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Close an incident whose outcome is written and whose newest version was sent."""
    title = "It was not closed"
    try:
        closing.close(by=request.viewer, incident_id=incident_id)
    except OutcomeMissing as refusal:
        outcome = reverse("incidents:record", args=[incident_id, page_of("outcome").code]) + "#id_outcome"
        hindrances = [Hindrance(str(refusal), outcome), *_undecided(request, incident_id)]
        return _refuse(request, incident_id, title, hindrances, status=422)
    except AdviceMissing:
        return _refuse(request, incident_id, title, _undecided(request, incident_id), status=422)
    except WrongStatus as refusal:
        return _refuse(request, incident_id, title, [Hindrance(str(refusal))])
    messages.success(request, "The incident is closed. It can be opened again with a reason.")
    return _back(incident_id)


@untraced("the reference, and a field for the reason", writes=("incident.reopened",))
@sensitive
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Ask why, and open a closed incident again."""
    request.viewer.must(Permission.HANDLE_INCIDENTS)
    if reach_of(viewer=request.viewer, incident_id=incident_id) == "reads":
        raise NotAllowed
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            closing.reopen(by=request.viewer, incident_id=incident_id, reason=form.cleaned_data["reason"])
        except (WrongStatus, ReasonMissing) as refusal:
            return _refuse(request, incident_id, "It was not opened again", [Hindrance(str(refusal))])
        messages.success(request, "The incident is open again.")
        return _back(incident_id)
    heading = heading_of(viewer=request.viewer, incident_id=incident_id)
    context = {"heading": heading, "form": form}
    return render(request, "incidents/reopen.html", context, status=422 if form.errors else 200)


@traced(writes=("message.retried",))
@sensitive
@require_POST
def retry(request: SchoolRequest, incident_id: UUID, message_id: UUID) -> HttpResponse:
    """Send a report that did not arrive again, now."""
    return _with_message(
        request,
        incident_id,
        lambda: sending.retry_message(by=request.viewer, incident_id=incident_id, message_id=message_id),
        done="It is being sent again. This page shows when their mail server has accepted it.",
        title="It was not sent again",
    )


@traced(writes=("message.marked_arrived",))
@sensitive
@require_POST
def arrived(request: SchoolRequest, incident_id: UUID, message_id: UUID) -> HttpResponse:
    """Put on record that the officer confirmed a report that may have arrived."""
    return _with_message(
        request,
        incident_id,
        lambda: sending.mark_message_arrived(by=request.viewer, incident_id=incident_id, message_id=message_id),
        done="It is on record that the officer has this report.",
        title="It was not marked as arrived",
    )


@traced("document.opened")
@sensitive
@require_safe
@fresh_for_file
def pdf(request: SchoolRequest, incident_id: UUID, revision: int) -> HttpResponse:
    """The PDF of a version that was sent, as a file; a page that says so while it is being drawn."""
    try:
        opened = open_report_pdf(by=request.viewer, incident_id=incident_id, revision=revision)
    except NotDrawnYet:
        heading = heading_of(viewer=request.viewer, incident_id=incident_id)
        context = {"heading": heading, "revision": revision}
        return render(request, "incidents/being_prepared.html", context, status=202)
    except PdfAltered as refusal:
        return _refuse(request, incident_id, "The PDF was not opened", [Hindrance(str(refusal))])
    return _file(opened.content, "application/pdf", opened.file_name)


@traced("incident.downloaded")
@sensitive
@require_safe
@fresh_for_file
def as_json(request: SchoolRequest, incident_id: UUID, revision: int) -> HttpResponse:
    """A version that was sent, for another system, under static/schemas/incident-report-v1.schema.json."""
    report = open_report_json(by=request.viewer, incident_id=incident_id, revision=revision)
    response = JsonResponse(report, encoder=DjangoJSONEncoder, json_dumps_params={"ensure_ascii": False, "indent": 2})
    return _attach(response, f"{report['reference']}-v{revision}.json")


def _with_message(
    request: SchoolRequest, incident_id: UUID, act: Callable[[], object], *, done: str, title: str
) -> HttpResponse:
    try:
        act()
    except (NoOfficerAddress, NoPassphrase) as refusal:
        return _refuse(request, incident_id, title, [_in_settings(request, str(refusal))])
    except NotNow as refusal:
        return _refuse(request, incident_id, title, [Hindrance(str(refusal))])
    messages.success(request, done)
    return _back(incident_id, "#sent")


def _undecided(request: SchoolRequest, incident_id: UUID) -> list[Hindrance]:
    """Each decision that is still to be recorded, with where that is done."""
    href = reverse("incidents:decisions", args=[incident_id])
    shown = routing_of(viewer=request.viewer, incident_id=incident_id).decisions
    return [Hindrance(f"Record what was decided: {each.label}.", href) for each in shown if each.is_missing]


def _version(request: SchoolRequest) -> int:
    """The version that was checked; none that can be, where the field was tampered with."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else 0


def _to_mend(incident_id: UUID, problems: Iterable[Problem]) -> list[Hindrance]:
    return [
        Hindrance(
            each.message, reverse("incidents:record", args=[incident_id, page_of(each.key).code]) + f"#id_{each.key}"
        )
        for each in problems
    ]


def _in_settings(request: SchoolRequest, text: str) -> Hindrance:
    return Hindrance(text, reverse("schools:settings") if request.viewer.may(Permission.MANAGE_SCHOOL) else "")


def _refuse(
    request: SchoolRequest, incident_id: UUID, title: str, hindrances: list[Hindrance], *, status: int = 409
) -> HttpResponse:
    """Why it was not done, each reason with a link to where it is put right."""
    heading = heading_of(viewer=request.viewer, incident_id=incident_id)
    context = {"heading": heading, "refused": title, "hindrances": hindrances}
    return render(request, "incidents/refused.html", context, status=status)


def _back(incident_id: UUID, anchor: str = "") -> HttpResponse:
    return redirect(reverse("incidents:incident", args=[incident_id]) + anchor)


def _file(content: bytes, media_type: str, file_name: str) -> HttpResponse:
    return _attach(HttpResponse(content, content_type=media_type), file_name)


def _attach(response: HttpResponse, file_name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
