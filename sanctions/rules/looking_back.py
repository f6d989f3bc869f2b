"""How far back an earlier warning or decision counts. Duty S4 (CC 5.1.2, CC 5.1.4). No clock: days are handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile

from packs.schema import Escalation, Grade
from sanctions.rules.departing import height
from sanctions.rules.facts import Earlier, Facts


@dataclass(frozen=True, slots=True)
class Counted:
    """The earlier record, sorted into what counts and what does not. Each oldest first."""

    inside: tuple[Earlier, ...]
    expired: tuple[Earlier, ...]
    """From before the look-back began."""
    same_day_or_later: tuple[Earlier, ...]
    """Given on the day itself or after it: nobody had been warned when it happened, as far as days can tell."""


def look_back_from(escalation: Escalation, *, happened_on: date, year_began_on: date) -> date | None:
    """The first day that counts; None: the whole time at the school. Pure; raises nothing.

    ``year_began_on``: the first day of the school year in which it happened. A number of days counts back from the day
    before it happened, so that one day is the day before.
    """
    if escalation.look_back == "whole_time":
        return None
    if escalation.look_back == "days" and escalation.look_back_days:
        return happened_on - timedelta(days=escalation.look_back_days)
    return year_began_on


def counted(facts: Facts) -> Counted:
    """Which of the earlier record counts: from the first day of the look-back to the day before it happened. Pure."""
    start = facts.look_back_from
    expired = tuple(each for each in facts.record if start is not None and each.given_on < start)
    late = tuple(each for each in facts.record if each.given_on >= facts.happened_on and each not in expired)
    inside = tuple(each for each in facts.record if each not in expired and each not in late)
    return Counted(inside, expired, late)


@dataclass(frozen=True, slots=True)
class Made:
    """One decision of a case, as far as it matters from when on it counts."""

    at: datetime
    grade: Grade | None
    """None: nothing was found, or it was quashed."""
    warns: bool


def stands_since(made: Sequence[Made]) -> datetime:
    """From when on what was decided last has been in force: nobody had been told of a graver one before. Duty S4. Pure.

    ``made``: the decisions of one case, the newest first. What lies before a quashed one, or before one that was milder
    than the newest, does not count.
    """
    newest = made[0]
    return list(takewhile(lambda each: each.grade is not None and height(each.grade) >= height(newest.grade), made))[
        -1
    ].at


def warned_since(made: Sequence[Made]) -> datetime:
    """From when on somebody has been warned, by the decisions of one case without a break. Duty S4. Pure.

    ``made``: the newest first, and that one warns.
    """
    return list(takewhile(lambda each: each.warns, made))[-1].at
