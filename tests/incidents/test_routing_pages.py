"""Who handles a case, on the screen: panel, handing on, whom it is about, decisions. Duties R4 to R7, P8, P14, S5."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incidents.models import Advice, Handover, Incident
from incidents.services.advice import record_advice
from incidents.services.recording import save_page
from incidents.services.rerouting import reroute_school
from schools.models import Person, School
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.sent import in_state, sent, write_outcome

TODAY = reverse("incidents:today")
POSTS = {
    Role.COORDINATOR: "Jo Marsh",
    Role.HEAD_TEACHER: "Farida Whitlock",
    Role.DSL: "Marcus Oyelowe",
    Role.DEPUTY_DSL: "Siobhan Kaur",
    Role.CHAIR_OF_GOVERNORS: "Leonard Abara",
    Role.VICE_CHAIR: "Seun Prendergast",
    Role.RESOURCES_CHAIR: "Helga Nakamura",
}
ACTIONS = ("hand_on", "about", "decisions")


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def holders(of: School) -> dict[Role, Person]:
    return {post: factories.person(of, name, post) for post, name in POSTS.items()}


@pytest.fixture
def teacher(of: School) -> Person:
    return factories.person(of, "Robin Vale", Role.STAFF)


def reported(teacher: Person, **how: Any) -> Incident:
    """A concern that was reported about somebody."""
    about, in_confidence = how.pop("about", ""), how.pop("in_confidence", False)
    return factories.report(factories.viewer(teacher), about=about, in_confidence=in_confidence, **how)


def page_of(client: Client, incident: Incident) -> str:
    return client.get(address("incident", incident)).content.decode()


def address(name: str, incident: Incident) -> str:
    return reverse(f"incidents:{name}", args=[incident.pk])


def panel(page: str) -> str:
    """The words of the panel that says who handles it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition('id="handled"')[2].partition("</section>")[0]))


# --- the panel -------------------------------------------------------------------------------------------------------


def test_the_panel_says_who_handles_it_who_reads_it_and_why(holders: dict[Role, Person], teacher: Person) -> None:
    made = reported(teacher, about="staff")
    said = panel(page_of(factories.log_in(holders[Role.HEAD_TEACHER]), made))
    assert "Farida Whitlock" in said
    assert "(you)" in said
    assert "Jo Marsh" in said
    assert "Marcus Oyelowe" not in said
    assert "It is about a member of staff: the head teacher handles it." in said
    assert "Hand it on" in said
    assert "Correct who it is about" in said


@pytest.mark.parametrize("post", [Role.DSL, Role.DEPUTY_DSL, Role.HEAD_TEACHER])
def test_a_reader_is_told_who_handles_it_and_gets_no_button(
    holders: dict[Role, Person], teacher: Person, post: Role
) -> None:
    made, message = sent(factories.viewer(holders[Role.COORDINATOR]))
    in_state(message, "failed", problem="address_refused")
    client = factories.log_in(holders[post])
    page = page_of(client, made)
    assert "Jo Marsh" in panel(page)
    assert "You can read it." in panel(page)
    assert "Not told" not in panel(page)
    main = page.partition("<main")[2]
    assert re.findall(r'<form[^>]+action="([^"]+)"', main) == []
    assert 'class="btn' not in main
    for name in ACTIONS:
        assert client.get(address(name, made)).status_code == 403, name
        assert client.post(address(name, made)).status_code == 403, name


@pytest.mark.parametrize("name", ACTIONS)
def test_what_may_not_be_known_is_not_there_byte_for_byte(
    holders: dict[Role, Person], teacher: Person, name: str
) -> None:
    made = reported(teacher, about="head_teacher")
    for post in (Role.HEAD_TEACHER, Role.COORDINATOR, Role.RESOURCES_CHAIR):
        client = factories.log_in(holders[post])
        for method in ("get", "post"):
            hidden = getattr(client, method)(address(name, made))
            missing = getattr(client, method)(reverse(f"incidents:{name}", args=[uuid.uuid4()]))
            assert hidden.status_code == missing.status_code == 404
            assert hidden.content == missing.content


def test_titles_and_addresses_say_nothing(holders: dict[Role, Person], teacher: Person) -> None:
    made = reported(teacher, about="staff")
    client = factories.log_in(holders[Role.HEAD_TEACHER])
    for name in ("incident", *ACTIONS):
        response = client.get(address(name, made))
        assert "no-store" in response["Cache-Control"]
        title = re.search(r"<title>(.*?)</title>", response.content.decode(), re.S)
        assert title
        said = (title[1] + address(name, made)).lower()
        for word in ("staff", "lado", "police", "head", made.reference.lower()):
            assert word not in said


