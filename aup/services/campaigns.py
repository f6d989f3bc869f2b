"""Campaigns from first to last: made, looked at, opened, asked again, closed. Duty A4 (CC 3.2, CM 3.3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from aup.models import Campaign, Invitation
from aup.rules.campaigns import CampaignState, InvitationState, tidy_days
from aup.selectors.campaigns import (
    PAPER_STATES,
    CampaignPage,
    asked_in,
    campaign_page,
    counts_on,
    mailable,
    to_ask_again,
)
from aup.services.sending import wake_campaign
from packs.schema import Signer
from schools.models import Person
from schools.roles import Permission
from schools.viewer import Viewer


class NotOpened(ValueError):
    """A campaign was not opened, closed or thrown away. The words say what to do."""


class NobodyToAsk(NotOpened):
    """Everybody has signed, or nobody is in it."""

    def __init__(self) -> None:
        super().__init__("Nobody has anything to sign on that day, so there is nothing to send.")


class PassedAlready(NotOpened):
    """Its last day was before today."""

    def __init__(self) -> None:
        super().__init__("The last day of this campaign has passed. Prepare a new one.")


class NotInThatState(NotOpened):
    """Somebody else has opened or closed it meanwhile."""

    def __init__(self) -> None:
        super().__init__("Somebody has done this already, or the campaign is closed. Look at how it stands now.")


@dataclass(frozen=True, slots=True)
class CampaignDetails:
    """What is said of a new campaign."""

    name: str
    audience: Signer
    class_names: tuple[str, ...]
    for_day: date
    reminder_days: tuple[int, ...]
    ends_on: date


def make_campaign(*, by: Viewer, details: CampaignDetails, now: datetime | None = None) -> Campaign:
    """Prepare a campaign; nothing is sent yet. Two queries. Duty A4. Raises NotAllowed."""
    by.must(Permission.RUN_CAMPAIGNS)
    with transaction.atomic():
        row = Campaign.objects.create(
            school_id=by.school_id,
            name=details.name,
            audience=details.audience,
            class_names=list(details.class_names),
            for_day=details.for_day,
            reminder_days=list(tidy_days(details.reminder_days)),
            ends_on=details.ends_on,
            made_at=now or timezone.now(),
            made_by_id=by.person_id,
        )
        _record(by, "campaign.made", row.pk, {"audience": details.audience})
        return row


def read_campaign(*, by: Viewer, campaign_id: UUID, group: str = "") -> CampaignPage:
    """A campaign with the people in it. Fifteen queries. Raises NotAllowed, Campaign.DoesNotExist."""
    with transaction.atomic():
        page = campaign_page(viewer=by, campaign_id=campaign_id, group=group)
        _record(by, "campaign.read", campaign_id)
    return page


def open_campaign(*, by: Viewer, campaign_id: UUID, now: datetime | None = None) -> Campaign:
    """Ask everybody who has something to sign: one invitation a person, and a worker begins to send. Duty A4.

    Fourteen queries. Raises NotAllowed, Campaign.DoesNotExist, NotInThatState, PassedAlready, NobodyToAsk.
    """
    by.must(Permission.RUN_CAMPAIGNS)
    now = now or timezone.now()
    today = timezone.localdate(now)
    with transaction.atomic():
        row = _locked(by, campaign_id, CampaignState.PREPARED)
        if row.ends_on < today:
            raise PassedAlready
        asked = asked_in(row, counts_on(row, today))[2]
        if not asked:
            raise NobodyToAsk
        without = _invite(row, asked)
        row.state, row.opened_at = CampaignState.OPEN.value, now
        row.save(update_fields=["state", "opened_at"])
        _record(by, "campaign.opened", row.pk, {"asked": len(asked), "without_address": without})
        transaction.on_commit(partial(wake_campaign, by.school_id, row.pk), robust=True)
        return row


def ask_again(*, by: Viewer, campaign_id: UUID, now: datetime | None = None) -> int:
    """Ask whoever has come since, and those who have a new address after a mail came back or there was none.

    Sixteen queries; how many are asked. Raises NotAllowed, Campaign.DoesNotExist, NotInThatState.
    """
    by.must(Permission.RUN_CAMPAIGNS)
    today = timezone.localdate(now or timezone.now())
    with transaction.atomic():
        row = _locked(by, campaign_id, CampaignState.OPEN)
        asked = asked_in(row, counts_on(row, today))[2]
        rows = {each.person_id: each for each in Invitation.objects.filter(school_id=by.school_id, campaign=row)}
        addresses = dict(Person.objects.filter(school_id=by.school_id, pk__in=list(asked)).values_list("pk", "email"))
        newcomers, again = to_ask_again(by.school_id, asked, rows, addresses)
        _invite(row, newcomers)
        Invitation.objects.filter(
            school_id=by.school_id, campaign=row, person_id__in=again, state__in=PAPER_STATES
        ).update(state=InvitationState.WAITING.value, reminded_count=0)
        count = len(newcomers) + len(again)
        _record(by, "campaign.asked_again", row.pk, {"asked": count})
        transaction.on_commit(partial(wake_campaign, by.school_id, row.pk), robust=True)
    return count


def close_campaign(*, by: Viewer, campaign_id: UUID, now: datetime | None = None) -> None:
    """End a campaign: no mail of it goes out any more, also none that is queued. Links stay good until their day.

    Three queries. Raises NotAllowed, Campaign.DoesNotExist, NotInThatState.
    """
    by.must(Permission.RUN_CAMPAIGNS)
    with transaction.atomic():
        row = _locked(by, campaign_id, CampaignState.OPEN)
        row.state, row.closed_at = CampaignState.CLOSED.value, now or timezone.now()
        row.save(update_fields=["state", "closed_at"])
        _record(by, "campaign.closed", row.pk)


def discard_campaign(*, by: Viewer, campaign_id: UUID) -> None:
    """Throw away a campaign that was never opened. Three queries.

    Raises NotAllowed, Campaign.DoesNotExist, NotInThatState.
    """
    by.must(Permission.RUN_CAMPAIGNS)
    with transaction.atomic():
        row = _locked(by, campaign_id, CampaignState.PREPARED)
        _record(by, "campaign.discarded", row.pk)
        row.delete()


def _invite(row: Campaign, person_ids: Collection[UUID]) -> int:
    """One invitation a person; returns how many have no address. Two queries."""
    addresses = dict(Person.objects.filter(school_id=row.school_id, pk__in=list(person_ids)).values_list("pk", "email"))
    states = {
        key: InvitationState.WAITING if mailable(address) else InvitationState.NO_ADDRESS
        for key, address in addresses.items()
    }
    Invitation.objects.bulk_create(
        [
            Invitation(school_id=row.school_id, campaign=row, person_id=key, state=state.value)
            for key, state in states.items()
        ],
        batch_size=1_000,
    )
    return sum(1 for state in states.values() if state is InvitationState.NO_ADDRESS)


def _locked(by: Viewer, campaign_id: UUID, state: CampaignState) -> Campaign:
    row = Campaign.objects.select_for_update(no_key=True).get(school_id=by.school_id, pk=campaign_id)
    if row.state != state:
        raise NotInThatState
    return row


def _record(by: Viewer, action: str, campaign_id: UUID, detail: dict[str, str | int] | None = None) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="campaign",
        object_id=campaign_id,
        detail=detail or {},
    )
