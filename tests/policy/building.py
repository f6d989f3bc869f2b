"""Facts and earlier entries in few words, for the tables of this folder."""

from datetime import date
from typing import Any

from packs.schema import Audience, Grade
from sanctions.rules.facts import Earlier, Facts

DAY = date(2026, 11, 10)
YEAR_BEGAN = date(2026, 9, 1)


def warning(name: str, given_on: date, *breaches: str, reference: str = "") -> Earlier:
    """A recorded warning that still stands."""
    return Earlier(given_on, name, "warning", None, tuple(sorted(breaches)), reference or f"2026-{name}")


def decision(name: str, given_on: date, grade: Grade | None, *breaches: str, reference: str = "") -> Earlier:
    """A decision that found a breach and still stands."""
    return Earlier(given_on, name, "decision", grade, tuple(sorted(breaches)), reference or f"2026-{name}")


def facts(audience: Audience, breaches: str = "", *earlier: Earlier, **more: Any) -> Facts:
    """Facts of 10 November 2026 that look back to 1 September, unless something else is said."""
    said: dict[str, Any] = {"happened_on": DAY, "look_back_from": YEAR_BEGAN} | more
    return Facts(audience=audience, breaches=frozenset(breaches.split()), earlier=frozenset(earlier), **said)
