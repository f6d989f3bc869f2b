"""What holds of every case, whoever it is about and whatever is known."""

import json
import os
import random
import subprocess
import sys
from dataclasses import fields, replace
from datetime import date, timedelta
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packs import loader
from packs.schema import AUDIENCES, EARLIER_KINDS, GRADES, Audience, Framework
from sanctions.rules.departing import height
from sanctions.rules.facts import FLAGS, NEEDS, Earlier, Facts, content_of, facts_from
from sanctions.rules.looking_back import counted
from sanctions.rules.proposing import UnknownBreach, propose
from tests.house.source import ROOT
from tests.policy.cases import CASES

FRAMEWORKS = {code: loader.get(code, 1).framework for code in ("camden_2012", "camden_2021")}
LISTED: dict[Audience, list[str]] = {
    audience: sorted(
        each.code for category in FRAMEWORKS["camden_2021"].categories(audience) for each in category.breaches
    )
    for audience in AUDIENCES
}
FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
DAYS = st.dates(FIRST, LAST)
ENOUGH = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
framework_strategy = st.sampled_from(sorted(FRAMEWORKS)).map(FRAMEWORKS.__getitem__)


def entries(audience: Audience, days: st.SearchStrategy[date] = DAYS) -> st.SearchStrategy[Earlier]:
    return st.builds(
        Earlier,
        given_on=days,
        id=st.text("abcdef0123456789", min_size=1, max_size=6),
        kind=st.sampled_from(EARLIER_KINDS),
        grade=st.sampled_from((*GRADES, None)),
        breaches=st.sets(st.sampled_from(LISTED[audience]), max_size=3).map(lambda found: tuple(sorted(found))),
        reference=st.integers(1, 9999).map(lambda number: f"2026-{number:04}"),
    )


@st.composite
def all_facts(draw: st.DrawFn, breaches: int = 4) -> Facts:
    audience: Audience = draw(st.sampled_from(AUDIENCES))
    return Facts(
        audience=audience,
        happened_on=draw(DAYS),
        breaches=draw(st.frozensets(st.sampled_from(LISTED[audience]), max_size=breaches)),
        look_back_from=draw(st.none() | DAYS),
        is_deliberate=draw(st.booleans()),
        is_accidental=draw(st.booleans()),
        told_staff_promptly=draw(st.sampled_from((None, True, False))),
        is_extreme=draw(st.booleans()),
        is_illegal_material=draw(st.booleans()),
        was_distributed=draw(st.booleans()),
        earlier=draw(st.frozensets(entries(audience), max_size=4)),
        needs=draw(st.frozensets(st.sampled_from(sorted(NEEDS)), max_size=3)),
        year_group=draw(st.sampled_from(("", "Reception", "Year 2", "Year 11"))),
        restorative_tried=draw(st.booleans()),
    )


def reached(facts: Facts, framework: Framework) -> int:
    return height(propose(facts, framework).grade)


GRAVER = ("is_deliberate", "is_extreme", "is_illegal_material", "was_distributed")


@ENOUGH
@given(framework_strategy, all_facts(), st.sampled_from(GRAVER))
def test_a_graver_fact_never_lowers_the_category(framework: Framework, facts: Facts, flag: str) -> None:
    without = replace(facts, **{flag: False})  # type: ignore[arg-type]
    assert reached(replace(facts, **{flag: True}), framework) >= reached(without, framework)  # type: ignore[arg-type]


@ENOUGH
@given(framework_strategy, all_facts())
def test_not_telling_never_comes_to_less_than_telling(framework: Framework, facts: Facts) -> None:
    told = reached(replace(facts, told_staff_promptly=True), framework)
    unanswered = reached(replace(facts, told_staff_promptly=None), framework)
    assert told <= unanswered <= reached(replace(facts, told_staff_promptly=False), framework)


ACCIDENTS = frozenset({"accidental_data_loss", "accidental_offensive"})


