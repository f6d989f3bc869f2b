"""The school's own pages: its details, the officer's passphrase, the policy it works by; and the switcher."""

import secrets
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.traces import untraced
from packs.loader import UnknownPack
from schools.forms.school import DetailsForm, PassphraseForm, TermForm
from schools.log_in.fresh import fresh_log_in
from schools.middleware import SchoolRequest, enter_other_school
from schools.roles import Permission
from schools.rules.passphrases import suggest_passphrase
from schools.selectors import school_settings, schools_of
from schools.selectors.school import terms_of
from schools.services.problems import EndsTooEarly, NotPossible
from schools.services.school import add_term, adopt_pack, change_school_details, set_officer_passphrase

_READ_AND_WRITE = ["GET", "HEAD", "POST"]
# The pages show the summary of errors themselves, so the form does not show it again.
_ONCE = {"summary_shown": True}


def _must_manage(request: SchoolRequest) -> None:
    if not request.viewer.may(Permission.MANAGE_SCHOOL):
        raise PermissionDenied


@untraced("the school's own details", writes=("school.changed",))
@never_cache
@require_http_methods(_READ_AND_WRITE)
def settings(request: SchoolRequest) -> HttpResponse:
    """The school's details, and how things stand with the passphrase and the policy."""
    _must_manage(request)
    page = school_settings(viewer=request.viewer)
    form = DetailsForm.of(page.school, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        change_school_details(by=request.viewer, details=form.details)
        messages.success(request, "Saved. Reports that are sent from now on carry these details.")
        return redirect("schools:settings")
    return render(
        request, "schools/settings.html", {"page": page, "form": form, **_ONCE}, status=422 if form.errors else 200
    )


@untraced("a field; what is set is never shown", writes=("school.passphrase_set",))
@never_cache
@require_http_methods(_READ_AND_WRITE)
@fresh_log_in
def passphrase(request: SchoolRequest) -> HttpResponse:
    """Set the passphrase, one's own or a suggested one. What is set is never shown again."""
    _must_manage(request)
    page = school_settings(viewer=request.viewer)
    if request.method != "POST":
        return render(request, "schools/passphrase.html", {"page": page, "form": PassphraseForm(), **_ONCE})
    if request.POST.get("action") == "suggest":
        form = PassphraseForm(initial={"passphrase": suggest_passphrase(secrets.choice)})
        return render(request, "schools/passphrase.html", {"page": page, "form": form, "suggested": True, **_ONCE})
    form = PassphraseForm(request.POST)
    if form.is_valid():
        set_officer_passphrase(by=request.viewer, passphrase=form.cleaned_data["passphrase"])
        messages.success(request, "The passphrase is set. Tell it to the officer by telephone, if you have not.")
        return redirect("schools:settings")
    return render(request, "schools/passphrase.html", {"page": page, "form": form, **_ONCE}, status=422)


@untraced("the policies there are", writes=("school.pack_adopted",))
@never_cache
@require_http_methods(_READ_AND_WRITE)
def adopt(request: SchoolRequest) -> HttpResponse:
    """The policy packs there are, and the adoption of one."""
    _must_manage(request)
    page = school_settings(viewer=request.viewer)
    if request.method != "POST":
        return render(request, "schools/adopt.html", {"page": page})
    code, _, version = request.POST.get("pack", "").rpartition(" ")
    try:
        adopt_pack(
            by=request.viewer,
            code=code,
            version=int(version) if version.isascii() and version.isdecimal() and len(version) < 6 else 0,
        )
    except UnknownPack:
        messages.error(request, "Choose one of the policies shown.")
    else:
        messages.success(request, "Adopted. New records are made under it; those already made keep theirs.")
    return redirect("schools:adopt")


@untraced("the terms of the school years", writes=("school.term_added",))
@never_cache
@require_http_methods(_READ_AND_WRITE)
def terms(request: SchoolRequest) -> HttpResponse:
    """The terms of the school years, and one more."""
    _must_manage(request)
    form = TermForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_term(by=request.viewer, **form.cleaned_data)
        except NotPossible as refusal:
            form.add_error("ends_on" if isinstance(refusal, EndsTooEarly) else "starts_on", str(refusal))
        else:
            messages.success(request, "Added.")
            return redirect("schools:terms")
    context = {"terms": terms_of(viewer=request.viewer), "form": form, **_ONCE}
    return render(request, "schools/terms.html", context, status=422 if form.errors else 200)


@untraced("the names of one's own schools; choosing one is kept in the session")
@never_cache
@require_http_methods(_READ_AND_WRITE)
def switch(request: SchoolRequest) -> HttpResponse:
    """Work in another of one's own schools from now on."""
    choices = schools_of(viewer=request.viewer, today=timezone.localdate())
    if request.method != "POST":
        return render(request, "schools/switch.html", {"choices": choices, "current": request.viewer.school_id})
    chosen = request.POST.get("school", "")
    if chosen not in {str(each.school_id) for each in choices}:
        raise Http404
    enter_other_school(request, UUID(chosen))
    return redirect("incidents:today")
