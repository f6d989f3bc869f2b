"""A passphrase that can be read out: no Django, no clock, no database."""

from collections.abc import Callable

CONSONANTS = "bdfgklmnprstvz"
VOWELS = "aeiou"
GROUPS = 6


def suggest_passphrase(choose: Callable[[str], str]) -> str:
    """Six pronounceable groups such as ``kivo-ramu-delo-tupi-gane-boza``, to be read out over the telephone.

    ``choose`` picks one character of a string by chance (``secrets.choice``). (14 x 5)^2 possibilities a group,
    2^73 in all. Pure.
    """
    groups = ["".join(choose(CONSONANTS) + choose(VOWELS) for _ in range(2)) for _ in range(GROUPS)]
    return "-".join(groups)
