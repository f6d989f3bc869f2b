"""The ends of the audit trail's chains, mailed once a day to an address outside (threat T23).

Whoever has all rights over the database can cut a chain's tail off, or write the whole of it anew: only what was kept
elsewhere tells. The mail names no school: ids, numbers and hashes. ``manage.py verify_audit --anchors`` reads it.
"""

from collections.abc import Iterator, Mapping

from django.conf import settings
from django.utils import timezone

from audit.rules import anchor_text
from audit.selectors import head_of
from dispatch.models import Notice
from dispatch.notices import NoticeFacts, queue_notice
from dispatch.rules.notices import NoticeKind
from schools.wall import every_school, in_school


def queue_anchor() -> Notice | None:
    """Queue the day's mail, or nothing where no address is set. Three queries in a transaction of its own."""
    if not settings.AUDIT_ANCHOR_ADDRESS:
        return None
    with in_school(None):
        return queue_notice(NoticeKind.AUDIT_ANCHOR, school_id=None, to=settings.AUDIT_ANCHOR_ADDRESS)


def compose_anchor(facts: NoticeFacts) -> Mapping[str, object]:
    """The text: every chain as it ends now, the service's own first. Four queries a school."""
    return {"anchors": "\n".join(_heads()), "taken_at": timezone.now().isoformat(timespec="seconds")}


def _heads() -> Iterator[str]:
    for school_id in (None, *(school_id for school_id, _ in every_school())):
        with in_school(school_id):
            head = head_of(school_id=school_id)
        if head is not None:
            yield anchor_text(head)
