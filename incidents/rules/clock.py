"""How much time is left until the authority must have a report, in words. Duties R2, R3 (CC 5.1.3, CC 5.1.4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SOON = timedelta(hours=6)
_SPACE = "\u00a0"


@dataclass(frozen=True, slots=True)
class Clock:
    """A moment by which something is due, as it stands now: "5 hours, 12 minutes left"."""

    due_at: datetime
    words: str
    is_overdue: bool
    is_soon: bool

    @property
    def kind(self) -> str:
        """The kind of its chip: red when it is late or will be soon."""
        return "alarm" if self.is_overdue or self.is_soon else "clock"


def clock_for(due_at: datetime, now: datetime) -> Clock:
    """The clock of something due, at this moment; both aware. Pure.

    The words are those of static/js/clock.js, which counts on from here.
    """
    left = due_at - now
    minutes = int(abs(left).total_seconds()) // 60
    is_overdue = left < timedelta(0)
    words = f"Overdue by {_duration(minutes)}" if is_overdue else f"{_duration(minutes)} left"
    return Clock(due_at, words, is_overdue, is_soon=not is_overdue and left < SOON)


def _duration(minutes: int) -> str:
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [_unit(days, "day"), _unit(hours, "hour")] if days else [_unit(hours, "hour"), _unit(rest, "minute")]
    return ", ".join(filter(None, parts)) or f"0{_SPACE}minutes"


def _unit(count: int, name: str) -> str:
    return f"{count}{_SPACE}{name}{'' if count == 1 else 's'}" if count else ""
