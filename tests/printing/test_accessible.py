"""The PDF is tagged as PDF/UA-1 asks: its metadata, its tree of headings, lists and tables, and its fonts."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pikepdf
import pytest

from tests.printing.papers import PAPERS, USUAL, Paper, print_record
from tests.printing.reading import dictionaries_of, kids, tree_of

Element = pikepdf.Dictionary


@pytest.fixture(scope="module", params=PAPERS, ids=lambda paper: paper.code)
def pdf(request: pytest.FixtureRequest) -> Iterator[pikepdf.Pdf]:
    paper: Paper = request.param
    with pikepdf.open(io.BytesIO(print_record(USUAL, paper).content)) as opened:
        yield opened


def test_it_says_that_it_is_tagged_and_in_which_language(pdf: pikepdf.Pdf) -> None:
    assert pdf.pdf_version == "1.7"
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert pdf.Root.StructTreeRoot.Type == "/StructTreeRoot"
    xmp = pdf.Root.Metadata.read_bytes().decode()
    assert re.search(r'pdfuaid:part="1"', xmp)
    assert "Report 7KQ2-M4XD, revision 1</rdf:li>" in xmp
    assert all(page.Tabs == "/S" for page in pdf.pages)


def test_the_title_names_the_reference_and_nobody(pdf: pikepdf.Pdf) -> None:
    assert str(pdf.docinfo.Title) == "Report 7KQ2-M4XD, revision 1"
    about = " ".join(str(each) for each in pdf.docinfo.values()) + pdf.Root.Metadata.read_bytes().decode()
    assert not re.search("Robin|Vale|Okafor|Riverbank|bullying|Marsh", about)
    assert set(pdf.docinfo.keys()) == {"/Title", "/Producer", "/CreationDate", "/ModDate"}
    assert str(pdf.docinfo.CreationDate) == "D:20261120140200+00'00"


def test_headings_go_down_one_step_at_a_time(pdf: pikepdf.Pdf) -> None:
    levels = [int(tag[1]) for _, tag, _ in tree_of(pdf) if re.fullmatch(r"H\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    # Eight sections and what is recorded beside them.
    assert levels.count(2) == 9
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_boxes_are_items_of_lists(pdf: pikepdf.Pdf) -> None:
    parents: dict[str, Counter[str]] = {}
    path: list[str] = []
    for depth, tag, _ in tree_of(pdf):
        del path[depth:]
        parents.setdefault(tag, Counter())[path[-1] if path else ""] += 1
        path.append(tag)
    assert set(parents["LI"]) == {"L"}
    assert set(parents["LBody"]) == {"LI"}
    assert parents["LBody"].total() >= 60
    assert set(parents["TR"]) <= {"TBody", "THead", "Table"}
    assert set(parents["TD"]) == set(parents["TH"]) == {"TR"}
    assert parents["H2"].total() == sum(count for tag, count in parents["H2"].items() if tag == "Sect")


def test_cells_of_tables_name_their_headers(pdf: pikepdf.Pdf) -> None:
    names = {str(each.ID) for _, tag, each in tree_of(pdf) if tag == "TH"}
    assert len(names) == sum(1 for _, tag, _ in tree_of(pdf) if tag == "TH")
    cells = [each for _, tag, each in tree_of(pdf) if tag == "TD"]
    assert cells
    for cell in cells:
        headers = [str(each) for each in cell.A.Headers]
        assert headers
        assert set(headers) <= names


def test_all_that_is_drawn_is_tagged_or_said_to_be_decoration(pdf: pikepdf.Pdf) -> None:
    tree = {number for _, _, each in tree_of(pdf) for number in marks_of(each)}
    for page in pdf.pages:
        inside: list[str] = []
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "BMC" | "BDC":
                    inside.append(str(operands[0]))
                    if "Artifact" not in inside[-1]:
                        number = int(operands[1].MCID)
                        assert (page.objgen, number) in tree, "text that no screen reader comes to"
                case "EMC":
                    inside.pop()
                case "Tj" | "TJ" | "f" | "f*" | "S" | "B" | "Do":
                    assert inside, f"{operator} outside of any mark"
        assert not inside


def marks_of(element: Element) -> list[tuple[tuple[int, int], int]]:
    page = element.get("/Pg")
    return [(page.objgen, int(each)) for each in kids(element) if isinstance(each, int) and page is not None]


def test_the_heads_and_feet_of_pages_are_not_read_out(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        artifacts = 0
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "BDC" and operands[1].get("/Type") == "/Pagination":
                assert str(operands[0]) == "/Artifact"
                artifacts += 1
        assert artifacts == 4


def test_fonts_are_in_the_file_and_every_sign_can_be_read_back(pdf: pikepdf.Pdf) -> None:
    fonts = [each for each in dictionaries_of(pdf) if each.get("/Type") == "/Font" and each.get("/Subtype") == "/Type0"]
    assert sorted(str(each.BaseFont).split("+")[1] for each in fonts) == [
        "Source-Sans-Pro",
        "Source-Sans-Pro-Semi-Bold",
    ]
    for font in fonts:
        assert "/ToUnicode" in font
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert "/FontFile2" in descriptor
    for page in pdf.pages:
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "TJ":
                shown = b"".join(bytes(each) for each in operands[0] if isinstance(each, pikepdf.String))
                glyphs = {shown[at : at + 2] for at in range(0, len(shown), 2)}
                assert b"\0\0" not in glyphs, "a glyph that the font has not"
