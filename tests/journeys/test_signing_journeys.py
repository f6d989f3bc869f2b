"""People sign: an older pupil and the parent, a class before its teacher, a governor, on paper; then files and posters.

Duties A1 (CM 3.3), A2 (CC 3.2), A3 (CM 2.3.2), A4, A7 (CC 3.3.3).
"""

import io
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import LAPTOP, PHONE, Look, Opener, Running
from tests.journeys.signing import answer, sign, told

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
PICTURES = "signing"
WHITEBOARD = {"width": 1920, "height": 1080}
A_WHILE_SECONDS = 90
# Paper sizes as they stand in a PDF, in points.
SIZES = {"A4": (595, 842), "A3": (842, 1191)}

# People who are new to the demo's two schools, in classes of their own: nobody else's journey counts among them.
SCENE = """
import json
from datetime import date
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from aup.models import AgreementVersion
from aup.services.links import make_link
from aup.services.signing import Intent, Signer, sign
from schools.demo_cast import DEMO_PASSWORD
from schools.models import Guardian, Membership, Person, Pupil, User
from schools.wall import every_school, in_school

LONG_AGO, now = date(2020, 9, 1), timezone.now()
told = {}

def person(name, **more):
    return Person.objects.create(school_id=school_id, given_name=name, family_name="Journey", **more)

def log_in(key):
    return User.objects.create(email=f"{key}@demo.example.org", password=make_password(DEMO_PASSWORD))

def member(who, role):
    Membership.objects.create(school_id=school_id, person=who, role=role, starts_on=LONG_AGO)

def child(name, year, parent, **more):
    found = person(name, **more)
    Pupil.objects.create(
        school_id=school_id, person=found, year_group=f"Year {year}", class_name=f"{year}J", joined_on=LONG_AGO)
    Guardian.objects.create(
        school_id=school_id, guardian=parent, child=found, verified_by=checker, verified_at=now, starts_on=LONG_AGO,
        relation="father", has_parental_responsibility=True)
    return found

def versions(*codes):
    rows = AgreementVersion.objects.filter(code__in=codes, withdrawal=None).order_by("number")
    return {each.code: each for each in rows}.values()

for school_id, _ in every_school():
    with in_school(school_id):
        checker = Person.objects.filter(user__email="office@demo.example.org").first()
        if checker is not None:
            linden = person("Linden", email="linden@example.org")
            for name in ("Poppy", "Quill", "Reed"):
                child(name, 1, linden)
            child("Yarrow", 5, linden)
            governor = person("Jasper", user=log_in("new-governor"))
            member(governor, "governor")
            for name in ("Tansy", "Umber"):
                about = child(name, 2, linden)
                for version in versions("pupil_ks1", "parent"):
                    sign(
                        by=Signer(school_id=school_id, person_id=linden.pk, how="paper", witness_id=checker.pk),
                        intent=Intent(
                            version.pk, about.pk, typed_name=linden.full_name,
                            consents={each["code"]: True for each in version.content["consents"]}),
                        now=now)
            continue
        checker = Person.objects.filter(user__email="coordinator2@demo.example.org").first()
        if checker is not None:
            maple = person("Maple", email="maple@example.org")
            rowan = child("Rowan", 8, maple, user=log_in("older-pupil"))
            member(rowan, "pupil")
            child("Hazel", 8, maple)
            told["token"] = make_link(school_id=school_id, person_id=maple.pk)
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def scene(running: Running) -> dict[str, Any]:
    """Everybody of these journeys, and the link of the older pupil's parent."""
    return told(running, SCENE)


def waiting(page: Page, name: str) -> Locator:
    """The line of somebody on the list of what is outstanding."""
    return page.locator("main tbody tr").filter(has_text=f"{name} Journey")


def outstanding_of(page: Page, running: Running, class_name: str) -> None:
    """Open the list of a class, as it is chosen there."""
    page.goto(running.address("agreements/outstanding/"))
    page.get_by_label("Which class or group?").select_option(class_name)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name=re.compile(f"^{class_name}: "))).to_be_visible()


def until(page: Page, wanted: Locator) -> None:
    """Load the page again, as somebody does, until what is being made is there."""
    limit = time.monotonic() + A_WHILE_SECONDS
    while not wanted.count() and time.monotonic() < limit:
        time.sleep(0.5)
        page.reload()
    expect(wanted).to_be_visible()


def saved(page: Page, link: Locator) -> bytes:
    """The file behind a link."""
    with page.expect_download() as download:
        link.click()
    return Path(download.value.path()).read_bytes()


