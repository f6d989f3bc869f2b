"""Who leaves takes nothing with them, and a child's pictures come down. Duty A5 (PR); threats T2 and T8."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aup.models import FollowUp, SigningLink
from aup.services.links import LinkPassed, make_link, open_link
from schools.models import Person, School
from schools.roles import Role
from schools.services.families import end_guardian
from schools.services.leavers import leave
from schools.viewer import Viewer
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    return factories.school()


@pytest.fixture
def office(school: School) -> Viewer:
    return factories.viewer(factories.person(school, "Bryony Vale", Role.SCHOOL_OFFICE))


@pytest.fixture
def child(school: School) -> Person:
    return factories.pupil(school, "Ada Olorun")


@pytest.fixture
def parent(school: School, child: Person) -> Person:
    made = Person.objects.create(school=school, given_name="Grace", family_name="Olorun", email="grace@example.org")
    factories.parent_of(child, made, starts_on=timezone.localdate() - timedelta(days=30))
    return made


def is_good(token: str) -> bool:
    try:
        open_link(token=token)
    except LinkPassed:
        return False
    return True


def test_pictures_and_work_come_down_when_a_child_leaves(office: Viewer, parent: Person, child: Person) -> None:
    version = factories.published(child.school)
    said = {"internet_access": True, "publish_work": True, "publish_photographs": True, "video_calls": True}
    factories.signature(version, parent, child, consents=said)
    token = make_link(school_id=child.school_id, person_id=parent.pk)
    leave(by=office, person_id=child.pk, last_day=timezone.localdate() - timedelta(days=1))
    assert {each.code for each in FollowUp.objects.all()} == {"publish_photographs", "publish_work"}
    assert is_good(token), "the link is the parent's, who has not changed; the child is on its page no more"


def test_a_child_whose_parent_said_no_leaves_no_task(office: Viewer, parent: Person, child: Person) -> None:
    version = factories.published(child.school)
    said = {"internet_access": True, "publish_work": False, "publish_photographs": False, "video_calls": True}
    factories.signature(version, parent, child, consents=said)
    leave(by=office, person_id=child.pk, last_day=timezone.localdate())
    assert not FollowUp.objects.exists()


def test_a_parent_who_is_none_any_more_has_no_link(office: Viewer, parent: Person, child: Person) -> None:
    token = make_link(school_id=child.school_id, person_id=parent.pk)
    assert is_good(token)
    tie = parent.guardian_of.get()
    end_guardian(by=office, guardian_row_id=tie.pk, last_day=timezone.localdate() - timedelta(days=1))
    assert not is_good(token)
    assert SigningLink.objects.get().ended_at is not None


def test_a_visitor_who_leaves_has_no_link(office: Viewer, school: School) -> None:
    visitor = factories.person(school, "Vic Vale", Role.VISITOR)
    token = make_link(school_id=school.pk, person_id=visitor.pk)
    leave(by=office, person_id=visitor.pk, last_day=timezone.localdate())
    assert not is_good(token)
