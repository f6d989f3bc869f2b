"""The short report of any member of staff: one page, a draft on the server, a receipt."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.traces import traced, untraced
from incidents.forms.about import code_of, typed_of
from incidents.forms.answers import restored
from incidents.forms.report import FLAGS, ReportForm
from incidents.selectors.guidance import guidance_on, guidance_while_typing, key_of
from incidents.selectors.reports import (
    ReportSheet,
    begun_report,
    is_receipt_kept,
    report_sheet,
    unsent_reports,
)
from incidents.selectors.told import WhoIsTold, who_is_told
from incidents.services.browsing import read_draft, read_own_reports, read_receipt
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
from schools.roles import Permission
from schools.templatetags.plain_words import clock


@dataclass(frozen=True, slots=True)
class OpenReport:
    """The page of a report: its sheet, and who would be told of it."""

    sheet: ReportSheet
    told: WhoIsTold


WRONG_FORM = "This page was opened under another log-in or school. Look it through and send it again."


@untraced("an empty form, and the references of one's own drafts", writes=("incident.reported", "draft.saved"))
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive
def new(request: SchoolRequest) -> HttpResponse:
    """A new report. Seven queries to show it."""
    viewer = request.viewer
    if request.method != "POST":
        page = _opened(request, report_sheet(viewer=viewer))
        return _page(request, page, _form(request, page), new_id(), unsent=unsent_reports(viewer=viewer))
    incident_id = opened(viewer, request.POST.get("form_id", ""), "report")
    if incident_id is None:
        page = _opened(request, report_sheet(viewer=viewer))
        form = _form(request, page, data=request.POST)
        form.add_error(None, WRONG_FORM)
        return _page(request, page, form, new_id(), status=422)
    return _posted(request, _opened(request, report_sheet(viewer=viewer, incident_id=incident_id)), incident_id)


@traced("report.draft_opened", writes=("incident.reported", "draft.saved"))
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive
def edit(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """A report that was begun and not sent. Nine queries to show it."""
    if request.method == "POST":
        return _posted(
            request, _opened(request, begun_report(viewer=request.viewer, incident_id=incident_id)), incident_id
        )
    sheet = read_draft(by=request.viewer, incident_id=incident_id)
    if sheet.is_reported:
        return redirect("incidents:receipt", incident_id)
    page = _opened(request, sheet)
    return _page(request, page, _from_draft(request, page), incident_id)


def _opened(request: SchoolRequest, sheet: ReportSheet) -> OpenReport:
    return OpenReport(sheet, who_is_told(viewer=request.viewer, pack=sheet.pack, today=timezone.localdate()))


def _form(request: SchoolRequest, page: OpenReport, **options: Any) -> ReportForm:
    told = page.told
    return ReportForm(
        page.sheet.pack.form,
        today=timezone.localdate(),
        told={typed_of(about): words for about, words in told.words.items()},
        alone=told.alone,
        alone_words=told.alone_words,
        may_confide=request.viewer.may(Permission.REPORT_IN_CONFIDENCE),
        **options,
    )


def _from_draft(request: SchoolRequest, page: OpenReport) -> ReportForm:
    content = page.sheet.draft.content if page.sheet.draft else {}
    typed = content.get("typed")
    if isinstance(typed, dict):
        return _form(request, page, data=restored(typed), checked=False)
    return _form(request, page, answers=content)


def _posted(request: SchoolRequest, page: OpenReport, incident_id: UUID) -> HttpResponse:
    viewer, action, sheet = request.viewer, request.POST.get("action", ""), page.sheet
    if action == "guidance" or (action == "draft" and not sheet.is_reported):
        form = _form(request, page, data=request.POST, checked=False)
        if action == "guidance":
            return _page(request, page, form, incident_id)
        try:
            save_report_draft(by=viewer, incident_id=incident_id, content={"typed": form.typed()})
        except AlreadyReported:
            return _sent_before(request, page, form, incident_id)
        return redirect("incidents:report_edit", incident_id)
    form = _form(request, page, data=request.POST)
    if not form.is_valid():
        if sheet.is_reported:
            return _sent_before(request, page, form, incident_id)
        return _page(request, page, form, incident_id, status=422)
    try:
        incident = report_incident(
            by=viewer,
            incident_id=incident_id,
            answers=form.to_answers(),
            about=form.about,
            in_confidence=form.in_confidence,
        )
    except AlreadyReported:
        return _sent_before(request, page, form, incident_id)
    except NotAcceptable as refused:
        for problem in refused.problems:
            form.show(problem)
        return _page(request, page, form, incident_id, status=422)
    if is_receipt_kept(viewer=viewer, incident_id=incident.pk):
        return redirect("incidents:receipt", incident.pk)
    # It is about the writer's own post: from here on they are told nothing of it, not even that there is a receipt.
    messages.success(request, "Thank you. Your report has arrived.")
    return redirect("incidents:today")


def _sent_before(request: SchoolRequest, page: OpenReport, form: ReportForm, incident_id: UUID) -> HttpResponse:
    """Everything that was typed, in a form with an id of its own: sending it makes a report of its own."""
    return _page(request, page, form, new_id(), already_sent=incident_id, status=409)


def _page(
    request: SchoolRequest,
    page: OpenReport,
    form: ReportForm,
    incident_id: UUID,
    *,
    unsent: Iterable[object] = (),
    already_sent: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    types, flags = _ticked(form)
    sheet = page.sheet
    context = {
        "form": form,
        "summary_shown": True,
        "form_id": signed(request.viewer, incident_id, "report"),
        "incident_id": incident_id,
        "pack_key": key_of(sheet.pack),
        "guidance": guidance_on(
            viewer=request.viewer,
            pack=sheet.pack,
            types=types,
            flags=flags,
            today=timezone.localdate(),
            way=page.told.way(about=form.about, in_confidence=form.in_confidence, types=types, flags=flags),
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


@untraced("what to do about what was just ticked; nothing is read")
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
        about=code_of(request.POST.get("about")),
        in_confidence="in_confidence" in request.POST,
        way_code=request.POST.get("way", ""),
    )
    return render(request, "incidents/report/guidance_update.html", {"guidance": advice})


@traced(writes=("draft.saved",))
@require_POST
@sensitive
def autosave(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Keep what is typed so far. 409 once it was sent: nothing is kept any more."""
    viewer = request.viewer
    if opened(viewer, request.POST.get("form_id", ""), "report") != incident_id:
        begun_report(viewer=viewer, incident_id=incident_id)
    sheet = report_sheet(viewer=viewer, incident_id=incident_id)
    form = ReportForm(
        sheet.pack.form,
        today=timezone.localdate(),
        data=request.POST,
        checked=False,
        may_confide=viewer.may(Permission.REPORT_IN_CONFIDENCE),
    )
    try:
        saved_at = save_report_draft(by=viewer, incident_id=incident_id, content={"typed": form.typed()})
    except AlreadyReported:
        return JsonResponse({"receipt": reverse("incidents:receipt", args=[incident_id])}, status=409)
    return JsonResponse({"saved": clock(saved_at)})


@traced(writes=("report.discarded",))
@require_POST
@sensitive
def discard(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    try:
        discard_report_draft(by=request.viewer, incident_id=incident_id)
    except AlreadyReported:
        return redirect("incidents:receipt", incident_id)
    return redirect("incidents:own_reports")


@traced("report.own_listed")
@require_safe
@sensitive
def own(request: SchoolRequest) -> HttpResponse:
    """One's own reports and drafts."""
    reports = read_own_reports(by=request.viewer)
    context = {
        "drafts": [each for each in reports if each.is_draft],
        "reports": [each for each in reports if not each.is_draft],
    }
    return render(request, "incidents/report/own.html", context)


@traced("report.receipt_opened")
@require_safe
@sensitive
def receipt(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """The receipt of a report: its reference, what happens next, and what to do now once more."""
    given = read_receipt(by=request.viewer, incident_id=incident_id, today=timezone.localdate())
    return render(request, "incidents/report/receipt.html", {"report": given.report, "guidance": given.guidance})
