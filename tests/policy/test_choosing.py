"""What a choice must say before it can stand as a decision. Duties S2, S3 (CC 2.3.1, 5, CM 2.3.1, 5). Pure."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from packs import loader
from packs.schema import GRADES, Framework, Grade
from sanctions.rules.deciding import Choice, Problem, Wanted, problems

NEW = loader.get("camden_2021", 1).framework
TODAY = date(2028, 2, 29)
DAY = timedelta(days=1)
YEAR = timedelta(days=366)
BAN = Wanted("loss_of_internet", TODAY, TODAY + 7 * DAY)
PARENTS = Wanted("inform_parents", TODAY)
OTHER = Wanted("other_school_policy", TODAY, detail="The behaviour policy's point 4")
GOOD = Choice("C", "sanction", sanctions=(BAN, PARENTS))
AGREED = Choice("C", "restorative", agreed="They mend it on Friday.", review_on=TODAY + DAY)


def said(choice: Choice, framework: Framework = NEW, **more: Any) -> list[tuple[str, str]]:
    known: dict[str, Any] = {"audience": "pupil", "proposed": "C", "may_be_restorative": True, "today": TODAY} | more
    return [(each.field, each.text) for each in problems(choice, framework, **known)]


CAN_STAND: list[tuple[Choice, dict[str, Any]]] = [
    (GOOD, {}),
    (replace(GOOD, sanctions=(), warns=True), {}),
    (replace(GOOD, sanctions=(OTHER,)), {}),
    (replace(GOOD, reason="x" * 4000), {}),
    (replace(GOOD, reason="Another light on it."), {"must_say_why": True}),
    (replace(GOOD, reason="Less harm than it seemed."), {"proposed": "D"}),
    (replace(GOOD, reason="More harm than it seemed."), {"proposed": None}),
    (AGREED, {}),
    (replace(AGREED, review_on=TODAY + YEAR), {}),
    (replace(AGREED, warns=True), {}),
    (Choice("C", "none", "They have left the school."), {}),
    (Choice("C", "none", "They have left the school.", warns=True), {}),
    (Choice(None, "none"), {"proposed": None}),
    (Choice(None, "none", "It was somebody else."), {}),
    (Choice("A", "sanction", sanctions=(Wanted("warning", TODAY),)), {"audience": "staff", "proposed": "A"}),
]


@pytest.mark.parametrize(("choice", "more"), CAN_STAND, ids=[str(number) for number in range(len(CAN_STAND))])
def test_what_can_stand(choice: Choice, more: dict[str, Any]) -> None:
    assert said(choice, **more) == []


@pytest.mark.parametrize("grade", ["C", "D"])
def test_a_category_that_the_school_does_not_use(grade: Grade) -> None:
    choice = Choice(grade, "none", "Final warning given.")
    assert said(choice, audience="staff") == [("grade", f"The school does not use category {grade} here.")]
    assert said(choice) == []


WHY = {"up": "Say why you go up from what is proposed.", "down": "Say why you go down from what is proposed."}


@pytest.mark.parametrize("reason", ["", "  \n\t"])
@pytest.mark.parametrize(
    ("proposed", "way"), [("A", "up"), ("B", "up"), (None, "up"), ("C", ""), ("D", "down")], ids=str
)
def test_leaving_the_proposal_takes_a_reason_either_way(proposed: Grade | None, way: str, reason: str) -> None:
    assert said(replace(GOOD, reason=reason), proposed=proposed) == ([("reason", WHY[way])] if way else [])
    # Said once, where the decision is revised besides.
    why = WHY.get(way, "Say why the decision is changed.")
    assert said(replace(GOOD, reason=reason), proposed=proposed, must_say_why=True) == [("reason", why)]


def test_going_down_to_nothing_takes_a_reason() -> None:
    assert said(Choice(None, "none")) == [("reason", WHY["down"])]


def test_a_reason_has_an_end() -> None:
    assert said(replace(GOOD, reason="x" * 4001)) == [("reason", "Keep the reason under 4,000 characters.")]


NOTHING = ("path", "Where nothing is found there is no sanction and no warning.")


@pytest.mark.parametrize(
    ("choice", "others"),
    [
        (Choice(None, "sanction"), []),
        (Choice(None, "none", warns=True), []),
        (
            Choice(None, "none", sanctions=(PARENTS,)),
            [
                ("sanctions", "Sanctions go with the choice of sanctions alone."),
                ("sanctions", "One of the sanctions does not belong to this category."),
            ],
        ),
        (replace(AGREED, grade=None), []),
    ],
    ids=["sanction", "warning", "sanctions", "restorative"],
)
def test_where_nothing_is_found_nothing_follows(choice: Choice, others: list[tuple[str, str]]) -> None:
    assert said(choice, proposed=None) == [NOTHING, *others]


def test_the_choice_of_sanctions_names_one_or_warns() -> None:
    empty = ("sanctions", "Choose a sanction or a warning, or choose another way.")
    assert said(Choice("C", "sanction")) == [empty]
    assert said(replace(GOOD, warns=True)) == []


@pytest.mark.parametrize("choice", [AGREED, Choice("C", "none", "They have left.")], ids=["restorative", "none"])
def test_sanctions_go_with_no_other_way(choice: Choice) -> None:
    assert said(replace(choice, sanctions=(BAN,))) == [
        ("sanctions", "Sanctions go with the choice of sanctions alone.")
    ]


@pytest.mark.parametrize("reason", ["", " "])
def test_that_nothing_follows_takes_a_reason(reason: str) -> None:
    assert said(Choice("C", "none", reason)) == [("reason", "Say why nothing follows.")]
    assert said(Choice("C", "none", reason, warns=True)) == [("reason", "Say why nothing follows.")]


def test_putting_it_right_is_for_what_the_policy_offers_it_for() -> None:
    refused = ("path", "The policy does not offer to put this right instead of a sanction.")
    assert said(AGREED, may_be_restorative=False) == [refused]
    assert said(GOOD, may_be_restorative=False) == []


def test_what_was_agreed_is_written_down_and_looked_at_again() -> None:
    agreed = ("agreed", "Write down what was agreed.")
    when = ("review_on", "Say on which day it is looked at again.")
    assert said(replace(AGREED, agreed="")) == [agreed]
    assert said(replace(AGREED, agreed=" \n")) == [agreed]
    assert said(replace(AGREED, review_on=None)) == [when]
    assert said(Choice("C", "restorative"), may_be_restorative=False) == [
        ("path", "The policy does not offer to put this right instead of a sanction."), agreed, when,
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "is_right"), [(-1, False), (0, False), (1, True), (366, True), (367, False)])
def test_the_day_of_the_review_is_after_today_and_within_a_year(days: int, is_right: bool) -> None:
    found = said(replace(AGREED, review_on=TODAY + days * DAY))
    assert found == ([] if is_right else [("review_on", "Choose a day after today, within a year.")])


def test_a_sanction_is_chosen_once() -> None:
    assert said(replace(GOOD, sanctions=(PARENTS, PARENTS))) == [("sanctions", "A sanction is chosen twice.")]
    assert said(replace(GOOD, sanctions=(PARENTS, BAN, OTHER))) == []


@pytest.mark.parametrize("code", ["loss_of_free_time", "warning", "no_such_sanction"])
def test_a_sanction_of_another_category_is_said_and_the_others_are_looked_at(code: str) -> None:
    choice = replace(GOOD, sanctions=(Wanted(code, TODAY - 2 * YEAR), replace(BAN, ends_on=None)))
    assert said(choice) == [
        ("sanctions", "One of the sanctions does not belong to this category."),
        ("sanction_loss_of_internet", "Say on which day it ends: loss of internet or ict access for a period."),
    ]


@pytest.mark.parametrize("detail", ["", " \t"])
def test_which_one_it_is_is_said_where_that_must_be(detail: str) -> None:
    found = said(replace(GOOD, sanctions=(replace(OTHER, detail=detail),)))
    assert found == [("sanction_other_school_policy", "Say which it is: sanction agreed under another school policy.")]
    assert said(replace(GOOD, sanctions=(replace(PARENTS, detail=detail),))) == []


@pytest.mark.parametrize(("days", "is_right"), [(-367, False), (-366, True), (0, True), (366, True), (367, False)])
def test_the_first_day_is_within_a_year_of_today(days: int, is_right: bool) -> None:
    found = said(replace(GOOD, sanctions=(replace(PARENTS, starts_on=TODAY + days * DAY),)))
    words = ("sanction_inform_parents", "Choose a first day within a year: parents contacted.")
    assert found == ([] if is_right else [words])


@pytest.mark.parametrize(("days", "is_right"), [(-1, False), (0, True), (1, True), (366, True), (367, False)])
def test_the_last_day_is_not_before_the_first_and_within_a_year_of_it(days: int, is_right: bool) -> None:
    starts_on = TODAY + 30 * DAY
    found = said(replace(GOOD, sanctions=(replace(BAN, starts_on=starts_on, ends_on=starts_on + days * DAY),)))
    words = "The last day comes after the first, within a year: loss of internet or ict access for a period."
    assert found == ([] if is_right else [("sanction_loss_of_internet", words)])


def test_what_has_no_end_is_given_none() -> None:
    found = said(replace(GOOD, sanctions=(replace(PARENTS, ends_on=TODAY - DAY),)))
    assert found == [("sanction_inform_parents", "This has no last day: parents contacted.")]


def test_what_follows_one_without_an_end_is_looked_at_too() -> None:
    late = replace(BAN, ends_on=TODAY - DAY)
    assert [field for field, _ in said(replace(GOOD, sanctions=(PARENTS, late)))] == ["sanction_loss_of_internet"]


def test_everything_that_is_wrong_is_said_at_once_and_in_order() -> None:
    wrong = Wanted("other_school_policy", TODAY - 2 * YEAR, TODAY)
    choice = Choice("C", "none", "", (wrong, PARENTS, PARENTS))
    found = problems(
        choice, NEW, audience="pupil", proposed="B", may_be_restorative=False, today=TODAY, must_say_why=True
    )
    name = "sanction agreed under another school policy."
    assert found == (
        Problem("reason", "Say why you go up from what is proposed."),
        Problem("sanctions", "Sanctions go with the choice of sanctions alone."),
        Problem("reason", "Say why nothing follows."),
        Problem("sanctions", "A sanction is chosen twice."),
        Problem("sanction_other_school_policy", f"Say which it is: {name}"),
        Problem("sanction_other_school_policy", f"Choose a first day within a year: {name}"),
        Problem("sanction_other_school_policy", f"This has no last day: {name}"),
    )


@pytest.mark.parametrize("grade", GRADES)
def test_each_category_allows_what_the_framework_lists_for_it(framework: Framework, grade: Grade) -> None:
    """Every sanction of the framework, one at a time: nothing of another category is let through."""
    for kind in framework.sanction_types:
        wanted = Wanted(kind.code, TODAY, TODAY + DAY if kind.ends else None, "Said." if kind.specify else "")
        found = said(Choice(grade, "sanction", sanctions=(wanted,)), framework, proposed=grade)
        assert (found == []) is (kind.code in framework.category("pupil", grade).sanctions), kind.code


def test_a_choice_that_nobody_has_filled_in() -> None:
    plain = Choice("C", "none")
    assert (plain.reason, plain.sanctions, plain.warns, plain.agreed, plain.review_on) == ("", (), False, "", None)
    assert (PARENTS.ends_on, PARENTS.detail) == (None, "")
