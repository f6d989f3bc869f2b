"""The figures of the proof, counted by the tests themselves as they run:

.venv/bin/python -m tests.access.figures            runs tests/access and says what was asserted
.venv/bin/python -m tests.access.figures --write    and puts it into docs/security.md

The properties of routing are counted as well, by what Hypothesis says of each.
"""

import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from tests.house.source import ROOT

DOC = ROOT / "docs" / "security.md"
REPORT = ROOT / "var" / "access.xml"
PROPERTIES = ("tests/incidents/test_rules_routing.py",)
# What the tests count (``record_property``), and how it is said.
SAID = {
    "cells": "route, method and persona",
    "object_cells": "persona, relation and action",
    "compared": "hidden or foreign things compared with a missing one",
    "crawls": "personas crawling two worlds, with and without what is hidden from them",
    "hidden_pairs": "pairs of a persona and a case that is hidden from them",
    "answers": "answers compared byte by byte in these crawls",
    "forged": "forged requests",
    "planted": "fields planted in forms",
    "grant_mutants": "grants turned over",
    "grant_mutants_killed_by_page": "of them seen on a page",
    "policy_mutants": "policies of Postgres mutated, every one noticed",
}


def main(arguments: list[str]) -> int:
    """Run the tests of this folder, count, and say it; the exit code of the tests."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", f"--junitxml={REPORT}", "tests/access"]
    done = subprocess.run(command, cwd=ROOT, check=False)
    lines = counted(REPORT)
    sys.stdout.write("\n".join(lines) + "\n")
    drawn = properties()
    sys.stdout.write(f"{drawn}\n")
    if done.returncode == 0 and "--write" in arguments:
        write("access", lines)
        write("properties", [drawn])
    return done.returncode


def properties() -> str:
    """How many random schools and cases the properties of routing were held against. Raises where one failed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "--hypothesis-show-statistics", *PROPERTIES]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    passing = [int(each) for each in re.findall(r"(\d+) passing, 0 failing", done.stdout)]
    return (
        f"{len(passing)} properties, {sum(passing):,} schools and cases drawn at random, 0 failing; run on {today()}."
    )


def counted(report: Path) -> list[str]:
    """The sums of what the tests counted, as lines of a table."""
    sums: Counter[str] = Counter()
    suite = ElementTree.parse(report).getroot()  # noqa: S314
    for each in suite.iter("property"):
        if each.get("name") in SAID:
            sums[str(each.get("name"))] += int(each.get("value") or 0)
    failed = len(list(suite.iter("failure"))) + len(list(suite.iter("error")))
    rows = [f"| {sums[name]:,} | {words} |" for name, words in SAID.items() if name in sums]
    return ["| asserted | what |", "|---|---|", *rows, "", f"{failed} of them unexpected; run on {today()}."]


def today() -> str:
    """The day of a run, in words."""
    day = datetime.now(UTC)
    return f"{day.day} {day:%B %Y}"


def write(name: str, lines: list[str]) -> None:
    """Put a run's figures between their marks in docs/security.md."""
    begin, end = f"<!-- figures: {name} -->", f"<!-- end: {name} -->"
    text = DOC.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    DOC.write_text(f"{before}{begin}\n" + "\n".join(["", *lines, ""]) + f"\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
