"""Evidence files: added by several, served one at a time and only as attachments."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import TooManyFilesSent
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from audit.traces import traced
from incidents.forms.evidence import EvidenceForm
from incidents.services.evidence import (
    EvidenceAltered,
    UploadsBarred,
    add_evidence,
    open_evidence,
    refuse_when_barred,
)
from incidents.services.problems import WrongStatus
from incidents.services.reading import open_page
from incidents.views.record_page import page_url
from incidents.views.sensitive import sensitive
from schools.files import FileRefused
from schools.log_in.fresh import fresh_for_file
from schools.middleware import SchoolRequest

CHOOSE_AGAIN = "Nothing of this file was kept. Choose it again when it is mended, or another one."


# Django's own check for forged requests reads the whole body first. Where an indecent image may be in it, not a byte
# is to be read (duties P7, P8), so this asks first, and only then lets the check run around the part that reads.
@traced("incident.page_opened", writes=("evidence.added",))
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive
def add(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """The files of an incident, and a form to add some. 400 where none may be added, before any byte is read."""
    if request.method == "POST":
        try:
            refuse_when_barred(by=request.viewer, incident_id=incident_id)
        except UploadsBarred:
            return _page(request, incident_id, EvidenceForm(), status=400)
        try:
            len(request.POST)
        except TooManyFilesSent:
            form = EvidenceForm(request.POST, request.FILES)
            form.say_instead(f"Choose at most {settings.DATA_UPLOAD_MAX_NUMBER_FILES} files at a time.")
            return _page(request, incident_id, form, status=422)
    return _add(request, incident_id)


@csrf_protect
def _add(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return _page(request, incident_id, EvidenceForm())
    form = EvidenceForm(request.POST, request.FILES)
    too_much = _too_much(request)
    if too_much:
        form.say_instead(too_much)
    if not form.is_valid():
        return _page(request, incident_id, form, status=422)
    kept, refused = 0, []
    for each in form.cleaned_data["chosen"]:
        try:
            add_evidence(by=request.viewer, incident_id=incident_id, filename=each.name or "", content=each.read())
        except UploadsBarred:
            return _page(request, incident_id, EvidenceForm(), status=400)
        except (FileRefused, WrongStatus) as reason:
            refused.append(f"{each.name}: {reason}")
        else:
            kept += 1
    if refused:
        for line in refused:
            form.add_error("chosen", line)
        form.add_error("chosen", CHOOSE_AGAIN)
        return _page(request, incident_id, form, status=422)
    messages.success(request, "The file is kept." if kept == 1 else f"{kept} files are kept.")
    return redirect(f"{page_url(incident_id, 'action')}#evidence")


def _too_much(request: SchoolRequest) -> str:
    """Whether Django has let files go that are too large to be held in memory: then none arrives at all."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return ""
    if length > settings.FILE_UPLOAD_MAX_MEMORY_SIZE and not request.FILES:
        megabytes = settings.EVIDENCE_MAX_BYTES // 1024 // 1024
        return f"A file may have at most {megabytes} MB, and so may several together. Choose again."
    return ""


def _page(request: SchoolRequest, incident_id: UUID, form: EvidenceForm, *, status: int = 200) -> HttpResponse:
    opened = open_page(by=request.viewer, incident_id=incident_id, page_code="action")
    context = {"form": form, "sheet": opened.sheet, "evidence": opened.evidence, "summary_shown": True}
    return render(request, "incidents/evidence/add.html", context, status=status)


@traced("evidence.opened")
@require_safe
@sensitive
@fresh_for_file
def download(request: SchoolRequest, incident_id: UUID, evidence_id: UUID) -> HttpResponse:
    """One file, as an attachment that no browser opens in our name. Audited."""
    try:
        opened = open_evidence(by=request.viewer, incident_id=incident_id, evidence_id=evidence_id)
    except UploadsBarred as reason:
        return render(request, "incidents/evidence/barred.html", {"reason": reason}, status=403)
    except EvidenceAltered as reason:
        return render(request, "incidents/evidence/barred.html", {"reason": reason}, status=409)
    response = HttpResponse(opened.content, content_type=opened.media_type)
    response["Content-Disposition"] = content_disposition_header(True, opened.filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
