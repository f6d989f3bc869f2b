"""Where a campaign and its invitations stand, and when somebody is reminded. Duty A4 (CC 3.2, CM 3.3)."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

MAX_REMINDERS = 6
REMINDER_DAYS = (7, 14, 21)
LASTS_DAYS = 42


class CampaignState(StrEnum):
    """Prepared and looked at, open, or closed for good."""

    PREPARED = "prepared"
    OPEN = "open"
    CLOSED = "closed"


class InvitationState(StrEnum):
    """What became of asking one person."""

    WAITING = "waiting"
    QUEUED = "queued"
    NO_ADDRESS = "no_address"
    BOUNCED = "bounced"


CAMPAIGN_STATE_NAMES: dict[CampaignState, str] = {
    CampaignState.PREPARED: "not sent yet",
    CampaignState.OPEN: "open",
    CampaignState.CLOSED: "closed",
}
INVITATION_STATE_NAMES: dict[InvitationState, str] = {
    InvitationState.WAITING: "waiting to be sent",
    InvitationState.QUEUED: "sent",
    InvitationState.NO_ADDRESS: "no email address",
    InvitationState.BOUNCED: "did not arrive",
}


def tidy_days(days: Iterable[int]) -> tuple[int, ...]:
    """Reminder days in order, each once, none before the day after the invitation. Pure."""
    return tuple(sorted({each for each in days if each >= 1}))[:MAX_REMINDERS]


def is_reminder_due(
    *, invited_on: date, reminder_days: Iterable[int], reminded_count: int, ends_on: date, today: date
) -> bool:
    """Whether somebody who has not signed is reminded today. Days that were missed give one reminder, not several.

    Pure; raises nothing.
    """
    if today > ends_on:
        return False
    passed = sum(invited_on + timedelta(days=each) <= today for each in tidy_days(reminder_days))
    return passed > reminded_count


def reminders_passed(*, invited_on: date, reminder_days: Iterable[int], today: date) -> int:
    """How many reminders were due up to a day: what the count becomes once one of them is sent. Pure."""
    return sum(invited_on + timedelta(days=each) <= today for each in tidy_days(reminder_days))
