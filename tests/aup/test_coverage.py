"""Coverage: signed, outstanding, refused, by class and role, on any day. Duties A1, A4 (CM 3.3, CC 3.2)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from aup.selectors.coverage import PUPILS, Coverage, CoverageRow, coverage_on, coverage_page
from aup.services.signing import Intent, refuse
from schools.models import Membership
from schools.roles import Role
from schools.viewer import NotAllowed
from tests import factories
from tests.access.examples_of_people import day
from tests.aup.asked import DAY, Asked, at, staff
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def there() -> Asked:
    return Asked()


def row(coverage: Coverage, name: str) -> tuple[int, int, int, int]:
    """People, signed, outstanding, refused."""
    rows = (*coverage.classes, *coverage.roles, *coverage.agreements)
    found = next((each for each in rows if each.name == name), CoverageRow(name))
    return found.people, found.signed, found.outstanding, found.refused


def test_by_class_and_role(there: Asked) -> None:
    families = [there.family(number, class_name="5A" if number < 3 else "6B") for number in range(4)]
    factories.signature(there.version, *families[0])
    intent = Intent(there.version.pk, families[1][1].pk, "ParentB Olorun")
    refuse(by=factories.signer(families[1][0]), intent=intent)
    factories.pupil(there.school, "Sam Reed", class_name="6B")
    version = factories.published(there.school, "staff")
    mei = staff(there.school, "Mei Hart")
    factories.signature(version, mei)
    found = coverage_on(there.school.pk, TODAY())
    assert row(found, "5A") == (3, 1, 1, 1)
    assert row(found, "6B") == (2, 0, 2, 0)
    assert row(found, PUPILS) == (5, 1, 3, 1)
    assert row(found, "Staff") == (2, 1, 1, 0)
    assert row(found, "Parent and carer agreement") == (5, 1, 3, 1)
    assert [each.nobody_to_ask for each in found.classes] == [0, 1]


def test_a_past_day_is_as_it_was(there: Asked) -> None:
    signer, child = there.family(0)
    factories.signature(there.version, signer, child, now=timezone.now() - 10 * DAY)
    refuser, other = there.family(1)
    moment = timezone.now() - 5 * DAY
    intent = Intent(there.version.pk, other.pk, "ParentB Olorun")
    refuse(by=factories.signer(refuser), intent=intent, now=moment)
    factories.signature(there.version, refuser, other, now=timezone.now() - 2 * DAY)
    found = [row(coverage_on(there.school.pk, TODAY() - days * DAY), PUPILS) for days in (0, 3, 7, 11, 31)]
    assert found == [(2, 2, 0, 0), (2, 1, 0, 1), (2, 1, 1, 0), (2, 0, 2, 0), (0, 0, 0, 0)]


def test_a_new_version_opens_it_again_and_the_day_before_it_stays(there: Asked) -> None:
    signer, child = there.family(0)
    factories.signature(there.version, signer, child, now=timezone.now() - 10 * DAY)
    factories.published(there.school, title="A newer agreement", now=timezone.now() - DAY)
    assert row(coverage_on(there.school.pk, TODAY()), PUPILS) == (1, 0, 1, 0)
    assert row(coverage_on(there.school.pk, TODAY() - 2 * DAY), PUPILS) == (1, 1, 0, 0)


def test_leavers_drop_out_with_their_last_day(there: Asked) -> None:
    _, child = there.family(0)
    child.pupil.left_on = TODAY() - 3 * DAY
    child.pupil.save()
    version_day = [coverage_on(there.school.pk, TODAY() - days * DAY) for days in (2, 3)]
    assert [row(each, PUPILS)[0] for each in version_day] == [0, 1]
    factories.published(there.school, "visitor", now=timezone.now() - 9 * DAY)
    visitor = factories.person(there.school, "Vic Lane", Role.VISITOR)
    Membership.objects.filter(person=visitor).update(ends_on=TODAY() - 3 * DAY)
    found = [coverage_on(there.school.pk, TODAY() - days * DAY) for days in (2, 3)]
    assert [row(each, "Visitors and volunteers")[0] for each in found] == [0, 1]


def test_a_child_that_moved_on_is_counted_for_the_stage_of_then(there: Asked) -> None:
    long_ago = at(date(2020, 10, 1))
    for code in ("pupil_ks1", "pupil_ks2"):
        factories.published(there.school, code, now=long_ago)
    _, child = there.family(0)
    child.pupil.year_group = "Year 3"
    child.pupil.save()
    younger, older = "Our rules for staying safe online", "Acceptable use agreement for primary pupils"
    today = TODAY()
    start = date(today.year if (today.month, today.day) >= (9, 1) else today.year - 1, 9, 1)
    now, then = coverage_on(there.school.pk, today), coverage_on(there.school.pk, start - DAY)
    assert row(now, older)[0] == 1
    assert not any(each.name.startswith(younger) for each in now.agreements)
    assert row(then, older)[0] == 0
    assert any(each.name.startswith(younger) for each in then.agreements)


def test_nine_queries_whatever_its_size(there: Asked) -> None:
    for number in range(8):
        there.family(number)
    with queries_at_most(9):
        coverage_on(there.school.pk, TODAY())


def test_a_share_is_whole_only_when_all_is() -> None:
    assert [CoverageRow("x", people=200, signed=each).share for each in (0, 199, 200)] == [0, 99, 100]
    assert CoverageRow("x").share == 0


def test_who_may(there: Asked) -> None:
    for role in (Role.HEAD_TEACHER, Role.SCHOOL_OFFICE, Role.COORDINATOR):
        assert coverage_page(viewer=factories.viewer(factories.person(there.school, "Ada Bell", role)))
    for role in (Role.STAFF, Role.GOVERNOR, Role.NETWORK_MANAGER):
        with pytest.raises(NotAllowed):
            coverage_page(viewer=factories.viewer(factories.person(there.school, "Mei Hart", role)))


def test_the_page(there: Asked) -> None:
    client, page = factories.log_in(there.jo), reverse("aup:coverage")
    there.family(0)
    text = client.get(page).content.decode()
    assert "All pupils" in text
    assert "ChildA" not in text
    before = client.get(page, day("on", TODAY() - timedelta(days=40)))
    assert "Nothing to sign on that day" in before.content.decode()
    for wrong in ({"on_day": "31", "on_month": "2", "on_year": "2026"}, day("on", TODAY() + DAY), {"on_day": ""}):
        response = client.get(page, wrong)
        assert response.status_code == 422
        assert "There is a problem" in response.content.decode()
