"""The one validator of a record's answers, in both editions. Duty R1 (CC 4.1, CM 4.1)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.answers import blank, changed_keys, is_subject, is_web_address, problems, ticked_flags
from incidents.rules.pages import PAGES, UnknownPage, answers_on, everything_wrong, page, page_of, state_of
from packs import loader
from packs.schema import FormField

TODAY = date(2026, 11, 20)
SAM = {"name": "Sam", "part": "subject", "kind": "pupil"}
EDITIONS = loader.editions()


def filled(**changes: Any) -> dict[str, Any]:
    answers = blank(loader.latest("camden_2021").form)
    answers |= {
        "happened_on": "2026-11-19",
        "location": "in_setting",
        "reported_by": "A. Teacher",
        "involved": ["child"],
        "types": ["bullying"],
        "description": "Unkind messages in a class group.",
    }
    return answers | changes


def wrong(**changes: Any) -> dict[str, str]:
    form = loader.latest("camden_2021").form
    return {each.key: each.message for each in problems(form, filled(**changes), today=TODAY)}


def test_a_filled_form_has_no_problem() -> None:
    assert wrong() == {}


@pytest.mark.parametrize("pack", EDITIONS, ids=lambda pack: pack.key)
def test_a_blank_form_asks_for_what_the_printed_form_needs(pack: Any) -> None:
    missing = [each.key for each in problems(pack.form, blank(pack.form), today=TODAY)]
    assert missing == ["happened_on", "reported_by", "identified_how", "location", "involved", "types", "description"]


@pytest.mark.parametrize(
    ("changes", "key", "message"),
    [
        ({"happened_on": "2026-11-21"}, "happened_on", "This day is in the future."),
        ({"happened_on": "2026-02-30"}, "happened_on", "That day does not exist."),
        ({"happened_on": "1026-02-03"}, "happened_on", "Check the year."),
        ({"happened_on": 7}, "happened_on", "That day does not exist."),
        ({"happened_at": "25:00"}, "happened_at", "Write the time as 14:02, or leave it empty if it is not known."),
        ({"reported_by": ""}, "reported_by", "Say who reported it, or how it was identified."),
        ({"location": "the moon"}, "location", "Choose one of the options shown."),
        ({"involved": ["ghost"]}, "involved", "Choose from the options shown."),
        ({"involved": ["child", "child"]}, "involved", "Choose from the options shown."),
        ({"involved": "child"}, "involved", "Choose from the options shown."),
        ({"involved": {"child": 1}}, "involved", "Choose from the options shown."),
        ({"reported_by": "x" * 201}, "reported_by", "Shorten this to 200 characters; it has 201."),
        ({"people": {"name": "Sam"}}, "people", "Name at most 40 people."),
        ({"people": ["Sam"]}, "people", "Choose the part each person played."),
        ({"people": [SAM | {"kind": "ghost"}]}, "people", "Choose the part each person played."),
        ({"people": [SAM | {"name": 7}]}, "people", "Give each person a name."),
        ({"people": [SAM | {"group": 7}]}, "people", "Take out the characters that cannot be kept."),
        ({"people": [SAM | {"group": "5\x00B"}]}, "people", "Take out the characters that cannot be kept."),
        ({"people": [SAM | {"name": "S\x00"}]}, "people", "Take out the characters that cannot be kept."),
        ({"people": [SAM | {"group": "x" * 101}]}, "people", "Shorten each name to 200 characters, one person a line."),
        ({"people": [SAM | {"name": "x" * 201}]}, "people", "Shorten each name to 200 characters, one person a line."),
        ({"types": ["other"], "types_other": 7}, "types_other", "Say what the other type was."),
        ({"location": ["in_setting"]}, "location", "Choose one of the options shown."),
        ({"urls": [7]}, "urls", "Line 1 is not a web address such as https://example.org/page."),
        (
            {"urls": ["https://example.org/" + "x" * 2_000]},
            "urls",
            "Line 1 is not a web address such as https://example.org/page.",
        ),
        ({"involved": ["other"]}, "involved_other", "Say who else was involved."),
        ({"types": ["other"], "types_other": "   "}, "types_other", "Say what the other type was."),
        ({"types": ["other"], "types_other": "x" * 201}, "types_other", "Shorten this to 200 characters; it has 201."),
        ({"types": ["drug_bomb_making"]}, "types", "Choose from the options shown."),
        ({"description": "x" * 20_001}, "description", "Shorten this to 20,000 characters; it has 20,001."),
        ({"description": "   "}, "description", "Describe what happened."),
        ({"description": "a\x00b"}, "description", "Take out the characters that cannot be kept."),
        ({"description": ["a"]}, "description", "Write this as text."),
        ({"deliberate": "yes"}, "deliberate", "Tick this or leave it."),
        ({"on_school_equipment": "maybe"}, "on_school_equipment", "Choose one of the options shown."),
        (
            {"urls": ["https://example.org", "nonsense"]},
            "urls",
            "Line 2 is not a web address such as https://example.org/page.",
        ),
        ({"urls": "https://example.org"}, "urls", "Write one address a line."),
        ({"urls": ["https://example.org"] * 31}, "urls", "Keep it to 30 addresses."),
        (
            {"people": [{"name": "Sam", "part": "villain", "kind": "pupil"}]},
            "people",
            "Choose the part each person played.",
        ),
        ({"people": [{"name": " ", "part": "subject", "kind": "pupil"}]}, "people", "Give each person a name."),
        ({"people": [{"name": "S", "part": "subject", "kind": "pupil"}] * 41}, "people", "Name at most 40 people."),
    ],
)
def test_each_bad_answer_gets_its_message(changes: dict[str, Any], key: str, message: str) -> None:
    assert wrong(**changes)[key] == message


def test_each_question_that_must_be_answered_says_so_in_its_own_words() -> None:
    form = loader.latest("camden_2021").form
    assert {each.key: each.message for each in problems(form, blank(form), today=TODAY)} == {
        "happened_on": "Say on which day it happened.",
        "location": "Say where it happened.",
        "involved": "Tick who was involved.",
        "types": "Tick at least one type of incident.",
        "description": "Describe what happened.",
        "reported_by": "Say who reported it, or how it was identified.",
        "identified_how": "Say how it was identified, or who reported it.",
    }


@pytest.mark.parametrize("part", ["subject", "affected", "witness", "reporter"])
@pytest.mark.parametrize("kind", ["pupil", "staff", "other"])
def test_every_part_and_every_kind_of_person_is_accepted(part: str, kind: str) -> None:
    assert wrong(people=[{"name": "x" * 200, "group": "x" * 100, "part": part, "kind": kind}]) == {}


def test_a_subject_is_this_very_person_in_this_very_part() -> None:
    people = [{"part": "subject", "person_id": "1"}, {"part": "witness", "person_id": "2"}]
    assert [is_subject(people, each) for each in (1, 2, 3)] == [True, False, False]


def test_the_limits_themselves_are_accepted() -> None:
    assert wrong(description="x" * 20_000, happened_on="2026-11-20", types=["other"], types_other="x" * 200) == {}


def of_one(field: FormField, value: Any) -> list[str]:
    """The messages about one answer, on a form that asks nothing else."""
    form = replace(loader.latest("camden_2021").form, sections=(), also_recorded=(field,))
    return [each.message for each in problems(form, {field.key: value}, today=TODAY)]


def test_a_field_says_itself_whether_its_day_may_come_how_long_it_is_and_whether_blanks_will_do() -> None:
    assert of_one(FormField("x", "X", "date"), "2026-11-21") == []
    assert of_one(FormField("x", "X", "date", not_in_future=True), "2026-11-21") == ["This day is in the future."]
    assert of_one(FormField("x", "X", "text"), "x" * 20_000) == []
    assert of_one(FormField("x", "X", "text"), "x" * 20_001) == ["Shorten this to 20,000 characters; it has 20,001."]
    assert of_one(FormField("x", "X", "text", max_length=3), "xxxx") == ["Shorten this to 3 characters; it has 4."]
    assert of_one(FormField("x", "X", "text"), "  ") == []
    assert of_one(FormField("x", "X", "text", required=True), "  ") == ["Answer this question."]


def test_what_the_school_fills_in_is_never_asked_for() -> None:
    assert of_one(FormField("x", "X", "text", required=True), "") == ["Answer this question."]
    assert of_one(FormField("x", "X", "text", required=True, from_school=True), "") == []


def test_how_it_was_identified_stands_in_for_a_reporter() -> None:
    assert wrong(reported_by="", identified_how="A filtering alert") == {}


@pytest.mark.parametrize(
    "url", ["http://example.org", "https://sub.example.org:8443/a?b=c#d", "https://[2001:db8::1]/x"]
)
def test_web_addresses(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "javascript:alert(1)",
        "ftp://example.org",
        "https://",
        "https://localhost",
        "https://a b.example.org",
        "https://example.org:99999",
        "https://example.org\n",
        "https://.",
        "https://[bad",
        "https://example.org:0",
        "https://name:password@example.org/",
        "https://name@example.org/",
        "https://exam\u200bple.org/",
        "https://:password@example.org/",
    ],
)
def test_what_is_no_web_address(url: str) -> None:
    assert not is_web_address(url)


@given(st.text())
def test_any_text_is_judged_without_a_crash(text: str) -> None:
    assert is_web_address(text) in {True, False}
    wrong(description=text, happened_on=text, happened_at=text, location=text, urls=[text], types=[text])


def test_changed_keys_names_what_differs() -> None:
    assert changed_keys(filled(), filled(description="x", types=["gambling"])) == ("types", "description")
    assert changed_keys(filled(), filled()) == ()


def test_ticked_flags_are_single_ticks() -> None:
    form = loader.latest("camden_2021").form
    assert ticked_flags(form, filled(sexual_images=True, accidental=True)) == ("accidental", "sexual_images")


@pytest.mark.parametrize("pack", EDITIONS, ids=lambda pack: pack.key)
def test_every_answer_of_the_form_stands_on_exactly_one_page(pack: Any) -> None:
    placed = [key for each in PAGES for key in answers_on(pack.form, each)]
    assert sorted(placed) == sorted(pack.form.answer_keys)
    assert all(page_of(key).code for key in pack.form.answer_keys)


def test_a_page_that_is_not_there() -> None:
    with pytest.raises(UnknownPage):
        page("nothing")


def test_page_states() -> None:
    form = loader.latest("camden_2021").form
    assert state_of(form, page("details"), blank(form), today=TODAY) == "todo"
    assert state_of(form, page("details"), filled(), today=TODAY) == "done"
    assert state_of(form, page("details"), filled(location=""), today=TODAY) == "problem"


def test_everything_wrong_says_on_which_page() -> None:
    form = loader.latest("camden_2021").form
    found = everything_wrong(form, filled(location="", description=""), today=TODAY)
    assert [(where.code, problem.key) for where, problem in found] == [
        ("details", "location"),
        ("what-happened", "description"),
    ]
