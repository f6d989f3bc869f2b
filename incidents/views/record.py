"""The co-ordinator's record: opened, filled in page by page, checked before it is sent."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.traces import traced, untraced
from incidents.forms.about import typed_of
from incidents.forms.answers import restored
from incidents.forms.record import NewRecordForm, PageForm, tidy_version
from incidents.rules.pages import UnknownPage
from incidents.rules.pages import page as page_with
from incidents.selectors.reach import reach_of
from incidents.selectors.sheets import edition_of
from incidents.selectors.told import who_is_told
from incidents.services.browsing import read_newest
from incidents.services.problems import NotAcceptable, ShutsYouOut, StaleVersion, WrongStatus
from incidents.services.reading import (
    BlankRecord,
    OpenPage,
    blank_record,
    check_record,
    open_page,
)
from incidents.services.recording import discard_page_draft, open_record, save_page, save_page_draft
from incidents.views import people
from incidents.views.onward import onward
from incidents.views.record_page import (
    clock_of,
    next_url,
    page_url,
    show,
    show_conflict,
    steps_of,
    steps_of_a_new_one,
)
from incidents.views.sensitive import sensitive
from incidents.views.signed_ids import new_id, opened, signed
from packs.schema import Pack
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.templatetags.plain_words import clock
from schools.viewer import Viewer

DETAILS = page_with("details")
AWAY_FROM_YOU = (
    "After this page you do not see it any more. If you know the story, report it as a concern instead: that asks for "
    "everything at once."
)
WRONG_FORM = "This page was opened under another log-in or school. Look it through and save it again."


@untraced("an empty form", writes=("incident.recorded",))
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive
def new(request: SchoolRequest) -> HttpResponse:
    """A new record: its first page. Saving it starts the clock."""
    viewer = request.viewer
    blank = blank_record(by=viewer)
    today = timezone.localdate()
    told = _told(viewer, blank.pack, today)
    if request.method != "POST":
        form = NewRecordForm(blank.pack.form, DETAILS, told=told, today=today)
        return _new_page(request, blank, form, new_id())
    form = NewRecordForm(blank.pack.form, DETAILS, told=told, today=today, data=request.POST)
    incident_id = opened(viewer, request.POST.get("form_id", ""), "record")
    if incident_id is None:
        form.add_error(None, WRONG_FORM)
        return _new_page(request, blank, form, new_id(), status=422)
    if not form.is_valid():
        return _new_page(request, blank, form, incident_id, status=422)
    try:
        incident = open_record(by=viewer, incident_id=incident_id, answers=form.to_answers(), about=form.about)
    except NotAcceptable as refused:
        for problem in refused.problems:
            form.show(problem)
        return _new_page(request, blank, form, incident_id, status=422)
    except (StaleVersion, WrongStatus) as refused:
        if reach_of(viewer=viewer, incident_id=incident_id) != "runs":
            return onward(request, incident_id, gone="This incident was logged before.")
        if isinstance(refused, WrongStatus):
            messages.warning(request, str(refused))
            return redirect("incidents:about", incident_id)
        newest = read_newest(by=viewer, incident_id=incident_id)
        return show_conflict(request, newest, DETAILS, form.to_answers(), form.typed())
    return _after(request, incident.pk, "details")


def _told(viewer: Viewer, pack: Pack, today: date) -> dict[str, str]:
    """Who is told, by answer; with what the writer must know where they themselves are not."""
    told = who_is_told(viewer=viewer, pack=pack, today=today)
    return {
        typed_of(about): words if told.reaches(viewer, about) else f"{words} {AWAY_FROM_YOU}"
        for about, words in told.words.items()
    }


def _new_page(
    request: SchoolRequest, blank: BlankRecord, form: NewRecordForm, incident_id: UUID, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "summary_shown": True,
        "page": DETAILS,
        "form_id": signed(request.viewer, incident_id, "record"),
        "organisation": blank.organisation,
        "officer_title": blank.pack.officer_title,
        "steps": steps_of_a_new_one(),
    }
    return render(request, "incidents/record/new.html", context, status=status)


def _after(request: SchoolRequest, incident_id: UUID, code: str) -> HttpResponse:
    if request.POST.get("action") == "save":
        return onward(request, incident_id, done="Saved.", to=page_url(incident_id, code))
    return onward(request, incident_id, to=next_url(incident_id, code))


@traced("incident.page_opened", writes=("incident.recorded", "incident.corrected"))
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive
def edit(request: SchoolRequest, incident_id: UUID, page_code: str) -> HttpResponse:
    """One page of a record. Nine queries at most to show it."""
    try:
        if page_code == "people":
            return people.edit(request, incident_id)
        if request.method == "POST":
            return _posted(request, open_page(by=request.viewer, incident_id=incident_id, page_code=page_code))
        return _shown(request, open_page(by=request.viewer, incident_id=incident_id, page_code=page_code))
    except UnknownPage:
        raise Http404 from None


def _shown(request: SchoolRequest, page: OpenPage) -> HttpResponse:
    sheet = page.sheet
    if sheet.is_closed:
        return _closed(request, sheet.incident_id)
    if page.draft is None:
        return show(request, page, _form(page, answers=sheet.content), version=sheet.revision)
    typed = page.draft.content.get("typed", {})
    form = _form(page, data=restored(typed), checked=False)
    return show(request, page, form, version=page.draft.base_revision, draft=page.draft)


def _closed(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    messages.warning(request, "This incident is closed. Open it again, with a reason, to change the record.")
    return redirect("incidents:incident", incident_id)


def _form(page: OpenPage, **options: Any) -> PageForm:
    sheet = page.sheet
    return PageForm(sheet.pack.form, page.page, was_sent=sheet.was_sent, today=timezone.localdate(), **options)


def _posted(request: SchoolRequest, page: OpenPage) -> HttpResponse:
    sheet, code = page.sheet, page.page.code
    version = tidy_version(request.POST.get("version"))
    if request.POST.get("action") == "mine":
        form = _form(page, data=request.POST, checked=False)
        return show(request, page, form, version=sheet.revision, mine=True)
    form = _form(page, data=request.POST)
    if not form.is_valid():
        return show(request, page, form, version=version, status=422)
    answers = form.to_answers()
    try:
        save_page(
            by=request.viewer,
            incident_id=sheet.incident_id,
            page_code=code,
            version=version,
            answers=answers,
            reason=form.reason,
            confirmed="confirmed" in request.POST,
        )
    except NotAcceptable as refused:
        for problem in refused.problems:
            form.show(problem)
        return show(request, page, form, version=version, status=422)
    except StaleVersion:
        newest = read_newest(by=request.viewer, incident_id=sheet.incident_id)
        return show_conflict(request, newest, page.page, answers, form.typed())
    except (WrongStatus, ShutsYouOut) as refused:
        form.add_error(None, str(refused))
        asks = isinstance(refused, ShutsYouOut)
        return show(request, page, form, version=version, status=409, shuts_out=asks)
    return _after(request, sheet.incident_id, code)


@traced(writes=("draft.saved",))
@require_POST
@sensitive
def autosave(request: SchoolRequest, incident_id: UUID, page_code: str) -> HttpResponse:
    """Keep what is typed on a page, beside the version it was typed against. 409: it comes too late."""
    try:
        if page_code == "people":
            return people.autosave(request, incident_id)
        edition = edition_of(viewer=request.viewer, incident_id=incident_id)
        form = PageForm(
            edition.pack.form,
            page_with(page_code),
            was_sent=edition.was_sent,
            today=timezone.localdate(),
            data=request.POST,
            checked=False,
        )
        saved_at = save_page_draft(
            by=request.viewer,
            incident_id=incident_id,
            page_code=page_code,
            version=tidy_version(request.POST.get("version")),
            content={"typed": form.typed()},
        )
    except UnknownPage:
        raise Http404 from None
    except (StaleVersion, WrongStatus):
        return JsonResponse({}, status=409)
    return JsonResponse({"saved": clock(saved_at)})


@traced(writes=("draft.discarded",))
@require_POST
@sensitive
def discard(request: SchoolRequest, incident_id: UUID, page_code: str) -> HttpResponse:
    """Go back to what is on record."""
    try:
        code = page_with(page_code).code
    except UnknownPage:
        raise Http404 from None
    discard_page_draft(by=request.viewer, incident_id=incident_id, page_code=code)
    return redirect("incidents:record", incident_id, code)


@traced("incident.checked")
@require_safe
@sensitive
def check(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """The whole record as it will be printed, what is missing, and the button that sends it. Nine queries."""
    checked = check_record(by=request.viewer, incident_id=incident_id)
    sheet = checked.sheet
    missing = [
        {
            "text": problem.message,
            "href": f"{page_url(incident_id, page.code)}#div_id_{problem.key}",
            "page": page.title,
        }
        for page, problem in checked.missing
    ]
    school = sheet.school
    context = {
        "sheet": sheet,
        "snapshot": checked.snapshot,
        "missing": missing,
        "steps": steps_of(sheet, "check"),
        "clock": clock_of(sheet),
        "officer_name": school.officer_name,
        "officer_email": school.officer_email,
        "has_passphrase": school.has_passphrase,
        "is_recorded": sheet.recorded_at is not None,
        "can_send": request.viewer.may(Permission.HANDLE_INCIDENTS)
        and not missing
        and not sheet.is_sent
        and not sheet.is_closed
        and sheet.recorded_at is not None
        and bool(school.officer_email)
        and school.has_passphrase,
    }
    return render(request, "incidents/record/check.html", context)
