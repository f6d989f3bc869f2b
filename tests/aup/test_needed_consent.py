"""Access needs a yes as well as a signature. Duties A1, A5."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aup.selectors.consents import without_needed_consent
from aup.selectors.standing import standing_on
from aup.services.signing import Intent, change_consents
from schools.models import Guardian, Person, School
from tests import factories
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db
YES = {"internet_access": True, "publish_work": True, "publish_photographs": True, "video_calls": True}
NO = YES | {"internet_access": False}


def denied(school: School) -> frozenset[object]:
    standing = standing_on(school.pk, timezone.localdate())
    with queries_at_most(2):
        return frozenset(without_needed_consent(school.pk, standing))


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
    Guardian.objects.update(is_barred=False, ends_on=timezone.localdate() - timedelta(days=1))
    assert denied(school) == frozenset()
