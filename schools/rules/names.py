"""Names as people type them: "Mrs Whitlock", "farida  whitlock", "Farida Whitlock, Year 4 teacher"."""

import re

# What a telephone makes of an apostrophe.
CURLY = "\u2019"
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "sir", "dame", "lady", "lord"})
# What stands between a name and the class, the job or the next name. A hyphen inside a name stands between letters.
_BETWEEN = re.compile(r"[,;:/()\[\]&+\t\u2013\u2014]|\s-+\s|\s(?:and|or)\s")
# No name is longer; what follows is the class or the job.
_WORDS_MAX = 8


def full_name(typed: str) -> str:
    """The name in lower case, its words one blank apart, without a title. Pure; raises nothing."""
    words = _words(typed)
    return " ".join(words[1:] if _has_title(words) else words)


def family_name(typed: str) -> str:
    """What is left of a title and a family name, in lower case; else empty. Pure; raises nothing."""
    words = _words(typed)
    return " ".join(words[1:]) if _has_title(words) else ""


def readings(typed: str) -> tuple[tuple[str, ...], ...]:
    """The names that a line may begin with, for it is asked for with class or job: "Sam Field 5B", "Sam Field (5B)".

    For each part of the line its readings, the longest first; each as it can be given to ``full_name`` and
    ``family_name``. Pure; raises nothing.
    """
    parts = (_words(part)[:_WORDS_MAX] for part in _BETWEEN.split(f" {typed} ".lower()))
    return tuple(tuple(" ".join(words[:count]) for count in range(len(words), 0, -1)) for words in parts if words)


def _words(typed: str) -> list[str]:
    return typed.lower().replace(CURLY, "'").split()


def _has_title(words: list[str]) -> bool:
    return len(words) > 1 and words[0].rstrip(".") in TITLES
