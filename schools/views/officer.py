"""The address that reports go to, and its change by two people."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from audit.traces import traced, untraced
from schools.forms.officer import CodeForm, NewAddressForm
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.services.officer import ask_officer_change, cancel_officer_change, confirm_officer_change, give_code
from schools.services.problems import NotPossible
from schools.services.reading import open_officer
from schools.views.guard import READ, page, show_form

_MANAGE, _CONFIRM = Permission.MANAGE_SCHOOL, Permission.CONFIRM_OFFICER


@traced("officer.opened")
@page(_MANAGE, _CONFIRM, methods=READ)
def officer(request: SchoolRequest) -> HttpResponse:
    """The address in force, what is under way, and what came before."""
    shown = open_officer(by=request.viewer)
    return render(request, "schools/officer/page.html", {"shown": shown, "form": CodeForm(), "summary_shown": True})


@untraced("an empty form", writes=("officer.change_asked",))
@page(_MANAGE, fresh=True)
def ask(request: SchoolRequest) -> HttpResponse:
    """Ask for another address."""
    form = NewAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_officer_change(by=request.viewer, new_email=form.cleaned_data["email"])
        except NotPossible as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, "Asked for. A code was sent to the new address; ring the officer and ask for it.")
            return redirect("schools:officer")
    return show_form(
        request,
        form,
        title="Officer's address",
        heading="Change the officer's address",
        lede="Reports hold what must not reach anybody else. So a change takes a code from the new address, a second "
        "person, and a day in which the old address can object.",
        back_href=reverse("schools:officer"),
        back="Officer's address",
        button="Ask for the change",
    )


@traced(
    writes=(
        "officer.code_given",
        "officer.code_wrong",
        "officer.change_confirmed",
        "officer.change_cancelled",
        "officer.changed",
    )
)
@page(_MANAGE, _CONFIRM, methods=("POST",), fresh=True)
def decide(request: SchoolRequest, change_id: UUID) -> HttpResponse:
    """Type the code, agree as the second person, or cancel."""
    action = request.POST.get("action", "")
    try:
        if action == "code":
            form = CodeForm(request.POST)
            if not form.is_valid():
                shown = open_officer(by=request.viewer)
                return show_form(request, form, template="schools/officer/page.html", shown=shown)
            give_code(by=request.viewer, change_id=change_id, code=form.cleaned_data["code"])
            messages.success(request, "The code is right. A second person agrees next.")
        elif action == "confirm":
            confirm_officer_change(by=request.viewer, change_id=change_id)
            messages.success(request, "Agreed. The page says from when reports go to the new address.")
        elif action == "cancel":
            cancel_officer_change(by=request.viewer, change_id=change_id)
            messages.success(request, "Cancelled. Reports go where they went before.")
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:officer")
