"""Asking many people: campaigns from the plan to the close."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audit.traces import traced, untraced
from aup.forms.campaigns import CampaignForm
from aup.mails import sample
from aup.selectors.campaigns import campaign_choices, campaigns_page
from aup.services.campaigns import (
    NotOpened,
    ask_again,
    close_campaign,
    discard_campaign,
    make_campaign,
    open_campaign,
    read_campaign,
)
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import READ, page, show_form

_RUN = Permission.RUN_CAMPAIGNS
_POST = ("POST",)
_NOTHING_SHOWN = "nothing: the campaign's own page is shown next"


@untraced("what campaigns are called and how many are asked; nobody by name")
@page(_RUN, methods=READ)
def campaigns(request: SchoolRequest) -> HttpResponse:
    """The school's campaigns."""
    return render(request, "aup/campaigns/list.html", {"lines": campaigns_page(viewer=request.viewer)})


@untraced("an empty form with the names of the classes", writes=("campaign.made",))
@page(_RUN)
def campaign_new(request: SchoolRequest) -> HttpResponse:
    """Prepare a campaign; it is looked at before anything is sent."""
    typed = request.POST if request.method == "POST" else None
    form = CampaignForm(typed, choices=campaign_choices(viewer=request.viewer))
    if request.method == "POST" and form.is_valid():
        made = make_campaign(by=request.viewer, details=form.details)
        return redirect("aup:campaign", made.pk)
    return show_form(request, form, template="aup/campaigns/new.html")


@traced("campaign.read")
@page(_RUN, methods=READ)
def campaign(request: SchoolRequest, campaign_id: UUID) -> HttpResponse:
    """Before it is opened who would get what; afterwards how far it has come."""
    shown = read_campaign(by=request.viewer, campaign_id=campaign_id, group=request.GET.get("group", ""))
    text = sample(school_name=request.viewer.school_name, ends_on=shown.campaign.ends_on) if shown.is_prepared else ""
    return render(request, "aup/campaigns/campaign.html", {"shown": shown, "sample": text})


@untraced(_NOTHING_SHOWN, writes=("campaign.opened",))
@page(_RUN, methods=_POST)
def campaign_send(request: SchoolRequest, campaign_id: UUID) -> HttpResponse:
    """Send the invitations."""
    try:
        open_campaign(by=request.viewer, campaign_id=campaign_id)
    except NotOpened as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The invitations are on their way. This page shows how far they have come.")
    return redirect("aup:campaign", campaign_id)


@untraced(_NOTHING_SHOWN, writes=("campaign.asked_again",))
@page(_RUN, methods=_POST)
def campaign_again(request: SchoolRequest, campaign_id: UUID) -> HttpResponse:
    """Send to whoever has come since, and to new addresses."""
    try:
        count = ask_again(by=request.viewer, campaign_id=campaign_id)
    except NotOpened as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{count} more {'is' if count == 1 else 'are'} asked.")
    return redirect("aup:campaign", campaign_id)


@untraced(_NOTHING_SHOWN, writes=("campaign.closed",))
@page(_RUN, methods=_POST)
def campaign_close(request: SchoolRequest, campaign_id: UUID) -> HttpResponse:
    """End a campaign."""
    try:
        close_campaign(by=request.viewer, campaign_id=campaign_id)
    except NotOpened as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Closed. No mail of this campaign goes out any more.")
    return redirect("aup:campaign", campaign_id)


@untraced("nothing: the list of campaigns is shown next", writes=("campaign.discarded",))
@page(_RUN, methods=_POST)
def campaign_discard(request: SchoolRequest, campaign_id: UUID) -> HttpResponse:
    """Throw away a campaign that was never opened."""
    try:
        discard_campaign(by=request.viewer, campaign_id=campaign_id)
    except NotOpened as refusal:
        messages.error(request, str(refusal))
        return redirect("aup:campaign", campaign_id)
    messages.success(request, "Thrown away. Nothing was sent.")
    return redirect("aup:campaigns")
