"""Posts that one person gives and ends, and what the page of the posts shows. Duty D1 (CM 3.2)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from schools.models import Appointment, Membership, Person, Post
from schools.roles import GOVERNOR_POSTS, POSTS, TWO_PERSON_POSTS, Role
from schools.selectors.posts import posts_page
from schools.services.posts import HoldsIt, NotFit, end_post, give_post
from schools.services.problems import EndedAlready, EndsTooEarly, NotAlone, NotForYourself
from schools.viewer import NotAllowed
from tests import factories
from tests.schools.team import Team

TODAY = timezone.localdate
DAY = timedelta(days=1)
ALONE = sorted(set(POSTS) - TWO_PERSON_POSTS)


@pytest.mark.parametrize("post", ALONE)
def test_the_head_gives_and_ends_it(team: Team, post: Role) -> None:
    holder = team.person("governor" if post in GOVERNOR_POSTS else "teacher")
    row = give_post(by=team.viewer("head"), person_id=holder.pk, post=post, starts_on=TODAY())
    assert post in factories.viewer(holder).roles
    end_post(by=team.viewer("head"), post_id=row.pk, last_day=TODAY())
    assert post in factories.viewer(holder).roles, "the last day belongs to it"
    Post.objects.filter(pk=row.pk).update(starts_on=TODAY() - DAY, ends_on=TODAY() - DAY)
    assert post not in factories.viewer(holder).roles
    with pytest.raises(EndedAlready):
        end_post(by=team.viewer("head"), post_id=row.pk, last_day=TODAY())
    assert list(Entry.objects.filter(object_id=row.pk).order_by("at").values_list("action", flat=True)) == [
        "post.given",
        "post.ended",
    ]


@pytest.mark.parametrize("post", sorted(TWO_PERSON_POSTS))
@pytest.mark.parametrize("by", ["head", "chair", "vice"])
def test_nobody_alone_gives_one_that_takes_two(team: Team, by: str, post: Role) -> None:
    holder = team.person("governor" if post in GOVERNOR_POSTS else "teacher")
    with pytest.raises(NotAlone):
        give_post(by=team.viewer(by), person_id=holder.pk, post=post, starts_on=TODAY())
    assert not Post.objects.filter(person=holder).exists()


@pytest.mark.parametrize("key", ["chair", "vice", "dsl"])
def test_nobody_alone_ends_one_that_takes_two(team: Team, key: str) -> None:
    row = Post.objects.get(person=team.person(key))
    with pytest.raises(NotAlone):
        end_post(by=team.viewer("head"), post_id=row.pk, last_day=TODAY())


def test_the_head_gives_the_head_nothing_and_the_chair_does(team: Team) -> None:
    head = team.person("head")
    with pytest.raises(NotForYourself):
        give_post(by=team.viewer("head"), person_id=head.pk, post=Role.COORDINATOR, starts_on=TODAY())
    row = give_post(by=team.viewer("chair"), person_id=head.pk, post=Role.COORDINATOR, starts_on=TODAY())
    with pytest.raises(NotForYourself):
        end_post(by=team.viewer("head"), post_id=row.pk, last_day=TODAY())
    with pytest.raises(NotAlone):
        give_post(
            by=team.viewer("chair"), person_id=team.person("teacher").pk, post=Role.COORDINATOR, starts_on=TODAY()
        )


@pytest.mark.parametrize("by", ["vice", "dsl", "office", "coordinator", "teacher", "governor", "parent"])
def test_nobody_else_gives_posts(team: Team, by: str) -> None:
    with pytest.raises(NotAllowed):
        give_post(by=team.viewer(by), person_id=team.person("teacher").pk, post=Role.NETWORK_MANAGER, starts_on=TODAY())
    row = Post.objects.get(person=team.person("coordinator"))
    with pytest.raises(NotAllowed):
        end_post(by=team.viewer(by), post_id=row.pk, last_day=TODAY())


def test_a_predecessor_ends_the_day_before_and_must_hold_that_post(team: Team) -> None:
    before = Post.objects.get(person=team.person("coordinator"))
    other = Post.objects.get(person=team.person("office"))
    give = {"by": team.viewer("head"), "person_id": team.person("teacher").pk, "starts_on": TODAY() + 7 * DAY}
    with pytest.raises(Post.DoesNotExist):
        give_post(**give, post=Role.COORDINATOR, ends_id=other.pk)  # type: ignore[arg-type]
    give_post(**give, post=Role.COORDINATOR, ends_id=before.pk)  # type: ignore[arg-type]
    before.refresh_from_db()
    assert before.ends_on == TODAY() + 6 * DAY
    with pytest.raises(HoldsIt):
        give_post(**give, post=Role.COORDINATOR)  # type: ignore[arg-type]


def test_the_head_does_not_end_the_own_post_by_a_successor(team: Team) -> None:
    """The chair gave the head a post; the head cannot pass it on in the own place without ending it."""
    give = give_post(
        by=team.viewer("chair"), person_id=team.person("head").pk, post=Role.COORDINATOR, starts_on=TODAY()
    )
    give_post(
        by=team.viewer("head"),
        person_id=team.person("teacher").pk,
        post=Role.COORDINATOR,
        starts_on=TODAY() + DAY,
        ends_id=give.pk,
    )
    give.refresh_from_db()
    assert give.ends_on == TODAY(), "stepping back in favour of somebody else is no gain of access"


def test_what_does_not_fit_is_refused(team: Team) -> None:
    head = team.viewer("head")
    with pytest.raises(NotFit):
        give_post(by=head, person_id=team.person("teacher").pk, post=Role.RESOURCES_CHAIR, starts_on=TODAY())
    with pytest.raises(NotFit):
        give_post(by=head, person_id=team.person("parent").pk, post=Role.SENCO, starts_on=TODAY())
    both = factories.person(team.school, "Una Both", Role.STAFF, Role.GOVERNOR)
    with pytest.raises(NotFit):
        give_post(by=head, person_id=both.pk, post=Role.SAFEGUARDING_GOVERNOR, starts_on=TODAY())
    row = Post.objects.get(person=team.person("coordinator"))
    with pytest.raises(EndsTooEarly):
        end_post(by=head, post_id=row.pk, last_day=row.starts_on - DAY)
    there = Team(factories.school("Hillside"))
    with pytest.raises(Person.DoesNotExist):
        give_post(by=head, person_id=there.person("teacher").pk, post=Role.SENCO, starts_on=TODAY())
    with pytest.raises(Post.DoesNotExist):
        end_post(by=head, post_id=Post.objects.get(person=there.person("office")).pk, last_day=TODAY())


def test_a_post_without_a_membership_gives_nothing_and_does_not_appoint(team: Team) -> None:
    Membership.objects.filter(person=team.person("chair")).update(ends_on=TODAY() - DAY)
    assert team.client("chair").get(reverse("schools:posts")).status_code == 403


def test_the_page_shows_now_and_before(team: Team) -> None:
    row = give_post(
        by=team.viewer("head"), person_id=team.person("teacher").pk, post=Role.SENCO, starts_on=TODAY() + DAY
    )
    before = Post.objects.create(
        school=team.school, person=team.person("parent"), post="senco",
        starts_on=TODAY() - 9 * DAY, ends_on=TODAY() - DAY,
    )  # fmt: skip
    line = next(each for each in posts_page(viewer=team.viewer("chair"), today=TODAY()).lines if each.post == "senco")
    assert line.now == ()
    assert [each.post_id for each in line.others] == [row.pk, before.pk]
    page = team.client("chair").get(reverse("schools:posts")).content.decode()
    assert page.count("Takes two people") == len(TWO_PERSON_POSTS)
    assert "Tom Adey" in page


def test_the_way_through_the_pages(team: Team) -> None:
    head, teacher, day = team.client("head"), team.person("teacher"), TODAY()
    typed = {
        "action": "give", "pick": str(teacher.pk), "post": "senco", "ends": "",
        "starts_on_day": day.day, "starts_on_month": day.month, "starts_on_year": day.year,
    }  # fmt: skip
    nobody = head.post(reverse("schools:give_post"), {**typed, "pick": ""})
    assert nobody.status_code == 422
    assert "choose them from the list" in nobody.content.decode()
    wrong = head.post(reverse("schools:give_post"), {**typed, "post": "resources_chair"})
    assert (wrong.status_code, "governor who is not on the staff" in wrong.content.decode()) == (422, True)
    other = Post.objects.get(person=team.person("dsl"))
    assert head.post(reverse("schools:give_post"), {**typed, "ends": str(other.pk)}).status_code == 422
    assert head.post(reverse("schools:give_post"), {**typed, "ends": str(teacher.pk)}).status_code == 422
    assert head.post(reverse("schools:give_post"), typed).status_code == 302
    row = Post.objects.get(person=teacher)
    end = reverse("schools:end_post", args=[row.pk])
    assert "Tom Adey" in head.get(end).content.decode()
    last = {"last_day_day": day.day, "last_day_month": day.month, "last_day_year": day.year}
    assert head.post(end, {**last, "last_day_year": 1066}).status_code == 422
    assert head.post(end, last)["Location"] == reverse("schools:posts")
    row.refresh_from_db()
    assert row.ends_on == day
    two = reverse("schools:end_post", args=[other.pk])
    assert "second person" in head.get(two).content.decode()
    assert head.post(two, last).status_code == 302
    other.refresh_from_db()
    assert other.ends_on is None
    assert Appointment.objects.get().kind == "end"
