"""The sentences of a proposal, as a parent would read them, and what a school's own framework makes of them."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from packs import loader
from packs.schema import FACTS, GRADES, Audience, Breach, EscalationRule, Fact, Framework, Grade, Needs, Pack
from sanctions.rules.departing import departure, height
from sanctions.rules.facts import NEEDS, Facts, NotFacts, content_of, facts_from
from sanctions.rules.proposing import QUESTIONS, TOLD, Proposal, UnknownBreach, propose
from sanctions.rules.words import quoted
from tests.policy.building import decision, facts, warning

NEW = loader.get("camden_2021", 1).framework
OCTOBER = date(2026, 10, 1)
PHONE = "unauthorised_email_phone"
A_TEXT = "“Using email or a mobile phone without permission”"
D_MEANING = (
    "serious breaches continued after warnings, or deliberate access to or sharing of banned or illegal material "
    "that may be a crime"
)


def said(known: Facts, framework: Framework = NEW) -> dict[str, str]:
    return {each.code: each.text for each in propose(known, framework).steps}


def weighed(known: Facts, framework: Framework = NEW) -> dict[str, str]:
    return {each.code: each.text for each in propose(known, framework).weigh}


def test_listed_moved_and_the_gravest() -> None:
    known = facts("pupil", PHONE, warning("w1", OCTOBER, PHONE))
    assert said(known) == {
        "listed": f"{A_TEXT} is listed in category A.",
        "repeated_after_warning": (
            f"{A_TEXT} moves to category B, because an A breach is repeated after a warning for the same breach. It "
            "rests on the warning of 1 October 2026 (2026-w1); the look-back began on 1 September 2026."
        ),
        "gravest": "The gravest leads: category B.",
    }


def test_what_a_category_means_is_said_where_a_breach_is_listed_there() -> None:
    """Not where only the record brought the case there: gross misconduct is what the policy lists, no repetition."""
    earlier = warning("w1", OCTOBER, "password_sharing")
    again = facts("staff", "password_sharing", earlier)
    assert said(again)["gravest"] == "The gravest leads: category B."
    assert said(replace(again, breaches=again.breaches | {"disrepute"}))["gravest"] == (
        "The gravest leads: category B, deliberate act that undermines safety or calls into question suitability to "
        "work with children; gross misconduct."
    )
    assert said(facts("pupil", f"{PHONE} disrepute"))["gravest"] == f"The gravest leads: category D, {D_MEANING}."
    begun = facts("pupil", PHONE, is_accidental=True, is_deliberate=True, told_staff_promptly=False)
    assert said(begun)["gravest"] == "The gravest leads: category B."


def test_bullying_that_is_persistent_and_extreme() -> None:
    moved = (
        "“Online bullying” moves to category D, because online bullying is persistent (a second decision inside the "
        "look-back) or marked extreme."
    )
    rests = " It rests on the decision of 1 October 2026 (2026-d1, category C); the whole time at the school counts."
    earlier = decision("d1", OCTOBER, "C", "online_bullying")
    both = facts("pupil", "online_bullying", earlier, is_extreme=True, look_back_from=None)
    assert said(both)["persistent_bullying"] == f"{moved}{rests} It is marked as extreme."
    assert said(replace(both, is_extreme=False))["persistent_bullying"] == f"{moved}{rests}"
    assert said(replace(both, earlier=frozenset()))["persistent_bullying"] == f"{moved} It is marked as extreme."
    assert said(both)["repeated_serious"] == (
        "“Online bullying” moves to category D, because a C breach is repeated after an earlier C or D decision. It "
        "rests on the decision of 1 October 2026 (2026-d1, category C); the whole time at the school counts."
    )
    assert said(both)["gravest"] == "The gravest leads: category D."


def test_what_is_put_down_as_a_repetition() -> None:
    assert said(facts("pupil", "continued_email_phone")) == {
        "treated_as": (
            f"“Keeps using email or a phone without permission” means {A_TEXT} again, which is category A. Only an "
            "earlier warning that still counts can move it up."
        )
    }
    assert said(facts("pupil", "extreme_bullying")) == {
        "treated_as": (
            "“Persistent or extreme online bullying” means “Online bullying” again, which is category C. Only an "
            "earlier decision that still counts, or its being marked as extreme, can move it up."
        )
    }


def test_what_moves_a_repetition_is_what_the_rules_ask_for() -> None:
    known = facts("pupil", "extreme_bullying")
    both = [rule_of(NEW, "repeated_serious"), rule_of(NEW, "persistent_bullying")]
    warned = replace(both[0], needs=replace(both[0].needs, earlier="warning"))
    marked = [replace(each, needs=replace(each.needs, or_fact="distributed")) for each in both]

    def ending(*rules: EscalationRule) -> str:
        return said(known, with_rules(NEW, *rules))["treated_as"].partition("category C. ")[2]

    assert ending() == "No rule of the policy can move it up."
    assert ending(rule_of(NEW, "repeated_after_warning")) == "No rule of the policy can move it up."
    assert ending(warned) == "Only an earlier warning that still counts can move it up."
    assert ending(both[1], warned) == (
        "Only an earlier warning or decision that still counts, or its being marked as extreme, can move it up."
    )
    assert ending(marked[0], both[1]) == (
        "Only an earlier decision that still counts, or its being marked as passed on to others or extreme, can move "
        "it up."
    )


def test_what_moves_an_a_breach_does_not_speak_against_what_is_weighed() -> None:
    known = facts("pupil", "continued_email_phone", decision("d1", OCTOBER, "A", PHONE), is_deliberate=True)
    assert "decision" not in said(known)["treated_as"]
    assert weighed(known)["no_warning"].startswith("No warning was given with the decision of 1 October 2026")


def test_material_that_may_be_illegal() -> None:
    known = facts("pupil", "", is_deliberate=True, is_illegal_material=True, was_distributed=True)
    assert said(known) == {
        "illegal_distributed": (
            "The policy puts this in category D: material that may be illegal, deliberately accessed and distributed."
        )
    }


@pytest.mark.parametrize(
    ("more", "code", "text"),
    [
        (
            {"told_staff_promptly": True},
            "accidental_and_told",
            "It was an accident, and staff were told promptly: nobody is blamed and nothing is sanctioned.",
        ),
        (
            {"told_staff_promptly": False},
            "accidental_not_told",
            "It was an accident, and staff were not told promptly: category B, and no more.",
        ),
        (
            {"told_staff_promptly": True, "is_accidental": False},
            "not_graded",
            "“Coming across offensive material by accident and not telling staff” is not graded: staff were told "
            "promptly, so it is not what happened.",
        ),
        (
            {"told_staff_promptly": False, "is_deliberate": True},
            "accidental_not_told",
            "It began by accident, and staff were not told promptly: that alone is category B.",
        ),
        (
            {},
            "unanswered",
            "It is put down as an accident. Nobody has answered yet whether staff were told promptly, and what this "
            "comes to depends on the answer.",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_accidents(more: dict[str, Any], code: str, text: str) -> None:
    assert said(facts("pupil", "accidental_offensive", **{"is_accidental": True} | more))[code] == text


def test_an_accident_that_broke_nothing_comes_to_nothing() -> None:
    """Not telling is not a breach by itself; what the school does after an accident that was told is not asked."""
    for told, steps, obligations in ((False, ["no_breach"], 0), (True, ["accidental_and_told"], 3)):
        proposal = propose(facts("pupil", "", is_accidental=True, told_staff_promptly=told), NEW)
        assert (proposal.outcome, proposal.grade) == ("nothing", None)
        assert [each.code for each in proposal.steps] == steps
        assert (len(proposal.obligations), proposal.sanctions) == (obligations, ())


def test_what_is_not_graded_says_its_clause_and_that_nobody_is_blamed(pack: Pack) -> None:
    (step,) = propose(facts("pupil", "accidental_offensive", told_staff_promptly=True), pack.framework).steps
    assert step.source == (("CC 5.1.2",) if pack.code == "camden_2012" else ("CM 5",))
    assert (step.duties, step.grade, step.earlier) == (("R12",), None, ())


def test_what_is_unanswered_names_the_clauses_and_duties_of_both_answers(pack: Pack) -> None:
    (step,) = propose(facts("pupil", "", is_accidental=True), pack.framework).steps
    assert step.source == (("CC 4.2", "CC 5.1.2") if pack.code == "camden_2012" else ("CM 4.2", "CM 5"))
    assert (step.duties, step.grade) == (("R12", "S1"), None)
    assert QUESTIONS == {TOLD: "Did the child tell a member of staff promptly?"}


def test_no_breach() -> None:
    (step,) = propose(facts("pupil"), NEW).steps
    assert step.text == "No breach of the acceptable use agreement is on the record."
    assert (step.source, step.duties, step.grade, step.earlier) == ((), (), None, ())


def test_the_clauses_duties_and_grades_of_steps(pack: Pack) -> None:
    known = facts("pupil", "continued_email_phone file_sharing", warning("w1", OCTOBER, PHONE))
    steps = {each.code: each for each in propose(known, pack.framework).steps}
    b_source = ("CC 5.1.2",) if pack.code == "camden_2012" else ("CM 5",)
    assert {code: (each.grade, each.source, each.duties) for code, each in steps.items()} == {
        "treated_as": ("A", b_source, ("S1", "S4")),
        "listed": ("B", b_source, ("S1",)),
        "repeated_after_warning": ("B", b_source, ("S4",)),
        "gravest": ("B", b_source, ("S1", "S3")),
    }


WEIGHED = [
    (
        facts("pupil", "offensive_material", is_accidental=True, told_staff_promptly=False, was_distributed=True),
        {
            "contradictory": (
                "It is put down as an accident, and also as extreme or passed on. Look at the facts again."
            ),
            "ungraded": (
                "Not graded, because it is put down as an accident: “Deliberately accessing, sending or sharing "
                "offensive or pornographic material”. If it was on purpose, correct the facts."
            ),
            "first": "Nothing earlier counts: no warning and no decision inside the look-back.",
            "harm": "What harm was done, and to whom? The answer should be in proportion to it.",
        },
    ),
    (
        facts("pupil", PHONE, is_accidental=True, is_deliberate=True),
        {"both": "It is put down as begun by accident and continued by choice: the choice is what is graded."},
    ),
    (
        facts("pupil", PHONE),
        {"nature": "Nobody has said whether it was on purpose or by accident. For an accident nobody is blamed."},
    ),
    (
        facts("staff", "serious_misuse"),
        {"nature": "Nobody has said whether it was on purpose or by accident. Ask before it is decided."},
    ),
    (
        facts("pupil", PHONE, is_accidental=True, told_staff_promptly=False),
        {"not_telling": ("On purpose the same would be category A. The policy's category B is for not telling.")},
    ),
    (
        facts("pupil", "accidental_offensive accidental_data_loss", told_staff_promptly=True),
        {
            "contradictory": (
                "An accident that staff were not told of is chosen: “Accidentally damaging or destroying other "
                "people's data and not telling staff” and “Coming across offensive material by accident and not "
                "telling staff”. It is put down as told to staff promptly. It is not graded."
            )
        },
    ),
    (
        facts("pupil", "accidental_offensive", told_staff_promptly=True, is_deliberate=True),
        {
            "contradictory": (
                "An accident that staff were not told of is chosen: “Coming across offensive material by accident and "
                "not telling staff”. It is put down as done on purpose and told to staff promptly. Look at the facts "
                "again."
            )
        },
    ),
    (
        facts("pupil", "accidental_offensive", is_deliberate=True),
        {
            "contradictory": (
                "An accident that staff were not told of is chosen: “Coming across offensive material by accident and "
                "not telling staff”. It is put down as done on purpose. Look at the facts again."
            )
        },
    ),
    (
        facts("staff", "unchecked_media", is_accidental=True),
        {"staff_accident": "It is put down as an accident: was it reported as soon as it was noticed?"},
    ),
    (
        facts(
            "pupil",
            PHONE,
            warning("w1", date(2026, 6, 3), PHONE),
            warning("w2", date(2026, 11, 10), PHONE),
            warning("w3", OCTOBER, "unauthorised_social"),
            decision("d4", OCTOBER, "A", PHONE),
        ),
        {
            "expired": (
                "Not counted, because the look-back began on 1 September 2026: the warning of 3 June 2026 (2026-w1)."
            ),
            "same_day": (
                "Not counted, because given on the day when this happened, or later: the warning of 10 November 2026 "
                "(2026-w2)."
            ),
            "no_warning": (
                "No warning was given with the decision of 1 October 2026 (2026-d4, category A), so that alone moves "
                "nothing up."
            ),
            "idle": ("On the record, but no rule moves this case up for it: the warning of 1 October 2026 (2026-w3)."),
        },
    ),
    (
        facts("pupil", PHONE, needs=frozenset({"sen", "disability", "other"}), year_group="Year 2"),
        {
            "needs": (
                "On the school's record: a disability, other, special educational needs. Were they able to understand "
                "and keep the rule?"
            ),
            "age": "They are in Year 2: what can be expected at that age?",
        },
    ),
    (
        facts("pupil", "online_bullying"),
        {
            "restorative": (
                "Bullying is answered in proportion, and by putting things right between the pupils where that is "
                "better. It has not been tried yet."
            )
        },
    ),
    (
        facts("pupil", "online_bullying", restorative_tried=True),
        {"restorative_tried": "Putting things right between them has been tried before."},
    ),
]


@pytest.mark.parametrize(
    ("known", "expected"),
    WEIGHED,
    ids=[f"{number} {next(iter(each))}" for number, (_, each) in enumerate(WEIGHED)],
)
def test_what_else_is_weighed(known: Facts, expected: dict[str, str]) -> None:
    found = weighed(known)
    assert {code: found.get(code) for code in expected} == expected


def test_what_the_same_would_be_on_purpose_is_asked_of_every_rule() -> None:
    """Not of the category alone that lists it: a rule on what was meant moves it, one on accidents does not."""
    known = facts("pupil", PHONE, is_accidental=True, told_staff_promptly=False)
    assert "category A." in weighed(known)["not_telling"]
    passed_on = replace(known, is_illegal_material=True, was_distributed=True)
    assert "not_telling" not in weighed(passed_on)
    again = rule_of(NEW, "repeated_after_warning")
    of_accidents = replace(again, needs=replace(again.needs, or_fact="accidental"))
    school = with_rules(NEW, of_accidents, rule_of(NEW, "accidental_not_told"))
    assert "category A." in weighed(known, school)["not_telling"]


def test_needs_have_words() -> None:
    assert NEEDS == {
        "sen": "special educational needs",
        "disability": "a disability",
        "eal": "English as an additional language",
        "in_care": "looked after by the local authority",
        "young_carer": "a young carer",
        "social_worker": "a social worker",
    }


def test_several_texts_in_one_phrase() -> None:
    assert quoted(["one"]) == "“one”"
    assert quoted(["one", "two"]) == "“one” and “two”"
    assert quoted(["one", "two", "three"]) == "“one”, “two” and “three”"
    assert quoted([]) == ""


def test_a_graver_breach_alone_is_left_ungraded_by_an_accident() -> None:
    known = facts(
        "pupil", "file_sharing disrepute advertising", is_accidental=True, told_staff_promptly=False
    )  # fmt: skip
    assert weighed(known)["ungraded"].startswith(
        "Not graded, because it is put down as an accident: “Bringing the school's name into disrepute” and “Sending "
    )
    assert "file-sharing" not in weighed(known)["ungraded"]


def test_a_decision_without_a_warning_is_not_looked_at_for_an_accident() -> None:
    known = facts(
        "pupil", PHONE, decision("d1", OCTOBER, "A", PHONE), is_accidental=True, told_staff_promptly=True
    )  # fmt: skip
    assert "no_warning" not in weighed(known)
    assert "idle" in weighed(known)


def test_a_decision_whose_warning_expired_or_was_about_another_matter_had_none_that_counts() -> None:
    """The warning that is recorded with a decision is found by their reference."""
    earlier = decision("d1", OCTOBER, "A", PHONE, reference="2026-0007")
    other = warning("w1", OCTOBER, "unauthorised_social", reference="2026-0008")
    assert set(weighed(facts("pupil", PHONE, earlier, other))) == {"nature", "no_warning", "idle", "harm"}
    same = replace(other, reference="2026-0007")
    assert set(weighed(facts("pupil", PHONE, earlier, same))) == {"nature", "idle", "harm"}


@pytest.mark.parametrize("audience", ["pupil", "staff"])
def test_putting_it_right_is_for_pupils_who_did_something(audience: Audience) -> None:
    text = NEW.restorative.text
    breach = "online_bullying" if audience == "pupil" else "online_conduct"
    known = facts(audience, breach)
    assert propose(known, NEW).restorative == (text if audience == "pupil" else "")
    assert propose(facts("pupil", "extreme_bullying file_sharing"), NEW).restorative == text
    assert propose(facts("pupil", "file_sharing"), NEW).restorative == ""
    told = facts("pupil", "online_bullying", is_accidental=True, told_staff_promptly=True)
    assert propose(told, NEW).restorative == ""
    of_staff = with_breach(NEW, "staff", "A", NEW.breach("pupil", "online_bullying"))
    assert propose(facts("staff", "online_bullying"), of_staff).restorative == ""
    assert set(weighed(facts("staff", "online_bullying"), of_staff)) == {"nature", "first", "harm"}


def test_a_decision_that_moved_the_case_is_not_said_to_lack_a_warning() -> None:
    earlier = decision("d1", OCTOBER, "C", PHONE, "advertising")
    known = facts("pupil", f"{PHONE} advertising", earlier, is_deliberate=True)
    assert set(said(known)) == {"listed", "repeated_serious", "gravest"}
    assert set(weighed(known)) == {"harm"}


# A school's own framework ---------------------------------------------------------------------------------------


def with_breach(framework: Framework, audience: Audience, grade: Grade, breach: Breach) -> Framework:
    categories = tuple(
        replace(each, enabled=True, breaches=(*each.breaches, breach)) if each.grade == grade else each
        for each in framework.categories(audience)
    )
    return replace(framework, pupil=categories) if audience == "pupil" else replace(framework, staff=categories)


def with_rules(framework: Framework, *rules: EscalationRule) -> Framework:
    return replace(framework, escalation=replace(framework.escalation, rules=rules))


def rule_of(framework: Framework, code: str) -> EscalationRule:
    return next(each for each in framework.escalation.rules if each.code == code)


def test_a_breach_of_the_school_s_own_is_graded_and_moves_as_its_category_does() -> None:
    own = Breach("smart_watch", "Using a smart watch in a test", None, ("pupil_ks2.2",), ("CM 5",))
    school = with_breach(NEW, "pupil", "A", own)
    known = facts("pupil", "smart_watch", warning("w1", OCTOBER, "smart_watch"))
    proposal = propose(known, school)
    assert [each.code for each in proposal.steps] == ["listed", "repeated_after_warning", "gravest"]
    assert proposal.grade == "B"
    with pytest.raises(UnknownBreach, match=r"^The framework lists no breach “smart_watch” for pupil\.$"):
        propose(known, NEW)


def test_a_repetition_of_a_repetition_is_the_first_breach_again() -> None:
    third = Breach("phone_third", "A phone for the third time", "continued_email_phone", ("pupil_ks2.2",), ("CM 5",))
    school = with_breach(NEW, "pupil", "C", third)
    alone = propose(facts("pupil", "phone_third"), school)
    assert (alone.grade, [each.code for each in alone.steps]) == ("A", ["treated_as"])
    warned = propose(facts("pupil", "phone_third", warning("w1", OCTOBER, "phone_third")), school)
    assert (warned.grade, warned.steps[1].earlier) == ("B", ("w1",))


def test_the_move_by_what_persists_goes_where_the_school_lists_it() -> None:
    """A school that lists the continued breach in C moves it there, whatever letter the rule names."""
    moved = next(each for each in NEW.pupil[1].breaches if each.code == "continued_email_phone")
    pupil = tuple(replace(each, breaches=tuple(b for b in each.breaches if b.code != moved.code)) for each in NEW.pupil)
    school = with_breach(replace(NEW, pupil=pupil), "pupil", "C", moved)
    known = facts("pupil", PHONE, warning("w1", OCTOBER, PHONE))
    proposal = propose(known, school)
    assert proposal.grade == "C"
    assert "moves to category C, because" in proposal.steps[1].text
    rule = replace(rule_of(NEW, "repeated_after_warning"), by_persists_from=False)
    assert propose(known, with_rules(school, rule)).grade == "B"


def test_a_rule_without_facts_of_the_accident_settles_nothing_for_others() -> None:
    """Without the rules of accidents, an accident is graded as what it was."""
    school = with_rules(NEW, *(each for each in NEW.escalation.rules if each.needs.kind != "accident"))
    for told in (None, True, False):
        known = facts("pupil", "offensive_material", is_accidental=True, told_staff_promptly=told)
        proposal = propose(known, school)
        assert (proposal.outcome, proposal.grade) == ("graded", "C")
        assert "ungraded" not in {each.code for each in proposal.weigh}
    known = facts("pupil", PHONE, decision("d1", OCTOBER, "A", PHONE), is_accidental=True)
    assert "no_warning" in weighed(known, school)


def test_an_accident_by_a_rule_without_its_answer_is_not_settled() -> None:
    """Told, where a school's framework has a rule for the untold alone: graded as what it was."""
    school = with_rules(NEW, rule_of(NEW, "accidental_not_told"))
    known = facts("pupil", "offensive_material", is_accidental=True, told_staff_promptly=True)
    assert propose(known, school).grade == "C"
    bullied = replace(known, breaches=frozenset({"extreme_bullying"}))
    assert propose(bullied, school).grade == "C"
    assert "ungraded" not in weighed(bullied, school)


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_can_stand_for_an_earlier_entry_and_has_words(fact: Fact) -> None:
    rule = replace(
        rule_of(NEW, "persistent_bullying"),
        needs=Needs(kind="earlier", breaches=("online_bullying",), earlier="decision", or_fact=fact),
    )
    marks: dict[str, dict[str, Any]] = {
        "deliberate": {"is_deliberate": True},
        "accidental": {"is_accidental": True},
        "told": {"told_staff_promptly": True},
        "not_told": {"told_staff_promptly": False},
        "extreme": {"is_extreme": True},
        "illegal_material": {"is_illegal_material": True},
        "distributed": {"was_distributed": True},
    }
    words = {
        "deliberate": "It is marked as done on purpose.",
        "accidental": "It is marked as an accident.",
        "told": "It is marked as told to staff promptly.",
        "not_told": "It is marked as not told to staff.",
        "extreme": "It is marked as extreme.",
        "illegal_material": "It is marked as about material that may be illegal.",
        "distributed": "It is marked as passed on to others.",
    }
    school = with_rules(NEW, rule)
    held = propose(facts("pupil", "online_bullying", **marks[fact]), school)
    assert held.grade == "D"
    assert held.steps[1].text.endswith(words[fact])
    assert propose(facts("pupil", "online_bullying"), school).grade == "C"


