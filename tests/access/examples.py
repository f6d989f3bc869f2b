"""One request for every page that leaves a trace: what a person with every right to it would ask.

A new page needs its line here: its name and method, and what makes the request in a world that has everything. What
is about people and posts is in ``examples_of_people``, what is about log-ins in ``examples_of_log_in``.
"""

import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from incidents.services.recording import save_page_draft
from incidents.views.signed_ids import signed
from tests import factories
from tests.access import (
    agreements_asking,
    agreements_editing,
    agreements_keeping,
    agreements_signing,
    examples_of_log_in,
    examples_of_people,
    incidents_deciding,
    incidents_fairness,
    incidents_letters,
    sanctions_framework,
    sanctions_letters,
)
from tests.access.scene import Ask, Example, World, about_open

DAY = {"happened_on_day": "18", "happened_on_month": "11", "happened_on_year": "2026", "happened_at": "10:40"}
REPORT: dict[str, Any] = {
    **DAY, "location": "in_setting", "involved": ["child"], "types": ["bullying"], "description": "It went round.",
    "about": "nobody",
}  # fmt: skip
DETAILS: dict[str, Any] = {
    **DAY, "location": "in_setting", "involved": ["child"], "reported_by": "Robin Vale", "identified_how": "",
    "about": "nobody",
}  # fmt: skip
SCHOOL = {
    "name": "Riverbank School", "address": "2 Mill Lane", "phone": "020 7946 0001", "email": "office@example.org",
    "authority_name": "Riverbank Council", "officer_name": "Sal Green",
}  # fmt: skip
TERM = {
    "name": "Autumn term", "starts_on_day": "1", "starts_on_month": "9", "starts_on_year": "2026",
    "ends_on_day": "18", "ends_on_month": "12", "ends_on_year": "2026",
}  # fmt: skip


def with_page_draft(world: World) -> Ask:
    save_page_draft(by=world.by, incident_id=world.open.pk, page_code="action", version=1, content={"typed": {}})
    return Ask(world.jo, "incidents:record_discard", [world.open.pk, "action"], {})


def handed_on(world: World) -> Ask:
    assert world.dsl
    return Ask(world.jo, "incidents:hand_on", [world.open.pk], {"to_post": "dsl", "reason": "Theirs to know."})


def corrected(world: World) -> Ask:
    assert world.head
    said = {"about": "head_teacher", "reason": "The parent named the head."}
    return Ask(world.jo, "incidents:about", [world.open.pk], said)


def decided(world: World) -> Ask:
    assert world.head
    made = factories.report(factories.viewer(world.teacher), about="staff")
    said = {"kind": "lado", "lado-decision": "referred", "lado-reason": "It meets the threshold."}
    return Ask(world.head, "incidents:decisions", [made.pk], said)


