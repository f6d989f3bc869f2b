"""What a past case comes to under a framework, many thousand times over. Duties S1, S3, S4 (CC 5, CM 5). Pure."""

from dataclasses import replace
from datetime import date

from packs.schema import Escalation, Framework
from sanctions.rules.facts import Facts
from sanctions.rules.looking_back import counted, look_back_from
from sanctions.rules.proposing import UnknownBreach, propose

NOTHING, UNANSWERED, UNLISTED = "nothing", "unanswered", "unlisted"
"""What a case comes to besides a category; ``unlisted``: the framework does not list a breach of it."""
MASKED_BELOW = 5
"""Fewer than this many cases are not said exactly: a number must not tell of a case that somebody may not know of."""
_MOST_KEPT = 20_000


class Asking:
    """One framework, asked about many cases. What it came to for the same facts is not worked out again.

    What a case comes to rests on its breaches, what is so of it, and what of the earlier record counts: the key. Days,
    references and the rest are in the sentences alone. The memory it may take has an end.
    """

    def __init__(self, framework: Framework) -> None:
        self._framework = framework
        self._known: dict[object, str] = {}

    def comes_to(self, facts: Facts) -> str:
        """A category, or one of the words above. Pure; raises nothing."""
        inside = counted(facts).inside
        key = (
            facts.audience,
            facts.breaches,
            facts.is_deliberate,
            facts.is_accidental,
            facts.told_staff_promptly,
            facts.is_extreme,
            facts.is_illegal_material,
            facts.was_distributed,
            frozenset((each.kind, each.grade, each.breaches) for each in inside) if inside else None,
        )
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            found = self._known[key] = outcome_of(facts, self._framework)
        return found


def outcome_of(facts: Facts, framework: Framework) -> str:
    """What facts come to, in a word. Pure; raises nothing."""
    try:
        proposal = propose(facts, framework)
    except UnknownBreach:
        return UNLISTED
    return proposal.grade or proposal.outcome


def year_of(day: date) -> date:
    """The first day of the school year that a day is in: 1 September. Pure."""
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)


def looking_back(facts: Facts, before: Escalation, after: Escalation) -> Facts:
    """The facts with the look-back of another framework. Duty S4. Pure; raises nothing.

    ``before`` is what they were taken under: where both go by the school year, the day they have is kept.
    """
    if (before.look_back, before.look_back_days) == (after.look_back, after.look_back_days):
        return facts
    start = look_back_from(after, happened_on=facts.happened_on, year_began_on=year_of(facts.happened_on))
    return replace(facts, look_back_from=start)
