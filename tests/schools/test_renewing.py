"""A lost phone, or a log-in that nobody uses: it begins anew, or is closed. Duty D1, threats T4 and T8."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Notice
from schools import changes
from schools.models import Appointment, Membership, Person, Post, User
from schools.roles import Role
from schools.services.appointing import AskedAlready, ask_to_renew, confirm_appointment, refuse_appointment
from schools.services.members import NoRoleNow
from schools.services.problems import NotAlone, NotForYourself
from schools.services.renewing import NothingToTake, NotOursAlone, SentJustNow, close_log_in, renew_log_in
from schools.viewer import NotAllowed
from tests import factories
from tests.schools.team import Team, administrator, at

TODAY = timezone.localdate
DAY = timedelta(days=1)
TODAY_PAGE = reverse("incidents:today")
PASSWORD = "their-own-long-password"


def with_everything(team: Team, key: str) -> Any:
    """Somebody with a password and a second step, and the browser they are logged in with."""
    user = team.user(key)
    user.set_password(PASSWORD)
    user.save()
    return team.client(key)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def nothing_is_left(user: User) -> bool:
    return not fresh(user).has_usable_password() and not Authenticator.objects.filter(user=user).exists()


def renewing(team: Team, key: str) -> str:
    return reverse("schools:renew_log_in", args=[team.person(key).pk])


def post_of(team: Team, key: str) -> Post:
    return Post.objects.get(person=team.person(key))


# --- by one person ----------------------------------------------------------------------------------------------------


def test_a_lost_phone_ends_everything_and_a_link_is_sent(team: Team) -> None:
    browser, user = with_everything(team, "teacher"), team.user("teacher")
    office, page = team.client("office"), renewing(team, "teacher")
    assert page in office.get(reverse("schools:person", args=[team.person("teacher").pk])).content.decode()
    assert office.post(page, {"then": "renew"}).status_code == 422, "nobody has spoken with them"
    assert office.post(page, {"sure": "on"}).status_code == 422
    assert Authenticator.objects.filter(user=user).exists()
    assert office.post(page, {"then": "renew", "sure": "on"}).status_code == 302
    assert nothing_is_left(user)
    assert fresh(user).is_active
    assert browser.get(TODAY_PAGE)["Location"].startswith(reverse("login"))
    notice = Notice.objects.get()
    assert (notice.kind, notice.to_address, notice.params) == ("password_reset", user.email, {})
    assert Membership.objects.filter(person=team.person("teacher"), ends_on__isnull=True).exists(), "roles stay"
    assert Entry.objects.get(action="people.log_in_renewed").object_id == team.person("teacher").pk
    assert Entry.objects.get(action="log_in.revoked").actor_id == team.user("office").pk


def test_the_same_link_is_not_sent_again_and_again(team: Team) -> None:
    for _ in range(3):
        try:
            renew_log_in(by=team.viewer("head"), person_id=team.person("teacher").pk)
        except SentJustNow:
            continue
    assert Notice.objects.count() == 1
    again = team.client("office").post(renewing(team, "teacher"), {"then": "renew", "sure": "on"})
    assert again.status_code == 422
    assert "A link was sent to them a few minutes ago" in again.content.decode()


def test_a_log_in_that_nobody_uses_is_closed_and_opened_again(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, user = with_everything(team, "teacher"), team.user("teacher")
    told: list[Any] = []
    monkeypatch.setattr(changes, "_CALLBACKS", [lambda *said: told.append(said[1])])
    page = renewing(team, "teacher")
    assert team.client("head").post(page, {"then": "close", "sure": "on"}).status_code == 302
    assert nothing_is_left(user)
    assert not fresh(user).is_active
    assert browser.get(TODAY_PAGE)["Location"].startswith(reverse("login"))
    assert not Notice.objects.exists()
    assert told == [{team.person("teacher").pk}], "cases that wait for them go to somebody else"
    with pytest.raises(NothingToTake):
        close_log_in(by=team.viewer("head"), person_id=team.person("teacher").pk)
    renew_log_in(by=team.viewer("head"), person_id=team.person("teacher").pk)
    assert fresh(user).is_active
    assert Notice.objects.get().to_address == user.email


@pytest.mark.parametrize(
    ("by", "of", "may"),
    [
        ("head", "teacher", True),
        ("office", "teacher", True),
        ("office", "parent", True),
        ("office", "governor", True),
        ("head", "coordinator", True),
        ("office", "coordinator", False),
        ("head", "office", True),
        ("head", "dsl", False),
        ("head", "chair", False),
        ("head", "vice", False),
        ("office", "head", False),
        ("office", "dsl", False),
    ],
)
def test_who_may_alone(team: Team, by: str, of: str, may: bool) -> None:
    with_everything(team, of)
    answer = team.client(by).post(renewing(team, of), {"then": "renew", "sure": "on"})
    assert answer.status_code == (302 if may else 403)
    assert nothing_is_left(team.user(of)) is may
    shown = (
        renewing(team, of) in team.client(by).get(reverse("schools:person", args=[team.person(of).pk])).content.decode()
    )
    assert shown is may
    if not may:
        for act in (renew_log_in, close_log_in):
            with pytest.raises(NotAlone):
                act(by=team.viewer(by), person_id=team.person(of).pk)


@pytest.mark.parametrize("key", ["head", "office"])
def test_nobody_for_themselves(team: Team, key: str) -> None:
    for act in (renew_log_in, close_log_in):
        with pytest.raises(NotForYourself):
            act(by=team.viewer(key), person_id=team.person(key).pk)
    assert team.client(key).post(renewing(team, key), {"then": "renew", "sure": "on"}).status_code == 403


@pytest.mark.parametrize("key", ["chair", "vice", "dsl", "coordinator", "teacher", "governor", "parent"])
def test_nobody_else_at_all(team: Team, key: str) -> None:
    with pytest.raises(NotAllowed):
        renew_log_in(by=team.viewer(key), person_id=team.person("office").pk)
    assert team.client(key).get(renewing(team, "office")).status_code == 403


def test_a_post_that_begins_later_protects_already(team: Team) -> None:
    Post.objects.filter(person=team.person("dsl")).update(starts_on=TODAY() + DAY)
    with pytest.raises(NotAlone):
        renew_log_in(by=team.viewer("head"), person_id=team.person("dsl").pk)


def test_not_what_opens_another_school_or_the_service(team: Team) -> None:
    """One school adds the head of another one as a visitor: that must not let it take their log-in away."""
    with_everything(team, "teacher")
    there = factories.person(factories.school("Hillside"), "Tom Adey", Role.STAFF)
    Person.objects.filter(pk=there.pk).update(user=team.user("teacher"))
    User.objects.filter(pk=team.user("governor").pk).update(is_staff=True)
    for key in ("teacher", "governor"):
        for act in (renew_log_in, close_log_in):
            with pytest.raises(NotOursAlone):
                act(by=team.viewer("head"), person_id=team.person(key).pk)
    assert fresh(team.user("teacher")).has_usable_password()
    with pytest.raises(Person.DoesNotExist):
        renew_log_in(by=team.viewer("head"), person_id=there.pk)


def test_not_for_who_has_left_or_never_logged_in(team: Team) -> None:
    Membership.objects.filter(person=team.person("teacher")).update(ends_on=TODAY() - DAY)
    with pytest.raises(NoRoleNow):
        renew_log_in(by=team.viewer("head"), person_id=team.person("teacher").pk)
    close_log_in(by=team.viewer("head"), person_id=team.person("teacher").pk)
    assert not fresh(team.user("teacher")).is_active
    Membership.objects.create(school=team.school, person=team.pupil, role="pupil", starts_on=TODAY())
    with pytest.raises(NothingToTake):
        renew_log_in(by=team.viewer("head"), person_id=team.pupil.pk)


# --- by two -----------------------------------------------------------------------------------------------------------


def test_for_a_post_that_takes_two_one_asks_and_another_agrees(team: Team) -> None:
    browser, user = with_everything(team, "dsl"), team.user("dsl")
    head, page = team.client("head"), reverse("schools:ask_to_renew", args=[post_of(team, "dsl").pk])
    assert page in head.get(reverse("schools:posts")).content.decode()
    assert head.post(page, {"sure": ""}).status_code == 422
    assert head.post(page, {"sure": "on"})["Location"] == reverse("schools:posts")
    assert browser.get(TODAY_PAGE).status_code == 200, "nothing happens before somebody agrees"
    row = Appointment.objects.get()
    assert (row.kind, row.post, row.state) == ("renew", "dsl", "waiting")
    decide = reverse("schools:appointment", args=[row.pk])
    assert head.post(decide, {"action": "confirm"}).status_code == 403
    chair = team.client("chair")
    assert "New log-in: designated safeguarding lead" in chair.get(reverse("schools:posts")).content.decode()
    shown = chair.get(decide).content.decode()
    assert "A log-in is to begin anew" in shown
    assert user.email in shown
    assert chair.post(decide, {"action": "confirm"}).status_code == 302
    assert nothing_is_left(user)
    assert fresh(user).is_active
    assert browser.get(TODAY_PAGE)["Location"].startswith(reverse("login"))
    assert Notice.objects.filter(kind="password_reset", to_address=user.email).count() == 1
    assert Post.objects.get(person=team.person("dsl")).ends_on is None, "the post stays"
    assert Entry.objects.get(action="log_in.revoked").actor_id == team.user("chair").pk


@pytest.mark.parametrize("key", ["head", "chair", "vice"])
def test_nobody_asks_or_agrees_in_their_own_matter(team: Team, key: str) -> None:
    with pytest.raises(NotForYourself):
        ask_to_renew(by=team.viewer(key), post_id=post_of(team, key).pk)
    others = [each for each in ("head", "chair", "vice") if each != key]
    row = ask_to_renew(by=team.viewer(others[0]), post_id=post_of(team, key).pk)
    with pytest.raises(AskedAlready):
        ask_to_renew(by=team.viewer(others[1]), post_id=post_of(team, key).pk)
    for wrong in (key, others[0]):
        with pytest.raises(NotForYourself):
            confirm_appointment(by=team.viewer(wrong), appointment_id=row.pk)
    refuse_appointment(by=team.viewer(others[1]), appointment_id=row.pk)
    assert not Notice.objects.filter(kind="password_reset").exists()


def test_an_administrator_is_the_second_one_where_the_school_has_none(team: Team) -> None:
    Post.objects.filter(person=team.person("vice")).delete()
    one = administrator()
    row = ask_to_renew(by=team.viewer("chair"), post_id=post_of(team, "head").pk)
    assert Notice.objects.get().to_address == one.email
    page = reverse("service:appointment", args=[team.school.pk, row.pk])
    shown = factories.log_in_user(one).get(page).content.decode()
    assert "A log-in is to begin anew" in shown
    assert "Nia Cole" not in shown
    confirm_appointment(by=at(one, team.school.pk), appointment_id=row.pk)
    assert nothing_is_left(team.user("head"))


def test_not_for_other_posts_and_not_for_what_opens_another_school(team: Team) -> None:
    page = reverse("schools:ask_to_renew", args=[post_of(team, "coordinator").pk])
    assert team.client("head").get(page).status_code == 404
    with pytest.raises(ValueError, match="one person"):
        ask_to_renew(by=team.viewer("head"), post_id=post_of(team, "coordinator").pk)
    row = ask_to_renew(by=team.viewer("head"), post_id=post_of(team, "dsl").pk)
    there = factories.person(factories.school("Hillside"), "Marc Oyel", Role.STAFF)
    Person.objects.filter(pk=there.pk).update(user=team.user("dsl"))
    with pytest.raises(NotOursAlone):
        confirm_appointment(by=team.viewer("chair"), appointment_id=row.pk)
    assert Appointment.objects.get().state == "waiting"


# --- by whoever runs the service --------------------------------------------------------------------------------------


def test_whoever_runs_the_service_helps_where_no_school_can(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = administrator()
    client = factories.log_in_user(one)
    monkeypatch.setattr("builtins.input", lambda _: " Admin@Example.org ")
    call_command("renew_log_in")
    assert nothing_is_left(one)
    assert client.get(TODAY_PAGE)["Location"].startswith(reverse("login"))
    assert Notice.objects.get().to_address == one.email
    entry = Entry.objects.get(action="log_in.revoked")
    assert (entry.school_id, entry.actor_id, entry.object_id) == (None, None, one.pk)
    assert "admin@" not in capsys.readouterr().out
    User.objects.update(is_active=False)
    with pytest.raises(CommandError):
        call_command("renew_log_in")
    assert Notice.objects.count() == 1