def scan() -> bytes:
    """A paper of one empty page."""
    file, pdf = io.BytesIO(), pikepdf.new()
    pdf.add_blank_page(page_size=SIZES["A4"])
    pdf.save(file)
    return file.getvalue()


def test_an_older_pupil_and_the_parent_both_sign(
    running: Running, open_page: Opener, look: Look, scene: dict[str, Any]
) -> None:
    coordinator = open_page("coordinator2", phone=True)
    pupil = open_page("older-pupil", phone=True)
    pupil.goto(running.address("agreements/"))
    expect(pupil.get_by_text("1 to sign.")).to_be_visible()
    look(pupil, "pupil-home")
    pupil.get_by_role("link", name=re.compile("^Read and sign")).click()
    look(pupil, "pupil-agreement")
    sign(pupil, "Rowan Journey")
    expect(pupil.get_by_text("There is nothing else for you to sign.")).to_be_visible()
    look(pupil, "pupil-receipt")
    pupil.get_by_role("link", name="Back to the list").click()
    look(pupil, "pupil-home-done")

    outstanding_of(coordinator, running, "8J")
    expect(waiting(coordinator, "Rowan")).to_contain_text("from a parent")
    expect(waiting(coordinator, "Rowan")).not_to_contain_text("from the pupil")
    expect(waiting(coordinator, "Hazel")).to_contain_text("from the pupil")
    look(coordinator, "outstanding-of-a-parent")

    parent = open_page(phone=True)
    for number in range(2):
        parent.goto(running.address(f"sign/{scene['token']}/"))
        look(parent, f"parent-home-{number}")
        of_rowan = parent.get_by_role("region", name="For Rowan Journey")
        of_rowan.get_by_role("link", name=re.compile("^Read and sign")).first.click()
        expect(parent.get_by_role("heading", name="Read and sign for Rowan Journey")).to_be_visible()
        answer(parent)
        look(parent, f"parent-agreement-{number}")
        outstanding_of(coordinator, running, "8J")
        expect(waiting(coordinator, "Rowan")).to_have_count(1)
        sign(parent, "Maple Journey")
        expect(parent.get_by_text("You have signed this.")).to_be_visible()
    outstanding_of(coordinator, running, "8J")
    expect(waiting(coordinator, "Rowan")).to_have_count(0)
    expect(waiting(coordinator, "Hazel")).to_have_count(1)
    look(coordinator, "outstanding-after-both")


def test_a_class_taps_its_names_before_the_teacher(
    running: Running, open_page: Opener, look: Look, scene: dict[str, Any]
) -> None:
    page = open_page("teacher", phone=True)
    page.goto(running.address("agreements/class/"))
    look(page, "classes")
    page.get_by_role("button", name=re.compile("^Start with class 1J")).click()
    expect(page.get_by_text("0 of 3 have said yes")).to_be_visible()
    look(page, "board-phone")
    for size, name in ((LAPTOP, "laptop"), (WHITEBOARD, "whiteboard")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        look(page, f"board-{name}")
    for number, name in enumerate(("Poppy", "Quill"), 1):
        page.get_by_role("button", name=f"{name} J", exact=True).click()
        expect(page.get_by_text(f"{number} of 3 have said yes")).to_be_visible()
        expect(page.get_by_role("button", name=f"{name} J", exact=True)).to_have_count(0)
    look(page, "board-tapped")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.locator("summary").filter(has_text="End the session").click()
    look(page, "board-ending")
    page.get_by_role("button", name="End the session").click()
    expect(page.get_by_role("heading", name="This session is over")).to_be_visible()
    expect(page.get_by_role("link", name="Start a new session")).to_be_visible()
    expect(page.locator("button.board-name")).to_have_count(0)
    look(page, "board-over")

    outstanding_of(page, running, "1J")
    expect(waiting(page, "Reed")).to_contain_text("from the pupil")
    for name in ("Poppy", "Quill"):
        expect(waiting(page, name)).to_contain_text("from a parent")
        expect(waiting(page, name)).not_to_contain_text("from the pupil")
    look(page, "outstanding-of-a-class")
    coordinator = open_page("coordinator", phone=True)
    find_signed(coordinator, running, "Poppy Journey")
    expect(coordinator.get_by_role("main")).to_contain_text("Tomasz Adeyinka")
    look(coordinator, "signed-in-class")


def find_signed(page: Page, running: Running, name: str) -> None:
    """Open the newest line of the register about somebody."""
    page.goto(running.address("agreements/signed/"))
    page.get_by_label("Find by the name").fill(name)
    page.get_by_role("button", name="Find").click()
    page.locator("main tbody tr").filter(has_text=name).get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="In the register")).to_be_visible()


