"""Answers in words, for comparing two versions of a page."""

from typing import Any

import pytest

from incidents.rules.answers import blank
from incidents.rules.pages import PAGES
from incidents.rules.wording import compare, in_words, label_of
from packs import loader

FORM = loader.latest("camden_2021").form


@pytest.mark.parametrize(
    ("key", "said", "words"),
    [
        ("happened_on", {"happened_on": "2026-11-18"}, "Wed 18 Nov 2026"),
        ("happened_on", {"happened_on": "one day"}, "one day"),
        ("happened_at", {"happened_at": "14:02"}, "14:02"),
        ("location", {"location": "in_setting"}, "In school/service setting"),
        ("location", {"location": "the_moon"}, "the_moon"),
        ("types", {"types": ["gambling", "other"], "types_other": "A dare"}, "on-line gambling\nother: A dare"),
        ("types", {"types": ["other"]}, "other"),
        ("urls", {"urls": ["https://example.org", "https://example.com"]}, "https://example.org\nhttps://example.com"),
        ("safeguarding", {"safeguarding": True}, "Yes"),
        ("safeguarding", {"safeguarding": False}, ""),
        ("on_school_equipment", {"on_school_equipment": "no"}, "no"),
        ("people", {"people": [{"name": "Sam", "group": "5B", "part": "reporter"}]}, "Sam, 5B (reported it)"),
        ("outcome", {}, ""),
    ],
)
def test_an_answer_in_words(key: str, said: dict[str, Any], words: str) -> None:
    assert in_words(FORM.field(key), said) == words


def test_the_part_that_somebody_played_in_words() -> None:
    people = [{"name": part, "part": part} for part in ("subject", "affected", "witness", "reporter", "ghost")]
    assert in_words(FORM.field("people"), {"people": people}).splitlines() == [
        "subject (subject)",
        "affected (affected)",
        "witness (witness)",
        "reporter (reported it)",
        "ghost ()",
    ]


def test_the_two_boxes_are_told_apart() -> None:
    assert label_of(FORM, FORM.field("deliberate_material")).startswith("Deliberate access: ")
    assert label_of(FORM, FORM.field("accidental_material")).startswith("Accidental access: ")


@pytest.mark.parametrize("pack", loader.editions(), ids=lambda pack: pack.key)
def test_every_question_of_every_page_can_be_compared(pack: Any) -> None:
    empty = blank(pack.form)
    for page in PAGES:
        found = compare(pack.form, page.keys, {**empty, "outcome": "Mine"}, empty)
        assert len(found) == len(page.keys)
        assert [each.label for each in found if each.differs] == (
            ["Outcome of incident/investigation"] if page.code == "action" else []
        )
