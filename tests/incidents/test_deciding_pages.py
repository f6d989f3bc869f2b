"""The pages on which sanctions are decided. Duties S1 to S4, R3, R7, R12, P13 (CC 2.3.1, 5, CM 2.3.1, 4.5, 5)."""

import html
import re
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from incidents.models import CaseOf, Incident
from incidents.services import deciding
from incidents.services.deciding import CaseSeen
from incidents.services.recording import save_page
from sanctions.models import Case, Decision, FactsRecord, Sanction, Task
from sanctions.rules.deciding import Choice, Wanted
from sanctions.services.cases import newest_proposal
from sanctions.services.matters import Confirmed
from schools.log_in import marks, rules
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import Viewer
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.posts import everybody

TODAY = reverse("incidents:today")


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def who(of: School) -> dict[Role, Person]:
    return everybody(of) | {Role.NETWORK_MANAGER: factories.person(of, "Nia Ward", Role.NETWORK_MANAGER)}


@pytest.fixture
def jo(who: dict[Role, Person]) -> Viewer:
    return factories.viewer(who[Role.COORDINATOR])


@pytest.fixture
def ada(who: dict[Role, Person]) -> Viewer:
    return factories.viewer(who[Role.HEAD_TEACHER])


@pytest.fixture
def head(who: dict[Role, Person]) -> Client:
    return factories.log_in(who[Role.HEAD_TEACHER])


@pytest.fixture
def coordinator(who: dict[Role, Person]) -> Client:
    return factories.log_in(who[Role.COORDINATOR])


@pytest.fixture
def pupil(of: School) -> Person:
    return factories.pupil(of)


def bullying(by: Viewer, *people: Person, **changes: Any) -> Incident:
    named = [factories.involved(each, "subject") for each in people]
    return factories.incident(by, people=named, **{"deliberate": True, **changes})


def case_of(incident: Incident, person: Person) -> Case:
    return CaseOf.objects.select_related("case").get(incident=incident, case__person=person).case


def confirm(by: Viewer, incident: Incident, case: Case, *breaches: str, **changes: Any) -> Case:
    said = {
        "is_deliberate": True, "is_accidental": False, "told_staff_promptly": None, "is_extreme": False,
        "is_illegal_material": False, "was_distributed": False, "restorative_tried": False, **changes,
    }  # fmt: skip
    case.refresh_from_db()
    facts = Confirmed(breaches=frozenset(breaches or ("online_bullying",)), **said)
    return deciding.confirm_facts(by=by, incident_id=incident.pk, case_id=case.pk, seen=case.facts_number, facts=facts)


def seen(case: Case) -> CaseSeen:
    return CaseSeen(case.pk, newest_proposal(case).pk)


def ban(days: int = 5, **more: Any) -> Choice:
    today = timezone.localdate()
    wanted = (Wanted("loss_of_internet", today, today + timedelta(days=days)),)
    return Choice(**{"grade": "C", "path": "sanction", "sanctions": wanted, **more})


def decide(by: Viewer, incident: Incident, case: Case, choice: Choice | None = None) -> Decision:
    confirm(by, incident, case)
    return deciding.decide(by=by, incident_id=incident.pk, seen=seen(case), choice=choice or ban())


def address(name: str, incident: Incident, *more: Any) -> str:
    return reverse(f"incidents:{name}", args=[incident.pk, *(getattr(each, "pk", each) for each in more)])


def words(response: Any) -> str:
    """What a page says, in one line."""
    page = response.content.decode().partition("<main")[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def summary(response: Any) -> str:
    return response.content.decode().partition("There is a problem")[2].partition("</ul>")[0]


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}_day": str(on.day), f"{name}_month": str(on.month), f"{name}_year": str(on.year)}


def typed(case: Case, **changes: Any) -> dict[str, Any]:
    """What the head teacher types to decide as is proposed: a ban of five days."""
    last = timezone.localdate() + timedelta(days=5)
    said = {
        "seen": str(newest_proposal(case).pk), "grade": "C", "path": "sanction",
        "sanction_loss_of_internet": "on", **day("sanction_loss_of_internet_end", last), "reason": "",
    }  # fmt: skip
    return {key: value for key, value in {**said, **changes}.items() if value is not None}


def stale(client: Client) -> Client:
    """The same browser, more than five minutes later."""
    session = client.session
    session[marks.PROVED] = time.time() - rules.FRESH_SECONDS - 1
    session.save()
    return client


# --- the page of a case -----------------------------------------------------------------------------------------------


