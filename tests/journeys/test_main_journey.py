"""The main job, end to end: reported, recorded, sent, read, acknowledged. Duties R1, R2, D2 (CC 4.1, CM 3.2)."""

import hashlib
import io
import re
import time
from collections.abc import Callable
from email.message import Message as Mail
from pathlib import Path

import pikepdf
import pypdf
import pytest
from playwright.sync_api import Page, expect

from schools.demo_cast import DEMO_PASSPHRASE
from tests.journeys.conftest import Opener, Running

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
STORY = "A message in the class group told everybody to leave one child out. It was shown to me on a tablet at break."


def wait_for_mail(running: Running, reference: str, seconds: float = 90) -> Mail:
    """The mail with this reference in its subject; the worker hands it over."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        for mail in running.sink.mails:
            if reference in str(mail["Subject"]):
                return mail
        time.sleep(0.2)
    raise AssertionError("the mail did not arrive")


def part(mail: Mail, kind: str) -> bytes:
    """The content of the first part of this kind."""
    found = next(each for each in mail.walk() if each.get_content_type() == kind)
    content = found.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def fill_day(page: Page, day: str, month: str, year: str) -> None:
    page.get_by_label("Day", exact=True).fill(day)
    page.get_by_label("Month", exact=True).fill(month)
    page.get_by_label("Year", exact=True).fill(year)


def test_from_a_teachers_phone_to_the_officers_desk(
    running: Running,
    open_page: Opener,
    accessible: Callable[[Page], None],
    screenshots: Path | None,
) -> None:
    def look(page: Page, name: str) -> None:
        accessible(page)
        if screenshots:
            page.screenshot(path=screenshots / f"{name}.png", full_page=True)

    # --- a teacher reports on a phone -------------------------------------------------------------------------
    teacher = open_page(phone=True)
    look(teacher, "01-log-in")
    teacher.get_by_label("Email").fill("teacher@demo.example.org")
    teacher.get_by_label("Password").fill("online-safety-demo")
    teacher.get_by_role("button", name="Log in").click()
    look(teacher, "02-teacher-today")
    teacher.get_by_role("link", name="Report a concern").first.click()
    teacher.get_by_role("button", name="Send the report").click()
    expect(teacher.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(teacher, "03-report-with-problems")
    with teacher.expect_response(re.compile("/report/guidance/")):
        teacher.get_by_label("Child abuse images").check()
    expect(teacher.get_by_text(re.compile("Do not look", re.I)).first).to_be_visible()
    with teacher.expect_response(re.compile("/report/guidance/")):
        teacher.get_by_label("Child abuse images").uncheck()
    with teacher.expect_response(re.compile("/report/guidance/")):
        teacher.get_by_label("Bullying or harassment (online bullying)").check()
    teacher.get_by_label("No, nobody who works here").check()
    teacher.get_by_label("What happened?").fill(STORY)
    fill_day(teacher, "2", "11", "2026")
    teacher.get_by_label("In school/service setting").check()
    teacher.get_by_label("Child/young person").check()
    teacher.get_by_label(re.compile("Who was affected")).fill("A pupil of 5A")
    look(teacher, "04-report-filled")
    teacher.get_by_role("button", name="Send the report").click()
    reference = teacher.locator(".receipt-reference").inner_text().strip()
    assert re.fullmatch(r"[2-9A-Y]{4}-[2-9A-Y]{4}", reference)
    look(teacher, "05-receipt")
    assert reference not in teacher.title()

    # --- the co-ordinator records it --------------------------------------------------------------------------
    coordinator = open_page("coordinator")
    look(coordinator, "06-coordinator-today")
    coordinator.get_by_role("link", name=re.compile(reference)).first.click()
    look(coordinator, "07-new-concern")
    coordinator.get_by_role("link", name="Record this concern").click()
    look(coordinator, "08-details")
    coordinator.get_by_role("button", name="Save and continue").click()
    look(coordinator, "09-what-happened")
    coordinator.get_by_role("checkbox", name="Deliberate access").check()
    coordinator.get_by_role("checkbox", name="Shown to others").first.check()
    coordinator.get_by_role("checkbox", name="Conduct").check()
    coordinator.get_by_role("button", name="Save and continue").click()
    add_from_the_lists(coordinator)
    look(coordinator, "10-people")
    coordinator.get_by_role("button", name="Save and continue").click()
    coordinator.get_by_role("checkbox", name=re.compile("debriefed")).check()
    coordinator.get_by_label(re.compile("Please detail any specific action")).fill(
        "The tablet was put away by the teacher."
    )
    look(coordinator, "11-action")
    coordinator.get_by_role("button", name="Save and continue").click()
    look(coordinator, "12-check")

    # --- and sends it -----------------------------------------------------------------------------------------
    coordinator.get_by_role("button", name="Send to the local authority").click()
    mail = wait_for_mail(running, reference)
    assert mail["To"] == "online-safety@rivermouth.example.org"
    text = part(mail, "text/plain").decode()
    said = re.sub(r"https?://\S+", "", f"{mail['Subject']} {text}").replace(reference, "").lower()
    for secret in ("bullying", "5a", "class group", "tablet"):
        assert secret not in said
    attachment = part(mail, "application/pdf")
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(attachment))
    with pikepdf.open(io.BytesIO(attachment), password=DEMO_PASSPHRASE) as pdf:
        assert pdf.encryption.R == 6
        assert pdf.is_encrypted
    reader = pypdf.PdfReader(io.BytesIO(attachment), password=DEMO_PASSPHRASE)
    words = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert STORY in words
    assert reference in words
    assert "page 1 of" in words.lower()
    coordinator.reload()
    expect(
        coordinator.get_by_text("Accepted by their server")
        .or_(coordinator.get_by_text("accepted by their mail server"))
        .first
    ).to_be_visible()
    look(coordinator, "13-sent")

    # --- the officer acknowledges, without an account -----------------------------------------------------------
    link = re.search(r"http://\S+/officer/\S+", text)
    assert link
    officer = open_page(phone=True)
    officer.goto(link.group().rstrip(".,"))
    look(officer, "14-officer")
    coordinator.reload()
    expect(coordinator.get_by_text("Acknowledged", exact=False)).to_have_count(0)
    officer.get_by_role("button").first.click()
    look(officer, "15-officer-thanks")
    coordinator.reload()
    expect(coordinator.get_by_text("Acknowledged", exact=False).first).to_be_visible()
    look(coordinator, "16-acknowledged")

    # --- the very PDF that was sent can be downloaded, and the record as JSON ------------------------------------
    with coordinator.expect_download() as download:
        coordinator.get_by_role("link", name=re.compile("PDF")).first.click()
    kept = Path(download.value.path()).read_bytes()
    assert kept.startswith(b"%PDF-")
    assert reader.pages[0].extract_text() == pypdf.PdfReader(io.BytesIO(kept)).pages[0].extract_text()
    assert len(hashlib.sha256(kept).hexdigest()) == 64

    # --- the teacher sees that it was picked up, not what was decided -------------------------------------------
    teacher.goto(running.address("reports/"))
    expect(teacher.get_by_text(reference)).to_be_visible()
    expect(teacher.get_by_text("Picked up", exact=False).first).to_be_visible()
    look(teacher, "17-own-reports")
    incident = coordinator.url
    assert teacher.goto(incident).status == 404  # type: ignore[union-attr]


def add_from_the_lists(page: Page) -> None:
    """Add a pupil by type-ahead, as the one who did it."""
    box = page.get_by_label("Find a pupil or member of staff")
    box.press_sequentially("a", delay=30)
    box.press_sequentially("l", delay=30)
    option = page.locator("[role=option]").first
    expect(option).to_be_visible()
    option.click()
    page.get_by_label("Which part did they play?").select_option("subject")
    page.get_by_role("button", name="Add to the record").click()
    expect(page.get_by_role("heading", name="Who was involved")).to_be_visible()
