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

from packs.loader import UnknownPack
from schools.forms import DetailsForm, PassphraseForm
from schools.middleware import SCHOOL_KEY, SchoolRequest
from schools.roles import Permission
from schools.rules import suggest_passphrase
from schools.selectors import school_settings, schools_of
from schools.services import adopt_pack, change_school_details, set_officer_passphrase

_READ_AND_WRITE = ["GET", "HEAD", "POST"]


def _must_manage(request: SchoolRequest) -> None:
    if not request.viewer.may(Permission.MANAGE_SCHOOL):
        raise PermissionDenied


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
    return render(request, "schools/settings.html", {"page": page, "form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(_READ_AND_WRITE)
def passphrase(request: SchoolRequest) -> HttpResponse:
    """Set the passphrase, one's own or a suggested one. What is set is never shown again."""
    _must_manage(request)
    page = school_settings(viewer=request.viewer)
    if request.method != "POST":
        return render(request, "schools/passphrase.html", {"page": page, "form": PassphraseForm()})
    if request.POST.get("action") == "suggest":
        form = PassphraseForm(initial={"passphrase": suggest_passphrase(secrets.choice)})
        return render(request, "schools/passphrase.html", {"page": page, "form": form, "suggested": True})
    form = PassphraseForm(request.POST)
    if form.is_valid():
        set_officer_passphrase(by=request.viewer, passphrase=form.cleaned_data["passphrase"])
        messages.success(request, "The passphrase is set. Tell it to the officer by telephone, if you have not.")
        return redirect("schools:settings")
    return render(request, "schools/passphrase.html", {"page": page, "form": form}, status=422)


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
    request.session[SCHOOL_KEY] = str(UUID(chosen))
    return redirect("incidents:today")
