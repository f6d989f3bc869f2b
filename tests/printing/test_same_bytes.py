"""The same snapshot gives the same bytes: again, in another process, and on a machine without fonts."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from dispatch.rendering import draw
from incidents.printing import TEMPLATE
from tests.printing.papers import USUAL, print_record, snapshot

ELSEWHERE = """
import hashlib, json, sys
import django
django.setup()
from dispatch.rendering import draw
drawn = draw(sys.argv[1], json.load(sys.stdin))
print(hashlib.sha256(drawn.content).hexdigest(), drawn.pages)
"""
KILOBYTE = 1024


def draw_elsewhere(tmp_path: Path, seed: str, **environment: str) -> str:
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ELSEWHERE, TEMPLATE],
        input=json.dumps(snapshot(USUAL)),
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "esafety.settings", "PYTHONHASHSEED": seed, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return found.stdout.split()[0]


def test_again_and_from_the_stored_json() -> None:
    first = print_record(USUAL).content
    assert print_record(USUAL).content == first
    stored = json.loads(json.dumps(snapshot(USUAL), sort_keys=True))
    assert draw(TEMPLATE, stored).content == first


def test_another_record_has_other_bytes() -> None:
    assert print_record(USUAL).content != print_record({**USUAL, "happened_at": "10:46"}).content


def test_in_another_process_and_without_any_font(tmp_path: Path) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text("<fontconfig></fontconfig>")
    here = hashlib.sha256(print_record(USUAL).content).hexdigest()
    assert draw_elsewhere(tmp_path, "1") == here
    bare = {"FONTCONFIG_FILE": str(nothing), "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "LC_ALL": "C"}
    assert draw_elsewhere(tmp_path, "2", **bare, TZ="Pacific/Auckland") == here


def test_the_usual_report_is_small() -> None:
    assert len(print_record(USUAL).content) <= 30 * KILOBYTE
