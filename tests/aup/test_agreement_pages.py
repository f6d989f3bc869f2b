"""The agreements, read by whom and under which policy, and what is in force. Duties A2, A3 (CC 3, CM 3.3), G3."""

import html
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aup.models import AgreementVersion, Withdrawal
from aup.services.publishing import publish_as_shipped
from packs import loader
from schools.models import School
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most

LIST = reverse("aup:agreements")


def page_of(client: Client, name: str, *parts: object) -> str:
    answer = client.get(reverse(f"aup:{name}", args=parts))
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


@pytest.fixture
def school(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(school: School) -> Client:
    return factories.log_in(factories.coordinator(school))


@pytest.fixture
def reader(school: School) -> Client:
    return factories.log_in(factories.person(school, "Ada Bell", Role.STAFF))


@pytest.mark.parametrize("pack", ["camden_2012", "camden_2021"])
def test_every_agreement_with_every_clause_and_its_id(db: None, pack: str) -> None:
    client = factories.log_in(factories.person(factories.school(pack=pack), "Ada Bell", Role.STAFF))
    listed = html.unescape(client.get(LIST).content.decode())
    for agreement in loader.get(pack, 1).agreements:
        address = reverse("aup:agreement", args=[agreement.code])
        assert agreement.title in listed
        assert address in listed
        with queries_at_most(7):
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
    school = factories.school()
    factories.published(school, "pupil_ks2")
    client = factories.log_in(factories.person(school, "Ada Bell", role))
    assert client.get(LIST).status_code == status
    assert client.get(reverse("aup:agreement", args=["pupil_ks2"])).status_code == status
    assert client.get(reverse("aup:agreement_version", args=["pupil_ks2", 1])).status_code == status


def test_an_agreement_there_is_not(reader: Client, school: School) -> None:
    factories.published(school, "pupil_ks2")
    for name, parts in (
        ("agreement", ["nothing"]),
        ("agreement_version", ["nothing", 1]),
        ("agreement_version", ["pupil_ks2", 2]),
    ):
        assert reader.get(reverse(f"aup:{name}", args=parts)).status_code == 404


def test_what_is_in_force_is_told_and_what_is_not(reader: Client, school: School) -> None:
    assert page_of(reader, "agreements").count("Not published yet: nobody is asked to sign it.") == 7
    assert "Not published yet" in page_of(reader, "agreement", "pupil_ks2")
    version = factories.published(school, "pupil_ks2")
    with queries_at_most(7):
        listed = page_of(reader, "agreements")
    assert listed.count("Not published yet") == 6
    assert version.sha256[:12] in listed
    assert version.sha256 in page_of(reader, "agreement", "pupil_ks2")
    for word in ("Publish as it ships", "Withdraw", reverse("aup:edit_agreement", args=["pupil_ks2"])):
        assert word not in page_of(reader, "agreement", "pupil_ks2")


def test_publishing_as_it_ships_and_withdrawing(jo: Client, school: School) -> None:
    assert "Publish as it ships" in page_of(jo, "agreement", "parent")
    done = jo.post(reverse("aup:publish_as_shipped", args=["parent"]), follow=True)
    assert "Published. Everybody whom it is for" in html.unescape(done.content.decode())
    version = AgreementVersion.objects.get()
    assert (version.number, version.published_by.full_name) == (1, "Jo Marsh")
    page = page_of(jo, "agreement", "parent")
    assert "Publish as it ships" not in page, "it says so already"
    again = jo.post(reverse("aup:publish_as_shipped", args=["parent"]), follow=True)
    assert "word for word what is published already" in html.unescape(again.content.decode())
    take_back = reverse("aup:withdraw_agreement", args=["parent"])
    assert jo.post(take_back, {"version": "nothing"}).status_code == 404
    assert jo.post(take_back, {"version": str(version.pk)})["Location"] == reverse("aup:agreement", args=["parent"])
    assert Withdrawal.objects.get().version_id == version.pk
    assert jo.post(take_back, {"version": str(version.pk)}).status_code == 404
    page = page_of(jo, "agreement", "parent")
    assert "Withdrawn" in page
    assert "Not published yet: nobody is asked to sign it." in page
    assert "Publish as it ships" in page


def test_a_version_whole_and_what_it_changed(reader: Client, school: School) -> None:
    first = factories.published(school, "pupil_ks2", now=timezone.now() - timedelta(days=9))
    clauses = [{**each} for each in first.content["clauses"]]
    old, clauses[1]["text"] = clauses[1]["text"], "I ask before I go online."
    gone = clauses.pop()
    second = factories.published(school, "pupil_ks2", clauses=clauses)
    with queries_at_most(5):
        page = page_of(reader, "agreement_version", "pupil_ks2", 2)
    assert second.sha256 in page
    assert "In force" in page
    for text in (old, "I ask before I go online.", gone["text"], "taken out"):
        assert text in page
    page = page_of(reader, "agreement_version", "pupil_ks2", 1)
    assert "Replaced" in page
    assert "This was the first version." in page


def test_who_published_it_is_named(reader: Client, school: School) -> None:
    publish_as_shipped(by=factories.viewer(factories.coordinator(school)), code="staff")
    assert "Jo Marsh" in page_of(reader, "agreement_version", "staff", 1)


def test_what_is_in_force_stays_in_sight_when_the_policy_has_it_no_more(jo: Client, school: School) -> None:
    version = factories.published(school, "visitor")
    old = AgreementVersion.objects.create(
        school=school, code="club", number=1, audience="visitor", signed_by=["visitor"], sha256=version.sha256,
        content={**version.content, "title": "Agreement of the chess club"}, published_at=timezone.now(),
    )  # fmt: skip
    assert "Agreement of the chess club" in page_of(jo, "agreements")
    page = page_of(jo, "agreement", "club")
    assert "Withdraw" in page
    assert reverse("aup:edit_agreement", args=["club"]) not in page
    assert jo.get(reverse("aup:edit_agreement", args=["club"])).status_code == 404
    assert jo.post(reverse("aup:withdraw_agreement", args=["club"]), {"version": str(old.pk)}).status_code == 302


@pytest.mark.parametrize("name", ["publish_as_shipped", "withdraw_agreement", "publish_agreement", "discard_draft"])
def test_nobody_else_publishes_and_no_get_does(reader: Client, jo: Client, name: str) -> None:
    assert reader.post(reverse(f"aup:{name}", args=["parent"])).status_code == 403
    assert jo.get(reverse(f"aup:{name}", args=["parent"])).status_code == 405
    assert jo.post(reverse(f"aup:{name}", args=["nothing"])).status_code == 404
    assert not AgreementVersion.objects.exists()
