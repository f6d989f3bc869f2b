"""The rows of the table of routes, and the requests that leave a trace.

Campaigns, who is outstanding, who has no access yet, coverage.
"""

from typing import Any

from django.utils import timezone

from aup.models import Campaign
from aup.services.campaigns import CampaignDetails, make_campaign, open_campaign
from schools.roles import Role
from tests import factories
from tests.access.scene import Ask, Example, World

ROWS = """
aup:campaigns               |               | campaigner/403 200                        | 405
aup:campaign_new            |               | campaigner/403 200                        | campaigner/403 422
aup:campaign                | campaign      | campaigner/403 -other_coordinator/404 200 | 405
aup:campaign_send           | campaign      | 405                  | campaigner/403 -other_coordinator/404 302
aup:campaign_again          | open campaign | 405                  | campaigner/403 -other_coordinator/404 302
aup:campaign_close          | open campaign | 405                  | campaigner/403 -other_coordinator/404 302
aup:campaign_discard        | campaign      | 405                  | campaigner/403 -other_coordinator/404 302
aup:outstanding             |               | staff_member/403 200                      | 405
aup:no_access               |               | no_access_reader/403 200                  | 405
aup:no_access_export        |               | 405                                       | no_access_reader/403 302
aup:coverage                |               | coverage_reader/403 200                   | 405
"""


def day(name: str) -> dict[str, Any]:
    """The three fields of today."""
    on = timezone.localdate()
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


def prepared(world: World) -> Campaign:
    """A campaign that asks the staff, of whom one is there to be asked."""
    assert world.teacher
    factories.published(world.school, "staff")
    today = timezone.localdate()
    details = CampaignDetails("All of them", "staff", (), today, (7,), today)
    return make_campaign(by=world.by, details=details)


def opened(world: World) -> Campaign:
    """The same, opened."""
    return open_campaign(by=world.by, campaign_id=prepared(world).pk)


def new(world: World) -> Ask:
    """A campaign is prepared."""
    said = {"name": "All of them", "audience": "staff", "reminder_days": "7", **day("for_day"), **day("ends_on")}
    return Ask(world.jo, "aup:campaign_new", data=said)


def with_somebody(world: World) -> Ask:
    """A visitor who has not signed is on the list that is taken out."""
    factories.published(world.school, "visitor")
    factories.person(world.school, "Vic Lane", Role.VISITOR)
    return Ask(world.jo, "aup:no_access_export", data={"format": "csv"})


READS: dict[str, Example] = {
    "aup:campaign": lambda world: Ask(world.jo, "aup:campaign", [prepared(world).pk]),
    "aup:outstanding": lambda world: Ask(world.teacher, "aup:outstanding"),
    "aup:no_access": lambda world: Ask(world.jo, "aup:no_access"),
    "aup:no_access_export": with_somebody,
}
WRITES: dict[tuple[str, str], Example] = {
    ("aup:campaign_new", "campaign.made"): new,
    ("aup:campaign_send", "campaign.opened"): lambda w: Ask(w.jo, "aup:campaign_send", [prepared(w).pk], {}),
    ("aup:campaign_again", "campaign.asked_again"): lambda w: Ask(w.jo, "aup:campaign_again", [opened(w).pk], {}),
    ("aup:campaign_close", "campaign.closed"): lambda w: Ask(w.jo, "aup:campaign_close", [opened(w).pk], {}),
    ("aup:campaign_discard", "campaign.discarded"): lambda w: Ask(w.jo, "aup:campaign_discard", [prepared(w).pk], {}),
}
CHANGE_NOTHING: dict[str, str] = {}