def test_a_letter_of_staff_that_a_school_fills() -> None:
    own = Breach("repeated_conduct", "Conduct after a final warning", None, ("staff.17",), ("CM 5",))
    school = with_breach(NEW, "staff", "D", own)
    proposal = propose(facts("staff", "repeated_conduct password_sharing"), school)
    assert proposal.grade == "D"
    assert [each.code for each in proposal.found] == ["repeated_conduct", "password_sharing"]
    assert proposal.steps[-1].text == "The gravest leads: category D, set by the school."


def test_breaches_of_one_category_are_in_the_framework_s_order() -> None:
    known = facts("pupil", "advertising online_purchase online_bullying disrepute bypass_security")
    found = [each.code for each in propose(known, NEW).found]
    assert found == ["disrepute", "bypass_security", "online_bullying", "online_purchase", "advertising"]


def test_several_moves_are_in_the_order_of_their_codes() -> None:
    known = facts("pupil", "online_bullying advertising bypass_security", decision("d1", OCTOBER, "C", "disrepute"))
    moved = [each.text.split("”")[0] for each in propose(known, NEW).steps if each.code == "repeated_serious"]
    assert moved == [
        "“Sending commercial or advertising material",
        "“Deliberately bypassing security or access controls",
        "“Online bullying",
    ]