# --- handing on ------------------------------------------------------------------------------------------------------


def test_a_case_is_handed_on_with_a_reason_and_its_history_stays(holders: dict[Role, Person], teacher: Person) -> None:
    made = reported(teacher)
    client = factories.log_in(holders[Role.COORDINATOR])
    asked = client.get(address("hand_on", made)).content.decode()
    assert 'value="dsl"' in asked
    assert 'value="coordinator"' not in asked
    answer = client.post(address("hand_on", made), {"to_post": "dsl", "reason": "A child protection matter."})
    assert answer.status_code == 302
    landed = client.get(answer.url.partition("#")[0]).content.decode()
    assert "Handed on. Somebody else handles it now; you can still read it." in landed
    assert "Record this concern" not in landed
    theirs = page_of(factories.log_in(holders[Role.DSL]), made)
    assert "Record this concern" in theirs
    assert "A child protection matter." in panel(theirs)
    assert Handover.objects.get().to_post == "dsl"


def test_whoever_hands_a_case_on_and_loses_sight_of_it_is_told_so(holders: dict[Role, Person], teacher: Person) -> None:
    made = reported(teacher, about="head_teacher")
    client = factories.log_in(holders[Role.CHAIR_OF_GOVERNORS])
    answer = client.post(address("hand_on", made), {"to_post": "vice_chair", "reason": "I am abroad."}, follow=True)
    assert answer.redirect_chain[-1][0] == TODAY
    page = answer.content.decode()
    assert "you no longer see it" in page
    assert made.reference not in page
    assert client.get(address("incident", made)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"reason": "x"}, "Choose who handles it from now on."),
        ({"to_post": "ghost", "reason": "x"}, "Choose who handles it from now on."),
        ({"to_post": "la_officer", "reason": "x"}, "Choose who handles it from now on."),
        ({"to_post": "dsl", "reason": " "}, "Say why you hand it on."),
        ({"to_post": "dsl", "reason": "a\x00b"}, "Take out the characters that cannot be kept."),
        ({"to_post": "dsl", "reason": "x" * 2_001}, "Shorten this to 2,000 characters; it has 2001."),
    ],
)
def test_handing_on_is_refused_in_words_and_nothing_is_lost(
    holders: dict[Role, Person], teacher: Person, typed: dict[str, str], message: str
) -> None:
    made = reported(teacher)
    response = factories.log_in(holders[Role.COORDINATOR]).post(address("hand_on", made), typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page.split("There is a problem")[1].split("</ul>")[0]
    assert Handover.objects.count() == 0


# --- whom it is about ------------------------------------------------------------------------------------------------


def test_whom_it_is_about_is_corrected_and_the_case_goes_there(holders: dict[Role, Person], teacher: Person) -> None:
    made = reported(teacher)
    client = factories.log_in(holders[Role.COORDINATOR])
    page = client.get(address("about", made)).content.decode()
    assert re.search(r'value="nobody"[^>]*\bchecked', page)
    assert "It goes to the chair of governors." in page
    answer = client.post(address("about", made), {"about": "head_teacher", "reason": "The parent named the head."})
    assert answer.url == TODAY
    assert "you no longer see it" in client.get(TODAY).content.decode()
    assert made.reference in factories.log_in(holders[Role.CHAIR_OF_GOVERNORS]).get(TODAY).content.decode()
    assert made.reference not in factories.log_in(holders[Role.HEAD_TEACHER]).get(TODAY).content.decode()


def test_a_correction_needs_an_answer_and_a_reason(holders: dict[Role, Person], teacher: Person) -> None:
    made = reported(teacher)
    client = factories.log_in(holders[Role.COORDINATOR])
    for typed in ({"about": "ghost", "reason": "x"}, {"about": "staff", "reason": ""}, {}):
        assert client.post(address("about", made), typed).status_code == 422
    made.refresh_from_db()
    assert made.about == ""


def test_the_receipt_does_not_show_what_was_corrected(holders: dict[Role, Person], teacher: Person) -> None:
    made = reported(teacher, types=["grooming"])
    client = factories.log_in(holders[Role.COORDINATOR])
    client.post(address("about", made), {"about": "dsl", "reason": "The parent named him."})
    page = factories.log_in(teacher).get(reverse("incidents:receipt", args=[made.pk])).content.decode()
    for name in (*POSTS.values(), "head teacher", "safeguarding lead"):
        assert name not in page.partition("<main")[2]


# --- decisions -------------------------------------------------------------------------------------------------------


def test_decisions_are_asked_for_recorded_and_shown(holders: dict[Role, Person], teacher: Person) -> None:
    made = reported(teacher, about="staff", illegal_material=True)
    head = factories.log_in(holders[Role.HEAD_TEACHER])
    page = page_of(head, made)
    assert page.count("To decide") == 2
    assert address("decisions", made) in page
    asked = head.get(address("decisions", made)).content.decode()
    assert "Referred to the LADO" in asked
    assert "Reported to the police" in asked
    typed = {"kind": "lado", "lado-decision": "considered_not_referred", "lado-reason": "Spoke with the LADO at ten."}
    answer = head.post(address("decisions", made), typed)
    assert answer.url.endswith("#decisions")
    page = page_of(head, made)
    assert page.count("To decide") == 1
    assert "Considered, and not referred" in page
    assert "Spoke with the LADO at ten." in page
    reader = page_of(factories.log_in(holders[Role.COORDINATOR]), made)
    assert address("decisions", made) not in reader
    assert Advice.objects.get().by == holders[Role.HEAD_TEACHER]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"lado-reason": "x"}, "Choose what was decided."),
        ({"lado-decision": "reported", "lado-reason": "x"}, "Choose what was decided."),
        ({"lado-decision": "referred"}, "Say why it was decided so."),
    ],
)
def test_a_decision_needs_an_answer_and_a_reason(
    holders: dict[Role, Person], teacher: Person, typed: dict[str, str], message: str
) -> None:
    made = reported(teacher, about="staff")
    head = factories.log_in(holders[Role.HEAD_TEACHER])
    response = head.post(address("decisions", made), {"kind": "lado", **typed})
    assert response.status_code == 422
    assert message in response.content.decode().split("There is a problem")[1].split("</ul>")[0]
    assert Advice.objects.count() == 0


