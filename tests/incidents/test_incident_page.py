"""One incident's page and its older versions: who, what, its trace, its cost. Duties D1, R8 (CM 3.2, CC 4.1)."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from incidents.models import Incident
from incidents.services.recording import save_page
from schools.models import Person, School
from schools.roles import Role
from schools.services import adopt_pack
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.sent import drawn, in_state, sent, write_outcome


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(of: School) -> Person:
    return factories.coordinator(of)


@pytest.fixture
def client(jo: Person) -> Client:
    return factories.log_in(jo)


def address(incident: Incident) -> str:
    return reverse("incidents:incident", args=[incident.pk])


def pages_of(incident_id: uuid.UUID) -> list[tuple[str, str]]:
    """Every address about one case that this part of the product has, with the method it takes."""
    message_id = uuid.UUID(int=7)
    one = [("get", each, [incident_id]) for each in ("incident",)]
    one += [("post", each, [incident_id]) for each in ("send", "close", "reopen")]
    one += [("get", "reopen", [incident_id])]
    one += [("get", each, [incident_id, 1]) for each in ("version", "pdf", "json")]
    one += [("post", each, [incident_id, message_id]) for each in ("retry", "arrived")]
    return [(method, reverse(f"incidents:{name}", args=args)) for method, name, args in one]


# --- who -------------------------------------------------------------------------------------------------------------


def test_what_may_not_be_known_is_not_there_byte_for_byte(of: School, jo: Person, client: Client) -> None:
    theirs = factories.incident(factories.viewer(factories.coordinator(factories.school("Hillside School"))))
    about = factories.incident(factories.viewer(jo))
    people = [{"person_id": str(jo.pk), "name": "Jo", "group": "", "kind": "staff", "part": "subject"}]
    other = factories.viewer(factories.coordinator(of, "Kim Lee"))
    save_page(by=other, incident_id=about.pk, page_code="people", version=about.revision, answers={"people": people})
    missing = uuid.uuid4()
    for hidden in (theirs.pk, about.pk):
        for (method, path), (_, nowhere) in zip(pages_of(hidden), pages_of(missing), strict=True):
            response, control = getattr(client, method)(path), getattr(client, method)(nowhere)
            assert response.status_code == 404, path
            assert response.content == control.content, path


@pytest.mark.parametrize("role", [Role.DSL, Role.DEPUTY_DSL, Role.HEAD_TEACHER])
def test_readers_read_and_get_no_buttons(of: School, jo: Person, role: Role) -> None:
    made, _ = sent(factories.viewer(jo))
    client = factories.log_in(factories.person(of, "Ada Bell", role))
    page = client.get(address(made)).content.decode()
    assert made.reference in page
    for name in ("record", "check", "send", "close", "reopen"):
        assert f"/{name}/" not in re.sub(r'<form[^>]+action="/log-out/"', "", page), name
    for method, path in pages_of(made.pk):
        if method == "post":
            assert client.post(path).status_code == 403, path


def test_staff_do_not_read_even_their_own(of: School) -> None:
    teacher = factories.person(of, "Ada Bell", Role.STAFF)
    made = factories.report(factories.viewer(teacher))
    assert factories.log_in(teacher).get(address(made)).status_code == 404


# --- what it says ----------------------------------------------------------------------------------------------------


def test_the_story_and_the_names_are_covered_and_not_in_the_title(jo: Person, client: Client) -> None:
    people = [{"person_id": "", "name": "Samira Reed", "group": "5B", "kind": "pupil", "part": "affected"}]
    made = factories.report(factories.viewer(jo), description="A story of its own.", people=people)
    page = client.get(address(made)).content.decode()
    before, _, rest = page.partition('<details class="covered">')
    _covered, _, after = rest.partition("</section>\n  <section")
    for secret in ("A story of its own.", "Samira Reed"):
        assert secret not in before
        assert secret in rest
        assert secret not in after
    title = re.search(r"<title>(.*?)</title>", page, re.S)
    assert title
    assert made.reference not in title[1]
    assert "no-store" in client.get(address(made))["Cache-Control"]


def test_reasons_are_covered_too(jo: Person, client: Client) -> None:
    by = factories.viewer(jo)
    made, _ = sent(by)
    write_outcome(by, made)
    page = client.get(address(made)).content.decode()
    assert re.search(r"<summary>Why</summary>\s*<div class=\"as-typed\">Closing it.", page)


def test_a_concern_says_that_nobody_has_recorded_it(jo: Person, client: Client) -> None:
    page = client.get(address(factories.report(factories.viewer(jo)))).content.decode()
    assert "A new concern" in page
    assert "Record this concern" in page
    assert "Check and send" not in page
    assert "data-due" not in page


def test_a_record_has_its_clock_and_can_be_sent(jo: Person, client: Client) -> None:
    made = factories.incident(factories.viewer(jo))
    page = client.get(address(made)).content.decode()
    assert "data-due" in page
    assert "Check and send" in page
    Incident.objects.filter(pk=made.pk).update(due_at=timezone.now() - timedelta(hours=3))
    assert "Overdue by 3\u00a0hours" in client.get(address(made)).content.decode()


def test_a_change_after_sending_is_said_and_the_update_offered(jo: Person, client: Client) -> None:
    by = factories.viewer(jo)
    made, _ = sent(by)
    assert "Changed after it was sent" not in client.get(address(made)).content.decode()
    write_outcome(by, made)
    page = client.get(address(made)).content.decode()
    assert "Changed after it was sent" in page
    assert "Check and send the update" in page
    assert "Close the incident" not in page


@pytest.mark.parametrize(
    ("state", "columns", "shown", "buttons"),
    [
        ("pending", {}, "Waiting to be sent", {"retry"}),
        ("accepted", {"accepted_at": timezone.now()}, "Accepted by their mail server", set()),
        (
            "acknowledged",
            {"accepted_at": timezone.now(), "acknowledged_at": timezone.now(), "acknowledged_by": "Alex Field"},
            "by Alex Field",
            set(),
        ),
        ("failed", {"problem": "address_refused"}, "Not sent", {"retry"}),
        (
            "uncertain",
            {"problem": "lost_after_data", "handed_over_at": timezone.now(), "repeated": True},
            "May have arrived",
            {"retry", "arrived"},
        ),
    ],
)
def test_each_state_is_said_with_what_to_do(
    jo: Person, client: Client, state: str, columns: dict[str, object], shown: str, buttons: set[str]
) -> None:
    made, message = sent(factories.viewer(jo))
    in_state(message, state, **columns)
    page = client.get(address(made)).content.decode()
    assert shown in page
    offered = {name for name in ("retry", "arrived") if f"/messages/{message.pk}/{name}/" in page}
    assert offered == buttons
    if state in {"failed", "uncertain"}:
        assert "It has not reached the local authority" in page


def test_the_pdf_is_offered_once_it_is_drawn(jo: Person, client: Client) -> None:
    made, message = sent(factories.viewer(jo))
    assert "The PDF is being prepared." in client.get(address(made)).content.decode()
    drawn(message)
    assert f"report/{made.revision}.pdf" in client.get(address(made)).content.decode()


def test_what_was_recorded_under_an_edition_shows_as_that_edition_reads(of: School, jo: Person, client: Client) -> None:
    by = factories.viewer(jo)
    adopt_pack(by=by, code="camden_2012", version=1)
    made = factories.incident(by)
    adopt_pack(by=by, code="camden_2021", version=1)
    page = client.get(address(made)).content.decode()
    assert "cyber bullying" in page
    assert "drug/bomb making material" in page
    assert "online radicalisation" not in page
    assert "older edition" in page
    new = client.get(address(factories.incident(by))).content.decode()
    assert "online radicalisation" in new


# --- versions --------------------------------------------------------------------------------------------------------


def test_an_older_version_reads_as_it_stood(jo: Person, client: Client) -> None:
    by = factories.viewer(jo)
    made = factories.incident(by, description="First words.")
    saved = save_page(
        by=by,
        incident_id=made.pk,
        page_code="what-happened",
        version=made.revision,
        answers={"description": "Second words.", "types": ["other"], "types_other": "a hoax"},
        reason="Heard the other side.",
    )
    page = client.get(address(made)).content.decode()
    old = reverse("incidents:version", args=[made.pk, made.revision])
    assert old in page
    older = client.get(old).content.decode()
    assert "First words." in older
    assert "Second words." not in older
    assert f"Version {saved.revision} is the newest" in older
    save_page(
        by=by, incident_id=made.pk, page_code="what-happened", version=saved.revision, answers={"description": "Third."}
    )
    second = client.get(reverse("incidents:version", args=[made.pk, saved.revision])).content.decode()
    for said in ("First words.", "Second words.", "other: a hoax", "Heard the other side."):
        assert said in second
    assert "Third." not in second


def test_the_newest_version_is_the_incidents_own_page(jo: Person, client: Client) -> None:
    made = factories.incident(factories.viewer(jo))
    response = client.get(reverse("incidents:version", args=[made.pk, made.revision]))
    assert response["Location"] == address(made)


@pytest.mark.parametrize("number", [0, 99, 2**31, 2**70])
def test_a_version_there_is_not(jo: Person, client: Client, number: int) -> None:
    made = factories.incident(factories.viewer(jo))
    assert client.get(reverse("incidents:version", args=[made.pk, number])).status_code == 404


# --- trace and cost --------------------------------------------------------------------------------------------------


def test_opening_leaves_a_trace_or_does_not_happen(jo: Person, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made = factories.incident(factories.viewer(jo))
    client.get(address(made))
    client.get(reverse("incidents:version", args=[made.pk, 1]))
    actions = Entry.objects.filter(object_id=made.pk).order_by("at").values_list("action", flat=True)
    assert [each for each in actions if each.endswith("opened")] == ["incident.opened", "incident.version_opened"]

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("incidents.services.opening.audit.record", broken)
    client.raise_request_exception = False
    assert client.get(address(made)).status_code == 500


def test_it_costs_twenty_one_queries_however_much_there_is(jo: Person, client: Client) -> None:
    by = factories.viewer(jo)
    made, message = sent(by)
    in_state(message, "failed", problem="busy")
    for number in range(6):
        made = write_outcome(by, made, f"Outcome {number}.")
    with queries_at_most(21):
        client.get(address(made))
    with queries_at_most(16):
        client.get(reverse("incidents:version", args=[made.pk, 2]))
