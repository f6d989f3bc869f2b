"""The school makes the framework its own, asks past cases, publishes it; like cases are compared. Duties S1, S2, S5."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Look, Opener, Running

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
PICTURES = "framework"
A_WHILE_SECONDS = 90
OWN_BREACH = "Using somebody else's log-in"
OWN_SANCTION = "A week of help in the library"


def go_back(page: Page) -> None:
    """Save the part of the draft that is open, and go back to all of it."""
    page.get_by_role("button", name="Save and go back").click()
    expect(page.get_by_text("Draft saved.")).to_be_visible()


def worked_out(page: Page) -> None:
    """Look again, as somebody does, until the past cases have answered."""
    limit = time.monotonic() + A_WHILE_SECONDS
    again = page.get_by_role("link", name="Look again")
    while again.count() and time.monotonic() < limit:
        again.click()
    expect(
        page.get_by_role("heading", name=re.compile("would have come to something else|have come to the same"))
    ).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_the_framework_is_edited_asked_and_published(
    running: Running, open_page: Opener, look: Look, phone: bool
) -> None:
    size = "phone" if phone else "laptop"
    page = open_page("coordinator", phone=phone)
    page.goto(running.address("policy/sanctions/"))
    look(page, f"in-force-{size}")
    page.get_by_role("button", name="Edit", exact=True).click()
    look(page, f"draft-{size}")

    page.get_by_role("link", name="Add a sanction").click()
    page.get_by_label("What it is called").fill(f"{OWN_SANCTION}, {size}")
    page.get_by_label("Ends on a date").check()
    look(page, f"sanction-{size}")
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.get_by_role("link", name=f"{OWN_SANCTION}, {size}")).to_be_visible()

    page.locator('main a[href$="/edit/pupil/B/"]').click()
    page.get_by_label(f"{OWN_SANCTION}, {size}").check()
    breaches = page.get_by_label(re.compile("^What it is"))
    count = breaches.count()
    first = breaches.first.input_value()
    breaches.first.fill(f"{first} ({size})")
    page.get_by_role("button", name="Add a breach").click()
    expect(breaches).to_have_count(count + 1)
    look(page, f"category-{size}")
    breaches.last.fill(f"{OWN_BREACH}, {size}")
    go_back(page)
    page.get_by_role("link", name="Look-back").click()
    look(page, f"look-back-{size}")
    go_back(page)
    page.locator('main a[href$="/edit/form/pupil/"]').click()
    look(page, f"form-{size}")
    go_back(page)
    # A breach of the school's own names the clauses that it breaks.
    expect(page.get_by_role("heading", name="Before it can be published")).to_be_visible()
    look(page, f"draft-changed-{size}")
    page.get_by_role("link", name=re.compile(OWN_BREACH)).click()
    page.locator("fieldset[id^=breach-]").last.get_by_role("checkbox").first.check()
    go_back(page)

    page.get_by_role("link", name="Review and publish").click()
    expect(page.get_by_text(re.compile(f"{OWN_BREACH}, {size}")).first).to_be_visible()
    look(page, f"review-{size}")
    page.get_by_role("button", name="Ask past cases").click()
    worked_out(page)
    look(page, f"past-cases-{size}")
    page.get_by_role("link", name="Review the draft").click()
    page.get_by_label("What is new").fill("Our own breach and sanction.")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text(re.compile(r"Version \d+ is in force\."))).to_be_visible()
    expect(page.get_by_text(f"{OWN_BREACH}, {size}")).to_be_visible()
    page.get_by_role("link", name=re.compile(r"^Version \d+$")).first.click()
    look(page, f"version-{size}")

    head = open_page("head", phone=phone)
    head.goto(running.address("fairness/"))
    look(head, f"fairness-{size}")
    head.get_by_role("link", name="Like cases side by side").click()
    head.get_by_label("Category proposed").select_option("C")
    head.get_by_role("button", name="Show these cases").click()
    expect(head.get_by_role("region", name="Decided cases, newest first")).to_be_visible()
    look(head, f"like-cases-{size}")
