"""Letters to parents: which one suits a case, filling it in, and that it names no other child.

Duty R11 (CC 4.3, 4.5.3). No Django, no clock, no database.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from packs.schema import Framework, Grade, LetterTemplate
from sanctions.rules.common_words import DESCRIBING, WORDS_TOO
from sanctions.rules.facts import Facts
from sanctions.rules.words import MONTHS, day_in_words

SUBJECT_LIMIT = 200
BODY_LIMIT = 10_000
TO_BE_WRITTEN = "[write here the day, the time and the room]"
WHICH_ONE = "[say which]"
BY_ACCIDENT = "Something that happened by accident"
NOT_TOLD = f"{BY_ACCIDENT}, and that no member of staff was told about"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_GAP = re.compile(r"\[[^\[\]]*\]|[\[\]]")
_ITEM = "- "
# “Kofi-Sam” is two names, and so is “Mei-Lin”.
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
# “3 May 2026”, “on Monday 3 May”: a name of a month in a date is no name of a child.
_IN_A_DATE = re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:{'|'.join(MONTHS)})\b|\b(?:{'|'.join(MONTHS)}) \d{{1,4}}\b")


@dataclass(frozen=True, slots=True)
class Given:
    """One sanction that was given and still stands: its words are the framework's, never somebody's own."""

    code: str
    text: str
    starts_on: date
    ends_on: date | None = None
    is_to_be_specified: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands, as far as it says which letters suit it."""

    audience: Literal["pupil", "staff"]
    outcome: str
    """``graded``, ``nothing``, ``unanswered`` or nothing yet."""
    grade: Grade | None
    """As decided, or as proposed where nobody has decided."""
    decision: Literal["", "decided", "revised", "quashed"] = ""
    """The kind of the decision that stands; empty: nobody has decided."""
    path: Literal["", "sanction", "restorative", "none"] = ""
    is_confirmed: bool = False
    is_accident_told: bool = False
    sanctions: tuple[Given, ...] = ()
    is_warned: bool = False


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """All that a letter can be filled in with: facts of one child's own part. Nobody else's name is among them."""

    child: str
    """The given name."""
    school: str
    phone: str
    head: str
    happened_on: date
    meeting: str = ""
    breaches: tuple[str, ...] = ()
    sanctions: tuple[Given, ...] = ()
    decided_on: date | None = None
    review_on: date | None = None
    is_warned: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """A letter as it begins: its subject line, and its paragraphs with an empty line between them."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a letter as it is printed: a paragraph, or the items of a list."""

    text: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whose name may not stand in a letter. ``is_close``: of the same matter, so a given name is enough."""

    given_name: str
    family_name: str
    is_close: bool = False


def suits(letter: LetterTemplate, standing: Standing) -> bool:
    """Whether a letter may be drafted for a case that stands so. Duties R11, S1. Pure; raises nothing.

    What happened is told only when somebody has decided; to come in at once, parents can be asked before.
    """
    if standing.audience != "pupil":
        return False
    first = standing.decision in {"", "decided"}
    match letter.kind:
        case "come_in":
            return first and standing.outcome == "graded" and standing.grade in letter.categories
        case "told":
            is_so = standing.decision == "decided" and standing.path == "sanction"
            return is_so and standing.grade in letter.categories
        case "no_blame":
            is_nothing = standing.outcome == "nothing" and standing.is_accident_told and standing.is_confirmed
            return first and is_nothing and standing.grade is None
        case "nothing_further":
            is_accident = standing.outcome == "nothing" and standing.is_accident_told
            return standing.decision == "decided" and standing.path == "none" and not is_accident
        case "restorative":
            return standing.decision in {"decided", "revised"} and standing.path == "restorative"
        case "running":
            return any(each.code in letter.sanctions and each.ends_on for each in standing.sanctions)
        case "revised":
            return standing.decision == "revised"
        case "quashed":
            return standing.decision == "quashed"


def suitable(letters: Iterable[LetterTemplate], standing: Standing) -> tuple[LetterTemplate, ...]:
    """The letters that suit, in the order of the pack. Pure."""
    return tuple(each for each in letters if suits(each, standing))


def fill(letter: LetterTemplate, facts: LetterFacts) -> Filled:
    """The letter with everything filled in that is known; what is not known is left in square brackets. Duty R11. Pure.

    What is filled in is not looked at again, so that a name cannot act as a placeholder.
    """
    of_kind = {each.code for each in facts.sanctions if each.code in letter.sanctions}
    given = tuple(each for each in facts.sanctions if each.code in of_kind) if letter.sanctions else facts.sanctions
    lists = {"breaches": facts.breaches, "sanctions": tuple(given_in_words(each) for each in given)}
    words = _words(facts)
    found: list[str] = []
    for paragraph in letter.paragraphs:
        if (paragraph.when == "sanctions" and not given) or (paragraph.when == "warned" and not facts.is_warned):
            continue
        whole = _PLACEHOLDER.fullmatch(paragraph.text)
        if whole is not None and whole[1] in lists:
            items = lists[whole[1]] or ("[write here what is meant]",)
            found.append("\n".join(f"{_ITEM}{each}" for each in items))
        else:
            found.append(_filled(paragraph.text, words))
    return Filled(_filled(letter.subject, words), "\n\n".join(found))


def found_in_words(framework: Framework, codes: Collection[str], facts: Facts | None) -> tuple[str, ...]:
    """What a decision found, in the framework's words and order. Duties R11, R12 (CC 4.2, 4.3, CM 4.2). Pure.

    Where an accident leaves no breach, the letter says that it was one: never what it would have been on purpose.
    ``codes``: those of the decision. Empty where there is nothing to say.
    """
    listed = (each for category in framework.pupil for each in category.breaches)
    found = tuple(each.text for each in listed if each.code in codes)
    if found or facts is None or not facts.is_accident:
        return found
    return (NOT_TOLD if facts.holds("not_told") else BY_ACCIDENT,)


def given_in_words(given: Given) -> str:
    """“Loss of free time, from 3 November 2026 to 9 November 2026”. Pure."""
    text = f"{given.text} {WHICH_ONE}" if given.is_to_be_specified else given.text
    if given.ends_on is None:
        return text
    if given.ends_on == given.starts_on:
        return f"{text}, on {day_in_words(given.starts_on)}"
    return f"{text}, from {day_in_words(given.starts_on)} to {day_in_words(given.ends_on)}"


def tidied(text: str) -> str:
    """Typed text without what cannot be seen: plain line ends, no spaces at their ends, no empty lines on end. Pure."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    seen = "".join(each for each in plain if each == "\n" or unicodedata.category(each) not in {"Cc", "Cs"})
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in seen.split("\n"))).strip()


