"""What to do now: there for everything that can be ticked, never twice, most urgent first."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packs import loader, rules
from packs.schema import URGENCIES, Pack

TYPES = sorted({code for pack in loader.editions() for code in pack.form.field("types").codes})
FLAGS = [
    "deliberate",
    "accidental",
    "block_requested",
    "safeguarding",
    "illegal_material",
    "sexual_images",
    "immediate_risk",
]
GENERAL = {"call_999", "if_staff", "if_head", "tell_coordinator", "write_down", "in_confidence"}
IMAGES = {"do_not_look", "do_not_forward", "keep_device", "tell_dsl", "dsl_away"}

packs_drawn = st.sampled_from(loader.editions())
types_drawn = st.lists(st.sampled_from(TYPES), unique=True)
flags_drawn = st.lists(st.sampled_from(FLAGS), unique=True)


def ids(pack: Pack, types: list[str], flags: list[str]) -> list[str]:
    return [step.id for step in rules.guidance_for(pack, types, flags)]


def test_there_are_steps_for_each_type_and_flag(pack: Pack) -> None:
    assert set(pack.guidance.types) == set(pack.form.field("types").codes)
    assert set(pack.guidance.flags) == set(FLAGS)
    for code in pack.guidance.types:
        assert set(ids(pack, [code], [])) > GENERAL
    for key in set(FLAGS):
        assert len(ids(pack, [], [key])) > len(GENERAL)


def test_every_step_cites_known_duties_and_sources(pack: Pack) -> None:
    duties = {duty.id for duty in pack.duties}
    letters = {source.code for source in pack.sources}
    for step in pack.guidance.steps:
        assert step.duties
        assert set(step.duties) <= duties
        assert step.source
        assert {clause.split()[0] for clause in step.source} <= letters
        # A clause is cited because a duty of the step comes from it, or from the paragraph it belongs to.
        near = {clause for duty in step.duties for clause in pack.duty(duty).sources} | {"CM 4.7"}
        assert set(step.source) <= near, step.id


def test_each_edition_cites_itself(pack: Pack) -> None:
    other = "CM 4" if pack.code == "camden_2012" else "CC"
    cited = {clause for step in pack.guidance.steps for clause in step.source}
    assert {clause for clause in cited if clause.startswith(other)} <= {"CM 4.9"}


def test_steps_are_short_and_said_to_the_reader(pack: Pack) -> None:
    for step in pack.guidance.steps:
        assert len(step.text) <= 140, step.id
        assert step.text.endswith(".")
        assert "shall" not in step.text


@pytest.mark.parametrize(
    ("types", "flags", "wanted"),
    [
        (["child_abuse_images"], [], IMAGES | {"police_and_iwf", "note_address", "say_if_seen"}),
        (["illegal_pornography"], [], IMAGES | {"police_and_iwf"}),
        ([], ["sexual_images"], IMAGES | {"do_not_delete", "care_for_all", "listen"}),
        ([], ["illegal_material"], IMAGES | {"police_advice"}),
        ([], ["immediate_risk"], {"call_999", "stay_with_child", "tell_dsl", "dsl_away"}),
        ([], ["accidental"], {"no_blame", "screen_off", "note_address", "block_address", "class_talk"}),
        ([], ["safeguarding"], {"tell_dsl", "dsl_away", "listen", "self_harm"}),
        (["bullying"], [], {"keep_messages", "thank_child", "bullied_staff"}),
        (["hacking"], [], {"take_off_network", "tell_network_manager", "tell_head_data"}),
        (["terrorist_material"], [], {"tell_dsl", "prevent_advice", "keep_device"}),
        (["hate_material"], [], {"support_target"}),
        (["other"], [], {"unsure"}),
        ([], [], set()),
    ],
)
def test_what_is_said_for_what(pack: Pack, types: list[str], flags: list[str], wanted: set[str]) -> None:
    assert GENERAL | wanted <= set(ids(pack, types, flags))


def test_grooming_and_radicalisation_are_of_the_new_edition() -> None:
    new = loader.get("camden_2021", 1)
    assert {"no_contact", "do_not_delete", "tell_dsl", "police_and_parents"} <= set(ids(new, ["grooming"], []))
    assert {"prevent_advice", "tell_dsl"} <= set(ids(new, ["radicalisation"], []))
    assert set(ids(loader.get("camden_2012", 1), ["grooming"], [])) == GENERAL
    assert "planned_harm" in ids(loader.get("camden_2012", 1), ["drug_bomb_making"], [])


def test_the_emergency_call_comes_first(pack: Pack) -> None:
    for code in pack.form.field("types").codes:
        assert ids(pack, [code], FLAGS)[0] == "call_999"


def test_posts_whose_holder_is_named(pack: Pack) -> None:
    posts = {step.id: step.post for step in pack.guidance.steps}
    assert posts["tell_dsl"] == "dsl"
    assert posts["dsl_away"] == "deputy_dsl"
    assert posts["if_staff"] == "head_teacher"
    assert posts["if_head"] == "chair_of_governors"
    assert posts["tell_coordinator"] == "coordinator"
    assert posts["block_address"] == "network_manager"
    assert posts["do_not_look"] is None


def test_several_ticks_do_not_repeat_a_step(pack: Pack) -> None:
    both = ids(pack, ["child_abuse_images", "illegal_pornography"], ["sexual_images", "illegal_material"])
    assert both.count("do_not_look") == both.count("tell_dsl") == 1


@given(packs_drawn, types_drawn, flags_drawn)
def test_merging(pack: Pack, types: list[str], flags: list[str]) -> None:
    steps = rules.guidance_for(pack, types, flags)
    found = [step.id for step in steps]
    assert len(found) == len(set(found))
    assert len({step.text for step in steps}) == len(found)
    assert all(URGENCIES.index(a.urgency) <= URGENCIES.index(b.urgency) for a, b in pairwise(steps))
    assert set(found) == set(ids(pack, [], [])).union(
        *(ids(pack, [code], []) for code in types), *(ids(pack, [], [key]) for key in flags)
    )
    assert rules.guidance_for(pack, types[::-1] * 2, flags[::-1] * 2) == steps


@given(packs_drawn, st.lists(st.text()), st.lists(st.text()))
def test_anything_may_be_posted(pack: Pack, types: list[str], flags: list[str]) -> None:
    assert set(ids(pack, types, flags)) >= GENERAL
    assert rules.uploads_barred(pack, types, flags) in {None, pack.form.uploads_barred_reason}


BARRED_TYPES = {"child_abuse_images", "illegal_pornography"}
BARRED_FLAGS = {"illegal_material", "sexual_images"}


@pytest.mark.parametrize("code", TYPES)
def test_uploads_by_type(pack: Pack, code: str) -> None:
    assert (rules.uploads_barred(pack, [code], []) is not None) == (code in BARRED_TYPES)


@pytest.mark.parametrize("key", FLAGS)
def test_uploads_by_flag(pack: Pack, key: str) -> None:
    assert (rules.uploads_barred(pack, [], [key]) is not None) == (key in BARRED_FLAGS)


@given(packs_drawn, types_drawn, flags_drawn)
def test_uploads_are_barred_if_anything_bars_them(pack: Pack, types: list[str], flags: list[str]) -> None:
    reason = rules.uploads_barred(pack, types, flags)
    if BARRED_TYPES & set(types) or BARRED_FLAGS & set(flags):
        assert reason is not None
        assert reason.startswith("Files cannot be added")
        assert rules.is_serious(pack, types, flags)
    else:
        assert reason is None


@pytest.mark.parametrize(
    ("types", "flags", "serious"),
    [
        ([], [], False),
        (["bullying", "gambling"], ["accidental", "deliberate", "block_requested"], False),
        (["terrorist_material"], [], True),
        ([], ["safeguarding"], True),
        ([], ["immediate_risk"], True),
    ],
)
def test_what_the_head_and_the_safeguarding_lead_must_know(
    pack: Pack, types: list[str], flags: list[str], serious: bool
) -> None:
    assert rules.is_serious(pack, types, flags) is serious
