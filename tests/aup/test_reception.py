"""Signing at the reception desk, with a member of staff as witness. Duty A3 (CM 3.1)."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from aup.models import AgreementVersion, Signature
from schools.models import Person, School
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most

HOME = reverse("aup:reception_home")


@pytest.fixture
def school(db: None) -> School:
    return factories.school()


@pytest.fixture
def version(school: School) -> AgreementVersion:
    return factories.published(school, "visitor")


@pytest.fixture
def visitor(school: School) -> Person:
    return factories.person(school, "Dan Abara", Role.VISITOR)


@pytest.fixture
def office(school: School) -> Person:
    return factories.person(school, "Kit Lowe", Role.SCHOOL_OFFICE)


@pytest.fixture
def desk(office: Person) -> Client:
    return factories.log_in(office)


def at(page: str, version: AgreementVersion, about: Person) -> str:
    return reverse(f"aup:reception_{page}", args=[version.pk, about.pk])


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_a_visitor_signs_before_a_witness(
    desk: Client, office: Person, version: AgreementVersion, visitor: Person
) -> None:
    with queries_at_most(16):
        listed = desk.get(HOME)
    assert visitor.full_name in words(listed)
    assert f'href="{at("sign", version, visitor)}"' in listed.content.decode()
    page = desk.get(at("sign", version, visitor))
    for each in version.content["clauses"]:
        assert each["text"] in words(page)
    assert office.full_name not in words(page), "the screen is in the visitor's hands"
    assert 'aria-label="Main"' not in page.content.decode()
    assert desk.post(at("sign", version, visitor), {"full_name": "", "agreed": "on"}).status_code == 422
    done = desk.post(at("sign", version, visitor), {"full_name": "Dan Abara", "agreed": "on"})
    assert "Please hand the screen back now." in words(desk.get(done.url))
    row = Signature.objects.get()
    assert (row.signer, row.about, row.witness, row.identified_by) == (visitor, visitor, office, "reception")
    assert "Every visitor has signed" in words(desk.get(HOME))
    again = desk.post(at("sign", version, visitor), {"full_name": "Dan Abara", "agreed": "on"})
    assert again.url == done.url
    assert Signature.objects.count() == 1


def test_a_visitor_says_no_and_stays_on_the_list(desk: Client, version: AgreementVersion, visitor: Person) -> None:
    done = desk.post(at("refuse", version, visitor), {"full_name": "Dan Abara", "sure": "on"})
    assert "You have not agreed to this." in words(desk.get(done.url))
    assert visitor.full_name in words(desk.get(HOME))


def test_only_visitors_sign_here_and_only_their_agreement(
    desk: Client, school: School, version: AgreementVersion, visitor: Person
) -> None:
    teacher = factories.person(school, "Robin Vale", Role.STAFF)
    staff, parents = factories.published(school, "staff"), factories.published(school)
    child = factories.pupil(school)
    assert desk.get(at("sign", staff, teacher)).status_code == 404
    assert desk.get(at("sign", parents, child)).status_code == 404
    assert desk.post(at("sign", version, teacher), {"full_name": "Robin Vale", "agreed": "on"}).status_code == 404
    assert desk.get(at("sign", version, Person(pk=school.pk))).status_code == 404
    assert Signature.objects.count() == 0
    assert teacher.full_name not in words(desk.get(HOME))


def test_nobody_is_their_own_witness(school: School, version: AgreementVersion) -> None:
    both = factories.person(school, "Kit Lowe", Role.SCHOOL_OFFICE, Role.STAFF, Role.VISITOR)
    client = factories.log_in(both)
    assert client.get(at("sign", version, both)).status_code == 404
    assert both.full_name not in re.sub(r"<header.*?</header>", "", words(client.get(HOME)).partition("Visitors")[2])


@pytest.mark.parametrize("role", [Role.STAFF, Role.GOVERNOR, Role.VISITOR, Role.PARENT, Role.HEAD_TEACHER])
def test_who_holds_the_desk(school: School, version: AgreementVersion, visitor: Person, role: Role) -> None:
    client = factories.log_in(factories.person(school, "Robin Vale", role))
    said = {"full_name": "Dan Abara", "agreed": "on"}
    answers = [
        client.get(HOME),
        client.get(at("sign", version, visitor)),
        client.post(at("sign", version, visitor), said),
    ]
    assert {each.status_code for each in answers} == {403}
    assert Signature.objects.count() == 0


def test_a_visitor_of_another_school_is_not_there(desk: Client, version: AgreementVersion) -> None:
    elsewhere = factories.school("Hillside School")
    stranger = factories.person(elsewhere, "Mei Hart", Role.VISITOR)
    factories.published(elsewhere, "visitor")
    assert desk.get(at("sign", version, stranger)).status_code == 404
    assert stranger.full_name not in words(desk.get(HOME))


def test_a_receipt_of_another_desk_is_not_there(
    desk: Client, school: School, version: AgreementVersion, visitor: Person
) -> None:
    done = desk.post(at("sign", version, visitor), {"full_name": "Dan Abara", "agreed": "on"})
    other = factories.log_in(factories.coordinator(school))
    assert other.get(done.url).status_code == 404


def test_a_visitor_who_comes_twice_on_a_day(desk: Client, version: AgreementVersion, visitor: Person) -> None:
    said = {"full_name": "Dan Abara", "agreed": "on"}
    desk.post(at("sign", version, visitor), said)
    again = desk.get(at("sign", version, visitor))
    assert again.status_code == 200
    assert "You have signed this already" in words(again)
    assert "full_name" not in again.content.decode()
    assert visitor.full_name not in words(desk.get(HOME))


@pytest.mark.parametrize("page", ["sign", "refuse"])
def test_signed_meanwhile_at_another_desk_or_by_link(
    desk: Client, school: School, version: AgreementVersion, visitor: Person, page: str
) -> None:
    """The page was open here; the receipt is the other witness's, so there is nothing to lead to."""
    assert desk.get(at(page, version, visitor)).status_code == 200
    factories.signature(version, visitor)
    said = {"full_name": "Dan Abara", "agreed": "on", "sure": "on"}
    answer = desk.post(at(page, version, visitor), said)
    assert answer.status_code == 409
    assert "You have signed this already" in words(answer)
    assert Signature.objects.count() == 1