def test_the_overview_says_how_far_each_has_come(jo: Viewer, ada: Viewer, head: Client, of: School) -> None:
    people = [factories.pupil(of, name) for name in ("Ann Reed", "Ben Reed", "Cat Reed")]
    incident = bullying(jo, *people)
    confirm(jo, incident, case_of(incident, people[1]))
    decide(ada, incident, case_of(incident, people[2]))
    said = words(head.get(address("deciding", incident)))
    assert "You decide." in said
    assert re.search(r"Ann Reed, 5B\s+Facts to confirm", said)
    assert re.search(r"Ben Reed, 5B\s+To decide\s+Category C is proposed", said)
    assert re.search(r"Cat Reed, 5B\s+Decided\s+Category C, as proposed", said)


def test_the_page_of_a_case_gives_the_proposal_and_every_reason(
    jo: Viewer, ada: Viewer, head: Client, pupil: Person
) -> None:
    with time_machine.travel(datetime(2026, 11, 16, 9, tzinfo=UTC)):
        first = bullying(jo, pupil, happened_on="2026-11-13")
        decide(ada, first, case_of(first, pupil))
    second = bullying(jo, pupil, happened_on="2026-11-18")
    case = case_of(second, pupil)
    confirm(jo, second, case, needs=frozenset({"sen"}))
    response = head.get(address("case", second, case))
    said = words(response)
    assert "Category D is proposed" in said
    assert "“Online bullying” is listed in category C." in said
    assert "CM 4.5.2" in said
    assert "special educational needs" in said
    assert "They are in Year 5" in said
    assert "Head teacher told at once" in said
    assert "What the agreement says" in said
    assert address("case", first, case_of(first, pupil)) in response.content.decode()
    assert "Your decision" in said
    assert not re.search(r'<input[^>]+type="(radio|checkbox)"[^>]*\bchecked', response.content.decode())
    assert "<title>Decide - Online safety</title>" in response.content.decode()


def test_what_may_not_be_known_of_an_earlier_matter_is_linked_for_nobody(
    jo: Viewer, ada: Viewer, coordinator: Client, head: Client, pupil: Person, of: School
) -> None:
    teacher = factories.viewer(factories.person(of, "Robin Vale", Role.STAFF))
    with time_machine.travel(datetime(2026, 11, 16, 9, tzinfo=UTC)):
        people = [factories.involved(pupil, "subject")]
        hidden = factories.report(teacher, in_confidence=True, people=people, deliberate=True, happened_on="2026-11-13")
        hidden = save_page(
            by=ada, incident_id=hidden.pk, page_code="details", version=1, answers={"reported_by": "Robin Vale"}
        )
        decide(ada, hidden, case_of(hidden, pupil))
    second = bullying(jo, pupil, happened_on="2026-11-18")
    case = case_of(second, pupil)
    confirm(jo, second, case)
    theirs = coordinator.get(address("case", second, case)).content.decode()
    assert hidden.reference not in theirs
    assert "An earlier matter that is not yours to read counts here." in theirs
    page = head.get(address("case", second, case)).content.decode()
    assert hidden.reference in page
    assert address("case", hidden, case_of(hidden, pupil)) in page


def test_a_reader_sees_the_case_and_gets_no_form(jo: Viewer, pupil: Person, who: dict[Role, Person]) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(jo, incident, case)
    for post in (Role.COORDINATOR, Role.DSL):
        client = factories.log_in(who[post])
        page = client.get(address("case", incident, case))
        assert "Category C is proposed" in words(page)
        assert "Your decision" not in words(page)
        assert client.post(address("decide", incident, case), typed(case)).status_code == 403
        for name in ("revise", "quash", "decide"):
            assert client.get(address(name, incident, case)).status_code == 403, name
        assert client.get(address("decide_together", incident)).status_code == 403
    dsl = factories.log_in(who[Role.DSL])
    assert dsl.get(address("case_facts", incident, case)).status_code == 403
    assert Decision.objects.count() == 0


def test_an_involved_head_does_not_know_of_it_and_the_chair_decides(
    jo: Viewer, pupil: Person, who: dict[Role, Person], head: Client
) -> None:
    people = [factories.involved(pupil, "subject"), factories.involved(who[Role.HEAD_TEACHER], "affected", "staff")]
    incident = factories.incident(jo, people=people, deliberate=True)
    case = case_of(incident, pupil)
    confirm(jo, incident, case)
    for name in ("case", "case_facts", "decide", "revise", "quash"):
        hidden = head.get(address(name, incident, case))
        missing = head.get(reverse(f"incidents:{name}", args=[uuid.uuid4(), uuid.uuid4()]))
        assert hidden.status_code == missing.status_code == 404, name
        assert hidden.content == missing.content
    assert head.get(address("deciding", incident)).status_code == 404
    assert incident.reference not in head.get(TODAY).content.decode()
    chair = factories.log_in(who[Role.CHAIR_OF_GOVERNORS])
    assert f"{incident.reference} waits for your decision" in words(chair.get(TODAY))
    assert chair.post(address("decide", incident, case), typed(case)).status_code == 302
    assert Decision.objects.get().as_post == "chair_of_governors"


