"""The first page: what waits for whom, in which order, and at which cost."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.models import Message
from incidents.models import Incident
from incidents.rules.clock import clock_for
from incidents.services.advice import record_advice
from incidents.services.recording import save_page
from incidents.services.reporting import save_report_draft
from schools.models import Person, School, Term
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most
from tests.factories.rows import log_row, log_rows
from tests.incidents.sent import in_state, sent, write_outcome

TODAY = reverse("incidents:today")
NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(of: School) -> Person:
    return factories.coordinator(of)


@pytest.fixture
def client(jo: Person) -> Client:
    return factories.log_in(jo)


def titles(page: str) -> list[str]:
    """What waits, from the top."""
    queue = page.partition('<ul class="queue">')[2].partition("</ul>")[0]
    return [" ".join(each.split()) for each in re.findall(r"<a href=[^>]+>(.*?)</a>", queue, re.S)]


def known(page: str) -> list[str]:
    """What others handle, from the top."""
    return titles(page.partition('id="known"')[2])


def working(hours: float, **more: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "status": "recorded",
        "recorded_at": now - timedelta(hours=24) + timedelta(hours=hours),
        "due_at": now + timedelta(hours=hours),
        **more,
    }


def test_the_most_urgent_comes_first(jo: Person, client: Client) -> None:
    rows = [
        {"logged_at": timezone.now() - timedelta(days=2)},
        {"logged_at": timezone.now() - timedelta(days=1), "immediate_risk": True},
        working(20),
        working(3),
        working(-2),
        working(-40, sent_revision=1, revision=2, status="in_progress"),
        working(-90, sent_revision=1, revision=1, status="in_progress"),
        {**working(-99, sent_revision=1, revision=1, status="closed"), "closed_at": timezone.now()},
    ]
    made = [log_row(jo, number, **each) for number, each in enumerate(rows)]
    Incident.objects.bulk_create(made)
    page = client.get(TODAY).content.decode()
    name = [row.reference for row in made]
    assert titles(page) == [
        f"{name[1]}: somebody may be at risk now",
        f"{name[4]} is overdue to the local authority",
        f"{name[3]} is due to the local authority",
        f"{name[2]} is due to the local authority",
        f"{name[5]} was changed after it was sent",
        f"{name[0]} is a new concern",
        f"{name[6]} waits for its outcome",
    ]
    assert "Seven things wait for you." in page
    assert "Overdue by 2\u00a0hours" in page


def test_a_message_that_did_not_arrive_stands_among_the_urgent(jo: Person, client: Client) -> None:
    by = factories.viewer(jo)
    made, message = sent(by)
    in_state(message, "failed", problem="address_refused")
    page = client.get(TODAY).content.decode()
    assert titles(page) == [f"{made.reference} has not reached the local authority"]
    assert reverse("incidents:incident", args=[made.pk]) + "#sent" in page
    in_state(message, "acknowledged", accepted_at=timezone.now(), acknowledged_at=timezone.now())
    page = client.get(TODAY).content.decode()
    assert titles(page) == [f"{made.reference} waits for its outcome"]
    assert "Acknowledged" in page.partition("Sent to the local authority")[2]


def test_many_things_end_in_a_link_to_all(jo: Person, client: Client) -> None:
    log_rows(jo, 40)
    page = client.get(TODAY).content.decode()
    assert "40 things wait for you." in page
    assert len(titles(page)) == 25
    assert "And 15 more" in page
    assert client.get(reverse("incidents:log") + "?view=open").content.decode().count('class="reference" href') == 40


def test_nothing_waits(client: Client) -> None:
    page = client.get(TODAY).content.decode()
    assert "Nothing waits for you" in page
    assert "Nothing was sent yet." in page


def test_the_figures_are_of_the_running_term(of: School, jo: Person, client: Client) -> None:
    Term.objects.create(school=of, name="Autumn term", starts_on="2026-09-01", ends_on="2026-12-18")
    rows = [
        log_row(jo, 1, logged_at=datetime(2026, 8, 31, 22, 59, tzinfo=UTC)),
        log_row(jo, 2, logged_at=datetime(2026, 8, 31, 23, 0, tzinfo=UTC)),  # midnight of the first day, by the clock
        log_row(jo, 3, logged_at=NOW, **working(0)),
    ]
    Incident.objects.bulk_create(rows)
    Incident.objects.filter(pk=rows[2].pk).update(due_at=NOW - timedelta(minutes=1))
    with time_machine.travel(NOW, tick=False):
        page = factories.log_in(jo).get(TODAY).content.decode()
    assert re.search(r"<b>2</b>\s*incidents this term", page)
    assert re.search(r"<b>3</b>\s*<a[^>]+>open</a>\s*<div class=\"alarming\">1 overdue", page)


@pytest.mark.parametrize(("hour", "greeting"), [(7, "Good morning"), (14, "Good afternoon"), (19, "Good evening")])
def test_it_greets_by_the_hour(jo: Person, hour: int, greeting: str) -> None:
    with time_machine.travel(NOW.replace(hour=hour), tick=False):
        assert f"{greeting}, Jo" in factories.log_in(jo).get(TODAY).content.decode()


# --- the others ------------------------------------------------------------------------------------------------------


def test_staff_see_their_own_reports_and_drafts(of: School, jo: Person) -> None:
    teacher = factories.person(of, "Ada Bell", Role.STAFF)
    by = factories.viewer(teacher)
    waiting, taken = factories.report(by), factories.report(by)
    draft = uuid.uuid4()
    save_report_draft(by=by, incident_id=draft, content={"description": "half"})
    save_page(by=factories.viewer(jo), incident_id=taken.pk, page_code="details", version=1, answers={})
    others = factories.report(factories.viewer(jo))
    page = factories.log_in(teacher).get(TODAY).content.decode()
    for reference, state in ((waiting.reference, "Waiting to be picked up"), (taken.reference, "Picked up")):
        line = page.partition(reference)[2].partition("</li>")[0]
        assert state in line
    assert reverse("incidents:report_edit", args=[draft]) in page
    assert others.reference not in page
    assert "Report a concern" in page
    assert reverse("incidents:incident", args=[taken.pk]) not in page


@pytest.mark.parametrize("role", [Role.HEAD_TEACHER, Role.DSL, Role.DEPUTY_DSL])
def test_heads_and_safeguarding_leads_see_what_is_open_and_whose_it_is(of: School, jo: Person, role: Role) -> None:
    row = log_row(jo, 1, **working(-1))
    Incident.objects.bulk_create([row])
    page = factories.log_in(factories.person(of, "Ada Bell", role)).get(TODAY).content.decode()
    assert "Nothing waits for you." in page
    assert known(page) == [f"{row.reference} is with the online safety co-ordinator"]
    assert "Overdue by 1\u00a0hour" in page


@pytest.mark.parametrize("role", [Role.GOVERNOR, Role.CHAIR_OF_GOVERNORS, Role.PARENT, Role.PUPIL])
def test_the_rest_get_a_calm_page_without_dead_ends(of: School, jo: Person, role: Role) -> None:
    made = factories.report(factories.viewer(jo))
    client = factories.log_in(factories.person(of, "Ada Bell", role))
    page = client.get(TODAY).content.decode()
    assert made.reference not in page
    assert "Report a concern" not in page
    for href in set(re.findall(r'<a[^>]+href="(/[^"]*)"', page)):
        assert client.get(href).status_code == 200, href


def test_a_pupil_is_told_whom_to_turn_to(of: School) -> None:
    page = factories.log_in(factories.person(of, "Ada Bell", Role.PUPIL)).get(TODAY).content.decode()
    assert "0800 1111" in page


def test_a_subject_is_told_nothing(of: School, jo: Person) -> None:
    chair = factories.person(of, "Lee Abara", Role.CHAIR_OF_GOVERNORS)
    head = factories.person(of, "Ada Bell", Role.HEAD_TEACHER)
    by = factories.viewer(jo)
    people = [{"person_id": str(head.pk), "name": "Ada Bell", "group": "", "kind": "staff", "part": "subject"}]
    made, message = sent(by)
    changed = save_page(
        by=by,
        incident_id=made.pk,
        page_code="people",
        version=made.revision,
        answers={"people": people},
        confirmed=True,
    )
    in_state(message, "failed", problem="busy")
    with_it = factories.log_in(head).get(TODAY).content.decode()
    assert made.reference not in with_it
    Message.objects.filter(pk=message.pk).update(state="acknowledged", acknowledged_at=timezone.now())
    assert changed.reference not in factories.log_in(head).get(TODAY).content.decode()
    assert re.search(r"<b>0</b>\s*incidents", with_it)
    # The head is its subject: it went past the co-ordinator as well, to the chair.
    assert made.reference not in factories.log_in(jo).get(TODAY).content.decode()
    assert made.reference in factories.log_in(chair).get(TODAY).content.decode()


# --- what was routed -------------------------------------------------------------------------------------------------


def masked(page: str) -> str:
    """A page without what differs with every request."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken": "[^"]+"', "", page)


