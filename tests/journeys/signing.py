"""What several journeys through agreements do: people are put on the lists, questions answered, names typed."""

import json
import re
import subprocess
import sys
from typing import Any

from playwright.sync_api import Page

from esafety.demo import ROOT
from tests.journeys.conftest import Running


def told(running: Running, script: str) -> dict[str, Any]:
    """Run a script in the demo's own environment; what it prints last, as JSON, is what the journey is told."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", script],
        cwd=ROOT,
        env=running.stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def answer(page: Page) -> None:
    """Say yes to every question there is."""
    for each in page.get_by_label("Yes", exact=True).all():
        each.check()


def sign(page: Page, name: str) -> None:
    """Type the name, tick the sentence, press the button."""
    page.get_by_label("Your full name").fill(name)
    page.get_by_label(re.compile("I have read this agreement")).check()
    page.get_by_role("button", name=re.compile("^Sign")).click()
