"""Posts that take two people: asked for by one, agreed to by another, never by whom it is about. Duty D1, threat T4."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Notice
from schools import changes
from schools.models import Appointment, Membership, Person, Post
from schools.roles import TWO_PERSON_POSTS, Role
from schools.selectors import appointments_waiting, viewer_for
from schools.services.appointing import (
    AskedAlready,
    NobodyKnown,
    NoLogIn,
    RequesterGone,
    ask_to_appoint,
    ask_to_appoint_by_log_in,
    ask_to_end,
    confirm_appointment,
    refuse_appointment,
    withdraw_appointment,
)
from schools.services.posts import HoldsIt, NotFit
from schools.services.problems import DecidedAlready, EndedAlready, EndsTooEarly, NotAlone, NotForYourself
from schools.viewer import NotAllowed
from tests import factories
from tests.factories.queries import queries_at_most
from tests.schools.team import Team, administrator, at

TODAY = timezone.localdate
DAY = timedelta(days=1)


def ask(team: Team, by: str = "head", to: str = "teacher", post: Role = Role.DEPUTY_DSL, **more: Any) -> Appointment:
    person = team.person(to)
    return ask_to_appoint(by=team.viewer(by), person_id=person.pk, post=post, starts_on=TODAY(), **more)


def roles_of(team: Team, key: str) -> frozenset[Role]:
    viewer = viewer_for(user_id=team.user(key).pk, today=TODAY())
    assert viewer is not None
    return viewer.roles


def test_two_people_give_a_post_and_one_alone_gives_nothing(team: Team) -> None:
    asked = ask(team)
    assert Role.DEPUTY_DSL not in roles_of(team, "teacher")
    confirm_appointment(by=team.viewer("chair"), appointment_id=asked.pk)
    assert Role.DEPUTY_DSL in roles_of(team, "teacher")
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by_id) == ("confirmed", team.user("chair").pk)
    actions = list(Entry.objects.filter(object_id=asked.pk).order_by("at").values_list("action", flat=True))
    assert actions == ["appointment.asked", "appointment.confirmed"]


def test_the_change_is_told_inside_the_transaction(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(changes, "_CALLBACKS", [lambda *said: told.append((*said, connection.in_atomic_block))])
    before = Post.objects.get(person=team.person("dsl"))
    asked = ask(team, post=Role.DSL, ends_id=before.pk)
    assert told == []
    confirm_appointment(by=team.viewer("vice"), appointment_id=asked.pk)
    people = {team.person("teacher").pk, team.person("dsl").pk}
    assert told == [(team.school.pk, people, TODAY(), True)]


def test_a_predecessor_s_time_ends_the_day_before(team: Team) -> None:
    before = Post.objects.get(person=team.person("dsl"))
    confirm_appointment(by=team.viewer("chair"), appointment_id=ask(team, post=Role.DSL, ends_id=before.pk).pk)
    before.refresh_from_db()
    assert before.ends_on == TODAY() - DAY
    assert Role.DSL in roles_of(team, "teacher")
    assert Role.DSL not in roles_of(team, "dsl")


def test_a_first_day_that_has_passed_becomes_today(team: Team) -> None:
    asked = ask_to_appoint(
        by=team.viewer("head"), person_id=team.person("teacher").pk, post=Role.DSL, starts_on=TODAY() - 30 * DAY
    )
    confirm_appointment(by=team.viewer("chair"), appointment_id=asked.pk)
    assert Post.objects.get(person=team.person("teacher")).starts_on == TODAY()


@pytest.mark.parametrize("by", ["head", "chair", "vice"])
def test_nobody_agrees_to_what_they_asked_for(team: Team, by: str) -> None:
    asked = ask(team, by=by)
    for decide in (confirm_appointment, refuse_appointment):
        with pytest.raises(NotForYourself):
            decide(by=team.viewer(by), appointment_id=asked.pk)
    assert Appointment.objects.get().state == "waiting"


def test_nobody_asks_for_a_post_of_their_own_or_agrees_to_it(team: Team) -> None:
    with pytest.raises(NotForYourself):
        ask(team, by="head", to="head", post=Role.DSL)
    asked = ask(team, by="chair", to="head", post=Role.DSL)
    with pytest.raises(NotForYourself):
        confirm_appointment(by=team.viewer("head"), appointment_id=asked.pk)
    confirm_appointment(by=team.viewer("vice"), appointment_id=asked.pk)
    assert {Role.HEAD_TEACHER, Role.DSL} <= roles_of(team, "head")


@pytest.mark.parametrize("by", ["dsl", "office", "coordinator", "teacher", "governor", "parent"])
def test_nobody_else_asks_or_decides(team: Team, by: str) -> None:
    with pytest.raises(NotAllowed):
        ask(team, by=by, to="governor" if by == "teacher" else "teacher")
    asked = ask(team, to="coordinator" if by == "teacher" else "teacher")
    for decide in (confirm_appointment, refuse_appointment, withdraw_appointment):
        with pytest.raises(NotAllowed):
            decide(by=team.viewer(by), appointment_id=asked.pk)


@pytest.mark.parametrize("post", sorted(set(Role) - TWO_PERSON_POSTS))
def test_other_posts_are_not_asked_for(team: Team, post: Role) -> None:
    with pytest.raises(ValueError, match="one person"):
        ask(team, post=post)


def test_what_cannot_be_is_refused_at_once(team: Team) -> None:
    unknown = factories.staff(team.school)
    with pytest.raises(NoLogIn):
        ask_to_appoint(by=team.viewer("head"), person_id=unknown.pk, post=Role.DSL, starts_on=TODAY())
    with pytest.raises(NotFit):
        ask(team, to="governor", post=Role.DSL)
    with pytest.raises(NotFit):
        ask(team, to="teacher", post=Role.VICE_CHAIR)
    with pytest.raises(HoldsIt):
        ask(team, to="dsl", post=Role.DSL)
    ask(team)
    with pytest.raises(AskedAlready):
        ask(team, by="chair")


def test_another_school_s_people_and_posts_are_not_there(team: Team) -> None:
    there = Team(factories.school("Hillside"))
    their_post = Post.objects.get(person=there.person("dsl"))
    with pytest.raises(Person.DoesNotExist):
        ask_to_appoint(by=team.viewer("head"), person_id=there.person("teacher").pk, post=Role.DSL, starts_on=TODAY())
    with pytest.raises(Post.DoesNotExist):
        ask(team, post=Role.DSL, ends_id=their_post.pk)
    with pytest.raises(Post.DoesNotExist):
        ask_to_end(by=team.viewer("head"), post_id=their_post.pk, last_day=TODAY())
    for key in ("head", "chair"):
        there.person(key)
    theirs = ask(there)
    for decide in (confirm_appointment, refuse_appointment, withdraw_appointment):
        with pytest.raises(Appointment.DoesNotExist):
            decide(by=team.viewer("chair"), appointment_id=theirs.pk)


def test_refused_withdrawn_and_decided_once(team: Team) -> None:
    refused = ask(team)
    refuse_appointment(by=team.viewer("vice"), appointment_id=refused.pk)
    with pytest.raises(DecidedAlready):
        confirm_appointment(by=team.viewer("chair"), appointment_id=refused.pk)
    withdrawn = ask(team)
    with pytest.raises(NotAllowed):
        withdraw_appointment(by=team.viewer("chair"), appointment_id=withdrawn.pk)
    withdraw_appointment(by=team.viewer("head"), appointment_id=withdrawn.pk)
    with pytest.raises(DecidedAlready):
        refuse_appointment(by=team.viewer("chair"), appointment_id=withdrawn.pk)
    assert Role.DEPUTY_DSL not in roles_of(team, "teacher")
    assert sorted(Appointment.objects.values_list("state", flat=True)) == ["refused", "withdrawn"]


def test_whoever_asked_must_still_be_able_to(team: Team) -> None:
    asked = ask(team)
    Membership.objects.filter(person=team.person("head")).update(ends_on=TODAY() - DAY)
    with pytest.raises(RequesterGone):
        confirm_appointment(by=team.viewer("chair"), appointment_id=asked.pk)


def test_another_log_in_than_the_one_agreed_to_gets_nothing(team: Team) -> None:
    asked = ask(team)
    other = factories.person(factories.school("Hillside"), "Ina Roe", Role.STAFF)
    Person.objects.filter(pk=team.person("teacher").pk).update(user=other.user)
    with pytest.raises(RequesterGone):
        confirm_appointment(by=team.viewer("chair"), appointment_id=asked.pk)


@pytest.mark.parametrize("key", ["head", "chair", "vice", "dsl"])
def test_such_a_post_is_ended_by_two_as_well(team: Team, key: str) -> None:
    holder = team.person(key)
    row = Post.objects.get(person=holder)
    others = [each for each in ("head", "chair", "vice") if each != key]
    with pytest.raises(NotForYourself if key in {"head", "chair", "vice"} else NotAllowed):
        ask_to_end(by=team.viewer(key), post_id=row.pk, last_day=TODAY())
    asked = ask_to_end(by=team.viewer(others[0]), post_id=row.pk, last_day=TODAY() - DAY)
    with pytest.raises(NotForYourself):
        confirm_appointment(by=team.viewer(others[0]), appointment_id=asked.pk)
    confirm_appointment(by=team.viewer(others[1]), appointment_id=asked.pk)
    row.refresh_from_db()
    assert row.ends_on == TODAY() - DAY
    with pytest.raises(EndedAlready):
        ask_to_end(by=team.viewer(others[0]), post_id=row.pk, last_day=TODAY())


def test_a_last_day_is_not_before_the_first_and_other_posts_take_one_person(team: Team) -> None:
    row = Post.objects.get(person=team.person("dsl"))
    with pytest.raises(EndsTooEarly):
        ask_to_end(by=team.viewer("head"), post_id=row.pk, last_day=row.starts_on - DAY)
    one = Post.objects.get(person=team.person("office"))
    with pytest.raises(ValueError, match="one person"):
        ask_to_end(by=team.viewer("head"), post_id=one.pk, last_day=TODAY())


# --- who is told, and where it waits ----------------------------------------------------------------------------------


def test_whoever_could_agree_is_told_without_a_name(team: Team) -> None:
    asked = ask(team)
    told = Notice.objects.filter(kind="appointment_waiting")
    assert {each.to_address for each in told} == {team.user("chair").email, team.user("vice").email}
    for each in told:
        assert (each.school_id, each.object_id) == (team.school.pk, asked.pk)
        assert each.params == {"what": "post", "at": "school"}


def test_it_waits_for_the_others_and_not_for_whoever_asked(team: Team) -> None:
    ask(team)
    assert [each.may_decide for each in appointments_waiting(team.viewer("chair"))] == [True]
    assert [(each.may_decide, each.may_withdraw) for each in appointments_waiting(team.viewer("head"))] == [
        (False, True)
    ]
    for key in ("teacher", "office", "dsl", "parent"):
        viewer = team.viewer(key)
        with queries_at_most(0):
            assert appointments_waiting(viewer) == ()
    chair = team.viewer("chair")
    with queries_at_most(2):
        (waiting,) = appointments_waiting(chair)
    assert (waiting.name, waiting.requested_by) == ("Tom Adey", "Nia Cole")


def test_it_does_not_wait_for_the_one_it_is_about(team: Team) -> None:
    ask(team, by="chair", to="head", post=Role.DSL)
    assert [each.may_decide for each in appointments_waiting(team.viewer("head"))] == [False]


# --- schools that cannot help themselves ------------------------------------------------------------------------------


def test_two_administrators_give_the_first_posts(db: None) -> None:
    team = Team(factories.school())
    nia = factories.person(team.school, "Nia Cole", Role.STAFF)
    one, two = administrator("one"), administrator("two")
    email = nia.email.upper()
    asked = ask_to_appoint_by_log_in(by=at(one, team.school.pk), email=email, post=Role.HEAD_TEACHER, starts_on=TODAY())
    assert {each.to_address for each in Notice.objects.all()} == {two.email}
    with pytest.raises(NotForYourself):
        confirm_appointment(by=at(one, team.school.pk), appointment_id=asked.pk)
    confirm_appointment(by=at(two, team.school.pk), appointment_id=asked.pk)
    assert Role.HEAD_TEACHER in factories.viewer(nia).roles
    with pytest.raises(NobodyKnown):
        ask_to_appoint_by_log_in(
            by=at(one, team.school.pk), email="nobody@example.org", post=Role.HEAD_TEACHER, starts_on=TODAY()
        )


def test_administrators_have_no_say_once_two_people_do(team: Team) -> None:
    one = at(administrator("one"), team.school.pk)
    with pytest.raises(NotAlone):
        ask_to_appoint(by=one, person_id=team.person("teacher").pk, post=Role.DSL, starts_on=TODAY())
    asked = ask(team)
    with pytest.raises(NotAlone):
        confirm_appointment(by=one, appointment_id=asked.pk)
    assert appointments_waiting(one) == ()


def test_an_administrator_stands_in_for_the_missing_second_person(db: None) -> None:
    team = Team(factories.school())
    team.person("head")
    one = at(administrator("one"), team.school.pk)
    asked = ask(team, to="governor", post=Role.CHAIR_OF_GOVERNORS)
    assert {each.to_address for each in Notice.objects.all()} == {one.email}
    (waiting,) = appointments_waiting(one)
    assert (waiting.may_decide, waiting.name, waiting.requested_by) == (True, "", "somebody of the school")
    assert waiting.login == team.user("governor").email
    confirm_appointment(by=one, appointment_id=asked.pk)
    assert Role.CHAIR_OF_GOVERNORS in roles_of(team, "governor")


def test_an_administrator_who_works_at_the_school_is_no_second_person_for_themselves(db: None) -> None:
    team = Team(factories.school())
    nia = factories.person(team.school, "Nia Cole", Role.STAFF)
    assert nia.user is not None
    nia.user.is_staff = True
    nia.user.save()
    asked = ask_to_appoint(
        by=at(administrator("one"), team.school.pk), person_id=nia.pk, post=Role.HEAD_TEACHER, starts_on=TODAY()
    )
    with pytest.raises(NotForYourself):
        confirm_appointment(by=at(nia.user, team.school.pk), appointment_id=asked.pk)


# --- the database says it again ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes_", "constraint"),
    [
        ({"state": "confirmed", "decided_by": "head"}, "appointment_takes_two_people"),
        ({"state": "refused", "decided_by": "head"}, "appointment_takes_two_people"),
        ({"state": "confirmed", "decided_by": "teacher"}, "nobody_agrees_to_a_post_of_their_own"),
        ({"state": "confirmed"}, "decided_appointment_says_by_whom_and_when"),
        ({"requested_by": "teacher"}, "nobody_asks_for_a_post_of_their_own"),
        ({"kind": "end"}, "appointment_to_end_a_post_says_which"),
    ],
)
def test_the_database_refuses_it_too(team: Team, changes_: dict[str, str], constraint: str) -> None:
    asked = ask(team)
    said: dict[str, Any] = dict(changes_)
    for name in ("decided_by", "requested_by"):
        if name in said:
            said[name] = team.user(said[name])
    if "decided_by" in said:
        said["decided_at"] = timezone.now()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Appointment.objects.filter(pk=asked.pk).update(**said)


# --- the pages --------------------------------------------------------------------------------------------------------


def test_the_way_through_the_pages(team: Team) -> None:
    head, chair = team.client("head"), team.client("chair")
    teacher = team.person("teacher")
    give = reverse("schools:give_post")
    looked = head.post(give, {"action": "find", "find": "tom ad", "post": "deputy_dsl"})
    assert looked.status_code == 200
    page = looked.content.decode()
    assert f'value="{teacher.pk}"' in page
    assert "There is a problem" not in page
    today = TODAY()
    typed = {
        "action": "give", "pick": str(teacher.pk), "post": "deputy_dsl", "ends": "",
        "starts_on_day": today.day, "starts_on_month": today.month, "starts_on_year": today.year,
    }  # fmt: skip
    assert head.post(give, typed)["Location"] == reverse("schools:posts")
    asked = Appointment.objects.get()
    mine = reverse("schools:appointment", args=[asked.pk])
    listed = chair.get(reverse("schools:posts")).content.decode()
    assert mine in listed
    assert "Waits for you" in listed
    assert "Waits for you" not in head.get(reverse("schools:posts")).content.decode()
    shown = chair.get(mine).content.decode()
    assert "Agree" in shown
    assert teacher.email in shown
    assert "Withdraw it" in head.get(mine).content.decode()
    assert head.post(mine, {"action": "confirm"}).status_code == 403
    assert Appointment.objects.get().state == "waiting"
    assert chair.post(mine, {"action": "confirm"})["Location"] == reverse("schools:posts")
    assert Role.DEPUTY_DSL in roles_of(team, "teacher")
    again = chair.post(mine, {"action": "confirm"}, follow=True).content.decode()
    assert "decided already" in again
    assert {"appointment.opened", "posts.listed"} <= set(Entry.objects.values_list("action", flat=True))


@pytest.mark.parametrize("key", ["teacher", "office", "dsl", "coordinator", "governor", "parent"])
def test_the_pages_are_for_those_who_appoint(team: Team, key: str) -> None:
    client = team.client(key)
    asked = ask(team, to="teacher" if key != "teacher" else "coordinator")
    paths = [
        reverse("schools:posts"),
        reverse("schools:give_post"),
        reverse("schools:end_post", args=[Post.objects.get(person=team.person("chair")).pk]),
        reverse("schools:appointment", args=[asked.pk]),
    ]
    for path in paths:
        assert client.get(path).status_code == 403, path
        assert client.post(path, {"action": "confirm"}).status_code in {403, 405}, path
    assert client.post(reverse("schools:find_for_post"), {"find": "tom"}).status_code == 403


def test_another_school_s_are_not_there(team: Team) -> None:
    there = Team(factories.school("Hillside"))
    for key in ("head", "chair"):
        there.person(key)
    asked = ask(there)
    client = team.client("chair")
    for path in (
        reverse("schools:appointment", args=[asked.pk]),
        reverse("schools:end_post", args=[Post.objects.get(person=there.person("head")).pk]),
    ):
        assert client.get(path).status_code == 404, path
        assert client.post(path, {"action": "confirm"}).status_code == 404, path
    found = client.post(reverse("schools:find_for_post"), {"find": "tom"}).content.decode()
    assert str(there.person("teacher").pk) not in found


def test_the_picker_of_posts_knows_staff_and_governors_alone(team: Team) -> None:
    factories.pupil(team.school, "Tom Reed")
    factories.person(team.school, "Tom Payne", Role.PARENT)
    team.person("teacher")
    found = team.client("chair").post(reverse("schools:find_for_post"), {"find": "tom"}).content.decode()
    assert "Tom Adey" in found
    assert "Tom Reed" not in found
    assert "Tom Payne" not in found


def test_the_pages_cost_little(team: Team) -> None:
    asked = ask(team)
    client = team.client("chair")
    for path in (
        reverse("schools:posts"),
        reverse("schools:give_post"),
        reverse("schools:appointment", args=[asked.pk]),
    ):
        with queries_at_most(12):
            client.get(path)
