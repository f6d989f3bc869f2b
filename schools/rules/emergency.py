"""Emergency access: how long it may be asked for, and how long it lasts. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

LASTS = timedelta(minutes=60)
# A request that no second person answered for so long has passed.
WAITS = timedelta(hours=24)


class EmergencyState(StrEnum):
    """Where one stands at a moment."""

    WAITING = "waiting"
    RUNNING = "running"
    OVER = "over"
    LAPSED = "lapsed"
    REFUSED = "refused"


def state_of(
    *, requested_at: datetime, ends_at: datetime | None, ended_at: datetime | None, now: datetime
) -> EmergencyState:
    """Where it stands: it ends by itself, with nobody doing anything. Threat T9. Pure; raises nothing."""
    if ends_at is None:
        if ended_at is not None:
            return EmergencyState.REFUSED
        return EmergencyState.WAITING if now < requested_at + WAITS else EmergencyState.LAPSED
    return EmergencyState.OVER if ended_at is not None or now >= ends_at else EmergencyState.RUNNING
