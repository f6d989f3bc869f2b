"""References that people read out over the telephone and nobody can guess or count (threat T12)."""

from collections.abc import Callable

# Without 0 O 1 I L U Z: nothing that is misread, and no words. 29 is a prime, so that every slip shows.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"
LENGTH = 8


def make_reference(choose: Callable[[str], str]) -> str:
    """A reference such as ``7KQ2-M4XD``: seven characters by chance and one that checks them.

    ``choose`` picks one character of a string by chance (``secrets.choice``). 29^7 = 1.7e10 references.
    """
    characters = "".join(choose(ALPHABET) for _ in range(LENGTH - 1))
    characters += check_character(characters)
    return f"{characters[:4]}-{characters[4:]}"


def check_character(characters: str) -> str:
    """The character that makes any slip of one character, and any two neighbours swapped, show."""
    total = sum((position + 1) * ALPHABET.index(each) for position, each in enumerate(characters))
    return ALPHABET[total % len(ALPHABET)]


def tidy_reference(typed: str) -> str | None:
    """The reference somebody typed, in its written form; None when it cannot be one."""
    characters = "".join(each for each in typed.upper() if each.isalnum())
    if len(characters) != LENGTH or any(each not in ALPHABET for each in characters):
        return None
    if check_character(characters[:-1]) != characters[-1]:
        return None
    return f"{characters[:4]}-{characters[4:]}"