@pytest.mark.parametrize("role", [Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR])
def test_a_chair_finds_what_was_routed_to_them_and_else_a_calm_page(of: School, jo: Person, role: Role) -> None:
    who = factories.person(of, "Ada Bell", role)
    factories.person(of, "Farida Whitlock", Role.HEAD_TEACHER)
    factories.incident(factories.viewer(jo))
    client = factories.log_in(who)
    calm = client.get(TODAY).content.decode()
    assert "Nothing waits for you today" in calm
    assert "incidents this term" not in calm
    assert "incidents in 90 days" not in calm
    about = "head_teacher" if role is Role.CHAIR_OF_GOVERNORS else "chair_of_governors"
    made = factories.report(factories.viewer(factories.person(of, "Robin Vale", Role.STAFF)), about=about)
    page = client.get(TODAY).content.decode()
    assert titles(page) == [f"{made.reference} is a new concern"]
    assert "One thing waits for you." in page
    assert re.search(r'class="n">1<', page)


def test_a_head_who_is_the_subject_gets_the_same_page_as_without_the_case(of: School, jo: Person) -> None:
    head = factories.person(of, "Farida Whitlock", Role.HEAD_TEACHER)
    factories.person(of, "Ada Bell", Role.CHAIR_OF_GOVERNORS)
    by = factories.viewer(jo)
    for _ in range(9):
        sent(by)
    client = factories.log_in(head)
    log = reverse("incidents:log")
    with time_machine.travel(timezone.now(), tick=False):
        before = [masked(client.get(page).content.decode()) for page in (TODAY, log)]
        made, message = sent(by)
        Message.objects.filter(pk=message.pk).update(state="failed", problem="busy")
        shut_out(made, by, head)
        after = [masked(client.get(page).content.decode()) for page in (TODAY, log)]
    assert before == after


