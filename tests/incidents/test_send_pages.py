"""Send, send again, close, open again, and what was sent as files. Duties R2, D2, R14 (CC 4.1, CM 3.2, NS 10)."""

import json
import re
import uuid
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Document, Message
from incidents.models import Incident, Transition
from incidents.services import closing, sending
from incidents.services.problems import OutcomeMissing, ReasonMissing, WrongStatus
from incidents.services.recording import open_record, save_page
from schools.models import Person, School
from schools.services import adopt_pack
from schools.viewer import Viewer
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.sent import PDF, drawn, in_state, sent, write_outcome

SCHEMA = Path(settings.BASE_DIR) / "static" / "schemas" / "incident-report-v1.schema.json"


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(of: School) -> Person:
    return factories.coordinator(of)


@pytest.fixture
def by(jo: Person) -> Viewer:
    return factories.viewer(jo)


@pytest.fixture
def client(jo: Person) -> Client:
    return factories.log_in(jo)


def to(name: str, incident: Incident, *more: object) -> str:
    return reverse(f"incidents:{name}", args=[incident.pk, *more])


# --- sending ---------------------------------------------------------------------------------------------------------


def test_a_complete_record_is_queued_once(by: Viewer, client: Client) -> None:
    made = factories.incident(by)
    response = client.post(to("send", made), {"version": made.revision})
    assert response["Location"] == to("incident", made) + "#sent"
    made.refresh_from_db()
    assert (made.status, made.sent_revision) == ("in_progress", made.revision)
    again = client.post(to("send", made), {"version": made.revision})
    assert again.status_code == 409
    assert "already has this version" in again.content.decode()
    assert Message.objects.count() == 1


def test_what_is_missing_is_listed_with_links(by: Viewer, client: Client) -> None:
    details = {"happened_on": "2026-11-18", "location": "in_setting", "involved": ["child"], "reported_by": "Jo"}
    bare = open_record(by=by, incident_id=uuid.uuid4(), answers=details)
    response = client.post(to("send", bare), {"version": bare.revision})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Tick at least one type of incident." in page
    assert to("record", bare, "what-happened") + "#id_types" in page
    assert Message.objects.count() == 0


def test_a_concern_that_nobody_recorded_is_not_sent(by: Viewer, client: Client) -> None:
    response = client.post(to("send", factories.report(by)), {"version": 1})
    assert response.status_code == 409
    assert "Record the incident before you send it." in response.content.decode()
    assert Message.objects.count() == 0


@pytest.mark.parametrize("version", ["", "1", "x", "-3", "²", "9" * 40])
def test_another_version_than_the_checked_one_is_not_sent(by: Viewer, client: Client, version: str) -> None:
    made = write_outcome(by, factories.incident(by))
    assert made.revision > 1
    response = client.post(to("send", made), {"version": version})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Check it again" in page
    assert to("check", made) in page
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"officer_email": ""}, "no usable e-mail address"),
        ({"officer_passphrase_sealed": None, "officer_passphrase_set_at": None}, "No passphrase"),
    ],
)
def test_a_school_that_cannot_send_is_told_where_to_set_it_up(
    of: School, by: Viewer, client: Client, columns: dict[str, Any], words: str
) -> None:
    School.objects.filter(pk=of.pk).update(**columns)
    made = factories.incident(by)
    response = client.post(to("send", made), {"version": made.revision})
    page = response.content.decode()
    assert response.status_code == 409
    assert words in page
    assert reverse("schools:settings") in page
    made.refresh_from_db()
    assert made.status == "recorded"
    today = client.get(reverse("incidents:today")).content.decode()
    assert "Reports cannot be sent yet" in today


def test_an_update_goes_with_its_own_message(by: Viewer, client: Client) -> None:
    made, _first = sent(by)
    changed = write_outcome(by, made)
    client.post(to("send", made), {"version": changed.revision})
    revisions = Message.objects.order_by("created_at").values_list("document__revision", flat=True)
    assert list(revisions) == [made.revision, changed.revision]
    newest = Document.objects.get(revision=changed.revision)
    assert newest.snapshot["record"]["supersedes"] == made.revision


def test_acts_are_posted(by: Viewer, client: Client) -> None:
    made, message = sent(by)
    for name, more in (("send", []), ("close", []), ("retry", [message.pk]), ("arrived", [message.pk])):
        assert client.get(to(name, made, *more)).status_code == 405


# --- again, arrived --------------------------------------------------------------------------------------------------


