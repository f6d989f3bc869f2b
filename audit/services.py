"""The ways into the audit trail."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from audit.models import Entry
from audit.traces import note

Detail = Mapping[str, str | int | bool | list[str]]


class AuditOutsideTransaction(RuntimeError):
    """An act was to be recorded outside the transaction that carries it out."""

    def __init__(self) -> None:
        super().__init__("audit.record() must run inside the transaction of the act it records")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An attempt that came to nothing, to be recorded beside whatever becomes of the request's own transaction."""

    action: str
    school_id: UUID | None
    actor_id: UUID | None
    object_type: str = ""
    object_id: UUID | None = None
    detail: Detail = field(default_factory=dict)


_waiting: ContextVar[list[Refusal] | None] = ContextVar("audit_refusals", default=None)


def record(
    action: str,
    *,
    school_id: UUID | None,
    actor_id: UUID | None,
    object_type: str = "",
    object_id: UUID | None = None,
    detail: Detail | None = None,
    at: datetime | None = None,
) -> Entry:
    """Add one row to the trail, in the caller's transaction. One query; its link in the chain comes with the COMMIT.

    ``action`` is ``noun.verb`` (``incident.reported``). ``detail`` holds codes, counts and ids, never a name.
    ``at`` is now, unless the caller goes by a clock of its own. Raises AuditOutsideTransaction when no transaction is
    open: an act and its trace stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise AuditOutsideTransaction
    made = Entry.objects.create(
        school_id=school_id,
        actor_id=actor_id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        detail=dict(detail or {}),
        at=at or timezone.now(),
    )
    note(action)
    return made


def refused(
    action: str,
    *,
    school_id: UUID | None,
    actor_id: UUID | None,
    object_type: str = "",
    object_id: UUID | None = None,
    detail: Detail | None = None,
) -> None:
    """Record an attempt that came to nothing: a wrong password, a page that is not theirs.

    Inside a request it waits until the request's transaction is over, committed or not; elsewhere it is written at
    once, in a transaction of its own. Three queries.
    """
    refusal = Refusal(action, school_id, actor_id, object_type, object_id, detail or {})
    waiting = _waiting.get()
    if waiting is None:
        write_refusal(refusal)
    else:
        waiting.append(refusal)


@contextmanager
def refusals_waiting() -> Iterator[list[Refusal]]:
    """Hold back what is refused meanwhile; whoever opened this writes it down afterwards (``write_refusal``)."""
    waiting: list[Refusal] = []
    before = _waiting.set(waiting)
    try:
        yield waiting
    finally:
        _waiting.reset(before)


def write_refusal(refusal: Refusal) -> Entry:
    """Write one down, in a transaction of its own and in its school. Three queries."""
    with transaction.atomic(), connection.cursor() as cursor:
        # What schools.wall.in_school does; this app leans on no other.
        cursor.execute("SELECT current_setting('app.school_id', true), set_config('app.school_id', %s, true)",
                       [str(refusal.school_id or "")])  # fmt: skip
        (before, _) = cursor.fetchone()
        made = record(
            refusal.action,
            school_id=refusal.school_id,
            actor_id=refusal.actor_id,
            object_type=refusal.object_type,
            object_id=refusal.object_id,
            detail=refusal.detail,
        )
        cursor.execute("SELECT set_config('app.school_id', %s, true)", [before or ""])
    return made