READS: dict[str, Example] = {
    "incidents:report_edit": lambda w: Ask(w.teacher, "incidents:report_edit", [w.draft]),
    "incidents:own_reports": lambda w: Ask(w.teacher, "incidents:own_reports"),
    "incidents:receipt": lambda w: Ask(w.teacher, "incidents:receipt", [w.reported.pk]),
    "incidents:log": lambda w: Ask(w.jo, "incidents:log"),
    "incidents:export": lambda w: Ask(w.jo, "incidents:export", data={"format": "csv", "open": w.open.pk}),
    "incidents:people": lambda w: Ask(w.jo, "incidents:people", data={"find": "rob", "who": w.teacher.pk}),
    "incidents:incident": about_open("incidents:incident"),
    "incidents:check": about_open("incidents:check"),
    "incidents:record": about_open("incidents:record", "people"),
    "incidents:version": lambda w: Ask(w.jo, "incidents:version", [w.to_close.pk, 1]),
    "incidents:hand_on": about_open("incidents:hand_on"),
    "incidents:about": about_open("incidents:about"),
    "incidents:decisions": about_open("incidents:decisions"),
    "incidents:evidence_add": about_open("incidents:evidence_add"),
    "incidents:evidence": lambda w: Ask(w.jo, "incidents:evidence", [w.open.pk, w.evidence]),
    "incidents:pdf": lambda w: Ask(w.jo, "incidents:pdf", [w.sent[0].pk, 1]),
    "incidents:json": lambda w: Ask(w.jo, "incidents:json", [w.sent[0].pk, 1]),
    "schools:attempts": lambda w: Ask(w.head, "schools:attempts"),
    **examples_of_people.READS,
    **agreements_editing.READS,
    **agreements_signing.READS,
    **agreements_asking.READS,
    **agreements_keeping.READS,
    **sanctions_letters.READS,
    **incidents_fairness.READS,
    **incidents_deciding.READS,
    **incidents_letters.READS,
}
WRITES: dict[tuple[str, str], Example] = {
    ("incidents:report", "incident.reported"): lambda w: Ask(
        w.teacher, "incidents:report",
        data={**REPORT, "form_id": signed(factories.viewer(w.teacher), uuid.uuid4(), "report")},
    ),
    ("incidents:report", "draft.saved"): lambda w: Ask(
        w.teacher, "incidents:report",
        data={"action": "draft", "form_id": signed(factories.viewer(w.teacher), uuid.uuid4(), "report")},
    ),
    ("incidents:report_edit", "incident.reported"): lambda w: Ask(
        w.teacher, "incidents:report_edit", [w.draft], {**REPORT}
    ),
    ("incidents:report_edit", "draft.saved"): lambda w: Ask(
        w.teacher, "incidents:report_edit", [w.draft], {"action": "draft"}
    ),
    ("incidents:report_autosave", "draft.saved"): lambda w: Ask(
        w.teacher, "incidents:report_autosave", [w.draft], {"description": "So far."}
    ),
    ("incidents:report_discard", "report.discarded"): lambda w: Ask(
        w.teacher, "incidents:report_discard", [w.draft], {}
    ),
    ("incidents:record_new", "incident.recorded"): lambda w: Ask(
        w.jo, "incidents:record_new", data={**DETAILS, "form_id": signed(w.by, uuid.uuid4(), "record")}
    ),
    ("incidents:record", "incident.corrected"): about_open(
        "incidents:record", "action", data={"version": "1", "specific_action": "The phone was kept."}
    ),
    ("incidents:record", "incident.recorded"): lambda w: Ask(
        w.jo, "incidents:record", [w.reported.pk, "details"], {"version": "1", **DETAILS}
    ),
    ("incidents:record_autosave", "draft.saved"): about_open(
        "incidents:record_autosave", "action", data={"version": "1", "specific_action": "So far."}
    ),
    ("incidents:record_discard", "draft.discarded"): with_page_draft,
    ("incidents:evidence_add", "evidence.added"): lambda w: Ask(
        w.jo, "incidents:evidence_add", [w.open.pk], {"chosen": SimpleUploadedFile("note.txt", b"Some words.")}
    ),
    ("incidents:hand_on", "incident.handed_on"): handed_on,
    ("incidents:about", "incident.about_changed"): corrected,
    ("incidents:decisions", "incident.advice_recorded"): decided,
    ("incidents:send", "incident.finalised"): about_open("incidents:send", data={"version": "1"}),
    ("incidents:close", "incident.closed"): lambda w: Ask(w.jo, "incidents:close", [w.to_close.pk], {}),
    ("incidents:reopen", "incident.reopened"): lambda w: Ask(
        w.jo, "incidents:reopen", [w.closed.pk], {"reason": "More came to light."}
    ),
    ("incidents:retry", "message.retried"): lambda w: Ask(
        w.jo, "incidents:retry", [w.failed[0].pk, w.failed[1].pk], {}
    ),
    ("incidents:arrived", "message.marked_arrived"): lambda w: Ask(
        w.jo, "incidents:arrived", [w.failed[0].pk, w.failed[1].pk], {}
    ),
    ("dispatch:acknowledge", "message.acknowledged"): lambda w: Ask(None, "dispatch:acknowledge", [w.token], {}),
    ("schools:settings", "school.changed"): lambda w: Ask(w.jo, "schools:settings", data=SCHOOL),
    ("schools:passphrase", "school.passphrase_set"): lambda w: Ask(
        w.jo, "schools:passphrase", data={"passphrase": "three plain words here"}
    ),
    ("schools:adopt", "school.pack_adopted"): lambda w: Ask(w.jo, "schools:adopt", data={"pack": "camden_2012 1"}),
    ("schools:terms", "school.term_added"): lambda w: Ask(w.jo, "schools:terms", data=TERM),
    **examples_of_people.WRITES,
    **examples_of_log_in.WRITES,
    **agreements_editing.WRITES,
    **agreements_signing.WRITES,
    **agreements_asking.WRITES,
    **agreements_keeping.WRITES,
    **sanctions_framework.WRITES,
    **sanctions_letters.WRITES,
    **incidents_deciding.WRITES,
    **incidents_letters.WRITES,
}  # fmt: skip
# Pages that take a POST and change nothing that is kept of anybody: the session at most.
CHANGE_NOTHING: dict[str, str] = {
    "incidents:log_filter": "what to look for is kept in the session",
    "incidents:report_guidance": "words for what was ticked",
    "schools:switch": "the chosen school is kept in the session",
    "schools:people": "a name to look for",
    "passkey_question": "what the browser is asked is kept in the session",
    "account_passkey_question": "what the browser is asked is kept in the session",
    **agreements_editing.CHANGE_NOTHING,
    **agreements_signing.CHANGE_NOTHING,
    **agreements_asking.CHANGE_NOTHING,
    **agreements_keeping.CHANGE_NOTHING,
    **sanctions_framework.CHANGE_NOTHING,
    **sanctions_letters.CHANGE_NOTHING,
}
