"""Facts are confirmed, the head teacher decides, and what follows is carried out. Duties S1 to S4, R7 (CC 5, CM 5)."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Look, Opener, Running
from tests.journeys.signing import told

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
PICTURES = "deciding"
REASON = "They have made up with the other child, and the harm was small."

# Pupils who are new to the demo's first school, an incident a week old in which one of them was decided about, one that
# names that pupil again, one that names two, and one in which the head teacher is affected; and a network manager.
SCENE = """
import json, uuid
from datetime import date, timedelta
from django.utils import timezone
import time_machine
from incidents.models import CaseOf
from incidents.services import deciding
from incidents.services.deciding import CaseSeen
from incidents.services.recording import open_record
from sanctions.rules.deciding import Choice, Wanted
from sanctions.services.cases import newest_proposal
from sanctions.services.matters import Confirmed
from schools.models import Membership, Person, Post, Pupil, User
from schools.selectors import viewer_for
from schools.wall import every_school, in_school

owner = User.objects.get(email="coordinator@demo.example.org")
chief = User.objects.get(email="head@demo.example.org")
today = timezone.localdate()

def viewer(user):
    return viewer_for(user_id=user.pk, today=today, school_id=school_id)

def pupil(name):
    made = Person.objects.create(school_id=school_id, given_name=name, family_name="Journey")
    Pupil.objects.create(school_id=school_id, person=made, year_group="Year 5", class_name="5B")
    return made

def named(who, part, kind="pupil"):
    return {"person_id": str(who.pk), "name": who.full_name, "group": "5B", "kind": kind, "part": part}

def incident(on, *people):
    answers = {"happened_on": on.isoformat(), "happened_at": "10:40", "location": "in_setting", "involved": ["child"],
               "types": ["bullying"], "description": "A message went round.", "reported_by": "A teacher",
               "deliberate": True, "people": list(people)}
    return open_record(by=viewer(owner), incident_id=uuid.uuid4(), answers=answers)

def cases(made):
    return [each.case for each in CaseOf.objects.filter(incident=made).select_related("case")]

def confirm(made, case):
    facts = Confirmed(breaches=frozenset({"online_bullying"}), is_deliberate=True, is_accidental=False,
                      told_staff_promptly=None, is_extreme=False, is_illegal_material=False, was_distributed=False,
                      restorative_tried=False, needs=frozenset({"sen"}))
    deciding.confirm_facts(by=viewer(owner), incident_id=made.pk, case_id=case.pk, seen=case.facts_number, facts=facts)
    case.refresh_from_db()

for school_id, _ in every_school():
    with in_school(school_id):
        if not owner.people.exists():
            continue
        ash, briar, cedar, dell = (pupil(name) for name in ("Ash", "Briar", "Cedar", "Dell"))
        before = timezone.now() - timedelta(days=3)
        with time_machine.travel(before, tick=True):
            first = incident(today - timedelta(days=4), named(ash, "subject"))
            (case,) = cases(first)
            confirm(first, case)
            choice = Choice("C", "sanction", sanctions=(Wanted("inform_parents", before.date()),), warns=True)
            deciding.decide(by=viewer(chief), incident_id=first.pk, choice=choice,
                            seen=CaseSeen(case.pk, newest_proposal(case).pk))
        again = incident(today, named(ash, "subject"), named(dell, "affected"))
        several = incident(today, named(briar, "subject"), named(cedar, "subject"))
        for case in cases(several):
            confirm(several, case)
        about_head = incident(today, named(dell, "subject"), named(chief.people.get(), "affected", "staff"))
        (hidden,) = cases(about_head)
        print(json.dumps({
            "earlier": first.reference, "again": again.reference, "again_id": str(again.pk),
            "several": several.reference, "several_id": str(several.pk), "chair": about_head.reference,
            "chair_path": f"incidents/{about_head.pk}/deciding/{hidden.pk}/",
        }))
        break