def gaps(subject: str, body: str) -> tuple[str, ...]:
    """What still stands in square brackets, so that nobody sends a letter that is not finished. Pure."""
    return tuple(each for text in (subject, body) for each in _GAP.findall(text))


def blocks(body: str) -> tuple[Block, ...]:
    """The letter as it is printed: lines that begin with a hyphen are a list, empty lines part paragraphs. Pure."""
    return tuple(_blocks(body))


def names_another(
    texts: Iterable[str], others: Collection[Named], *, own: Collection[str], phrases: Iterable[str] = ()
) -> int | None:
    """The place of the first of these texts that names somebody who may not be named; None: none does. Pure.

    ``own`` are the names of the child and of the parents: each of their words may stand there, whoever else is called
    so. ``phrases`` may stand there as a whole, such as the school's name. Of somebody of the same matter each name
    alone is found, of others the whole name; written small too, unless it is a word as well. It does not say whose:
    what is raised about it reaches logs.
    """
    own_tokens = [token for name in own for token in _normal(name).split()]
    own_words = {word.casefold() for token in own_tokens if "-" not in token for word in _words_of(token)}
    close = {word for each in others if each.is_close for word in _single(each) if word.casefold() not in own_words}
    whole = {_folded(_words_of(f"{each.given_name} {each.family_name}")) for each in others}
    whole = {each for each in whole if len(each) > 1} - {_folded(_words_of(each)) for each in own}
    longest = max((len(each) for each in whole), default=0)
    # “Mensah-Reed” may stand there for a mother who is called so, and “Mensah” alone may not.
    doubled = [token for token in own_tokens if "-" in token]
    allowed = [re.escape(each) for each in (*map(_normal, phrases), *doubled) if each]
    cut = re.compile("|".join([_IN_A_DATE.pattern, *(rf"\b{each}\b" for each in allowed)]))
    for place, text in enumerate(texts):
        words = _words_of(cut.sub(" ", _normal(text)))
        low = _folded(words)
        if not (close.isdisjoint(words) and close.isdisjoint(low)):
            return place
        for start in range(len(low)):
            if any(low[start : start + length] in whole for length in range(2, longest + 1)):
                return place
    return None


def typed_names(names: Iterable[str]) -> tuple[Named, ...]:
    """Names that were typed by who did not choose from the lists, as of the same matter. Duty D1 (CM 3.2). Pure.

    What only describes somebody, as in “a boy in Year 5”, is no name.
    """
    told = (" ".join(word for word in _words_of(name) if word.casefold() not in DESCRIBING) for name in names)
    return tuple(Named(each, "", is_close=True) for each in told if each)


def _words(facts: LetterFacts) -> dict[str, str]:
    return {
        "child": facts.child,
        "school": facts.school,
        "phone": facts.phone or "[write here the telephone number]",
        "head": facts.head,
        "happened_on": day_in_words(facts.happened_on),
        "meeting": facts.meeting or TO_BE_WRITTEN,
        "decided_on": "[day]" if facts.decided_on is None else day_in_words(facts.decided_on),
        "review_on": "[day]" if facts.review_on is None else day_in_words(facts.review_on),
    }


def _filled(text: str, words: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: words[found[1]], text)


def _blocks(body: str) -> Iterator[Block]:
    for part in re.split(r"\n\s*\n", body):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        items: list[str] = []
        plain: list[str] = []
        for line in lines:
            if line.startswith(_ITEM):
                if plain:
                    yield Block(text="\n".join(plain))
                    plain = []
                items.append(line.removeprefix(_ITEM).strip())
            else:
                if items:
                    yield Block(items=tuple(items))
                    items = []
                plain.append(line)
        if plain:
            yield Block(text="\n".join(plain))
        if items:
            yield Block(items=tuple(items))


def _normal(text: str) -> str:
    plain = unicodedata.normalize("NFC", text.replace("\u2019", "'"))
    return " ".join("".join(each for each in plain if unicodedata.category(each) != "Cf").split())


def _words_of(text: str) -> tuple[str, ...]:
    """The words, each as it is written, without a possessive at its end."""
    return tuple(_POSSESSIVE.sub("", each) for each in _WORD.findall(_normal(text)))


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(each.casefold() for each in words)


def _single(named: Named) -> Iterator[str]:
    """Each name that points to somebody by itself: with a capital, and small where no other word is written so."""
    for word in (*_words_of(named.given_name), *_words_of(named.family_name)):
        low = word.casefold()
        if len(word) > 1:
            yield word[0].upper() + word[1:]
            yield word.upper()
            # “de la Cruz”: what the name itself writes small is too common a word.
            if word[0].isupper() and low not in WORDS_TOO and low not in DESCRIBING:
                yield low
