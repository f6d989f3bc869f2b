"""How the status of an incident is shown: the same words, colour and icon wherever it is shown."""

from dispatch.rules.chips import Chip

_STATUS: dict[str, Chip] = {
    "draft": Chip("Draft", "calm", "draft"),
    "reported": Chip("New concern", "clock", "reported"),
    "recorded": Chip("Recorded", "calm", "edit"),
    "in_progress": Chip("In progress", "calm", "progress"),
    "closed": Chip("Closed", "good", "closed"),
}
IMMEDIATE_RISK = Chip("Immediate risk", "alarm", "alarm")
SAFEGUARDING = Chip("Safeguarding", "alarm", "alarm")
TO_DECIDE = Chip("To decide", "clock", "progress")
NOBODY_LEFT = Chip("Nobody can handle it", "alarm", "alarm")
UPDATE_TO_SEND = Chip("Update to send", "clock", "send")


def status_chip(status: str) -> Chip:
    """The chip of an incident's status. Pure; raises KeyError for a status there is not."""
    return _STATUS[status]
