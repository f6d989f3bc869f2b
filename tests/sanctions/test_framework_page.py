"""The sanction framework, read by whom and under which policy. Duty S1 (CC 5, CM 5)."""

import html

import pytest
from django.urls import reverse
from django.utils.text import capfirst

from packs import loader
from packs.schema import AUDIENCES
from schools.models import School
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most

FRAMEWORK = reverse("sanctions:framework")


@pytest.mark.parametrize("pack", ["camden_2012", "camden_2021"])
def test_every_breach_sanction_and_obligation_of_the_adopted_policy(db: None, pack: str) -> None:
    of = factories.school(pack=pack)
    client = factories.log_in(factories.person(of, "Ada Bell", Role.GOVERNOR))
    page = html.unescape(client.get(FRAMEWORK).content.decode())
    framework = loader.get(pack, 1).framework
    for audience in AUDIENCES:
        for category in framework.categories(audience):
            assert capfirst(category.meaning) in page
            for breach in category.breaches:
                assert breach.text in page
            for code in category.sanctions:
                assert framework.sanction_type(code).text in page
            for obligation in category.obligations:
                assert obligation.text in page
    assert page.count('<div class="category"') == 8
    assert "within 24 hours" in page


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.STAFF, 200),
        (Role.COORDINATOR, 200),
        (Role.CHAIR_OF_GOVERNORS, 200),
        (Role.GOVERNOR, 200),
        (Role.PARENT, 403),
        (Role.PUPIL, 403),
    ],
)
def test_who_reads_it(db: None, role: Role, status: int) -> None:
    of: School = factories.school()
    client = factories.log_in(factories.person(of, "Ada Bell", role))
    # Who asks, what waits for them, and the framework: four. A refusal is put on record instead.
    with queries_at_most(8):
        assert client.get(FRAMEWORK).status_code == status
    assert client.post(FRAMEWORK).status_code == 405
