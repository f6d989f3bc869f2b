"""Somebody leaves: one act, and nothing of theirs lets them in any more. Threat T8."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from schools import changes
from schools.models import Appointment, Membership, OfficerChange, Person, Post, User
from schools.roles import Role
from schools.selectors import viewer_for
from schools.services import members
from schools.services.appointing import ask_to_appoint
from schools.services.leavers import DayToCome, leave
from schools.services.members import add_role, end_role
from schools.services.officer import ask_officer_change
from schools.services.posts import give_post
from schools.services.problems import EndedAlready, NotAlone, NotForYourself
from schools.services.serving import NewMember, welcome_member
from schools.viewer import NotAllowed
from tests import factories
from tests.factories.queries import queries_at_most
from tests.schools.team import Team, administrator, at

TODAY = timezone.localdate
DAY = timedelta(days=1)
TODAY_PAGE = reverse("incidents:today")


def go(team: Team, key: str, by: str = "head", **more: Any) -> None:
    leave(by=team.viewer(by), person_id=team.person(key).pk, **{"last_day": TODAY(), **more})


# --- the six things that let somebody in ------------------------------------------------------------------------------


@pytest.fixture
def leaver(team: Team) -> User:
    """A co-ordinator with a password and a second step."""
    user = team.user("coordinator")
    user.set_password("their-own-long-password")
    user.save()
    return user


def test_an_old_session_is_refused_on_the_next_request(team: Team, leaver: User) -> None:
    client = team.client("coordinator")
    assert client.get(reverse("incidents:log")).status_code == 200
    go(team, "coordinator")
    response = client.get(reverse("incidents:log"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


def test_every_other_browser_is_refused_too(team: Team, leaver: User) -> None:
    browsers = [team.client("coordinator") for _ in range(3)]
    go(team, "coordinator")
    for client in browsers:
        assert client.get(TODAY_PAGE)["Location"].startswith(reverse("login"))


def test_the_password_is_refused(team: Team, leaver: User) -> None:
    go(team, "coordinator")
    assert not Client().login(email=leaver.email, password="their-own-long-password")
    client = Client()
    client.post(reverse("login"), {"login": leaver.email, "password": "their-own-long-password"})
    assert client.get(TODAY_PAGE)["Location"].startswith(reverse("login"))


def test_a_link_to_a_new_password_is_refused(team: Team, leaver: User) -> None:
    token = f"{leaver.pk.hex}.{default_token_generator.make_token(leaver)}"
    page = reverse("account_reset_password_from_key", args=[token])
    works = Client().get(page)
    go(team, "coordinator")
    passed = Client().get(page)
    assert passed.content != works.content
    new = "another-quite-long-password"
    Client().post(page, {"password": new, "password1": new, "password2": new, "new_password": new})
    leaver.refresh_from_db()
    assert not leaver.has_usable_password()


def test_the_second_step_is_gone(team: Team, leaver: User) -> None:
    team.client("coordinator")
    assert Authenticator.objects.filter(user=leaver).exists()
    go(team, "coordinator")
    assert not Authenticator.objects.filter(user=leaver).exists()


def test_roles_and_posts_are_over_at_once_even_for_a_session_that_was_forged(team: Team, leaver: User) -> None:
    go(team, "coordinator")
    assert viewer_for(user_id=leaver.pk, today=TODAY()) is None
    User.objects.filter(pk=leaver.pk).update(is_active=True)
    assert factories.log_in_user(User.objects.get(pk=leaver.pk)).get(TODAY_PAGE).status_code == 403


# --- what is written --------------------------------------------------------------------------------------------------


def test_it_is_one_act_on_the_trail(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(changes, "_CALLBACKS", [lambda *said: told.append(said)])
    person = team.person("coordinator")
    with queries_at_most(45):
        go(team, "coordinator", last_day=TODAY() - 3 * DAY)
    assert {row.ends_on for row in Membership.objects.filter(person=person)} == {TODAY() - 3 * DAY}
    assert {row.ends_on for row in Post.objects.filter(person=person)} == {TODAY() - 3 * DAY}
    entry = Entry.objects.get(action="people.left")
    assert entry.detail == {"memberships": 1, "posts": 1, "log_in_closed": True}
    assert told == [(team.school.pk, {person.pk}, TODAY())]
    assert not User.objects.get(pk=person.user_id).is_active


def test_if_anything_fails_nothing_is_done(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(changes, "_CALLBACKS", [fails])
    with pytest.raises(RuntimeError):
        go(team, "coordinator")
    assert User.objects.get(pk=team.user("coordinator").pk).is_active
    assert Role.COORDINATOR in team.viewer("coordinator").roles
    assert not Entry.objects.filter(action="people.left").exists()


def test_what_was_to_begin_never_does(team: Team) -> None:
    person = team.person("teacher")
    Membership.objects.create(school=team.school, person=person, role="governor", starts_on=TODAY() + 5 * DAY)
    Membership.objects.create(school=team.school, person=person, role="parent", starts_on=TODAY())
    go(team, "teacher")
    for days in range(-1, 10):
        assert viewer_for(user_id=team.user("teacher").pk, today=TODAY() + days * DAY) is None or days < 0


def test_a_log_in_that_belongs_elsewhere_too_stays_there_and_ends_its_sessions(team: Team) -> None:
    there = factories.person(factories.school("Hillside"), "Tom Adey", Role.STAFF)
    Person.objects.filter(pk=there.pk).update(user=team.user("teacher"))
    client = team.client("teacher")
    # As a log-in puts it on the list of sessions.
    key = client.session.session_key
    UserSession.objects.create(user=team.user("teacher"), ip="0.0.0.0", user_agent="", session_key=key)  # noqa: S104
    go(team, "teacher")
    assert client.get(TODAY_PAGE)["Location"].startswith(reverse("login"))
    user = User.objects.get(pk=team.user("teacher").pk)
    assert user.is_active
    assert Authenticator.objects.filter(user=user).exists()
    viewer = viewer_for(user_id=user.pk, today=TODAY(), school_id=team.school.pk)
    assert viewer is not None
    assert viewer.school_id == there.school_id
    assert Entry.objects.get(action="people.left").detail["log_in_closed"] is False


def test_what_they_asked_for_and_what_was_asked_for_them_is_taken_back(team: Team) -> None:
    team.person("dsl")
    ask_to_appoint(by=team.viewer("head"), person_id=team.person("teacher").pk, post=Role.DSL, starts_on=TODAY())
    ask_officer_change(by=team.viewer("coordinator"), new_email="new@council.example.org")
    go(team, "teacher")
    go(team, "coordinator")
    assert Appointment.objects.get().state == "withdrawn"
    assert OfficerChange.objects.get().state == "cancelled"


def test_pupils_and_people_without_a_log_in_leave_as_well(team: Team) -> None:
    leave(by=team.viewer("office"), person_id=team.pupil.pk, last_day=TODAY() - DAY)
    team.pupil.pupil.refresh_from_db()
    assert team.pupil.pupil.left_on == TODAY() - DAY
    kit = factories.staff(team.school)
    leave(by=team.viewer("office"), person_id=kit.pk, last_day=TODAY())
    kit.staff_record.refresh_from_db()
    assert kit.staff_record.left_on == TODAY()


# --- who may do it to whom --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "of", "may"),
    [
        ("head", "teacher", True),
        ("office", "teacher", True),
        ("office", "coordinator", True),
        ("head", "dsl", True),
        ("office", "dsl", False),
        ("chair", "head", True),
        ("vice", "head", False),
        ("office", "head", False),
        ("chair", "vice", True),
        ("head", "vice", False),
        ("head", "chair", False),
        ("vice", "chair", False),
        ("office", "chair", False),
        ("chair", "teacher", False),
        ("chair", "dsl", False),
    ],
)
def test_who_may(team: Team, by: str, of: str, may: bool) -> None:
    user = team.user(of)
    if may:
        go(team, of, by=by)
        assert not User.objects.get(pk=user.pk).is_active
    else:
        with pytest.raises(NotAlone):
            go(team, of, by=by)
        page = reverse("schools:leave", args=[team.person(of).pk])
        day = TODAY()
        said = {"last_day_day": day.day, "last_day_month": day.month, "last_day_year": day.year, "sure": "on"}
        assert team.client(by).post(page, said).status_code == 403
        assert User.objects.get(pk=user.pk).is_active


@pytest.mark.parametrize("key", ["head", "chair", "vice", "office"])
def test_nobody_makes_themselves_a_leaver(team: Team, key: str) -> None:
    with pytest.raises(NotForYourself):
        go(team, key, by=key)


@pytest.mark.parametrize("key", ["dsl", "coordinator", "teacher", "governor", "parent"])
def test_nobody_else_may_at_all(team: Team, key: str) -> None:
    with pytest.raises(NotAllowed):
        leave(by=team.viewer(key), person_id=team.pupil.pk, last_day=TODAY())
    assert team.client(key).get(reverse("schools:leave", args=[team.pupil.pk])).status_code == 403


def test_a_post_that_begins_later_protects_already(team: Team) -> None:
    Post.objects.filter(person=team.person("vice")).update(starts_on=TODAY() + DAY)
    with pytest.raises(NotAlone):
        go(team, "vice", by="head")


def test_not_for_a_day_to_come_and_not_in_another_school(team: Team) -> None:
    with pytest.raises(DayToCome):
        go(team, "teacher", last_day=TODAY() + DAY)
    there = Team(factories.school("Hillside"))
    with pytest.raises(Person.DoesNotExist):
        leave(by=team.viewer("head"), person_id=there.person("teacher").pk, last_day=TODAY())


def test_the_way_through_the_pages(team: Team) -> None:
    page = reverse("schools:leave", args=[team.person("teacher").pk])
    client, day = team.client("head"), TODAY()
    assert page in client.get(reverse("schools:person", args=[team.person("teacher").pk])).content.decode()
    said = {"last_day_day": day.day, "last_day_month": day.month, "last_day_year": day.year}
    assert client.post(page, said).status_code == 422
    tomorrow = day + DAY
    later = {"last_day_day": tomorrow.day, "last_day_month": tomorrow.month, "last_day_year": tomorrow.year}
    assert client.post(page, {**later, "sure": "on"}).status_code == 422
    assert client.post(page, {**said, "sure": "on"}).status_code == 302
    assert not User.objects.get(pk=team.user("teacher").pk).is_active
    chair = team.client("chair")
    posts = chair.get(reverse("schools:posts")).content.decode()
    of_head = reverse("schools:leave", args=[team.person("head").pk])
    assert of_head in posts
    assert chair.post(of_head, {**said, "sure": "on"})["Location"] == reverse("schools:posts")
    assert client.get(TODAY_PAGE)["Location"].startswith(reverse("login"))


# --- and comes back ---------------------------------------------------------------------------------------------------


def test_what_was_taken_on_its_first_day_can_be_given_again_from_that_day(team: Team) -> None:
    person, head = team.person("teacher"), team.viewer("head")
    Membership.objects.filter(person=person).update(starts_on=TODAY())
    post = give_post(by=head, person_id=person.pk, post=Role.SENCO, starts_on=TODAY())
    go(team, "teacher")
    assert viewer_for(user_id=team.user("teacher").pk, today=TODAY()) is None
    add_role(by=head, person_id=person.pk, role=Role.STAFF, starts_on=TODAY())
    again = give_post(by=head, person_id=person.pk, post=Role.SENCO, starts_on=TODAY())
    assert again.pk == post.pk
    viewer = viewer_for(user_id=team.user("teacher").pk, today=TODAY())
    assert viewer is not None
    assert viewer.roles == {Role.STAFF, Role.SENCO}


def test_a_first_member_who_left_at_once_is_welcomed_again(team: Team) -> None:
    made = factories.school("Hillside")
    by = at(administrator(), made.pk)
    member = NewMember("first@example.org", "Ada", "Bell", Role.STAFF, TODAY())
    person = welcome_member(by=by, member=member)
    Membership.objects.filter(person=person).update(ends_on=TODAY() - DAY)
    assert welcome_member(by=by, member=member) == person
    assert Membership.objects.get(person=person).ends_on is None


def test_whoever_leaves_while_a_role_is_ended_stays_gone(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form that ends a role is slower than the act that takes everything: the role does not come back by it."""
    person = team.person("teacher")
    row = Membership.objects.get(person=person)
    inner = members._of_another

    def slow(*args: Any) -> Person:
        found = inner(*args)
        Membership.objects.filter(pk=row.pk).update(ends_on=TODAY() - DAY)
        return found

    monkeypatch.setattr(members, "_of_another", slow)
    with pytest.raises(EndedAlready):
        end_role(by=team.viewer("head"), membership_id=row.pk, last_day=TODAY() + 30 * DAY)
