"""The school's own pages: who, the details, the passphrase, the policy, another school. Duties R2, D2, S1."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from incidents.models import Incident
from schools.models import Membership, PackAdoption, Person, School, Term
from schools.roles import Role
from schools.rules.passphrases import CONSONANTS, VOWELS, suggest_passphrase
from schools.sealing import unseal
from tests import factories
from tests.factories.queries import queries_at_most

SETTINGS = reverse("schools:settings")
PASSPHRASE = reverse("schools:passphrase")
ADOPT = reverse("schools:adopt")
SWITCH = reverse("schools:switch")
DETAILS = {
    "name": "Riverbank School",
    "address": "2 Mill Lane\r\nRiverbank",
    "phone": "020 7946 0001",
    "email": "office@riverbank.example.org",
    "authority_name": "Riverbank Council",
    "officer_name": "Sal Green",
}


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(of: School) -> Person:
    return factories.coordinator(of)


@pytest.fixture
def client(jo: Person) -> Client:
    return factories.log_in(jo)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COORDINATOR, 200),
        (Role.HEAD_TEACHER, 200),
        (Role.DSL, 403),
        (Role.STAFF, 403),
        (Role.SCHOOL_OFFICE, 403),
        (Role.NETWORK_MANAGER, 403),
        (Role.GOVERNOR, 403),
        (Role.PARENT, 403),
        (Role.PUPIL, 403),
    ],
)
def test_who_manages_the_school(of: School, role: Role, status: int) -> None:
    client = factories.log_in(factories.person(of, "Ada Bell", role))
    before = School.objects.values().get()
    for path in (SETTINGS, PASSPHRASE, ADOPT):
        assert client.get(path).status_code == status, path
        if status == 403:
            assert client.post(path, {**DETAILS, "passphrase": "x" * 20, "pack": "camden_2012 1"}).status_code == 403
    assert School.objects.values().get() == before
    assert ("School details" in client.get(reverse("incidents:today")).content.decode()) == (status == 200)


def test_the_details_are_kept_and_the_trail_names_fields_only(of: School, client: Client) -> None:
    assert client.post(SETTINGS, DETAILS)["Location"] == SETTINGS
    of.refresh_from_db()
    assert of.address == "2 Mill Lane\nRiverbank"
    entry = Entry.objects.get(action="school.changed")
    assert set(entry.detail["fields"]) == {"name", "address", "phone", "officer_name"}
    assert "Sal" not in str(entry.detail)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "This field is required."),
        ("email", "no address", "Enter a valid email address."),
        ("email", "a@b.example\r\nBcc: c@d.example", "Enter a valid email address."),
        ("address", "x" * 501, "at most 500 characters"),
    ],
)
def test_bad_details_are_refused_and_nothing_typed_is_lost(
    of: School, client: Client, field: str, value: str, words: str
) -> None:
    response = client.post(SETTINGS, {**DETAILS, field: value})
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert page.count("There is a problem") == 1
    assert "Sal Green" in page
    of.refresh_from_db()
    assert of.officer_name == "Alex Field"


def test_more_fields_than_shown_change_nothing(of: School, client: Client) -> None:
    more = {"id": "x", "officer_passphrase_sealed": "x", "created_at": "2020-01-01", "officer_email": "x@example.org"}
    client.post(SETTINGS, {**DETAILS, **more})
    of.refresh_from_db()
    assert of.officer_email == "officer@council.example.org"
    assert of.officer_passphrase_sealed is not None
    assert unseal(of.officer_passphrase_sealed).decode() == "correct horse battery staple"


def test_the_passphrase_is_set_sealed_and_never_shown_again(of: School, client: Client) -> None:
    assert client.post(PASSPHRASE, {"action": "set", "passphrase": "four plain words here"})["Location"] == SETTINGS
    of.refresh_from_db()
    assert of.officer_passphrase_sealed is not None
    assert unseal(of.officer_passphrase_sealed).decode() == "four plain words here"
    for path in (SETTINGS, PASSPHRASE):
        response = client.get(path)
        assert "four plain words here" not in response.content.decode()
        assert "no-store" in response["Cache-Control"]
    assert "four" not in str(Entry.objects.get(action="school.passphrase_set").detail)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the passphrase, or have one suggested."),
        ("short", "Use at least 16 characters"),
        (" " * 30, "Type the passphrase"),
        ("x" * 121, "at most 120 characters"),
    ],
)
def test_a_passphrase_that_is_none_is_refused(of: School, client: Client, typed: str, words: str) -> None:
    response = client.post(PASSPHRASE, {"action": "set", "passphrase": typed})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert Entry.objects.count() == 0


def test_one_is_suggested_without_javascript_and_nothing_is_set(of: School, client: Client) -> None:
    before = of.officer_passphrase_set_at
    pages = [client.post(PASSPHRASE, {"action": "suggest"}).content.decode() for _ in range(2)]
    suggested = [re.search(r'name="passphrase"\s+value="([a-z-]+)"', page) for page in pages]
    assert suggested[0]
    assert suggested[1]
    assert suggested[0][1] != suggested[1][1]
    of.refresh_from_db()
    assert of.officer_passphrase_set_at == before
    assert client.post(PASSPHRASE, {"action": "set", "passphrase": suggested[0][1]}).status_code == 302


@given(st.randoms(use_true_random=False))
def test_a_suggestion_can_be_read_out(random) -> None:  # type: ignore[no-untyped-def]
    suggestion = suggest_passphrase(random.choice)
    groups = suggestion.split("-")
    assert len(groups) == 6
    assert all(re.fullmatch(f"([{CONSONANTS}][{VOWELS}]){{2}}", group) for group in groups)
    assert len(suggestion) >= 16


def test_a_policy_is_adopted_and_old_records_keep_theirs(of: School, jo: Person, client: Client) -> None:
    old = factories.incident(factories.viewer(jo))
    page = client.get(ADOPT).content.decode()
    assert page.count("In force") == 1
    assert "older edition" in page
    client.post(ADOPT, {"pack": "camden_2012 1"})
    entry = Entry.objects.get(action="school.pack_adopted")
    assert entry.detail == {"pack": "camden_2012", "version": 1}
    new = factories.incident(factories.viewer(jo))
    assert {row.pk: row.pack_code for row in Incident.objects.all()} == {old.pk: "camden_2021", new.pk: "camden_2012"}
    shown = client.get(ADOPT).content.decode()
    in_force = shown.index("In force")
    assert shown.rindex("older edition", 0, in_force) > 0
    assert "Jo Marsh" in shown


@pytest.mark.parametrize("pack", ["", "camden_2012", "camden_2012 99", "camden_2012 x", "../../x 1", "camden_2012 ²"])
def test_a_policy_there_is_not_is_refused_in_words(client: Client, pack: str) -> None:
    page = client.post(ADOPT, {"pack": pack}, follow=True).content.decode()
    assert "Choose one of the policies shown." in page
    assert PackAdoption.objects.count() == 1


def test_a_school_that_adopted_nothing_works_by_the_default(of: School, client: Client) -> None:
    PackAdoption.objects.all().delete()
    assert "2021 edition" in client.get(SETTINGS).content.decode()


def test_terms_are_added_by_the_school(of: School, client: Client) -> None:
    page = reverse("schools:terms")
    typed = {
        "name": "Harvest half",
        "starts_on_day": 1, "starts_on_month": 9, "starts_on_year": 2026,
        "ends_on_day": 18, "ends_on_month": 12, "ends_on_year": 2026,
    }  # fmt: skip
    assert client.post(page, {**typed, "ends_on_year": 2025}).status_code == 422
    assert client.post(page, {**typed, "name": ""}).status_code == 422
    assert client.post(page, typed)["Location"] == page
    assert client.post(page, typed).status_code == 422, "it is there already"
    assert "Harvest half" in client.get(page).content.decode()
    assert Term.objects.get().school == of
    assert factories.log_in(factories.person(of, "Ada Bell", Role.STAFF)).post(page, typed).status_code == 403
    other = factories.coordinator(factories.school("Hillside School"))
    assert "Harvest half" not in factories.log_in(other).get(page).content.decode()


def test_each_page_costs_little(client: Client) -> None:
    for path in (SETTINGS, PASSPHRASE, ADOPT):
        with queries_at_most(6):
            client.get(path)


# --- another school ---------------------------------------------------------------------------------------------------


def test_one_works_in_one_school_at_a_time(of: School, jo: Person, client: Client) -> None:
    hillside = factories.school("Hillside School")
    there = factories.coordinator(hillside, "Jo Marsh")
    Person.objects.filter(pk=there.pk).update(user=jo.user)
    factories.report(factories.viewer(jo))
    page = client.get(SWITCH).content.decode()
    assert "Riverbank Primary School" in page
    assert "Hillside School" in page
    assert client.post(SWITCH, {"school": str(hillside.pk)})["Location"] == reverse("incidents:today")
    today = client.get(reverse("incidents:today")).content.decode()
    assert "Hillside School" in today
    assert "No incident is on the log" in client.get(reverse("incidents:log")).content.decode()


def at_two_schools(jo: Person, name: str = "Hillside School") -> School:
    """The same one is co-ordinator at another school."""
    there = factories.coordinator(factories.school(name), "Jo Marsh")
    Person.objects.filter(pk=there.pk).update(user=jo.user)
    return there.school


def test_a_form_of_one_school_changes_nothing_at_another(of: School, jo: Person) -> None:
    """Two tabs: in one the form is open, in the other one goes on to another school."""
    hillside = at_two_schools(jo, "Zion School")
    client = factories.log_in_user(jo.user, Client(enforce_csrf_checks=True)) if jo.user else Client()
    form = {**DETAILS, "csrfmiddlewaretoken": client.get(SETTINGS).context["csrf_token"]}
    switch = {"school": str(hillside.pk), "csrfmiddlewaretoken": client.get(SWITCH).context["csrf_token"]}
    assert client.post(SWITCH, switch).status_code == 302
    assert client.post(SETTINGS, form).status_code == 403
    hillside.refresh_from_db()
    assert hillside.phone == "020 7946 0000"
    again = {**DETAILS, "csrfmiddlewaretoken": client.get(SETTINGS).context["csrf_token"]}
    assert client.post(SETTINGS, again).status_code == 302


def test_what_is_sent_when_one_has_left_the_school_meanwhile_goes_to_no_other(jo: Person, client: Client) -> None:
    hillside = at_two_schools(jo)
    client.post(SWITCH, {"school": str(jo.school_id)})
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(person=jo).update(ends_on=yesterday)
    answer = client.post(SETTINGS, DETAILS, follow=True)
    assert "nothing of it was kept" in answer.content.decode()
    hillside.refresh_from_db()
    assert hillside.phone == "020 7946 0000"
    assert client.post(SETTINGS, DETAILS).status_code == 302, "now they know where they are"


@pytest.mark.parametrize("chosen", ["", "x", "00000000-0000-0000-0000-000000000000", "strangers"])
def test_a_strangers_school_is_not_there(of: School, client: Client, chosen: str) -> None:
    if chosen == "strangers":
        chosen = str(factories.school("Hillside School").pk)
    assert client.post(SWITCH, {"school": chosen}).status_code == 404
    assert "Riverbank" in client.get(reverse("incidents:today")).content.decode()


def test_who_belongs_to_no_school_is_told_so(of: School) -> None:
    gone = factories.person(of, "Ada Bell", Role.STAFF, until=factories.schools.LONG_AGO)
    response = factories.log_in(gone).get(reverse("incidents:today"))
    page = response.content.decode()
    assert response.status_code == 403
    assert "You do not belong to a school here" in page
    assert reverse("service:schools") not in page
    assert gone.user is not None
    gone.user.is_staff = True
    gone.user.save()
    client = factories.log_in(gone)
    assert client.get(reverse("incidents:today"))["Location"] == reverse("service:schools")
    assert reverse("service:schools") in client.get(reverse("incidents:log")).content.decode()
