"""How an incident moves: draft, reported, recorded, in progress, closed, and open again with a reason."""

from datetime import datetime, timedelta
from typing import Literal

StatusCode = Literal["draft", "reported", "recorded", "in_progress", "closed"]

MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"reported"}),
    "reported": frozenset({"recorded"}),
    "recorded": frozenset({"in_progress"}),
    "in_progress": frozenset({"closed"}),
    "closed": frozenset({"in_progress"}),
}
OPEN = frozenset({"reported", "recorded", "in_progress"})


def may_move(from_status: str, to_status: str) -> bool:
    """Whether an incident may go from one status to the other."""
    return to_status in MOVES.get(from_status, frozenset())


def due_at(recorded_at: datetime, hours: int) -> datetime:
    """By when the authority must have the report. Duties R2, R3 (CC 5.1.3, CC 5.1.4).

    Hours on the clock: 24 hours over a night when the clocks change are 24 hours, whatever the clock face says,
    because both moments are aware and kept in UTC.
    """
    return recorded_at + timedelta(hours=hours)