@pytest.mark.parametrize("kind", ["", "police", "ghost"])
def test_a_decision_nobody_asked_for_is_not_kept(holders: dict[Role, Person], teacher: Person, kind: str) -> None:
    made = reported(teacher, about="staff")
    head = factories.log_in(holders[Role.HEAD_TEACHER])
    typed = {"kind": kind, f"{kind}-decision": "advice_taken", f"{kind}-reason": "x"}
    assert head.post(address("decisions", made), typed).status_code == 200
    assert Advice.objects.count() == 0


def test_closing_says_what_is_missing_with_links(holders: dict[Role, Person], of: School) -> None:
    by = factories.viewer(holders[Role.COORDINATOR])
    made, message = sent(by, illegal_material=True)
    in_state(message, "accepted", accepted_at=timezone.now())
    client = factories.log_in(holders[Role.COORDINATOR])
    assert "Before it can be closed" in page_of(client, made)
    refused = client.post(address("close", made))
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Write the outcome" in page
    assert f'href="{address("decisions", made)}"' in page
    record_advice(by=by, incident_id=made.pk, kind="police", decision="advice_taken", reason="Log 12.")
    assert "Before it can be closed" not in page_of(client, made)
    assert f'href="{address("decisions", made)}"' not in client.post(address("close", made)).content.decode()


# --- saving that brings a case to somebody else ----------------------------------------------------------------------


def naming(who: Person) -> dict[str, str]:
    return {
        "people-0-person_id": str(who.pk),
        "people-0-name": who.full_name,
        "people-0-kind": "staff",
        "people-0-part": "subject",
        "action": "continue",
    }


def test_naming_the_head_asks_first_and_then_takes_the_record_away(holders: dict[Role, Person]) -> None:
    made = factories.incident(factories.viewer(holders[Role.COORDINATOR]))
    client = factories.log_in(holders[Role.COORDINATOR])
    people = reverse("incidents:record", args=[made.pk, "people"])
    typed = {"version": "1", **naming(holders[Role.HEAD_TEACHER])}
    asked = client.post(people, typed)
    assert asked.status_code == 409
    assert "I no longer see it" in asked.content.decode()
    assert "You named yourself" not in asked.content.decode()
    done = client.post(people, {**typed, "confirmed": "on"}, follow=True)
    assert done.redirect_chain[-1][0] == TODAY
    assert "you no longer see it" in done.content.decode()
    assert made.reference not in done.content.decode()
    chair = factories.log_in(holders[Role.CHAIR_OF_GOVERNORS])
    assert made.reference in chair.get(TODAY).content.decode()


