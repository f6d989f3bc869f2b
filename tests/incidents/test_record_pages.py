"""The co-ordinator's record, page by page: saved, kept as a draft, refused against a newer version, checked."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from incidents.models import Draft, Incident, Revision
from incidents.services.closing import close
from incidents.services.recording import save_page
from incidents.services.reporting import save_report_draft
from incidents.views.signed_ids import signed
from schools.models import Person, School
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most

DETAILS: dict[str, Any] = {
    "happened_on_day": "18",
    "happened_on_month": "11",
    "happened_on_year": "2026",
    "happened_at": "2.02pm",
    "location": "outside_setting",
    "reported_by": "Robin Vale",
    "identified_how": "",
    "involved": ["child"],
    # Asked on the first page of a new record alone.
    "about": "nobody",
}
HAPPENED: dict[str, Any] = {"types": ["bullying"], "description": "A message was sent round the class."}
ACTION: dict[str, Any] = {"action_staff": ["head_informed", "police"], "specific_action": "The phone was kept."}


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def marsh(of: School) -> Person:
    return factories.coordinator(of)


@pytest.fixture
def client(marsh: Person) -> Client:
    return factories.log_in(marsh)


@pytest.fixture
def incident(marsh: Person) -> Incident:
    return factories.incident(factories.viewer(marsh))


def url(incident: Incident, code: str, name: str = "record") -> str:
    return reverse(f"incidents:{name}", args=[incident.pk, code])


def save(client: Client, incident: Incident, code: str, typed: dict[str, Any], **changes: Any) -> Any:
    incident.refresh_from_db()
    return client.post(url(incident, code), {"version": incident.revision, "action": "continue", **typed, **changes})


def content(incident: Incident) -> dict[str, Any]:
    incident.refresh_from_db()
    said: dict[str, Any] = Revision.objects.get(incident=incident, number=incident.revision).content
    return said


# --- a new record ----------------------------------------------------------------------------------------------------


def form_id(client: Client) -> str:
    page = client.get(reverse("incidents:record_new")).content.decode()
    found = re.search(r'name="form_id"\s+value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_new_record_starts_its_clock_and_leads_to_the_next_page(client: Client) -> None:
    response = client.post(reverse("incidents:record_new"), {**DETAILS, "form_id": form_id(client)})
    made = Incident.objects.get()
    assert response.url == url(made, "what-happened")
    assert made.status == "recorded"
    assert made.due_at is not None
    assert content(made)["happened_at"] == "14:02"


def test_the_id_of_a_report_opens_no_record(client: Client, marsh: Person) -> None:
    draft = uuid.uuid4()
    by = factories.viewer(marsh)
    save_report_draft(by=by, incident_id=draft, content={})
    data = {**DETAILS, "form_id": signed(by, draft, "report")}
    response = client.post(reverse("incidents:record_new"), data)
    assert response.status_code == 422
    assert DETAILS["reported_by"] in response.content.decode()
    assert Incident.objects.get().status == "draft"


def test_the_block_of_the_school_fills_itself(client: Client, incident: Incident) -> None:
    for path in (reverse("incidents:record_new"), url(incident, "details")):
        page = client.get(path).content.decode()
        for word in ("Riverbank Primary School", "1 Mill Lane", "Jo Marsh", "020 7946 0000"):
            assert word in page
        assert 'name="organisation_name"' not in page


def test_a_new_record_that_is_wrong_is_not_opened(client: Client) -> None:
    typed = {**DETAILS, "reported_by": "", "location": "", "happened_on_year": "2099"}
    response = client.post(reverse("incidents:record_new"), {**typed, "form_id": form_id(client)})
    page = response.content.decode()
    assert response.status_code == 422
    for message in ("This day is in the future.", "Say who reported it", "Say where it happened."):
        assert page.count(message) == 2
    assert 'value="2099"' in page
    assert Incident.objects.count() == 0


@pytest.fixture
def committed(transactional_db: None) -> Client:
    return factories.log_in(factories.coordinator(factories.school()))


def test_a_double_click_opens_one_record(committed: Client) -> None:
    token = form_id(committed)

    def click(_: int) -> tuple[int, str]:
        try:
            own = Client()
            own.cookies = committed.cookies
            response: Any = own.post(reverse("incidents:record_new"), {**DETAILS, "form_id": token})
            return response.status_code, response.url
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(click, range(2))
    assert first == second
    assert first[0] == 302
    assert Incident.objects.count() == Revision.objects.count() == 1


def test_whom_a_new_record_is_about_is_not_lost_when_it_is_posted_again(client: Client) -> None:
    new, data = reverse("incidents:record_new"), {**DETAILS, "form_id": form_id(client)}
    client.post(new, data)
    incident = Incident.objects.get()
    again = client.post(new, {**data, "about": "staff"}, follow=True)
    assert again.redirect_chain == [(reverse("incidents:about", args=[incident.pk]), 302)]
    assert "said to be about somebody else" in again.content.decode()
    client.post(reverse("incidents:about", args=[incident.pk]), {"about": "staff", "reason": "It was a teacher."})
    # From then on it is with somebody else, and what is posted again changes nothing.
    assert client.post(new, {**data, "about": "staff"}).status_code == 302
    incident.refresh_from_db()
    assert (incident.about, incident.revision) == ("staff", 1)


def test_a_new_record_posted_again_with_other_answers_shows_both(client: Client) -> None:
    new, data = reverse("incidents:record_new"), {**DETAILS, "form_id": form_id(client)}
    client.post(new, data)
    again = client.post(new, {**data, "reported_by": "Toni Ash"})
    page = again.content.decode()
    incident = Incident.objects.get()
    assert again.status_code == 409
    assert "Robin Vale" in page
    assert "Toni Ash" in page
    assert f'action="{url(incident, "details")}"' in page
    assert Revision.objects.count() == 1
    # Corrected meanwhile: the first answers once more are a late click, not a second opinion.
    save(client, incident, "details", {**DETAILS, "reported_by": "Toni Ash"})
    for name in ("Robin Vale", "Toni Ash"):
        assert client.post(new, {**data, "reported_by": name}).url == url(incident, "what-happened")
    assert Revision.objects.count() == 2


# --- saving a page ---------------------------------------------------------------------------------------------------


def test_every_page_is_saved_as_a_version(client: Client, incident: Incident) -> None:
    assert save(client, incident, "details", DETAILS).url == url(incident, "what-happened")
    typed = {
        **HAPPENED,
        "urls": "https://example.org/a\r\n\r\nhttps://example.org/b",
        "deliberate": "on",
        "deliberate_material": ["created", "viewed"],
        "deliberate_considered_as": ["harassment"],
        "risk_areas": ["conduct"],
        "on_school_equipment": "no",
    }
    assert save(client, incident, "what-happened", typed).url == url(incident, "people")
    assert save(client, incident, "action", ACTION).url == reverse("incidents:check", args=[incident.pk])
    said = content(incident)
    assert incident.revision == 4
    assert said["location"] == "outside_setting"
    assert said["urls"] == ["https://example.org/a", "https://example.org/b"]
    assert said["deliberate"] is True
    assert said["deliberate_material"] == ["created", "viewed"]
    assert said["action_staff"] == ["head_informed", "police"]


def test_saving_stays_on_the_page_and_says_so(client: Client, incident: Incident) -> None:
    response = save(client, incident, "details", DETAILS, action="save")
    assert response.url == url(incident, "details")
    assert "Saved." in client.get(response.url).content.decode()


def test_the_first_page_saved_picks_a_reported_concern_up(client: Client, of: School) -> None:
    reported = factories.report(factories.viewer(factories.person(of, "Robin Vale", Role.STAFF)))
    save(client, reported, "details", {**DETAILS, "location": "in_setting", "happened_at": "10:40"})
    reported.refresh_from_db()
    assert reported.status == "recorded"
    assert reported.due_at is not None


BAD: list[tuple[str, str, dict[str, Any], dict[str, Any], str, str]] = [
    ("future", "details", DETAILS, {"happened_on_year": "2099"}, "happened_on", "This day is in the future."),
    ("nobody", "details", DETAILS, {"reported_by": " "}, "reported_by", "Say who reported it"),
    ("other", "details", DETAILS, {"involved": ["other"]}, "involved_other", "Say who else was involved."),
    ("place", "details", DETAILS, {"location": "x"}, "location", "Choose one of the options shown."),
    ("url", "what-happened", HAPPENED, {"urls": "https://example.org\nnonsense"}, "urls", "Line 2 is not a web"),
    ("urls", "what-happened", HAPPENED, {"urls": "javascript:alert(1)"}, "urls", "Line 1 is not a web address"),
    ("type", "what-happened", HAPPENED, {"types": ["ghost"]}, "types", "Choose from the options shown."),
    ("long", "what-happened", HAPPENED, {"description": "x" * 20_001}, "description", "it has 20,001."),
    ("box", "what-happened", HAPPENED, {"accidental_material": ["x"]}, "accidental_material", "Choose from the"),
    ("yes", "what-happened", HAPPENED, {"on_school_equipment": "x"}, "on_school_equipment", "Choose one of"),
    ("nul", "what-happened", HAPPENED, {"urls": "https://example.org/\x00"}, "urls", "Line 1 is not a web"),
    ("action", "action", ACTION, {"action_child": ["iwf"]}, "action_child", "Choose from the options shown."),
    ("text", "action", ACTION, {"outcome": "a\x00b"}, "outcome", "Take out the characters"),
    ("audit", "action", ACTION, {"audit_of_use": "x" * 20_001}, "audit_of_use", "Shorten this to 20,000"),
]


@pytest.mark.parametrize(
    ("code", "typed", "changes", "key", "message"), [each[1:] for each in BAD], ids=[each[0] for each in BAD]
)
def test_bad_input_is_said_and_nothing_is_lost(
    client: Client,
    incident: Incident,
    code: str,
    typed: dict[str, Any],
    changes: dict[str, Any],
    key: str,
    message: str,
) -> None:
    before = content(incident)
    response = save(client, incident, code, {**typed, "version": "1"}, **changes)
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page.split(f'id="id_{key}_error"')[1][:400]
    assert message in page.split("There is a problem")[1].split("</ul>")[0]
    for name, value in {**typed, **changes}.items():
        if isinstance(value, str) and name in response.context["form"].fields:
            assert response.context["form"][name].value() == value
    assert content(incident) == before
    assert incident.revision == 1
    assert 'name="version" value="1"' in page


def test_fields_of_other_pages_are_not_taken(client: Client, incident: Incident) -> None:
    before = content(incident)
    save(client, incident, "details", DETAILS, outcome="No.", types=["gambling"], status="closed", due_at="2020-01-01")
    said = content(incident)
    assert said["types"] == before["types"]
    assert said["outcome"] == ""
    assert incident.status == "recorded"


def test_an_option_posted_twice_counts_once(client: Client, incident: Incident) -> None:
    save(client, incident, "action", {"action_staff": ["police", "police", "it"]})
    assert content(incident)["action_staff"] == ["police", "it"]


@pytest.mark.parametrize("code", ["nothing", "check", "details-x"])
def test_a_page_that_is_not_there(client: Client, incident: Incident, code: str) -> None:
    assert client.get(url(incident, code)).status_code == 404
    assert client.post(url(incident, code), {}).status_code == 404
    assert client.post(url(incident, code, "record_autosave"), {}).status_code == 404
    assert client.post(url(incident, code, "record_discard"), {}).status_code == 404


# --- two at the same record ------------------------------------------------------------------------------------------


@pytest.fixture
def second(of: School) -> Client:
    return factories.log_in(factories.coordinator(of, "Ines Park"))


def test_a_page_posted_twice_is_saved_once(client: Client, incident: Incident) -> None:
    for _ in range(2):
        response = client.post(url(incident, "details"), {"version": "1", "action": "continue", **DETAILS})
        assert response.status_code == 302
    incident.refresh_from_db()
    assert incident.revision == 2


def test_a_save_against_a_newer_version_is_refused_and_shows_both(
    client: Client, second: Client, incident: Incident
) -> None:
    save(second, incident, "what-happened", {**HAPPENED, "description": "Theirs: it began on Monday."})
    mine = {**HAPPENED, "types": ["bullying", "other"], "types_other": "A dare", "description": "Mine & all."}
    response = client.post(url(incident, "what-happened"), {"version": "1", **mine})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Theirs: it began on Monday." in page
    assert "Mine &amp; all." in page
    assert "other: A dare" in page
    assert "Ines Park" in page
    assert page.count(">differs<") == 2
    assert content(incident)["description"].startswith("Theirs")


def test_using_mine_after_a_conflict_shows_the_form_with_mine_and_the_new_version(
    client: Client, second: Client, incident: Incident
) -> None:
    save(second, incident, "action", {**ACTION, "specific_action": "Theirs"})
    conflict = client.post(url(incident, "action"), {"version": "1", **ACTION, "outcome": "Two\r\nlines"})
    hidden = re.findall(
        r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', conflict.content.decode().split("differs")[-1]
    )
    again: dict[str, list[str]] = {}
    for name, value in hidden:
        again.setdefault(name, []).append(value)
    shown = client.post(url(incident, "action"), {**again, "action": "mine"})
    assert shown.status_code == 200
    assert shown.context["version"] == 2
    assert shown.context["form"]["specific_action"].value() == ACTION["specific_action"]
    assert shown.context["form"]["outcome"].value() == "Two\r\nlines"
    assert content(incident)["specific_action"] == "Theirs"
    save(client, incident, "action", {**ACTION, "outcome": "Two\r\nlines"})
    assert content(incident)["outcome"] == "Two\nlines"


def test_keeping_what_is_on_record_throws_ones_own_draft_away(
    client: Client, second: Client, incident: Incident
) -> None:
    client.post(url(incident, "action", "record_autosave"), {"version": "1", "outcome": "Mine"})
    save(second, incident, "action", {**ACTION, "outcome": "Theirs"})
    assert "Somebody has saved this record since" in client.get(url(incident, "action")).content.decode()
    response = client.post(url(incident, "action", "record_discard"))
    page = client.get(response.url).content.decode()
    assert "Theirs" in page
    assert "unsaved changes" not in page


@pytest.mark.parametrize("version", ["", "abc", "-1", "1.0", "9" * 30, "\x00", "2"])
def test_a_version_that_cannot_be_is_refused_and_loses_nothing(
    client: Client, incident: Incident, version: str
) -> None:
    response = client.post(url(incident, "action"), {**ACTION, "version": version})
    assert response.status_code == 409
    assert "The phone was kept." in response.content.decode()
    incident.refresh_from_db()
    assert incident.revision == 1


# --- drafts of a page ------------------------------------------------------------------------------------------------


def test_what_was_typed_and_not_saved_comes_back(client: Client, incident: Incident) -> None:
    typed = {"version": "1", "happened_on_day": "31", "happened_on_month": "2", "reported_by": "Somebody else"}
    answer = client.post(url(incident, "details", "record_autosave"), typed)
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["saved"])
    page = client.get(url(incident, "details")).content.decode()
    assert "You have unsaved changes from" in page
    assert "Somebody else" in page
    assert 'value="31"' in page
    assert "There is a problem" not in page
    assert content(incident)["reported_by"] == "Robin Vale"


def test_a_draft_is_for_its_own_user_and_page(client: Client, second: Client, incident: Incident) -> None:
    client.post(url(incident, "details", "record_autosave"), {"version": "1", "reported_by": "Somebody else"})
    assert "Somebody else" not in second.get(url(incident, "details")).content.decode()
    assert "unsaved changes" not in client.get(url(incident, "action")).content.decode()


def test_saving_or_discarding_ends_the_draft(client: Client, incident: Incident) -> None:
    for _ in range(2):
        client.post(url(incident, "details", "record_autosave"), {"version": "1", "reported_by": "Somebody else"})
        assert Draft.objects.count() == 1
        client.post(url(incident, "details", "record_discard"))
        assert Draft.objects.count() == 0
    client.post(url(incident, "details", "record_autosave"), {"version": "1", "reported_by": "Somebody else"})
    save(client, incident, "details", DETAILS)
    assert Draft.objects.count() == 0


def test_an_autosave_that_comes_after_the_save_keeps_nothing(client: Client, incident: Incident) -> None:
    save(client, incident, "details", DETAILS)
    late = client.post(url(incident, "details", "record_autosave"), {"version": "1", "reported_by": "Late"})
    assert late.status_code == 409
    assert Draft.objects.count() == 0


def test_a_draft_against_somebody_elses_newer_version_is_kept(
    client: Client, second: Client, incident: Incident
) -> None:
    save(second, incident, "details", DETAILS)
    kept = client.post(url(incident, "details", "record_autosave"), {"version": "1", "reported_by": "Mine"})
    assert kept.status_code == 200
    page = client.get(url(incident, "details"))
    assert page.context["version"] == 1
    assert "Mine" in page.content.decode()


@pytest.mark.parametrize("version", ["", "abc", "9" * 30, "-4"])
def test_autosave_stands_any_version(client: Client, incident: Incident, version: str) -> None:
    data = {"version": version, "reported_by": "a\x00b", "happened_at": "\x00"}
    assert client.post(url(incident, "details", "record_autosave"), data).status_code == 200
    assert client.get(url(incident, "details")).status_code == 200


# --- what was sent, what is closed -----------------------------------------------------------------------------------


def test_a_correction_of_what_was_sent_may_say_why(client: Client, incident: Incident) -> None:
    assert "Reason for the change" not in client.get(url(incident, "action")).content.decode()
    Incident.objects.filter(pk=incident.pk).update(sent_revision=1, status="in_progress")
    for code in ("details", "what-happened", "people", "action"):
        assert "Reason for the change" in client.get(url(incident, code)).content.decode()
    save(client, incident, "action", {**ACTION, "reason": "A parent rang."})
    assert Revision.objects.get(number=2).reason == "A parent rang."
    response = save(client, incident, "action", {**ACTION, "outcome": "x", "reason": "x" * 2_001})
    assert response.status_code == 422
    assert "Shorten this to 2,000 characters" in response.content.decode()
    assert save(client, incident, "people", {"reason": "x" * 2_001}).status_code == 422


def test_a_closed_record_is_not_changed_and_what_was_typed_is_shown(
    client: Client, marsh: Person, incident: Incident
) -> None:
    by = factories.viewer(marsh)
    save_page(by=by, incident_id=incident.pk, page_code="action", version=1, answers={"outcome": "Settled."})
    Incident.objects.filter(pk=incident.pk).update(sent_revision=2, status="in_progress")
    close(by=by, incident_id=incident.pk)
    assert client.get(url(incident, "action")).url == reverse("incidents:incident", args=[incident.pk])
    assert client.get(url(incident, "people")).url == reverse("incidents:incident", args=[incident.pk])
    response = client.post(url(incident, "action"), {"version": "2", **ACTION})
    assert response.status_code == 409
    assert "This incident is closed." in response.content.decode()
    assert "The phone was kept." in response.content.decode()
    assert client.post(url(incident, "action", "record_autosave"), {"version": "2"}).status_code == 409
    assert "Open it again" in client.get(reverse("incidents:check", args=[incident.pk])).content.decode()


# --- the check -------------------------------------------------------------------------------------------------------


def test_the_check_shows_the_whole_form_and_the_button(client: Client, incident: Incident) -> None:
    page = client.get(reverse("incidents:check", args=[incident.pk])).content.decode()
    assert "Online safety incident report form" in page
    assert "bullying or harassment (online bullying)" in page
    assert "illegal hard core pornographic material" in page
    assert "Send to the local authority" in page
    assert "officer@council.example.org" in page
    assert reverse("incidents:send", args=[incident.pk]) in page
    assert 'name="version" value="1"' in page


def test_the_check_lists_what_is_missing_with_a_way_there(client: Client) -> None:
    client.post(reverse("incidents:record_new"), {**DETAILS, "form_id": form_id(client)})
    made = Incident.objects.get()
    page = client.get(reverse("incidents:check", args=[made.pk])).content.decode()
    assert "Tick at least one type of incident." in page
    assert f"{url(made, 'what-happened')}#div_id_types" in page
    assert 'id="div_id_types"' in client.get(url(made, "what-happened")).content.decode()
    assert reverse("incidents:send", args=[made.pk]) not in page


def test_the_check_says_what_the_school_still_lacks(db: None) -> None:
    person = factories.coordinator(factories.school(can_send=False))
    incident = factories.incident(factories.viewer(person))
    page = factories.log_in(person).get(reverse("incidents:check", args=[incident.pk])).content.decode()
    assert "address is missing from the" in page
    assert "No passphrase is agreed" in page
    assert reverse("schools:settings") in page
    assert reverse("incidents:send", args=[incident.pk]) not in page


def test_a_reported_concern_is_recorded_before_it_is_sent(client: Client, of: School) -> None:
    reported = factories.report(factories.viewer(factories.person(of, "Robin Vale", Role.STAFF)))
    page = client.get(reverse("incidents:check", args=[reported.pk])).content.decode()
    assert "It is not recorded yet" in page
    assert reverse("incidents:send", args=[reported.pk]) not in page


def test_the_same_version_is_not_offered_twice(client: Client, incident: Incident) -> None:
    Incident.objects.filter(pk=incident.pk).update(sent_revision=1, status="in_progress")
    page = client.get(reverse("incidents:check", args=[incident.pk])).content.decode()
    assert "was sent this very version" in page
    assert reverse("incidents:send", args=[incident.pk]) not in page
    save(client, incident, "action", ACTION)
    assert "Send the update" in client.get(reverse("incidents:check", args=[incident.pk])).content.decode()


def test_a_record_reads_as_its_own_edition(db: None) -> None:
    person = factories.coordinator(factories.school(pack="camden_2012"))
    incident = factories.incident(factories.viewer(person), types=["drug_bomb_making"])
    client = factories.log_in(person)
    factories.school()
    page = client.get(url(incident, "what-happened")).content.decode()
    assert "Drug/bomb making material" in page
    assert "Online grooming" not in page


# --- cost, traces, who may -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["details", "what-happened", "people", "action"])
def test_a_page_asks_little_and_leaves_a_trace(client: Client, incident: Incident, code: str) -> None:
    before = Entry.objects.count()
    with queries_at_most(9):
        assert client.get(url(incident, code)).status_code == 200
    assert Entry.objects.count() == before + 1
    assert Entry.objects.latest("at").action == "incident.page_opened"


def test_the_check_and_a_save_ask_little(client: Client, incident: Incident) -> None:
    with queries_at_most(9):
        client.get(reverse("incidents:check", args=[incident.pk]))
    with queries_at_most(9):
        client.get(reverse("incidents:record_new"))
    with queries_at_most(22):
        assert save(client, incident, "action", ACTION).status_code == 302


def test_pages_are_not_kept_by_the_browser(client: Client, incident: Incident) -> None:
    for path in (url(incident, "details"), url(incident, "people"), reverse("incidents:check", args=[incident.pk])):
        assert "no-store" in client.get(path)["Cache-Control"]


ROUTES = [
    ("get", "record", ["details"]),
    ("post", "record", ["details"]),
    ("get", "record", ["people"]),
    ("post", "record_autosave", ["details"]),
    ("post", "record_autosave", ["people"]),
    ("post", "record_discard", ["details"]),
    ("get", "check", []),
    ("get", "evidence_add", []),
    ("post", "evidence_add", []),
]


@pytest.mark.parametrize(("method", "name", "more"), ROUTES, ids=[f"{each[0]}-{each[1]}" for each in ROUTES])
@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((Role.STAFF,), {403, 404}),
        ((Role.GOVERNOR,), {403, 404}),
        ((Role.PARENT,), {403, 404}),
        ((Role.PUPIL,), {403, 404}),
        ((Role.STAFF, Role.HEAD_TEACHER), {403}),
        ((Role.STAFF, Role.DSL), {403}),
        ((Role.STAFF, Role.NETWORK_MANAGER), {403, 404}),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, tuple) else "",
)
def test_only_the_co_ordinator_writes(
    of: School, incident: Incident, method: str, name: str, more: list[str], roles: tuple[Role, ...], expected: set[int]
) -> None:
    other = factories.log_in(factories.person(of, "Pat Hill", *roles))
    before = Revision.objects.count()
    response = getattr(other, method)(reverse(f"incidents:{name}", args=[incident.pk, *more]), {"version": "1"})
    assert response.status_code in expected
    assert Revision.objects.count() == before
    assert Draft.objects.count() == 0


@pytest.mark.parametrize(("method", "name", "more"), ROUTES, ids=[f"{each[0]}-{each[1]}" for each in ROUTES])
def test_what_is_not_for_somebody_is_not_there(
    client: Client, of: School, marsh: Person, method: str, name: str, more: list[str]
) -> None:
    elsewhere = factories.coordinator(factories.school("Hilltop School"))
    theirs = factories.incident(factories.viewer(elsewhere))
    about_me = factories.incident(
        factories.viewer(factories.coordinator(of, "Ines Park")),
        people=[{"person_id": str(marsh.pk), "name": "Jo Marsh", "group": "", "kind": "staff", "part": "subject"}],
    )
    answers = [
        getattr(client, method)(reverse(f"incidents:{name}", args=[each, *more]), {"version": "1"})
        for each in (uuid.uuid4(), theirs.pk, about_me.pk)
    ]
    assert {each.status_code for each in answers} == {404}
    assert len({each.content for each in answers}) == 1