@ENOUGH
@given(framework_strategy, all_facts(), st.frozensets(st.sampled_from(sorted(ACCIDENTS))))
def test_who_told_staff_is_never_graded_for_not_telling(
    framework: Framework, facts: Facts, breaches: frozenset[str]
) -> None:
    """Duty R12: whether or not somebody has said that it was an accident."""
    told = replace(facts, audience="pupil", breaches=breaches, is_deliberate=False, told_staff_promptly=True)
    told = replace(told, earlier=frozenset(each for each in told.earlier if facts.audience == "pupil"))
    proposal = propose(told, framework)
    assert (proposal.grade, proposal.sanctions) == (None, ())
    assert ("contradictory" in {each.code for each in proposal.weigh}) or not breaches


@ENOUGH
@given(framework_strategy, all_facts())
def test_an_accident_is_graver_than_the_same_on_purpose_only_where_that_is_said(
    framework: Framework, facts: Facts
) -> None:
    accident = replace(facts, is_accidental=True, is_deliberate=False, told_staff_promptly=False)
    on_purpose = replace(facts, is_accidental=False, is_deliberate=True, told_staff_promptly=False)
    is_graver = reached(accident, framework) > reached(on_purpose, framework)
    assert ("not_telling" in {each.code for each in propose(accident, framework).weigh}) is is_graver


@ENOUGH
@given(framework_strategy, all_facts(breaches=0))
def test_an_accident_that_broke_nothing_comes_to_nothing(framework: Framework, facts: Facts) -> None:
    assert reached(replace(facts, is_accidental=True, is_deliberate=False), framework) == 0


@ENOUGH
@given(framework_strategy, all_facts(), st.data())
def test_one_more_breach_never_lowers_the_category(framework: Framework, facts: Facts, data: st.DataObject) -> None:
    more = data.draw(st.sampled_from(LISTED[facts.audience]))
    assert reached(replace(facts, breaches=facts.breaches | {more}), framework) >= reached(facts, framework)


@ENOUGH
@given(framework_strategy, all_facts(), st.data())
def test_one_more_earlier_entry_never_lowers_the_category(
    framework: Framework, facts: Facts, data: st.DataObject
) -> None:
    more = data.draw(entries(facts.audience))
    assert reached(replace(facts, earlier=facts.earlier | {more}), framework) >= reached(facts, framework)


@ENOUGH
@given(framework_strategy, all_facts(), st.data())
def test_what_is_not_inside_the_look_back_never_counts(framework: Framework, facts: Facts, data: st.DataObject) -> None:
    late = entries(facts.audience, st.dates(facts.happened_on, LAST))
    outside = late
    if facts.look_back_from is not None:
        before = facts.look_back_from - timedelta(days=1)
        outside |= entries(facts.audience, st.dates(before - timedelta(days=900), before))
    more = data.draw(outside)
    longer = replace(facts, earlier=facts.earlier | {more})
    plain, changed = propose(facts, framework), propose(longer, framework)
    assert (changed.grade, changed.outcome, changed.steps) == (plain.grade, plain.outcome, plain.steps)
    assert (changed.obligations, changed.sanctions) == (plain.obligations, plain.sanctions)
    if more not in facts.earlier:
        assert {each.code for each in changed.weigh} & {"expired", "same_day"}


@ENOUGH
@given(framework_strategy, all_facts())
def test_the_whole_record_without_what_is_outside_comes_to_the_same(framework: Framework, facts: Facts) -> None:
    inside = replace(facts, earlier=frozenset(counted(facts).inside))
    plain, less = propose(facts, framework), propose(inside, framework)
    assert (less.grade, less.steps) == (plain.grade, plain.steps)


@ENOUGH
@given(all_facts())
def test_every_earlier_entry_is_in_one_place(facts: Facts) -> None:
    record = counted(facts)
    kept = [*record.inside, *record.expired, *record.same_day_or_later]
    assert sorted(kept, key=repr) == sorted(facts.earlier, key=repr)
    assert all(each.given_on < facts.happened_on for each in record.inside)


