"""How a message's state is shown: the same words, colour and icon wherever it is shown."""

from dataclasses import dataclass

from dispatch.rules.problems import Problem
from dispatch.rules.states import State


@dataclass(frozen=True, slots=True)
class Chip:
    """Words, one of the kinds of components/chip.html, and one of the icons of static/img/icons.svg."""

    text: str
    kind: str
    icon: str


_CHIPS: dict[State, Chip] = {
    State.PENDING: Chip("Waiting to be sent", "calm", "send"),
    State.CLAIMED: Chip("Being prepared", "calm", "progress"),
    State.HANDED_OVER: Chip("Being sent", "calm", "send"),
    State.ACCEPTED: Chip("Sent", "good", "mail"),
    State.ACKNOWLEDGED: Chip("Acknowledged", "good", "acknowledged"),
    State.FAILED: Chip("Not sent", "alarm", "failed"),
    State.UNCERTAIN: Chip("May have arrived", "alarm", "uncertain"),
}
_TRYING_AGAIN = Chip("Trying again", "clock", "clock")


def chip_for(state: State, *, problem: Problem = Problem.NONE, repeated: bool = False) -> Chip:
    """The chip of a message. One that was uncertain stays so to the eye until its repeat is accepted. Pure."""
    if repeated and state in {State.PENDING, State.CLAIMED, State.HANDED_OVER}:
        return _CHIPS[State.UNCERTAIN]
    if state is State.PENDING and problem:
        return _TRYING_AGAIN
    return _CHIPS[state]
