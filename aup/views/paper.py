"""What was signed on paper: whose it is, which agreement, and what stands on it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from audit.traces import HANDING_OUT, traced
from aup.forms.paper import PaperForm
from aup.selectors.paper import PaperChoice
from aup.services.paper import (
    NotOutstanding,
    NotYetThatDay,
    OnPaper,
    ScanAltered,
    open_paper_choice,
    open_paper_page,
    open_scan,
    record_paper,
    search_signers,
)
from aup.services.problems import NameRefused, NotSignable
from aup.views.files import as_file
from schools.files import FileRefused
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import READ, lines_of, page, picked_of, show_form, show_found, words_of

_RECORD = Permission.RECORD_SIGNATURES


@traced("people.searched", by=HANDING_OUT)
@page(_RECORD)
def paper(request: SchoolRequest) -> HttpResponse:
    """Find whoever signed, or the child they signed for."""
    picked = picked_of(request)
    if picked is not None and request.POST.get("action") != "find":
        return redirect("aup:paper_person", picked)
    context: dict[str, object] = {"from_list_only": True}
    if request.method == "POST":
        words = words_of(request)
        found = search_signers(by=request.viewer, words=words)
        context |= {"find": words, "found": lines_of(found), "is_found": bool(found)}
    return render(request, "aup/paper/find.html", context)


@traced("people.searched", by=HANDING_OUT)
@page(_RECORD, methods=("POST",))
def paper_find(request: SchoolRequest) -> HttpResponse:
    """The rows of the type-ahead."""
    return show_found(request, search_signers(by=request.viewer, words=words_of(request)))


@traced("agreement.paper_opened")
@page(_RECORD, methods=READ)
def paper_person(request: SchoolRequest, person_id: UUID) -> HttpResponse:
    """What is outstanding of somebody."""
    shown = open_paper_page(by=request.viewer, person_id=person_id)
    return render(request, "aup/paper/person.html", {"shown": shown})


@traced("agreement.paper_opened", writes=("agreement.signed", "agreement.scan_kept"))
@page(_RECORD)
def paper_record(request: SchoolRequest, about_id: UUID, version_id: UUID, signer_id: UUID) -> HttpResponse:
    """Copy out what stands on the paper, and add its scan."""
    try:
        choice = open_paper_choice(by=request.viewer, version_id=version_id, signer_id=signer_id, about_id=about_id)
    except NotOutstanding as refusal:
        messages.error(request, str(refusal))
        return redirect("aup:paper_person", about_id)
    form = PaperForm(request.POST or None, request.FILES or None, version=choice.version)
    if request.method == "POST" and form.is_valid() and _recorded(request, form, choice):
        messages.success(request, "It is in the register, with its scan.")
        return redirect("aup:paper_person", about_id)
    return show_form(
        request,
        form,
        template="aup/paper/record.html",
        choice=choice,
        back_href=reverse("aup:paper_person", args=[about_id]),
    )


@traced("agreement.scan_opened")
@page(Permission.READ_SIGNATURES, methods=READ)
def signature_scan(request: SchoolRequest, signature_id: UUID) -> HttpResponse:
    """The scan of a paper, as a file."""
    try:
        opened = open_scan(by=request.viewer, signature_id=signature_id)
    except ScanAltered as refusal:
        messages.error(request, str(refusal))
        return redirect("aup:signature", signature_id)
    return as_file(opened.content, opened.file_name, opened.media_type)


def _recorded(request: SchoolRequest, form: PaperForm, choice: PaperChoice) -> bool:
    scan = form.scan
    paper = OnPaper(
        version_id=choice.version.pk,
        signer_id=choice.signer_id,
        about_id=choice.about_id,
        name=form.cleaned_data["name"],
        signed_on=form.day,
        consents=form.consents,
        file_name=scan.name or "",
        content=scan.read(),
    )
    try:
        record_paper(by=request.viewer, paper=paper)
    except FileRefused as refusal:
        form.add_error("scan", str(refusal))
    except NotYetThatDay as refusal:
        form.add_error("signed_on", str(refusal))
    except NameRefused:
        form.add_error("name", "This is not the name the school has for them. Look whether it is the right person.")
    except NotSignable as refusal:
        form.add_error(None, str(refusal))
    else:
        return True
    return False
