"""Which letter suits which case, filling it in, and that nobody else is named. Duty R11 (CC 4.3, 4.5.3). Pure."""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packs import loader
from packs.schema import GRADES, LETTER_KINDS, LetterTemplate
from sanctions.rules.common_words import WORDS_TOO
from sanctions.rules.letters import (
    Block,
    Given,
    LetterFacts,
    Named,
    Standing,
    blocks,
    fill,
    gaps,
    given_in_words,
    names_another,
    suitable,
    suits,
    tidied,
    typed_names,
)

PACKS = ("camden_2012", "camden_2021")
BAN = Given("loss_of_internet", "Loss of internet", date(2026, 11, 3), date(2026, 11, 10))
OPEN = Standing("pupil", "graded", "C", is_confirmed=True)
DECIDED = replace(OPEN, decision="decided", path="sanction")
TOLD = Standing("pupil", "nothing", None, is_confirmed=True, is_accident_told=True)
FACTS = LetterFacts(
    child="Sam", school="Riverbank", phone="020 7946 0000", head="the head teacher, Ada Quill",
    happened_on=date(2026, 11, 3), meeting="today", breaches=("Online bullying",), sanctions=(BAN,),
    decided_on=date(2026, 11, 5), review_on=date(2026, 12, 1), is_warned=True,
)  # fmt: skip


def letters(pack: str = "camden_2021") -> tuple[LetterTemplate, ...]:
    return loader.get(pack, 1).letters


def letter(code: str) -> LetterTemplate:
    return loader.get("camden_2021", 1).letter(code)


CASES: list[tuple[str, Standing, set[str]]] = [
    ("nothing asked yet", Standing("pupil", "", None), set()),
    ("a question is open", Standing("pupil", "unanswered", None), set()),
    ("A, not decided", replace(OPEN, grade="A"), set()),
    ("C, not decided", OPEN, {"come_in"}),
    ("D, not confirmed", replace(OPEN, grade="D", is_confirmed=False), {"come_in"}),
    ("A", replace(DECIDED, grade="A"), {"told_low"}),
    ("B", replace(DECIDED, grade="B"), {"told_low"}),
    ("C", DECIDED, {"come_in", "told_serious"}),
    ("C with a ban", replace(DECIDED, sanctions=(BAN,)), {"come_in", "told_serious", "internet_ban"}),
    ("a ban without an end", replace(DECIDED, grade="A", sanctions=(replace(BAN, ends_on=None),)), {"told_low"}),
    ("an accident that was told", TOLD, {"no_blame"}),
    ("nobody has confirmed it", replace(TOLD, is_confirmed=False), set()),
    ("the head says so too", replace(TOLD, decision="decided", path="none"), {"no_blame"}),
    ("no breach on record", Standing("pupil", "nothing", None, is_confirmed=True), set()),
    ("no breach, decided", Standing("pupil", "nothing", None, "decided", "none", True), {"nothing_further"}),
    ("the head departs to nothing", replace(DECIDED, grade=None, path="none"), {"nothing_further"}),
    ("putting it right", replace(DECIDED, path="restorative"), {"come_in", "restorative"}),
    ("revised", replace(DECIDED, decision="revised"), {"revised"}),
    ("revised to that", replace(DECIDED, decision="revised", path="restorative"), {"revised", "restorative"}),
    ("quashed", replace(DECIDED, decision="quashed", path="none", grade=None), {"quashed"}),
]  # fmt: skip


@pytest.mark.parametrize(("standing", "expected"), [each[1:] for each in CASES], ids=[each[0] for each in CASES])
@pytest.mark.parametrize("pack", PACKS)
def test_which_letter_suits(pack: str, standing: Standing, expected: set[str]) -> None:
    assert {each.code for each in suitable(letters(pack), standing)} == expected


@pytest.mark.parametrize("kind", LETTER_KINDS)
def test_never_one_about_staff(kind: str) -> None:
    for each in letters():
        for _, standing, _ in CASES:
            assert not suits(each, replace(standing, audience="staff"))
    assert any(each.kind == kind for each in letters())


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("grade", GRADES)
def test_what_was_decided_about_a_pupil_always_has_a_letter(pack: str, grade: str) -> None:
    standing = replace(DECIDED, grade=grade)  # type: ignore[arg-type]
    assert any(each.kind == "told" for each in suitable(letters(pack), standing))


