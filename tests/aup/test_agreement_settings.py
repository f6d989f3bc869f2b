"""How a school has its agreements signed: by one parent or each, and when people are reminded. Duties A2, A4."""

import html

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from aup.models import AgreementSettings
from aup.rules.due import WhoSigns
from aup.selectors.editing import settings_page
from aup.selectors.standing import who_signs_at
from aup.services.settings import change_agreement_settings
from schools.models import Person
from schools.roles import Role
from schools.viewer import NotAllowed
from tests import factories
from tests.factories.queries import queries_at_most

PAGE = reverse("aup:agreement_settings")


@pytest.fixture
def jo(db: None) -> Person:
    return factories.coordinator(factories.school())


@pytest.fixture
def client(jo: Person) -> Client:
    return factories.log_in(jo)


def test_a_school_that_has_said_nothing_asks_one_parent_and_reminds(client: Client, jo: Person) -> None:
    page = client.get(PAGE).content.decode()
    assert 'value="7, 14, 21"' in page
    assert not AgreementSettings.objects.exists()
    viewer = factories.viewer(jo)
    with queries_at_most(1):
        assert settings_page(viewer=viewer).who_signs is WhoSigns.ONE


def test_it_is_changed_and_changed_again(client: Client, jo: Person) -> None:
    said = {"who_signs": "each", "reminder_days": " 21, 3;3  10"}
    assert client.post(PAGE, said)["Location"] == reverse("aup:agreements")
    row = AgreementSettings.objects.get()
    assert (row.who_signs, row.reminder_days) == ("each", [3, 10, 21])
    assert who_signs_at(jo.school_id) is WhoSigns.EACH
    client.post(PAGE, {"who_signs": "one", "reminder_days": ""})
    row = AgreementSettings.objects.get()
    assert (row.who_signs, row.reminder_days) == ("one", [])
    assert '7, 14, 21"' not in client.get(PAGE).content.decode()
    assert Entry.objects.filter(action="agreement.settings_changed").count() == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"who_signs": ""}, "Choose one of the two."),
        ({"who_signs": "all"}, "is not one of the available choices"),
        ({"reminder_days": "soon"}, "Write whole numbers of days"),
        ({"reminder_days": "0, 7"}, "Give days from 1 to 42."),
        ({"reminder_days": "43"}, "Give days from 1 to 42."),
        ({"reminder_days": "1 2 3 4 5 6 7"}, "Keep it to 6 reminders."),
        ({"reminder_days": "٣"}, "Write whole numbers of days"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_on_the_page(client: Client, said: dict[str, str], words: str) -> None:
    answer = client.post(PAGE, {"who_signs": "each", "reminder_days": "7", **said})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert words in page
    assert "There is a problem" in page
    assert f'value="{said.get("reminder_days", "7")}"' in page
    assert not AgreementSettings.objects.exists()


def test_the_service_asks_who_it_is(jo: Person) -> None:
    teacher = factories.viewer(factories.person(jo.school, "Ada Bell", Role.STAFF))
    with pytest.raises(NotAllowed):
        change_agreement_settings(by=teacher, who_signs=WhoSigns.ONE, reminder_days=())
    by = factories.viewer(jo)
    with queries_at_most(2):
        change_agreement_settings(by=by, who_signs=WhoSigns.EACH, reminder_days=(9, 0, 2))
    assert AgreementSettings.objects.get().reminder_days == [2, 9]


def test_every_school_has_its_own(client: Client, jo: Person) -> None:
    there = factories.coordinator(factories.school("Hillside"), "Bron Acht")
    change_agreement_settings(by=factories.viewer(there), who_signs=WhoSigns.EACH, reminder_days=(2,))
    assert 'value="7, 14, 21"' in client.get(PAGE).content.decode()
    assert who_signs_at(jo.school_id) is WhoSigns.ONE
