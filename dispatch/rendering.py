"""Draws the PDFs. The only module that imports WeasyPrint: never import it in a web process.

The snapshot of a document is put into its template by Django, whose autoescape is the first wall against markup in
what people typed. The second is here: nothing is fetched but our own fonts, and an attempt to fetch anything else,
to link or to attach ends the drawing instead of making a PDF that is wrong.

The pages look the same on every machine: of all fonts only those of the requirements are looked at. The same
snapshot gives the same bytes.
"""

import gc
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final, NoReturn

import font_source_sans_pro
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.template.loader import get_template
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from dispatch.characters import written_out
from dispatch.tagging import mark_heads_and_feet

__all__ = ["TEXT_MAX_LENGTH", "TOTAL_MAX_LENGTH", "DrawingFailed", "DrawnPdf", "draw", "print_markup", "warm_up"]

TEXT_MAX_LENGTH: Final = 20_000
"""Characters of one text: the limit of a narrative."""
TOTAL_MAX_LENGTH: Final = 250_000
"""Characters of all texts of one document; what is longer would keep a worker for minutes."""

FOLDER: Final = Path(settings.BASE_DIR) / "templates"
NO_MACHINE_FONTS: Final = FOLDER / "pdf" / "fonts.conf"
TEMPLATE_NAME: Final = re.compile(r"pdf/[a-z_]+/[a-z][a-z0-9_]*_v[1-9][0-9]*\.html")
FONTS: Final = {400: "SourceSansPro-Regular.ttf", 600: "SourceSansPro-Semibold.ttf"}

# Its warnings quote what people typed, which no log may hold. Tests listen to the logger itself.
logging.getLogger("weasyprint").propagate = False


class DrawingFailed(Exception):
    """The document could not be drawn, and no part of it was. The reason names no content."""


@dataclass(frozen=True, slots=True)
class DrawnPdf:
    """A finished PDF and the number of its pages."""

    content: bytes
    pages: int


