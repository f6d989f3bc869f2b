"""A campaign from the plan to the close in a real browser, and the lists beside it, also on a phone."""

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import transaction
from playwright.sync_api import Browser, Page

from aup.services import sending
from schools.roles import Role
from tests import factories
from tests.aup.asked import Asked

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"laptop": (1366, 820), "phone": (390, 844)}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def looked_at(page: Page, name: str) -> None:
    """What every page must be: without a finding of axe, and no wider than the screen."""
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert results.violations_count == 0, f"{name}\n{results.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} scrolls sideways by {wide}px"
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"asking-{name}.png"), full_page=True)


@pytest.mark.parametrize("size", SIZES)
def test_a_campaign_from_the_plan_to_the_close(live_server: Any, chromium: Browser, size: str) -> None:
    with transaction.atomic():
        there = Asked()
        factories.published(there.school, "visitor")
        families = [there.family(number, class_name="5A" if number < 3 else "5B") for number in range(4)]
        there.family(4, email="")
        factories.person(there.school, "Vic Lane", Role.VISITOR)
    client = factories.log_in(there.jo)
    width, height = SIZES[size]
    # Past the content security policy for axe alone, which puts a script of its own into the page.
    context = chromium.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/agreements/campaigns/")
    looked_at(page, f"{size}-list")
    page.get_by_role("link", name="Prepare a campaign").first.click()
    looked_at(page, f"{size}-new")
    page.get_by_role("button", name="See who would be asked").click()
    looked_at(page, f"{size}-errors")
    page.get_by_label("What do you call it?").fill("September, all parents")
    page.get_by_label("Parents and carers").check()
    page.get_by_role("button", name="See who would be asked").click()
    assert page.get_by_role("heading", level=1).inner_text() == "September, all parents"
    looked_at(page, f"{size}-preview")
    page.get_by_text("Send 4 invitations", exact=True).click()
    page.get_by_role("button", name="Send 4 invitations now").click()
    assert "0 of 5 people have answered" in page.locator("main").inner_text()
    with transaction.atomic():
        sending.sweep_school(school_id=there.school.pk)
        factories.signature(there.version, *families[0])
    page.get_by_role("link", name="Look again").click()
    assert "1 of 5 people have answered" in page.locator("main").inner_text()
    page.get_by_role("link", name="5A: 2").click()
    assert "ParentB Olorun" in page.locator("main").inner_text()
    looked_at(page, f"{size}-progress")
    page.goto(f"{live_server.url}/agreements/outstanding/")
    page.get_by_label("Which class or group?").select_option("Everybody")
    page.get_by_role("button", name="Show").click()
    looked_at(page, f"{size}-outstanding")
    page.goto(f"{live_server.url}/agreements/no-access/")
    looked_at(page, f"{size}-no-access")
    page.goto(f"{live_server.url}/agreements/coverage/")
    looked_at(page, f"{size}-coverage")
    page.goto(f"{live_server.url}/agreements/campaigns/")
    page.get_by_role("link", name="September, all parents").click()
    page.get_by_text("Close this campaign", exact=True).first.click()
    page.get_by_role("button", name="Close this campaign").click()
    assert "No mail of this campaign goes out any more" in page.locator("main").inner_text()
    context.close()
