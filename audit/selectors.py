"""Reads over the trail. Row level security shows the rows of the transaction's school and no others."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from audit.models import MISSED, Entry, Link
from audit.rules import Anchor


def head_of(*, school_id: UUID | None) -> Anchor | None:
    """The last link of a chain, or None where nothing was ever recorded. One query, in that school."""
    last = _links(school_id).order_by("-seq").values_list("seq", "hash").first()
    return Anchor(school_id, last[0], bytes(last[1])) if last else None


def has_missed(*, actor_id: UUID, since: datetime, times: int) -> bool:
    """Whether an account has asked this often, since then, for what is not there or not theirs to know. One query."""
    misses = Entry.objects.filter(actor_id=actor_id, action=MISSED, at__gt=since).order_by("-at")
    return misses.values_list("at")[times - 1 : times].exists()


def was_recorded(*, action: str, school_id: UUID | None, object_id: UUID, since: datetime) -> bool:
    """Whether such an entry about this object was made since then. One query."""
    here = Q(school_id=school_id) if school_id else Q(school_id__isnull=True)
    return Entry.objects.filter(here, action=action, object_id=object_id, at__gt=since).exists()


def entries_about(*, school_id: UUID, object_ids: Collection[UUID], actions: Collection[str]) -> QuerySet[Entry]:
    """Entries of a school about any of these objects, to be grouped by whoever shows them. No query by itself."""
    return Entry.objects.filter(school_id=school_id, object_id__in=object_ids, action__in=actions)


def entries_since(*, school_id: UUID, actions: Collection[str], since: datetime) -> QuerySet[Entry]:
    """Entries of a school with these actions since then, the newest first. No query by itself."""
    return Entry.objects.filter(school_id=school_id, action__in=actions, at__gt=since).order_by("-at")


def _links(school_id: UUID | None) -> QuerySet[Link]:
    return Link.objects.filter(Q(school_id=school_id) if school_id else Q(school_id__isnull=True))