class OwnFiles(URLFetcher):  # type: ignore[misc]
    """Gives the fonts, by the names made up for them here, and ends the drawing at every other address."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        folder = Path(font_source_sans_pro.font_directory)
        self.files: Final = {f"own:{name}": folder / name for name in FONTS.values()}
        self.refused_count = 0

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url not in self.files:
            self.refused_count += 1
            refuse("the page asks for a file that is not ours")
        return URLFetcherResponse(url, self.files[url].read_bytes(), {"Content-Type": "font/ttf"})


def refuse(reason: str) -> NoReturn:
    """End the drawing. WeasyPrint goes on without the file after any other exception."""
    raise FatalURLFetchingError(reason)


class Press:
    """What is made once per process: fonts, the characters they have, and the parsed style sheets."""

    def __init__(self) -> None:
        self.own_files = OwnFiles()
        with no_machine_fonts():
            self.fonts = FontConfiguration()
        self.typeface = CSS(
            string="\n".join(
                f'@font-face {{ font-family: "Source Sans Pro"; font-weight: {weight}; src: url("own:{name}") }}'
                for weight, name in FONTS.items()
            ),
            url_fetcher=self.own_files,
            font_config=self.fonts,
        )
        self.glyphs = frozenset.intersection(
            *(frozenset(TTFont(path, lazy=True).getBestCmap()) for path in self.own_files.files.values())
        )
        self.sheets: dict[Path, CSS] = {}
        self.lock = Lock()

    def sheet(self, path: Path) -> CSS:
        """The parsed style sheet of a template."""
        if path not in self.sheets:
            self.sheets[path] = CSS(
                string=path.read_text(encoding="utf-8"), url_fetcher=self.own_files, font_config=self.fonts
            )
        return self.sheets[path]

    def print(self, markup: str, style: Path) -> DrawnPdf:
        """Lay out and write; raises FatalURLFetchingError."""
        with self.lock:
            refused_before = self.own_files.refused_count
            document = HTML(string=markup, url_fetcher=self.own_files).render(
                font_config=self.fonts, stylesheets=[self.typeface, self.sheet(style)], pdf_variant="pdf/ua-1"
            )
            if document.metadata.attachments or any(page.links for page in document.pages):
                refuse("the page holds a link or an attachment")
            content = document.write_pdf(finisher=mark_heads_and_feet, pdf_variant="pdf/ua-1", pdf_identifier=True)
            # Inside an SVG even this is swallowed, so it is asked for at the end as well.
            if self.own_files.refused_count != refused_before:
                refuse("the page asked for a file that is not ours")
        return DrawnPdf(content, len(document.pages))


def draw(template: str, snapshot: Mapping[str, object]) -> DrawnPdf:
    """The PDF of a snapshot, by a template such as `pdf/incidents/report_v1.html`; raises DrawingFailed.

    The template's style sheet lies beside it. Texts are limited to TEXT_MAX_LENGTH characters each and
    TOTAL_MAX_LENGTH together: nothing is cut, what is longer is refused. Time is limited by the task that calls.
    """
    if not TEMPLATE_NAME.fullmatch(template):
        raise DrawingFailed("there is no such template")
    with only_drawing_failed():
        glyphs = press().glyphs
        measure(snapshot)
        page = get_template(template)
        markup = page.render({"doc": printable(snapshot, glyphs)})
        return press().print(markup, (FOLDER / template).with_suffix(".css"))


def print_markup(markup: str, style: Path) -> DrawnPdf:
    """The PDF of a finished page of HTML, behind the same walls; raises DrawingFailed."""
    with only_drawing_failed():
        return press().print(markup, style)


def warm_up() -> None:
    """Do what would make the first PDF of a process slow; call it once in each worker process, after the fork.

    Never before the fork: the process that made the fonts takes its copies of them away when it ends.
    """
    for path in sorted((FOLDER / "pdf").glob("*/*_v*.html")):
        draw(path.relative_to(FOLDER).as_posix(), {})
    # All this stays as long as the process: the collector need not walk through it during every PDF.
    gc.collect()
    gc.freeze()


@cache
def press() -> Press:
    """This process's press."""
    return Press()


@contextmanager
def no_machine_fonts() -> Iterator[None]:
    """Fontconfig reads this variable whenever a configuration is made."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(NO_MACHINE_FONTS)
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


@contextmanager
def only_drawing_failed() -> Iterator[None]:
    """Turn what went wrong into DrawingFailed, without the original: its text or its frames may hold content."""
    try:
        yield
    except (SoftTimeLimitExceeded, MemoryError, DrawingFailed):
        raise
    except FatalURLFetchingError as error:
        raise DrawingFailed(str(error)) from None
    except Exception as error:  # noqa: BLE001 - of this message and these frames nothing may reach a log
        raise DrawingFailed(f"the page could not be laid out ({type(error).__name__})") from None


def measure(value: object) -> int:
    """The number of characters in all texts; raises DrawingFailed beyond the limits."""
    match value:
        case str():
            length = len(value)
            if length > TEXT_MAX_LENGTH:
                raise DrawingFailed(f"a text is longer than {TEXT_MAX_LENGTH} characters")
        case Mapping():
            length = sum(measure(each) for each in value.values())
        case list() | tuple():
            length = sum(measure(each) for each in value)
        case _:
            length = 0
    if length > TOTAL_MAX_LENGTH:
        raise DrawingFailed(f"all texts together are longer than {TOTAL_MAX_LENGTH} characters")
    return length


def printable(value: object, glyphs: frozenset[int]) -> object:
    """The snapshot again, with every text written out for the fonts."""
    match value:
        case str():
            return written_out(value, glyphs)
        case Mapping():
            return {key: printable(each, glyphs) for key, each in value.items()}
        case list() | tuple():
            return [printable(each, glyphs) for each in value]
        case _:
            return value
