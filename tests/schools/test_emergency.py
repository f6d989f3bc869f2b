"""Break-glass: two service administrators, one hour, a sealed reason, and the school is told. Threat T9."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Notice
from schools.models import EmergencyAccess, School, User
from schools.roles import Role
from schools.sealing import unseal
from schools.selectors import viewer_for
from schools.selectors.emergency import emergencies
from schools.services.emergency import (
    AskedForAlready,
    BelongsThere,
    ReasonTooShort,
    approve_emergency,
    ask_emergency,
    end_emergency,
    open_emergencies,
)
from schools.services.problems import DecidedAlready, NotForYourself
from schools.viewer import NotAllowed
from tests import factories
from tests.factories.queries import queries_at_most
from tests.schools.team import Team, administrator, at

REASON = "The co-ordinator and the head cannot be reached and the police ask for a record."
MINUTE = timedelta(minutes=1)
LIST = reverse("schools:emergencies")


@pytest.fixture
def one(team: Team) -> User:
    return administrator("one")


@pytest.fixture
def two(team: Team) -> User:
    return administrator("two")


def ask(team: Team, who: User) -> EmergencyAccess:
    return ask_emergency(by=at(who, team.school.pk), reason=REASON)


def opened(team: Team, one: User, two: User) -> EmergencyAccess:
    return approve_emergency(by=at(two, team.school.pk), emergency_id=ask(team, one).pk)


def roles(who: User, school: School) -> frozenset[Role]:
    viewer = viewer_for(user_id=who.pk, today=timezone.localdate(), school_id=school.pk)
    return viewer.roles if viewer and viewer.school_id == school.pk else frozenset()


def test_asking_opens_nothing_and_the_other_administrator_is_told(team: Team, one: User, two: User) -> None:
    asked = ask(team, one)
    assert roles(one, team.school) == frozenset()
    assert REASON.encode() not in bytes(asked.reason_sealed)
    assert unseal(asked.reason_sealed).decode() == REASON
    notice = Notice.objects.get()
    assert (notice.kind, notice.to_address, notice.params) == ("appointment_waiting", two.email, {"what": "emergency"})


def test_it_opens_for_an_hour_to_whoever_asked_and_ends_by_itself(team: Team, one: User, two: User) -> None:
    access = opened(team, one, two)
    assert access.approved_at is not None
    assert roles(one, team.school) == {Role.EMERGENCY_READER}
    assert roles(two, team.school) == frozenset()
    viewer = viewer_for(user_id=one.pk, today=timezone.localdate())
    assert viewer is not None
    assert (viewer.person_id, viewer.display_name) == (one.pk, "Emergency access")
    with time_machine.travel(access.approved_at + 59 * MINUTE, tick=False):
        assert roles(one, team.school) == {Role.EMERGENCY_READER}
    with time_machine.travel(access.approved_at + 60 * MINUTE, tick=False):
        assert roles(one, team.school) == frozenset()


def test_head_and_chair_are_told_at_once_and_it_is_on_the_trail(team: Team, one: User, two: User) -> None:
    access = opened(team, one, two)
    told = Notice.objects.filter(kind="emergency_access")
    assert {each.to_address for each in told} == {team.user("head").email, team.user("chair").email}
    rows = Entry.objects.filter(object_id=access.pk).order_by("at").values_list("action", "actor_id", "school_id")
    assert list(rows) == [
        ("emergency.asked", one.pk, team.school.pk),
        ("emergency.approved", two.pk, team.school.pk),
    ]
    assert "police" not in str(list(Entry.objects.values_list("detail", flat=True)))


def test_a_school_without_head_and_chair_is_told_at_its_own_address(one_school: School) -> None:
    access = ask_emergency(by=at(administrator("one"), one_school.pk), reason=REASON)
    approve_emergency(by=at(administrator("two"), one_school.pk), emergency_id=access.pk)
    assert {each.to_address for each in Notice.objects.filter(kind="emergency_access")} == {one_school.email}


@pytest.fixture
def one_school(db: None) -> School:
    return factories.school()


def test_nobody_agrees_to_what_they_asked_for(team: Team, one: User, two: User) -> None:
    asked = ask(team, one)
    with pytest.raises(NotForYourself):
        approve_emergency(by=at(one, team.school.pk), emergency_id=asked.pk)
    with pytest.raises(IntegrityError, match="takes_two_people"), transaction.atomic():
        EmergencyAccess.objects.update(approved_by=one, approved_at=timezone.now(), ends_at=timezone.now())
    with pytest.raises(IntegrityError, match="has_an_end"), transaction.atomic():
        EmergencyAccess.objects.update(approved_by=two, approved_at=timezone.now())
    now = timezone.now()
    with pytest.raises(IntegrityError, match="within_the_hour"), transaction.atomic():
        EmergencyAccess.objects.update(approved_by=two, approved_at=now, ends_at=now + 61 * MINUTE)


def test_whoever_belongs_to_the_school_neither_asks_nor_agrees(team: Team, one: User) -> None:
    mine = team.user("teacher")
    User.objects.filter(pk=mine.pk).update(is_staff=True)
    with pytest.raises(BelongsThere):
        ask(team, mine)
    asked = ask(team, one)
    with pytest.raises(BelongsThere):
        approve_emergency(by=at(mine, team.school.pk), emergency_id=asked.pk)


def test_what_will_not_do_is_refused(team: Team, one: User, two: User) -> None:
    for reason in ("", "  too short  ", "x" * 2001):
        with pytest.raises(ReasonTooShort):
            ask_emergency(by=at(one, team.school.pk), reason=reason)
    with pytest.raises(School.DoesNotExist):
        ask_emergency(by=at(one, one.pk), reason=REASON)
    asked = ask(team, one)
    with pytest.raises(AskedForAlready):
        ask(team, one)
    there = factories.school("Hillside")
    with pytest.raises(EmergencyAccess.DoesNotExist):
        approve_emergency(by=at(two, there.pk), emergency_id=asked.pk)
    with time_machine.travel(asked.requested_at + timedelta(hours=24), tick=False), pytest.raises(DecidedAlready):
        approve_emergency(by=at(two, team.school.pk), emergency_id=asked.pk)


def test_an_administrator_who_is_none_any_more_gets_nothing(team: Team, one: User, two: User) -> None:
    asked = ask(team, one)
    User.objects.filter(pk=one.pk).update(is_staff=False)
    with pytest.raises(DecidedAlready):
        approve_emergency(by=at(two, team.school.pk), emergency_id=asked.pk)


@pytest.mark.parametrize("who", ["head", "chair", "one", "two"])
def test_it_is_ended_early_by_head_chair_and_administrators(team: Team, one: User, two: User, who: str) -> None:
    access = opened(team, one, two)
    by: Any = {"one": at(one, team.school.pk), "two": at(two, team.school.pk)}.get(who) or team.viewer(who)
    end_emergency(by=by, emergency_id=access.pk)
    assert roles(one, team.school) == frozenset()
    with pytest.raises(DecidedAlready):
        end_emergency(by=by, emergency_id=access.pk)
    assert Entry.objects.get(action="emergency.ended").object_id == access.pk


def test_a_request_is_refused_between_administrators_alone(team: Team, one: User, two: User) -> None:
    asked = ask(team, one)
    with pytest.raises(NotAllowed):
        end_emergency(by=team.viewer("head"), emergency_id=asked.pk)
    end_emergency(by=at(two, team.school.pk), emergency_id=asked.pk)
    with pytest.raises(DecidedAlready):
        approve_emergency(by=at(two, team.school.pk), emergency_id=asked.pk)
    assert open_emergencies(by=team.viewer("head")) == ()


@pytest.mark.parametrize("key", ["vice", "dsl", "office", "coordinator", "teacher", "governor", "parent"])
def test_nobody_else_of_the_school_sees_or_ends_it(team: Team, one: User, two: User, key: str) -> None:
    access = opened(team, one, two)
    for refused in (
        lambda: open_emergencies(by=team.viewer(key)),
        lambda: end_emergency(by=team.viewer(key), emergency_id=access.pk),
        lambda: emergencies(viewer=team.viewer(key), now=timezone.now()),
    ):
        with pytest.raises(NotAllowed):
            refused()
    client = team.client(key)
    assert client.get(LIST).status_code == 403
    assert client.post(reverse("schools:emergency_end", args=[access.pk])).status_code == 403


def test_the_reader_s_role_grants_no_writing_and_no_people(team: Team, one: User, two: User) -> None:
    opened(team, one, two)
    client = factories.log_in_user(one)
    assert client.get(reverse("incidents:today")).status_code == 200
    for name in ("schools:people", "schools:posts", "schools:settings", "schools:officer", "schools:emergencies"):
        assert client.get(reverse(name)).status_code == 403, name
    assert client.get(reverse("incidents:report")).status_code == 403


def test_the_school_s_page(team: Team, one: User, two: User) -> None:
    empty = team.client("head").get(LIST).content.decode()
    assert "Never yet" in empty
    access = opened(team, one, two)
    chair = team.client("chair")
    with queries_at_most(11):
        page = chair.get(LIST).content.decode()
    assert REASON in page
    assert one.email in page
    assert "Open now" in page
    read = Entry.objects.filter(action="emergency.reasons_read").order_by("-at").first()
    assert read is not None
    assert (read.actor_id, read.detail) == (team.user("chair").pk, {"count": 1})
    assert chair.post(reverse("schools:emergency_end", args=[access.pk]))["Location"] == LIST
    assert "ended early" in chair.get(LIST).content.decode()
    there = Team(factories.school("Hillside"))
    assert REASON not in there.client("head").get(LIST).content.decode()
    assert there.client("head").post(reverse("schools:emergency_end", args=[access.pk])).status_code == 404


def test_the_way_through_the_service_s_pages(team: Team, one: User, two: User) -> None:
    first, second = factories.log_in_user(one), factories.log_in_user(two)
    ask_page = reverse("service:ask", args=[team.school.pk])
    assert first.post(ask_page, {"reason": "short"}).status_code == 422
    assert first.post(ask_page, {"reason": REASON})["Location"] == reverse("service:school", args=[team.school.pk])
    access = EmergencyAccess.objects.get()
    page = reverse("service:emergency", args=[team.school.pk, access.pk])
    assert page in second.get(reverse("service:schools")).content.decode()
    assert "Open it for sixty minutes" not in first.get(page).content.decode()
    shown = second.get(page).content.decode()
    assert REASON in shown
    assert "Open it for sixty minutes" in shown
    assert first.post(page, {"action": "approve"}).status_code == 403
    assert second.post(page, {"action": "approve"}).status_code == 302
    assert roles(one, team.school) == {Role.EMERGENCY_READER}
    again = second.post(page, {"action": "approve"}, follow=True).content.decode()
    assert "decided already" in again
    assert first.post(page, {"action": "end"}).status_code == 302
    assert roles(one, team.school) == frozenset()
    assert Entry.objects.filter(action="emergency.reason_read").count() == 2
