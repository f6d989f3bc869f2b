"""Debian's Chromium, started once for each core: a second one cannot be started beside it."""

import os
from collections.abc import Iterator

import pytest
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
