"""What leaves the service, or is unsealed, asks again who it is after five minutes (threat T22)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from incidents.services.evidence import add_evidence
from schools.log_in import marks
from schools.models import Person
from tests import factories
from tests.incidents.sent import drawn, sent


@pytest.fixture
def jo(db: None) -> Person:
    return factories.coordinator(factories.school())


def tired(who: Person) -> Client:
    """A browser in which somebody logged in six minutes ago and has worked since."""
    client = factories.log_in(who)
    session = client.session
    for key in (marks.BEGAN, marks.PROVED):
        if key in session:
            session[key] -= 6 * 60
    session.save()
    return client


def evidence(jo: Person) -> str:
    made = factories.incident(factories.viewer(jo))
    kept = add_evidence(by=factories.viewer(jo), incident_id=made.pk, filename="note.txt", content=b"A note.")
    return reverse("incidents:evidence", args=[made.pk, kept.pk])


def of_document(name: str) -> Callable[[Person], str]:
    def address(jo: Person) -> str:
        made, message = sent(factories.viewer(jo))
        drawn(message)
        return reverse(name, args=[made.pk, made.revision])

    return address


@pytest.mark.parametrize("address", [evidence, of_document("incidents:pdf"), of_document("incidents:json")])
def test_a_file_is_handed_out_after_a_fresh_log_in_alone(jo: Person, address: Callable[[Person], str]) -> None:
    path = address(jo)
    page = "/incidents/"
    client = tired(jo)
    there: dict[str, Any] = {"HTTP_REFERER": f"http://testserver{page}"}
    opened = Entry.objects.count()
    asked = client.get(path, **there)
    assert asked.status_code == 302
    assert asked["Location"] == f"{reverse('account_reauthenticate')}?next=%2Fincidents%2F"
    assert Entry.objects.count() == opened, "nothing was handed out"
    assert factories.log_in(jo).get(path).status_code == 200


def test_the_log_is_exported_after_a_fresh_log_in_alone(jo: Person) -> None:
    factories.incident(factories.viewer(jo))
    form = {"format": "csv", "view": ""}
    asked = tired(jo).post(reverse("incidents:export"), form, HTTP_REFERER="http://testserver/incidents/")
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not Entry.objects.filter(action="log.exported").exists()
    assert factories.log_in(jo).post(reverse("incidents:export"), form)["Content-Disposition"]


def test_the_passphrase_is_set_after_a_fresh_log_in_alone(jo: Person) -> None:
    path = reverse("schools:passphrase")
    assert tired(jo).get(path)["Location"].startswith(reverse("account_reauthenticate"))
    assert factories.log_in(jo).get(path).status_code == 200
