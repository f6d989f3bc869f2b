"""How old a reader has to be for a text to be easy, by the automated readability index of ``readability``.

The index goes by the length of words and sentences alone, so it is the same for every dialect and never guesses at
syllables. It is a hint for whoever writes, and decides nothing. Duty A2 (CC 3.2, CM 3.3).
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from readability import getmeasures

YOUNGEST, OLDEST = 5, 22
# A score of 1 is for readers of five, and each further one for a year more.
_YEARS_AT_ZERO = 4
# Three words say nothing of how hard their sentence is.
_WORDS_MIN = 4
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_TOKEN = re.compile(r"\w+(?:['\u2019-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Hard:
    """A part of a text that is harder to read than it is meant to be."""

    id: str
    age: int


def reading_age(text: str) -> int | None:
    """The age in years from which an English text reads easily; None where it has too few words to tell. Pure."""
    sentences = [_TOKEN.findall(each) for each in _SENTENCE.split(text)]
    words = sum(token[0].isalnum() for sentence in sentences for token in sentence)
    if words < _WORDS_MIN:
        return None
    measured = getmeasures([" ".join(each) for each in sentences if each], lang="en")
    score: float = measured["readability grades"]["ARI"]
    return min(max(math.ceil(score) + _YEARS_AT_ZERO, YOUNGEST), OLDEST)


def hardest(parts: Iterable[tuple[str, str]], *, above: int, count: int = 3) -> tuple[Hard, ...]:
    """The parts (id and text) that are for readers older than ``above``, hardest first. Pure."""
    ages = ((part, reading_age(text)) for part, text in parts)
    found = [Hard(part, age) for part, age in ages if age is not None and age > above]
    return tuple(sorted(found, key=lambda each: -each.age)[:count])
