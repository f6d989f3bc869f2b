"""What each option of the printed form suggests, typed by hand: a suggestion that a person confirms, and no more."""

from typing import Any

import pytest

from packs import loader
from packs.schema import Audience, Framework, Pack
from sanctions.rules.suggesting import Suggested, flags_said, suggested

DELIBERATE: dict[str, Any] = {"deliberate": True}
ACCIDENTAL: dict[str, Any] = {"accidental": True}
BOTH = DELIBERATE | ACCIDENTAL
Rows = dict[tuple[str, str], tuple[str, ...]]
HATEFUL = ("obscene_hateful_material", "accidental_offensive")
# Field, option, and what it suggests: on purpose; by accident; where nobody has said.
PUPIL: Rows = {
    ("types", "bullying"): ("online_bullying", "online_bullying", "online_bullying"),
    ("types", "bypassing_security"): ("bypass_security", "bypass_security", "bypass_security"),
    ("types", "hacking"): ("bypass_security deliberate_data_loss",) * 3,
    ("types", "hate_material"): (*HATEFUL, ""),
    ("types", "terrorist_material"): (*HATEFUL, ""),
    ("types", "drug_bomb_making"): (*HATEFUL, ""),
    ("types", "grooming"): ("", "", ""),
    ("types", "radicalisation"): ("", "", ""),
    ("types", "child_abuse_images"): (*HATEFUL, ""),
    ("types", "gambling"): ("non_educational_site", "non_educational_site", "non_educational_site"),
    ("types", "soft_pornography"): ("offensive_material", "accidental_offensive", ""),
    ("types", "illegal_pornography"): (*HATEFUL, ""),
    ("types", "other"): ("", "", ""),
    ("deliberate_considered_as", "harassment"): ("online_bullying", "online_bullying", "online_bullying"),
    ("deliberate_considered_as", "grooming"): ("", "", ""),
    ("deliberate_considered_as", "online_bullying"): ("online_bullying", "online_bullying", "online_bullying"),
    ("deliberate_considered_as", "breach_of_aup"): ("", "", ""),
}
STAFF_HATEFUL = ("obscene_hateful_material", "", "")
STAFF: Rows = {
    ("types", "bullying"): ("online_conduct", "online_conduct", "online_conduct"),
    ("types", "bypassing_security"): ("security_breach", "security_breach", "security_breach"),
    ("types", "hacking"): ("serious_misuse security_breach",) * 3,
    ("types", "hate_material"): STAFF_HATEFUL,
    ("types", "terrorist_material"): STAFF_HATEFUL,
    ("types", "drug_bomb_making"): STAFF_HATEFUL,
    ("types", "grooming"): ("", "", ""),
    ("types", "radicalisation"): ("", "", ""),
    ("types", "child_abuse_images"): STAFF_HATEFUL,
    ("types", "gambling"): ("excessive_personal_use", "excessive_personal_use", "excessive_personal_use"),
    ("types", "soft_pornography"): STAFF_HATEFUL,
    ("types", "illegal_pornography"): STAFF_HATEFUL,
    ("types", "other"): ("", "", ""),
    ("deliberate_considered_as", "harassment"): ("online_conduct", "online_conduct", "online_conduct"),
    ("deliberate_considered_as", "grooming"): ("", "", ""),
    ("deliberate_considered_as", "online_bullying"): ("online_conduct", "online_conduct", "online_conduct"),
    ("deliberate_considered_as", "breach_of_aup"): ("", "", ""),
}
EXPECTED: dict[Audience, Rows] = {"pupil": PUPIL, "staff": STAFF}
ONLY = {"camden_2012": {"drug_bomb_making"}, "camden_2021": {"grooming", "radicalisation"}}
ROWS = [(audience, *chosen) for audience, rows in EXPECTED.items() for chosen in rows]


def codes(framework: Framework, audience: Audience, answers: dict[str, Any]) -> str:
    return " ".join(each.breach for each in suggested(framework, audience, answers))