def test_a_failed_message_is_sent_again(by: Viewer, client: Client) -> None:
    made, message = sent(by)
    in_state(message, "failed", problem="address_refused")
    response = client.post(to("retry", made, message.pk), follow=True)
    assert "It is being sent again" in response.content.decode()
    message.refresh_from_db()
    assert message.state == "pending"


def test_one_that_arrived_is_not(by: Viewer, client: Client) -> None:
    made, message = sent(by)
    in_state(message, "accepted", accepted_at=timezone.now())
    for name in ("retry", "arrived"):
        response = client.post(to(name, made, message.pk))
        assert response.status_code == 409
        assert "It was not" in response.content.decode()


def test_an_uncertain_one_is_marked_as_arrived(by: Viewer, client: Client) -> None:
    made, message = sent(by)
    in_state(message, "uncertain", problem="lost_after_data", handed_over_at=timezone.now(), repeated=True)
    client.post(to("arrived", made, message.pk))
    message.refresh_from_db()
    assert message.state == "accepted"
    assert Entry.objects.filter(action="message.marked_arrived").count() == 1


def test_a_message_belongs_to_its_incident(of: School, by: Viewer, client: Client) -> None:
    made, _ = sent(by)
    _other, message = sent(by)
    in_state(message, "failed", problem="busy")
    assert client.post(to("retry", made, message.pk)).status_code == 404
    message.refresh_from_db()
    assert message.state == "failed"


# --- closing, opening again ------------------------------------------------------------------------------------------


def test_an_incident_is_closed_with_its_outcome_and_opened_with_a_reason(by: Viewer, client: Client) -> None:
    made = write_outcome(by, factories.incident(by))
    client.post(to("send", made), {"version": made.revision})
    page = client.post(to("close", made), follow=True).content.decode()
    assert "The incident is closed." in page
    made.refresh_from_db()
    assert made.status == "closed"
    assert made.closed_at
    assert "Open again" in page
    assert client.get(to("reopen", made)).status_code == 200
    empty = client.post(to("reopen", made), {"reason": "  "})
    assert empty.status_code == 422
    assert "Say why the incident is opened again." in empty.content.decode()
    long = client.post(to("reopen", made), {"reason": "x" * 2001})
    assert "Shorten this to 2,000 characters; it has 2001." in long.content.decode()
    assert "x" * 2001 in long.content.decode()
    client.post(to("reopen", made), {"reason": "A parent rang."})
    made.refresh_from_db()
    assert (made.status, made.closed_at) == ("in_progress", None)
    assert Transition.objects.filter(incident=made).order_by("at").last().reason == "A parent rang."  # type: ignore[union-attr]
    assert "Opened again" in client.get(to("incident", made)).content.decode()
    again = client.post(to("reopen", made), {"reason": "Twice."})
    assert again.status_code == 409


def test_without_an_outcome_it_is_not_closed_and_the_page_says_where_to_write_it(by: Viewer, client: Client) -> None:
    made, _ = sent(by)
    response = client.post(to("close", made))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Write the outcome before you close the incident." in page
    assert to("record", made, "action") + "#id_outcome" in page


def test_what_was_not_sent_is_not_closed(by: Viewer, client: Client) -> None:
    made = write_outcome(by, factories.incident(by))
    response = client.post(to("close", made))
    assert response.status_code == 409
    assert "Send the record" in response.content.decode()
    client.post(to("send", made), {"version": made.revision})
    changed = write_outcome(by, made, "Another outcome.")
    assert "Send the update" in client.post(to("close", changed)).content.decode()


@pytest.mark.parametrize("outcome", ["", "   ", "\n\t"])
def test_the_services_hold_the_rules(by: Viewer, outcome: str) -> None:
    made, _ = sent(by, outcome=outcome)
    with pytest.raises(OutcomeMissing):
        closing.close(by=by, incident_id=made.pk)
    with pytest.raises(WrongStatus):
        closing.reopen(by=by, incident_id=made.pk, reason="x")
    with pytest.raises(ReasonMissing):
        closing.reopen(by=by, incident_id=made.pk, reason=" ")


# --- files -----------------------------------------------------------------------------------------------------------


def test_the_pdf_is_a_file_for_saving_and_leaves_a_trace(by: Viewer, client: Client) -> None:
    made, message = sent(by)
    waiting = client.get(to("pdf", made, made.revision))
    assert waiting.status_code == 202
    assert "The PDF is being prepared" in waiting.content.decode()
    drawn(message)
    response = client.get(to("pdf", made, made.revision))
    assert response.content == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; ")
    assert made.reference in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert Entry.objects.filter(action="document.opened").count() == 1
    with queries_at_most(10):
        client.get(to("pdf", made, made.revision))


