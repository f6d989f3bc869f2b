"""By when what must follow is due. Duties R2, R3, S1 (CC 5.1.3, CC 5.1.4). No clock: every moment is handed in."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from packs.schema import Audience, Grade, Obligation
from sanctions.rules.proposing import Outcome

# Pupils: R3. Of staff the policy sets no hours; what is gross misconduct keeps the short clock.
GRAVE: Mapping[Audience, frozenset[Grade]] = {"pupil": frozenset({"C", "D"}), "staff": frozenset({"B", "C", "D"})}
REPORT = "report_la"
OPEN: Literal["open"] = "open"
# For what the policies set no hours: an obligation, and a report (R2) that is not grave.
ROUTINE = timedelta(days=7)


def due_at(obligation: Obligation, recorded_at: datetime) -> datetime:
    """By when an obligation is due, counted from when the matter was first recorded.

    ``recorded_at`` is aware and in the school's own time zone, because what is due at once is due by the end of that
    day, and 24 hours are 24 hours whatever the clocks do. Pure.
    """
    if obligation.within_hours is not None:
        # On a wall clock a day that the clocks change has 23 or 25 hours; these are hours of time.
        return recorded_at.astimezone(UTC) + timedelta(hours=obligation.within_hours)
    if obligation.at_once:
        return datetime.combine(recorded_at.date(), time(23, 59, 59), tzinfo=recorded_at.tzinfo)
    return recorded_at.astimezone(UTC) + ROUTINE


def is_grave(graded: Iterable[tuple[Audience, Grade | Literal["open"] | None]]) -> bool:
    """Whether the authority must have the report within 24 hours. Duty R3 (CC 5.1.3, CC 5.1.4). Pure.

    ``graded``: for each case of the incident the audience, and what is decided, else what is proposed; None where that
    is nothing, ``OPEN`` where nobody can say yet. As long as anybody's grade is open the short clock holds, and where
    there is no case at all: relaxed too soon, it would be missed by the time that somebody has looked.
    """
    known = list(graded)
    return not known or any(grade == OPEN or grade in GRAVE[audience] for audience, grade in known)


def grade_for_clock(
    *, outcome: Outcome, proposed: Grade | None, decided: Grade | None, is_decided: bool, is_confirmed: bool
) -> Grade | Literal["open"] | None:
    """What one case says to the clock. Nothing found by the form alone is nobody's word yet. Duty R3. Pure."""
    if is_decided:
        return decided
    if outcome == "unanswered" or (outcome == "nothing" and not is_confirmed):
        return OPEN
    return proposed
