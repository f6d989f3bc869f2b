"""Every option of both editions, read back from the PDF as a ticked and as an empty box."""

import re
from collections.abc import Iterator

import pytest

from tests.printing.papers import PAPERS, SCHOOL, Options, Paper, print_record
from tests.printing.reading import body_of

SINGLE = {"location", "on_school_equipment"}
ONE_TICK = {"deliberate", "accidental", "flags"}


def numbered(paper: Paper) -> Iterator[tuple[str, str, int]]:
    """Each option with a number of its own, from 1."""
    options = [(key, code) for key, _, options in paper.lists for code, _ in options]
    for number, (key, code) in enumerate(options, start=1):
        yield key, code, number


def rounds_of(paper: Paper) -> int:
    # No number may be all zeros or all ones: every option is empty at least once and ticked at least once.
    return (len(list(numbered(paper))) + 1).bit_length()


def ticked_in(paper: Paper, number: int) -> set[tuple[str, str]]:
    """What is ticked in this document: the options whose number has this bit. No two options have the same pattern."""
    chosen = {(key, code) for key, code, each in numbered(paper) if key not in SINGLE and each >> number & 1}
    return (
        chosen
        | {("location", "outside_setting" if number % 2 else "in_setting")}
        | ({("on_school_equipment", "no" if number % 2 else "yes")} if number else set())
    )


def answers_of(ticked: set[tuple[str, str]]) -> dict[str, object]:
    answers: dict[str, object] = {"involved_other": "a caretaker", "types_other": "something else"}
    for key, code in sorted(ticked):
        if key in ONE_TICK:
            answers[code] = True
        elif key in SINGLE:
            answers[key] = code
        else:
            listed = answers.setdefault(key, [])
            assert isinstance(listed, list)
            listed.append(code)
    return answers


def read_list(text: str, options: Options) -> tuple[list[bool], str]:
    """Whether each of these options, which the text begins with, is ticked; and the rest of the text."""
    ticks = []
    for _, label in options:
        found = re.match(rf"\s*([☐☑]) {re.escape(label)}(?![\w/])", text)
        assert found, f"expected the box “{label}” at: {text[:80]}"
        ticks.append(found.group(1) == "☑")
        text = text[found.end() :]
        specified = re.match(r": (a caretaker|something else)", text)
        assert (label == "other") == bool(specified), label
        text = text[specified.end() :] if specified else text
    return ticks, text


@pytest.fixture(scope="module", params=PAPERS, ids=lambda paper: paper.code)
def printed(request: pytest.FixtureRequest) -> tuple[Paper, list[str]]:
    """The edition, and the text of one PDF for each bit of the options' numbers."""
    paper: Paper = request.param
    pdfs = [print_record(answers_of(ticked_in(paper, bit)), paper) for bit in range(rounds_of(paper))]
    return paper, [body_of(pdf.content, f"{SCHOOL.name} {paper.title}") for pdf in pdfs]


def test_every_box_is_in_its_place_and_says_what_was_ticked(printed: tuple[Paper, list[str]]) -> None:
    paper, texts = printed
    seen: dict[tuple[str, str], set[bool]] = {}
    for bit, text in enumerate(texts):
        ticked = ticked_in(paper, bit)
        # The legend on top shows both signs.
        text = text[text.index("an empty one ☐ was not.") + len("an empty one ☐ was not.") :]
        boxes = text.count("☐") + text.count("☑")
        assert boxes == sum(len(options) for _, _, options in paper.lists), "a box that is in no table"
        for key, words, options in paper.lists:
            text = text[text.index(words) + len(words) :]
            found, text = read_list(text, options)
            assert found == [(key, code) in ticked for code, _ in options], (key, bit)
            for (code, _), tick in zip(options, found, strict=True):
                seen.setdefault((key, code), set()).add(tick)
    assert len(seen) == len(list(numbered(paper)))
    assert all(ticks == {True, False} for ticks in seen.values()), "each option is seen ticked and seen empty"


def test_the_printed_lists_are_complete(printed: tuple[Paper, list[str]]) -> None:
    paper, _ = printed
    assert len(list(numbered(paper))) == {"camden_2012": 63, "camden_2021": 64}[paper.code]


def test_the_fixed_words_of_the_edition_are_printed_in_order(printed: tuple[Paper, list[str]]) -> None:
    paper, texts = printed
    order = [
        paper.title,
        "School/organisation's details",
        "Name of school/organisation Riverbank Primary School",
        "Address 12 Mill Lane London NW1 0AA",
        f"Name of {paper.officer} Jo Marsh",
        "Contact details 020 7946 0123 coordinator@riverbank.example.org",
        "Details of incident",
        "Date happened",
        "Time",
        "Name of person reporting incident",
        "If not reported, how was the incident identified?",
        "Where did the incident occur?",
        "Who was involved in the incident?",
        "Type of incident",
        "Description of incident",
        "Nature of incident",
        "Action taken: staff",
        "Please detail any specific action taken (i.e. removal of equipment)",
        "Action taken: child/young person",
        "Outcome of incident/investigation",
        "Also recorded by the school",
        "Not part of the authority's printed form",
    ]
    at = 0
    for words in order:
        at = texts[0].index(words, at) + len(words)


def test_neither_of_two_choices_is_ticked_where_nothing_was_said() -> None:
    paper = PAPERS[1]
    text = body_of(print_record({}, paper).content, f"{SCHOOL.name} {paper.title}")
    assert "☑" not in text.replace("with a tick ☑ was chosen", "")
