"""Campaigns: who is asked, once a person; what is shown before and afterwards; who may. Duty A4 (CC 3.2, CM 3.3)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from aup.models import Campaign, Invitation, SigningLink
from aup.rules.campaigns import (
    CampaignState,
    is_reminder_due,
    reminders_passed,
    tidy_days,
)
from aup.selectors.campaigns import OVER, campaign_page, campaigns_page
from aup.services.campaigns import (
    NobodyToAsk,
    NotInThatState,
    PassedAlready,
    ask_again,
    close_campaign,
    discard_campaign,
    open_campaign,
)
from aup.services.signing import Intent, refuse
from dispatch.models import Notice
from schools.models import Person
from schools.roles import Role
from schools.viewer import NotAllowed
from tests import factories
from tests.access.examples_of_people import day
from tests.aup.asked import DAY, Asked, staff
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> Asked:
    return Asked()


def invited(campaign: Campaign) -> dict[str, str]:
    return dict(Invitation.objects.filter(campaign=campaign).values_list("person__given_name", "state"))


# --- who is asked ----------------------------------------------------------------------------------------------------


def test_a_parent_of_three_is_asked_once(there: Asked) -> None:
    children = [
        factories.pupil(there.school, f"{name} Reed", class_name=c) for name, c in zip("ABC", "123", strict=True)
    ]
    there.parent("Grace Reed", *children)
    campaign = there.campaign()
    page = campaign_page(viewer=there.by, campaign_id=campaign.pk)
    assert (page.asked_count, page.mail_count, page.amounts) == (1, 1, ((3, 1),))
    assert page.group_counts == (("1", 1), ("2", 1), ("3", 1))
    open_campaign(by=there.by, campaign_id=campaign.pk)
    assert invited(campaign) == {"Grace": "waiting"}


def test_who_is_not_asked(there: Asked) -> None:
    signer, child = there.family(1)
    factories.signature(there.version, signer, child)
    _, other = there.family(2)
    barred, without = there.parent("Barred One"), there.parent("Without One")
    factories.parent_of(other, barred, is_barred=True)
    factories.parent_of(other, without, has_parental_responsibility=False)
    _, leaver = there.family(3)
    leaver.pupil.left_on = timezone.localdate() - DAY
    leaver.pupil.save()
    staff(there.school, "Mei Hart")
    assert invited(there.opened()) == {"ParentC": "waiting"}


def test_a_campaign_of_one_class(there: Asked) -> None:
    there.family(1, class_name="5A")
    there.family(2, class_name="5B")
    campaign = there.opened("parent", "5B")
    assert invited(campaign) == {"ParentC": "waiting"}


def test_staff_are_asked_for_their_own_alone(there: Asked) -> None:
    factories.published(there.school, "staff")
    mei = staff(there.school, "Mei Hart")
    child = factories.pupil(there.school, "Sam Hart")
    factories.parent_of(child, mei)
    assert set(invited(there.opened("staff"))) == {"Jo", "Mei"}
    assert set(invited(there.opened("parent"))) == {"Mei"}
    with pytest.raises(NobodyToAsk):
        there.opened("visitor")


def test_children_who_acknowledge_in_class_get_no_mail(there: Asked) -> None:
    factories.published(there.school, "pupil_ks2")
    there.family(1)
    with pytest.raises(NobodyToAsk):
        there.opened("pupil")
    page = campaign_page(viewer=there.by, campaign_id=there.campaign().pk)
    assert page.amounts == ((2, 1),), "the parent signs the pupils' agreement and their own"


def test_older_pupils_are_asked_themselves(there: Asked) -> None:
    factories.published(there.school, "pupil_secondary")
    _, child = there.family(1, class_name="10C")
    child.pupil.year_group = "Year 10"
    child.pupil.save()
    assert invited(there.opened("pupil")) == {"ChildB": "no_address"}


def test_who_has_no_address_is_listed_for_paper(there: Asked) -> None:
    there.family(1)
    there.family(2, email="")
    there.family(3, class_name="6A", email="two@example.org,three@example.org")
    campaign = there.campaign()
    page = campaign_page(viewer=there.by, campaign_id=campaign.pk)
    assert [(each.name, [line.name for line in each.lines]) for each in page.no_address] == [
        ("5B", ["ParentC Olorun"]),
        ("6A", ["ParentD Olorun"]),
    ]
    assert (page.asked_count, page.mail_count) == (3, 1)
    open_campaign(by=there.by, campaign_id=campaign.pk)
    assert sorted(invited(campaign).values()) == ["no_address", "no_address", "waiting"]


def test_signatures_for_a_later_year_are_asked_of_who_has_signed_this_year(there: Asked) -> None:
    signer, child = there.family(1)
    factories.signature(there.version, signer, child)
    row = there.campaign(for_day=timezone.localdate() + 400 * DAY)
    assert campaign_page(viewer=there.by, campaign_id=row.pk).asked_count == 1


# --- its states ------------------------------------------------------------------------------------------------------


def test_it_is_opened_once_and_closed_once(there: Asked) -> None:
    there.family(1)
    campaign = there.opened()
    with pytest.raises(NotInThatState):
        open_campaign(by=there.by, campaign_id=campaign.pk)
    with pytest.raises(NotInThatState):
        discard_campaign(by=there.by, campaign_id=campaign.pk)
    close_campaign(by=there.by, campaign_id=campaign.pk)
    with pytest.raises(NotInThatState):
        close_campaign(by=there.by, campaign_id=campaign.pk)
    with pytest.raises(NotInThatState):
        ask_again(by=there.by, campaign_id=campaign.pk)
    entries = Entry.objects.filter(object_id=campaign.pk).order_by("at")
    assert [each.action for each in entries] == ["campaign.made", "campaign.opened", "campaign.closed"]
    assert entries[1].detail == {"asked": 1, "without_address": 0}


def test_one_that_is_over_is_not_opened(there: Asked) -> None:
    there.family(1)
    campaign = there.campaign(ends_on=timezone.localdate() - DAY)
    with pytest.raises(PassedAlready):
        open_campaign(by=there.by, campaign_id=campaign.pk)
    discard_campaign(by=there.by, campaign_id=campaign.pk)
    assert not Campaign.objects.exists()


def test_who_comes_later_and_who_has_a_new_address_can_be_asked_too(there: Asked) -> None:
    away, _ = there.family(1, email="")
    there.family(2)
    campaign = there.opened()
    failed = Notice.objects.create(
        school_id=there.school.pk,
        kind="agreement_invitation",
        to_address="parentc@example.org",
        state="failed",
        next_attempt_at=timezone.now(),
        created_at=timezone.now(),
    )
    Invitation.objects.filter(person__given_name="ParentC").update(
        state="bounced", notice_id=failed.pk, reminded_count=2
    )
    assert campaign_page(viewer=there.by, campaign_id=campaign.pk).again_count == 0
    there.family(3)
    Person.objects.filter(pk=away.pk).update(email="found@example.org")
    Person.objects.filter(given_name="ParentC").update(email="right@example.org")
    assert campaign_page(viewer=there.by, campaign_id=campaign.pk).again_count == 3
    with queries_at_most(16):
        assert ask_again(by=there.by, campaign_id=campaign.pk) == 3
    assert set(invited(campaign).values()) == {"waiting"}
    assert not Invitation.objects.filter(reminded_count__gt=0).exists(), "reminders begin anew with the new mail"
    assert ask_again(by=there.by, campaign_id=campaign.pk) == 0


def test_only_the_office_and_the_co_ordinator_run_them(there: Asked) -> None:
    there.family(1)
    row = there.campaign()
    office = factories.viewer(factories.person(there.school, "Una Desk", Role.SCHOOL_OFFICE))
    assert len(campaigns_page(viewer=office)) == 1
    for role in (Role.STAFF, Role.HEAD_TEACHER, Role.GOVERNOR):
        other = factories.viewer(factories.person(there.school, "Mei Hart", role))
        for act in (open_campaign, close_campaign, discard_campaign, ask_again):
            with pytest.raises(NotAllowed):
                act(by=other, campaign_id=row.pk)  # type: ignore[operator]
    elsewhere = factories.viewer(factories.coordinator(factories.school("Hillside")))
    with pytest.raises(Campaign.DoesNotExist):
        open_campaign(by=elsewhere, campaign_id=row.pk)


# --- how far it has come ---------------------------------------------------------------------------------------------


def test_how_far_everybody_has_come(there: Asked) -> None:
    families = [there.family(number) for number in range(6)]
    campaign = there.opened()
    Invitation.objects.exclude(person=families[0][0]).update(state="queued", invited_at=timezone.now())
    opener = Invitation.objects.get(person=families[2][0])
    SigningLink.objects.create(
        school=there.school,
        person=families[2][0],
        token_hash=b"x" * 32,
        version_ids=[],
        made_at=timezone.now(),
        expires_at=timezone.now() + DAY,
        first_opened_at=timezone.now(),
        invitation=opener,
    )
    factories.signature(there.version, *families[3])
    intent = Intent(there.version.pk, families[4][1].pk, "ParentE Olorun")
    refuse(by=factories.signer(families[4][0]), intent=intent)
    families[5][1].pupil.left_on = timezone.localdate() - DAY
    families[5][1].pupil.save()
    with queries_at_most(14):
        page = campaign_page(viewer=there.by, campaign_id=campaign.pk)
    assert page.counts == (
        ("waiting to be sent", 1),
        ("sent", 1),
        ("link opened", 1),
        ("signed", 1),
        ("refused", 1),
        ("not needed any more", 1),
    )
    assert (page.answered_count, page.needed_count, page.waiting_count) == (2, 5, 1)
    assert [line.name for each in page.groups for line in each.lines] == [
        "ParentA Olorun",
        "ParentB Olorun",
        "ParentC Olorun",
    ]


@given(st.lists(st.integers(-3, 60)), st.integers(0, 90), st.integers(0, 7))
def test_a_reminder_is_due_once_for_each_of_its_days(days: list[int], since: int, lasts: int) -> None:
    invited_on = date(2026, 9, 1)
    ends_on = invited_on + timedelta(days=lasts * 10)
    sent = 0
    for each in range(since + 1):
        today = invited_on + timedelta(days=each)
        if is_reminder_due(
            invited_on=invited_on, reminder_days=days, reminded_count=sent, ends_on=ends_on, today=today
        ):
            sent += 1
            assert sent == reminders_passed(invited_on=invited_on, reminder_days=days, today=today)
    last = min(since, lasts * 10)
    assert sent == sum(each <= last for each in tidy_days(days))


# --- the pages -------------------------------------------------------------------------------------------------------


def typed(**changes: Any) -> dict[str, Any]:
    today = timezone.localdate()
    said = {"name": "All parents", "audience": "parent", "reminder_days": "7, 14"}
    return {**said, **day("for_day", today), **day("ends_on", today + 42 * DAY), **changes}


def test_from_the_form_to_the_close(there: Asked) -> None:
    there.family(1)
    there.family(2, email="")
    client = factories.log_in(there.jo)
    new = reverse("aup:campaign_new")
    assert client.get(new).status_code == 200
    response = client.post(new, typed(classes=["5B"]))
    row = Campaign.objects.get()
    page = reverse("aup:campaign", args=[row.pk])
    assert (response.status_code, response.headers["Location"]) == (302, page)
    assert (row.class_names, row.reminder_days) == (["5B"], [7, 14])
    before = client.get(page).content.decode()
    assert "Send 1 invitation" in before
    assert "It takes about three minutes" in before
    assert "ParentC Olorun" in before
    assert "<title>Campaign - Online safety</title>" in before
    after = client.post(reverse("aup:campaign_send", args=[row.pk]), follow=True).content.decode()
    assert "0 of 2 people have answered" in after
    assert "No email address: ask on paper" in after
    assert "Close this campaign" in after
    client.post(reverse("aup:campaign_send", args=[row.pk]))
    assert Invitation.objects.count() == 2
    client.post(reverse("aup:campaign_again", args=[row.pk]))
    closed = client.post(reverse("aup:campaign_close", args=[row.pk]), follow=True).content.decode()
    assert "No mail of this campaign goes out any more" in closed
    assert "All parents" in client.get(reverse("aup:campaigns")).content.decode()


def test_where_nobody_has_an_address_it_is_opened_for_paper(there: Asked) -> None:
    there.family(1, email="")
    row = there.campaign()
    client = factories.log_in(there.jo)
    text = client.get(reverse("aup:campaign", args=[row.pk])).content.decode()
    assert "all are asked on paper" in text
    assert "Send 0" not in text
    after = client.post(reverse("aup:campaign_send", args=[row.pk]), follow=True).content.decode()
    assert "To be asked on paper" in after


def test_one_that_was_not_meant_is_thrown_away(there: Asked) -> None:
    row = there.campaign()
    client = factories.log_in(there.jo)
    assert "Nobody has anything to sign" in client.get(reverse("aup:campaign", args=[row.pk])).content.decode()
    sent = client.post(reverse("aup:campaign_send", args=[row.pk]), follow=True)
    assert "there is nothing to send" in sent.content.decode()
    client.post(reverse("aup:campaign_discard", args=[row.pk]))
    assert not Campaign.objects.exists()
    assert "No campaign yet" in client.get(reverse("aup:campaigns")).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Give the campaign a name"),
        ({"audience": ""}, "Choose who is to be asked"),
        ({"reminder_days": "soon"}, "whole numbers of days"),
        ({"reminder_days": "1,2,3,4,5,6,7"}, "at most 6 days"),
        ({"reminder_days": "²"}, "whole numbers of days"),
        ({"for_day_year": "2025"}, "Choose today or a later day"),
        ({"ends_on_year": "2025"}, "Choose today or a later day"),
        ({"classes": ["5B"], "audience": "staff"}, "Only parents and pupils"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(there: Asked, changes: dict[str, Any], words: str) -> None:
    there.family(1)
    response = factories.log_in(there.jo).post(reverse("aup:campaign_new"), typed(**changes))
    text = response.content.decode()
    assert response.status_code == 422
    assert words in text
    assert not Campaign.objects.exists()
    if changes.get("name") is None:
        assert "All parents" in text


def test_past_its_last_day_it_is_over_whether_or_not_somebody_has_closed_it(there: Asked) -> None:
    there.family(0)
    opened = there.opened(ends_on=timezone.localdate() + DAY)
    coming = timezone.localdate() + 2 * DAY
    page = campaign_page(viewer=there.by, campaign_id=opened.pk, today=coming)
    assert (page.state, page.state_name) == (CampaignState.CLOSED, OVER)
    Campaign.objects.update(ends_on=timezone.localdate() - DAY)
    (line,) = campaigns_page(viewer=there.by)
    assert (line.state, line.state_name) == (CampaignState.CLOSED, OVER)
    assert OVER.capitalize() in factories.log_in(there.jo).get(reverse("aup:campaigns")).content.decode()
    close_campaign(by=there.by, campaign_id=opened.pk)
    assert campaigns_page(viewer=there.by)[0].state_name == "closed"
