"""The log-in in a real browser: an app, a passkey made and used, logging out, a page that is left alone."""

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, CDPSession, Page, expect

from audit.models import Entry
from schools.roles import Role
from tests import factories
from tests.schools.log_in.people import PASSWORD, code_of, enrolled, kinds, member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# What Chromium notes by itself: a refused form's status, and on a slow machine a font that is used late.
NOTED = re.compile("the server responded with a status of|was preloaded using link preload")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def address(live_server: Any) -> str:
    """A passkey belongs to a name, so the server is asked for by one."""
    return str(live_server.url).replace("127.0.0.1", "localhost")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser of its own. What its console complains of fails the test."""
    context = chromium.new_context(viewport={"width": 1366, "height": 820}, locale="en-GB")
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on(
        "console",
        lambda said: (
            complaints.append(said.text) if said.type in {"error", "warning"} and not NOTED.search(said.text) else None
        ),
    )
    yield made
    context.close()
    assert complaints == []


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    axe = Axe()

    def check(shown: Page) -> None:
        results = axe.run(shown, options={"runOnly": {"type": "tag", "values": WCAG}})
        assert results.violations_count == 0, f"{shown.url}\n{results.generate_report()}"
        wide = shown.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, shown.url

    return check


def with_authenticator(page: Page) -> CDPSession:
    """A machine that unlocks passkeys by itself."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def type_password(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/log-in/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_a_passkey_is_made_and_logs_in_by_itself(page: Page, address: str, accessible: Callable[[Page], None]) -> None:
    person = member(factories.school(), Role.STAFF)
    with_authenticator(page)
    type_password(page, address, person.email)
    expect(page.get_by_role("heading", name="Your log-in needs a second step")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="Use a passkey").click()
    accessible(page)
    page.get_by_label("What do you call it?").fill("Laptop of class 4R")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Keep these recovery codes")).to_be_visible()
    accessible(page)
    assert len(page.locator("main li code").all()) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name=re.compile("Good "))).to_be_visible()
    assert kinds(person.user) == {"webauthn", "recovery_codes"}  # type: ignore[arg-type]

    page.goto(f"{address}/account/")
    accessible(page)
    expect(page.get_by_text("Laptop of class 4R").first).to_be_visible()
    page.get_by_text(re.compile("Ada Bell")).first.click()
    page.get_by_role("button", name="Log out", exact=True).click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    accessible(page)

    # Neither address nor password.
    page.goto(f"{address}/report/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Send the report")).to_be_visible()
    entry = Entry.objects.filter(action="log_in.done").latest("at")
    assert entry.detail == {"by": "passkey", "second_step": "webauthn"}

    # A second one for the same machine makes no sense, and the browser says so.
    page.goto(f"{address}/account/passkey/")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("This machine has a passkey for you already.")).to_be_visible()


def test_a_passkey_is_the_second_step_too(page: Page, address: str) -> None:
    person = member(factories.school(), Role.STAFF)
    with_authenticator(page)
    type_password(page, address, person.email)
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Keep these recovery codes")).to_be_visible()
    page.context.clear_cookies(name="session")
    type_password(page, address, person.email)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name=re.compile("Good "))).to_be_visible()
    # And it shows again who one is.
    page.goto(f"{address}/log-in/again/?next=/report/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Send the report")).to_be_visible()


def test_a_passkey_of_somebody_else_is_none(page: Page, address: str) -> None:
    """The answer to one question, sent for another one and for another user."""
    of = factories.school()
    person, other = member(of, Role.STAFF), enrolled(of)
    with_authenticator(page)
    type_password(page, address, person.email)
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Keep these recovery codes")).to_be_visible()
    page.context.clear_cookies(name="session")
    # Here it is the other one's now; the passkey itself still says whose it is.
    mine = Authenticator.objects.get(user=person.user, type="webauthn")
    Authenticator.objects.filter(pk=mine.pk).update(user=other.user)
    page.goto(f"{address}/log-in/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The passkey did not work.")).to_be_visible()
    assert not Entry.objects.filter(action="log_in.done", actor_id=other.user.pk).exists()
    assert Entry.objects.filter(action="log_in.failed", detail__by="passkey").exists()


def test_an_app_is_set_up_from_its_picture_and_without_javascript(
    chromium: Browser, address: str, accessible: Callable[[Page], None]
) -> None:
    person = member(factories.school(), Role.GOVERNOR)
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    type_password(page, address, person.email)
    page.get_by_role("link", name="Use an app on your phone").click()
    picture = page.get_by_alt_text("A code for the camera").get_attribute("src") or ""
    assert "<svg" in base64.b64decode(picture.partition(",")[2]).decode()
    assert page.get_by_role("button", name="Use a passkey").count() == 0
    secret = page.locator("code.as-typed").inner_text().replace(" ", "")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_text("This is not the code")).to_be_visible()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name=re.compile("Good "))).to_be_visible()
    context.close()


def test_after_logging_out_nothing_comes_back(page: Page, address: str) -> None:
    who = enrolled(factories.school(), Role.COORDINATOR)
    type_password(page, address, who.user.email)
    page.get_by_label("Code").fill(who.code())
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name=re.compile("Good "))).to_be_visible()
    page.goto(f"{address}/school/")
    expect(page.locator(".rail").get_by_text("Riverbank Primary School")).to_be_visible()
    page.get_by_text(re.compile("Ada Bell")).first.click()
    page.get_by_role("button", name="Log out", exact=True).click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    for _ in range(2):
        page.go_back()
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        assert "Riverbank" not in page.content()


def test_a_page_that_is_left_alone_is_covered(page: Page, address: str) -> None:
    who = enrolled(factories.school(), Role.COORDINATOR)
    page.clock.install()
    type_password(page, address, who.user.email)
    page.get_by_label("Code").fill(who.code())
    page.get_by_role("button", name="Log in").click()
    heading = page.get_by_role("heading", name=re.compile("Good "))
    expect(heading).to_be_visible()
    page.clock.run_for(9 * 60 * 1000)
    page.keyboard.press("Tab")
    page.clock.run_for(9 * 60 * 1000)
    expect(page.get_by_text("Nobody has used this page for a while.")).to_have_count(0)
    page.clock.run_for(2 * 60 * 1000)
    expect(page.get_by_text("Nobody has used this page for a while.")).to_be_visible()
    assert page.evaluate("document.elementFromPoint(300, 300).closest('.cover') !== null")
    page.get_by_role("button", name="Go on").click()
    expect(heading).to_be_visible()
