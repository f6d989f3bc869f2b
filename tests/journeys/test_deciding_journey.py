"""Facts are confirmed, the head teacher decides, and what follows is carried out. Duties S1 to S4, R7 (CC 5, CM 5)."""

import io
import re
import time
from email.message import Message as Mail
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import Page, expect

from schools.demo_cast import DEMO_PASSWORD
from tests.journeys.conftest import Look, Opener, Running
from tests.journeys.signing import told

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
PICTURES = "deciding"
REASON = "They have made up with the other child, and the harm was small."
THANKS = "Thank you for coming to see us on the same day."
A_WHILE_SECONDS = 90

# Pupils who are new to the demo's first school, an incident some days old in which one of them was decided about, one
# that names that pupil again, one that names two, and one in which the head teacher is affected. The first one's mother
# has an address, the father has none.
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
from schools.models import Guardian, Person, Pupil, User
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

def parent(child, name, address=""):
    made = Person.objects.create(school_id=school_id, given_name=name, family_name="Journey", email=address)
    Guardian.objects.create(
        school_id=school_id, guardian=made, child=child, verified_by=owner.people.get(), verified_at=timezone.now(),
        starts_on=date(2020, 9, 1), has_parental_responsibility=True)
    return address

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
        told = {}
        if "again" in wanted:
            told["mother"] = f"{uuid.uuid4().hex}@families.example.org"
            parent(ash, "Myrtle", told["mother"])
            parent(ash, "Alder")
            before = timezone.now() - timedelta(days=3)
            with time_machine.travel(before, tick=True):
                first = incident(today - timedelta(days=4), named(ash, "subject"))
                (case,) = cases(first)
                confirm(first, case)
                choice = Choice("C", "sanction", sanctions=(Wanted("inform_parents", before.date()),), warns=True)
                deciding.decide(by=viewer(chief), incident_id=first.pk, choice=choice,
                                seen=CaseSeen(case.pk, newest_proposal(case).pk))
            again = incident(today, named(ash, "subject"), named(dell, "affected"))
            told |= {"earlier": first.reference, "again": again.reference, "again_id": str(again.pk)}
        if "several" in wanted:
            several = incident(today, named(briar, "subject"), named(cedar, "subject"))
            for case in cases(several):
                confirm(several, case)
            told |= {"several": several.reference, "several_id": str(several.pk)}
        if "chair" in wanted:
            made = incident(today, named(dell, "subject"), named(chief.people.get(), "affected", "staff"))
            (hidden,) = cases(made)
            path = f"incidents/{made.pk}/deciding/{hidden.pk}/"
            told |= {"chair": made.reference, "chair_path": path}
        print(json.dumps(told))
        break
"""
# Whoever is logged in as the head teacher has thought for longer than a log-in stays fresh.
A_WHILE_LATER = """
import json
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from schools.log_in import marks
from schools.models import User

chief = str(User.objects.get(email="head@demo.example.org").pk)
for each in Session.objects.all():
    store = SessionStore(session_key=each.session_key)
    if store.get("_auth_user_id") == chief:
        store[marks.PROVED] -= 400
        store.save()
print(json.dumps({}))
"""


def scene_of(running: Running, *wanted: str) -> dict[str, Any]:
    """References and ids of what there is to decide: what a pupil did again, several pupils, the chair's case."""
    return told(running, f"wanted = {wanted!r}\n{SCENE}")


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


def mail_to(running: Running, address: str) -> Mail:
    """What the worker has handed over for this address."""
    limit = time.monotonic() + A_WHILE_SECONDS
    while time.monotonic() < limit:
        for mail in running.sink.mails:
            if mail["To"] == address:
                return mail
        time.sleep(0.2)
    raise AssertionError("the mail did not arrive")


def write_to_the_parents(head: Page, look: Look, size: str) -> None:
    """From a decided case to a letter that is approved: drafted, edited, read once more."""
    head.get_by_role("link", name="Write to the parents").click()
    look(head, f"letters-{size}")
    head.get_by_role("radio", name="What was decided").check()
    head.get_by_role("button", name="Draft this letter").click()
    look(head, f"letter-edit-{size}")
    words = head.get_by_label("Letter", exact=True)
    words.fill(f"{words.input_value()}\n\n{THANKS}")
    head.get_by_role("button", name="Save and look at it").click()
    expect(head.get_by_text(THANKS)).to_be_visible()
    look(head, f"letter-{size}")
    head.locator("summary", has_text="Approve and send").click()
    head.get_by_role("button", name="Approve and send").click()
    expect(head.get_by_text("Approved. It goes out now")).to_be_visible()


