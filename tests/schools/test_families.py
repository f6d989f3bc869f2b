"""Who is whose parent or carer: checked, dated, never by the one it is about. Duty R7, threat T2."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from schools import changes
from schools.models import Guardian, Person
from schools.roles import Role
from schools.selectors import relatives
from schools.services.families import NoChild, PupilAsGuardian, RelatedAlready, end_guardian, link_guardian
from schools.services.problems import EndedAlready, EndsTooEarly, NotForYourself
from schools.viewer import NotAllowed
from tests import factories
from tests.factories.queries import queries_at_most
from tests.schools.team import Team

TODAY = timezone.localdate
DAY = timedelta(days=1)


def link(team: Team, guardian: Person, child: Person, by: str = "office", days_ago: int = 10) -> Guardian:
    return link_guardian(
        by=team.viewer(by), guardian_id=guardian.pk, child_id=child.pk, starts_on=TODAY() - days_ago * DAY
    )


def test_a_tie_counts_in_both_directions_while_it_lasts(team: Team) -> None:
    parent, sam, ada = team.person("parent"), team.pupil, factories.pupil(team.school, "Ada Reed")
    row = link(team, parent, sam)
    link(team, parent, ada)
    with queries_at_most(1):
        found = relatives(team.school.pk)
    assert found == {
        parent.pk: frozenset({sam.pk, ada.pk}),
        sam.pk: frozenset({parent.pk}),
        ada.pk: frozenset({parent.pk}),
    }
    assert relatives(team.school.pk, TODAY() - 11 * DAY) == {}
    end_guardian(by=team.viewer("office"), guardian_row_id=row.pk, last_day=TODAY())
    assert sam.pk in relatives(team.school.pk), "the last day belongs to it"
    assert sam.pk not in relatives(team.school.pk, TODAY() + DAY)
    assert relatives(factories.school("Hillside").pk) == {}


def test_a_teacher_s_own_child_is_put_down_too_and_it_is_told(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(changes, "_CALLBACKS", [lambda *said: told.append(said)])
    teacher = team.person("teacher")
    row = link(team, teacher, team.pupil)
    assert row.verified_by_id == team.person("office").pk
    assert told == [(team.school.pk, {teacher.pk, team.pupil.pk}, TODAY())]
    entry = Entry.objects.get(action="guardian.linked")
    assert entry.detail == {"guardian": str(teacher.pk), "child": str(team.pupil.pk)}


def test_nobody_puts_down_or_ends_a_tie_of_their_own(team: Team) -> None:
    """Else a teacher's case about the own child would be a click away (R7)."""
    with pytest.raises(NotForYourself):
        link(team, team.person("office"), team.pupil)
    row = link(team, team.person("office"), team.pupil, by="head")
    with pytest.raises(NotForYourself):
        end_guardian(by=team.viewer("office"), guardian_row_id=row.pk, last_day=TODAY())


def test_what_cannot_be_is_refused(team: Team) -> None:
    parent, sam = team.person("parent"), team.pupil
    other = factories.pupil(team.school, "Ada Reed")
    with pytest.raises(NoChild):
        link(team, sam, parent)
    with pytest.raises(PupilAsGuardian):
        link(team, other, sam)
    row = link(team, parent, sam)
    with pytest.raises(RelatedAlready):
        link(team, parent, sam)
    with pytest.raises(EndsTooEarly):
        end_guardian(by=team.viewer("office"), guardian_row_id=row.pk, last_day=TODAY() - 11 * DAY)
    end_guardian(by=team.viewer("office"), guardian_row_id=row.pk, last_day=TODAY() - DAY)
    with pytest.raises(EndedAlready):
        end_guardian(by=team.viewer("office"), guardian_row_id=row.pk, last_day=TODAY())
    link(team, parent, sam, days_ago=0)
    for key in ("teacher", "chair", "coordinator", "parent"):
        with pytest.raises(NotAllowed):
            link(team, parent, other, by=key)
    there = Team(factories.school("Hillside"))
    with pytest.raises(Person.DoesNotExist):
        link(team, parent, there.pupil)
    with pytest.raises(Person.DoesNotExist):
        link(team, there.person("parent"), sam)


@pytest.mark.parametrize("constraint", ["nobody_is_their_own_guardian", "nobody_checks_their_own_guardianship"])
def test_the_database_refuses_it_too(team: Team, constraint: str) -> None:
    parent = team.person("parent")
    child = parent if constraint == "nobody_is_their_own_guardian" else team.pupil
    checked = team.person("office") if constraint == "nobody_is_their_own_guardian" else parent
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Guardian.objects.create(
            school=team.school, guardian=parent, child=child, verified_by=checked,
            verified_at=timezone.now(), starts_on=TODAY(),
        )  # fmt: skip


def test_the_way_through_the_pages(team: Team) -> None:
    client, parent, sam, day = team.client("office"), team.person("parent"), team.pupil, TODAY()
    page = reverse("schools:link_guardian", args=[sam.pk])
    looked = client.post(page, {"action": "find", "find": "dan ol"})
    assert f'value="{parent.pk}"' in looked.content.decode()
    assert "There is a problem" not in looked.content.decode()
    typed = {
        "action": "link", "pick": str(parent.pk), "checked": "on", "responsibility": "no",
        "starts_on_day": day.day, "starts_on_month": day.month, "starts_on_year": day.year,
    }  # fmt: skip
    assert client.post(page, {**typed, "pick": ""}).status_code == 422
    assert client.post(page, {**typed, "checked": ""}).status_code == 422
    assert client.post(page, {**typed, "responsibility": ""}).status_code == 422
    assert client.post(page, {**typed, "pick": str(factories.pupil(team.school).pk)}).status_code == 422
    assert client.post(page, typed)["Location"] == reverse("schools:person", args=[sam.pk])
    assert "Dan Olor" in client.get(reverse("schools:person", args=[sam.pk])).content.decode()
    assert "Sam Reed" in client.get(reverse("schools:person", args=[parent.pk])).content.decode()
    end = reverse("schools:end_guardian", args=[Guardian.objects.get().pk])
    assert "Dan Olor" in client.get(end).content.decode()
    last = {"last_day_day": day.day, "last_day_month": day.month, "last_day_year": day.year}
    assert client.post(end, last).status_code == 302
    assert Guardian.objects.get().ends_on == day
    from_parent = client.post(reverse("schools:link_guardian", args=[parent.pk]), typed)
    assert from_parent.status_code == 422, "a parent is no child"


def test_another_school_s_ties_are_not_there(team: Team) -> None:
    there = Team(factories.school("Hillside"))
    row = link(there, there.person("parent"), there.pupil)
    client = team.client("office")
    assert client.get(reverse("schools:end_guardian", args=[row.pk])).status_code == 404
    assert client.post(reverse("schools:end_guardian", args=[row.pk]), {}).status_code == 404
    found = client.post(reverse("schools:find_people"), {"find": "dan"}).content.decode()
    assert str(there.person("parent").pk) not in found
    assert factories.person(team.school, "Dan Here", Role.PARENT).full_name in (
        client.post(reverse("schools:find_people"), {"find": "dan he"}).content.decode()
    )
