"""The second wall: if markup ever got through, drawing ends; and the limits, the fonts and the failures of drawing."""

import gc
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from dispatch import rendering
from dispatch.rendering import (
    TEXT_MAX_LENGTH,
    TOTAL_MAX_LENGTH,
    DrawingFailed,
    draw,
    press,
    print_markup,
    warm_up,
)
from incidents.printing import TEMPLATE
from tests.printing.hostile import FETCHING, MERELY_STRANGE, ONE_DOCUMENT, no_sockets
from tests.printing.papers import USUAL, print_record, snapshot
from tests.printing.reading import pages_of

STYLE = rendering.FOLDER / "pdf" / "incidents" / "report_v1.css"
NAME = "Robin Vale"


def page(markup: str) -> str:
    return f"<!DOCTYPE html><html lang=en-GB><title>x</title><body><p>{NAME}</p>{markup}</body></html>"


@pytest.mark.parametrize("markup", [ONE_DOCUMENT, *FETCHING])
def test_markup_that_fetches_links_or_attaches_ends_the_drawing(markup: str) -> None:
    with no_sockets() as opened, pytest.raises(DrawingFailed) as failure:
        print_markup(page(markup), STYLE)
    assert opened == []
    assert failure.value.__cause__ is None
    assert "passwd" not in str(failure.value)
    assert "127.0.0.1" not in str(failure.value)


@pytest.mark.parametrize("markup", MERELY_STRANGE)
def test_markup_that_is_merely_strange_reaches_nothing(markup: str) -> None:
    with no_sockets() as opened:
        drawn = print_markup(page(markup), STYLE)
    assert opened == []
    assert not any(word in drawn.content for word in (b"/URI", b"/JavaScript", b"/Launch", b"root:"))


def test_a_good_page_is_drawn_after_a_bad_one() -> None:
    before = print_record(USUAL).content
    with pytest.raises(DrawingFailed):
        print_markup(page(FETCHING[0]), STYLE)
    assert print_record(USUAL).content == before


def test_nothing_that_was_typed_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        print_record({**USUAL, "description": f"{NAME} \U0001f600 \u202e"})
        with pytest.raises(DrawingFailed):
            print_markup(page(FETCHING[0]), STYLE)
    assert NAME not in caplog.text
    assert "passwd" not in caplog.text


def test_weasyprint_has_nothing_to_complain_about() -> None:
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    listener = Listener(logging.WARNING)
    logging.getLogger("weasyprint").addHandler(listener)
    try:
        press.cache_clear()
        print_record({**USUAL, "description": "Łódź, Ελλάδα, Nguyễn, \U0001f600, 中文, \u202e, \u200b, e\u0301"})
    finally:
        logging.getLogger("weasyprint").removeHandler(listener)
    assert said == []


@pytest.mark.parametrize(
    "template",
    [
        "pdf/incidents/nothing_v1.html",
        "pdf/incidents/report_v1.css",
        "pdf/../incidents/today.html",
        "incidents/today.html",
        "/etc/passwd",
        "",
    ],
)
def test_only_templates_of_pdfs_are_drawn(template: str) -> None:
    with pytest.raises(DrawingFailed):
        draw(template, snapshot(USUAL))


def test_a_text_beyond_the_limit_is_refused_not_cut() -> None:
    assert draw(TEMPLATE, snapshot({**USUAL, "outcome": "a " * (TEXT_MAX_LENGTH // 2)})).pages > 3
    with pytest.raises(DrawingFailed, match="longer than 20000"):
        draw(TEMPLATE, snapshot({**USUAL, "outcome": "a" * (TEXT_MAX_LENGTH + 1)}))


def test_many_texts_beyond_the_limit_together_are_refused() -> None:
    texts = ["a" * TEXT_MAX_LENGTH] * (TOTAL_MAX_LENGTH // TEXT_MAX_LENGTH + 1)
    with pytest.raises(DrawingFailed, match="together"):
        draw(TEMPLATE, {"doc": texts})


def test_a_failure_says_what_kind_it_is_and_quotes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError(NAME)

    monkeypatch.setattr(rendering, "printable", broken)
    with pytest.raises(DrawingFailed, match="ValueError") as failure:
        print_record(USUAL)
    assert NAME not in str(failure.value)
    assert failure.value.__suppress_context__


def test_the_time_limit_of_the_task_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(rendering, "printable", late)
    with pytest.raises(SoftTimeLimitExceeded):
        print_record(USUAL)


def test_the_fonts_of_the_machine_are_not_looked_at() -> None:
    before = os.environ.get("FONTCONFIG_FILE")
    pages = pages_of(print_record({**USUAL, "description": "中文 مرحبا \U0001f600"}).content)
    assert os.environ.get("FONTCONFIG_FILE") == before
    text = " ".join(pages)
    assert "[U+4E2D U+6587] [U+0645 U+0631 U+062D U+0628 U+0627] [grinning face]" in text


def test_warming_up_makes_what_is_kept() -> None:
    press.cache_clear()
    warm_up()
    gc.unfreeze()
    kept = press()
    assert STYLE in kept.sheets
    print_record(USUAL)
    assert press() is kept
    assert {path.with_suffix(".html") for path in kept.sheets} == set((rendering.FOLDER / "pdf").glob("*/*_v*.html"))


def test_importing_it_opens_nothing_yet() -> None:
    code = "import django; django.setup(); from dispatch import rendering; print(rendering.press.cache_info().currsize)"
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "esafety.settings"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert found.stdout.strip() == "0"
