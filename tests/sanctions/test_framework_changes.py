"""What an edit makes of a framework, and what differs between two. Duty S1 (CC 5, CM 5). Pure."""

from dataclasses import replace
from typing import Any

import pytest

from packs.schema import AUDIENCES, GRADES, Audience, Breach, Framework
from sanctions.rules import editing
from sanctions.rules.comparing import difference, look_back_text
from tests.sanctions.framework_parts import FAULTY, PACKS, POLICY, RING, breach, category, edited, found, typed

# --- what an edit makes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", PACKS)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_is_sent_back_as_it_was_shown_changes_nothing(code: str, audience: Audience) -> None:
    policy = PACKS[code].framework
    for grade in GRADES:
        said = editing.typed_category(policy, audience, grade, policy=policy)
        assert editing.with_category(policy, audience, grade, said, policy=policy) == policy
    assert editing.with_form(policy, audience, editing.lines_of(policy, audience)) == policy
    look_back = policy.escalation
    assert editing.with_look_back(policy, look_back.look_back, look_back.look_back_days) == policy


def test_a_new_breach_gets_a_code_that_nobody_had() -> None:
    said = typed("pupil", "C")
    once = edited("pupil", "C", replace(said, breaches=(*said.breaches, RING)))
    assert once.breach("pupil", "own_1") == Breach("own_1", RING.text, None, RING.clauses, ())
    again = editing.with_category(POLICY, "pupil", "C", replace(said, breaches=(RING,)), policy=POLICY, used=["own_7"])
    assert again.grade_of("pupil", "own_8") == "C"
    assert found(once) == []


def test_a_code_that_was_never_given_is_not_taken_from_the_page() -> None:
    said = replace(typed("pupil", "C"), breaches=(replace(RING, code="own_77"), replace(RING, code="disrepute")))
    codes = [each.code for each in edited("pupil", "C", said).category("pupil", "C").breaches]
    assert codes == ["own_1", "own_2"]


def test_a_breach_that_is_moved_loses_the_policy_s_clause_and_gets_it_back() -> None:
    said = typed("pupil", "C")
    moved = [replace(each, grade="D") if each.code == "advertising" else each for each in said.breaches]
    there = edited("pupil", "C", replace(said, breaches=tuple(moved)))
    assert there.grade_of("pupil", "advertising") == "D"
    assert there.breach("pupil", "advertising").source == ()
    of_d = typed("pupil", "D", there)
    home = [replace(each, grade="C") if each.code == "advertising" else each for each in of_d.breaches]
    back = edited("pupil", "D", replace(of_d, breaches=tuple(home)), there)
    assert back == POLICY


def test_the_policy_s_obligations_stay_whatever_is_sent() -> None:
    said = replace(typed("pupil", "C"), obligations=(), meaning="Whatever", enabled=False)
    assert edited("pupil", "C", said) == POLICY


def test_own_sanctions_are_added_changed_and_taken_out_everywhere() -> None:
    said = editing.TypedSanction(
        "Litter picking", ends=True, head_only=False, counts_as_warning=True, specify=False, tells=None
    )
    more = editing.with_sanction(POLICY, None, said)
    (own,) = more.sanction_types[len(POLICY.sanction_types) :]
    assert (own.code, own.text, own.ends, own.counts_as_warning) == ("own_1", "Litter picking", True, True)
    page = typed("pupil", "A", more)
    allowed = edited("pupil", "A", replace(page, sanctions=(*page.sanctions, "own_1")), more)
    assert found(allowed) == []
    other = editing.with_sanction(allowed, "own_1", replace(said, text="Helping out", ends=False))
    assert other.sanction_type("own_1").text == "Helping out"
    assert editing.without_sanction(other, "own_1") == POLICY
    for act in (
        lambda: editing.with_sanction(POLICY, "warning", said),
        lambda: editing.with_sanction(POLICY, "own_4", said),
        lambda: editing.without_sanction(POLICY, "warning"),
    ):
        with pytest.raises(editing.UnknownSanction):
            act()


def test_staff_c_is_switched_on_and_filled() -> None:
    said = editing.TypedCategory(
        meaning="between misconduct and gross misconduct",
        enabled=True,
        breaches=(editing.TypedBreach("", "Ignoring a written warning", ("staff.1",), "password_sharing", "C"),),
        sanctions=("refer_head", "warning"),
        obligations=(editing.TypedObligation("", "Meeting with the head", 48, "head_teacher", False, True, True),),
    )
    made = edited("staff", "C", said)
    assert found(made) == []
    assert made.category("staff", "C").obligations[-1].duties == ("S1",)
    assert edited("staff", "C", typed("staff", "C", made), made) == made


@pytest.mark.parametrize("grade", ["C", "D"])
def test_a_category_that_is_switched_on_begins_with_the_duties_of_the_gravest_below(grade: Any) -> None:
    """Duties S5, R4, P14: the page neither takes them out nor shows them as the school's own."""
    b = POLICY.category("staff", "B").obligations
    own = editing.TypedObligation("", "Meeting with the head", 48, "head_teacher", False, True, True)
    said = replace(typed("staff", grade), enabled=True, obligations=(own,))
    made = edited("staff", grade, said)
    assert made.category("staff", grade).obligations[: len(b)] == b
    assert [each.code for each in made.category("staff", grade).obligations[len(b) :]] == ["own_1"]
    shown = typed("staff", grade, made)
    assert [each.code for each in shown.obligations] == ["own_1"]
    # A code of the policy's that is sent in the place of one's own is not taken.
    sent = replace(shown, obligations=(replace(own, code="tell_head"),))
    again = edited("staff", grade, sent, made).category("staff", grade).obligations
    assert (again[0], again[-1].code) == (b[0], "own_2")
    # What the school made stricter stays so, and switched off nothing of the policy's is left.
    stricter = tuple(replace(each, at_once=True) for each in b)
    strict = category(made, "staff", grade, obligations=stricter)
    assert edited("staff", grade, typed("staff", grade, strict), strict) == strict
    off = replace(typed("staff", grade, strict), enabled=False)
    assert edited("staff", grade, off, strict) == switched_off(strict, grade)