def test_where_nobody_can_decide_it_is_said(of: School, pupil: Person) -> None:
    person = factories.coordinator(of)
    incident = bullying(factories.viewer(person), pupil)
    said = words(factories.log_in(person).get(address("case", incident, case_of(incident, pupil))))
    assert "Nobody at the school can decide" in said


def test_every_read_leaves_its_entry(jo: Viewer, head: Client, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    head.get(address("case", incident, case))
    head.get(address("deciding", incident))
    assert Entry.objects.filter(action="incident.case_opened", object_id=incident.pk).count() == 1
    assert Entry.objects.filter(action="incident.deciding_opened", object_id=incident.pk).count() == 1


# --- the facts --------------------------------------------------------------------------------------------------------


def facts_typed(case: Case, **changes: Any) -> dict[str, Any]:
    case.refresh_from_db()
    return {
        "seen": str(case.facts_number), "breaches": ["online_bullying"], "is_deliberate": "on",
        "told_staff_promptly": "", "note": "", **changes,
    }  # fmt: skip


def test_the_mapping_is_shown_and_confirmed(jo: Viewer, coordinator: Client, pupil: Person) -> None:
    incident = bullying(jo, pupil, types=["bullying", "grooming"])
    case = case_of(incident, pupil)
    response = coordinator.get(address("case_facts", incident, case))
    said = words(response)
    assert "The form says “Bullying or harassment (online bullying)”, which suggests Online bullying" in said
    assert "These answers suggest no breach: Online grooming" in said
    assert "Persistent or extreme online bullying" not in said
    assert re.search(r'value="online_bullying"[^>]*\bchecked', response.content.decode())
    answer = coordinator.post(address("case_facts", incident, case), facts_typed(case))
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.is_confirmed, case.facts_number, case.proposed) == (True, 2, "C")


def test_facts_that_differ_from_the_form_need_a_word(jo: Viewer, coordinator: Client, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    differs = {"breaches": ["online_bullying", "disrepute"], "needs": ["sen"], "is_extreme": "on"}
    response = coordinator.post(address("case_facts", incident, case), facts_typed(case, **differs))
    assert response.status_code == 422
    assert "Say why the facts differ from what the form says." in summary(response)
    assert re.search(r'value="disrepute"[^>]*\bchecked', response.content.decode())
    differs["note"] = "The post named the school."
    assert coordinator.post(address("case_facts", incident, case), facts_typed(case, **differs)).status_code == 302
    kept = FactsRecord.objects.get(case=case, number=2)
    assert (kept.note, kept.content["needs"], kept.content["is_extreme"]) == (
        "The post named the school.",
        ["sen"],
        True,
    )
    case.refresh_from_db()
    assert case.proposed == "D"


@pytest.mark.parametrize("breach", ["extreme_bullying", "ghost", "disciplinary"])
def test_a_breach_that_is_not_offered_is_refused(jo: Viewer, coordinator: Client, pupil: Person, breach: str) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    said = facts_typed(case, breaches=[breach], note="x")
    assert coordinator.post(address("case_facts", incident, case), said).status_code == 422


def test_facts_put_down_meanwhile_are_shown_and_nothing_is_lost(
    jo: Viewer, ada: Viewer, coordinator: Client, pupil: Person
) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    mine = facts_typed(case, breaches=["bypass_security"], note="I saw the log.")
    confirm(ada, incident, case, "disrepute")
    response = coordinator.post(address("case_facts", incident, case), mine)
    said = words(response)
    assert response.status_code == 422
    assert "Somebody else put the facts down meanwhile: Farida Whitlock" in said
    assert "Bringing the school's name into disrepute" in said
    assert "I saw the log." in said
    assert re.search(r'value="bypass_security"[^>]*\bchecked', response.content.decode())
    again = {**mine, "seen": re.search(r'name="seen" value="(\d+)"', response.content.decode())[1]}  # type: ignore[index]
    assert coordinator.post(address("case_facts", incident, case), again).status_code == 302


def test_an_open_question_is_asked_before_anything_is_decided(
    jo: Viewer, coordinator: Client, head: Client, pupil: Person
) -> None:
    incident = bullying(jo, pupil, types=["soft_pornography"], deliberate=False, accidental=True)
    case = case_of(incident, pupil)
    said = facts_typed(case, breaches=["accidental_offensive"], is_accidental="on")
    del said["is_deliberate"]
    assert coordinator.post(address("case_facts", incident, case), said).status_code == 302
    page = words(head.get(address("case", incident, case)))
    assert "Did the child tell a member of staff promptly?" in page
    assert "Answer the question" in page
    assert "Your decision" not in page
    told = {**said, "seen": "2", "told_staff_promptly": "yes"}
    assert coordinator.post(address("case_facts", incident, case), told).status_code == 302
    page = words(head.get(address("case", incident, case)))
    assert "No sanction is proposed" in page
    assert "nobody is blamed and nothing is sanctioned" in page


# --- the decision -----------------------------------------------------------------------------------------------------


def test_the_head_decides_as_is_proposed(jo: Viewer, head: Client, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(jo, incident, case)
    answer = head.post(address("decide", incident, case), typed(case, warns="on"), follow=True)
    said = words(answer)
    assert "The decision is on record." in said
    assert "Category C was decided" in said
    assert "Decided, as proposed. A warning was given." in said
    assert "Loss of internet or ICT access for a period" in said
    kept = Decision.objects.get()
    assert (kept.grade, kept.departure, kept.warns, kept.path) == ("C", "none", True, "sanction")
    assert Sanction.objects.get().starts_on == timezone.localdate()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grade": None}, "Choose a category, or that there is no sanction."),
        ({"grade": "Z"}, "Choose a category, or that there is no sanction."),
        ({"path": None}, "Choose what follows."),
        ({"grade": "B"}, "Say why you go down from what is proposed."),
        ({"grade": "D", "reason": "It was filmed."}, "One of the sanctions does not belong to this category."),
        ({"sanction_loss_of_internet_end_day": "", "sanction_loss_of_internet_end_month": "",
          "sanction_loss_of_internet_end_year": ""}, "Say on which day it ends"),
        ({"sanction_loss_of_internet_end_day": "31", "sanction_loss_of_internet_end_month": "2"},
         "That day does not exist."),
        ({"sanction_loss_of_internet": None}, "Choose a sanction or a warning, or choose another way."),
        ({"sanction_other_school_policy": "on"}, "Say which it is"),
        ({"path": "none"}, "Say why nothing follows."),
        ({"path": "restorative", "sanction_loss_of_internet": None}, "Write down what was agreed."),
        ({"grade": "none"}, "Where nothing is found there is no sanction and no warning."),
        ({"reason": "a\x00b"}, "Take out the characters that cannot be kept."),
        ({"reason": "x" * 4_001}, "Shorten this to 4,000 characters; it has 4001."),
    ],
    ids=["no-grade", "odd-grade", "no-path", "down", "up", "no-end", "no-day", "nothing", "which", "why-nothing",
         "agreed", "none-and-ban", "nul", "long"],
)  # fmt: skip
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(
    jo: Viewer, head: Client, pupil: Person, changes: dict[str, Any], message: str
) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(jo, incident, case)
    response = head.post(address("decide", incident, case), {"warns": "", **typed(case, **changes)})
    page = response.content.decode()
    assert response.status_code == 422
    assert message in html.unescape(summary(response))
    link = re.search(r'href="#([^"]+)"', summary(response))
    assert link
    assert f'id="{link[1]}"' in page
    if "sanction_loss_of_internet" not in changes:
        assert re.search(r'name="sanction_loss_of_internet"[^>]*\bchecked', page)
    assert Decision.objects.count() == 0