# What is kept ---------------------------------------------------------------------------------------------------


def test_the_bytes_are_compact_and_sorted() -> None:
    proposal = propose(facts("pupil", PHONE, needs=frozenset({"sen"})), NEW)
    kept = proposal.as_bytes()
    content = json.loads(kept)
    assert list(content) == sorted(content)
    assert set(content) == set(Proposal.__slots__)
    assert b'", "' not in kept
    assert kept == json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert "“Using email".encode() in kept


WHOLE = content_of(facts("pupil", PHONE, warning("w1", OCTOBER, PHONE), decision("d1", OCTOBER, "C", "advertising")))
SPOILT = [
    ({"audience": "governor"}, "nobody that a framework knows"),
    ({"audience": None}, "nobody that a framework knows"),
    ({"happened_on": None}, "not whole"),
    ({"happened_on": "10 November"}, "not whole"),
    ({"look_back_from": "soon"}, "not whole"),
    ({"breaches": None}, "not whole"),
    ({"earlier": None}, "not whole"),
    ({"earlier": ["w1"]}, "not whole"),
    ({"earlier": [WHOLE["earlier"][0] | {"kind": "rumour"}]}, "not one of warnings and decisions"),
    ({"earlier": [WHOLE["earlier"][0] | {"grade": "E"}]}, "not one of warnings and decisions"),
    ({"earlier": [WHOLE["earlier"][0] | {"given_on": "2026-02-30"}]}, "not whole"),
    ({"needs": 3}, "not whole"),
    ({"is_extreme": "no"}, "must be one of the two"),
    ({"restorative_tried": None}, "must be one of the two"),
    ({"told_staff_promptly": "yes"}, "nobody has answered"),
]