def test_a_governor_signs_on_a_phone(running: Running, open_page: Opener, look: Look, scene: dict[str, Any]) -> None:
    page = open_page("new-governor", phone=True)
    page.goto(running.address("agreements/"))
    look(page, "governor-home")
    page.get_by_role("link", name=re.compile("^Read and sign")).click()
    look(page, "governor-agreement")
    sign(page, "Jasper Journey")
    expect(page.get_by_text("You have signed this.")).to_be_visible()
    look(page, "governor-receipt")
    copy = page.get_by_role("link", name="Your copy (PDF)")
    expect(copy).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_text("There is nothing for you to sign just now.")).to_be_visible()


def test_a_paper_is_recorded_with_its_scan(
    running: Running, open_page: Opener, look: Look, scene: dict[str, Any]
) -> None:
    office = open_page("office", phone=True)
    office.goto(running.address("agreements/paper/"))
    office.get_by_role("combobox").press_sequentially("Yarrow", delay=20)
    office.get_by_role("option").first.click()
    look(office, "paper-find")
    office.get_by_role("button", name="Show what is outstanding").click()
    look(office, "paper-person")
    office.get_by_role("link", name=re.compile("^Record Parent and carer agreement")).click()
    office.get_by_role("button", name="Put it into the register").click()
    expect(office.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(office, "paper-refused")
    today = datetime.now(ZoneInfo("Europe/London"))
    for part, value in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
        office.get_by_label(part, exact=True).fill(str(value))
    office.get_by_label("Name on the paper").fill("Linden Journey")
    answer(office)
    paper = scan()
    office.get_by_label("Scan or photograph").set_input_files(
        {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": paper}
    )
    look(office, "paper-filled")
    office.get_by_role("button", name="Put it into the register").click()
    expect(office.get_by_text("It is in the register, with its scan.")).to_be_visible()
    look(office, "paper-recorded")

    coordinator = open_page("coordinator", phone=True)
    find_signed(coordinator, running, "Yarrow Journey")
    look(coordinator, "paper-in-the-register")
    assert saved(coordinator, coordinator.get_by_role("link", name="Save the scan of the paper")) == paper
    copy = coordinator.get_by_role("link", name="Save the PDF")
    until(coordinator, copy)
    assert b"%PDF-" in saved(coordinator, copy)[:8]


def test_a_class_as_one_file(running: Running, open_page: Opener, look: Look, scene: dict[str, Any]) -> None:
    page = open_page("coordinator", phone=True)
    page.goto(running.address("agreements/signed/"))
    look(page, "signed")
    page.get_by_label("Whose").select_option("Class 2J")
    page.get_by_role("button", name="Make the file").click()
    expect(page.get_by_role("heading", name="Agreements of class 2J")).to_be_visible()
    look(page, "bundle")
    # It shows by itself that it is ready; without JavaScript when the page is loaded again.
    expect(page.get_by_role("link", name="Save the file")).to_be_visible(timeout=A_WHILE_SECONDS * 1000)
    look(page, "bundle-ready")
    plain = open_page("coordinator", phone=True, javascript=False)
    plain.goto(running.address("agreements/signed/"))
    plain.get_by_label("Whose").select_option("Class 2J")
    plain.get_by_role("button", name="Make the file").click()
    ready = plain.get_by_role("link", name="Save the file")
    until(plain, ready)
    with pikepdf.open(io.BytesIO(saved(plain, ready))) as pdf:
        assert len(pdf.pages) >= 4


def test_posters_for_the_rooms(running: Running, open_page: Opener, look: Look) -> None:
    page = open_page("coordinator", phone=True)
    page.goto(running.address("agreements/posters/"))
    look(page, "posters")
    title = "Acceptable use agreement for secondary pupils"
    page.get_by_role("button", name=re.compile(rf"^Make the posters\s*: {title}$")).click()
    expect(page.get_by_text("The posters are being made.")).to_be_visible()
    look(page, "posters-asked")
    until(page, page.get_by_role("link", name=re.compile(rf"^A3\s*: {title}$")))
    look(page, "posters-made")
    for paper, size in SIZES.items():
        content = saved(page, page.get_by_role("link", name=re.compile(rf"^{paper}\s*: {title}$")))
        with pikepdf.open(io.BytesIO(content)) as pdf:
            found = [round(float(each)) for each in pdf.pages[0].mediabox]
        assert found == [0, 0, *size]