# --- filling in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", PACKS)
def test_every_letter_fills_in_whole(pack: str) -> None:
    for each in letters(pack):
        filled = fill(each, FACTS)
        assert "{" not in filled.subject + filled.body
        assert bool(gaps(filled.subject, filled.body)) == (each.kind == "restorative")
        assert len(filled.subject) <= 200
        empty = fill(each, replace(FACTS, breaches=(), sanctions=(), is_warned=False, meeting="", phone=""))
        assert "{" not in empty.body
        assert gaps(empty.subject, empty.body)


def test_lists_and_paragraphs_that_depend() -> None:
    body = fill(letter("told_serious"), FACTS).body
    assert "\n\n- Online bullying\n\n" in body
    assert "- Loss of internet, from 3 November 2026 to 10 November 2026" in body
    assert "counts as a warning" in body
    bare = fill(letter("told_serious"), replace(FACTS, sanctions=(), is_warned=False)).body
    assert "what should follow" not in bare
    assert "warning" not in bare


def test_the_letter_about_a_ban_lists_the_ban_alone() -> None:
    other = Given("loss_of_free_time", "Loss of free time", date(2026, 11, 3), date(2026, 11, 3))
    body = fill(letter("internet_ban"), replace(FACTS, sanctions=(BAN, other))).body
    assert "Loss of internet" in body
    assert "Loss of free time" not in body


def test_sanctions_in_words() -> None:
    assert given_in_words(replace(BAN, ends_on=BAN.starts_on)) == "Loss of internet, on 3 November 2026"
    assert given_in_words(replace(BAN, ends_on=None)) == "Loss of internet"
    assert given_in_words(replace(BAN, ends_on=None, is_to_be_specified=True)) == "Loss of internet [say which]"


def test_a_name_cannot_act_as_a_placeholder() -> None:
    assert fill(letter("come_in"), replace(FACTS, child="{head}")).subject == "Please come and see us about {head}"


def test_there_is_no_fact_by_which_somebody_else_could_get_in() -> None:
    assert {each.name for each in fields(LetterFacts)} == {
        "child", "school", "phone", "head", "happened_on", "meeting", "breaches", "sanctions", "decided_on",
        "review_on", "is_warned",
    }  # fmt: skip
    assert {each.name for each in fields(Given)} == {"code", "text", "starts_on", "ends_on", "is_to_be_specified"}


# --- as it is printed ------------------------------------------------------------------------------------------------


def test_blocks() -> None:
    body = "Dear parent,\n\nThis:\n- one\n- two\nand more.\n\n\n  \n- three"
    assert blocks(body) == (
        Block("Dear parent,"),
        Block("This:"),
        Block(items=("one", "two")),
        Block("and more."),
        Block(items=("three",)),
    )
    assert blocks("") == ()


@given(st.text(max_size=300))
def test_no_word_is_lost_on_the_way_to_the_paper(text: str) -> None:
    kept = tidied(text)
    printed = "\n".join("\n".join((each.text, *each.items)) for each in blocks(kept))
    letters_of = [each for each in kept if not each.isspace() and each != "-"]
    assert [each for each in printed if not each.isspace() and each != "-"] == letters_of
    assert tidied(kept) == kept


@pytest.mark.parametrize(
    ("text", "count"),
    [("[here] and [there]", 2), ("none (really)", 0), ("an open [one", 1), ("a closed] one", 1), ("[over\ntwo]", 1)],
    ids=["two", "none", "open", "closed", "over lines"],
)
def test_gaps(text: str, count: int) -> None:
    assert len(gaps("", text)) == len(gaps(text, "")) == count


# --- names -----------------------------------------------------------------------------------------------------------

KOFI = Named("Kofi", "Mensah", is_close=True)
MAY = Named("May", "de la Cruz", is_close=True)
MEI = Named("Mei-Lin", "O'Hara")
OWN = ("Sam Reed", "Ann Mensah-Reed")