@pytest.mark.parametrize(("spoilt", "reason"), SPOILT, ids=[str(number) for number in range(len(SPOILT))])
def test_what_cannot_be_facts_is_refused(spoilt: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotFacts, match=reason):
        facts_from(WHOLE | spoilt)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_facts_without_one_of_their_values_are_refused(name: str) -> None:
    with pytest.raises(NotFacts, match="not whole"):
        facts_from({key: value for key, value in WHOLE.items() if key != name})


def test_facts_as_they_are_kept() -> None:
    known = facts(
        "pupil", f"{PHONE} advertising", replace(warning("w1", OCTOBER), breaches=("b", "a")), year_group="Year 4",
        needs=frozenset({"sen", "eal"}), look_back_from=None, told_staff_promptly=False, is_extreme=True,
    )  # fmt: skip
    assert content_of(known) == {
        "audience": "pupil",
        "happened_on": "2026-11-10",
        "breaches": ["advertising", PHONE],
        "look_back_from": None,
        "told_staff_promptly": False,
        "earlier": [
            {
                "given_on": "2026-10-01",
                "id": "w1",
                "kind": "warning",
                "grade": None,
                "breaches": ["a", "b"],
                "reference": "2026-w1",
            }
        ],
        "needs": ["eal", "sen"],
        "year_group": "Year 4",
        "is_deliberate": False,
        "is_accidental": False,
        "is_extreme": True,
        "is_illegal_material": False,
        "was_distributed": False,
        "restorative_tried": False,
    }


