"""Names and stories stay where they belong: fifty canaries go every way through the service and are seen nowhere else.

With a real broker, worker and mail server. Looked through: logs of the pages, the worker and its clock; Redis with the
messages of Celery unpacked; addresses, titles and headers of every answer; mails; caches; the trail; error reports;
command lines (threats T9, T12, T22; finding 10).
"""

import io
import logging
import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import reverse
from django.views.debug import ExceptionReporter

from dispatch.models import Message
from esafety.logs import PlaceOnly
from incidents.models import Incident, Revision
from incidents.views.signed_ids import signed
from schools.models import EmergencyAccess, Person, School
from schools.roles import Role
from schools.services import set_officer_passphrase
from tests import factories
from tests.access.canaries import CANARIES, Planting, Watched, dump_of_caches, dump_of_redis, dump_of_table, found_in
from tests.access.examples import DAY
from tests.dispatch.mail_servers import Sink
from tests.dispatch.outboxes import link_token, parsed
from tests.faults.chain import Chain, NoRedis, running, wait_for, wait_for_arrival
from tests.incidents.sent import write_outcome
from tests.schools.team import administrator

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("stack"), pytest.mark.django_db(transaction=True)]
# What holds cases, and so the canaries; everything else must not.
WHERE_THEY_BELONG = ("incidents_revision", "incidents_draft", "incidents_evidence", "schools_person", "schools_school",
                     "dispatch_document", "dispatch_message", "django_session", "incidents_transition",
                     "incidents_handover", "incidents_advice")  # fmt: skip
# The reason of an emergency access is sealed.
ELSEWHERE = ("audit_entry", "audit_link", "dispatch_notice", "dispatch_attempt", "schools_emergencyaccess",
             "schools_appointment", "incidents_told", "incidents_conflict", "schools_user")  # fmt: skip


