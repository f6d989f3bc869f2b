"""A lost phone, or a log-in that nobody uses: what somebody logs in with is taken away."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from audit.traces import traced
from schools.forms.people import RenewForm, SureForm
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.services.appointing import ask_to_renew
from schools.services.problems import NotPossible
from schools.services.reading import open_name, open_term
from schools.services.renewing import close_log_in, renew_log_in
from schools.views.guard import page, show_form
from schools.views.posts import WAITS

_TAKEN = "It logs them out everywhere and takes password, second step and recovery codes."
_ACTS = {
    "renew": (renew_log_in, "Done. They are logged out everywhere, and a link to begin anew was sent to them."),
    "close": (close_log_in, "Closed. Nobody logs in with it until a link is sent from here."),
}


@traced("people.page_opened", writes=("people.log_in_renewed", "people.log_in_closed", "log_in.revoked"))
@page(Permission.MANAGE_PEOPLE, fresh=True)
def renew(request: SchoolRequest, person_id: UUID) -> HttpResponse:
    """Let a log-in begin anew, or close it: by one person, for whoever holds no post that takes two."""
    name = open_name(by=request.viewer, person_id=person_id)
    form = RenewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act, told = _ACTS[form.cleaned_data["then"]]
        try:
            act(by=request.viewer, person_id=person_id)
        except NotPossible as refusal:
            form.add_error("then", str(refusal))
        else:
            messages.success(request, told)
            return redirect("schools:person", person_id)
    return show_form(
        request,
        form,
        title="People",
        heading="Take the log-in away",
        lede=name,
        notice=f"{_TAKEN} Roles and posts stay.",
        notice_kind="clock",
        back_href=reverse("schools:person", args=[person_id]),
        back=name,
        button="Take it away",
        button_kind="alarm",
    )


@traced("post.opened", writes=("appointment.asked",))
@page(Permission.APPOINT, fresh=True)
def ask(request: SchoolRequest, post_id: UUID) -> HttpResponse:
    """Ask for the same for whoever holds a post that takes two people."""
    term = open_term(by=request.viewer, post_id=post_id)
    if not term.takes_two:
        raise Http404
    form = SureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_to_renew(by=request.viewer, post_id=post_id)
        except NotPossible as refusal:
            form.add_error("sure", str(refusal))
        else:
            messages.success(request, WAITS)
            return redirect("schools:posts")
    return show_form(
        request,
        form,
        title="Posts",
        heading="Let a log-in begin anew",
        lede=f"{term.name}: {term.post_name}.",
        notice=f"As after a lost phone. {_TAKEN} Then a link is sent to the address they log in with. "
        "This takes a second person: nothing changes until they agree.",
        back_href=reverse("schools:posts"),
        back="Posts",
        button="Ask for it",
    )
