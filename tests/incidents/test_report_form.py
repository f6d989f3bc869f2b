"""What the forms make of what is typed: times, lines, ticks, and nothing lost."""

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.template import Context
from hypothesis import given
from hypothesis import strategies as st

from incidents.forms.answers import restored
from incidents.forms.people import tidy_id, words_to_find
from incidents.forms.record import PageForm, tidy_version
from incidents.forms.report import ReportForm
from incidents.forms.times import NoTime, tidy_time
from incidents.rules.answers import blank
from incidents.rules.pages import PAGES, page
from packs import loader

TODAY = date(2026, 11, 20)
EDITIONS = loader.editions()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("14:02", "14:02"),
        ("14.02", "14:02"),
        ("1402", "14:02"),
        ("2.02pm", "14:02"),
        ("2:02 p.m.", "14:02"),
        ("2pm", "14:00"),
        ("2 PM", "14:00"),
        ("12.30am", "00:30"),
        ("12pm", "12:00"),
        ("9:15", "09:15"),
        ("930", "09:30"),
        ("02:02", "02:02"),
        ("  08:05 ", "08:05"),
        ("", ""),
    ],
)
def test_times_as_people_type_them(typed: str, kept: str) -> None:
    assert tidy_time(typed) == kept


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("25:00", "There is no such time."),
        ("14:60", "There is no such time."),
        ("14:02pm", "There is no such time."),
        ("13pm", "There is no such time."),
        ("0am", "There is no such time."),
        ("14", "Write the time as 14:02"),
        ("after lunch", "Write the time as 14:02"),
        ("14:02:30", "Write the time as 14:02"),
        ("१४:०२", "Write the time as 14:02"),
        ("2.02", "Say which half of the day: 14:02 or 02:02."),
    ],
)
def test_what_is_no_time_gets_a_message(typed: str, message: str) -> None:
    with pytest.raises(NoTime, match=message.replace(".", r"\.")):
        tidy_time(typed)


@given(st.text())
def test_any_text_is_a_time_or_none(typed: str) -> None:
    with suppress(NoTime):
        assert tidy_time(typed) == "" or len(tidy_time(typed)) == 5


@pytest.mark.parametrize(
    ("typed", "version"),
    [("3", 3), ("0", 0), ("", -1), (None, -1), ("-1", -1), ("1e3", -1), ("9" * 40, -1), ("³", -1), ("3\x00", -1)],
)
def test_a_version_that_is_none_fits_no_record(typed: Any, version: int) -> None:
    assert tidy_version(typed) == version


def test_an_id_that_is_none_is_empty() -> None:
    assert tidy_id("x") == tidy_id(None) == tidy_id("\x00") == ""
    assert tidy_id("9285B438c5c141c9970268639eb0dc60") == "9285b438-c5c1-41c9-9702-68639eb0dc60"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Sam Reed 5B", "Sam Reed"),
        ("Sam Reed, Year 5", "Sam Reed"),
        ("Sam (5B)", "Sam"),
        ("Anne-Marie O'Hara", "Anne-Marie O'Hara"),
        ("5B", ""),
    ],
)
def test_a_typed_name_is_looked_up_without_its_class(name: str, words: str) -> None:
    assert words_to_find(name) == words


@pytest.mark.parametrize("pack", EDITIONS, ids=lambda pack: pack.key)
@pytest.mark.parametrize("each", [each for each in PAGES if each.code != "people"], ids=lambda each: each.code)
def test_each_page_asks_every_question_of_its_edition_in_its_words(pack: Any, each: Any) -> None:
    form = PageForm(pack.form, each, today=TODAY, answers=blank(pack.form))
    html = form.rest.render_layout(form, Context({})) + (
        form.what.render_layout(form, Context({})) if each.code == "what-happened" else ""
    )
    for key in each.keys:
        question = pack.form.field(key)
        assert f'name="{key}' in html, key
        for option in question.options:
            assert f'value="{option.code}"' in html
            label = option.label[:1].upper() + option.label[1:]
            assert label.replace("'", "&#x27;") in html or label in html
        for specify_key in question.specify_keys:
            assert f'name="{specify_key}"' in html


