"""Campaigns, who is outstanding, who has no access yet, coverage."""

from django.urls import URLPattern, path

from aup.views import campaigns, coverage, outstanding

_CAMPAIGNS = "agreements/campaigns/"
_CAMPAIGN = f"{_CAMPAIGNS}<uuid:campaign_id>/"

patterns: list[URLPattern] = [
    path(_CAMPAIGNS, campaigns.campaigns, name="campaigns"),
    path(f"{_CAMPAIGNS}new/", campaigns.campaign_new, name="campaign_new"),
    path(_CAMPAIGN, campaigns.campaign, name="campaign"),
    path(f"{_CAMPAIGN}send/", campaigns.campaign_send, name="campaign_send"),
    path(f"{_CAMPAIGN}again/", campaigns.campaign_again, name="campaign_again"),
    path(f"{_CAMPAIGN}close/", campaigns.campaign_close, name="campaign_close"),
    path(f"{_CAMPAIGN}discard/", campaigns.campaign_discard, name="campaign_discard"),
    path("agreements/outstanding/", outstanding.outstanding, name="outstanding"),
    path("agreements/no-access/", outstanding.no_access, name="no_access"),
    path("agreements/no-access/export/", outstanding.no_access_export, name="no_access_export"),
    path("agreements/coverage/", coverage.coverage, name="coverage"),
]
