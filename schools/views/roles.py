"""What somebody is to the school, from a day and until one; and the act that takes everything."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from audit.traces import traced
from schools.forms.people import LastDayForm, LeaveForm, RoleForm
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.services.leavers import leave as take_everything
from schools.services.members import add_role, end_role
from schools.services.problems import NotPossible
from schools.services.reading import open_name, open_role
from schools.views.guard import page, show_form

_MANAGE = Permission.MANAGE_PEOPLE


@traced("people.page_opened", writes=("people.role_given",))
@page(_MANAGE, fresh=True)
def give(request: SchoolRequest, person_id: UUID) -> HttpResponse:
    """Make somebody something more to the school."""
    name = open_name(by=request.viewer, person_id=person_id)
    form = RoleForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            add_role(
                by=request.viewer,
                person_id=person_id,
                role=form.as_what,
                starts_on=form.cleaned_data["starts_on"],
            )
        except NotPossible as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, "Given. It counts from the day you chose.")
            return redirect("schools:person", person_id)
    return show_form(
        request,
        form,
        title="People",
        heading="Give a role",
        lede="Several roles go together: a teacher can be a parent too.",
        back_href=reverse("schools:person", args=[person_id]),
        back=name,
        button="Give the role",
    )


@traced("people.page_opened", writes=("people.role_ended",))
@page(_MANAGE, fresh=True)
def end(request: SchoolRequest, membership_id: UUID) -> HttpResponse:
    """Say until when somebody is this to the school."""
    term = open_role(by=request.viewer, membership_id=membership_id)
    form = LastDayForm(request.POST or None, initial={"last_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            end_role(by=request.viewer, membership_id=membership_id, last_day=form.day)
        except NotPossible as refusal:
            form.add_error("last_day", str(refusal))
        else:
            messages.success(request, "Saved. What goes with the role ends with that day.")
            return redirect("schools:person", term.person_id)
    return show_form(
        request,
        form,
        title="People",
        heading="End a role",
        lede=f"{term.name}: {term.role_name}. Posts that go with it end with it.",
        back_href=reverse("schools:person", args=[term.person_id]),
        back=term.name,
        button="End the role",
    )


@traced("people.page_opened", writes=("people.left", "log_in.revoked"))
@page(_MANAGE, Permission.APPOINT, fresh=True)
def leave(request: SchoolRequest, person_id: UUID) -> HttpResponse:
    """Take everything from somebody who has left: one act, at once."""
    viewer = request.viewer
    name = open_name(by=viewer, person_id=person_id)
    manages = viewer.may(_MANAGE)
    form = LeaveForm(request.POST or None, initial={"last_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            take_everything(by=viewer, person_id=person_id, last_day=form.cleaned_data["last_day"])
        except NotPossible as refusal:
            form.add_error("last_day", str(refusal))
        else:
            messages.success(request, "Done. They are logged out everywhere and have no access any more.")
            return redirect("schools:person", person_id) if manages else redirect("schools:posts")
    return show_form(
        request,
        form,
        title="People",
        heading="Somebody has left",
        lede=name,
        notice="This ends every role and post, logs them out everywhere, and takes their password, second step and "
        "links. It cannot be undone; somebody who comes back is given a role again.",
        notice_kind="clock",
        back_href=reverse("schools:person", args=[person_id]) if manages else reverse("schools:posts"),
        back=name if manages else "Posts",
        button="Take away all access",
        button_kind="alarm",
    )
