"""Where a campaign and its invitations stand, and when somebody is reminded. Duty A4 (CC 3.2, CM 3.3)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from aup.rules.due import Due, Kind
from aup.rules.stages import COUNTS_FOR_NEXT_FROM_MONTH, YEAR_STARTS
from packs.schema import Signer

MAX_REMINDERS = 6
REMINDER_DAYS = (7, 14, 21)
LASTS_DAYS = 42
# What a school's mails about agreements may ask of the mail server, and how many are queued in one transaction.
MAILS_PER_MINUTE = 600
BATCH_SIZE = 50


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


class Progress(StrEnum):
    """How far one person who was asked has come."""

    WAITING = "waiting"
    SENT = "sent"
    OPENED = "opened"
    SIGNED = "signed"
    REFUSED = "refused"
    PAPER = "paper"
    NOT_NEEDED = "not_needed"


PROGRESS_NAMES: dict[Progress, str] = {
    Progress.WAITING: "waiting to be sent",
    Progress.SENT: "sent",
    Progress.OPENED: "link opened",
    Progress.SIGNED: "signed",
    Progress.REFUSED: "refused",
    Progress.PAPER: "to be asked on paper",
    Progress.NOT_NEEDED: "not needed any more",
}
OUTSTANDING = frozenset({Progress.WAITING, Progress.SENT, Progress.OPENED, Progress.PAPER})
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


def default_day(today: date) -> date:
    """The day for which signatures are asked unless somebody says another: in summer the new year's first. Pure."""
    starts = date(today.year, *YEAR_STARTS)
    is_summer = today.month >= COUNTS_FOR_NEXT_FROM_MONTH and today < starts
    return starts if is_summer else today


def is_asked_for(*, audience: Signer, version_audience: Signer | None, signer_id: UUID, about_id: UUID) -> bool:
    """Whether a campaign of this audience asks for such a signature: of parents for a child, of others for
    themselves. Pure."""
    if audience == "parent":
        return signer_id != about_id
    return signer_id == about_id and version_audience == audience


def asked_by(
    audience: Signer, due: Iterable[Due], audiences: Mapping[UUID, Signer], about: Collection[UUID] | None = None
) -> dict[UUID, tuple[Due, ...]]:
    """Who is asked in a campaign, each once, with what each is asked for. Duty A4 (CC 3.2, CM 3.3).

    ``audiences`` says for whom each version is; ``about`` narrows it to these children. What children acknowledge in
    class is not asked for by mail. Pure; raises nothing.
    """
    found: dict[UUID, list[Due]] = defaultdict(list)
    for each in due:
        if each.kind is not Kind.SIGNED or (about is not None and each.about_id not in about):
            continue
        version_audience = audiences.get(each.version_id)
        if is_asked_for(
            audience=audience, version_audience=version_audience, signer_id=each.signer_id, about_id=each.about_id
        ):
            found[each.signer_id].append(each)
    return {signer_id: tuple(each) for signer_id, each in found.items()}


def progress_of(
    state: InvitationState, *, is_asked: bool, has_opened: bool, has_signed: bool, has_refused: bool
) -> Progress:
    """How far somebody has come. Whoever has nothing left to sign has signed, refused, or is not needed. Pure."""
    if not is_asked:
        if has_refused:
            return Progress.REFUSED
        return Progress.SIGNED if has_signed else Progress.NOT_NEEDED
    if has_opened:
        return Progress.OPENED
    if state in {InvitationState.NO_ADDRESS, InvitationState.BOUNCED}:
        return Progress.PAPER
    return Progress.SENT if state is InvitationState.QUEUED else Progress.WAITING
