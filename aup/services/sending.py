"""Sending a campaign, batch by batch, and reminding: each step is one transaction and can be taken twice without harm.

An invitation is queued and marked as queued in the same transaction, so a worker that dies loses none and doubles none;
the sweep of every minute goes on where it ended. Duty A4 (CC 3.2, CM 3.3).
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from audit import services as audit
from aup.models import Campaign, Invitation
from aup.rules.campaigns import (
    BATCH_SIZE,
    MAILS_PER_MINUTE,
    CampaignState,
    InvitationState,
    is_reminder_due,
    reminders_passed,
)
from aup.selectors.campaigns import asked_in, counts_on, mailable, open_campaigns, waiting_campaigns
from dispatch import waking
from dispatch.models import Notice
from dispatch.notices import queue_notices
from dispatch.rules.notices import NoticeKind, NoticeState
from schools.wall import in_school

log = logging.getLogger(__name__)
SEND_TASK = "aup.tasks.send_campaign"
_KINDS = (NoticeKind.AGREEMENT_INVITATION.value, NoticeKind.AGREEMENT_REMINDER.value)
_MINUTE = timedelta(minutes=1)


def wake_campaign(school_id: UUID, campaign_id: UUID) -> bool:
    """Tell a worker that a campaign has been opened; False where the broker is away, and then the sweep finds it."""
    return waking.wake_for(SEND_TASK, school_id, campaign_id)


def send_campaign(
    *, school_id: UUID, campaign_id: UUID, clock: Callable[[], datetime] = timezone.now, limit: int = MAILS_PER_MINUTE
) -> int:
    """Queue the invitations of a campaign, as many as the minute allows; the sweep takes up the rest. Returns how many.

    Eight queries a batch, each batch a transaction of its own.
    """
    sent_count = 0
    while sent_count < limit:
        done_count = _send_batch(school_id, campaign_id, now=clock(), limit=min(BATCH_SIZE, limit - sent_count))
        if done_count == 0:
            break
        sent_count += done_count
    return sent_count


def sweep_school(
    *, school_id: UUID, clock: Callable[[], datetime] = timezone.now, limit: int = MAILS_PER_MINUTE
) -> int:
    """Mark what did not arrive, and go on with the campaigns that were left. Three queries where nothing waits."""
    with in_school(school_id):
        mark_bounced(school_id)
        waiting = waiting_campaigns(school_id, timezone.localdate(clock()))
    sent_count = 0
    for campaign_id in waiting:
        sent_count += send_campaign(school_id=school_id, campaign_id=campaign_id, clock=clock, limit=limit - sent_count)
    return sent_count


def remind_school(
    *, school_id: UUID, clock: Callable[[], datetime] = timezone.now, limit: int = MAILS_PER_MINUTE
) -> int:
    """Remind whoever is due to be, in every open campaign of a school. Three queries where nobody is."""
    with in_school(school_id):
        mark_bounced(school_id)
        campaigns = list(open_campaigns(school_id, timezone.localdate(clock())).order_by("opened_at"))
    sent_count = 0
    for each in campaigns:
        sent_count += remind_campaign(campaign=each, clock=clock, limit=limit - sent_count)
    return sent_count


def remind_campaign(
    *, campaign: Campaign, clock: Callable[[], datetime] = timezone.now, limit: int = MAILS_PER_MINUTE
) -> int:
    """Remind the people of one campaign who still have something to sign; returns how many mails were queued.

    Two queries where nobody is due; else ten, and some eight a batch. Reminders stop by themselves: whoever has
    signed, refused or left is not asked any more, and nothing goes out of a campaign that is closed or over.
    """
    today = timezone.localdate(clock())
    with in_school(campaign.school_id):
        if not _somebody_is_due(campaign, clock()):
            return 0
        asked = asked_in(campaign, counts_on(campaign, today))[2].keys()
        keys = [
            key
            for key, invited_at, count in _invited(campaign).values_list("pk", "invited_at", "reminded_count")
            if _is_due(campaign, invited_at, count, clock())
        ]
    sent_count = 0
    while keys and sent_count < limit:
        batch, keys = keys[:BATCH_SIZE], keys[BATCH_SIZE:]
        done_count = _remind_batch(campaign, batch, asked, now=clock(), limit=limit - sent_count)
        if done_count is None:
            break
        sent_count += done_count
    return sent_count


def mark_bounced(school_id: UUID) -> int:
    """Mark the invitations whose newest mail was given up: these people are asked on paper. One query."""
    failed = Notice.objects.filter(school_id=school_id, state=NoticeState.FAILED.value, kind__in=_KINDS)
    return Invitation.objects.filter(
        school_id=school_id, state=InvitationState.QUEUED.value, notice_id__in=failed.values("pk")
    ).update(state=InvitationState.BOUNCED.value)


def _send_batch(school_id: UUID, campaign_id: UUID, *, now: datetime, limit: int) -> int:
    """One batch; how many invitations were dealt with, 0 where there is nothing to do for now."""
    with in_school(school_id):
        limit = min(limit, _allowance(school_id))
        if limit <= 0:
            return 0
        rows = list(
            Invitation.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(
                school_id=school_id,
                campaign_id=campaign_id,
                campaign__state=CampaignState.OPEN.value,
                campaign__ends_on__gte=timezone.localdate(now),
                state=InvitationState.WAITING.value,
            )
            .select_related("person")[:limit]
        )
        queued = _queue(NoticeKind.AGREEMENT_INVITATION, school_id, rows)
        _those(school_id, queued).update(
            state=InvitationState.QUEUED.value, invited_at=now, notice_id=_notice_of(queued.values())
        )
        if len(queued) < len(rows):
            _those(school_id, [row.pk for row in rows if row.pk not in queued]).update(
                state=InvitationState.NO_ADDRESS.value, invited_at=None, notice_id=None
            )
        _record("campaign.queued", school_id, campaign_id, len(rows), now)
    return len(rows)


def _remind_batch(
    campaign: Campaign, keys: list[UUID], asked: Collection[UUID], *, now: datetime, limit: int
) -> int | None:
    """One batch of reminders; None where the minute's mails are used up or another worker is at it."""
    today = timezone.localdate(now)
    with in_school(campaign.school_id):
        limit = min(limit, _allowance(campaign.school_id))
        if limit <= 0:
            return None
        found = (
            _invited(campaign)
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk__in=keys, campaign__state=CampaignState.OPEN.value)
            .select_related("person")[:limit]
        )
        # Asked again under the lock: another worker may have reminded them meanwhile.
        rows = [row for row in found if _is_due(campaign, row.invited_at, row.reminded_count, now)]
        # Looked at: whoever has signed is not looked at again before the next day of reminders.
        looked_at: dict[int, list[UUID]] = defaultdict(list)
        for row in rows:
            assert row.invited_at is not None
            invited_on = timezone.localdate(row.invited_at)
            passed = reminders_passed(invited_on=invited_on, reminder_days=campaign.reminder_days, today=today)
            looked_at[passed].append(row.pk)
        for passed, row_ids in looked_at.items():
            _those(campaign.school_id, row_ids).update(reminded_count=passed)
        queued = _queue(
            NoticeKind.AGREEMENT_REMINDER, campaign.school_id, [row for row in rows if row.person_id in asked]
        )
        _those(campaign.school_id, queued).update(last_reminded_on=today, notice_id=_notice_of(queued.values()))
        _record("campaign.reminded", campaign.school_id, campaign.pk, len(queued), now)
    return len(queued)


