"""Every persona's pages, other ways through the product, and what people do to break it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Opener, Running, log_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

PERSONAS = {
    "teacher": ["", "report/", "reports/", "policy/sanctions/", "policy/agreements/"],
    "coordinator": ["", "incidents/", "incidents/new/", "school/", "school/passphrase/", "school/policy/"],
    "head": ["", "incidents/", "school/"],
    "dsl": ["", "incidents/"],
    "deputy": ["", "incidents/"],
    "chair": ["", "incidents/", "policy/sanctions/", "policy/agreements/"],
    "vice": ["", "incidents/"],
    "resources": ["", "policy/agreements/"],
    "governor": ["", "policy/agreements/"],
    "parent": [""],
    "pupil": [""],
    "it": ["", "report/"],
    "office": ["", "report/"],
    "coordinator2": ["", "incidents/", "school/policy/"],
}


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
@pytest.mark.parametrize("persona", PERSONAS)
def test_every_page_of_a_persona_is_accessible_and_fits(
    running: Running, open_page: Opener, accessible: Callable[[Page], None], persona: str, phone: bool
) -> None:
    page = open_page(persona, phone=phone)
    for path in PERSONAS[persona]:
        response = page.goto(running.address(path))
        assert response is not None
        assert response.status == 200, path
        accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} scrolls sideways by {wide}px"


@pytest.mark.parametrize("persona", ["teacher", "resources", "governor", "parent", "pupil", "it", "office"])
def test_the_log_is_not_there_for_whoever_may_not_know(running: Running, open_page: Opener, persona: str) -> None:
    page = open_page(persona)
    for path in ("incidents/", "school/"):
        response = page.goto(running.address(path))
        assert response is not None
        assert response.status in {403, 404}, path


def test_the_service_administrator_sees_schools_and_never_a_case(running: Running, open_page: Opener) -> None:
    page = open_page("admin")
    page.goto(running.address("service/"))
    expect(page.get_by_role("heading", name="All schools")).to_be_visible()
    words = page.locator("main").inner_text().lower()
    assert not any(word in words for word in ("incident", "evidence", "involvement", "document"))
    response = page.goto(running.address("incidents/"))
    assert response is not None
    assert response.status in {403, 404}


def test_a_report_without_javascript_and_nothing_typed_is_lost(running: Running, open_page: Opener) -> None:
    page = open_page("teacher", javascript=False)
    page.get_by_role("link", name="Report a concern").first.click()
    page.get_by_label("What happened?").fill("A game asked for a card number.")
    page.get_by_label("On-line gambling").check()
    page.get_by_role("button", name="Save draft").click()
    page.goto(running.address("reports/"))
    page.get_by_role("link", name=re.compile("Go on with")).first.click()
    expect(page.get_by_label("What happened?")).to_have_value("A game asked for a card number.")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_label("What happened?")).to_have_value("A game asked for a card number.")
    page.get_by_label("Day", exact=True).fill("31")
    page.get_by_label("Month", exact=True).fill("2")
    page.get_by_label("Year", exact=True).fill("2026")
    page.get_by_label("In school/service setting").check()
    page.get_by_label("Child/young person").check()
    page.get_by_label("No, nobody who works here").check()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("link", name="That day does not exist")).to_be_visible()
    expect(page.get_by_label("Day", exact=True)).to_have_value("31")
    page.get_by_label("Day", exact=True).fill("28")
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator(".receipt-reference")).to_be_visible()


def test_two_tabs_on_one_page_of_a_record(
    running: Running, open_page: Opener, accessible: Callable[[Page], None]
) -> None:
    first = open_page("coordinator")
    first.get_by_role("link", name=re.compile("is (due|overdue) to the local authority")).last.click()
    first.get_by_role("link", name=re.compile("Continue the record")).click()
    first.goto(re.sub(r"/edit/[a-z-]+/", "/edit/action/", first.url))
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_label(re.compile("Please detail any specific action")).fill("The first tab was quicker.")
    first.get_by_role("button", name="Save", exact=True).click()
    second.get_by_label(re.compile("Please detail any specific action")).fill("The second tab came later.")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_text("The first tab was quicker.").first).to_be_visible()
    expect(second.get_by_text("The second tab came later.").first).to_be_visible()
    accessible(second)
    second.get_by_role("button", name="Use mine").click()
    with second.expect_navigation():
        second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_label(re.compile("Please detail any specific action"))).to_have_value(
        "The second tab came later."
    )


@pytest.mark.parametrize("waits", [True, False], ids=["autosave-first", "send-at-once"])
def test_a_report_outlives_its_session(running: Running, open_page: Opener, waits: bool) -> None:
    page = open_page("teacher")
    page.goto(running.address("report/"))
    page.get_by_label("On-line gambling").check()
    page.get_by_label("No, nobody who works here").check()
    page.get_by_label("In school/service setting").check()
    page.get_by_label("Child/young person").check()
    for name, value in (("Day", "2"), ("Month", "3"), ("Year", "2026")):
        page.get_by_label(name, exact=True).fill(value)
    page.context.clear_cookies(name="session")
    page.get_by_label("What happened?").fill("A game asked")
    said = page.locator("[data-saved]")
    expect(said).to_have_text("Not saved: you are logged out. Log in again in another tab.", timeout=15_000)
    page.get_by_role("button", name="Send the report").click()
    expect(said).to_have_text("Not sent: you are logged out. Log in again in another tab.")
    other = page.context.new_page()
    other.goto(running.address("log-in/"))
    log_in(other, "teacher")
    expect(other.get_by_role("heading", name=re.compile("Good "))).to_be_visible()
    page.get_by_label("What happened?").fill("A game asked for a card number.")
    if waits:
        expect(said).to_contain_text("Draft saved", timeout=15_000)
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator(".receipt-reference")).to_be_visible()


def test_typing_on_after_another_tab_has_sent_the_report(
    running: Running, open_page: Opener, accessible: Callable[[Page], None]
) -> None:
    first = open_page("teacher")
    first.goto(running.address("report/"))
    first.get_by_label("On-line gambling").check()
    first.get_by_label("No, nobody who works here").check()
    first.get_by_label("In school/service setting").check()
    first.get_by_label("Child/young person").check()
    for name, value in (("Day", "2"), ("Month", "3"), ("Year", "2026")):
        first.get_by_label(name, exact=True).fill(value)
    first.get_by_label("What happened?").fill("A game asked for a card number.")
    first.get_by_role("button", name="Save draft").click()
    first.wait_for_url(re.compile("/report/[0-9a-f-]{36}/"))
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_role("button", name="Send the report").click()
    expect(first.locator(".receipt-reference")).to_be_visible()
    second.get_by_label("What happened?").fill("A second game asked too.")
    expect(second.locator("[data-saved]")).to_contain_text("this report was already sent", timeout=15_000)
    expect(second.get_by_role("link", name="See its receipt")).to_have_attribute("href", re.compile("/reports/"))
    second.get_by_role("button", name="Send the report").click()
    expect(second.get_by_role("heading", name="This report was already sent")).to_be_visible()
    expect(second.get_by_label("What happened?")).to_have_value("A second game asked too.")
    accessible(second)
    second.get_by_role("button", name="Send the report").click()
    expect(second.locator(".receipt-reference")).to_be_visible()
    assert second.url != first.url


def test_searching_leaves_no_word_in_an_address(open_page: Opener, accessible: Callable[[Page], None]) -> None:
    page = open_page("coordinator")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.get_by_label("Search the log").fill("tablet")
    page.get_by_label("Search the log").press("Enter")
    expect(page.get_by_role("heading", name="Incident log")).to_be_visible()
    accessible(page)
    assert not any("tablet" in url for url in seen)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_the_back_button_shows_nothing_after_logging_out(open_page: Opener) -> None:
    page = open_page("coordinator")
    page.get_by_role("link", name="Log", exact=True).first.click()
    page.locator("table a").first.click()
    expect(page.get_by_text("Timeline")).to_be_visible()
    page.locator("details.who summary").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.go_back()
    page.wait_for_load_state()
    expect(page.get_by_text("Timeline")).to_have_count(0)


def test_hide_now_covers_the_page(open_page: Opener) -> None:
    page = open_page("coordinator")
    # The page's clock stands still, so that a busy machine cannot bring two presses too far apart.
    page.clock.install()
    page.reload()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    again = page.get_by_role("button", name="Show the page again")
    page.keyboard.press("Escape")
    page.clock.run_for(700)
    page.keyboard.press("Escape")
    expect(again).to_have_count(0)
    page.clock.run_for(699)
    page.keyboard.press("Escape")
    expect(again).to_be_focused()
    on_top = page.evaluate("document.elementFromPoint(innerWidth / 2, 200).closest('.cover, main').className")
    assert "cover" in on_top


def test_another_school_never_sees_it(running: Running, open_page: Opener) -> None:
    here = open_page("coordinator")
    here.get_by_role("link", name="Log", exact=True).first.click()
    here.locator("table a").first.click()
    there = open_page("coordinator2")
    response = there.goto(here.url)
    assert response is not None
    assert response.status == 404
    body = response.body()
    response = there.goto(running.address("incidents/00000000-0000-4000-8000-000000000000/"))
    assert response is not None
    assert response.body() == body


def test_a_wrong_password_says_nothing_about_the_account(running: Running, open_page: Opener) -> None:
    page = open_page()
    said = []
    for address in ("teacher@demo.example.org", "nobody@demo.example.org"):
        page.goto(running.address("log-in/"))
        page.get_by_label("Email").fill(address)
        page.get_by_label("Password").fill("not the password")
        with page.expect_navigation():
            page.get_by_role("button", name="Log in").click()
        said.append(page.locator("main").inner_text())
    assert said[0] == said[1]
    log_in(page, "teacher")
    expect(page.get_by_role("heading", name=re.compile("Good "))).to_be_visible()