def test_naming_a_teacher_leaves_the_co_ordinator_a_reader(holders: dict[Role, Person], teacher: Person) -> None:
    made = factories.incident(factories.viewer(holders[Role.COORDINATOR]))
    client = factories.log_in(holders[Role.COORDINATOR])
    people = reverse("incidents:record", args=[made.pk, "people"])
    done = client.post(people, {"version": "1", **naming(teacher)}, follow=True)
    assert "Somebody else handles it now; you can still read it." in done.content.decode()
    assert client.get(people).status_code == 403
    assert "Continue the record" in page_of(factories.log_in(holders[Role.HEAD_TEACHER]), made)


def test_logging_a_case_about_the_head_goes_straight_past_the_co_ordinator(holders: dict[Role, Person]) -> None:
    client = factories.log_in(holders[Role.COORDINATOR])
    blank = client.get(reverse("incidents:record_new")).content.decode()
    assert "It goes to the chair of governors." in blank
    # The co-ordinator, a governor, the head teacher and the chair: each time, it is past whoever logs it.
    assert blank.count("After this page you do not see it any more.") == 4
    token = re.search(r'name="form_id"\s+value="([^"]+)"', blank)
    assert token
    typed = {
        "form_id": token[1],
        "happened_on_day": "18",
        "happened_on_month": "11",
        "happened_on_year": "2026",
        "location": "in_setting",
        "involved": ["child"],
        "reported_by": "A parent",
    }
    refused = client.post(reverse("incidents:record_new"), typed)
    assert refused.status_code == 422
    assert "Say whether it is about somebody who works here" in refused.content.decode()
    for _ in range(2):
        done = client.post(reverse("incidents:record_new"), {**typed, "about": "head_teacher"}, follow=True)
        assert done.redirect_chain[-1][0] == TODAY
        assert "you no longer see it" in done.content.decode()
    made = Incident.objects.get()
    assert made.handler_post == "chair_of_governors"
    assert made.reference not in done.content.decode()


def test_a_message_that_was_held_back_says_why(holders: dict[Role, Person]) -> None:
    made, message = sent(factories.viewer(holders[Role.COORDINATOR]))
    in_state(message, "failed", problem="not_permitted")
    page = page_of(factories.log_in(holders[Role.COORDINATOR]), made)
    assert "Whoever sent this report off no longer handles the case, so it was held back." in page
    assert "Look at the record as it stands now." in page
    assert f"/messages/{message.pk}/retry/" in page


# --- nobody is left --------------------------------------------------------------------------------------------------


def test_nobody_left_is_said_loudly_to_whoever_may_still_read(of: School, teacher: Person) -> None:
    dsl = factories.person(of, "Marcus Oyelowe", Role.DSL)
    made = reported(teacher, about="head_teacher", safeguarding=True)
    assert made.nobody_left
    client = factories.log_in(dsl)
    today = client.get(TODAY).content.decode()
    assert "Nobody at the school can handle this case" in today
    assert made.reference in today
    page = page_of(client, made)
    assert "Nobody at the school can handle this case" in page
    assert "officer was told that it waits" in page
    chair = factories.person(of, "Leonard Abara", Role.CHAIR_OF_GOVERNORS)
    reroute_school(of.pk, [chair.pk], timezone.localdate())
    assert "Nobody at the school" not in client.get(TODAY).content.decode()
    assert f"{made.reference} is a new concern" in factories.log_in(chair).get(TODAY).content.decode()


def test_where_the_officer_could_not_be_told_either_it_says_so(db: None) -> None:
    of = factories.school(can_send=False)
    dsl = factories.person(of, "Marcus Oyelowe", Role.DSL)
    made = reported(factories.person(of, "Robin Vale", Role.STAFF), about="head_teacher", safeguarding=True)
    client = factories.log_in(dsl)
    for page in (client.get(TODAY).content.decode(), page_of(client, made)):
        assert "officer has not been told" in page


# --- cost ------------------------------------------------------------------------------------------------------------


def test_the_pages_cost_little(holders: dict[Role, Person], teacher: Person) -> None:
    made = reported(teacher, about="staff", illegal_material=True)
    head = factories.log_in(holders[Role.HEAD_TEACHER])
    by = factories.viewer(holders[Role.HEAD_TEACHER])
    record_advice(by=by, incident_id=made.pk, kind="lado", decision="referred", reason="At once.")
    save_page(by=by, incident_id=made.pk, page_code="details", version=1, answers={})
    write_outcome(by, made)
    for name, limit in (("incident", 20), ("hand_on", 12), ("about", 15), ("decisions", 12)):
        with queries_at_most(limit):
            assert head.get(address(name, made)).status_code == 200