def shut_out(made: Incident, by: Any, head: Person) -> None:
    """The head turns out to be the subject of a case."""
    people = [factories.involved(head, "subject", "staff")]
    save_page(
        by=by,
        incident_id=made.pk,
        page_code="people",
        version=made.revision,
        answers={"people": people},
        confirmed=True,
    )


def test_a_decision_that_lacks_stands_there_without_saying_which(of: School, jo: Person, client: Client) -> None:
    by = factories.viewer(jo)
    made = factories.incident(by, illegal_material=True)
    page = client.get(TODAY).content.decode()
    assert f"{made.reference} lacks a decision" in titles(page)
    assert "police" not in page.partition("<main")[2].lower()
    record_advice(by=by, incident_id=made.pk, kind="police", decision="reported", reason="Log 12.")
    assert f"{made.reference} lacks a decision" not in titles(client.get(TODAY).content.decode())


@pytest.mark.parametrize("in_confidence", [False, True])
def test_the_chair_of_the_resources_committee_is_told_the_fact_alone(
    of: School, jo: Person, in_confidence: bool
) -> None:
    factories.person(of, "Farida Whitlock", Role.HEAD_TEACHER)
    who = factories.person(of, "Helga Nakamura", Role.RESOURCES_CHAIR)
    client = factories.log_in(who)
    assert "You were told" not in client.get(TODAY).content.decode()
    teacher = factories.viewer(factories.person(of, "Robin Vale", Role.STAFF))
    with time_machine.travel(datetime(2026, 11, 3, 9, 30, tzinfo=UTC)):
        made = factories.report(teacher, about="staff", in_confidence=in_confidence, happened_on="2026-11-02")
    page = client.get(TODAY).content.decode()
    assert page.count("A staff matter was recorded on 3 November 2026.") == 1
    for secret in (made.reference, str(made.pk), "Robin", "bullying"):
        assert secret not in page
    assert client.get(reverse("incidents:incident", args=[made.pk])).status_code == 404
    with queries_at_most(5):
        client.get(TODAY)


