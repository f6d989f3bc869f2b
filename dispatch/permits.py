"""Whether somebody may still send what they asked to be sent: asked when it goes, not when it was queued (threat T27).

Dispatch does not know what a document is about, so the app that owns a kind of document says so, once, when Django
starts. What nobody answers for is not sent.
"""

from collections.abc import Callable
from datetime import date
from uuid import UUID

MaySend = Callable[[UUID, UUID, UUID, date], bool]

_answers: dict[str, MaySend] = {}


def answer_for(kind: str, may_send: MaySend) -> None:
    """Say what decides about a kind of document: from the school, the subject, the person and the day.

    Call it in AppConfig.ready(). It runs in the document's school. A second call replaces the first.
    """
    _answers[kind] = may_send


def may_still_send(kind: str, *, school_id: UUID, subject_id: UUID, person_id: UUID | None, today: date) -> bool:
    """Whether this person may send a document about this subject today. Nobody, or nobody to ask: no."""
    may_send = _answers.get(kind)
    return may_send is not None and person_id is not None and may_send(school_id, subject_id, person_id, today)