def test_a_pdf_that_was_altered_is_not_opened(by: Viewer, client: Client) -> None:
    made, message = sent(by)
    drawn(message)
    Document.objects.filter(pk=message.document_id).update(pdf_sha256="0" * 64)
    response = client.get(to("pdf", made, made.revision))
    assert response.status_code == 409
    assert PDF not in response.content


def test_what_was_never_sent_has_no_files(by: Viewer, client: Client) -> None:
    made = factories.incident(by)
    for name in ("pdf", "json"):
        assert client.get(to(name, made, 1)).status_code == 404
        assert client.get(to(name, made, 2**31)).status_code == 404


def everything(pack: str) -> dict[str, Any]:
    types = ["bullying", "drug_bomb_making" if pack == "camden_2012" else "radicalisation", "other"]
    return {
        "happened_at": "",
        "identified_how": "Found on a shared tablet.",
        "involved": ["child", "other"],
        "involved_other": "A visitor",
        "types": types,
        "types_other": "A “hoax” <b>",
        "deliberate": True,
        "deliberate_material": ["viewed", "shown_to_others"],
        "deliberate_considered_as": ["harassment"],
        "urls": ["https://example.org/a?b=1"],
        "risk_areas": ["content", "conduct"],
        "on_school_equipment": "yes",
        "people": [
            {"person_id": "", "name": "Samira Reed", "group": "5B", "kind": "pupil", "part": "affected"},
            {"person_id": "", "name": "Somebody", "group": "", "kind": "other", "part": "subject"},
        ],
    }


@pytest.mark.parametrize("pack", ["camden_2012", "camden_2021"])
def test_the_json_follows_its_published_schema(by: Viewer, client: Client, pack: str) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    adopt_pack(by=by, code=pack, version=1)
    made = factories.report(by, **everything(pack))
    made = save_page(by=by, incident_id=made.pk, page_code="details", version=1, answers={"reported_by": "Robin Vale"})
    message = sending.finalise(by=by, incident_id=made.pk, version=made.revision)
    report = client.get(to("json", made, made.revision)).json()
    validator.validate(report)
    assert report["pdf"] is None
    drawn(message)
    response = client.get(to("json", made, made.revision))
    report = response.json()
    validator.validate(report)
    assert report["schema"] == schema["$id"]
    assert report["pdf"] == {"sha256": Document.objects.get().pdf_sha256, "pages": 3}
    assert report["form"]["pack"] == pack
    assert report["school"]["organisation_name"] == "Riverbank Primary School"
    assert report["school"]["officer_name"] == "Jo Marsh"
    answers = {each["key"]: each for each in report["answers"]}
    assert [each["code"] for each in answers["types"]["chosen"]] == everything(pack)["types"]
    assert answers["types"]["chosen"][2] == {"code": "other", "label": "other", "text": "A “hoax” <b>"}
    assert answers["deliberate"]["ticked"] is True
    assert answers["urls"]["lines"] == ["https://example.org/a?b=1"]
    assert report["people"][0]["part"] == {"code": "affected", "label": "Affected"}
    assert response["Content-Disposition"] == f'attachment; filename="{made.reference}-v{made.revision}.json"'
    assert "no-store" in response["Cache-Control"]
    assert Entry.objects.filter(action="incident.downloaded").count() == 2
    for broken in ({**report, "more": 1}, {**report, "reference": "x"}, {**report, "answers": []}):
        assert not validator.is_valid(broken)


def test_the_school_stands_as_it_was_sent(of: School, by: Viewer, client: Client) -> None:
    made, _ = sent(by)
    School.objects.filter(pk=of.pk).update(name="Renamed School")
    report = client.get(to("json", made, made.revision)).json()
    assert report["school"]["organisation_name"] == "Riverbank Primary School"


def test_an_older_version_stays_what_it_was(by: Viewer, client: Client) -> None:
    made, _ = sent(by, description="First words.")
    changed = save_page(
        by=by, incident_id=made.pk, page_code="what-happened", version=made.revision, answers={"description": "Later."}
    )
    sending.finalise(by=by, incident_id=made.pk, version=changed.revision)
    first = client.get(to("json", made, made.revision)).json()
    second = client.get(to("json", made, changed.revision)).json()
    assert "First words." in json.dumps(first)
    assert "Later." in json.dumps(second)
    assert (first["supersedes"], second["supersedes"]) == (None, made.revision)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", first["finalised_at"])