@pytest.fixture
def chain(transactional_db: None, tmp_path: Path) -> Iterator[Chain]:
    try:
        with running(tmp_path) as started:
            yield started
    except NoRedis:
        pytest.skip("no Redis on this platform")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the service writes to its log, as the settings have it written."""
    # The test's own mail server writes down what it is told.
    for name in ("mail.log", "asyncio", "hypothesis"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    (console,) = (each for each in logging.getLogger().handlers if isinstance(each.formatter, PlaceOnly))
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(console.formatter)
    for each in console.filters:
        handler.addFilter(each)
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def browser(who: Person | None) -> Watched:
    made = Watched()
    if who is not None:
        assert who.user is not None
        factories.log_in_user(who.user, made)
    return made


def test_they_are_found_where_they_are() -> None:
    """The looking itself works: plain, in an address, in base64, in other capitals."""
    name = CANARIES[7]
    packed = "eyJ4IjogIlF1b3JvY2h0cnkifQ=="
    for text in (f"x{name}y", name.upper(), f"/a/%51{name[1:]}/", packed):
        assert found_in(text) == {name}
    assert len(set(CANARIES)) == 50
    assert found_in("nothing of the kind") == set()


def test_no_canary_is_anywhere_else(chain: Chain, log: io.StringIO) -> None:
    plant = Planting()
    of = factories.school()
    jo = factories.coordinator(of)
    teacher = factories.person(of, "Robin Vale", Role.STAFF)
    pupils = [factories.pupil(of, f"Sam {plant.name()}") for _ in range(6)]
    factories.staff(of, f"Kit {plant.name()}")
    desk, room, stranger = browser(jo), browser(teacher), browser(None)

    log_in_badly(stranger, plant)
    report(room, teacher, plant)
    incident = record(desk, jo, pupils, plant)
    evidence(desk, incident, plant)
    search(desk, plant)
    chain.kill_workers()
    send(desk, incident)
    fail(desk, room, incident, plant)
    packed = dump_of_redis(chain.redis.url or "")
    assert "dispatch.tasks.deliver" in packed, "the wake-up call is there to be looked at"
    chain.start_worker()
    wait_for_arrival([Message.objects.get()])
    acknowledge(stranger, chain.sink, plant)
    afterwards(desk, jo, incident, plant)
    head, agrees = in_office(of)
    routing(desk, teacher, of, head, plant)
    people(head, plant)
    emergency(agrees, head, of, plant)
    settings_of(desk, jo, plant)
    everybody = (desk, room, stranger, head, *agrees)
    told = "Please log in"
    wait_for(
        lambda: any(parsed(each.content)["Subject"] == told for each in chain.sink.mails),
        "nobody is told of the emergency",
    )
    wait_for(lambda: "succeeded" in chain.logs(), "the worker does not say what it did")
    command_lines = [Path(f"/proc/{each.pid}/cmdline") for each in chain.workers]
    processes = "\n".join(each.read_text().replace("\0", " ") for each in command_lines if each.exists())

    assert set(plant.given) == set(CANARIES), "all fifty were planted"
    kept = "\n".join(dump_of_table(table) for table in WHERE_THEY_BELONG)
    assert len(found_in(kept)) >= 20, "they really went through: what was saved is kept"
    for table in ("incidents_handover", "incidents_advice", "schools_person"):
        assert found_in(dump_of_table(table)), table
    mails = [parsed(each.content) for each in chain.sink.mails]
    assert mails
    assert "LookupError" in log.getvalue()
    for where, texts in {
        "logs of the pages": [log.getvalue()],
        "logs of the worker": [chain.logs()],
        "Redis before": [packed],
        "Redis after": [dump_of_redis(chain.redis.url or "")],
        "addresses": [each for browser in everybody for each in browser.addresses],
        "titles": [each for browser in everybody for each in browser.titles],
        "headers": [each for browser in everybody for each in browser.said],
        "mails": [each.content.decode() for each in chain.sink.mails],
        "mails, unpacked": [str(part.get_payload(decode=True), "latin-1") for mail in mails for part in mail.walk()
                            if not part.is_multipart()],
        "subjects": [str(mail["Subject"]) for mail in mails],
        "caches": [dump_of_caches()],
        "command lines": [processes],
        **{f"table {table}": [dump_of_table(table)] for table in ELSEWHERE},
    }.items():  # fmt: skip
        assert found_in(*texts) == set(), where
    assert {200, 302, 400, 403, 404, 405, 409, 422, 500} <= {status for each in everybody for status in each.statuses}


def test_a_report_of_an_error_says_the_place_alone() -> None:
    """Neither what was posted nor what the code had in its hands; the words of our own exceptions are checked above."""
    story = f"What {CANARIES[0]} said"
    request = RequestFactory().post("/report/", {"description": story, "people_subject": CANARIES[1]})
    request.META["HTTP_X_SAID"] = "nothing"
    try:
        held = {"story": story, "names": [CANARIES[2]]}
        assert held
        raise LookupError("a code")
    except LookupError:
        reporter = ExceptionReporter(request, *sys.exc_info())
    text, page = reporter.get_traceback_text(), reporter.get_traceback_html()
    assert "LookupError" in text
    assert found_in(text) == set()
    # The page quotes the lines of the source around the place, which is no secret.
    assert (
        found_in(re.sub(r'<pre>.*?</pre>|<ol[^>]*class="(?:pre|post)-context".*?</ol>', "", page, flags=re.S)) == set()
    )


# --- the ways through the service ------------------------------------------------------------------------------------


def log_in_badly(stranger: Watched, plant: Planting) -> None:
    stranger.post(reverse("login"), {"username": f"{plant.name()}@example.org", "password": plant.phrase()})
    stranger.get(reverse("incidents:log"))


def report(room: Watched, teacher: Person, plant: Planting) -> None:
    """One that is begun, kept and thrown away, and one that is sent, with all that can be typed."""
    by = factories.viewer(teacher)
    draft = uuid.uuid4()
    form_id = signed(by, draft, "report")
    said = {**DAY, "location": "in_setting", "involved": ["child"], "about": "nobody", "types": ["bullying"]}
    typed = {"description": plant.phrase(), "people_subject": plant.name(), "specific_action": plant.phrase()}
    assert (
        room.post(reverse("incidents:report_autosave", args=[draft]), {**typed, "form_id": form_id}).status_code == 200
    )
    room.get(reverse("incidents:report_edit", args=[draft]))
    assert room.post(reverse("incidents:report"), {**typed, "form_id": form_id}).status_code == 422
    room.post(reverse("incidents:report_discard", args=[draft]))
    typed = {"description": plant.phrase(), "people_subject": plant.name(), "people_affected": plant.name(),
             "specific_action": plant.phrase(), "safeguarding": "on"}  # fmt: skip
    sent = room.post(reverse("incidents:report"), {**said, **typed, "form_id": signed(by, uuid.uuid4(), "report")})
    assert sent.status_code == 302
    room.get(sent["Location"])
    room.get(reverse("incidents:own_reports"))
    kept = {"description": plant.phrase(), "action": "draft", "form_id": signed(by, uuid.uuid4(), "report")}
    assert room.post(reverse("incidents:report"), kept).status_code == 302
    room.post(reverse("incidents:report_guidance"), {"types": ["bullying"], "description": plant.phrase()})


def record(desk: Watched, jo: Person, pupils: list[Person], plant: Planting) -> Incident:
    """Every page of the form with something in every field that takes text, saved and kept as a draft."""
    by = factories.viewer(jo)
    details = {**DAY, "location": "in_setting", "involved": ["child"], "about": "nobody", "reported_by": plant.name()}
    made = desk.post(reverse("incidents:record_new"), {**details, "form_id": signed(by, uuid.uuid4(), "record")})
    assert made.status_code == 302
    incident = Incident.objects.get(pk=made["Location"].split("/")[2])
    pages: dict[str, dict[str, Any]] = {
        "details": {**details, "identified_how": plant.phrase()},
        "what-happened": {
            "types": ["bullying", "other"], "types_other": plant.name(), "description": plant.phrase(),
            "urls": f"https://example.org/{plant.name()}",
        },
        "people": {
            **{f"people-{n}-{key}": value for n, each in enumerate(pupils[:3]) for key, value in {
                "person_id": str(each.pk), "name": each.full_name, "group": "5B", "kind": "pupil", "part": "affected",
            }.items()},
            "people-7-person_id": "", "people-7-name": f"Lou {plant.name()}", "people-7-group": "5B",
            "people-7-kind": "other", "people-7-part": "subject",
        },
        "action": {
            "action_staff": ["head_informed"], "specific_action": plant.phrase(), "evidence": plant.phrase(),
            "audit_of_use": plant.phrase(),
        },
    }  # fmt: skip
    for code, typed in pages.items():
        where = [incident.pk, code]
        desk.get(reverse("incidents:record", args=where))
        unsaved = {**typed, "description": plant.phrase()} if code == "what-happened" else typed
        incident.refresh_from_db()
        data = {"version": incident.revision}
        assert desk.post(reverse("incidents:record_autosave", args=where), {**unsaved, **data}).status_code == 200, code
        assert desk.post(reverse("incidents:record", args=where), {**typed, **data}).status_code == 302, code
    incident.refresh_from_db()
    assert found_in(str(Revision.objects.get(incident=incident, number=incident.revision).content))
    for name in ("incident", "check"):
        assert desk.get(reverse(f"incidents:{name}", args=[incident.pk])).status_code == 200
    desk.get(reverse("incidents:version", args=[incident.pk, 1]))
    return incident


def evidence(desk: Watched, incident: Incident, plant: Planting) -> None:
    """A file that is kept and opened, and one that is refused."""
    where = reverse("incidents:evidence_add", args=[incident.pk])
    kept = SimpleUploadedFile(f"{plant.name()}.txt", plant.phrase().encode())
    assert desk.post(where, {"chosen": kept}).status_code == 302
    refused = SimpleUploadedFile(f"{plant.name()}.exe", plant.phrase().encode())
    assert desk.post(where, {"chosen": refused}).status_code == 422
    file = incident.evidence.get()
    response = desk.get(reverse("incidents:evidence", args=[incident.pk, file.pk]))
    # The file keeps its name, which its own download says and nothing else does.
    assert response.status_code == 200
    desk.said = [each for each in desk.said if not each.startswith("Content-Disposition: attachment; filename")]


def search(desk: Watched, plant: Planting) -> None:
    """In the log, among people, and out again as a file."""
    desk.post(reverse("incidents:people"), {"find": plant.name()})
    for words in (plant.name(), plant.phrase(), "x" * 300 + plant.name()):
        found = desk.post(reverse("incidents:log_filter"), {"words": words})
        if found.status_code == 302:
            assert desk.get(found["Location"]).status_code == 200
            view = found["Location"].partition("view=")[2]
            for kind in ("csv", "xlsx"):
                assert desk.post(reverse("incidents:export"), {"format": kind, "view": view}).status_code == 200
    desk.post(reverse("incidents:export"), {"format": plant.name()})
    desk.get(reverse("incidents:today"))


def send(desk: Watched, incident: Incident) -> None:
    incident.refresh_from_db()
    sent = desk.post(reverse("incidents:send", args=[incident.pk]), {"version": incident.revision})
    assert sent.status_code == 302


def fail(desk: Watched, room: Watched, incident: Incident, plant: Planting) -> None:
    """Requests that go wrong in every way there is, with a name in each."""
    where = [incident.pk, "action"]
    stale = {"version": "1", "specific_action": plant.phrase(), "outcome": plant.phrase()}
    assert desk.post(reverse("incidents:record", args=where), stale).status_code == 409
    assert desk.post(reverse("incidents:record_autosave", args=where), stale).status_code in {200, 409}
    long = {"version": str(incident.revision), "specific_action": plant.phrase() * 2_000}
    assert desk.post(reverse("incidents:record", args=where), long).status_code == 422
    odd = {"version": str(incident.revision), "specific_action": f"\x00{plant.name()}\ud83d".encode("utf-8", "replace")}
    desk.post(reverse("incidents:record", args=where), odd)
    assert room.post(reverse("incidents:record", args=where), stale).status_code in {403, 404}
    assert room.post(reverse("incidents:log_filter"), {"words": plant.name()}).status_code == 403
    assert desk.put(reverse("incidents:log"), {"words": plant.name()}).status_code == 405
    assert desk.post(reverse("incidents:close", args=[uuid.uuid4()]), {"x": plant.name()}).status_code == 404
    assert desk.post("/", {"x": plant.name()}).status_code == 405
    assert (
        desk.generic("POST", "/report/", plant.phrase(), content_type="text/plain; charset=latin-7").status_code == 400
    )
    forged = Watched(enforce_csrf_checks=True)
    forged.cookies = desk.cookies
    assert forged.post(reverse("incidents:log_filter"), {"words": plant.name()}).status_code == 403
    with pytest.MonkeyPatch.context() as patch:

        def broken(**said: object) -> None:
            raise LookupError(f"{said} and {plant.phrase()}")

        patch.setattr("incidents.views.record.save_page", broken)
        assert desk.post(reverse("incidents:record", args=where), stale).status_code == 500


def acknowledge(stranger: Watched, sink: Sink, plant: Planting) -> None:
    token = link_token(sink.mails[0].content)
    where = reverse("dispatch:acknowledge", args=[token])
    assert stranger.get(where).status_code == 200
    stranger.post(where, {"name": f"{plant.name()} " * 50})
    assert stranger.post(where, {"name": plant.name()}).status_code == 302


def afterwards(desk: Watched, jo: Person, incident: Incident, plant: Planting) -> None:
    """The outcome, an update, the end and a new beginning."""
    incident.refresh_from_db()
    write_outcome(factories.viewer(jo), incident, plant.phrase())
    send(desk, incident)
    wait_for_arrival([Message.objects.latest("created_at")])
    assert desk.post(reverse("incidents:close", args=[incident.pk])).status_code == 302
    reopened = desk.post(reverse("incidents:reopen", args=[incident.pk]), {"reason": plant.phrase()})
    assert reopened.status_code == 302
    for name, args in (("incident", []), ("pdf", [incident.sent_revision]), ("json", [incident.sent_revision])):
        assert desk.get(reverse(f"incidents:{name}", args=[incident.pk, *args])).status_code == 200


def in_office(of: School) -> tuple[Watched, tuple[Watched, Watched]]:
    """The head teacher, and the two service administrators."""
    factories.person(of, "Leo Abara", Role.CHAIR_OF_GOVERNORS)
    one, two = (Watched() for _ in range(2))
    for browser_, name in ((one, "one"), (two, "two")):
        factories.log_in_user(administrator(name), browser_)
    return browser(factories.person(of, "Ada Bell", Role.HEAD_TEACHER)), (one, two)


def routing(desk: Watched, teacher: Person, of: School, head: Watched, plant: Planting) -> None:
    """Every reason somebody gives for where a case goes: handed on, about somebody else, advice. Each once in vain."""
    lead = browser(factories.person(of, "Marc Oyel", Role.DSL))
    made = factories.report(factories.viewer(teacher))
    for who, name, wrong, right in (
        (desk, "hand_on", {"to_post": plant.name()}, {"to_post": "dsl"}),
        (lead, "about", {"about": plant.name()}, {"about": "staff"}),
        (head, "decisions", {"kind": "lado"}, {"kind": "lado", "lado-decision": "referred"}),
    ):
        where = reverse(f"incidents:{name}", args=[made.pk])
        said = {"reason": plant.phrase(), "lado-reason": plant.phrase()}
        assert who.get(where).status_code == 200, name
        assert who.post(where, {**said, **wrong}).status_code == 422, name
        assert who.post(where, {**said, **right}).status_code == 302, name
        who.get(reverse("incidents:incident", args=[made.pk]))
    for who in (desk, lead, head):
        who.get(reverse("incidents:today"))
    head.addresses += lead.addresses
    head.titles += lead.titles
    head.said += lead.said


def people(head: Watched, plant: Planting) -> None:
    """The lists of people: somebody added, looked for, looked at, changed and refused."""
    day = {"starts_on_day": "1", "starts_on_month": "9", "starts_on_year": "2026"}
    named = {"given_name": plant.name(), "family_name": plant.name()}
    assert head.post(reverse("schools:add_person"), {**named, "role": "nobody", **day}).status_code == 422
    made = head.post(reverse("schools:add_person"), {**named, "role": "staff", **day})
    assert made.status_code == 302
    who = Person.objects.get(given_name=named["given_name"])
    for words in (plant.name(), named["family_name"]):
        for name in ("people", "find_people", "find_for_post"):
            assert head.post(reverse(f"schools:{name}"), {"find": words}).status_code == 200, name
    for name in ("person", "change_person", "give_log_in", "give_role", "leave", "link_guardian"):
        assert head.get(reverse(f"schools:{name}", args=[who.pk])).status_code == 200, name
    wrong = {"email": f"{plant.name()} at example.org"}
    assert head.post(reverse("schools:give_log_in", args=[who.pk]), wrong).status_code == 422
    changed = {**named, "family_name": plant.name()}
    assert head.post(reverse("schools:change_person", args=[who.pk]), changed).status_code == 302


def emergency(agrees: tuple[Watched, Watched], head: Watched, of: School, plant: Planting) -> None:
    """Asked for with a reason, agreed to, used, read by the school."""
    one, two = agrees
    ask = reverse("service:ask", args=[of.pk])
    assert one.post(ask, {"reason": plant.name()}).status_code == 422
    assert one.post(ask, {"reason": f"{plant.phrase()} The police ask for a record."}).status_code == 302
    where = reverse("service:emergency", args=[of.pk, EmergencyAccess.objects.get().pk])
    assert found_in(two.get(where).content.decode()), "the second one reads why"
    assert two.post(where, {"action": "approve"}).status_code == 302
    assert one.get(reverse("incidents:log")).status_code == 200
    one.post(reverse("incidents:log_filter"), {"words": plant.name()})
    assert found_in(head.get(reverse("schools:emergencies")).content.decode()), "and so does the school"


def settings_of(desk: Watched, jo: Person, plant: Planting) -> None:
    """The officer's name, a passphrase, and details that are refused."""
    said = {"name": "Riverbank School", "address": "2 Mill Lane", "phone": "", "email": "", "authority_name": "Council",
            "officer_name": plant.name()}  # fmt: skip
    assert desk.post(reverse("schools:settings"), said).status_code == 302
    wrong = {**said, "email": f"{plant.name()} at example.org"}
    assert desk.post(reverse("schools:settings"), wrong).status_code == 422
    other = {"email": f"{plant.name()} at example.org", "again": plant.name()}
    assert desk.post(reverse("schools:officer_ask"), other).status_code == 422
    desk.post(reverse("schools:passphrase"), {"passphrase": plant.name()})
    set_officer_passphrase(by=factories.viewer(jo), passphrase=plant.phrase())
    while len(set(plant.given)) < len(CANARIES):
        desk.post(reverse("incidents:people"), {"find": plant.name()})
