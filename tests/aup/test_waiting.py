"""What about agreements waits on the first page."""

import pytest

from aup.selectors.waiting import Waiting, waiting_for
from aup.services.signing import Intent, refuse
from schools.models import School
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    return factories.school()


def test_a_parent_is_told_how_many_signatures_are_asked_for(school: School) -> None:
    parent = factories.person(school, "Grace Olorun", Role.PARENT)
    children = [factories.pupil(school, name) for name in ("Ada Olorun", "Kofi Olorun")]
    for each in children:
        factories.parent_of(each, parent)
    assert waiting_for(viewer=factories.viewer(parent)) == Waiting()
    version, _ = factories.published(school), factories.published(school, "pupil_ks2")
    viewer = factories.viewer(parent)
    with queries_at_most(8):
        assert waiting_for(viewer=viewer) == Waiting(to_sign=4)
    factories.signature(version, parent, children[0])
    assert waiting_for(viewer=viewer) == Waiting(to_sign=3)


def test_a_pupil_who_only_joins_in_class_has_nothing_to_sign(school: School) -> None:
    factories.published(school, "pupil_ks2")
    child = factories.person(school, "Kofi Olorun", Role.PUPIL)
    child.pupil = factories.pupil(school).pupil
    child.pupil.person = child
    child.pupil.save()
    assert waiting_for(viewer=factories.viewer(child)) == Waiting()


def test_the_co_ordinator_is_told_of_tasks_and_others_are_not(school: School) -> None:
    version = factories.published(school, "staff")
    teacher = factories.person(school, "Tomasz Vale", Role.STAFF)
    refuse(by=factories.signer(teacher, "log_in"), intent=Intent(version.pk, teacher.pk, "Tomasz Vale"))
    jo = factories.viewer(factories.coordinator(school))
    with queries_at_most(9):
        assert waiting_for(viewer=jo) == Waiting(to_sign=1, follow_ups=1)
    assert waiting_for(viewer=factories.viewer(teacher)) == Waiting()
    network = factories.viewer(factories.person(school, "Nat Vale", Role.NETWORK_MANAGER))
    assert waiting_for(viewer=network) == Waiting(to_sign=1)
