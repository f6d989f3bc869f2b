"""The short report of any member of staff, from the blank page to the receipt. Duty R1 (CC 4.1, CM 4.1)."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from incidents.models import Draft, Incident, Involvement, Revision
from incidents.views.signed_ids import signed
from packs import loader
from packs.rules import guidance_for
from schools.models import Person, School
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most

TYPED: dict[str, Any] = {
    "happened_on_day": "18",
    "happened_on_month": "11",
    "happened_on_year": "2026",
    "happened_at": "10:40",
    "location": "in_setting",
    "involved": ["child"],
    "types": ["bullying"],
    "description": "A message was sent round the class.",
    "people_subject": "Sam Reed 5B",
    "people_affected": "Mia Bell\r\nKit Lowe",
    "specific_action": "The screen was turned off.",
    "safeguarding": "on",
    "about": "nobody",
}


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def teacher(of: School) -> Person:
    return factories.person(of, "Robin Vale", Role.STAFF)


@pytest.fixture
def client(teacher: Person) -> Client:
    return factories.log_in(teacher)


def form_id(client: Client) -> str:
    page = client.get(reverse("incidents:report")).content.decode()
    found = re.search(r'name="form_id"\s+value="([^"]+)"', page)
    assert found
    return found[1]


def send(client: Client, **changes: Any) -> Any:
    return client.post(reverse("incidents:report"), {**TYPED, "form_id": form_id(client), **changes})


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in TYPED.items() if not key.startswith(name)}


# --- the way of one report -------------------------------------------------------------------------------------------


def test_a_report_arrives_with_everything_that_was_said(client: Client, teacher: Person) -> None:
    response = send(client, action="send")
    incident = Incident.objects.get()
    assert response.status_code == 302
    assert response.url == reverse("incidents:receipt", args=[incident.pk])
    content = Revision.objects.get().content
    assert incident.status == "reported"
    assert content["happened_on"] == "2026-11-18"
    assert content["reported_by"] == "Robin Vale"
    assert content["specific_action"] == "The screen was turned off."
    assert content["safeguarding"] is True
    assert content["immediate_risk"] is False
    people = {(each.name, each.part, each.kind) for each in Involvement.objects.all()}
    assert people == {
        ("Sam Reed 5B", "subject", "other"),
        ("Mia Bell", "affected", "other"),
        ("Kit Lowe", "affected", "other"),
    }


def test_the_receipt_gives_the_reference_and_says_what_to_do(client: Client) -> None:
    page = client.get(send(client).url)
    assert Incident.objects.get().reference in page.content.decode()
    assert "Waiting to be picked up" in page.content.decode()
    assert "Thank the child for telling you" in page.content.decode()


def test_the_receipt_does_not_show_what_the_co_ordinator_made_of_it(client: Client, of: School) -> None:
    marsh = factories.log_in(factories.coordinator(of))
    receipt = send(client).url
    incident = Incident.objects.get()
    marsh.post(
        reverse("incidents:record", args=[incident.pk, "what-happened"]),
        {"version": "1", "types": ["child_abuse_images"], "description": "Something else.", "sexual_images": "on"},
    )
    page = client.get(receipt).content.decode()
    assert "Picked up" in page
    assert "Thank the child for telling you" in page
    assert "Do not look at it again" not in page


def test_a_page_keeps_no_copy_in_the_browser_and_says_nothing_in_its_title(client: Client) -> None:
    receipt = send(client).url
    for path in (reverse("incidents:report"), reverse("incidents:own_reports"), receipt):
        page = client.get(path)
        assert "no-store" in page["Cache-Control"]
        title = re.search(r"<title>\s*(.*?)\s*</title>", page.content.decode(), re.S)
        assert title
        assert not any(word in title[1] for word in ("Sam", "bully", Incident.objects.get().reference))


def test_pages_ask_little_of_the_database(client: Client) -> None:
    with queries_at_most(8):
        assert client.get(reverse("incidents:report")).status_code == 200
    receipt = send(client).url
    with queries_at_most(10):
        client.get(receipt)
    with queries_at_most(5):
        client.get(reverse("incidents:own_reports"))
    response = client.post(reverse("incidents:report"), {"form_id": form_id(client), "action": "draft"})
    with queries_at_most(10):
        assert client.get(response.url).status_code == 200


# --- bad input: a message beside the field and in the summary, and nothing typed is lost -----------------------------

BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("a future date", {"happened_on_year": "2099"}, "happened_on", "This day is in the future."),
    ("no such day", {"happened_on_day": "31", "happened_on_month": "2"}, "happened_on", "That day does not exist."),
    ("no month", {"happened_on_month": ""}, "happened_on", "Give the month as well."),
    ("letters", {"happened_on_day": "Monday"}, "happened_on", "That day does not exist."),
    ("a huge day", {"happened_on_day": "9" * 4000}, "happened_on", "That day does not exist."),
    ("no time", {"happened_at": "after lunch"}, "happened_at", "Write the time as 14:02"),
    ("other without text", {"types": ["bullying", "other"]}, "types_other", "Say what the other type was."),
    ("other in blank", {"involved": ["other"], "involved_other": " "}, "involved_other", "Say who else was involved."),
    ("a type there is not", {"types": ["bullying", "ghost"]}, "types", "Choose from the options shown."),
    ("a type of the other edition", {"types": ["drug_bomb_making"]}, "types", "Choose from the options shown."),
    ("a place there is not", {"location": "the_moon"}, "location", "Choose one of the options shown."),
    ("too long", {"description": "x" * 20_001}, "description", "Shorten this to 20,000 characters; it has 20,001."),
    ("a NUL", {"description": "a\x00b"}, "description", "Take out the characters that cannot be kept."),
    ("a NUL in a name", {"people_subject": "a\x00b"}, "people_subject", "Take out the characters"),
    ("a NUL in other", {"types": ["other"], "types_other": "a\x00b"}, "types_other", "Take out the characters"),
    ("a long name", {"people_witness": "x" * 201}, "people_witness", "Shorten each name to 200 characters"),
    ("about nobody there is", {"about": "ghost"}, "about", "Say whether it is about somebody who works here"),
    ("too many", {"people_subject": "\n".join(map(str, range(41)))}, "people_subject", "Name at most 40 people."),
]


@pytest.mark.parametrize(("changes", "key", "message"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_bad_input_is_said_and_nothing_is_lost(client: Client, changes: dict[str, Any], key: str, message: str) -> None:
    response = send(client, action="send", **changes)
    page = response.content.decode()
    assert response.status_code == 422
    assert Incident.objects.count() == 0
    beside = page.split(f'id="id_{key}_error"')
    assert len(beside) == 2
    assert message in beside[1][:400]
    summary = page.split("There is a problem")[1].split("</ul>")[0]
    assert message in summary
    form = response.context["form"]
    typed = {**TYPED, **changes}
    for name in ("description", "specific_action", "people_subject", "people_affected", "happened_at"):
        assert form[name].value() == typed[name]
    day = [typed[f"happened_on_{part}"] for part in ("day", "month", "year")]
    assert form["happened_on"].value() == day
    assert "checked" in page.split('value="bullying"')[1].split(">")[0] or "bullying" not in typed["types"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("happened_on", "Say on which day it happened."),
        ("location", "Say where it happened."),
        ("involved", "Tick who was involved."),
        ("types", "Tick at least one type of incident."),
        ("description", "Describe what happened."),
        ("about", "Say whether it is about somebody who works here"),
    ],
)
def test_what_must_be_said_is_asked_for(client: Client, name: str, message: str) -> None:
    response = client.post(reverse("incidents:report"), {**without(name), "form_id": form_id(client)})
    assert response.status_code == 422
    assert message in response.content.decode()


def test_the_summary_leads_to_each_field(client: Client) -> None:
    page = client.post(reverse("incidents:report"), {"form_id": form_id(client)}).content.decode()
    links = re.findall(r'href="#([^"]+)"', page.split("There is a problem")[1].split("</ul>")[0])
    assert len(links) == 6
    for target in links:
        assert f'id="{target}"' in page


def test_the_limit_itself_is_kept(client: Client) -> None:
    text = "\r\n".join(["x" * 9_999, "y" * 10_000])
    assert send(client, description=text).status_code == 302
    assert len(Revision.objects.get().content["description"]) == 20_000


def test_hostile_text_is_shown_as_text(client: Client) -> None:
    evil = "</textarea><script>alert(1)</script>{{ form }}"
    page = send(client, description=evil, location="").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ form }}" in page


def test_fields_that_are_not_asked_change_nothing(client: Client) -> None:
    send(client, status="closed", school="x", reference="AAAA-AAAA", outcome="No.", due_at="2020-01-01", person_id="1")
    incident = Incident.objects.get()
    assert incident.status == "reported"
    assert incident.reference != "AAAA-AAAA"
    assert Revision.objects.get().content["outcome"] == ""


# --- one report, however often it is sent ----------------------------------------------------------------------------


def test_the_same_form_sent_twice_makes_one_report(client: Client) -> None:
    token = form_id(client)
    first = client.post(reverse("incidents:report"), {**TYPED, "form_id": token})
    second = client.post(reverse("incidents:report"), {**TYPED, "form_id": token})
    edited = reverse("incidents:report_edit", args=[Incident.objects.get().pk])
    assert first.url == second.url == client.post(edited, TYPED).url
    assert client.post(edited, {**TYPED, "action": "draft"}).url == first.url
    assert Incident.objects.count() == Revision.objects.count() == 1


OTHERWISE: list[dict[str, Any]] = [
    {"description": "Other words."},
    {"description": "Other words.", "action": "draft"},
    {"description": "Other words.", "happened_on_day": "31", "happened_on_month": "2"},
    {"description": "Other words.", "people_affected": ""},
]


@pytest.mark.parametrize("changes", OTHERWISE)
@pytest.mark.parametrize("begun", [False, True])
def test_other_words_after_sending_are_shown_again_and_may_go_as_a_report_of_their_own(
    client: Client, changes: dict[str, Any], begun: bool
) -> None:
    token = form_id(client)
    receipt = client.post(reverse("incidents:report"), {**TYPED, "form_id": token}).url
    url = reverse("incidents:report")
    if begun:
        url = reverse("incidents:report_edit", args=[Incident.objects.get().pk])
    second = client.post(url, {**TYPED, "form_id": token, **changes})
    page = second.content.decode()
    assert second.status_code == 409
    assert "This report was already sent" in page
    assert f'href="{receipt}"' in page
    assert "Other words." in page
    assert f'action="{reverse("incidents:report")}"' in page
    assert Revision.objects.get().content["description"] == TYPED["description"]
    assert Draft.objects.count() == 0
    fresh_id = re.search(r'name="form_id"\s+value="([^"]+)"', page)
    assert fresh_id
    own = {**TYPED, "form_id": fresh_id[1], "description": "Other words."}
    assert client.post(reverse("incidents:report"), own).status_code == 302
    assert Incident.objects.count() == Revision.objects.count() == 2


@pytest.fixture
def committed(transactional_db: None) -> Client:
    teacher = factories.person(factories.school(), "Robin Vale", Role.STAFF)
    return factories.log_in(teacher)


def test_a_double_click_makes_one_report(committed: Client) -> None:
    token = form_id(committed)
    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            codes = list(pool.map(lambda _: _click(committed, token), range(2)))
        assert codes == [302, 302]
        assert Incident.objects.count() == Revision.objects.count() == 1
        assert Entry.objects.filter(action="incident.reported").count() == 1


def test_sending_while_the_first_autosave_is_under_way_loses_nothing(committed: Client) -> None:
    for _ in range(5):
        incident_id, token = fresh(committed)
        with ThreadPoolExecutor(2) as pool:
            sent = pool.submit(_click, committed, token)
            kept = pool.submit(_autosave, committed, token, incident_id)
        assert sent.result() == 302
        assert kept.result() in {200, 409}
    assert set(Incident.objects.values_list("status", flat=True)) == {"reported"}
    assert Draft.objects.count() == 0


def fresh(client: Client) -> tuple[uuid.UUID, str]:
    """The id that a blank form was given, plain and signed."""
    page = client.get(reverse("incidents:report")).content.decode()
    found = re.search(r"/report/([0-9a-f-]{36})/draft/", page)
    token = re.search(r'name="form_id"\s+value="([^"]+)"', page)
    assert found
    assert token
    return uuid.UUID(found[1]), token[1]


def _click(client: Client, token: str) -> int:
    return _post_apart(client, reverse("incidents:report"), token)


def _autosave(client: Client, token: str, incident_id: uuid.UUID) -> int:
    return _post_apart(client, reverse("incidents:report_autosave", args=[incident_id]), token)


def _post_apart(client: Client, url: str, token: str) -> int:
    try:
        own = Client()
        own.cookies = client.cookies
        return own.post(url, {**TYPED, "form_id": token}).status_code
    finally:
        connection.close()


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "\x00", "9" * 5_000])
def test_a_form_with_a_false_id_is_shown_again_with_a_good_one(client: Client, token: str) -> None:
    response = client.post(reverse("incidents:report"), {**TYPED, "form_id": token})
    page = response.content.decode()
    assert response.status_code == 422
    assert "send it again" in page
    assert TYPED["description"] in page
    good = re.search(r'name="form_id"\s+value="([^"]+)"', page)
    assert good
    assert client.post(reverse("incidents:report"), {**TYPED, "form_id": good[1]}).status_code == 302


def test_an_id_given_to_somebody_else_is_not_taken(client: Client, of: School) -> None:
    other = factories.viewer(factories.person(of, "Toni Ash", Role.STAFF))
    response = client.post(reverse("incidents:report"), {**TYPED, "form_id": signed(other, uuid.uuid4(), "report")})
    assert response.status_code == 422
    assert Incident.objects.count() == 0


# --- drafts ----------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_listed_gone_on_with_and_sent(client: Client) -> None:
    half = {"form_id": form_id(client), "happened_on_day": "31", "happened_on_month": "2", "description": "I saw"}
    kept = client.post(reverse("incidents:report"), {**half, "action": "draft"})
    incident = Incident.objects.get()
    assert incident.status == "draft"
    assert kept.url == reverse("incidents:report_edit", args=[incident.pk])
    page = client.get(kept.url).content.decode()
    assert "I saw" in page
    assert 'value="31"' in page
    assert "There is a problem" not in page
    assert "Draft saved" in page
    assert kept.url in client.get(reverse("incidents:own_reports")).content.decode()
    assert kept.url in client.get(reverse("incidents:report")).content.decode()
    sent = client.post(kept.url, {**TYPED, "action": "send"})
    assert sent.url == reverse("incidents:receipt", args=[incident.pk])
    assert Draft.objects.count() == 0
    assert client.get(kept.url).url == sent.url


def test_autosave_keeps_what_is_typed_and_says_when(client: Client) -> None:
    incident_id, token = fresh(client)
    url = reverse("incidents:report_autosave", args=[incident_id])
    answer = client.post(url, {"form_id": token, "description": "I saw", "types": ["ghost"]})
    assert answer.status_code == 200
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["saved"])
    client.post(url, {"form_id": token, "description": "I saw it", "happened_at": "1\x00"})
    assert Draft.objects.get().content == {"typed": {"description": ["I saw it"], "happened_at": ["1"]}}
    page = client.get(reverse("incidents:report_edit", args=[incident_id])).content.decode()
    assert "I saw it" in page


def test_an_autosave_that_comes_too_late_keeps_nothing(client: Client) -> None:
    incident_id, token = fresh(client)
    client.post(reverse("incidents:report"), {**TYPED, "form_id": token})
    url = reverse("incidents:report_autosave", args=[incident_id])
    late = client.post(url, {"form_id": token, "description": "Late"})
    assert late.status_code == 409
    assert late.json() == {"receipt": reverse("incidents:receipt", args=[incident_id])}
    assert Draft.objects.count() == 0
    assert Revision.objects.get().content["description"] == TYPED["description"]


def test_autosave_for_an_id_that_was_not_given_to_this_user_is_not_there(client: Client, of: School) -> None:
    url = reverse("incidents:report_autosave", args=[uuid.uuid4()])
    assert client.post(url, {"description": "x"}).status_code == 404
    other = factories.viewer(factories.person(of, "Toni Ash", Role.STAFF))
    incident_id = uuid.uuid4()
    url = reverse("incidents:report_autosave", args=[incident_id])
    assert client.post(url, {"form_id": signed(other, incident_id, "report"), "description": "x"}).status_code == 404
    assert Incident.objects.count() == 0


def test_a_draft_can_be_thrown_away_a_report_cannot(client: Client) -> None:
    client.post(reverse("incidents:report"), {"form_id": form_id(client), "action": "draft", "description": "x"})
    draft = Incident.objects.get()
    assert client.get(reverse("incidents:report_discard", args=[draft.pk])).status_code == 405
    assert client.post(reverse("incidents:report_discard", args=[draft.pk])).status_code == 302
    assert Incident.objects.count() == Draft.objects.count() == 0
    send(client)
    sent = Incident.objects.get()
    client.post(reverse("incidents:report_discard", args=[sent.pk]))
    assert Incident.objects.filter(pk=sent.pk, status="reported").exists()


def test_a_draft_is_nobody_elses(client: Client, of: School) -> None:
    client.post(reverse("incidents:report"), {"form_id": form_id(client), "action": "draft", "description": "x"})
    draft = Incident.objects.get()
    for who in (factories.person(of, "Toni Ash", Role.STAFF), factories.coordinator(of)):
        other = factories.log_in(who)
        for name in ("report_edit", "receipt"):
            assert other.get(reverse(f"incidents:{name}", args=[draft.pk])).status_code == 404
        assert other.post(reverse("incidents:report_discard", args=[draft.pk])).status_code == 404
        assert other.post(reverse("incidents:report_edit", args=[draft.pk]), TYPED).status_code == 404


def test_a_draft_of_plain_answers_is_shown_too(client: Client, teacher: Person) -> None:
    client.post(reverse("incidents:report"), {"form_id": form_id(client), "action": "draft"})
    Draft.objects.update(content=factories.answers(description="From before"))
    page = client.get(reverse("incidents:report_edit", args=[Incident.objects.get().pk])).content.decode()
    assert "From before" in page


# --- what to do now --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack_code", ["camden_2012", "camden_2021"])
def test_each_type_and_flag_has_its_advice(db: None, pack_code: str) -> None:
    school = factories.school(pack=pack_code)
    client = factories.log_in(factories.person(school, "Robin Vale", Role.STAFF))
    pack = loader.latest(pack_code)
    cases: list[tuple[list[str], list[str]]] = [([code], []) for code in pack.form.field("types").codes]
    cases += [([], [flag]) for flag in ("immediate_risk", "safeguarding", "sexual_images", "illegal_material")]
    for types, flags in cases:
        data = {"types": types, **dict.fromkeys(flags, "on"), "pack": f"{pack_code} 1"}
        page = client.post(reverse("incidents:report_guidance"), data).content.decode()
        for step in guidance_for(pack, types, flags):
            assert step.text.replace("'", "&#x27;") in page, (types, flags, step.id)


def test_the_advice_names_who_to_turn_to(client: Client, of: School) -> None:
    factories.person(of, "Ama Mensah", Role.STAFF, Role.DSL)
    page = client.post(reverse("incidents:report_guidance"), {"sexual_images": "on"}).content.decode()
    assert "<b>Ama Mensah</b>" in page


def test_unknown_codes_and_packs_give_the_general_advice(client: Client) -> None:
    data = {"types": ["ghost", "\x00"], "pack": "nowhere 99", "nonsense": "on"}
    response = client.post(reverse("incidents:report_guidance"), data)
    assert response.status_code == 200
    assert "call 999" in response.content.decode()


def test_without_javascript_a_button_shows_the_advice_and_keeps_what_is_typed(client: Client) -> None:
    half = {"types": ["child_abuse_images"], "description": "I saw", "happened_on_day": "31"}
    response = client.post(reverse("incidents:report"), {**half, "form_id": form_id(client), "action": "guidance"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "Do not copy, photograph, print" in page
    assert "I saw" in page
    assert "There is a problem" not in page
    assert Incident.objects.count() == 0


def test_nothing_can_be_uploaded_with_a_report(client: Client) -> None:
    assert 'type="file"' not in client.get(reverse("incidents:report")).content.decode()


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.GOVERNOR, Role.PARENT, Role.PUPIL, Role.CHAIR_OF_GOVERNORS])
def test_only_staff_report(of: School, role: Role) -> None:
    client = factories.log_in(factories.person(of, "Chris Dale", role))
    some = uuid.uuid4()
    assert client.get(reverse("incidents:report")).status_code == 403
    assert client.post(reverse("incidents:report"), TYPED).status_code == 403
    # Whoever handles a case that came to them is advised while they write in it.
    advised = 200 if role == Role.CHAIR_OF_GOVERNORS else 403
    assert client.post(reverse("incidents:report_guidance"), {}).status_code == advised
    assert client.get(reverse("incidents:own_reports")).status_code == 403
    assert client.get(reverse("incidents:report_edit", args=[some])).status_code == 403
    assert client.get(reverse("incidents:receipt", args=[some])).status_code == 404
    assert client.post(reverse("incidents:report_autosave", args=[some]), {}).status_code == 403
    assert Incident.objects.count() == 0


def test_a_receipt_of_another_school_is_not_there(client: Client) -> None:
    elsewhere = factories.person(factories.school("Hilltop School"), "Toni Ash", Role.STAFF)
    theirs = factories.report(factories.viewer(elsewhere))
    here = client.get(reverse("incidents:receipt", args=[theirs.pk]))
    nowhere = client.get(reverse("incidents:receipt", args=[uuid.uuid4()]))
    assert here.status_code == nowhere.status_code == 404
    assert here.content == nowhere.content


def test_nobody_gets_in_without_logging_in(of: School) -> None:
    for name in ("report", "own_reports", "record_new"):
        response = Client().get(reverse(f"incidents:{name}"))
        assert response.status_code == 302
        assert reverse("login") in response.url
