"""The posts of the school: who holds them, giving and ending them, and what waits for a second person."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from audit.traces import EITHER_WAY, HANDING_OUT, traced
from schools.forms.people import LastDayForm
from schools.forms.posts import GivePostForm
from schools.middleware import SchoolRequest
from schools.roles import TWO_PERSON_POSTS, Permission, Role
from schools.services.appointing import (
    ask_to_appoint,
    ask_to_end,
    confirm_appointment,
    refuse_appointment,
    withdraw_appointment,
)
from schools.services.posts import end_post, give_post
from schools.services.problems import NotPossible
from schools.services.reading import open_appointment, open_current_terms, open_posts, open_term, search_appointable
from schools.viewer import Viewer
from schools.views.guard import (
    READ,
    lines_of,
    only_looking,
    page,
    picked_of,
    show_form,
    show_found,
    words_of,
)

_APPOINT = Permission.APPOINT
WAITS = "Asked for. It takes effect when a second person agrees; they have been told by email."
DECISIONS = {
    "confirm": (confirm_appointment, "Agreed. It takes effect from its day on."),
    "refuse": (refuse_appointment, "Refused. Nothing changes."),
    "withdraw": (withdraw_appointment, "Withdrawn. Nothing changes."),
}


@traced("posts.listed")
@page(_APPOINT, methods=READ)
def posts(request: SchoolRequest) -> HttpResponse:
    """Who holds which post now and before, and what waits for a second person."""
    shown = open_posts(by=request.viewer)
    is_chair = Role.CHAIR_OF_GOVERNORS in request.viewer.roles
    return render(request, "schools/posts/list.html", {"shown": shown, "viewer_is_chair": is_chair})


@traced("people.searched", by=HANDING_OUT)
@page(_APPOINT, methods=("POST",))
def find(request: SchoolRequest) -> HttpResponse:
    """The rows of the type-ahead, among staff and governors."""
    return show_found(request, search_appointable(by=request.viewer, words=words_of(request)))


@traced("posts.listed", by=EITHER_WAY, writes=("post.given", "appointment.asked"))
@page(_APPOINT, fresh=True)
def give(request: SchoolRequest) -> HttpResponse:
    """Give a post, or ask that it be given where it takes two people."""
    viewer, words, picked = request.viewer, words_of(request), picked_of(request)
    held = open_current_terms(by=viewer)
    form = GivePostForm(request.POST or None, held=held, initial={"starts_on": timezone.localdate()})
    if request.POST.get("action") == "find":
        form = only_looking(form)
    elif request.method == "POST" and form.is_valid():
        if picked is None:
            form.add_error(None, "Find the person and choose them from the list.")
        elif _give(request, form, viewer, picked):
            return redirect("schools:posts")
    return show_form(
        request,
        form,
        template="schools/posts/give.html",
        find=words,
        found=lines_of(search_appointable(by=viewer, words=words) if words else ()),
        picked=str(picked or ""),
        from_list_only=True,
    )


def _give(request: SchoolRequest, form: GivePostForm, viewer: Viewer, person_id: UUID) -> bool:
    post, starts_on, ends_id = form.which, form.starts, form.ends_id
    try:
        if post in TWO_PERSON_POSTS:
            ask_to_appoint(by=viewer, person_id=person_id, post=post, starts_on=starts_on, ends_id=ends_id)
            messages.success(request, WAITS)
        else:
            give_post(by=viewer, person_id=person_id, post=post, starts_on=starts_on, ends_id=ends_id)
            messages.success(request, "Given. It counts from its first day on.")
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@traced("post.opened", writes=("post.ended", "appointment.asked"))
@page(_APPOINT, fresh=True)
def end(request: SchoolRequest, post_id: UUID) -> HttpResponse:
    """End somebody's time in a post, or ask that it be ended where it takes two people."""
    term = open_term(by=request.viewer, post_id=post_id)
    form = LastDayForm(request.POST or None, initial={"last_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            if term.takes_two:
                ask_to_end(by=request.viewer, post_id=post_id, last_day=form.day)
            else:
                end_post(by=request.viewer, post_id=post_id, last_day=form.day)
        except NotPossible as refusal:
            form.add_error("last_day", str(refusal))
        else:
            messages.success(request, WAITS if term.takes_two else "Saved. The post ends with that day.")
            return redirect("schools:posts")
    return show_form(
        request,
        form,
        title="Posts",
        heading="End a post",
        lede=f"{term.name}: {term.post_name}.",
        notice="This takes a second person: nothing changes until they agree." if term.takes_two else "",
        back_href=reverse("schools:posts"),
        back="Posts",
        button="Ask for it to be ended" if term.takes_two else "End the post",
    )


@traced(
    "appointment.opened",
    writes=("appointment.confirmed", "appointment.refused", "appointment.withdrawn", "log_in.revoked"),
)
@page(_APPOINT, fresh=True)
def appointment(request: SchoolRequest, appointment_id: UUID) -> HttpResponse:
    """What somebody asked for, for the second person to decide, or for the first one to take back."""
    if request.method == "POST":
        decision = DECISIONS.get(request.POST.get("action", ""))
        if decision is None:
            return redirect("schools:appointment", appointment_id)
        act, told = decision
        try:
            act(by=request.viewer, appointment_id=appointment_id)
        except NotPossible as refusal:
            messages.error(request, str(refusal))
            return redirect("schools:appointment", appointment_id)
        messages.success(request, told)
        return redirect("schools:posts")
    shown = open_appointment(by=request.viewer, appointment_id=appointment_id)
    context = {"shown": shown, "back_href": reverse("schools:posts"), "back": "Posts"}
    return render(request, "schools/posts/appointment.html", context)
