"""The demo stack as its users meet it: real web server, worker, beat, PostgreSQL, Redis, SMTP and Chromium."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message as Mail
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from esafety.demo import Stack
from tests.services import FOLDER

LAPTOP = {"width": 1366, "height": 820}
PHONE = {"width": 390, "height": 844}
# Of everybody whom a journey adds to the demo.
FAMILY_NAME = "Journey"


def free_port() -> int:
    """A loopback port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Sink(MessageHandler):
    """A mail server that keeps what it is handed."""

    mails: list[Mail] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_message(self, message: Mail) -> None:
        self.mails.append(message)


@dataclass
class Running:
    """The stack, and the mails its worker has handed over."""

    stack: Stack
    sink: Sink

    def address(self, path: str = "") -> str:
        return self.stack.url + path.lstrip("/")


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """The whole demo, seeded, on a free port; its mails go by SMTP to a sink on loopback."""
    sink = Sink()
    server = Controller(sink, hostname="127.0.0.1", port=free_port())
    server.start()
    # Under the checkout: PostgreSQL, started by root, runs as a user that may not enter pytest's own folders.
    folder = FOLDER / f"stack-{os.getpid()}"
    stack = Stack(
        folder,
        free_port(),
        # Servers of the tests' own would be shared with the unit tests: the stack starts its own.
        {
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "SECRET_KEY": "",
            "BASE_URL": "",
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        },
    )
    try:
        stack.start()
        yield Running(stack, sink)
    finally:
        stack.stop()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


Opener = Callable[..., Page]


@pytest.fixture(autouse=True)
def whole_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a click the next page is whole: what its scripts add is there before the test goes on."""
    plain_click = Locator.click

    def click(self: Locator, **options: Any) -> None:
        plain_click(self, **options)
        self.page.wait_for_load_state("load")

    monkeypatch.setattr(Locator, "click", click)


@pytest.fixture
def open_page(running: Running, chromium: Browser) -> Iterator[Opener]:
    """Opens a page of the product in a browser of its own, logged in as a persona of the demo when one is named.

    Every request to another host, and every message of the console, fails the test.
    """
    contexts = []
    complaints: list[str] = []

    def opened(persona: str = "", *, phone: bool = False, javascript: bool = True) -> Page:
        context = chromium.new_context(
            viewport=PHONE if phone else LAPTOP,
            locale="en-GB",
            timezone_id="Europe/London",
            java_script_enabled=javascript,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: _own_host(request.url, running, complaints))
        page.on("console", lambda message: _quiet(message.type, message.text, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(running.address())
        if persona:
            log_in(page, persona)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _own_host(url: str, running: Running, complaints: list[str]) -> None:
    if not url.startswith((running.stack.url, "data:", "blob:")):
        complaints.append(f"a request to another host: {url}")


def _quiet(kind: str, text: str, complaints: list[str]) -> None:
    # A refused form answers 400, 409 or 422, which Chromium notes by itself.
    if kind in {"error", "warning"} and "the server responded with a status of" not in text:
        complaints.append(f"console {kind}: {text}")


def log_in(page: Page, persona: str) -> None:
    """Log in as ``persona``@demo.example.org."""
    page.get_by_label("Email").fill(f"{persona}@demo.example.org")
    page.get_by_label("Password").fill("online-safety-demo")
    page.get_by_role("button", name="Log in").click()


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Asserts that axe finds nothing on the page, by the rules of WCAG 2.2 AA."""
    axe = Axe()

    def check(page: Page) -> None:
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        options = {"runOnly": {"type": "tag", "values": tags}}
        results = axe.run(page, options=options)
        if {each["id"] for each in results.response["violations"]} == {"target-size"}:
            # Wherever a page has been scrolled to, something may lie half under a bar that stays in its place.
            page.evaluate("scrollTo(0, 0)")
            results = axe.run(page, options=options)
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check


@pytest.fixture(scope="session")
def screenshots() -> Path | None:
    """Where to keep pictures of every page walked; set SCREENSHOTS to a folder to get them."""
    folder = os.environ.get("SCREENSHOTS")
    if not folder:
        return None
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    return path


Look = Callable[[Page, str], None]


@pytest.fixture
def look(request: pytest.FixtureRequest, accessible: Callable[[Page], None], screenshots: Path | None) -> Look:
    """Every page that is walked is accessible, fits and names nobody in its title; kept as a picture if asked for.

    The pictures begin with the ``PICTURES`` of the test's module.
    """

    def looked(page: Page, name: str) -> None:
        accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} scrolls sideways by {wide}px"
        assert FAMILY_NAME not in page.title()
        if screenshots:
            page.screenshot(path=screenshots / f"{request.module.PICTURES}-{name}.png", full_page=True)

    return looked
