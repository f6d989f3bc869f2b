"""What a head teacher tries who wants to be told what is not for the head: each try is denied. Threat T4."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from schools.models import Appointment, Membership, OfficerChange, Post, School
from schools.roles import GOVERNOR_POSTS, POSTS, TWO_PERSON_POSTS, Role
from schools.services.appointing import ask_to_appoint
from tests.schools.team import Team

DAY = timedelta(days=1)


def day(name: str) -> dict[str, int]:
    today = timezone.localdate()
    return {f"{name}_day": today.day, f"{name}_month": today.month, f"{name}_year": today.year}


def rows() -> dict[str, list[object]]:
    models = (Post, Membership, Appointment, OfficerChange, School)
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}


@pytest.mark.parametrize("post", POSTS)
def test_the_head_gives_the_head_no_post(team: Team, post: Role) -> None:
    head = team.person("head")
    before = rows()
    typed = {"action": "give", "pick": str(head.pk), "post": post.value, "ends": "", **day("starts_on")}
    assert team.client("head").post(reverse("schools:give_post"), typed).status_code == 403
    assert rows() == before


@pytest.mark.parametrize("role", ["governor", "parent", "visitor"])
def test_the_head_gives_the_head_no_role(team: Team, role: str) -> None:
    before = rows()
    page = reverse("schools:give_role", args=[team.person("head").pk])
    assert team.client("head").post(page, {"role": role, **day("starts_on")}).status_code == 403
    assert rows() == before


@pytest.mark.parametrize("key", ["chair", "vice"])
def test_the_head_removes_neither_the_chair_nor_the_vice_chair(team: Team, key: str) -> None:
    holder, client = team.person(key), team.client("head")
    membership = Membership.objects.get(person=holder)
    before = rows()
    leave = reverse("schools:leave", args=[holder.pk])
    assert client.post(leave, {**day("last_day"), "sure": "on"}).status_code == 403
    end_role = reverse("schools:end_role", args=[membership.pk])
    assert client.post(end_role, day("last_day")).status_code == 403
    give_role = reverse("schools:give_role", args=[holder.pk])
    assert client.post(give_role, {"role": "staff", **day("starts_on")}).status_code == 403, "staff hold no such post"
    assert rows() == before
    end_post = reverse("schools:end_post", args=[Post.objects.get(person=holder).pk])
    assert client.post(end_post, day("last_day")).status_code == 302
    asked = Appointment.objects.get()
    assert asked.state == "waiting"
    assert {**rows(), "Appointment": []} == {**before, "Appointment": []}, "asked for, and nothing has changed"
    decide = reverse("schools:appointment", args=[asked.pk])
    for action in ("confirm", "refuse"):
        assert client.post(decide, {"action": action}).status_code == 403
    assert Appointment.objects.get().state == "waiting"


@pytest.mark.parametrize("post", sorted(TWO_PERSON_POSTS))
def test_the_head_gives_no_accomplice_a_post_alone(team: Team, post: Role) -> None:
    accomplice = team.person("governor" if post in GOVERNOR_POSTS else "teacher")
    client = team.client("head")
    typed = {"action": "give", "pick": str(accomplice.pk), "post": post.value, "ends": "", **day("starts_on")}
    assert client.post(reverse("schools:give_post"), typed).status_code == 302
    asked = Appointment.objects.get()
    decide = reverse("schools:appointment", args=[asked.pk])
    assert client.post(decide, {"action": "confirm"}).status_code == 403
    assert not Post.objects.filter(person=accomplice).exists()


def test_an_accomplice_who_is_to_be_chair_cannot_agree_to_it(team: Team) -> None:
    asked = ask_to_appoint(
        by=team.viewer("head"),
        person_id=team.person("governor").pk,
        post=Role.CHAIR_OF_GOVERNORS,
        starts_on=timezone.localdate(),
    )
    page = reverse("schools:appointment", args=[asked.pk])
    assert team.client("governor").post(page, {"action": "confirm"}).status_code == 403


def test_the_head_sends_no_report_elsewhere_alone(team: Team) -> None:
    client = team.client("head")
    typed = {"email": "mine@example.org", "again": "mine@example.org"}
    assert client.post(reverse("schools:officer_ask"), typed).status_code == 302
    change = OfficerChange.objects.get()
    decide = reverse("schools:officer_decide", args=[change.pk])
    OfficerChange.objects.update(code_given_at=timezone.now())
    assert client.post(decide, {"action": "confirm"}).status_code == 403
    client.post(reverse("schools:settings"), {"name": "x", "address": "y", "officer_email": "mine@example.org"})
    assert School.objects.get(pk=team.school.pk).officer_email == "officer@council.example.org"


def test_the_head_has_no_way_into_the_service(team: Team) -> None:
    client = team.client("head")
    for name in ("school", "member", "post", "ask"):
        path = reverse(f"service:{name}", args=[team.school.pk])
        assert client.get(path).status_code == 403
        assert client.post(path, {"reason": "x" * 50}).status_code in {403, 405}


def test_the_chair_cannot_do_it_either(team: Team) -> None:
    client, chair = team.client("chair"), team.person("chair")
    before = rows()
    typed = {"action": "give", "pick": str(chair.pk), "post": "head_teacher", "ends": "", **day("starts_on")}
    assert client.post(reverse("schools:give_post"), typed).status_code == 403
    own = reverse("schools:end_post", args=[Post.objects.get(person=chair).pk])
    assert client.post(own, day("last_day")).status_code == 403
    assert rows() == before