@ENOUGH
@given(framework_strategy, all_facts(), st.randoms(use_true_random=False))
def test_order_never_matters(framework: Framework, facts: Facts, dice: random.Random) -> None:
    shuffled = content_of(facts)
    for name in ("breaches", "earlier", "needs"):
        dice.shuffle(shuffled[name])
    for each in shuffled["earlier"]:
        dice.shuffle(each["breaches"])
    names = list(shuffled)
    dice.shuffle(names)
    again = facts_from({name: shuffled[name] for name in names})
    assert again == facts
    assert propose(again, framework).as_bytes() == propose(facts, framework).as_bytes()


@ENOUGH
@given(all_facts())
def test_what_is_kept_is_read_back(facts: Facts) -> None:
    assert facts_from(content_of(facts)) == facts
    through_json = json.loads(json.dumps(content_of(facts)))
    assert through_json == content_of(facts)
    assert facts_from(through_json) == facts
    assert set(content_of(facts)) == {each.name for each in fields(Facts)}
    assert set(FLAGS) <= set(content_of(facts))


@ENOUGH
@given(framework_strategy, all_facts())
def test_a_proposal_is_whole(framework: Framework, facts: Facts) -> None:
    proposal = propose(facts, framework)
    assert (proposal.grade is not None) == (proposal.outcome == "graded")
    assert proposal.steps
    assert {each.code for each in proposal.found} == facts.breaches
    heights = [height(each.grade) for each in proposal.found]
    assert heights == sorted(heights, reverse=True)
    ids = {each.id for each in counted(facts).inside}
    assert all(set(step.earlier) <= ids for step in proposal.steps)
    texts = [*(each.text for each in proposal.steps), *(each.text for each in proposal.weigh)]
    assert all(each.endswith((".", "?")) for each in texts)
    if proposal.grade is not None:
        assert max(height(step.grade) for step in proposal.steps) == height(proposal.grade)
        category = framework.category(facts.audience, proposal.grade)
        assert (proposal.obligations, proposal.sanctions) == (category.obligations, category.sanctions)
        assert proposal.weigh[-1].code == "harm"
    else:
        assert proposal.sanctions == ()
        assert proposal.restorative == ""
    assert bool(proposal.questions) == (proposal.outcome == "unanswered")


@ENOUGH
@given(framework_strategy, all_facts(), st.text(min_size=1, max_size=12))
def test_only_an_unknown_breach_is_refused(framework: Framework, facts: Facts, code: str) -> None:
    changed = replace(facts, breaches=facts.breaches | {code})
    if code in LISTED[facts.audience]:
        propose(changed, framework)
        return
    with pytest.raises(UnknownBreach, match="The framework lists no breach"):
        propose(changed, framework)


OTHER_PROCESS = """
import hashlib, json, sys
from packs import loader
from sanctions.rules.facts import facts_from
from sanctions.rules.proposing import propose
for code, content in json.load(sys.stdin):
    proposal = propose(facts_from(content), loader.get(code, 1).framework)
    print(hashlib.sha256(proposal.as_bytes()).hexdigest())
"""


def test_the_same_bytes_in_another_process() -> None:
    """Whatever the seed of hashes, the language and the place of the machine."""
    asked = [(code, content_of(case.known)) for case in CASES for code in case.editions.split()]
    found = [propose(facts_from(content), FRAMEWORKS[code]).as_bytes() for code, content in asked]
    assert len(set(found)) > len(CASES) // 2
    said = set()
    for seed, locale, zone in (("1", "C", "UTC"), ("2026", "de_DE.UTF-8", "Asia/Tokyo"), ("77", "tr_TR", "")):
        done = subprocess.run(
            [sys.executable, "-c", OTHER_PROCESS],
            input=json.dumps(asked),
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "LC_ALL": locale, "LANG": locale, "TZ": zone, "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        )
        said.add(done.stdout)
    assert said == {"".join(f"{sha256(each).hexdigest()}\n" for each in found)}
