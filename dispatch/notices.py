"""Small mails without an attachment: a log-in to be renewed, somebody to be told that something waits for them.

A notice holds a kind, an address, codes and ids. What it says is made when it is sent, so that no link and no code
lies in the database, in the broker or in a log. Whoever queues a kind registers what makes its text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from dispatch.models import Notice
from dispatch.rules.notices import NoticeKind, NoticeState, is_codes_and_ids
from dispatch.rules.problems import Problem
from dispatch.waking import wake_notice, wake_notices
from schools.addresses import safe_address
from schools.wall import in_school

# So many that one worker sends them before its time is over, also to a slow mail server.
WOKEN_TOGETHER = 10
_NOTHING: Mapping[str, str] = MappingProxyType({})


class NoticeOutsideTransaction(RuntimeError):
    """A notice was to be queued outside the transaction of the act it is about."""

    def __init__(self) -> None:
        super().__init__("queue_notice() must run inside the transaction of the act that the notice is about")


class NoLongerWanted(Exception):
    """Raised by a composer: the thing the notice is about has passed, and it is dropped without a word."""

    def __init__(self) -> None:
        super().__init__("the notice is not wanted any more")


class Readdressed(NoLongerWanted):
    """Raised by a composer: whom it is for has another address by now. It is dropped, and queued anew to that one."""

    def __init__(self, to: str) -> None:
        super().__init__()
        self.to = to


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What a composer is given. It runs in the notice's school, in a transaction of its own."""

    notice_id: UUID
    kind: NoticeKind
    school_id: UUID | None
    to_address: str
    object_id: UUID | None
    params: Mapping[str, str]
    asked_by: UUID | None
    queued_at: datetime


Compose = Callable[[NoticeFacts], Mapping[str, object]]
_composers: dict[NoticeKind, Compose] = {}


def register_kind(kind: str, compose: Compose) -> None:
    """Say what makes the text of a kind: a function from facts to the names its template fills in.

    Call it in AppConfig.ready(). Every template has ``service`` (the address of the service) and ``school_name``
    (empty without a school) besides. The function may raise NoLongerWanted or Readdressed. A second call replaces the
    first. Raises ValueError for a kind that does not exist.
    """
    _composers[NoticeKind(kind)] = compose


def composer_of(kind: NoticeKind) -> Compose | None:
    """What was registered for a kind."""
    return _composers.get(kind)


def queue_notice(
    kind: str,
    *,
    school_id: UUID | None,
    to: str,
    object_id: UUID | None = None,
    params: Mapping[str, str] = _NOTHING,
    by: UUID | None = None,
) -> Notice:
    """Queue one small mail, in the caller's transaction, in whatever school that is just now. Four queries.

    ``params`` holds codes and ids in lower case, ``by`` is the user who acted. Once the transaction is committed a
    worker is woken; should that fail, the sweep finds the notice. Raises NoticeOutsideTransaction,
    schools.addresses.UnsafeAddress, and ValueError for an unknown kind or for params that are no codes.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NoticeOutsideTransaction
    with in_school(school_id):
        notice = Notice.objects.create(**_new(kind, school_id, to, object_id, params, by))
    transaction.on_commit(partial(wake_notice, school_id, notice.pk), robust=True)
    return notice


def queue_notices(kind: str, *, school_id: UUID, to: Sequence[tuple[str, UUID]]) -> list[UUID]:
    """Queue many mails of one kind, each an address and what it is about; their ids, in that order. One query.

    The caller is in the school already. Otherwise as ``queue_notice``.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NoticeOutsideTransaction
    made = [Notice(**_new(kind, school_id, address, object_id)) for address, object_id in to]
    Notice.objects.bulk_create(made)
    found = [each.pk for each in made]
    transaction.on_commit(partial(_wake_all, school_id, found), robust=True)
    return found


def _new(
    kind: str,
    school_id: UUID | None,
    to: str,
    object_id: UUID | None,
    params: Mapping[str, str] = _NOTHING,
    by: UUID | None = None,
) -> dict[str, Any]:
    if not is_codes_and_ids(params):
        raise ValueError("The params of a notice are codes and ids in lower case.")
    now = timezone.now()
    return {
        "school_id": school_id,
        "kind": NoticeKind(kind).value,
        "to_address": safe_address(to),
        "object_id": object_id,
        "params": dict(params),
        "asked_by": by,
        "next_attempt_at": now,
        "created_at": now,
    }


def _wake_all(school_id: UUID, notice_ids: Sequence[UUID]) -> None:
    for start in range(0, len(notice_ids), WOKEN_TOGETHER):
        if not wake_notices(school_id, notice_ids[start : start + WOKEN_TOGETHER]):
            # The broker is away: the sweep finds them all.
            return


def could_not_queue(kind: str, *, school_id: UUID, object_id: UUID) -> None:
    """Put it on record that a mail has no address to go to, once: the service administrators are shown it. Two queries.

    What it is about is not known to them (``dispatch.rules.notices``).
    """
    now = timezone.now()
    with in_school(school_id):
        Notice.objects.get_or_create(
            school_id=school_id,
            kind=NoticeKind(kind).value,
            object_id=object_id,
            state=NoticeState.FAILED,
            problem=Problem.NO_ADDRESS,
            defaults={"to_address": "", "next_attempt_at": now, "created_at": now},
        )


def could_queue_after_all(kind: str, *, school_id: UUID, object_id: UUID) -> None:
    """Take back what ``could_not_queue`` has put on record. One query."""
    with in_school(school_id):
        Notice.objects.filter(
            school_id=school_id,
            kind=NoticeKind(kind).value,
            object_id=object_id,
            state=NoticeState.FAILED,
            problem=Problem.NO_ADDRESS,
        ).delete()
