"""Letters to the parents of somebody in an incident: drafted, edited, looked at, approved, printed. Duty R11."""

from types import SimpleNamespace
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.traces import traced, untraced
from incidents.services import letters
from incidents.services.letters import LetterShown, LettersShown
from incidents.views.kept import proved_first
from incidents.views.sensitive import sensitive
from sanctions.forms.letters import DraftLetterForm, EditionForm, LetterForm
from sanctions.services.letter_problems import (
    AlreadyApproved,
    AlreadyDiscarded,
    EditedMeanwhile,
    LetterNotReady,
    NamesAnotherChild,
    NobodyMayHaveIt,
    NoLongerFits,
    NoLongerNamed,
    NotFinished,
    NotSuitable,
    TooLong,
)
from sanctions.services.problems import NothingToDo
from schools.log_in.fresh import fresh_for_file
from schools.middleware import SchoolRequest

WAYS = SimpleNamespace(
    draft="incidents:letter_draft",
    letter="incidents:letter",
    edit="incidents:letter_edit",
    approve="incidents:letter_approve",
    discard="incidents:letter_discard",
    pdf="incidents:letter_pdf",
    posted="incidents:letter_posted",
)
LETTER, LETTERS = "incidents:letter", "incidents:letters"
_NOT_OPEN = (AlreadyApproved, AlreadyDiscarded)
_NOT_SAVED = (EditedMeanwhile, TooLong, NamesAnotherChild)
_NOT_APPROVED = (
    *_NOT_OPEN,
    EditedMeanwhile,
    NamesAnotherChild,
    NobodyMayHaveIt,
    NoLongerFits,
    NoLongerNamed,
    NotFinished,
    TooLong,
)
_NOT_POSTED = (NobodyMayHaveIt, NoLongerNamed, NothingToDo)
_REFUSED = 422
_CONFLICT = 409


@traced("incident.letters_opened")
@sensitive
@require_safe
def case_letters(request: SchoolRequest, incident_id: UUID, case_id: UUID) -> HttpResponse:
    """The letters of one person's case, and which can be drafted now."""
    found = letters.open_letters(by=request.viewer, incident_id=incident_id, case_id=case_id)
    return _show_list(request, found, DraftLetterForm(page=found.letters))


@traced("incident.letters_opened", writes=("letter.drafted",))
@sensitive
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: SchoolRequest, incident_id: UUID, case_id: UUID) -> HttpResponse:
    """Begin a letter from the policy's words."""
    found = letters.open_to_draft(by=request.viewer, incident_id=incident_id, case_id=case_id)
    if request.method != "POST":
        return _show_list(request, found, DraftLetterForm(page=found.letters))
    form = DraftLetterForm(request.POST, page=found.letters)
    if not form.is_valid():
        return _show_list(request, found, form, status=_REFUSED)
    try:
        made = letters.draft_letter(
            by=request.viewer,
            incident_id=incident_id,
            case_id=case_id,
            template=form.cleaned_data["template"],
            meeting=form.meeting_said,
        )
    except NotSuitable as refused:
        form.add_error("template", str(refused))
        return _show_list(request, found, form, status=_REFUSED)
    return redirect("incidents:letter_edit", incident_id, made.pk)


@traced("incident.letters_opened")
@sensitive
@require_safe
def letter(request: SchoolRequest, incident_id: UUID, letter_id: UUID) -> HttpResponse:
    """A letter as it stands, and what can be done with it."""
    found = letters.open_letter(by=request.viewer, incident_id=incident_id, letter_id=letter_id)
    return _show(request, found)


@traced("incident.letters_opened", writes=("letter.saved",))
@sensitive
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SchoolRequest, incident_id: UUID, letter_id: UUID) -> HttpResponse:
    """Write in a draft. What was typed stays on every refusal."""
    found = letters.open_to_edit(by=request.viewer, incident_id=incident_id, letter_id=letter_id)
    if not found.letter.is_open:
        return redirect(LETTER, incident_id, letter_id)
    if request.method != "POST":
        return _show_edit(request, found, LetterForm(page=found.letter))
    form = LetterForm(request.POST, page=found.letter)
    if not form.is_valid():
        return _show_edit(request, found, form, status=_REFUSED)
    try:
        letters.save_letter(
            by=request.viewer,
            incident_id=incident_id,
            letter_id=letter_id,
            edition=form.cleaned_data["edition"],
            subject_line=form.cleaned_data["subject_line"],
            body=form.cleaned_data["body"],
        )
    except _NOT_SAVED as refused:
        newest = letters.open_letter(by=request.viewer, incident_id=incident_id, letter_id=letter_id)
        form.take(refused, newest.letter)
        is_newer = isinstance(refused, EditedMeanwhile)
        status = _CONFLICT if is_newer else _REFUSED
        return _show_edit(request, newest, form, status=status, is_newer=is_newer)
    except _NOT_OPEN as refused:
        messages.error(request, str(refused))
    return redirect(LETTER, incident_id, letter_id)


