"""Who is whose parent or carer."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from audit.traces import EITHER_WAY, traced
from schools.forms.people import GuardianForm, GuardianStandingForm, LastDayForm
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.services.families import change_guardian, end_guardian, link_guardian
from schools.services.problems import NotPossible
from schools.services.reading import open_pair, open_person, search_managed
from schools.views.guard import lines_of, only_looking, page, picked_of, show_form, words_of

_MANAGE = Permission.MANAGE_PEOPLE


@traced("people.opened", by=EITHER_WAY, writes=("guardian.linked",))
@page(_MANAGE, fresh=True)
def link(request: SchoolRequest, person_id: UUID) -> HttpResponse:
    """Put down a pupil's parent or carer, or a parent's child: whichever of the two this person is not."""
    viewer = request.viewer
    shown = open_person(by=viewer, person_id=person_id)
    is_child = shown.kind == "pupil"
    words, other = words_of(request), picked_of(request)
    looks = request.POST.get("action") == "find"
    form = GuardianForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    if looks:
        form = only_looking(form)
    elif request.method == "POST" and form.is_valid():
        if other is None:
            form.add_error(None, "Find the person and choose them from the list.")
        else:
            guardian_id, child_id = (other, person_id) if is_child else (person_id, other)
            try:
                link_guardian(
                    by=viewer,
                    guardian_id=guardian_id,
                    child_id=child_id,
                    starts_on=form.cleaned_data["starts_on"],
                    **form.standing,
                )
            except NotPossible as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "Put down. Cases about the child are kept from them from now on.")
                return redirect("schools:person", person_id)
    found = search_managed(by=viewer, words=words) if words else ()
    return show_form(
        request,
        form,
        template="schools/people/link.html",
        heading="Add a parent or carer" if is_child else "Add a child",
        label="Who is the parent or carer?" if is_child else "Which pupil?",
        back_href=reverse("schools:person", args=[person_id]),
        back=shown.person.full_name,
        find=words,
        found=lines_of(found),
        picked=str(other or ""),
        from_list_only=True,
    )


@traced("people.page_opened", writes=("guardian.changed",))
@page(_MANAGE, fresh=True)
def change(request: SchoolRequest, guardian_id: UUID) -> HttpResponse:
    """Say anew what a parent or carer is to the child and may do for it, as after a court's decision."""
    pair = open_pair(by=request.viewer, guardian_row_id=guardian_id)
    known = {
        "relation": pair.relation,
        "responsibility": "yes" if pair.has_parental_responsibility else "no",
        "barred": pair.is_barred,
    }
    form = GuardianStandingForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            change_guardian(by=request.viewer, guardian_row_id=guardian_id, **form.standing)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Saved. It counts from now on.")
            return redirect("schools:person", pair.child_id)
    return show_form(
        request,
        form,
        title="People",
        heading="Change a relation",
        lede=f"{pair.guardian_name} is put down as parent or carer of {pair.child_name}.",
        back_href=reverse("schools:person", args=[pair.child_id]),
        back=pair.child_name,
        button="Save",
    )


@traced("people.page_opened", writes=("guardian.ended",))
@page(_MANAGE, fresh=True)
def end(request: SchoolRequest, guardian_id: UUID) -> HttpResponse:
    """Say until when somebody was a parent or carer."""
    pair = open_pair(by=request.viewer, guardian_row_id=guardian_id)
    form = LastDayForm(request.POST or None, initial={"last_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            end_guardian(by=request.viewer, guardian_row_id=guardian_id, last_day=form.day)
        except NotPossible as refusal:
            form.add_error("last_day", str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("schools:person", pair.child_id)
    return show_form(
        request,
        form,
        title="People",
        heading="End a relation",
        lede=f"{pair.guardian_name} is put down as parent or carer of {pair.child_name}. "
        "After the last day, cases about the child are no longer kept from them.",
        back_href=reverse("schools:person", args=[pair.child_id]),
        back=pair.child_name,
        button="End the relation",
    )
