"""What a try to hand a mail over can lead to. No other end exists: a transport returns one of these or raises."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Stage(StrEnum):
    """How far the conversation with the mail server had come."""

    CONNECT = "connect"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


class Reach(StrEnum):
    """Why no conversation came about, or why it ended before the content was sent."""

    NO_ANSWER = "no_answer"
    NOT_PRIVATE = "not_private"
    NO_FOLDER = "no_folder"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server said 2xx after the content: the mail is its responsibility now."""

    code: int = 250


@dataclass(frozen=True, slots=True)
class Refused:
    """The server said no, in so many words, so nothing was delivered."""

    code: int
    stage: Stage

    @property
    def is_temporary(self) -> bool:
        """4xx: the same mail may be taken later. All that is not 5xx counts as such."""
        return not 500 <= self.code <= 599


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The content was never sent: no connection, no TLS, a time-out or a lost connection before it."""

    why: Reach = Reach.NO_ANSWER


@dataclass(frozen=True, slots=True)
class LostAfterData:
    """The content was sent, at least in part, and no answer came that can be understood: nobody knows."""


Outcome: TypeAlias = Accepted | Refused | Unreachable | LostAfterData


def code_of(outcome: Outcome) -> int | None:
    """The three digits the server said, where it said any."""
    return outcome.code if isinstance(outcome, Accepted | Refused) else None
