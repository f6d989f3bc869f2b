"""The snapshot: complete, in words, plain JSON, and nothing that was recorded is lost."""

import json
from itertools import chain

import pytest

from incidents.printed import PrintedField, Snapshot
from incidents.printing import SNAPSHOT_VERSION
from tests.printing.papers import PAPER_2012, PAPER_2021, PAPERS, STORY, USUAL, Paper, snapshot


def fields_of(shown: Snapshot) -> dict[str, PrintedField]:
    sections = chain.from_iterable(each["fields"] for each in shown["sections"])
    boxes = chain.from_iterable(box["groups"] for each in shown["sections"] for box in each["boxes"])
    return {each["key"]: each for each in (*sections, *boxes, *shown["also_recorded"]["fields"])}


def lost_and_found(shown: Snapshot) -> list[str]:
    return fields_of(shown).get("no_place", {"lines": []})["lines"]  # type: ignore[typeddict-item]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.code)
def test_it_is_plain_json_with_a_version(paper: Paper) -> None:
    shown = snapshot(USUAL, paper)
    assert json.loads(json.dumps(shown)) == shown
    assert shown["snapshot_version"] == SNAPSHOT_VERSION == 1


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.code)
def test_each_list_of_boxes_is_that_of_the_paper(paper: Paper) -> None:
    fields = fields_of(snapshot(USUAL, paper))
    for key, _, options in paper.lists:
        if key not in {"deliberate", "accidental"}:
            assert [(each["code"], each["label"]) for each in fields[key]["options"]] == options, key


def test_dates_and_times_are_in_words() -> None:
    shown = snapshot(USUAL)
    assert fields_of(shown)["happened_on"]["text"] == "Thursday 19 November 2026"
    assert shown["record"]["recorded"] == "19 November 2026, 11:20"
    assert shown["record"]["printed"] == "20 November 2026, 14:02"


def test_an_update_says_what_it_replaces() -> None:
    assert snapshot(USUAL)["record"]["supersedes"] == 0
    assert snapshot(USUAL, revision=3, supersedes=1)["record"]["supersedes"] == 1


def test_the_school_fills_its_own_block() -> None:
    fields = fields_of(snapshot({"organisation_name": "typed by somebody"}))
    assert fields["organisation_name"]["text"] == "Riverbank Primary School"
    assert fields["officer_name"]["label"] == "Name of online safety co-ordinator"


def test_people_are_in_words_and_without_their_ids() -> None:
    people = fields_of(snapshot(USUAL))["people"]["people"]
    assert people[0] == {"name": "Robin Vale", "group": "6B", "kind": "Pupil", "part": "Subject"}
    assert [each["part"] for each in people] == ["Subject", "Affected", "Reporter"]


def test_a_text_is_printed_even_where_its_box_is_empty() -> None:
    other = fields_of(snapshot({"types": [], "types_other": "something"}))["types"]["options"][-1]
    assert (other["ticked"], other["text"]) == (False, "something")


def test_the_two_boxes_of_nature_keep_their_own_ticks() -> None:
    nature = next(each for each in snapshot(USUAL)["sections"] if each["code"] == "nature")
    deliberate, accidental = nature["boxes"]
    assert (deliberate["ticked"], accidental["ticked"]) == (True, False)
    assert [each["code"] for each in deliberate["groups"][0]["options"] if each["ticked"]] == [
        "viewed",
        "shown_to_others",
    ]
    assert not any(each["ticked"] for each in accidental["groups"][0]["options"])
    assert nature["fields"] == []


def test_nothing_is_left_over_as_a_rule() -> None:
    assert lost_and_found(snapshot(USUAL, PAPER_2012)) == []
    assert lost_and_found(snapshot({}, PAPER_2021)) == []


@pytest.mark.parametrize(
    ("answers", "line"),
    [
        ({"types": ["bullying", "drug_bomb_making"]}, "Type of incident: drug bomb making"),
        ({"location": "on_the_bus"}, "Where did the incident occur?: on the bus"),
        ({"types": "gone"}, "Type of incident: gone"),
        ({"deliberate_material": ["burnt"]}, "Deliberate access, Did the incident involve material being: burnt"),
        ({"safeguarding": "on"}, "Safeguarding or child protection concern: on"),
        (
            {"people": ["Robin Vale"]},
            "Pupils and staff involved, each with the part they played (subject, affected, witness, reporter): "
            "Robin Vale",
        ),
        ({"case_number": "LADO 17"}, "case number: LADO 17"),
        ({"case": {"open": True, "numbers": [1, "two_b"]}}, "case: open yes, numbers 1, two b"),
    ],
)
def test_what_the_edition_has_no_place_for_is_printed_all_the_same(answers: dict[str, object], line: str) -> None:
    assert lost_and_found(snapshot(answers)) == [line]


def test_an_unknown_option_does_not_hide_a_known_one() -> None:
    types = fields_of(snapshot({"types": ["gone", "gambling"]}))["types"]["options"]
    assert [each["code"] for each in types if each["ticked"]] == ["gambling"]


def test_line_ends_and_empty_lines_are_tidied_and_no_word_is_lost() -> None:
    text = fields_of(snapshot({"description": f"\r\n{STORY}\r\n\r\n\r\n \r\n\r\nEnd.\r"}))["description"]["text"]
    assert text == f"{STORY}\n\nEnd."


def test_what_json_cannot_hold_is_marked() -> None:
    shown = snapshot({"description": "a\x00b\ud800c"})
    assert fields_of(shown)["description"]["text"] == "a\ufffdb\ufffdc"
    json.dumps(shown).encode()


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        snapshot(USUAL, recorded_at="yesterday")


def test_a_report_that_was_not_recorded_yet_has_no_such_time() -> None:
    assert snapshot(USUAL, recorded_at="")["record"]["recorded"] == ""
