"""The stories themselves, before anything is written."""

import re
from collections import Counter
from datetime import date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from incidents.demo.acts import Keep, Open, Report, Save, Send, Setting, acts_of
from incidents.demo.files import bytes_of
from incidents.demo.people import everybody_of, holders_of
from incidents.demo.stories import Course, Fate, Story, cast_of, stories_of
from incidents.rules.answers import blank, problems
from packs import loader
from packs import rules as pack_rules
from schools.demo_calendar import school_days_before, terms
from schools.demo_cast import CAST, SCHOOLS, DemoSchool
from schools.files import check_file

LONDON = ZoneInfo("Europe/London")
ALL = [(school, story) for school in SCHOOLS for story in stories_of(school.key)]
# A plain Friday, the first Monday of a year, the summer, a weekend, New Year, a leap day, the hour the clocks change.
DAYS = (
    datetime(2026, 11, 20, 14, 0, tzinfo=LONDON),
    datetime(2026, 9, 7, 8, 0, tzinfo=LONDON),
    datetime(2027, 8, 11, 22, 0, tzinfo=LONDON),
    datetime(2026, 11, 22, 3, 0, tzinfo=LONDON),
    datetime(2027, 1, 1, 0, 30, tzinfo=LONDON),
    datetime(2028, 2, 29, 12, 0, tzinfo=LONDON),
    datetime(2026, 10, 25, 1, 30, tzinfo=LONDON),
)


def setting_of(school: DemoSchool, now: datetime) -> Setting:
    return Setting(
        people=everybody_of(school),
        holders=holders_of(school),
        days=tuple(school_days_before(now.date())),
        now=now,
    )


def named(value: tuple[DemoSchool, Story]) -> str:
    return f"{value[0].key}-{value[1].key}"


def test_there_are_about_eighty_in_every_course_and_with_every_fate() -> None:
    assert 75 <= len(ALL) <= 90
    assert {story.course for _, story in ALL} == set(Course)
    assert {story.fate for _, story in ALL} == set(Fate)
    assert len({story.key for _, story in ALL}) == len(ALL)
    assert len({story.text for _, story in ALL}) == len(ALL), "each is told in its own words"


@pytest.mark.parametrize("school", SCHOOLS, ids=lambda each: each.key)
def test_every_type_of_the_2021_edition_occurs_and_the_older_one_has_its_own(school: DemoSchool) -> None:
    form = loader.latest(school.pack_code).form
    told = Counter(code for code_of, story in ALL if code_of is school for code in story.types)
    known = set(form.field("types").codes)
    assert set(told) <= known
    if school.key == "riverbank":
        assert set(told) == known
    else:
        assert "drug_bomb_making" in told


@pytest.mark.parametrize("now", DAYS, ids=lambda now: f"{now:%Y-%m-%d}")
def test_everything_was_done_in_order_and_before_now(now: datetime) -> None:
    for school, story in ALL:
        times = [each.at for each in acts_of(story, setting_of(school, now))]
        assert all(first < second for first, second in pairwise(times)), story.key
        assert times[-1] < now, story.key


@pytest.mark.parametrize("now", DAYS, ids=lambda now: f"{now:%Y-%m-%d}")
def test_what_happened_happened_before_it_was_reported(now: datetime) -> None:
    for school, story in ALL:
        first = acts_of(story, setting_of(school, now))[0]
        if isinstance(first, Report | Open):
            said = first.answers
            clock = time.fromisoformat(said["happened_at"] or "00:00")
            happened = datetime.combine(date.fromisoformat(said["happened_on"]), clock, tzinfo=LONDON)
            assert happened <= first.at, story.key


@pytest.mark.parametrize("told", ALL, ids=named)
def test_a_sent_record_answers_every_question_as_it_must(told: tuple[DemoSchool, Story]) -> None:
    school, story = told
    form = loader.latest(school.pack_code).form
    answers = blank(form)
    for act in acts_of(story, setting_of(school, DAYS[0])):
        if isinstance(act, Report | Open | Save):
            assert set(act.answers) <= set(form.answer_keys)
            answers.update(act.answers)
        elif isinstance(act, Send):
            assert problems(form, {**answers, "reported_by": answers["reported_by"] or "x"}, today=DAYS[0].date()) == ()


@pytest.mark.parametrize("told", ALL, ids=named)
def test_nothing_is_left_unsaid_in_the_text(told: tuple[DemoSchool, Story]) -> None:
    school, story = told
    setting = setting_of(school, DAYS[0])
    names = [each.name for each in cast_of(story, setting.people)]
    for text in (story.text, story.so_far, story.action, story.evidence, story.audit, story.outcome, story.reason):
        assert not re.search(r"[{}]", story.telling(text, names))


def test_three_of_the_cast_are_said_to_have_done_something() -> None:
    cast = {each.key for each in CAST}
    subjects = [key for _, story in ALL for part, key in story.people if part == "subject" and key in cast]
    assert sorted(subjects) == ["chair", "deputy", "head"], "each shows that a subject does not know of it"


@pytest.mark.parametrize("told", ALL, ids=named)
def test_files_are_such_as_may_be_kept(told: tuple[DemoSchool, Story]) -> None:
    school, story = told
    barred = pack_rules.uploads_barred(loader.latest(school.pack_code), story.types, story.flags)
    kept = [act.file for act in acts_of(story, setting_of(school, DAYS[0])) if isinstance(act, Keep)]
    assert not (kept and barred)
    for file in kept:
        content = bytes_of(file)
        check_file(file.name, content)
        assert bytes_of(file) == content


def test_two_years_of_terms_are_known_and_none_overlap() -> None:
    for now in DAYS:
        known = terms(now.date())
        assert len(known) == 6
        assert all(first.ends_on < second.starts_on for first, second in pairwise(known))
        assert len(list(school_days_before(now.date()))) > max(story.day for _, story in ALL)