@pytest.mark.parametrize(("audience", "field", "option"), ROWS)
def test_each_option(pack: Pack, audience: Audience, field: str, option: str) -> None:
    offered = {each.code for each in pack.form.field(field).options}
    on_purpose, by_accident, unsaid = EXPECTED[audience][field, option]
    if option not in offered:
        # An option of the other edition alone is not in this form, and so suggests nothing here.
        assert option in ONLY["camden_2012"] ^ ONLY["camden_2021"]
        on_purpose = by_accident = unsaid = ""
    chosen = {field: [option]}
    assert codes(pack.framework, audience, chosen | DELIBERATE) == on_purpose
    assert codes(pack.framework, audience, chosen | ACCIDENTAL) == by_accident
    assert codes(pack.framework, audience, chosen) == unsaid
    # What went on by choice is what was chosen.
    assert codes(pack.framework, audience, chosen | BOTH) == on_purpose


def test_no_option_is_left_out(pack: Pack) -> None:
    for field in ("types", "deliberate_considered_as"):
        offered = {each.code for each in pack.form.field(field).options}
        other = {"camden_2012": "camden_2021", "camden_2021": "camden_2012"}[pack.code]
        for rows in EXPECTED.values():
            typed = {option for name, option in rows if name == field}
            assert offered == typed - (ONLY[other] if field == "types" else set())


def test_every_answer_that_suggests_is_said_and_the_order_is_the_framework_s(framework: Framework) -> None:
    answers = {
        "types": ["hacking", "gambling", "bullying", "bypassing_security"],
        "deliberate_considered_as": ["online_bullying", "harassment"],
        "deliberate": True,
    }
    assert suggested(framework, "pupil", answers) == (
        Suggested("non_educational_site", (("types", "gambling"),)),
        Suggested("bypass_security", (("types", "bypassing_security"), ("types", "hacking"))),
        Suggested("deliberate_data_loss", (("types", "hacking"),)),
        Suggested(
            "online_bullying",
            (
                ("types", "bullying"),
                ("deliberate_considered_as", "harassment"),
                ("deliberate_considered_as", "online_bullying"),
            ),
        ),
    )


def test_what_is_not_answered_suggests_nothing(framework: Framework) -> None:
    empty: list[dict[str, Any]] = [{}, {"types": None}, {"types": []}]
    for answers in (*empty, {"types": ["nothing_known"]}, {"weather": ["bullying"]}):
        for audience in EXPECTED:
            assert suggested(framework, audience, answers) == ()


def test_an_answer_in_one_word_is_that_word_and_no_part_of_it(framework: Framework) -> None:
    assert codes(framework, "pupil", {"types": "bullying"}) == "online_bullying"
    assert codes(framework, "pupil", {"types": "bullying_of_staff"}) == ""


FLAGS = ("is_deliberate", "is_accidental", "is_illegal_material", "was_distributed")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, ""),
        ({"deliberate": True}, "is_deliberate"),
        ({"accidental": True}, "is_accidental"),
        ({"deliberate": True, "accidental": True}, "is_deliberate is_accidental"),
        ({"deliberate": False, "accidental": None}, ""),
        ({"illegal_material": True}, "is_illegal_material"),
        ({"illegal_material": False}, ""),
        ({"deliberate": True, "deliberate_material": ["transmitted"]}, "is_deliberate was_distributed"),
        ({"deliberate": True, "deliberate_material": ["distributed"]}, "is_deliberate was_distributed"),
        ({"deliberate": True, "deliberate_material": ["shown_to_others"]}, "is_deliberate was_distributed"),
        ({"deliberate": True, "deliberate_material": ["viewed", "distributed"]}, "is_deliberate was_distributed"),
        ({"deliberate": True, "deliberate_material": ["created", "viewed", "printed"]}, "is_deliberate"),
        ({"deliberate": True, "deliberate_material": []}, "is_deliberate"),
        ({"deliberate": True, "deliberate_material": None}, "is_deliberate"),
        ({"deliberate_material": ["distributed"]}, ""),
        ({"accidental": True, "deliberate_material": ["distributed"]}, "is_accidental"),
    ],
    ids=str,
)
def test_what_the_form_says_besides(answers: dict[str, Any], said: str) -> None:
    assert flags_said(answers) == {flag: flag in said.split() for flag in FLAGS}


def test_what_counts_as_passed_on_is_in_the_form_of_both_editions(pack: Pack) -> None:
    offered = {each.code for each in pack.form.field("deliberate_material").options}
    assert {"transmitted", "distributed", "shown_to_others"} <= offered
    assert loader.get("camden_2021", 1).framework.suggestions("pupil") != ()
