"""What a font has not, or would hide, is written out; everything else stays as it was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.characters import written_out
from dispatch.rendering import press

LATIN = frozenset(range(0x20, 0x250)) | {0x301, 0x2019}


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Plain text, with £ and é.", "Plain text, with £ and é."),
        ("one\ntwo", "one\ntwo"),
        ("a\tb\u2003c\u3000d", "a b c d"),
        ("e\u0301", "é"),
        ("exe.\u202egpj", "exe.[U+202E]gpj"),
        ("Zero\u200bwidth\u2060", "Zero[U+200B]width[U+2060]"),
        ("soft\u00adhyphen", "soft[U+00AD]hyphen"),
        ("bell\x07", "bell[U+0007]"),
        ("line\u2028separator", "line[U+2028]separator"),
        ("private\ue000", "private[U+E000]"),
        ("\ufeffmark", "[U+FEFF]mark"),
        ("tag\U000e0041", "tag[U+E0041]"),
        ("\U0001f600", "[grinning face]"),
        ("\U0001f44d\U0001f3fd!", "[thumbs up sign]!"),
        ("\U0001f469\u200d\U0001f4bb", "[woman, personal computer]"),
        ("\u2764\ufe0f", "[heavy black heart]"),
        ("\U0001f3fd", "[emoji modifier fitzpatrick type-4]"),
        ("\u200d", "[U+200D]"),
        ("中文字", "[U+4E2D U+6587 U+5B57]"),
        ("مرحبا you", "[U+0645 U+0631 U+062D U+0628 U+0627] you"),
        ("", ""),
    ],
)
def test_written_out(typed: str, printed: str) -> None:
    assert written_out(typed, LATIN) == printed


@given(st.text())
def test_nothing_is_left_that_the_font_has_not(text: str) -> None:
    glyphs = press().glyphs
    assert {ord(each) for each in written_out(text, glyphs) if each != "\n"} <= glyphs


@given(st.text(st.characters(max_codepoint=0x17F, exclude_categories=["C", "Z"]) | st.sampled_from(" \n")))
def test_what_the_font_has_is_not_touched(text: str) -> None:
    glyphs = press().glyphs
    if {ord(each) for each in text if each != "\n"} <= glyphs:
        assert written_out(text, glyphs) == text


def test_the_font_has_the_boxes_and_what_names_in_london_need() -> None:
    for each in "☐☑£\u2018\u2019\u201c\u201d\u2013…éñöøłşğıŁŽạễằÇΔωЖя":
        assert ord(each) in press().glyphs, each