@untraced("a button; it leads on to the letter", writes=("letter.approved",))
@sensitive
@proved_first(LETTER)
@require_POST
def approve(request: SchoolRequest, incident_id: UUID, letter_id: UUID) -> HttpResponse:
    """Have the very words that were on the page go out."""
    try:
        letters.approve_letter(
            by=request.viewer, incident_id=incident_id, letter_id=letter_id, edition=_edition_on_page(request)
        )
    except _NOT_APPROVED as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Approved. It goes out now; copies to be posted are listed below.")
    return redirect(LETTER, incident_id, letter_id)


@untraced("a button; it leads on to the letters of the case", writes=("letter.discarded",))
@sensitive
@require_POST
def discard(request: SchoolRequest, incident_id: UUID, letter_id: UUID) -> HttpResponse:
    """Put a draft aside; it stays on record."""
    case_id = letters.case_of(by=request.viewer, incident_id=incident_id, letter_id=letter_id)
    try:
        letters.discard_letter(
            by=request.viewer, incident_id=incident_id, letter_id=letter_id, edition=_edition_on_page(request)
        )
    except (*_NOT_OPEN, EditedMeanwhile) as refused:
        messages.error(request, str(refused))
        return redirect(LETTER, incident_id, letter_id)
    return redirect(LETTERS, incident_id, case_id)


@untraced("a button; it leads on to the letter", writes=("letter.posted",))
@sensitive
@require_POST
def posted(request: SchoolRequest, incident_id: UUID, copy_id: UUID) -> HttpResponse:
    """A copy was printed and posted."""
    letter_id = letters.letter_of(by=request.viewer, incident_id=incident_id, copy_id=copy_id)
    try:
        letters.mark_posted(by=request.viewer, incident_id=incident_id, copy_id=copy_id)
    except _NOT_POSTED as refused:
        messages.error(request, str(refused))
    return redirect(LETTER, incident_id, letter_id)


@traced("letter.printed")
@sensitive
@require_safe
@fresh_for_file
def pdf(request: SchoolRequest, incident_id: UUID, letter_id: UUID) -> HttpResponse:
    """The letter as it was drawn, to be printed."""
    try:
        found = letters.open_letter_pdf(by=request.viewer, incident_id=incident_id, letter_id=letter_id)
    except LetterNotReady as not_yet:
        messages.info(request, str(not_yet))
        return redirect(LETTER, incident_id, letter_id)
    except NoLongerNamed as refused:
        messages.error(request, str(refused))
        return redirect(LETTER, incident_id, letter_id)
    response = HttpResponse(found.content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _edition_on_page(request: SchoolRequest) -> int:
    form = EditionForm(request.POST)
    return int(form.cleaned_data["edition"]) if form.is_valid() else 0


def _show_list(request: SchoolRequest, found: LettersShown, form: DraftLetterForm, status: int = 200) -> HttpResponse:
    context = {
        "page": found.letters,
        "heading": found.heading,
        "form": form,
        "ways": WAYS,
        "key": found.heading.incident_id,
    }
    return render(request, "incidents/deciding/letters.html", context, status=status)


def _show(request: SchoolRequest, found: LetterShown) -> HttpResponse:
    context = {"page": found.letter, "heading": found.heading, "ways": WAYS, "key": found.heading.incident_id}
    return render(request, "incidents/deciding/letter.html", context)


def _show_edit(
    request: SchoolRequest, found: LetterShown, form: LetterForm, status: int = 200, *, is_newer: bool = False
) -> HttpResponse:
    context = {
        "page": found.letter,
        "heading": found.heading,
        "form": form,
        "newest": found.letter if is_newer else None,
        "ways": WAYS,
        "key": found.heading.incident_id,
    }
    return render(request, "incidents/deciding/letter_edit.html", context, status=status)