def test_others_cases_are_for_readers_to_know_and_the_list_ends_in_a_link(of: School, jo: Person) -> None:
    log_rows(jo, 14)
    page = factories.log_in(factories.person(of, "Ada Bell", Role.DSL)).get(TODAY).content.decode()
    assert len(known(page)) == 8
    assert "There are more" in page
    assert titles(page.partition('id="known"')[0]) == []


def test_nobody_is_named_and_no_type_stands_there(jo: Person, client: Client) -> None:
    people = [{"person_id": "", "name": "Samira Reed", "group": "Class 5B", "kind": "pupil", "part": "affected"}]
    factories.report(factories.viewer(jo), people=people, types=["grooming"], safeguarding=True)
    page = client.get(TODAY).content.decode()
    for secret in ("Samira", "grooming", "Class 5B"):
        assert secret not in page


def test_it_costs_sixteen_queries_however_much_waits(of: School, jo: Person, client: Client) -> None:
    by = factories.viewer(jo)
    in_state(sent(by)[1], "failed", problem="busy")
    in_state(sent(by)[1], "uncertain", problem="lost_after_data", handed_over_at=timezone.now())
    in_state(sent(by)[1], "accepted", accepted_at=timezone.now())
    write_outcome(by, sent(by)[0])
    log_rows(jo, 120)
    with queries_at_most(16):
        client.get(TODAY)
    head = factories.log_in(factories.person(of, "Ada Bell", Role.HEAD_TEACHER))
    with queries_at_most(16):
        head.get(TODAY)
    teacher = factories.log_in(factories.person(of, "Ada Bell", Role.STAFF))
    with queries_at_most(5):
        teacher.get(TODAY)
    pupil = factories.log_in(factories.person(of, "Ada Bell", Role.PUPIL))
    with queries_at_most(5):
        pupil.get(TODAY)


def test_agreements_that_wait_stand_there_in_numbers(of: School) -> None:
    factories.published(of, "staff")
    teacher = factories.person(of, "Ada Bell", Role.STAFF)
    client = factories.log_in(teacher)
    with queries_at_most(12):
        page = client.get(TODAY).content.decode()
    assert "Read and sign 1 agreement" in page
    version = factories.published(of, "parent")
    child, mother = factories.pupil(of), factories.person(of, "Grace Olorun", Role.PARENT)
    factories.parent_of(child, mother)
    at_home = factories.log_in(mother)
    assert "Nothing to sign today" not in at_home.get(TODAY).content.decode()
    factories.signature(version, mother, child)
    assert "Nothing to sign today" in at_home.get(TODAY).content.decode()


@pytest.mark.parametrize(
    ("left", "words", "kind"),
    [
        (timedelta(hours=24), "1\u00a0day left", "clock"),
        (timedelta(hours=30), "1\u00a0day, 6\u00a0hours left", "clock"),
        (timedelta(hours=6), "6\u00a0hours left", "clock"),
        (timedelta(hours=5, minutes=59, seconds=59), "5\u00a0hours, 59\u00a0minutes left", "alarm"),
        (timedelta(hours=1, minutes=1), "1\u00a0hour, 1\u00a0minute left", "alarm"),
        (timedelta(0), "0\u00a0minutes left", "alarm"),
        (timedelta(seconds=-1), "Overdue by 0\u00a0minutes", "alarm"),
        (timedelta(days=-2, minutes=-3), "Overdue by 2\u00a0days", "alarm"),
    ],
)
def test_the_clock_in_words(left: timedelta, words: str, kind: str) -> None:
    clock = clock_for(NOW + left, NOW)
    assert (clock.words, clock.kind) == (words, kind)
