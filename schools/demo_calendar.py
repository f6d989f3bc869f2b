"""The terms of the demonstration: believable on whichever day it is first run. Pure; the day is passed in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

SEPTEMBER = 9


@dataclass(frozen=True, slots=True)
class DemoTerm:
    """A term with the week in its middle in which nobody is at school."""

    name: str
    starts_on: date
    ends_on: date
    half_term_from: date

    def is_school_day(self, day: date) -> bool:
        """Whether there is school: a weekday of the term outside its half-term week."""
        in_half_term = self.half_term_from <= day < self.half_term_from + timedelta(days=5)
        return self.starts_on <= day <= self.ends_on and day.weekday() < 5 and not in_half_term


def school_year(year: int) -> tuple[DemoTerm, ...]:
    """The three terms of the school year that begins in September of ``year``, each from a Monday to a Friday."""
    span = f"{year}/{(year + 1) % 100:02}"
    return (
        _term(f"Autumn term {span}", date(year, 9, 1), weeks=15, half_term_after=7),
        _term(f"Spring term {span}", date(year + 1, 1, 3), weeks=12, half_term_after=6),
        _term(f"Summer term {span}", date(year + 1, 4, 12), weeks=14, half_term_after=6),
    )


def _term(name: str, not_before: date, *, weeks: int, half_term_after: int) -> DemoTerm:
    monday = not_before + timedelta(days=-not_before.weekday() % 7)
    return DemoTerm(
        name,
        monday,
        monday + timedelta(weeks=weeks, days=-3),
        monday + timedelta(weeks=half_term_after),
    )


def terms(today: date) -> tuple[DemoTerm, ...]:
    """The terms of this school year and the one before it, oldest first."""
    year = today.year if today.month >= SEPTEMBER else today.year - 1
    return tuple(term for each in (year - 1, year) for term in school_year(each))


def school_days_before(today: date) -> Iterator[date]:
    """The school days before today, newest first, back to the oldest term that is known."""
    known = terms(today)
    day = today - timedelta(days=1)
    while day >= known[0].starts_on:
        if any(term.is_school_day(day) for term in known):
            yield day
        day -= timedelta(days=1)
