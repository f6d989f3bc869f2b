"""For the demonstration: mails that went out, or did not, some time ago. Drawn, encrypted and composed like any other;
only what the mail server said is made up, and the times are handed in."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from audit.models import Entry
from dispatch import claims
from dispatch.models import Message
from dispatch.preparing import Draw, prepare
from dispatch.rules.outcomes import Accepted, LostAfterData, Outcome, Refused, Stage
from dispatch.rules.states import State

Ending = Literal["accepted", "failed", "uncertain"]
MAILBOX_UNKNOWN = Refused(550, Stage.RECIPIENT)


class NotTaken(RuntimeError):
    """A message that was just queued could not be claimed."""

    def __init__(self) -> None:
        super().__init__("the message could not be claimed")


def hand_over_then(*, school_id: UUID, message_id: UUID, queued_at: datetime, ending: Ending, draw: Draw) -> None:
    """Bring a message that waits to where it stood soon after ``queued_at``, in its school. Draws one PDF.

    ``uncertain`` was repeated once already, so that it waits for a person. Raises NotTaken, preparing.CannotPrepare.
    """
    at = queued_at + timedelta(seconds=4)
    if ending == "uncertain":
        _try_once(school_id, message_id, at, LostAfterData(), draw)
        at = Message.objects.values_list("next_attempt_at", flat=True).get(pk=message_id) + timedelta(seconds=9)
        _try_once(school_id, message_id, at, LostAfterData(), draw)
    else:
        _try_once(school_id, message_id, at, Accepted() if ending == "accepted" else MAILBOX_UNKNOWN, draw)


def acknowledge_at(*, message_id: UUID, at: datetime) -> None:
    """The officer followed the link at this moment. Two queries, in the message's school.

    The row is written like ``services.acknowledge`` writes it, which needs the token that only the mail holds.
    """
    message = Message.objects.defer("mime_sealed").get(pk=message_id)
    message.state, message.acknowledged_at, message.acknowledged_by = State.ACKNOWLEDGED, at, message.to_address
    message.save(update_fields=["state", "acknowledged_at", "acknowledged_by"])
    Entry.objects.create(
        school_id=message.school_id, action="message.acknowledged", object_type="message", object_id=message_id, at=at
    )


def _try_once(school_id: UUID, message_id: UUID, at: datetime, outcome: Outcome, draw: Draw) -> None:
    claimed = claims.claim(school_id=school_id, message_id=message_id, now=at)
    if claimed is None:
        raise NotTaken
    prepare(claimed, draw=draw, now=at + timedelta(seconds=1))
    if not isinstance(outcome, Refused):
        claims.mark_handed_over(claimed, now=at + timedelta(seconds=2))
    claims.settle(claimed, outcome, now=at + timedelta(seconds=3))
