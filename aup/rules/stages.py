"""Key stages, school years, and for how long a signature counts. Duty A1 (CM 3.3, NS 7.2)."""

import re
from datetime import date

from packs.schema import Stage

YEAR_STARTS = (9, 1)
# Whoever signs in the summer signs for the year that is about to start as well.
COUNTS_FOR_NEXT_FROM_MONTH = 7
_EARLY = ("nursery", "reception", "foundation", "early years", "eyfs", "pre-school", "preschool")
_LAST_YEARS: tuple[tuple[int, Stage], ...] = ((0, "EYFS"), (2, "KS1"), (6, "KS2"), (9, "KS3"), (11, "KS4"), (14, "KS5"))
_NUMBER = re.compile(r"(?:(?:year|yr|y)\s*)?([0-9]{1,2})")


def stage_of(year_group: str, *, years_before: int = 0) -> Stage | None:
    """The key stage of a year group as schools write it ("Year 4", "Y10", "Reception"); None for words not known.

    ``years_before`` asks what it was that many school years ago. Pure; raises nothing.
    """
    words = " ".join(year_group.lower().split())
    if words in {"n", "r", "n1", "n2"} or words.startswith(_EARLY):
        return "EYFS"
    number = _NUMBER.fullmatch(words)
    if number is None:
        return None
    year = int(number[1]) - years_before
    return next((stage for last, stage in _LAST_YEARS if year <= last), None)


def school_year_start(day: date) -> date:
    """The 1 September on or before a day. Pure."""
    start = date(day.year, *YEAR_STARTS)
    return start if day >= start else date(day.year - 1, *YEAR_STARTS)


def counts_until(signed_on: date) -> date:
    """The last day on which a signature of this day counts: the end of the school year, or of the one after it for
    what is signed from July on (rules.renewal; A1). Pure."""
    start = school_year_start(signed_on)
    is_summer = signed_on.month >= COUNTS_FOR_NEXT_FROM_MONTH and signed_on.year > start.year
    end = start.year + (2 if is_summer else 1)
    return date(end, 8, 31)
