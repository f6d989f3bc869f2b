"""Whether the name that somebody typed can be the name of the person whose signature it is to be."""

import re
import unicodedata
from enum import StrEnum

MAX_LENGTH = 120


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
    people sign with a maiden name, a short form or a second surname, but not with a stranger's name.
    """
    name = " ".join(typed.split())
    if not name:
        return NameTrouble.MISSING
    if len(name) > MAX_LENGTH:
        return NameTrouble.TOO_LONG
    if not all(each.isalpha() or each in " '’.-‘" or unicodedata.combining(each) for each in name):  # noqa: RUF001
        return NameTrouble.NOT_A_NAME
    words, known = _words(name), _words(f"{given_name} {family_name}")
    if words == known:
        # However short: in some scripts each part of a name is one character.
        return None
    written_out = frozenset(each for each in words if len(each) > 1)
    if not written_out:
        return NameTrouble.TOO_SHORT
    return None if written_out & known else NameTrouble.SOMEBODY_ELSE


def _words(name: str) -> frozenset[str]:
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    return frozenset(filter(None, re.split(r"[^\w]+", plain.casefold())))
