"""Whether the name that somebody typed can be the name of the person whose signature it is to be."""

import unicodedata
from enum import StrEnum

MAX_LENGTH = 120
# Beside letters and their marks: what stands between the parts of a name.
_BETWEEN = frozenset(" '’.-‘‐‑–")  # noqa: RUF001 - these are the characters meant
# Invisible, and part of how some names are spelled, as in Persian and in the scripts of India.
_JOINERS = frozenset("\u200c\u200d")
# Letters that have no accent to take off, as they are typed on an English keyboard.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


class NameTrouble(StrEnum):
    """What is wrong with a typed name, in words for whoever typed it."""

    MISSING = "Type your full name."
    TOO_SHORT = "Type your full name, not initials alone."
    TOO_LONG = "Shorten this to 120 characters."
    NOT_A_NAME = "Type your name in letters."
    SOMEBODY_ELSE = (
        "This is not the name the school has for you. If you are somebody else, do not sign here: "
        "ask the school for a link of your own."
    )


def trouble_with(typed: str, *, given_name: str, family_name: str) -> NameTrouble | None:
    """What is wrong with the name typed as a signature; None when it will do. Pure; raises nothing.

    At least one word of it must be a word of the name on the school's lists, whatever the case and the accents:
    people sign with a maiden name, a short form or a second surname, but not with a stranger's name. What is typed
    exactly as the lists have it will do whatever it is made of.
    """
    name = " ".join(typed.split())
    if not name:
        return NameTrouble.MISSING
    if len(name) > MAX_LENGTH:
        return NameTrouble.TOO_LONG
    listed = f"{given_name} {family_name}"
    if name.casefold() == " ".join(listed.split()).casefold():
        return None
    if not all(_is_of_a_name(each) for each in name):
        return NameTrouble.NOT_A_NAME
    words, known = _words(name), _words(listed)
    if words == known:
        # However short: in some scripts each part of a name is one character.
        return None
    written_out = frozenset(each for each in words if len(each) > 1)
    if not written_out:
        return NameTrouble.TOO_SHORT
    return None if written_out & known else NameTrouble.SOMEBODY_ELSE


def is_name_of(typed: str, *, given_name: str, family_name: str) -> bool:
    """Whether the words typed are the words of this name, no more and no fewer. Pure; raises nothing."""
    return bool(words := _words(typed)) and words == _words(f"{given_name} {family_name}")


def _is_of_a_name(each: str) -> bool:
    return each.isalpha() or each in _BETWEEN or each in _JOINERS or unicodedata.category(each).startswith("M")


def _words(name: str) -> frozenset[str]:
    found = (each for each in unicodedata.normalize("NFKD", name) if each not in _JOINERS)
    plain = "".join(each for each in found if not unicodedata.combining(each)).casefold().translate(_PLAIN)
    # Vowel signs of many scripts are marks and no letters: a word goes on over them.
    kept = (each if each.isalnum() or unicodedata.category(each).startswith("M") else " " for each in plain)
    return frozenset("".join(kept).split())
