"""The short report of any member of staff: one page, a draft on the server, a receipt."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.forms.answers import restored
from incidents.forms.report import FLAGS, ReportForm
from incidents.selectors.guidance import guidance_on, guidance_while_typing, key_of
from incidents.selectors.reports import (
    ReportSheet,
    begun_report,
    own_reports,
    report_sheet,
    unsent_reports,
)
from incidents.selectors.reports import (
    receipt as receipt_of,
)
from incidents.services.problems import NotAcceptable
from incidents.services.reporting import (
    AlreadyReported,
    discard_report_draft,
    report_incident,
    save_report_draft,
)
from incidents.views.sensitive import sensitive
from incidents.views.signed_ids import new_id, opened, signed
from schools.middleware import SchoolRequest
from schools.templatetags.plain_words import clock

WRONG_FORM = "This page was opened under another log-in or school. Look it through and send it again."


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive
def new(request: SchoolRequest) -> HttpResponse:
    """A new report. Six queries to show it."""
    viewer = request.viewer
    if request.method != "POST":
        sheet = report_sheet(viewer=viewer)
        unsent = unsent_reports(viewer=viewer)
        form = ReportForm(sheet.pack.form, today=timezone.localdate())
        return _page(request, sheet, form, new_id(), unsent=unsent)
    incident_id = opened(viewer, request.POST.get("form_id", ""), "report")
    if incident_id is None:
        sheet = report_sheet(viewer=viewer)
        form = ReportForm(sheet.pack.form, today=timezone.localdate(), data=request.POST)
        form.add_error(None, WRONG_FORM)
        return _page(request, sheet, form, new_id(), status=422)
    return _posted(request, report_sheet(viewer=viewer, incident_id=incident_id), incident_id)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive
def edit(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """A report that was begun and not sent. Six queries to show it."""
    sheet = begun_report(viewer=request.viewer, incident_id=incident_id)
    if request.method == "POST":
        return _posted(request, sheet, incident_id)
    if sheet.is_reported:
        return redirect("incidents:receipt", incident_id)
    return _page(request, sheet, _from_draft(sheet), incident_id)


def _from_draft(sheet: ReportSheet) -> ReportForm:
    content = sheet.draft.content if sheet.draft else {}
    typed = content.get("typed")
    today = timezone.localdate()
    if isinstance(typed, dict):
        return ReportForm(sheet.pack.form, today=today, data=restored(typed), checked=False)
    return ReportForm(sheet.pack.form, today=today, answers=content)


def _posted(request: SchoolRequest, sheet: ReportSheet, incident_id: UUID) -> HttpResponse:
    viewer, action = request.viewer, request.POST.get("action", "")
    today = timezone.localdate()
    if action == "guidance" or (action == "draft" and not sheet.is_reported):
        form = ReportForm(sheet.pack.form, today=today, data=request.POST, checked=False)
        if action == "guidance":
            return _page(request, sheet, form, incident_id)
        try:
            save_report_draft(by=viewer, incident_id=incident_id, content={"typed": form.typed()})
        except AlreadyReported:
            return _sent_before(request, sheet, form, incident_id)
        return redirect("incidents:report_edit", incident_id)
    form = ReportForm(sheet.pack.form, today=today, data=request.POST)
    if not form.is_valid():
        if sheet.is_reported:
            return _sent_before(request, sheet, form, incident_id)
        return _page(request, sheet, form, incident_id, status=422)
    try:
        incident = report_incident(by=viewer, incident_id=incident_id, answers=form.to_answers())
    except AlreadyReported:
        return _sent_before(request, sheet, form, incident_id)
    except NotAcceptable as refused:
        for problem in refused.problems:
            form.show(problem)
        return _page(request, sheet, form, incident_id, status=422)
    return redirect("incidents:receipt", incident.pk)


def _sent_before(request: SchoolRequest, sheet: ReportSheet, form: ReportForm, incident_id: UUID) -> HttpResponse:
    """Everything that was typed, in a form with an id of its own: sending it makes a report of its own."""
    return _page(request, sheet, form, new_id(), already_sent=incident_id, status=409)


def _page(
    request: SchoolRequest,
    sheet: ReportSheet,
    form: ReportForm,
    incident_id: UUID,
    *,
    unsent: Iterable[object] = (),
    already_sent: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    types, flags = _ticked(form)
    context = {
        "form": form,
        "summary_shown": True,
        "form_id": signed(request.viewer, incident_id, "report"),
        "incident_id": incident_id,
        "pack_key": key_of(sheet.pack),
        "guidance": guidance_on(
            viewer=request.viewer, pack=sheet.pack, types=types, flags=flags, today=timezone.localdate()
        ),
        "draft": sheet.draft,
        "unsent": unsent,
        "already_sent": already_sent,
    }
    return render(request, "incidents/report/form.html", context, status=status)


def _ticked(form: ReportForm) -> tuple[list[str], list[str]]:
    if isinstance(form.data, QueryDict):
        return form.data.getlist("types"), [name for name in FLAGS if name in form.data]
    return form.initial.get("types", []), [name for name in FLAGS if form.initial.get(name)]


@require_POST
@sensitive
def guidance(request: SchoolRequest) -> HttpResponse:
    """What to do now for what is ticked, while a report or a record is being written. Never in a URL (threat T22)."""
    flags = [name for name in request.POST if name != "types"]
    advice = guidance_while_typing(
        viewer=request.viewer,
        pack_key=request.POST.get("pack", ""),
        types=request.POST.getlist("types"),
        flags=flags,
        today=timezone.localdate(),
        with_sources="sources" in request.POST,
    )
    return render(request, "incidents/report/guidance_update.html", {"guidance": advice})


@require_POST
@sensitive
def autosave(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Keep what is typed so far. 409 once it was sent: nothing is kept any more."""
    viewer = request.viewer
    if opened(viewer, request.POST.get("form_id", ""), "report") != incident_id:
        begun_report(viewer=viewer, incident_id=incident_id)
    sheet = report_sheet(viewer=viewer, incident_id=incident_id)
    form = ReportForm(sheet.pack.form, today=timezone.localdate(), data=request.POST, checked=False)
    try:
        saved_at = save_report_draft(by=viewer, incident_id=incident_id, content={"typed": form.typed()})
    except AlreadyReported:
        return JsonResponse({"receipt": reverse("incidents:receipt", args=[incident_id])}, status=409)
    return JsonResponse({"saved": clock(saved_at)})


@require_POST
@sensitive
def discard(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    try:
        discard_report_draft(by=request.viewer, incident_id=incident_id)
    except AlreadyReported:
        return redirect("incidents:receipt", incident_id)
    return redirect("incidents:own_reports")


@require_safe
@sensitive
def own(request: SchoolRequest) -> HttpResponse:
    """One's own reports and drafts."""
    reports = own_reports(viewer=request.viewer)
    context = {
        "drafts": [each for each in reports if each.is_draft],
        "reports": [each for each in reports if not each.is_draft],
    }
    return render(request, "incidents/report/own.html", context)


@require_safe
@sensitive
def receipt(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """The receipt of a report: its reference, what happens next, and what to do now once more."""
    given = receipt_of(viewer=request.viewer, incident_id=incident_id, today=timezone.localdate())
    return render(request, "incidents/report/receipt.html", {"report": given.report, "guidance": given.guidance})
