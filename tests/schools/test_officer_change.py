"""A new address for the reports: two people, a code, a day, and word to the old one. Duty R2, threat T19."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as live
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Notice
from dispatch.notices import NoticeFacts, composer_of
from dispatch.rules.notices import NoticeKind
from schools.models import OfficerChange, Post, School
from schools.rules.officer import code_of
from schools.selectors.officer import officer_address, officer_change_waits, officer_page
from schools.services.officer import (
    CodeMissing,
    CodeTooOld,
    SameAddress,
    UnderWay,
    WrongCode,
    apply_officer_changes,
    ask_officer_change,
    cancel_officer_change,
    code_key,
    confirm_officer_change,
    give_code,
)
from schools.services.problems import DecidedAlready, NotForYourself, RequesterGone
from schools.tasks import apply_due_officer_changes
from schools.viewer import NotAllowed
from tests import factories
from tests.factories.queries import queries_at_most
from tests.schools.team import Team

OLD, NEW = "officer@council.example.org", "new@council.example.org"
PAGE = reverse("schools:officer")
ASK = reverse("schools:officer_ask")
HOUR = timedelta(hours=1)


def code(change: OfficerChange) -> str:
    return code_of(change.pk, key=code_key())


def asked(team: Team, by: str = "coordinator", email: str = NEW) -> OfficerChange:
    return ask_officer_change(by=team.viewer(by), new_email=email)


def confirmed(team: Team) -> OfficerChange:
    change = asked(team)
    give_code(by=team.viewer("coordinator"), change_id=change.pk, code=code(change))
    return confirm_officer_change(by=team.viewer("head"), change_id=change.pk)


def in_force(team: Team) -> str:
    return School.objects.get(pk=team.school.pk).officer_email


def composed(notice: Notice) -> Any:
    kind = NoticeKind(notice.kind)
    compose = composer_of(kind)
    assert compose is not None
    return compose(
        NoticeFacts(
            notice_id=notice.pk, kind=kind, school_id=notice.school_id, to_address=notice.to_address,
            object_id=notice.object_id, params=notice.params, asked_by=notice.asked_by, queued_at=notice.created_at,
        )
    )  # fmt: skip


def test_asking_changes_nothing_and_sends_the_code_to_the_new_address_alone(team: Team) -> None:
    change = asked(team)
    assert in_force(team) == OLD
    sent = {(each.kind, each.to_address) for each in Notice.objects.all()}
    assert sent == {
        ("officer_code", NEW),
        ("appointment_waiting", team.user("head").email),
        ("appointment_waiting", team.user("chair").email),
    }
    told = Notice.objects.get(kind="officer_code")
    assert composed(told)["code"].replace(" ", "") == code(change)
    assert code(change) not in str(list(OfficerChange.objects.values())) + str(list(Notice.objects.values()))
    waits = Notice.objects.filter(kind="appointment_waiting").first()
    assert waits is not None
    assert composed(waits) == {"link": live.BASE_URL + PAGE}


def test_code_and_second_person_then_a_day_and_the_old_address_is_told(team: Team) -> None:
    change = confirmed(team)
    assert (change.state, in_force(team)) == ("confirmed", OLD)
    assert change.takes_effect_at is not None
    assert change.confirmed_at is not None
    assert change.takes_effect_at - change.confirmed_at == 24 * HOUR
    told = Notice.objects.get(kind="officer_change")
    assert told.to_address == OLD
    assert composed(told)["applies_at"]
    with time_machine.travel(change.confirmed_at + 23 * HOUR, tick=False):
        apply_due_officer_changes()
        assert in_force(team) == OLD
        assert officer_address(school_id=team.school.pk, now=timezone.now()) == OLD
    with time_machine.travel(change.confirmed_at + 24 * HOUR, tick=False):
        assert officer_address(school_id=team.school.pk, now=timezone.now()) == NEW, "also before it is written down"
        assert officer_page(viewer=team.viewer("head"), now=timezone.now()).email == NEW
        apply_due_officer_changes()
        apply_due_officer_changes()
    assert in_force(team) == NEW
    assert OfficerChange.objects.get().state == "in_force"
    actions = Entry.objects.filter(object_type="officer_change").order_by("at").values_list("action", "actor_id")
    assert [action for action, _ in actions] == [
        "officer.change_asked", "officer.code_given", "officer.change_confirmed", "officer.changed",
    ]  # fmt: skip
    assert actions[3][1] is None
    assert "council" not in str(list(Entry.objects.values_list("detail", flat=True)))


def test_a_first_address_takes_code_and_second_person_but_no_wait(team: Team) -> None:
    School.objects.update(officer_email="")
    change = asked(team)
    with pytest.raises(CodeMissing):
        confirm_officer_change(by=team.viewer("chair"), change_id=change.pk)
    give_code(by=team.viewer("chair"), change_id=change.pk, code=f" {code(change)[:4].lower()}-{code(change)[4:]} ")
    confirm_officer_change(by=team.viewer("chair"), change_id=change.pk)
    assert in_force(team) == NEW
    assert not Notice.objects.filter(kind="officer_change").exists()


def test_nobody_agrees_to_what_they_asked_for(team: Team) -> None:
    change = asked(team, by="head")
    give_code(by=team.viewer("head"), change_id=change.pk, code=code(change))
    with pytest.raises(NotForYourself):
        confirm_officer_change(by=team.viewer("head"), change_id=change.pk)
    with pytest.raises(IntegrityError, match="officer_change_takes_two_people"), transaction.atomic():
        OfficerChange.objects.update(confirmed_by=team.user("head"))
    with pytest.raises(IntegrityError, match="officer_change_in_force_was_confirmed"), transaction.atomic():
        OfficerChange.objects.update(state="in_force")


def test_five_wrong_codes_cancel_it(team: Team) -> None:
    change = asked(team)
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode, match=str(left)):
            give_code(by=team.viewer("head"), change_id=change.pk, code="AAAAAAAA")
    with pytest.raises(WrongCode, match="cancelled"):
        give_code(by=team.viewer("head"), change_id=change.pk, code="AAAAAAAA")
    change.refresh_from_db()
    assert (change.state, change.wrong_codes) == ("cancelled", 5)
    with pytest.raises(DecidedAlready):
        give_code(by=team.viewer("head"), change_id=change.pk, code=code(change))
    assert Entry.objects.filter(action="officer.code_wrong").count() == 5


def test_a_code_gets_old(team: Team) -> None:
    change = asked(team)
    with time_machine.travel(change.requested_at + timedelta(days=7), tick=False), pytest.raises(CodeTooOld):
        give_code(by=team.viewer("head"), change_id=change.pk, code=code(change))


def test_one_at_a_time_and_not_the_same_again(team: Team) -> None:
    with pytest.raises(SameAddress):
        asked(team, email=OLD)
    asked(team)
    with pytest.raises(UnderWay):
        asked(team, by="head", email="third@council.example.org")


def test_it_is_cancelled_by_anybody_of_them_until_it_is_in_force(team: Team) -> None:
    change = confirmed(team)
    cancel_officer_change(by=team.viewer("chair"), change_id=change.pk)
    with time_machine.travel(timezone.now() + 30 * HOUR, tick=False):
        assert apply_officer_changes(school_id=team.school.pk, now=timezone.now()) == 0
    assert in_force(team) == OLD
    again = confirmed(team)
    assert again.takes_effect_at is not None
    with time_machine.travel(again.takes_effect_at, tick=False), pytest.raises(DecidedAlready):
        cancel_officer_change(by=team.viewer("chair"), change_id=again.pk)


@pytest.mark.parametrize("key", ["vice", "dsl", "office", "teacher", "governor", "parent"])
def test_nobody_else_takes_part(team: Team, key: str) -> None:
    change = asked(team)
    viewer = team.viewer(key)
    for refused in (
        lambda: asked(team, by=key),
        lambda: give_code(by=viewer, change_id=change.pk, code=code(change)),
        lambda: confirm_officer_change(by=viewer, change_id=change.pk),
        lambda: cancel_officer_change(by=viewer, change_id=change.pk),
        lambda: officer_page(viewer=viewer, now=timezone.now()),
    ):
        with pytest.raises(NotAllowed):
            refused()
    client = team.client(key)
    assert client.get(PAGE).status_code == 403
    assert client.get(ASK).status_code == 403
    assert client.post(reverse("schools:officer_decide", args=[change.pk]), {"action": "cancel"}).status_code == 403
    assert not officer_change_waits(viewer)


def test_what_was_asked_by_somebody_who_lost_the_post_meanwhile_is_not_agreed_to(team: Team) -> None:
    row = asked(team)
    give_code(by=team.viewer("coordinator"), change_id=row.pk, code=code(row))
    Post.objects.filter(person=team.person("coordinator")).update(ends_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(RequesterGone):
        confirm_officer_change(by=team.viewer("head"), change_id=row.pk)
    assert in_force(team) == OLD
    cancel_officer_change(by=team.viewer("head"), change_id=row.pk)
    row.refresh_from_db()
    assert row.state == "cancelled"


def test_the_chair_agrees_and_does_not_ask(team: Team) -> None:
    with pytest.raises(NotAllowed):
        asked(team, by="chair")
    assert team.client("chair").get(ASK).status_code == 403
    asked(team)
    assert officer_change_waits(team.viewer("chair"))
    assert not officer_change_waits(team.viewer("coordinator"))


def test_another_school_s_change_is_not_there(team: Team) -> None:
    there = Team(factories.school("Hillside"))
    change = asked(there)
    path = reverse("schools:officer_decide", args=[change.pk])
    for action in ("cancel", "confirm", "code"):
        assert team.client("head").post(path, {"action": action, "code": code(change)}).status_code == 404
    assert NEW not in team.client("head").get(PAGE).content.decode()
    assert OfficerChange.objects.get().state == "waiting"


def test_the_way_through_the_pages(team: Team) -> None:
    jo, head = team.client("coordinator"), team.client("head")
    assert "Change the address" in jo.get(PAGE).content.decode()
    assert jo.post(ASK, {"email": NEW, "again": "other@council.example.org"}).status_code == 422
    assert jo.post(ASK, {"email": "a@localhost", "again": "a@localhost"}).status_code == 422
    assert jo.post(ASK, {"email": OLD, "again": OLD}).status_code == 422
    assert jo.post(ASK, {"email": NEW, "again": NEW})["Location"] == PAGE
    change = OfficerChange.objects.get()
    decide = reverse("schools:officer_decide", args=[change.pk])
    shown = head.get(PAGE).content.decode()
    assert "Check the code" in shown
    assert "Agree to the new address" not in shown
    assert code(change) not in shown
    assert head.post(decide, {"action": "code", "code": ""}).status_code == 422
    wrong = head.post(decide, {"action": "code", "code": "AAAA AAAA"}, follow=True).content.decode()
    assert "4 more tries" in wrong
    change.refresh_from_db()
    assert change.wrong_codes == 1
    assert jo.post(decide, {"action": "code", "code": code(change)}).status_code == 302
    assert "somebody else has to agree" in jo.get(PAGE).content.decode()
    assert jo.post(decide, {"action": "confirm"}).status_code == 403
    assert "Agree to the new address" in head.get(PAGE).content.decode()
    assert head.post(decide, {"action": "confirm"})["Location"] == PAGE
    assert "Takes effect" in jo.get(PAGE).content.decode()
    assert head.post(decide, {"action": "cancel"})["Location"] == PAGE
    assert "cancelled" in jo.get(PAGE).content.decode()
    with queries_at_most(10):
        head.get(PAGE)


def test_the_details_do_not_take_an_address(team: Team) -> None:
    shown = team.client("head").get(reverse("schools:settings")).content.decode()
    assert 'name="officer_email"' not in shown
    assert OLD in shown
