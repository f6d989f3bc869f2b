"""Small mails that this app asks for: somebody to be told that something waits, or that something was changed.

``dispatch`` sends them. It depends on this app and not the other way about, so it says here, when Django starts, who
takes a mail; and it asks here what the text of each kind is made of.
"""

from collections.abc import Callable, Mapping
from typing import Protocol
from uuid import UUID


class Facts(Protocol):
    """What is known of a mail when its text is made, in its school and in a transaction of its own."""

    @property
    def to_address(self) -> str: ...

    @property
    def school_id(self) -> UUID | None: ...

    @property
    def object_id(self) -> UUID | None: ...

    @property
    def params(self) -> Mapping[str, str]: ...


class Send(Protocol):
    """Whoever takes a mail: in the caller's transaction, with codes and ids only."""

    def __call__(
        self,
        kind: str,
        *,
        school_id: UUID | None,
        to: str,
        object_id: UUID | None = None,
        params: Mapping[str, str] = ...,
        by: UUID | None = None,
    ) -> object: ...


Text = Callable[[Facts], Mapping[str, object]]


class NotWanted(Exception):
    """Raised by a text: there is nothing to say any more, and the mail is dropped without a word."""

    def __init__(self) -> None:
        super().__init__("the mail is not wanted any more")


class NobodySends(RuntimeError):
    """A mail was to go out, and nobody has said that they take mails: an error of the wiring."""

    def __init__(self) -> None:
        super().__init__("no sender of notices is registered")


_senders: list[Send] = []


def register(send: Send) -> None:
    """Say who takes the mails; the last one who says so does."""
    _senders[:] = [send]


def notify(
    kind: str,
    *,
    school_id: UUID | None,
    to: str,
    object_id: UUID | None = None,
    params: Mapping[str, str] | None = None,
    by: UUID | None = None,
) -> None:
    """Have one small mail sent, in the caller's transaction. Raises NobodySends, and whatever the sender raises."""
    if not _senders:
        raise NobodySends
    _senders[0](kind, school_id=school_id, to=to, object_id=object_id, params=params or {}, by=by)