"""


@pytest.fixture
def scene(running: Running) -> dict[str, Any]:
    """References and ids of what there is to decide."""
    return told(running, SCENE)


def ban_until(page: Page, days: str) -> None:
    """Tick the loss of the internet, and say until when."""
    page.get_by_label("Loss of internet or ICT access for a period").check()
    end = page.get_by_role("group", name="Last day")
    day, month, year = days.split("-")
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        end.get_by_label(label, exact=True).locator("visible=true").fill(value)


def in_days(page: Page, days: int) -> str:
    """A day from today, as the browser's clock has it."""
    return str(
        page.evaluate(
            "days => { const on = new Date(Date.now() + days * 864e5);"
            " return `${on.getDate()}-${on.getMonth() + 1}-${on.getFullYear()}` }",
            days,
        )
    )


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_facts_are_confirmed_and_the_head_goes_down_with_a_reason(
    running: Running, open_page: Opener, look: Look, scene: dict[str, Any], phone: bool
) -> None:
    size = "phone" if phone else "laptop"
    coordinator = open_page("coordinator", phone=phone)
    look(coordinator, f"coordinator-today-{size}")
    coordinator.get_by_role("link", name=re.compile(f"{scene['again']}: facts to confirm")).click()
    look(coordinator, f"case-from-the-form-{size}")
    coordinator.get_by_role("link", name="Confirm the facts").first.click()
    look(coordinator, f"facts-{size}")
    coordinator.get_by_label("Bringing the school's name into disrepute").check()
    coordinator.get_by_role("button", name="Confirm the facts").click()
    expect(coordinator.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(coordinator, f"facts-with-problems-{size}")
    coordinator.get_by_label("Bringing the school's name into disrepute").uncheck()
    coordinator.get_by_label("Special educational needs").check()
    coordinator.get_by_role("button", name="Confirm the facts").click()
    expect(coordinator.get_by_role("heading", name="Category D is proposed")).to_be_visible()
    look(coordinator, f"case-confirmed-{size}")

    head = open_page("head", phone=phone)
    look(head, f"head-today-{size}")
    head.get_by_role("link", name=re.compile(f"{scene['again']} waits for your decision")).click()
    expect(head.get_by_role("link", name=re.compile(scene["earlier"])).first).to_be_visible()
    look(head, f"case-to-decide-{size}")
    head.get_by_role("radio", name=re.compile("^Category C")).check()
    head.get_by_label("A sanction or a warning").check()
    head.locator("summary", has_text="Sanctions of other categories").click()
    ban_until(head, in_days(head, 5))
    look(head, f"case-filled-{size}")
    head.get_by_role("button", name="Decide", exact=True).click()
    expect(head.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(head, f"case-with-problems-{size}")
    head.get_by_label("Your reason").fill(REASON)
    head.get_by_role("button", name="Decide", exact=True).click()
    expect(head.get_by_text("The decision is on record.")).to_be_visible()
    expect(head.get_by_text("Decided, lower than proposed").first).to_be_visible()
    look(head, f"case-decided-{size}")

    head.get_by_role("link", name="Change the decision").click()
    look(head, f"revise-{size}")
    head.get_by_role("radio", name=re.compile("^Category C")).check()
    head.get_by_label("Nothing further").check()
    head.get_by_label("Why is the decision changed?").fill("The parents came in, and that was enough.")
    head.get_by_role("button", name="Change the decision").click()
    expect(head.get_by_text("The decision is changed.")).to_be_visible()
    look(head, f"case-revised-{size}")
    head.goto(running.address(f"incidents/{scene['again_id']}/"))
    look(head, f"incident-{size}")


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_two_are_decided_together_and_the_measure_is_carried_out(
    running: Running, open_page: Opener, look: Look, scene: dict[str, Any], phone: bool
) -> None:
    size = "phone" if phone else "laptop"
    head = open_page("head", phone=phone)
    head.get_by_role("link", name=re.compile(f"{scene['several']} waits for your decision")).click()
    look(head, f"overview-{size}")
    for name in ("Briar Journey", "Cedar Journey"):
        head.get_by_role("checkbox", name=re.compile(name)).check()
    head.get_by_role("button", name="Decide about them together").click()
    look(head, f"together-{size}")
    head.get_by_role("radio", name=re.compile("^Category C")).check()
    head.get_by_label("A sanction or a warning").check()
    ban_until(head, in_days(head, 3))
    head.get_by_role("button", name="Decide about all 2").click()
    expect(head.get_by_text("The decision is on record for all 2.")).to_be_visible()
    look(head, f"overview-decided-{size}")
    head.goto(running.address("measures/"))
    expect(head.get_by_text("Briar Journey").first).to_be_visible()
    look(head, f"sanctions-running-{size}")
    head.goto(running.address())
    look(head, f"head-today-after-{size}")
    head.goto(running.address(f"incidents/{scene['several_id']}/deciding/"))
    head.get_by_role("link", name=re.compile("Briar Journey")).click()
    head.get_by_role("link", name=re.compile("Say it is done")).first.click()
    look(head, f"task-{size}")
    head.get_by_role("button", name="It is done").click()
    expect(head.get_by_text("It is on record as done.")).to_be_visible()

    network = open_page("it", phone=phone)
    look(network, f"network-today-{size}")
    network.get_by_role("link", name=re.compile("to carry out")).click()
    expect(network.get_by_text("Briar Journey").first).to_be_visible()
    look(network, f"measures-{size}")
    said = network.locator("main").inner_text()
    assert scene["several"] not in said
    assert "bullying" not in said.lower()
    response = network.goto(running.address(f"incidents/{scene['several_id']}/deciding/"))
    assert response is not None
    assert response.status == 404


def test_the_chair_decides_where_the_head_is_involved(
    running: Running, open_page: Opener, look: Look, scene: dict[str, Any]
) -> None:
    head = open_page("head")
    assert scene["chair"] not in head.locator("main").inner_text()
    response = head.goto(running.address(scene["chair_path"]))
    assert response is not None
    assert response.status == 404
    coordinator = open_page("coordinator")
    coordinator.goto(running.address(scene["chair_path"] + "facts/"))
    coordinator.get_by_role("button", name="Confirm the facts").click()
    expect(coordinator.get_by_text("The chair of governors decides")).to_be_visible()
    chair = open_page("chair")
    look(chair, "chair-today-laptop")
    chair.get_by_role("link", name=re.compile(f"{scene['chair']} waits for your decision")).click()
    chair.get_by_role("radio", name=re.compile("^Category C")).check()
    chair.get_by_label("A sanction or a warning").check()
    chair.get_by_label("A warning is given").check()
    chair.get_by_role("button", name="Decide", exact=True).click()
    expect(chair.get_by_text("as chair of governors").first).to_be_visible()
    look(chair, "chair-decided-laptop")


def test_it_works_without_javascript_and_nothing_typed_is_lost(
    running: Running, open_page: Opener, look: Look, scene: dict[str, Any]
) -> None:
    head = open_page("head", javascript=False)
    head.goto(running.address(f"incidents/{scene['several_id']}/deciding/"))
    head.get_by_role("link", name=re.compile("Cedar Journey")).click()
    head.get_by_label("Your reason").fill("Written once.")
    head.get_by_role("button", name="Decide", exact=True).click()
    expect(head.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(head.get_by_label("Your reason")).to_have_value("Written once.")
