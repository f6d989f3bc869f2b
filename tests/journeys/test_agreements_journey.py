"""People sign: a parent of two by the link of a mail on a phone, staff by log-in, a visitor at reception."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Look, Opener, Running
from tests.journeys.signing import answer, sign, told

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
PICTURES = "agreements"
# The teacher of the demo.
TEACHER = "Tomasz Adeyinka"

# A family and a visitor who are new to the demo's first school, its agreements published, and the family's link.
SCENE = """
import json
from datetime import date
from django.utils import timezone
from aup.models import AgreementVersion
from aup.rules.content import from_pack
from aup.services.links import make_link
from aup.services.publishing import issue
from packs import loader
from schools.models import Guardian, Membership, Person, Pupil, User
from schools.wall import every_school, in_school

owner = User.objects.get(email="office@demo.example.org")
for school_id, _ in every_school():
    with in_school(school_id):
        if not owner.people.exists():
            continue
        for code in ("pupil_ks2", "parent", "staff", "visitor"):
            if not AgreementVersion.objects.filter(code=code).exists():
                agreement = loader.latest("camden_2021").agreement(code)
                issue(school_id=school_id, agreement=agreement, content=from_pack(agreement), translations={},
                      person_id=None, user_id=None, now=timezone.now())
        def person(name, **more):
            return Person.objects.create(school_id=school_id, given_name=name, family_name="Journey", **more)
        parent, visitor = person("Wren", email="wren@example.org"), person(f"Vale {timezone.now():%H%M%S}")
        Membership.objects.create(school_id=school_id, person=visitor, role="visitor", starts_on=date(2020, 9, 1))
        checker = owner.people.get()
        for name in ("Ash", "Briar"):
            child = person(name)
            Pupil.objects.create(school_id=school_id, person=child, year_group="Year 5", class_name="5B")
            Guardian.objects.create(
                school_id=school_id, guardian=parent, child=child, verified_by=checker, verified_at=timezone.now(),
                starts_on=date(2020, 9, 1), relation="mother", has_parental_responsibility=True)
        print(json.dumps({"token": make_link(school_id=school_id, person_id=parent.pk), "visitor": visitor.full_name}))
        break
"""


@pytest.fixture
def scene(running: Running) -> dict[str, str]:
    """The family's token, and the visitor's name."""
    return told(running, SCENE)


def test_a_parent_of_two_signs_on_a_phone(
    running: Running, open_page: Opener, look: Look, scene: dict[str, str]
) -> None:
    page = open_page(phone=True)
    page.goto(running.address(f"sign/{scene['token']}/"))
    expect(page.get_by_text("4 to sign.")).to_be_visible()
    look(page, "family")
    page.get_by_role("link", name=re.compile("^Read and sign")).first.click()
    for number in range(4):
        expect(page.get_by_role("heading", name=re.compile("Read and sign for (Ash|Briar)"))).to_be_visible()
        if number == 0:
            look(page, "agreement")
            page.get_by_role("button", name=re.compile("^Sign")).click()
            expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
            look(page, "agreement-refused")
        if page.get_by_role("radio").count():
            look(page, f"consents-{number}")
            answer(page)
        sign(page, "Wren Journey")
        expect(page.get_by_text("You have signed this.")).to_be_visible()
        look(page, f"receipt-{number}")
        if number < 3:
            page.get_by_role("link", name="Read and sign the next one").click()
    expect(page.get_by_text("There is nothing else for you to sign.")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    look(page, "family-done")
    page.get_by_role("link", name=re.compile("^Change your answers")).first.click()
    look(page, "answers")
    answer(page)
    page.get_by_label("No", exact=True).nth(2).check()
    page.get_by_label(re.compile("I change my answers")).check()
    page.get_by_role("button", name="Change my answers").click()
    expect(page.get_by_text("Your answers are changed from now on.")).to_be_visible()
    look(page, "answers-receipt")


def test_the_same_link_without_javascript_and_saying_no(
    running: Running, open_page: Opener, look: Look, scene: dict[str, str]
) -> None:
    page = open_page(phone=True, javascript=False)
    page.goto(running.address(f"sign/{'x' * 43}/"))
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.goto(running.address(f"sign/{scene['token']}/"))
    page.get_by_role("link", name=re.compile("^Read and sign")).first.click()
    page.get_by_role("link", name="I do not want to sign").click()
    page.get_by_label("Why?").fill("We would like to speak with you first.")
    page.get_by_role("button", name="Say no").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_label("Why?")).to_have_value("We would like to speak with you first.")
    page.get_by_label("Your full name").fill("Wren Journey")
    page.get_by_label(re.compile("I do not agree to this")).check()
    page.get_by_role("button", name="Say no").click()
    expect(page.get_by_text("You have not agreed to this.")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    page.get_by_role("link", name=re.compile("sign after all")).click()
    answer(page)
    sign(page, "Wren Journey")
    expect(page.get_by_text("You have signed this.")).to_be_visible()


def test_a_member_of_staff_thinks_twice_and_signs_on_a_phone(
    running: Running, open_page: Opener, look: Look, scene: dict[str, str]
) -> None:
    page = open_page("teacher", phone=True)
    page.goto(running.address("agreements/"))
    look(page, "own")
    page.get_by_role("link", name=re.compile("^Read and sign")).first.click()
    look(page, "own-agreement")
    page.get_by_role("link", name="I do not want to sign").click()
    look(page, "own-refuse")
    page.get_by_role("link", name="Back to the agreement").click()
    page.get_by_role("button", name=re.compile("^Sign")).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(page, "own-agreement-refused")
    sign(page, TEACHER)
    expect(page.get_by_text("You have signed this.")).to_be_visible()
    look(page, "own-receipt")


def test_a_visitor_signs_at_reception(running: Running, open_page: Opener, look: Look, scene: dict[str, str]) -> None:
    page = open_page("office", phone=True)
    page.goto(running.address("agreements/reception/"))
    look(page, "reception")
    page.get_by_role("link", name=f"Hand over the screen to {scene['visitor']}").click()
    look(page, "reception-agreement")
    sign(page, scene["visitor"].split()[-1] + " Vale")
    expect(page.get_by_text("Please hand the screen back now.")).to_be_visible()
    look(page, "reception-receipt")
    page.get_by_role("link", name="Hand the screen back").click()
    expect(page.get_by_text(scene["visitor"])).to_have_count(0)
