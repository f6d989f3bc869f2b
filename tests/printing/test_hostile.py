"""Whatever is typed into a form is printed as text: nothing is fetched, linked, attached or run."""

import io
from collections.abc import Callable

import pikepdf
import pytest

from dispatch.rendering import DrawnPdf, draw
from incidents.printing import TEMPLATE, Organisation, snapshot_of
from packs import loader
from tests.printing.hostile import EVERYTHING, ONE_DOCUMENT, no_sockets
from tests.printing.papers import PAPER_2021, SCHOOL, USUAL, print_record
from tests.printing.reading import body_of, dictionaries_of

FORBIDDEN = {
    "/JS",
    "/JavaScript",
    "/Launch",
    "/OpenAction",
    "/AA",
    "/URI",
    "/EmbeddedFiles",
    "/EmbeddedFile",
    "/Filespec",
    "/AF",
    "/Annots",
    "/AcroForm",
    "/XFA",
    "/RichMedia",
    "/GoToR",
    "/GoToE",
    "/SubmitForm",
    "/ImportData",
    "/Rendition",
    "/XObject",
}


def dangers_in(content: bytes) -> set[str]:
    """Keys and names of the file that run, reach or carry something."""
    found: set[str] = set()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert not pdf.attachments
        for each in dictionaries_of(pdf):
            found |= {key for key, value in each.items() if key in FORBIDDEN and value != pikepdf.Dictionary()}
            found |= {str(value) for value in each.values() if isinstance(value, pikepdf.Name)} & FORBIDDEN
    return found


def plain(text: str) -> str:
    return "".join(text.split())


def everywhere(vector: Callable[[int], str]) -> dict[str, object]:
    """Answers with a vector in every place that takes a text, cut to what the form lets through."""
    everything = "\n".join(EVERYTHING)
    assert len(everything) < 20_000
    return {
        **USUAL,
        "happened_on": vector(0)[:200],
        "happened_at": vector(1)[:200],
        "reported_by": vector(2)[:200],
        "identified_how": vector(3)[:200],
        "involved_other": vector(4)[:200],
        "types_other": vector(5)[:200],
        **dict.fromkeys(("description", "specific_action", "outcome", "evidence", "audit_of_use"), everything),
        "urls": EVERYTHING,
        "types": [*EVERYTHING, "other"],
        "location": vector(6)[:200],
        "safeguarding": vector(7),
        vector(8): vector(9),
        "people": [{"name": each[:200], "group": each[:200], "kind": each, "part": each} for each in EVERYTHING],
    }


def test_there_are_enough_vectors() -> None:
    assert len(set(EVERYTHING)) >= 61


@pytest.mark.parametrize("turn", [0, 10, 20, 30, 40, 50, 60])
def test_every_vector_in_every_field_is_only_text(turn: int) -> None:
    answers = everywhere(lambda number: EVERYTHING[(turn + number) % len(EVERYTHING)])
    if turn:
        # The long fields are the same in each turn: once is enough.
        answers |= {"urls": [], "people": [], "types": ["other"]}
        answers |= dict.fromkeys(("specific_action", "outcome", "evidence", "audit_of_use"), "")
    with no_sockets() as opened:
        drawn = print_record(answers)
    assert opened == []
    assert dangers_in(drawn.content) == set()
    assert b"root:" not in drawn.content
    read = plain(body_of(drawn.content, f"{SCHOOL.name} {PAPER_2021.title}"))
    for each in EVERYTHING:
        assert plain(each) in read, each
    assert plain(EVERYTHING[(turn + 2) % len(EVERYTHING)][:200]) in read


def test_the_document_that_took_a_file_is_only_text() -> None:
    with no_sockets() as opened:
        drawn = print_record({**USUAL, "description": ONE_DOCUMENT})
    assert opened == []
    assert dangers_in(drawn.content) == set()
    assert plain("<link rel=attachment href=file:///etc/passwd>") in plain(
        body_of(drawn.content, f"{SCHOOL.name} {PAPER_2021.title}")
    )


@pytest.mark.parametrize("vector", EVERYTHING[::6])
def test_the_school_and_the_reference_are_no_way_in_either(vector: str) -> None:
    school = Organisation(*[vector[:120]] * 4)
    with no_sockets() as opened:
        drawn: DrawnPdf = draw(
            TEMPLATE,
            snapshot_of(
                pack=loader.get("camden_2021", 1),
                answers=USUAL,
                organisation=school,
                reference=vector[:40],
                revision=1,
                recorded_at="",
                printed_at="2026-11-20T14:02:00+00:00",
            ),
        )
    assert opened == []
    assert dangers_in(drawn.content) == set()
