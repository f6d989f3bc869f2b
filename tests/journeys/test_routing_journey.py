"""A case that must go past somebody: reported, routed, handed on, decided. Duties R4, R5, R7, R10, S5."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Opener, Running
from tests.journeys.test_main_journey import fill_day

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
STORY = "It was said in the staff room and shown to me on a telephone."


@pytest.fixture
def look(accessible: Callable[[Page], None], screenshots: Path | None) -> Callable[[Page, str], None]:
    """Every page that is walked is accessible and fits, and is kept as a picture where that is asked for."""

    def looked(page: Page, name: str) -> None:
        accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} scrolls sideways by {wide}px"
        if screenshots:
            page.screenshot(path=screenshots / f"routing-{name}.png", full_page=True)

    return looked


def report(page: Page, about: str, look: Callable[[Page, str], None] | None = None, name: str = "") -> str:
    """Fill in the short report about somebody, send it, and return its reference."""
    page.get_by_role("link", name="Report a concern").first.click()
    page.get_by_label("Bullying or harassment (online bullying)").check()
    with page.expect_response(re.compile("/report/guidance/")):
        page.get_by_label(about, exact=True).check()
    page.get_by_label("What happened?").fill(STORY)
    fill_day(page, "2", "11", "2026")
    page.get_by_label("In school/service setting").check()
    page.get_by_label("Staff member").check()
    if look:
        look(page, name)
    page.get_by_role("button", name="Send the report").click()
    return page.locator(".receipt-reference").inner_text().strip()


def references(page: Page) -> str:
    return page.locator("main").inner_text()


def logged(page: Page) -> list[str]:
    """The references on a page of the log, from the top."""
    return page.locator("tbody .reference").all_inner_texts()


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_a_report_about_the_head_reaches_the_chair_alone(
    running: Running, open_page: Opener, look: Callable[[Page, str], None], phone: bool
) -> None:
    size = "phone" if phone else "laptop"
    before = {}
    for persona in ("head", "coordinator"):
        page = open_page(persona)
        page.goto(running.address("incidents/"))
        before[persona] = logged(page)
    teacher = open_page("teacher", phone=phone)
    reference = report(teacher, "The head teacher", look, f"report-head-{size}")
    expect(teacher.get_by_text("has reached the right person")).to_be_visible()
    look(teacher, f"receipt-{size}")
    chair = open_page("chair", phone=phone)
    look(chair, f"chair-today-{size}")
    chair.get_by_role("link", name=re.compile(reference)).first.click()
    expect(chair.get_by_role("heading", name="Who handles this")).to_be_visible()
    look(chair, f"chair-incident-{size}")
    address = chair.url
    for persona in ("head", "coordinator"):
        page = open_page(persona)
        assert reference not in references(page)
        page.goto(running.address("incidents/"))
        assert logged(page) == before[persona]
        response = page.goto(address)
        assert response is not None
        assert response.status == 404
    chair.get_by_role("link", name="Hand it on").click()
    look(chair, f"hand-on-{size}")
    chair.get_by_role("button", name="Hand it on").click()
    expect(chair.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(chair, f"hand-on-with-problems-{size}")
    chair.get_by_label("Vice chair of governors").check()
    chair.get_by_label("Why do you hand it on?").fill("I am away until Monday.")
    chair.get_by_role("button", name="Hand it on").click()
    expect(chair.get_by_text("you no longer see it")).to_be_visible()
    assert reference not in references(chair)
    look(chair, f"chair-today-after-{size}")
    vice = open_page("vice", phone=phone)
    vice.get_by_role("link", name=re.compile(reference)).first.click()
    vice.locator("summary", has_text="How it came here").click()
    expect(vice.get_by_text("I am away until Monday.")).to_be_visible()
    look(vice, f"vice-incident-{size}")
    vice.get_by_role("link", name="Log", exact=True).last.click() if not phone else None
    look(vice, f"vice-log-{size}")


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_a_staff_matter_is_the_heads_with_the_decision_on_record(
    running: Running, open_page: Opener, look: Callable[[Page, str], None], phone: bool
) -> None:
    size = "phone" if phone else "laptop"
    teacher = open_page("teacher", phone=phone, javascript=False)
    teacher.get_by_role("link", name="Report a concern").first.click()
    look_words = teacher.get_by_label("A member of staff", exact=True)
    look_words.check()
    expect(teacher.get_by_text("It goes to the head teacher.").first).to_be_visible()
    teacher = open_page("teacher", phone=phone)
    reference = report(teacher, "A member of staff", look, f"report-staff-{size}")
    head = open_page("head", phone=phone)
    look(head, f"head-today-{size}")
    head.get_by_role("link", name=re.compile(reference)).first.click()
    look(head, f"head-incident-{size}")
    head.get_by_role("link", name="Record a decision").click()
    look(head, f"decisions-{size}")
    head.get_by_label("Considered, and not referred").check()
    head.get_by_label("Why was it decided so?").fill("Spoke with the LADO at ten: no threshold met.")
    head.get_by_role("button", name="Put it on record").first.click()
    expect(head.get_by_text("The decision is on record.")).to_be_visible()
    look(head, f"head-incident-decided-{size}")
    head.get_by_role("link", name="Correct who it is about").click()
    look(head, f"about-{size}")
    coordinator = open_page("coordinator", phone=phone)
    look(coordinator, f"coordinator-today-{size}")
    coordinator.get_by_role("link", name=re.compile(reference)).first.click()
    expect(coordinator.get_by_text("You can read it.")).to_be_visible()
    expect(coordinator.get_by_role("link", name="Hand it on")).to_have_count(0)
    look(coordinator, f"reader-incident-{size}")
    coordinator.goto(running.address("incidents/"))
    look(coordinator, f"log-{size}")
    coordinator.goto(running.address("incidents/new/"))
    look(coordinator, f"record-new-{size}")
    resources = open_page("resources", phone=phone)
    expect(resources.get_by_text(re.compile(r"A staff matter was recorded on \d+ \w+ \d{4}\.")).first).to_be_visible()
    assert reference not in references(resources)
    look(resources, f"resources-today-{size}")


def test_in_confidence_nobody_but_the_head_sees_it(running: Running, open_page: Opener) -> None:
    teacher = open_page("teacher")
    teacher.get_by_role("link", name="Report a concern").first.click()
    teacher.get_by_label("Bullying or harassment (online bullying)").check()
    teacher.get_by_label("No, nobody who works here").check()
    teacher.get_by_label("Tell only the head teacher").check()
    teacher.get_by_label("What happened?").fill(STORY)
    fill_day(teacher, "2", "11", "2026")
    teacher.get_by_label("In school/service setting").check()
    teacher.get_by_label("Staff member").check()
    teacher.get_by_role("button", name="Send the report").click()
    reference = teacher.locator(".receipt-reference").inner_text().strip()
    for persona in ("coordinator", "dsl", "deputy", "chair", "vice", "resources"):
        assert reference not in references(open_page(persona))
    head = open_page("head")
    expect(head.get_by_role("link", name=re.compile(reference)).first).to_be_visible()
