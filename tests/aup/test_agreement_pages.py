"""The agreements, read by whom and under which policy. Duties A2, A3 (CC 3, CM 3.3)."""

import html

import pytest
from django.urls import reverse

from packs import loader
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most

LIST = reverse("aup:agreements")


@pytest.mark.parametrize("pack", ["camden_2012", "camden_2021"])
def test_every_agreement_with_every_clause_and_its_id(db: None, pack: str) -> None:
    client = factories.log_in(factories.person(factories.school(pack=pack), "Ada Bell", Role.STAFF))
    listed = html.unescape(client.get(LIST).content.decode())
    for agreement in loader.get(pack, 1).agreements:
        address = reverse("aup:agreement", args=[agreement.code])
        assert agreement.title in listed
        assert address in listed
        with queries_at_most(5):
            page = html.unescape(client.get(address).content.decode())
        for clause in agreement.clauses:
            assert clause.text in page
            assert clause.id in page
        for consent in agreement.consents:
            assert consent.text in page


@pytest.mark.parametrize(
    ("role", "status"), [(Role.STAFF, 200), (Role.GOVERNOR, 200), (Role.PARENT, 403), (Role.PUPIL, 403)]
)
def test_who_reads_them(db: None, role: Role, status: int) -> None:
    client = factories.log_in(factories.person(factories.school(), "Ada Bell", role))
    assert client.get(LIST).status_code == status
    assert client.get(reverse("aup:agreement", args=["pupil_ks2"])).status_code == status


def test_an_agreement_there_is_not(db: None) -> None:
    client = factories.log_in(factories.person(factories.school(), "Ada Bell", Role.STAFF))
    assert client.get(reverse("aup:agreement", args=["nothing"])).status_code == 404