@pytest.mark.parametrize("told", [None, True, False])
def test_every_answer_to_whether_staff_were_told_is_read_back(told: bool | None) -> None:
    known = facts("pupil", PHONE, told_staff_promptly=told)
    assert facts_from(content_of(known)) == known


def test_facts_that_nobody_has_filled_in() -> None:
    plain = Facts("staff", date(2026, 11, 10))
    assert (plain.breaches, plain.earlier, plain.needs, plain.year_group) == (frozenset(), frozenset(), frozenset(), "")
    assert (plain.look_back_from, plain.told_staff_promptly) == (None, None)
    assert not any(
        plain.holds(fact)
        for fact in ("deliberate", "accidental", "told", "not_told", "extreme", "illegal_material", "distributed")
    )
    assert not plain.restorative_tried


# Leaving the proposal -------------------------------------------------------------------------------------------


def test_how_grave_each_is() -> None:
    assert [height(each) for each in (None, *GRADES)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("proposed", [None, *GRADES])
@pytest.mark.parametrize("decided", [None, *GRADES])
def test_departing(proposed: Grade | None, decided: Grade | None) -> None:
    ladder = [None, "A", "B", "C", "D"]
    steps = ladder.index(decided) - ladder.index(proposed)
    expected = "none" if steps == 0 else "up" if steps > 0 else "down"
    assert departure(proposed, decided) == expected