@pytest.mark.parametrize("pack", EDITIONS, ids=lambda pack: pack.key)
def test_what_is_saved_comes_back_the_same(pack: Any) -> None:
    said = blank(pack.form) | {
        "happened_on": "2026-11-18",
        "happened_at": "10:40",
        "reported_by": "A. Teacher",
        "location": "in_setting",
        "involved": ["child", "other"],
        "involved_other": "A visitor",
        "types": ["bullying", "other"],
        "types_other": "A dare",
        "description": "One\n\nTwo",
        "deliberate": True,
        "deliberate_material": ["created", "distributed"],
        "risk_areas": ["conduct"],
        "urls": ["https://example.org/a", "https://example.org/b"],
        "on_school_equipment": "no",
        "action_staff": ["police"],
        "block_requested": True,
        "outcome": "Closed.",
    }
    for each in PAGES:
        if each.code == "people":
            continue
        shown = PageForm(pack.form, each, today=TODAY, answers=said)
        posted = PageForm(pack.form, each, today=TODAY, data=_as_posted(shown))
        assert posted.is_valid(), posted.errors
        assert posted.to_answers() == {key: said[key] for key in posted.to_answers()}


def _as_posted(form: PageForm) -> QueryDict:
    """What a browser would post for the form as it is shown."""
    data = QueryDict(mutable=True)
    for field in form:
        value = field.value()
        if field.name == "happened_on":
            year, month, day = str(value).split("-")
            data.update({"happened_on_day": day, "happened_on_month": month, "happened_on_year": year})
        elif isinstance(value, list):
            data.setlist(field.name, value)
        elif value is True:
            data[field.name] = "on"
        elif value not in (False, None):
            data[field.name] = str(value).replace("\n", "\r\n")
    return data


def _report(**typed: Any) -> ReportForm:
    data = QueryDict(mutable=True)
    for name, value in typed.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return ReportForm(loader.latest("camden_2021").form, today=TODAY, data=data)


def test_people_are_one_a_line_and_each_once() -> None:
    form = _report(people_subject="Sam Reed 5B\r\n\r\n  Mia Bell \r\nMia Bell", people_witness="Kit Lowe")
    form.is_valid()
    assert [(each["name"], each["part"], each["kind"]) for each in form.to_answers()["people"]] == [
        ("Sam Reed 5B", "subject", "other"),
        ("Mia Bell", "subject", "other"),
        ("Kit Lowe", "witness", "other"),
    ]


def test_too_many_or_too_long_names_are_said_beside_their_lines() -> None:
    assert "people_affected" in _report(people_affected="x" * 201, people_subject="Sam").errors
    assert "people_witness" in _report(people_witness="\n".join(f"Name {each}" for each in range(41))).errors
    assert "people_subject" in _report(people_subject="a\x00b").errors


def test_the_text_of_an_option_that_is_not_ticked_says_nothing() -> None:
    form = _report(types=["bullying"], types_other="A dare")
    form.is_valid()
    assert form.to_answers()["types_other"] == ""
    assert form["types_other"].value() == "A dare"


def test_a_draft_holds_what_was_typed_and_shows_it_back_without_a_word() -> None:
    typed = {
        "happened_on_day": "31",
        "happened_on_month": "2",
        "happened_at": "after lunch",
        "types": ["bullying", "ghost"],
        "description": "x" * 20_001,
        "people_subject": "Sam\nMia",
        "not_ours": "1",
    }
    kept = _report(**typed).typed()
    assert "not_ours" not in kept
    form = ReportForm(loader.latest("camden_2021").form, today=TODAY, data=restored(kept), checked=False)
    assert not form.errors
    assert form["happened_on"].value() == ["31", "2", ""]
    assert form["happened_at"].value() == "after lunch"
    assert len(form["description"].value()) == 20_001
    assert form["people_subject"].value() == "Sam\nMia"


def test_nul_never_reaches_a_draft() -> None:
    assert _report(description="a\x00b").typed()["description"] == ["ab"]


def test_one_message_is_enough_for_two_questions_of_which_one_is_asked() -> None:
    form = PageForm(loader.latest("camden_2021").form, page("details"), today=TODAY, data=QueryDict(""))
    assert "reported_by" in form.errors
    assert "identified_how" not in form.errors
