"""The co-ordinator writes an agreement anew, translates it and publishes it. Duties G3 (NS 3, CM 2.1), A2."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Look, Opener, Running

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
PICTURES = "editing"
RULE = "I ask before I take a picture of somebody."
WORDS = "أسأل قبل أن ألتقط صورة."


@pytest.mark.parametrize(("phone", "code"), [(False, "pupil_ks1"), (True, "pupil_ks2")], ids=["laptop", "phone"])
def test_an_agreement_is_written_anew_translated_and_published(
    running: Running, open_page: Opener, look: Look, phone: bool, code: str
) -> None:
    size = "phone" if phone else "laptop"
    page = open_page("coordinator", phone=phone)
    page.goto(running.address("policy/agreements/"))
    look(page, f"list-{size}")
    page.locator(f'main a[href="/policy/agreements/{code}/"]').click()
    look(page, f"agreement-{size}")
    page.get_by_role("link", name="Edit", exact=True).click()
    count = page.locator("textarea[name^=clause-]").count()
    page.get_by_role("button", name="Add a clause at the end").click()
    new = page.locator(f"#clause-{count}-text")
    new.fill(RULE)
    look(page, f"editor-{size}")
    page.get_by_role("button", name=re.compile(r"^Up\s*: clause")).last.click()
    expect(page.locator(f"#clause-{count - 1}-text")).to_have_value(RULE)
    page.get_by_label("Add a translation").select_option("Arabic")
    page.get_by_role("button", name="Save and translate").click()
    for field in page.locator("main form [name=title], main form [name=preamble], main form [name^=clause-]").all():
        field.fill(WORDS)
    assert page.locator("#title").evaluate("each => getComputedStyle(each).direction") == "rtl"
    look(page, f"translation-{size}")
    page.get_by_role("button", name="Save translation").click()
    page.get_by_role("link", name="Back to the English text").click()
    page.get_by_role("button", name="Save and preview").click()
    expect(page.get_by_text(re.compile("people are asked to sign it"))).to_be_visible()
    look(page, f"preview-{size}")
    page.locator("summary").filter(has_text="Publish").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. Everybody whom it is for")).to_be_visible()
    page.get_by_role("link", name="Version 2").click()
    expect(page.get_by_text(RULE).first).to_be_visible()
    look(page, f"version-{size}")


def test_all_of_it_without_javascript(running: Running, open_page: Opener) -> None:
    page = open_page("coordinator", javascript=False)
    page.goto(running.address("policy/agreements/visitor/edit/"))
    page.locator("#clause-0-text").fill("I sign in at reception.")
    page.get_by_role("button", name=re.compile(r"^Add a clause here\s*, after clause 1$")).click()
    page.locator("#clause-1-text").fill("I wear my badge.")
    page.get_by_role("button", name=re.compile(r"^Take out\s*: clause 3$")).click()
    expect(page.locator("#clause-0-text")).to_have_value("I sign in at reception.")
    page.get_by_role("button", name="Save and preview").click()
    expect(page.get_by_text("I wear my badge.").first).to_be_visible()
    page.get_by_role("link", name="Go on editing").click()
    page.locator("summary").filter(has_text="Throw the draft away").click()
    page.get_by_role("button", name="Throw the draft away").click()
    expect(page.get_by_text("The draft is thrown away.")).to_be_visible()


def test_settings_and_a_family(running: Running, open_page: Opener, look: Look) -> None:
    page = open_page("coordinator")
    page.goto(running.address("policy/agreements/settings/"))
    look(page, "settings")
    page.get_by_label("When are people reminded?").fill("soon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Write whole numbers of days")
    look(page, "settings-refused")
    office = open_page("office")
    office.goto(running.address("school/people/"))
    office.get_by_label("Name", exact=False).first.fill("Kofi Olorun")
    office.keyboard.press("Enter")
    office.locator("main").get_by_role("link", name="Kofi Olorun").click()
    look(office, "family")
    office.get_by_role("link", name=re.compile(r"^Change\s*: Danuta Olorun$")).click()
    look(office, "standing")
    office.get_by_label("What are they to the child?").fill("mother")
    office.get_by_label("The school has checked this relation").check()
    office.get_by_role("button", name="Save").click()
    expect(office.get_by_text("Saved. It counts from now on.")).to_be_visible()
