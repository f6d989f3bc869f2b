"""Days and earlier entries in words, the same on every machine. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date

from packs.schema import Fact
from sanctions.rules.facts import Earlier, in_order

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)

MARKED: Mapping[Fact, str] = {
    "deliberate": "done on purpose",
    "accidental": "an accident",
    "told": "told to staff promptly",
    "not_told": "not told to staff",
    "extreme": "extreme",
    "illegal_material": "about material that may be illegal",
    "distributed": "passed on to others",
}
"""What a case is marked as, after “it is marked as”."""


def day_in_words(day: date) -> str:
    """“3 November 2026”, whatever language the machine speaks."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def entry_in_words(entry: Earlier) -> str:
    """“the decision of 3 November 2026 (2026-0012, category C)”."""
    grade = f", category {entry.grade}" if entry.grade else ""
    return f"the {entry.kind} of {day_in_words(entry.given_on)} ({entry.reference}{grade})"


def entries_in_words(entries: Iterable[Earlier]) -> str:
    """Some entries as one phrase, oldest first: “a, b and c”."""
    *first, last = [entry_in_words(each) for each in in_order(entries)]
    return f"{', '.join(first)} and {last}" if first else last


def look_back_in_words(start: date | None) -> str:
    """Where the look-back begins."""
    return "the whole time at the school counts" if start is None else f"the look-back began on {day_in_words(start)}"


def quoted(texts: Iterable[str]) -> str:
    """Some texts of a framework as one phrase, in their order: “a”, “b” and “c”; nothing: empty."""
    *first, last = [f"“{each}”" for each in texts] or [""]
    return f"{', '.join(first)} and {last}" if first else last
