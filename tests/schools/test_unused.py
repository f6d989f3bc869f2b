"""Log-ins that nobody has used for 90 days: listed, and told to the head once a week (threat T8)."""

from datetime import timedelta

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Notice
from dispatch.notices import NoLongerWanted, NoticeFacts, composer_of
from dispatch.rules.notices import NoticeKind
from schools.models import Membership, Person, Post, User
from schools.roles import Role
from schools.services.renewing import close_log_in
from schools.tasks import tell_of_unused
from tests import factories
from tests.schools.team import Team

PEOPLE = reverse("schools:people")
# A day more than it takes: summer time may have begun or ended since.
LONG = timedelta(days=92)
SHORT = timedelta(days=88)


def used(person: Person, *, made: timedelta, last: timedelta | None) -> None:
    now = timezone.now()
    User.objects.filter(pk=person.user_id).update(created_at=now - made, last_login=now - last if last else None)


@pytest.fixture
def unused(team: Team) -> Person:
    """A teacher who has not logged in for long."""
    used(team.person("teacher"), made=2 * LONG, last=LONG)
    return team.person("teacher")


def listed(team: Team, key: str = "head") -> str:
    return team.client(key).get(f"{PEOPLE}?kind=unused").content.decode()


def test_they_are_on_a_list_of_their_own(team: Team, unused: Person) -> None:
    used(team.person("governor"), made=2 * LONG, last=SHORT)
    used(team.person("parent"), made=LONG, last=None)
    used(team.person("coordinator"), made=SHORT, last=None)
    page = listed(team, "office")
    assert unused.full_name in page
    assert team.person("parent").full_name in page, "never used at all"
    for key in ("governor", "coordinator", "head"):
        assert team.person(key).full_name not in page, key
    assert "Log-ins unused for 90 days" in team.client("head").get(PEOPLE).content.decode()


def test_what_is_closed_new_here_or_the_services_own_is_not(team: Team, unused: Person) -> None:
    close_log_in(by=team.viewer("head"), person_id=unused.pk)
    used(team.person("governor"), made=2 * LONG, last=LONG)
    day = timezone.localdate() - timedelta(days=5)
    Membership.objects.filter(person=team.person("governor")).update(starts_on=day)
    used(team.person("parent"), made=2 * LONG, last=LONG)
    User.objects.filter(pk=team.user("parent").pk).update(is_staff=True)
    page = listed(team)
    for key in ("teacher", "governor", "parent"):
        assert team.person(key).full_name not in page, key


def test_whoever_is_nothing_to_the_school_any_more_but_could_still_log_in_is(team: Team, unused: Person) -> None:
    Membership.objects.filter(person=unused).update(ends_on=timezone.localdate() - LONG)
    assert unused.full_name in listed(team)


def test_the_head_is_told_once_a_week_by_a_link_and_no_name(team: Team, unused: Person) -> None:
    there = Team(factories.school("Hillside"))
    there.person("head")
    tell_of_unused()
    notice = Notice.objects.get()
    assert (notice.kind, notice.to_address, notice.school_id) == (
        "unused_log_ins", team.user("head").email, team.school.pk,
    )  # fmt: skip
    assert (notice.object_id, notice.params) == (team.school.pk, {})
    entry = Entry.objects.get(action="log_ins.unused_told")
    assert (entry.school_id, entry.actor_id, entry.detail) == (team.school.pk, None, {"mails": 1})
    assert settings.CELERY_BEAT_SCHEDULE["unused"]["task"] == tell_of_unused.name
    when = settings.CELERY_BEAT_SCHEDULE["unused"]["schedule"]
    assert isinstance(when, crontab)
    assert len(when.day_of_week) == len(when.hour) == len(when.minute) == 1


def test_the_mail_names_nobody_and_is_dropped_once_there_are_none(team: Team, unused: Person) -> None:
    tell_of_unused()
    row = Notice.objects.get()
    kind = NoticeKind.UNUSED_LOG_INS
    compose = composer_of(kind)
    assert compose is not None
    facts = NoticeFacts(row.pk, kind, row.school_id, row.to_address, row.object_id, {}, None, row.created_at)
    said = dict(compose(facts))
    assert said == {"link": f"{settings.BASE_URL}{PEOPLE}?kind=unused", "days": 90}
    text = render_to_string(
        f"emails/notices/{kind.value}.txt", {**said, "school_name": team.school.name, "service": ""}
    )
    assert f"{PEOPLE}?kind=unused" in text
    assert unused.family_name not in text
    close_log_in(by=team.viewer("head"), person_id=unused.pk)
    with pytest.raises(NoLongerWanted):
        compose(facts)


def test_the_office_is_told_where_there_is_no_head(team: Team, unused: Person) -> None:
    team.person("office")
    Post.objects.filter(post=Role.HEAD_TEACHER.value).delete()
    tell_of_unused()
    assert Notice.objects.get().to_address == team.user("office").email


def test_nobody_is_told_of_nothing(team: Team) -> None:
    tell_of_unused()
    assert not Notice.objects.exists()
    assert not Entry.objects.filter(action="log_ins.unused_told").exists()