def found(text: str, *others: Named, own: tuple[str, ...] = OWN, phrases: tuple[str, ...] = ()) -> bool:
    return names_another([text], others, own=own, phrases=phrases) is not None


@pytest.mark.parametrize(
    "text",
    [
        "It hurt Kofi.", "It hurt KOFI!", "It was Kofi's idea.", "It was Kofi\u2019s idea.", "(Kofi)", "Mensah's",
        "kofi mensah", "Ko\u200bfi", "He hurt kofi.", "the Kofi-Sam quarrel", "the mensah family",
        "She met May there.", "On 3 May 2026 May was there.", "the de la Cruz family",
    ],
)  # fmt: skip
def test_of_the_same_matter_one_name_is_enough(text: str) -> None:
    assert found(text, KOFI, MAY)


@pytest.mark.parametrize(
    "text",
    [
        "It hurt another pupil.", "You may come on 3 May.", "on 3rd May at 4", "May 2026", "Sam and Ann Mensah-Reed",
        "You may come.", "Mei-Lin was there", "de facto", "",
    ],
)  # fmt: skip
def test_what_names_nobody(text: str) -> None:
    assert not found(text, KOFI, MAY, MEI)


def test_of_others_the_whole_name_counts() -> None:
    assert found("mei-lin o'hara", MEI)
    assert found("Mei-Lin\nO'Hara", MEI)
    assert found("Mei-Lin O\u2019Hara", MEI)
    assert not found("O'Hara and Mei-Lin", MEI)


def test_the_childs_own_name_may_stand_there_whoever_else_has_it() -> None:
    assert not found("Sam Reed", Named("Sam", "Reed", is_close=True))
    assert not found("Sam", Named("Sam", "Mensah", is_close=True))
    assert found("Sam Mensah", Named("Sam", "Mensah", is_close=True))


def test_a_school_may_be_called_like_a_child_as_a_whole() -> None:
    rose = Named("Rose", "Hill", is_close=True)
    assert not found("Come to Rose Hill School.", rose, phrases=("Rose Hill School",))
    assert found("Come to Rose Hill School with Rose.", rose, phrases=("Rose Hill School",))
    assert not found("a.b (c", rose, phrases=("(c", "", "a.b"))


def test_a_name_that_is_a_word_too_is_found_with_a_capital_alone() -> None:
    will = Named("Will", "Younger", is_close=True)
    assert not found("He will be glad.", will)
    assert found("He met Will.", will)
    assert not found("the younger one", will)
    assert found("will younger", will)


@pytest.mark.parametrize("text", ["Anne was there", "marie was there", "Anne-Marie", "anne-marie", "O'Hara-Moss"])
def test_each_part_of_a_double_name_is_a_name(text: str) -> None:
    assert found(text, Named("Anne-Marie", "O'Hara", is_close=True))


def test_a_double_name_of_the_childs_own_may_stand_there_as_a_whole() -> None:
    assert not found("Ann Mensah-Reed and Mrs Mensah-Reed", KOFI)
    assert not found("Ann Mensah-Reed's letter", KOFI)
    assert found("Mrs Mensah", KOFI)


@pytest.mark.parametrize(
    ("typed", "names"),
    [("Zed Quux", "Zed Quux"), ("a boy in Year 5", ""), ("Mr Quux", "Quux"), ("a girl called Zed", "Zed"), ("?", "")],
    ids=["name", "words", "title", "both", "none"],
)
def test_what_was_typed_by_hand_and_names_somebody(typed: str, names: str) -> None:
    assert typed_names([typed]) == ((Named(names, "", is_close=True),) if names else ())


def test_no_letter_of_a_policy_is_refused_for_a_name_that_is_a_word_too() -> None:
    others = [Named(each.capitalize(), "Quux", is_close=True) for each in WORDS_TOO]
    for pack in PACKS:
        for each in letters(pack):
            small = fill(each, FACTS).body.lower()
            assert not found(small, *others), each.code


def test_the_place_is_the_first_that_names_somebody() -> None:
    assert names_another(["A", "B", "Kofi", "Kofi"], [KOFI], own=OWN) == 2
    assert names_another([], [KOFI], own=OWN) is None