def read_as_a_parent(parent: Page, mail: Mail, look: Look, size: str) -> bytes:
    """The mail tells nothing; its link has one button, and behind that is the letter."""
    content = mail.get_payload(decode=True)
    assert isinstance(content, bytes)
    text = content.decode()
    found = re.search(r"http://\S+", text)
    assert found
    # The link itself is chance, and could spell anything.
    said = f"{mail['Subject']} {text}".replace(found.group(), "").lower()
    assert not any(word in said for word in ("ash journey", "bullying", "sanction", "internet"))
    parent.goto(found.group())
    look(parent, f"parent-{size}")
    with parent.expect_download() as download:
        parent.get_by_role("button", name="Open the letter").click()
    return Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_the_head_goes_down_with_a_reason_and_the_parents_have_a_letter(
    running: Running,
    open_page: Opener,
    look: Look,
    screenshots: Path | None,
    phone: bool,
) -> None:
    size = "phone" if phone else "laptop"
    scene = scene_of(running, "again")
    coordinator = open_page("coordinator", phone=phone)
    look(coordinator, f"coordinator-today-{size}")
    # Not from the first page: what waits there is cut off after some lines, and other journeys leave lines behind.
    coordinator.goto(running.address(f"incidents/{scene['again_id']}/"))
    coordinator.get_by_role("link", name="See each case").click()
    coordinator.get_by_role("link", name=re.compile("Ash Journey")).click()
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
    told(running, A_WHILE_LATER)
    head.get_by_role("button", name="Decide", exact=True).click()
    head.get_by_label("Your password").fill(DEMO_PASSWORD)
    look(head, f"still-you-{size}")
    head.get_by_role("button", name="Go on").click()
    expect(head.get_by_text("Nothing was lost and nothing was done yet")).to_be_visible()
    look(head, f"case-kept-{size}")
    head.get_by_role("button", name="Decide", exact=True).click()
    expect(head.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(head, f"case-with-problems-{size}")
    head.get_by_label("Your reason").fill(REASON)
    head.get_by_role("button", name="Decide", exact=True).click()
    expect(head.get_by_text("The decision is on record.")).to_be_visible()
    expect(head.get_by_text("Decided, lower than proposed").first).to_be_visible()
    look(head, f"case-decided-{size}")

    write_to_the_parents(head, look, size)
    parent = open_page(phone=phone)
    letter = read_as_a_parent(parent, mail_to(running, scene["mother"]), look, size)
    words = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(letter)).pages).split())
    assert THANKS in words
    assert "Loss of internet or ICT access" in words
    assert REASON not in words
    if screenshots:
        (screenshots / f"{PICTURES}-letter-{size}.pdf").write_bytes(letter)
    head.reload()
    expect(head.get_by_role("button", name=re.compile("Printed and posted.*Alder"))).to_be_visible()
    look(head, f"letter-sent-{size}")
    head.get_by_role("link", name="Letters to parents").click()
    look(head, f"letters-after-{size}")
    head.get_by_role("link", name="The case").click()

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
    running: Running, open_page: Opener, look: Look, phone: bool
) -> None:
    size = "phone" if phone else "laptop"
    scene = scene_of(running, "several")
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

    head.goto(running.address("measures/"))
    head.get_by_role("row").filter(has_text="Briar Journey").first.get_by_role("link").click()
    head.get_by_role("link", name="End it early").click()
    look(head, f"lift-{size}")
    head.get_by_label("Why does it end early?").fill("The work was handed in.")
    head.get_by_role("button", name="End it today").click()
    expect(head.get_by_text("It has ended.")).to_be_visible()
    expect(head.get_by_text("Ended").first).to_be_visible()
    look(head, f"case-lifted-{size}")
    network.goto(running.address("measures/"))
    expect(network.get_by_text("Over: give it back").first).to_be_visible()
    look(network, f"measures-over-{size}")


def test_the_chair_decides_where_the_head_is_involved(running: Running, open_page: Opener, look: Look) -> None:
    scene = scene_of(running, "chair")
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


def test_it_works_without_javascript_and_nothing_typed_is_lost(running: Running, open_page: Opener, look: Look) -> None:
    scene = scene_of(running, "several")
    head = open_page("head", javascript=False)
    head.goto(running.address(f"incidents/{scene['several_id']}/deciding/"))
    head.get_by_role("link", name=re.compile("Cedar Journey")).click()
    head.get_by_label("Your reason").fill("Written once.")
    head.get_by_role("button", name="Decide", exact=True).click()
    expect(head.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(head.get_by_label("Your reason")).to_have_value("Written once.")
