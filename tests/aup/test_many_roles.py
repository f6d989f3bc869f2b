"""Somebody who is several things at once, and pages that cost the same for many as for few. Duties A1, A2, A3, A4."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aup.selectors.campaigns import asked_in, campaign_page
from aup.selectors.class_sessions import board_of, classes_page
from aup.selectors.coverage import coverage_page
from aup.selectors.outstanding import EVERYBODY, no_access_page, outstanding_page
from aup.selectors.paper import paper_page
from aup.selectors.signed import Narrowed, signed_list
from aup.selectors.signing import reception_list, signing_home
from aup.selectors.waiting import waiting_for
from aup.services.class_sessions import start_session
from schools.models import Person
from schools.roles import Role
from tests import factories
from tests.aup.asked import DAY, Asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> Asked:
    return Asked()


def test_a_teacher_who_is_a_governor_and_a_parent(there: Asked) -> None:
    """Each part is asked for once, in its own campaign; the person is on the list of no access once."""
    before = timezone.now() - DAY
    codes = {code: factories.published(there.school, code, now=before) for code in ("staff", "governor", "pupil_ks2")}
    who = factories.person(there.school, "Robin Vale", Role.STAFF, Role.GOVERNOR, Role.PARENT)
    child = factories.pupil(there.school, "Ada Vale")
    factories.parent_of(child, who)
    home = signing_home(there.school.pk, who.pk, now=timezone.now())
    assert [(each.is_own, len(each.items)) for each in home.parts] == [(False, 2), (True, 2)]
    assert waiting_for(viewer=factories.viewer(who)).to_sign == 4
    today = timezone.localdate()
    asked = {
        audience: {each.version_id for each in asked_in(there.campaign(audience), today)[2].get(who.pk, ())}
        for audience in ("parent", "staff", "governor", "visitor")
    }
    assert asked == {
        "parent": {there.version.pk, codes["pupil_ks2"].pk},
        "staff": {codes["staff"].pk},
        "governor": {codes["governor"].pk},
        "visitor": set(),
    }
    lines = no_access_page(viewer=there.by).lines
    assert [each.given_name for each in lines].count("Robin") == 1
    for version in (codes["staff"], codes["governor"]):
        factories.signature(version, who)
    for version in (there.version, codes["pupil_ks2"]):
        factories.signature(version, who, child)
    assert signing_home(there.school.pk, who.pk, now=timezone.now()).to_sign_count == 0
    assert "Robin" not in {each.given_name for each in no_access_page(viewer=there.by).lines}
    figures = {each.name: (each.people, each.signed) for each in coverage_page(viewer=there.by).roles}
    # The co-ordinator is a member of staff too, and has not signed.
    assert figures["Staff"][1] == figures["Governors"][1] == 1


def test_the_same_parent_in_two_schools_is_two_people(there: Asked) -> None:
    elsewhere = Asked(factories.school("Hillside School"))
    parents: list[Person] = []
    for each in (there, elsewhere):
        child = factories.pupil(each.school, "Ada Vale")
        parents.append(each.parent("Robin Vale", child, email="robin@example.org"))
        assert signing_home(each.school.pk, parents[-1].pk, now=timezone.now()).to_sign_count == 1
    factories.signature(there.version, parents[0], parents[0].guardian_of.get().child)
    assert [
        signing_home(each.school.pk, person.pk, now=timezone.now()).to_sign_count
        for each, person in zip((there, elsewhere), parents, strict=True)
    ] == [0, 1]


PAGES = ("outstanding", "no_access", "coverage", "campaign", "classes", "board", "paper", "signed", "reception", "home")


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_costs_does_not_grow_with_the_school(there: Asked, page: str) -> None:
    now = timezone.now() - DAY
    rules, visitors = (factories.published(there.school, code, now=now) for code in ("pupil_ks2", "visitor"))
    teacher = factories.viewer(factories.person(there.school, "Kit Lowe", Role.STAFF))
    office = factories.viewer(factories.person(there.school, "Kim Desk", Role.SCHOOL_OFFICE))
    parent, _ = there.family(0)
    factories.person(there.school, "Vic Vale", Role.VISITOR)
    session = start_session(by=teacher, class_name="5B", version_id=rules.pk)
    campaign = there.opened()
    today = timezone.localdate()
    asks: dict[str, Callable[[], object]] = {
        "outstanding": lambda: outstanding_page(viewer=there.by, chosen=EVERYBODY),
        "no_access": lambda: no_access_page(viewer=there.by),
        "coverage": lambda: coverage_page(viewer=there.by),
        "campaign": lambda: campaign_page(viewer=there.by, campaign_id=campaign.pk),
        "classes": lambda: classes_page(viewer=teacher, today=today),
        "board": lambda: board_of(viewer=teacher, session_id=session.pk, today=today),
        "paper": lambda: paper_page(viewer=office, person_id=parent.pk, today=today),
        "signed": lambda: signed_list(viewer=there.by, by=Narrowed(), today=today),
        "reception": lambda: reception_list(viewer=office),
        "home": lambda: signing_home(there.school.pk, parent.pk, now=timezone.now()),
    }

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            asks[page]()
        return len(captured)

    few = cost()
    for number in range(1, 8):
        signer, child = there.family(number, class_name="5B" if number % 2 else f"{number}R")
        factories.parent_of(child, parent)
        factories.signature(there.version, signer, child)
        factories.person(there.school, f"Visitor{chr(65 + number)} Vale", Role.VISITOR)
    assert visitors.pk
    assert cost() <= few
