"""Debian's Chromium, started once for each core: a second one cannot be started beside it."""

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, expect, sync_playwright

# Chromium in a container, and without asking anybody on the network.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by its path."""
    path = os.environ.get("CHROMIUM")
    assert path, "No Chromium: run bin/test, which installs it, or set CHROMIUM to its path."
    # How long a page takes on a busy machine is not what is asked here.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


class Underway:
    """How many requests the test's own web server is answering."""

    def __init__(self) -> None:
        self.count = 0
        self.changed = threading.Condition()

    def begun(self, **_: Any) -> None:
        with self.changed:
            self.count += 1

    def ended(self, **_: Any) -> None:
        with self.changed:
            self.count -= 1
            self.changed.notify_all()


@pytest.fixture(autouse=True)
def all_answered(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the web server end what a closed page has asked for, before the tables are emptied under it."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    underway = Underway()
    request_started.connect(underway.begun)
    request_finished.connect(underway.ended)
    yield
    with underway.changed:
        quiet = underway.changed.wait_for(lambda: underway.count <= 0, timeout=20)
    request_started.disconnect(underway.begun)
    request_finished.disconnect(underway.ended)
    assert quiet, "The web server was still at work 20 seconds after the test."