def test_a_departure_needs_its_reason_and_keeps_it(jo: Viewer, head: Client, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(jo, incident, case)
    said = typed(case, grade="B", reason="They have made up; the harm was small.")
    assert head.post(address("decide", incident, case), said).status_code == 302
    page = words(head.get(address("case", incident, case)))
    assert "Decided, lower than proposed" in page
    assert "They have made up; the harm was small." in page


def test_it_can_be_put_right_instead_and_is_looked_at_again(
    jo: Viewer, head: Client, coordinator: Client, pupil: Person
) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(jo, incident, case)
    on = timezone.localdate() + timedelta(days=14)
    said = typed(
        case, path="restorative", sanction_loss_of_internet=None, agreed="They meet on Monday.", **day("review_on", on)
    )
    assert head.post(address("decide", incident, case), said).status_code == 302
    page = coordinator.get(address("case", incident, case))
    assert "Put right instead of a sanction" in words(page)
    made = case.restorative.get()
    review = address("review", incident, case, made)
    assert review in page.content.decode()
    assert coordinator.post(review, {"worked": "yes"}).status_code == 422
    assert coordinator.post(review, {"worked": "yes", "outcome": "They play together."}).status_code == 302
    assert "it has been put right" in words(coordinator.get(address("case", incident, case)))
    assert coordinator.post(review, {"worked": "no", "outcome": "x"}).status_code == 302
    made.refresh_from_db()
    assert made.worked is True


def test_nothing_is_lost_when_the_case_moved_on(jo: Viewer, head: Client, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(jo, incident, case)
    said = typed(case, reason="I have spoken with both.")
    confirm(jo, incident, case, "online_bullying", "disrepute")
    response = head.post(address("decide", incident, case), said)
    page = words(response)
    assert response.status_code == 422
    assert "Nothing was decided" in page
    assert "Proposed then: Category C. Proposed now: Category D." in page
    assert "Added: Bringing the school's name into disrepute." in page
    assert "I have spoken with both." in page
    assert Decision.objects.count() == 0
    again = {**said, "seen": re.search(r'name="seen" value="([^"]+)"', response.content.decode())[1]}  # type: ignore[index]
    assert head.post(address("decide", incident, case), again).status_code == 302


def test_what_somebody_else_decided_meanwhile_is_shown_with_what_was_typed(
    jo: Viewer, ada: Viewer, head: Client, of: School, pupil: Person
) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(jo, incident, case)
    said = typed(case, reason="My own words.")
    deciding.decide(by=ada, incident_id=incident.pk, seen=seen(case), choice=ban(days=2, reason="Before."))
    response = head.post(address("decide", incident, case), said)
    assert response.status_code == 422
    assert "This case has been decided." in words(response)
    assert "My own words." in words(response)
    assert Decision.objects.count() == 1


def test_whoever_proves_anew_finds_what_was_typed(jo: Viewer, head: Client, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(jo, incident, case)
    answer = stale(head).post(address("decide", incident, case), typed(case, reason="Long thought about."))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert Decision.objects.count() == 0
    session = head.session
    session[marks.PROVED] = time.time()
    session.save()
    page = head.get(address("case", incident, case))
    assert "Long thought about." in words(page)
    assert re.search(r'name="sanction_loss_of_internet"[^>]*\bchecked', page.content.decode())
    assert "There is a problem" not in words(page)
    assert "Long thought about." not in words(head.get(address("case", incident, case)))


def test_what_was_typed_before_the_case_moved_on_is_shown_with_what_changed(
    jo: Viewer, head: Client, pupil: Person
) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(jo, incident, case)
    stale(head).post(address("decide", incident, case), typed(case, reason="Long thought about."))
    confirm(jo, incident, case, "online_bullying", "disrepute")
    page = words(head.get(address("case", incident, case)))
    assert "Proposed then: Category C. Proposed now: Category D." in page
    assert "Long thought about." in page


@pytest.mark.parametrize("name", ["decide", "revise", "quash"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_deciding_is_proved_anew(jo: Viewer, ada: Viewer, head: Client, pupil: Person, name: str, method: str) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    decide(ada, incident, case)
    answer = getattr(stale(head), method)(address(name, incident, case), {"reason": "x"})
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert Decision.objects.count() == 1


def test_a_member_of_staff_is_asked_about_by_the_framework_for_staff(jo: Viewer, head: Client, of: School) -> None:
    member = factories.staff(of)
    people = [factories.involved(member, "subject", "staff")]
    incident = factories.incident(jo, people=people, types=["hacking"], deliberate=True)
    case = case_of(incident, member)
    asked = words(head.get(address("case_facts", incident, case)))
    assert "Deliberate attempt to breach data protection or computer security" in asked
    assert "Did the child tell" not in asked
    assert "needs" not in asked
    said = facts_typed(case, breaches=["security_breach", "serious_misuse"])
    assert head.post(address("case_facts", incident, case), said).status_code == 302
    page = words(head.get(address("case", incident, case)))
    assert "Category B is proposed" in page
    assert "Putting it right" not in page
    assert "Category D" not in page
    wanted = {"grade": "A", "sanction_loss_of_internet": None, "sanction_warning": "on", "reason": "A slip."}
    assert head.post(address("decide", incident, case), typed(case, **wanted)).status_code == 302
    assert Decision.objects.get().warns is True


# --- several together -------------------------------------------------------------------------------------------------


def chosen(*cases: Case) -> list[str]:
    return [f"{each.pk}.{newest_proposal(each).pk}" for each in cases]


@pytest.fixture
def both(jo: Viewer, of: School) -> tuple[Incident, Case, Case]:
    people = [factories.pupil(of, name) for name in ("Ann Reed", "Ben Reed")]
    incident = bullying(jo, *people)
    first, second = (confirm(jo, incident, case_of(incident, each)) for each in people)
    return incident, first, second


def test_several_are_decided_as_one_act(both: tuple[Incident, Case, Case], head: Client) -> None:
    incident, *cases = both
    page = head.get(address("deciding", incident))
    assert "Category C is proposed for 2 people" in words(page)
    asked = head.get(address("decide_together", incident), {"case": [str(each.pk) for each in cases]})
    assert "Decide about 2 people together" in words(asked)
    said = {**typed(cases[0]), "case": chosen(*cases)}
    assert head.post(address("decide_together", incident), said).status_code == 302
    assert Decision.objects.count() == 2
    assert "is proposed for" not in words(head.get(address("deciding", incident)))


def test_where_one_cannot_stand_none_does(both: tuple[Incident, Case, Case], head: Client, jo: Viewer) -> None:
    incident, first, second = both
    said = {**typed(first), "case": chosen(first, second)}
    wrong = head.post(address("decide_together", incident), {**said, "grade": "B"})
    assert wrong.status_code == 422
    assert "Say why you go down" in summary(wrong)
    confirm(jo, incident, second, "online_bullying", is_illegal_material=True)
    moved = head.post(address("decide_together", incident), said)
    assert moved.status_code == 422
    assert "Nothing was decided" in words(moved)
    assert re.search(r'name="sanction_loss_of_internet"[^>]*\bchecked', moved.content.decode())
    assert Decision.objects.count() == 0


def test_what_was_typed_for_several_stands_with_each_when_they_are_not_alike_any_more(
    both: tuple[Incident, Case, Case], head: Client, jo: Viewer
) -> None:
    incident, first, second = both
    said = {**typed(first, reason="All the same."), "case": chosen(first, second)}
    confirm(jo, incident, second, "online_bullying", "disrepute")
    answer = head.post(address("decide_together", incident), said, follow=True)
    assert "They are not alike any more, and nothing was decided." in words(answer)
    assert Decision.objects.count() == 0
    for each in (first, second):
        assert "All the same." in words(head.get(address("case", incident, each)))


def test_one_alone_or_two_kinds_are_not_decided_together(
    both: tuple[Incident, Case, Case], head: Client, jo: Viewer
) -> None:
    incident, first, second = both
    for ids in ([], [str(first.pk)], [str(first.pk), str(uuid.uuid4())], ["ghost", "ghost"]):
        answer = head.get(address("decide_together", incident), {"case": ids})
        assert answer.url == address("deciding", incident)
    confirm(jo, incident, second, "online_bullying", "disrepute")
    answer = head.get(address("decide_together", incident), {"case": [str(first.pk), str(second.pk)]})
    assert answer.url == address("deciding", incident)


def test_what_was_typed_for_several_is_kept_while_it_is_proved_anew(
    both: tuple[Incident, Case, Case], head: Client
) -> None:
    incident, *cases = both
    said = {**typed(cases[0], reason="All the same."), "case": chosen(*cases)}
    assert stale(head).post(address("decide_together", incident), said).status_code == 302
    session = head.session
    session[marks.PROVED] = time.time()
    session.save()
    page = head.get(address("decide_together", incident))
    assert "All the same." in words(page)
    assert "Decide about 2 people together" in words(page)


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_a_decision_is_changed_and_quashed_with_its_history(
    jo: Viewer, ada: Viewer, head: Client, pupil: Person
) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    decide(ada, incident, case)
    revise = address("revise", incident, case)
    assert "What the earlier decision gave ends" in words(head.get(revise))
    said = {**typed(case), "seen": "1"}
    refused = head.post(revise, said)
    assert "Say why the decision is changed." in summary(refused)
    assert head.post(revise, {**said, "reason": "The parents came in."}).status_code == 302
    moved = head.post(revise, {**said, "reason": "Once more."})
    assert moved.status_code == 422
    assert "Once more." in words(moved)
    quash = address("quash", incident, case)
    assert head.post(quash, {"seen": "2", "reason": ""}).status_code == 422
    assert head.post(quash, {"seen": "2", "reason": "The panel heard it."}).status_code == 302
    page = words(head.get(address("case", incident, case)))
    assert "Quashed on appeal" in page
    assert "Changed, as proposed" in page
    assert "Decided, as proposed" in page
    assert "as head teacher" in page
    assert "The parents came in." in page
    assert head.get(quash).status_code == 302
    assert [each.kind for each in case.decisions.all()] == ["decided", "revised", "quashed"]


def test_a_ban_is_lifted_early_with_a_reason(jo: Viewer, ada: Viewer, head: Client, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    decide(ada, incident, case)
    ban = Sanction.objects.get()
    lift = address("lift", incident, case, ban)
    assert lift in head.get(address("case", incident, case)).content.decode()
    assert head.post(lift, {"reason": " "}).status_code == 422
    assert head.post(lift, {"reason": "He helped the others."}).status_code == 302
    ban.refresh_from_db()
    assert (ban.ended_why, ban.ended_reason) == ("lifted", "He helped the others.")
    assert "He helped the others." in head.get(address("case", incident, case)).content.decode()
    assert lift not in head.get(address("case", incident, case)).content.decode()
    assert head.get(address("lift", incident, case, uuid.uuid4())).status_code == 404


def test_a_task_is_done_by_whoever_it_is_for(
    jo: Viewer, coordinator: Client, pupil: Person, who: dict[Role, Person]
) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    told = case.tasks.get(code="tell_head")
    page = address("task", incident, case, told)
    assert page in coordinator.get(address("case", incident, case)).content.decode()
    assert factories.log_in(who[Role.DSL]).get(page).status_code == 403
    assert coordinator.post(page, {"how": "In the staff room."}).status_code == 302
    told.refresh_from_db()
    assert (told.done_by, told.how) == (who[Role.COORDINATOR], "In the staff room.")
    assert "Done" in words(coordinator.get(address("case", incident, case)))
    assert coordinator.post(page, {"how": "Again."}).status_code == 302


def test_what_is_considered_is_decided_with_its_reason(jo: Viewer, head: Client, pupil: Person) -> None:
    incident = bullying(jo, pupil, types=["hate_material"])
    case = case_of(incident, pupil)
    police = case.tasks.get(code="consider_police")
    page = address("task", incident, case, police)
    for said in ({}, {"decision": "no"}, {"how": "x"}, {"decision": "perhaps", "how": "x"}):
        assert head.post(page, said).status_code == 422
    assert head.post(page, {"decision": "no", "how": "Rang 101: no crime."}).status_code == 302
    police.refresh_from_db()
    assert (police.decision, police.how) == ("no", "Rang 101: no crime.")
    assert "Considered: no." in words(head.get(address("case", incident, case)))


def test_what_is_for_the_lead_is_done_by_the_lead(jo: Viewer, pupil: Person, who: dict[Role, Person]) -> None:
    incident = bullying(jo, pupil, types=["hate_material"])
    case = case_of(incident, pupil)
    lead = factories.log_in(who[Role.DSL])
    page = address("task", incident, case, case.tasks.get(code="consider_support"))
    assert page in lead.get(address("case", incident, case)).content.decode()
    assert lead.post(page, {"decision": "yes", "how": "The family was rung."}).status_code == 302
    assert lead.get(address("task", incident, case, uuid.uuid4())).status_code == 403
    coordinator = factories.log_in(who[Role.COORDINATOR])
    assert coordinator.get(address("task", incident, case, uuid.uuid4())).status_code == 404


# --- what runs, and the first page ------------------------------------------------------------------------------------


def test_the_network_manager_sees_the_measure_and_nothing_else(
    jo: Viewer, ada: Viewer, pupil: Person, who: dict[Role, Person]
) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    decide(ada, incident, case, ban(reason="Secret reason."))
    client = factories.log_in(who[Role.NETWORK_MANAGER])
    page = client.get(reverse("incidents:measures"))
    assert "Sam Reed 5B Loss of internet or ICT access for a period" in words(page)
    for hidden in (incident.reference, "Secret reason.", "bullying", str(incident.pk), str(case.pk)):
        assert hidden not in page.content.decode()
    for name in ("deciding",):
        assert client.get(address(name, incident)).status_code == 404
    assert client.get(address("case", incident, case)).status_code == 404
    assert "1 measure to carry out" in words(client.get(TODAY))
    assert "Sam Reed" not in words(client.get(TODAY))
    deciding.lift(by=ada, incident_id=incident.pk, sanction_id=Sanction.objects.get().pk, why="It is over.")
    assert "Nothing to carry out" in words(client.get(reverse("incidents:measures"))), "it had never begun for them"


def test_a_measure_that_is_over_is_to_be_given_back(
    jo: Viewer, ada: Viewer, pupil: Person, who: dict[Role, Person]
) -> None:
    incident = bullying(jo, pupil)
    decide(ada, incident, case_of(incident, pupil))
    Sanction.objects.update(begun_told_at=timezone.now(), ended_at=timezone.now(), ended_why="over")
    client = factories.log_in(who[Role.NETWORK_MANAGER])
    assert "Over: give it back" in words(client.get(reverse("incidents:measures")))
    assert "1 to give back" in words(client.get(TODAY))
    Sanction.objects.update(ended_at=timezone.now() - timedelta(days=15))
    assert "Nothing to carry out" in words(client.get(reverse("incidents:measures")))


def test_nobody_carries_out_what_is_about_themselves_or_their_child(
    jo: Viewer, ada: Viewer, of: School, who: dict[Role, Person], pupil: Person
) -> None:
    factories.parent_of(pupil, who[Role.NETWORK_MANAGER])
    incident = bullying(jo, pupil)
    decide(ada, incident, case_of(incident, pupil))
    page = words(factories.log_in(who[Role.NETWORK_MANAGER]).get(reverse("incidents:measures")))
    assert "Sam Reed" not in page


def test_the_head_sees_every_sanction_that_runs_but_those_of_hidden_cases(
    jo: Viewer, ada: Viewer, head: Client, of: School, pupil: Person, who: dict[Role, Person]
) -> None:
    incident = bullying(jo, pupil)
    decide(ada, incident, case_of(incident, pupil))
    other = factories.pupil(of, "Zoe Dale")
    people = [factories.involved(other, "subject"), factories.involved(who[Role.HEAD_TEACHER], "affected", "staff")]
    hidden = factories.incident(jo, people=people, deliberate=True)
    decide(factories.viewer(who[Role.CHAIR_OF_GOVERNORS]), hidden, case_of(hidden, other))
    page = head.get(reverse("incidents:measures"))
    assert "Sam Reed" in words(page)
    assert incident.reference in words(page)
    assert "Zoe Dale" not in words(page)
    assert hidden.reference not in words(page)
    assert "Sanctions running" in words(head.get(TODAY))


@pytest.mark.parametrize("post", [Role.COORDINATOR, Role.DSL, Role.CHAIR_OF_GOVERNORS])
def test_others_do_not_see_what_runs(who: dict[Role, Person], post: Role) -> None:
    assert factories.log_in(who[post]).get(reverse("incidents:measures")).status_code == 403


def test_the_first_page_says_what_waits_by_its_clock(
    jo: Viewer, head: Client, coordinator: Client, of: School, pupil: Person
) -> None:
    older = bullying(jo, pupil)
    newer = bullying(jo, factories.pupil(of, "Zoe Dale"))
    case = case_of(older, pupil)
    said = words(coordinator.get(TODAY))
    assert f"{older.reference}: facts to confirm" in said
    assert "waits for your decision" not in words(head.get(TODAY))
    confirm(jo, older, case)
    confirm(jo, newer, CaseOf.objects.get(incident=newer).case)
    said = words(head.get(TODAY))
    assert said.index(f"{older.reference} waits for your decision") < said.index(
        f"{newer.reference} waits for your decision"
    )
    assert "Sam Reed" not in said
    assert "facts to confirm" not in words(coordinator.get(TODAY))


def test_what_is_overdue_is_shown_to_both_and_counted(
    jo: Viewer, head: Client, coordinator: Client, pupil: Person, who: dict[Role, Person]
) -> None:
    incident = bullying(jo, pupil)
    Task.objects.exclude(code="report_la").update(due_at=timezone.now() - timedelta(hours=2))
    for client in (head, coordinator):
        said = words(client.get(TODAY))
        assert f"{incident.reference}: 3 things are overdue" in said
        assert "3 things overdue" in said
    assert "things are overdue" not in words(factories.log_in(who[Role.DSL]).get(TODAY))


def test_a_review_that_is_due_waits_on_the_first_page(
    jo: Viewer, ada: Viewer, coordinator: Client, pupil: Person
) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    on = timezone.localdate() + timedelta(days=3)
    decide(ada, incident, case, Choice("C", "restorative", "", agreed="They meet.", review_on=on))
    assert "look again" not in words(coordinator.get(TODAY))
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        case.restorative.update(review_on=timezone.localdate())
        page = words(factories.log_in(Person.objects.get(pk=jo.person_id)).get(TODAY))
    assert f"{incident.reference}: look again at what was agreed" in page


def test_the_incidents_page_says_how_far_its_cases_have_come(jo: Viewer, ada: Viewer, head: Client, of: School) -> None:
    people = [factories.pupil(of, name) for name in ("Ann Reed", "Ben Reed", "Cat Reed")]
    incident = bullying(jo, *people)
    confirm(jo, incident, case_of(incident, people[1]))
    decide(ada, incident, case_of(incident, people[2]))
    page = head.get(address("incident", incident))
    panel = words(page).partition("Sanctions See each case")[2]
    assert re.match(r" 1 person Facts to confirm 1 person To decide 1 person Decided", panel)
    assert address("deciding", incident) in page.content.decode()
    bare = factories.incident(jo)
    assert "See each case" not in words(head.get(address("incident", bare)))


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_what_the_pages_cost(
    jo: Viewer, ada: Viewer, head: Client, of: School, pupil: Person, who: dict[Role, Person]
) -> None:
    with time_machine.travel(datetime(2026, 11, 16, 9, tzinfo=UTC)):
        first = bullying(jo, pupil, happened_on="2026-11-13")
        decide(ada, first, case_of(first, pupil))
    people = [pupil, *(factories.pupil(of, f"Ann Reed{letter}") for letter in "abcdefgh")]
    incident = bullying(jo, *people)
    case = case_of(incident, pupil)
    decide(ada, incident, case, ban(grade="D", path="none", sanctions=(), reason="Enough was done."))
    deciding.revise(
        by=ada, incident_id=incident.pk, case_id=case.pk, seen=1,
        choice=Choice("D", "restorative", "Better so.", agreed="x", review_on=timezone.localdate() + timedelta(9)),
    )  # fmt: skip
    head.get(address("case", incident, case))
    with queries_at_most(16):
        head.get(address("case", incident, case))
    few = bullying(jo, factories.pupil(of, "Zoe Dale"))
    for each in (few, incident):
        with queries_at_most(8):
            head.get(address("deciding", each))
    with queries_at_most(8):
        head.get(reverse("incidents:measures"))
    carries_out = factories.log_in(who[Role.NETWORK_MANAGER])
    with queries_at_most(5):
        carries_out.get(reverse("incidents:measures"))
    for each in people[1:]:
        confirm(jo, incident, case_of(incident, each))
    ids = [str(case_of(incident, each).pk) for each in people[1:]]
    with queries_at_most(15):
        head.get(address("decide_together", incident), {"case": ids})
