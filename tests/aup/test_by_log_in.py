"""My agreements: for who has a log-in, about themselves and their children. Duties A1, A2, A3, A5; threat T2."""

import html
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from aup.models import AgreementVersion, Signature
from dispatch.models import Notice
from schools.models import Person, School
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most

YES = {f"consent_{code}": "yes" for code in factories.agreements.YES_TO_ALL}
HOME = reverse("aup:own_home")


@pytest.fixture
def school(db: None) -> School:
    return factories.school()


def at(page: str, version: AgreementVersion, about: Person) -> str:
    return reverse(f"aup:own_{page}", args=[version.pk, about.pk])


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def given(who: Person, **more: str) -> dict[str, str]:
    return {"full_name": who.full_name, "agreed": "on", **more}


@pytest.mark.parametrize(
    ("role", "code"), [(Role.STAFF, "staff"), (Role.GOVERNOR, "governor"), (Role.VISITOR, "visitor")]
)
def test_whoever_works_here_signs_for_themselves(school: School, role: Role, code: str) -> None:
    version = factories.published(school, code)
    who = factories.person(school, "Robin Vale", role)
    client = factories.log_in(who)
    page = client.get(HOME)
    assert "1 to sign" in words(page)
    assert f'href="{at("sign", version, who)}"' in page.content.decode()
    done = client.post(at("sign", version, who), given(who))
    assert "You have signed this." in words(client.get(done.url))
    row = Signature.objects.get()
    assert (row.identified_by, row.identified_id, row.relation) == ("log_in", who.user_id, "self")
    assert Entry.objects.get(action="agreement.signed").actor_id == who.user_id
    page = client.get(HOME)
    assert "nothing for you to sign just now" in words(page)
    assert reverse("aup:own_copy", args=[row.pk]) in page.content.decode()
    assert Notice.objects.get().to_address == who.email


def test_what_it_costs(school: School) -> None:
    version = factories.published(school, "staff")
    who = factories.person(school, "Robin Vale", Role.STAFF)
    client = factories.log_in(who)
    with queries_at_most(16):
        assert client.get(HOME).status_code == 200
    with queries_at_most(15):
        assert client.get(at("sign", version, who)).status_code == 200


def test_a_parent_with_a_log_in_signs_for_the_children_and_changes_answers(school: School) -> None:
    version, child = factories.published(school), factories.pupil(school, "Ada Olorun")
    parent = factories.person(school, "Grace Olorun", Role.PARENT)
    factories.parent_of(child, parent)
    client = factories.log_in(parent)
    assert client.post(at("sign", version, child), given(parent, **YES)).status_code == 302
    assert at("answers", version, child) in client.get(HOME).content.decode()
    changed = {**YES, "consent_publish_work": "no", "sure": "on"}
    assert client.post(at("answers", version, child), changed).status_code == 302
    assert [row.kind for row in Signature.objects.order_by("number")] == ["signed", "consents"]


def test_an_older_pupil_signs_and_a_young_one_has_nothing_to_sign(school: School) -> None:
    version = factories.published(school, "pupil_secondary")
    factories.published(school, "pupil_ks2")
    pupil = factories.pupil(school, "Ada Olorun")
    with_log_in = factories.person(school, "Somebody Else", Role.PUPIL)
    Person.objects.filter(pk=with_log_in.pk).update(given_name="Kofi", family_name="Olorun")
    with_log_in.refresh_from_db()
    pupil.pupil.delete()
    row = factories.pupil(school, "Mei Hart").pupil
    type(row).objects.create(school=school, person=with_log_in, year_group="Year 8")
    client = factories.log_in(with_log_in)
    assert client.post(at("sign", version, with_log_in), given(with_log_in)).status_code == 302
    assert Signature.objects.get().about == with_log_in
    type(row).objects.filter(person=with_log_in).update(year_group="Year 5")
    assert "There is nothing for you to sign" in words(client.get(HOME))


def test_saying_no(school: School) -> None:
    version = factories.published(school, "staff")
    who = factories.person(school, "Robin Vale", Role.STAFF)
    client = factories.log_in(who)
    assert "You get no access" in words(client.get(at("refuse", version, who)))
    done = client.post(at("refuse", version, who), {"full_name": "Robin Vale", "sure": "on"})
    assert "You have not agreed to this." in words(client.get(done.url))
    assert Signature.objects.get().kind == "refused"


def test_a_wrong_name_is_said_at_its_field(school: School) -> None:
    version = factories.published(school, "staff")
    who = factories.person(school, "Robin Vale", Role.STAFF)
    client = factories.log_in(who)
    response = client.post(at("sign", version, who), {"full_name": "Nobody Known", "agreed": "on"})
    assert response.status_code == 422
    assert 'value="Nobody Known"' in response.content.decode()
    assert Signature.objects.count() == 0


def test_a_newer_version_leads_on_to_the_list(school: School) -> None:
    version = factories.published(school, "staff")
    who = factories.person(school, "Robin Vale", Role.STAFF)
    client = factories.log_in(who)
    newer = factories.published(school, "staff", title="What we agree on")
    response = client.post(at("sign", version, who), given(who))
    assert response.status_code == 409
    assert f'href="{at("sign", newer, who)}"' in response.content.decode()
    assert "new link" not in words(response)
    assert client.post(at("sign", newer, who), given(who)).status_code == 302


def test_nothing_of_anybody_else_is_there(school: School) -> None:
    version = factories.published(school, "staff")
    who, other = (factories.person(school, name, Role.STAFF) for name in ("Robin Vale", "Toni Ash"))
    row = factories.signature(version, other)
    client = factories.log_in(who)
    missing = [
        client.get(at("sign", version, other)),
        client.post(at("sign", version, other), given(other)),
        client.get(reverse("aup:own_receipt", args=[row.pk])),
        client.get(reverse("aup:own_copy", args=[row.pk])),
        client.get(reverse("aup:own_receipt", args=[uuid.uuid4()])),
        client.get(reverse("aup:own_sign", args=[uuid.uuid4(), who.pk])),
    ]
    assert {response.status_code for response in missing} == {404}
    assert Signature.objects.count() == 1


def test_whoever_keeps_the_copies_opens_each(school: School) -> None:
    row = factories.signature(factories.published(school, "staff"), factories.person(school, "Toni Ash", Role.STAFF))
    client = factories.log_in(factories.coordinator(school))
    assert client.get(reverse("aup:own_copy", args=[row.pk])).status_code in {200, 202}
    elsewhere = factories.log_in(factories.coordinator(factories.school("Hillside School")))
    assert elsewhere.get(reverse("aup:own_copy", args=[row.pk])).status_code == 404


def test_it_takes_a_log_in(db: None) -> None:
    assert Client().get(HOME).status_code == 302