def _queue(kind: NoticeKind, school_id: UUID, rows: Iterable[Invitation]) -> dict[UUID, UUID]:
    """The notice of each invitation whose person has an address that a mail can go to. One query."""
    to = [(address, row.pk) for row in rows if (address := mailable(row.person.email))]
    return dict(zip((row_id for _, row_id in to), queue_notices(kind.value, school_id=school_id, to=to), strict=True))


def _those(school_id: UUID, row_ids: Iterable[UUID]) -> QuerySet[Invitation]:
    return Invitation.objects.filter(school_id=school_id, pk__in=list(row_ids))


def _notice_of(notice_ids: Iterable[UUID]) -> Subquery:
    """Of these notices the one about an invitation."""
    return Subquery(Notice.objects.filter(pk__in=list(notice_ids), object_id=OuterRef("pk")).values("pk")[:1])


def _allowance(school_id: UUID) -> int:
    """How many more mails the school may queue in this minute; none while another worker is queueing its mails."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"aup sending {school_id}"])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        return 0
    # By the clock that notices are stamped with.
    since = timezone.now() - _MINUTE
    lately = Notice.objects.filter(school_id=school_id, created_at__gt=since, kind__in=_KINDS)
    return MAILS_PER_MINUTE - lately.count()


def _invited(campaign: Campaign) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        school_id=campaign.school_id,
        campaign=campaign,
        state=InvitationState.QUEUED.value,
        invited_at__isnull=False,
    )


def _somebody_is_due(campaign: Campaign, now: datetime) -> bool:
    waves = (
        _invited(campaign)
        .annotate(invited_on=TruncDate("invited_at"))
        .values_list("invited_on", "reminded_count")
        .annotate(how_many=Count("pk"))
    )
    return any(
        is_reminder_due(
            invited_on=invited_on,
            reminder_days=campaign.reminder_days,
            reminded_count=count,
            ends_on=campaign.ends_on,
            today=timezone.localdate(now),
        )
        for invited_on, count, _ in waves
    )


def _is_due(campaign: Campaign, invited_at: datetime | None, reminded_count: int, now: datetime) -> bool:
    return invited_at is not None and is_reminder_due(
        invited_on=timezone.localdate(invited_at),
        reminder_days=campaign.reminder_days,
        reminded_count=reminded_count,
        ends_on=campaign.ends_on,
        today=timezone.localdate(now),
    )


def _record(action: str, school_id: UUID, campaign_id: UUID, count: int, now: datetime) -> None:
    if count:
        audit.record(
            action,
            school_id=school_id,
            actor_id=None,
            object_type="campaign",
            object_id=campaign_id,
            detail={"mails": count},
            at=now,
        )
