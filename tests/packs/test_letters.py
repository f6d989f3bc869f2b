"""The letters to parents of both packs: their words, and every way in which letters.yaml can be wrong. Duty R11."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from aup.reading_age import reading_age
from packs import loader
from packs.loader import PackError
from packs.schema import LETTER_KINDS, Pack, UnknownLetter
from packs.schema.letters import EVERY_LETTER, LISTS, PLACEHOLDERS

Edit = Callable[[str, str, str], None]
FILE = "letters.yaml"


class Broken(NamedTuple):
    name: str
    old: str
    new: str
    key: str
    reason: str


BROKEN = [
    Broken("code twice", "code: come_in", "code: told_low", "letters.told_low.code", "is there twice"),
    Broken("long code", "code: come_in", f"code: {'c' * 41}", f"letters.{'c' * 41}.code", "longer than 40"),
    Broken("no code", "code: come_in", "code: Come in", "letters.Come in.code", "is no code"),
    Broken("unknown kind", "kind: come_in", "kind: invited", "letters.come_in.kind", "is not one of"),
    Broken("no subject", 'subject: "Please come', 'subjects: "Please come', "letters.come_in.subject", "missing"),
    Broken("long subject", "Please come and see us", "Please " * 30, "letters.come_in.subject", "longer than 150"),
    Broken("unknown key", "kind: come_in", "kind: come_in\n    tone: warm", "letters.come_in.tone", "misspelt"),
    Broken("no categories", "    categories: [C, D]\n", "", "letters.come_in.categories", "is missing"),
    Broken("category twice", "categories: [C, D]", "categories: [C, C]", "letters.come_in.categories", "twice"),
    Broken("unknown category", "categories: [C, D]", "categories: [E]", "letters.come_in.categories.1", "not one of"),
    Broken(
        "categories where there are none",
        "kind: no_blame\n",
        "kind: no_blame\n    categories: [A]\n",
        "letters.no_blame.categories",
        "misspelt",
    ),
    Broken("unknown duty", "duties: [R11, P13, S3]", "duties: [R99]", "letters.restorative.duties.1", "no duty"),
    Broken("no duty", "    duties: [R11, P13, S3]\n", "", "letters.restorative.duties", "missing"),
    Broken("unknown source", "source: [CM 4.2, CC 4.3]", "source: [XX 1]", "letters.no_blame.source.1", "begins with"),
    Broken("no source", "    source: [CM 4.2, CC 4.3]\n", "", "letters.no_blame.source", "missing"),
    Broken(
        "unknown obligation", "obligation: parents_attend", "obligation: sing", "letters.come_in.obligation", "“sing”"
    ),
    Broken(
        "an obligation no letter meets", "    obligation: parents_attend\n", "", "letters", "category C has parents"
    ),
    Broken(
        "unknown placeholder",
        "about {child}",
        "about {victim}",
        "letters.come_in.subject",
        "“{victim}” cannot be filled in",
    ),
    Broken(
        "a placeholder of another kind",
        "meet {head}",
        "meet {review_on}",
        "letters.come_in.paragraphs.3.text",
        "cannot be filled in",
    ),
    Broken("a list in the subject", "about {child}", "{breaches}", "letters.come_in.subject", "cannot be filled in"),
    Broken(
        "a list among words",
        'text: "{breaches}"',
        'text: "This: {breaches}"',
        "letters.told_low.paragraphs.3.text",
        "stands alone",
    ),
    Broken("a brace alone", "meet {head}", "meet {head", "letters.come_in.paragraphs.3.text", "a brace stands alone"),
    Broken(
        "unknown condition", "when: warned", "when: raining", "letters.told_low.paragraphs.6.when", "is not one of"
    ),
    Broken("no such one", "[loss_of_internet]", "[loss_of_hope]", "letters.internet_ban.sanctions.1", "has no end"),
    Broken("endless", "[loss_of_internet]", "[refer_head]", "letters.internet_ban.sanctions.1", "has no end"),
    Broken("no sanction", "    sanctions: [loss_of_internet]\n", "", "letters.internet_ban.sanctions", "missing"),
    Broken("a kind without a letter", "kind: quashed", "kind: revised", "letters", "no letter of the kind “quashed”"),
    Broken(
        "a category that is not told",
        "categories: [A, B]",
        "categories: [B]",
        "letters",
        "category A has no letter of the kind “told”",
    ),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=[each.name for each in BROKEN])
def test_what_is_wrong_is_refused_with_its_place(folder: Path, edit: Edit, broken: Broken) -> None:
    edit(FILE, broken.old, broken.new)
    with pytest.raises(PackError) as caught:
        loader.load_folder(folder)
    assert caught.value.file == f"camden_2021/v1/{FILE}"
    assert caught.value.key == broken.key
    assert broken.reason in caught.value.reason


def test_both_editions_say_the_same_by_their_own_clauses() -> None:
    old, new = loader.get("camden_2012", 1).letters, loader.get("camden_2021", 1).letters
    assert [each.code for each in old] == [each.code for each in new]
    for one, other in zip(old, new, strict=True):
        assert one.paragraphs == other.paragraphs
        assert not any(clause.startswith("CM") for clause in one.source)
        assert any(clause.startswith("CM") for clause in other.source)
        assert "R11" in one.duties


def test_every_kind_is_there(pack: Pack) -> None:
    assert {each.kind for each in pack.letters} == set(LETTER_KINDS)
    assert set(PLACEHOLDERS) == set(LETTER_KINDS)
    assert all(each >= EVERY_LETTER for each in PLACEHOLDERS.values())
    assert pack.letter("come_in").obligation == "parents_attend"
    with pytest.raises(UnknownLetter):
        pack.letter("no_such_letter")


def test_a_reader_of_twelve_reads_them(pack: Pack) -> None:
    for each in pack.letters:
        said = [part.text for part in each.paragraphs if part.text.strip("{}") not in LISTS]
        plain = re.sub(r"\[[^\]]*\]", "today", " ".join(said[1:]).replace("{child}", "Sam"))
        age = reading_age(re.sub(r"\{\w+\}", "today", plain))
        assert age is not None
        assert age <= 12, f"{each.code} is for readers of {age}"


def test_they_are_kind_and_name_nobody_else(pack: Pack) -> None:
    for each in pack.letters:
        said = " ".join((each.subject, *(part.text for part in each.paragraphs)))
        assert each.paragraphs[0].text == "Dear parent or carer of {child},"
        assert "{phone}" in said, "whom to call stands in every letter"
        for word in ("victim", "offender", "culprit", "perpetrator", "guilty", "category", "breach", "hereby"):
            assert word not in re.sub(r"\{\w+\}", "", said).lower()
    assert "no one's fault" in " ".join(part.text for part in pack.letter("no_blame").paragraphs)
