"""The people of the school: the list, somebody new, somebody whole, and what is known of them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from audit.traces import EITHER_WAY, HANDING_OUT, traced, untraced
from schools.forms.people import LogInForm, NewPersonForm, PersonForm
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.selectors.members import KINDS, PersonPage
from schools.services.members import PersonDetails, add_person, change_person, give_log_in
from schools.services.problems import NotPossible
from schools.services.reading import open_people, open_person, search_managed
from schools.views.guard import READ, page, show_form, show_found, words_of

_MANAGE = Permission.MANAGE_PEOPLE


@traced("people.listed", by=EITHER_WAY)
@page(_MANAGE)
def people(request: SchoolRequest) -> HttpResponse:
    """The list, narrowed by kind in the address, or by a name that is posted."""
    words = words_of(request) if request.method == "POST" else ""
    kind = request.GET.get("kind", "")
    number = request.GET.get("page", "1")
    shown = open_people(
        by=request.viewer,
        kind="" if words else kind,
        page=int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 1,
        words=words,
    )
    context = {
        "shown": shown,
        "find": words,
        "kinds": [("", "Everybody"), *KINDS.items()],
        "newer": _address(shown.kind, shown.page - 1) if shown.page > 1 else "",
        "older": _address(shown.kind, shown.page + 1) if shown.has_more and not words else "",
        "showing": f"Page {shown.page}" if shown.page > 1 or shown.has_more else "",
        "too_many": bool(words) and shown.has_more,
    }
    return render(request, "schools/people/list.html", context)


def _address(kind: str, number: int) -> str:
    return f"{reverse('schools:people')}?kind={kind}&page={number}"


@traced("people.searched", by=HANDING_OUT)
@page(_MANAGE, methods=("POST",))
def find(request: SchoolRequest) -> HttpResponse:
    """The rows of the type-ahead, among everybody on the lists."""
    return show_found(request, search_managed(by=request.viewer, words=words_of(request)))


@untraced("an empty form", writes=("people.added",))
@page(_MANAGE, fresh=True)
def add(request: SchoolRequest) -> HttpResponse:
    """Somebody new, with or without a log-in."""
    form = NewPersonForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = add_person(
                by=request.viewer,
                details=form.details,
                role=form.as_what,
                starts_on=said["starts_on"],
                log_in=said["log_in"],
            )
        except NotPossible as refusal:
            form.add_error("log_in", str(refusal))
        else:
            messages.success(request, _told("Added.", mailed=bool(said["log_in"])))
            return redirect("schools:person", made.pk)
    return show_form(
        request,
        form,
        title="People",
        heading="Add somebody",
        lede="Put them on the school's lists. A post is given on the page of the posts afterwards.",
        back_href=reverse("schools:people"),
        back="People",
        button="Add to the lists",
    )


def _told(done: str, *, mailed: bool) -> str:
    return f"{done} If the log-in is new, its owner has been sent a link to choose a password." if mailed else done


@traced("people.opened")
@page(_MANAGE, methods=READ)
def person(request: SchoolRequest, person_id: UUID) -> HttpResponse:
    """Somebody whole: what they are and were, their posts, their family."""
    shown = open_person(by=request.viewer, person_id=person_id)
    return render(request, "schools/people/person.html", {"shown": shown, "facts": _facts(shown)})


def _facts(shown: PersonPage) -> list[tuple[str, str]]:
    log_in = shown.login if shown.login_works else f"{shown.login} (closed)" if shown.login else "none"
    facts = [("Logs in as", log_in), ("Email", shown.person.email)]
    if shown.kind:
        facts.append(("Class" if shown.kind == "pupil" else "Job", shown.group))
    return facts


@traced("people.opened", writes=("people.changed",))
@page(_MANAGE)
def change(request: SchoolRequest, person_id: UUID) -> HttpResponse:
    """How the school knows somebody."""
    shown = open_person(by=request.viewer, person_id=person_id)
    form = PersonForm(shown.kind, request.POST or None, known=_known(shown))
    if request.method == "POST" and form.is_valid():
        change_person(by=request.viewer, person_id=person_id, details=form.details)
        messages.success(request, "Saved.")
        return redirect("schools:person", person_id)
    return show_form(
        request,
        form,
        title="People",
        heading="Name and details",
        lede="What somebody may do does not change by it.",
        back_href=reverse("schools:person", args=[person_id]),
        back=shown.person.full_name,
        button="Save",
    )


def _known(shown: PersonPage) -> PersonDetails:
    known, pupil, staff = (
        shown.person,
        getattr(shown.person, "pupil", None),
        getattr(shown.person, "staff_record", None),
    )
    return PersonDetails(
        given_name=known.given_name,
        family_name=known.family_name,
        email=known.email,
        job_title=staff.job_title if staff else "",
        year_group=pupil.year_group if pupil else "",
        class_name=pupil.class_name if pupil else "",
    )


@traced("people.opened", writes=("people.log_in_given",))
@page(_MANAGE, fresh=True)
def log_in(request: SchoolRequest, person_id: UUID) -> HttpResponse:
    """Let somebody who is on the lists log in."""
    shown = open_person(by=request.viewer, person_id=person_id)
    form = LogInForm(request.POST or None, initial={"email": shown.person.email})
    if request.method == "POST" and form.is_valid():
        try:
            give_log_in(by=request.viewer, person_id=person_id, email=form.cleaned_data["email"])
        except NotPossible as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _told("They can log in with this address.", mailed=True))
            return redirect("schools:person", person_id)
    return show_form(
        request,
        form,
        title="People",
        heading="Give a log-in",
        lede=f"{shown.person.full_name} sees what their roles and posts show, and nothing else.",
        back_href=reverse("schools:person", args=[person_id]),
        back=shown.person.full_name,
        button="Give the log-in",
    )
