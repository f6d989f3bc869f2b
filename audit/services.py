"""The one way into the audit trail."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.models import Entry


class AuditOutsideTransaction(RuntimeError):
    """An act was to be recorded outside the transaction that carries it out."""

    def __init__(self) -> None:
        super().__init__("audit.record() must run inside the transaction of the act it records")


def record(
    action: str,
    *,
    school_id: UUID | None,
    actor_id: UUID | None,
    object_type: str = "",
    object_id: UUID | None = None,
    detail: Mapping[str, str | int | bool | list[str]] | None = None,
    at: datetime | None = None,
) -> Entry:
    """Add one row to the trail, in the caller's transaction. One query.

    ``action`` is ``noun.verb`` (``incident.reported``). ``detail`` holds codes, counts and ids, never a name.
    ``at`` is now, unless the caller goes by a clock of its own. Raises AuditOutsideTransaction when no transaction is
    open: an act and its trace stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise AuditOutsideTransaction
    return Entry.objects.create(
        school_id=school_id,
        actor_id=actor_id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        detail=dict(detail or {}),
        at=at or timezone.now(),
    )
