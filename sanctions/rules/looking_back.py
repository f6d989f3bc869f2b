"""How far back an earlier warning or decision counts. Duty S4 (CC 5.1.2, CC 5.1.4). No clock: days are handed in."""

from dataclasses import dataclass
from datetime import date, timedelta

from packs.schema import Escalation
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
