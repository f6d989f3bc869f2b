"""Sending a campaign and reminding: whatever breaks, everybody has one mail, and reminders end by themselves.

Duty A4 (CC 3.2, CM 3.3).
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from audit.models import Entry
from aup import tasks
from aup.models import Campaign, Invitation, SigningLink
from aup.selectors.standing import moment_of
from aup.services import sending
from aup.services.campaigns import close_campaign
from aup.services.signing import Intent, refuse
from dispatch import notice_delivery, transport, waking
from dispatch.links import hash_of
from dispatch.models import Notice
from dispatch.notices import NoLongerWanted, NoticeFacts, composer_of
from dispatch.rules.notices import NoticeKind
from dispatch.rules.outcomes import Accepted
from schools.models import Guardian, Person
from tests import factories
from tests.aup.asked import DAY, Asked, at, staff
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> Asked:
    return Asked()


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BATCH_SIZE", 2)


def send(campaign: Campaign, **said: Any) -> int:
    return sending.send_campaign(school_id=campaign.school_id, campaign_id=campaign.pk, **said)


def told(kind: str = "agreement_invitation") -> list[str]:
    """To whom mails of a kind were queued."""
    return sorted(Notice.objects.filter(kind=kind).values_list("to_address", flat=True))


def mail_of(notice: Notice) -> str:
    return notice_delivery._compose(facts_of(notice), now=timezone.now()).decode()


def facts_of(notice: Notice) -> NoticeFacts:
    return NoticeFacts(
        notice.pk, NoticeKind(notice.kind), notice.school_id, notice.to_address, notice.object_id, {}, None,
        notice.created_at,
    )  # fmt: skip


# --- sending ---------------------------------------------------------------------------------------------------------


def test_everybody_who_is_asked_has_one_mail(there: Asked) -> None:
    for number in range(5):
        there.family(number)
    there.family(5, email="")
    campaign = there.opened()
    assert send(campaign) == 5
    assert told() == [f"parent{letter}@example.org" for letter in "abcde"]
    rows = Invitation.objects.filter(state="queued")
    assert {row.notice_id for row in rows} == set(Notice.objects.values_list("pk", flat=True))
    assert all(row.invited_at is not None for row in rows)
    assert [each.detail for each in Entry.objects.filter(action="campaign.queued").order_by("at")] == [
        {"mails": 2},
        {"mails": 2},
        {"mails": 1},
    ]


def test_the_same_task_twice_sends_once(there: Asked) -> None:
    there.family(1)
    campaign = there.opened()
    for _ in range(3):
        tasks.send_campaign(str(campaign.school_id), str(campaign.pk))
    tasks.sweep_campaigns()
    assert len(told()) == 1


def test_a_worker_that_dies_between_two_batches(there: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        there.family(number)
    campaign = there.opened()
    die_at(monkeypatch, 3)
    with pytest.raises(tasks.TaskBroke):
        tasks.send_campaign(str(campaign.school_id), str(campaign.pk))
    assert len(told()) == 2, "the batch that it died in is as if it had never been begun"
    assert Invitation.objects.filter(state="queued").count() == 2
    monkeypatch.undo()
    tasks.sweep_campaigns()
    assert told() == [f"parent{letter}@example.org" for letter in "abcde"]


def die_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """What the so manieth mail is queued with comes to nothing."""
    really, seen = sending.queue_notices, []

    def queue(*args: Any, **said: Any) -> list[UUID]:
        made = really(*args, **said)
        seen.extend(made)
        if len(seen) >= number:
            raise ConnectionError("gone")
        return made

    monkeypatch.setattr(sending, "queue_notices", queue)


def test_no_more_than_a_minute_allows(there: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "MAILS_PER_MINUTE", 3)
    for number in range(7):
        there.family(number)
    campaign = there.opened()
    assert send(campaign) == 3
    assert send(campaign) == 0
    for expected in (3, 1, 0):
        a_minute_passes()
        assert sending.sweep_school(school_id=campaign.school_id) == expected
    assert len(told()) == 7


def a_minute_passes() -> None:
    Notice.objects.update(created_at=timezone.now() - timedelta(seconds=61))


def test_all_schools_share_the_sweep(there: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "MAILS_PER_MINUTE", 3)
    other = Asked(factories.school("Hillside"))
    for number in range(2):
        there.family(number)
        other.family(number)
    there.opened()
    other.opened()
    tasks.sweep_campaigns()
    assert len(told()) == 3


def test_a_school_that_fails_keeps_no_other_from_it(there: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Asked(factories.school("A first school"))
    there.family(1)
    there.opened()
    really = sending.sweep_school

    def sweep(*, school_id: Any, limit: int) -> int:
        if school_id == first.school.pk:
            raise LookupError("Sam Reed")
        return really(school_id=school_id, limit=limit)

    monkeypatch.setattr(sending, "sweep_school", sweep)
    with pytest.raises(tasks.NotSwept) as broken:
        tasks.sweep_campaigns()
    assert "Sam" not in str(broken.value)
    assert len(told()) == 1


def test_an_address_that_was_taken_off_meanwhile(there: Asked) -> None:
    parent, _ = there.family(1)
    campaign = there.opened()
    Person.objects.filter(pk=parent.pk).update(email="")
    send(campaign)
    assert told() == []
    assert Invitation.objects.get().state == "no_address"


def test_nothing_is_sent_of_what_is_closed_or_over(there: Asked) -> None:
    there.family(1)
    closed, over = there.opened(), there.opened()
    close_campaign(by=there.by, campaign_id=closed.pk)
    send(closed)
    send(over, clock=lambda: timezone.now() + 50 * DAY)
    assert told() == []


def test_a_worker_is_woken_with_ids_alone(
    there: Asked, monkeypatch: pytest.MonkeyPatch, settings: Any, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(waking, "_call", lambda *said: bool(calls.append(said)))
    there.family(1)
    with django_capture_on_commit_callbacks(execute=True):
        campaign = there.opened()
    assert calls == [("aup.tasks.send_campaign", str(there.school.pk), str(campaign.pk))]


def test_a_sweep_where_nothing_waits_is_cheap(there: Asked) -> None:
    with queries_at_most(4):
        assert sending.sweep_school(school_id=there.school.pk) == 0


def test_a_batch_costs_the_same_however_many_are_in_it(there: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BATCH_SIZE", 50)
    for number in range(7):
        there.family(number)
    campaign = there.opened(reminder_days=(1,))
    # Where one is, whose turn it is, what the minute allows, who, the notices, the rows, the trail, and back; then
    # that nobody is left.
    with queries_at_most(8 + 5):
        assert send(campaign) == 7
    a_minute_passes()
    # Before that what came back, which campaigns, who is due at all, and everything about everybody.
    with queries_at_most(3 + 12 + 10):
        assert sending.remind_school(school_id=there.school.pk, clock=lambda: timezone.now() + DAY) == 7


def test_the_notice_of_each_is_its_own(there: Asked) -> None:
    families = [there.family(number) for number in range(3)]
    send(there.opened())
    said = dict(Notice.objects.values_list("pk", "to_address"))
    for parent, _ in families:
        row = Invitation.objects.get(person=parent)
        assert row.notice_id is not None
        assert said[row.notice_id] == parent.email


def test_a_mail_costs_fourteen_queries_from_end_to_end(there: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*, before_content: Callable[[], None], **_: Any) -> Accepted:
        before_content()
        return Accepted()

    there.family(1)
    send(there.opened())
    notice = Notice.objects.get()
    monkeypatch.setattr(transport, "hand_over", taken)
    # And four to be where one was, in the transaction of this test.
    with queries_at_most(14 + 4):
        state = notice_delivery.deliver_notice(school_id=there.school.pk, notice_id=notice.pk)
    assert state == "accepted"


# --- what came back --------------------------------------------------------------------------------------------------


def test_a_mail_that_was_refused_is_marked_and_not_reminded_of(there: Asked) -> None:
    there.family(1)
    there.family(2)
    campaign = there.opened()
    send(campaign)
    Notice.objects.filter(to_address="parentb@example.org").update(state="failed", problem="address_refused")
    tasks.sweep_campaigns()
    states = dict(Invitation.objects.values_list("person__given_name", "state"))
    assert states == {"ParentB": "bounced", "ParentC": "queued"}
    in_a_week = timezone.now() + 7 * DAY
    sending.remind_school(school_id=there.school.pk, clock=lambda: in_a_week)
    assert told("agreement_reminder") == ["parentc@example.org"]


# --- reminding -------------------------------------------------------------------------------------------------------


def remind_on(campaign: Campaign, moment: datetime) -> int:
    done = sending.remind_school(school_id=campaign.school_id, clock=lambda: moment)
    a_minute_passes()
    return done


def test_reminders_over_the_days_of_a_campaign(there: Asked) -> None:
    families = [there.family(number) for number in range(4)]
    campaign = there.opened(reminder_days=(2, 4, 6), ends_on=timezone.localdate() + 5 * DAY)
    send(campaign)
    start = timezone.localdate()
    sent = {}
    for number in range(9):
        if number == 3:
            factories.signature(there.version, *families[0])
            refuse(
                by=factories.signer(families[1][0]),
                intent=Intent(there.version.pk, families[1][1].pk, "ParentB Olorun"),
            )
            families[2][1].pupil.left_on = start
            families[2][1].pupil.save()
        moment = at(start + number * DAY, 10)
        sent[number] = remind_on(campaign, moment), remind_on(campaign, moment + timedelta(hours=1))
    assert {number: each for number, each in sent.items() if any(each)} == {2: (4, 0), 4: (1, 0)}
    row = Invitation.objects.get(person=families[3][0])
    assert (row.reminded_count, row.last_reminded_on) == (2, start + 4 * DAY)


def test_days_that_were_missed_give_one_reminder(there: Asked) -> None:
    there.family(1)
    campaign = there.opened(reminder_days=(1, 2, 3))
    send(campaign)
    assert remind_on(campaign, timezone.now() + 10 * DAY) == 1
    assert remind_on(campaign, timezone.now() + 11 * DAY) == 0


def test_reminders_stop_with_the_campaign(there: Asked) -> None:
    there.family(1)
    campaign = there.opened(reminder_days=(1,))
    send(campaign)
    close_campaign(by=there.by, campaign_id=campaign.pk)
    assert remind_on(campaign, timezone.now() + DAY) == 0


def test_reminders_are_shared_out_over_the_minutes(there: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        there.family(number)
    campaign = there.opened(reminder_days=(1,))
    send(campaign)
    a_minute_passes()
    monkeypatch.setattr(sending, "MAILS_PER_MINUTE", 3)
    moment = timezone.now() + DAY
    assert [remind_on(campaign, moment + timedelta(minutes=each)) for each in range(3)] == [3, 2, 0]
    assert len(set(told("agreement_reminder"))) == 5


def test_the_daily_task_reminds(there: Asked) -> None:
    there.family(1)
    campaign = there.opened(reminder_days=(1,))
    send(campaign)
    tasks.remind()
    assert told("agreement_reminder") == []
    Invitation.objects.update(invited_at=timezone.now() - 2 * DAY)
    tasks.remind()
    tasks.remind()
    assert len(told("agreement_reminder")) == 1


# --- what the mails say ----------------------------------------------------------------------------------------------


def test_a_mail_holds_a_link_of_its_own_and_no_name(there: Asked) -> None:
    parent, _ = there.family(1)
    campaign = there.opened()
    send(campaign)
    notice = Notice.objects.get()
    # Where one is, the school, the invitation, everything about its person, and the link; and back.
    with queries_at_most(6):
        text = mail_of(notice)
    [token] = re.findall(r"/sign/([^/\s]+)/", text.replace("=\n", ""))
    link = SigningLink.objects.get()
    assert bytes(link.token_hash) == hash_of(token)
    assert (link.person_id, link.invitation_id) == (parent.pk, notice.object_id)
    assert link.expires_at == moment_of(campaign.ends_on)
    assert "Subject: Please read and sign" in text
    for word in ("ParentB", "ChildB", "Olorun", "All of them"):
        assert word not in text
    # The same again, as after a lost connection: another link, to the same invitation.
    mail_of(notice)
    assert SigningLink.objects.count() == 2


def test_whoever_has_signed_meanwhile_gets_no_mail(there: Asked) -> None:
    parent, child = there.family(1)
    send(there.opened())
    factories.signature(there.version, parent, child)
    with pytest.raises(NoLongerWanted):
        mail_of(Notice.objects.get())
    assert not SigningLink.objects.exists()


def test_what_else_somebody_has_to_sign_is_not_asked_for_by_this_campaign(there: Asked) -> None:
    factories.published(there.school, "staff")
    mei, child = staff(there.school, "Mei Hart"), factories.pupil(there.school, "Sam Hart")
    factories.parent_of(child, mei)
    send(there.opened())
    factories.signature(there.version, mei, child)
    with pytest.raises(NoLongerWanted):
        mail_of(Notice.objects.get())


@pytest.mark.parametrize("what", ["closed", "over", "left", "barred", "gone"])
def test_a_mail_that_waited_too_long_is_dropped(there: Asked, what: str) -> None:
    parent, child = there.family(1)
    campaign = there.opened()
    send(campaign)
    notice = Notice.objects.get()
    if what == "closed":
        close_campaign(by=there.by, campaign_id=campaign.pk)
    elif what == "over":
        Campaign.objects.update(ends_on=timezone.localdate() - DAY)
    elif what == "left":
        child.pupil.left_on = timezone.localdate() - DAY
        child.pupil.save()
    elif what == "barred":
        Guardian.objects.filter(child=child, guardian=parent).update(is_barred=True)
    else:
        notice.object_id = there.school.pk
    with pytest.raises(NoLongerWanted):
        mail_of(notice)


@pytest.mark.parametrize("kind", ["agreement_link", "agreement_signed"])
def test_a_link_of_ones_own_is_for_a_person_who_is_there(there: Asked, kind: str) -> None:
    parent, child = there.family(1)
    composer = composer_of(NoticeKind(kind))
    assert composer is not None

    def facts(object_id: Any, school_id: Any = there.school.pk) -> NoticeFacts:
        return NoticeFacts(
            there.jo.pk, NoticeKind(kind), school_id, "a@example.org", object_id, {}, None, timezone.now()
        )

    said = composer(facts(parent.pk))
    assert str(said["link"]).startswith("http://127.0.0.1:8000/sign/")
    for stranger in (facts(there.school.pk), facts(None), facts(parent.pk, None)):
        with pytest.raises(NoLongerWanted):
            composer(stranger)
    Guardian.objects.filter(child=child, guardian=parent).update(is_barred=True)
    with pytest.raises(NoLongerWanted):
        composer(facts(parent.pk))
