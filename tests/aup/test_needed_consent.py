"""Access needs a yes as well as a signature. Duties A1, A5."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aup.rules.due import Standing, without_access
from aup.selectors.coverage import PUPILS, CoverageRow, coverage_page
from aup.selectors.outstanding import EVERYBODY, no_access_page, outstanding_page
from aup.selectors.standing import standing_on
from aup.services.signing import Intent, change_consents
from schools.models import Guardian, Person, School
from tests import factories
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db
YES = {"internet_access": True, "publish_work": True, "publish_photographs": True, "video_calls": True}
NO = YES | {"internet_access": False}


def denied(school: School) -> frozenset[object]:
    """Whose document is signed, and refused all the same."""
    today = timezone.localdate()
    signed_by_all = standing_on(school.pk, today)
    with queries_at_most(8):
        standing = standing_on(school.pk, today, with_consents=True)
    assert [each.due for each in standing.lines] == [each.due for each in signed_by_all.lines]
    found = {each.about_id for each in standing.lines if each.standing is Standing.REFUSED}
    assert found == without_access(standing.lines) - without_access(signed_by_all.lines)
    return frozenset(found)


def test_a_no_to_the_internet_is_no_access_until_the_same_parent_says_yes() -> None:
    school = factories.school()
    assert denied(school) == frozenset()
    version = factories.published(school)
    child, other = factories.pupil(school, "Ada Olorun"), factories.pupil(school, "Sam Reed")
    mother = Person.objects.create(school=school, given_name="Grace", family_name="Olorun")
    for each in (child, other):
        factories.parent_of(each, mother)
    factories.signature(version, mother, child, consents=NO)
    factories.signature(version, mother, other, consents=YES | {"publish_work": False})
    assert denied(school) == {child.pk}
    change_consents(
        by=factories.signer(mother), intent=Intent(version.pk, child.pk, consents=YES, typed_name="Grace Olorun")
    )
    assert denied(school) == frozenset()


def test_whoever_may_not_sign_any_more_denies_nothing() -> None:
    school = factories.school()
    version = factories.published(school)
    child = factories.pupil(school, "Ada Olorun")
    parent = Person.objects.create(school=school, given_name="Grace", family_name="Olorun")
    factories.parent_of(child, parent)
    factories.signature(version, parent, child, consents=NO)
    assert denied(school) == {child.pk}
    Guardian.objects.update(is_barred=True)
    assert denied(school) == frozenset()
    lists(school)
    Guardian.objects.update(is_barred=False, ends_on=timezone.localdate() - timedelta(days=1))
    assert denied(school) == frozenset()


def lists(school: School) -> tuple[set[str], CoverageRow | None]:
    """Who is without access, and the figures of all pupils; the three lists must never tell different stories."""
    viewer = factories.viewer(factories.coordinator(school))
    no_access = {each.given_name for each in no_access_page(viewer=viewer).lines if each.kind == "pupil"}
    outstanding = outstanding_page(viewer=viewer, chosen=EVERYBODY)
    waiting = {line.given_name for group in outstanding.groups for line in group.lines}
    figures = next((each for each in coverage_page(viewer=viewer).roles if each.name == PUPILS), None)
    assert no_access == waiting
    if figures is not None:
        assert figures.people - figures.signed == len(no_access)
    return no_access, figures


def test_the_lists_and_the_figures_agree() -> None:
    school = factories.school()
    version = factories.published(school)
    children = [factories.pupil(school, f"{name} Olorun") for name in ("Ada", "Kofi", "Ama", "Yaw")]
    mother = Person.objects.create(school=school, given_name="Grace", family_name="Olorun")
    father = Person.objects.create(school=school, given_name="Dan", family_name="Olorun")
    for each in children:
        factories.parent_of(each, mother)
        factories.parent_of(each, father)
    assert lists(school)[0] == {"Ada", "Kofi", "Ama", "Yaw"}
    factories.signature(version, mother, children[0])
    factories.signature(version, mother, children[1], consents=NO)
    # Of two parents who disagree the one who says no counts.
    factories.signature(version, mother, children[2])
    factories.signature(version, father, children[2], consents=NO)
    no_access, figures = lists(school)
    assert no_access == {"Kofi", "Ama", "Yaw"}
    assert figures is not None
    assert (figures.people, figures.signed, figures.refused, figures.outstanding) == (4, 1, 2, 1)
    change_consents(by=factories.signer(father), intent=Intent(version.pk, children[2].pk, consents=YES))
    assert lists(school)[0] == {"Kofi", "Yaw"}


def test_an_old_no_waits_for_the_new_version_like_everything_else() -> None:
    school = factories.school()
    child = factories.pupil(school, "Ada Olorun")
    mother = Person.objects.create(school=school, given_name="Grace", family_name="Olorun")
    factories.parent_of(child, mother)
    factories.signature(factories.published(school), mother, child, consents=NO)
    newer = factories.published(school, title="Parents, please read this")
    (line,) = standing_on(school.pk, timezone.localdate(), with_consents=True).lines
    assert line.standing is Standing.OUTSTANDING
    factories.signature(newer, mother, child)
    assert denied(school) == frozenset()