def switched_off(framework: Framework, grade: Any) -> Framework:
    return category(framework, "staff", grade, enabled=False, obligations=())


def test_an_accident_that_was_not_told_stays_one_wherever_it_is_listed() -> None:
    said = typed("pupil", "B")
    moved = [replace(each, grade="C", text="Worded anew") for each in said.breaches if each.code.startswith("accid")]
    there = edited("pupil", "B", replace(said, breaches=(*moved, replace(RING, grade="B"))))
    natures = {each.code: each.nature for row in there.pupil for each in row.breaches if each.nature}
    assert natures == {"accidental_data_loss": "accidental", "accidental_offensive": "accidental"}
    assert there.grade_of("pupil", "accidental_offensive") == "C"
    assert there.breach("pupil", "own_1").nature is None


def test_that_a_breach_counts_where_staff_were_told_does_not_go_unsaid() -> None:
    plain = breach(POLICY, "pupil", "accidental_offensive", nature=None)
    text = "Pupils, category B: “Coming across offensive material by accident and not telling staff”"
    assert texts(POLICY, plain) == [f"{text} counts where staff were told."]
    assert texts(plain, POLICY) == [f"{text} does not count any more where staff were told."]


# --- what differs ----------------------------------------------------------------------------------------------------


def texts(old: Framework, new: Framework) -> list[str]:
    return [f"{each.where}: {each.text}" for each in difference(old, new)]


def test_differences_are_plain_sentences() -> None:
    said = typed("pupil", "C")
    rows = [each for each in said.breaches if each.code != "online_purchase"]
    rows = [replace(each, text="Sending adverts") if each.code == "advertising" else each for each in rows]
    rows = [replace(each, clauses=("pupil_ks2.1",)) if each.code == "bypass_security" else each for each in rows]
    rows = [replace(each, grade="D") if each.code == "offensive_material" else each for each in rows]
    new = edited(
        "pupil",
        "C",
        replace(
            said,
            breaches=(*rows, RING),
            sanctions=tuple(each for each in said.sanctions if each != "internal_exclusion"),
            obligations=(editing.TypedObligation("", "Call the family", 2, "coordinator", False, False, False),),
        ),
    )
    new = editing.with_look_back(new, "days", 365)
    lines = tuple(each for each in editing.lines_of(new, "pupil") if each.option != "gambling")
    new = editing.with_form(new, "pupil", lines)
    c, d = "Pupils, category C", "Pupils, category D"
    assert texts(POLICY, new) == [
        f"{c}: “Buying or ordering items over the internet” is taken out.",
        f"{c}: “Deliberately bypassing security or access controls” breaks pupil_ks2.1 of the agreements; it was "
        "pupil_ks1.3, pupil_ks2.2, pupil_secondary.6.",
        f"{c}: “Sending adverts” is reworded; it was “Sending commercial or advertising material”.",
        f"{c}: “Filming in the changing rooms” is new.",
        f"{c}: “Internal exclusion” may not follow any more.",
        f"{c}: “Call the family” must follow within 2 hours.",
        f"{d}: “Deliberately accessing, sending or sharing offensive or pornographic material” is moved here from "
        "category C.",
        "Look-back: What counts is the 365 days before; it was the current school year.",
        "Pupils, what the form suggests: That “gambling” suggests “Using non-educational sites during a lesson” is "
        "taken out.",
    ]


def test_a_category_that_is_switched_on_is_said() -> None:
    new = category(POLICY, "staff", "C", enabled=True, meaning="grave")
    assert texts(POLICY, new) == [
        "Staff, category C: The category is switched on.",
        "Staff, category C: It means “grave”; it was “set by the school”.",
    ]


def test_the_two_editions_differ_in_where_staff_online_conduct_stands() -> None:
    said = texts(PACKS["camden_2012"].framework, POLICY)
    assert (
        "Staff, category A: “Online conduct that compromises professional standing” is moved here from category B."
        in said
    )
    assert any(each.startswith("The policy's own:") for each in said)


@pytest.mark.parametrize("name", FAULTY)
def test_no_change_goes_unsaid(name: str) -> None:
    framework, _, _ = FAULTY[name]
    assert difference(POLICY, framework)
    assert difference(framework, POLICY)


@pytest.mark.parametrize(
    ("look_back", "days", "words"),
    [
        ("school_year", None, "the current school year"),
        ("whole_time", None, "the whole time at the school"),
        ("days", 1, "the day before"),
        ("days", 1_000, "the 1,000 days before"),
    ],
)
def test_the_look_back_in_words(look_back: Any, days: int | None, words: str) -> None:
    assert look_back_text(editing.with_look_back(POLICY, look_back, days).escalation) == words
