"""By when what must follow is due. Duties R2, R3, S1 (CC 5.1.3, CC 5.1.4). No clock: every moment is handed in."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta

from packs.schema import Audience, Grade, Obligation

# Pupils: R3. Of staff the policy sets no hours; what is gross misconduct keeps the short clock.
GRAVE: Mapping[Audience, frozenset[Grade]] = {"pupil": frozenset({"C", "D"}), "staff": frozenset({"B", "C", "D"})}
REPORT = "report_la"
# For what the policies set no hours: an obligation, and a report (R2) that is not grave.
ROUTINE = timedelta(days=7)


def due_at(obligation: Obligation, recorded_at: datetime) -> datetime:
    """By when an obligation is due, counted from when the matter was first recorded.

    ``recorded_at`` is aware and in the school's own time zone, because what is due at once is due by the end of that
    day, and 24 hours are 24 hours whatever the clocks do. Pure.
    """
    if obligation.within_hours is not None:
        return recorded_at + timedelta(hours=obligation.within_hours)
    if obligation.at_once:
        return datetime.combine(recorded_at.date(), time(23, 59, 59), tzinfo=recorded_at.tzinfo)
    return recorded_at + ROUTINE


def is_grave(graded: Iterable[tuple[Audience, Grade | None]]) -> bool:
    """Whether the authority must have the report within 24 hours. Duty R3 (CC 5.1.3, CC 5.1.4). Pure.

    ``graded``: for each case of the incident the audience, and what is decided, else what is proposed; None where that
    is nothing. Where there is no case nobody has been graded, and the short clock holds.
    """
    known = list(graded)
    return not known or any(grade in GRAVE[audience] for audience, grade in known)
