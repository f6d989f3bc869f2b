"""Messages in the outbox, and a stand-in for the press that draws a small real PDF."""

import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pikepdf
from django.db import transaction
from django.utils import timezone

from dispatch import outbox
from dispatch.models import Message
from schools.viewer import Viewer

KIND = "incident_report"
REFERENCE = "7KQ2-M4XD"
STORY = "Sam Reed posted a nasty picture of Kit Lowe"


@dataclass(frozen=True)
class Drawn:
    content: bytes
    pages: int


def draw(template: str, snapshot: Mapping[str, object]) -> Drawn:
    """One page whose text and title are the story."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    words = str(snapshot["story"]).encode()
    page.Contents = pdf.make_stream(b"BT /F1 12 Tf 50 800 Td (" + words + b") Tj ET")
    pdf.docinfo["/Title"] = str(snapshot["story"])
    made = io.BytesIO()
    pdf.save(made)
    return Drawn(made.getvalue(), 1)


def queue_report(by: Viewer, **changes: Any) -> Message:
    """One report in the outbox, its transaction committed."""
    said: dict[str, Any] = {
        "kind": KIND,
        "subject_id": uuid.uuid4(),
        "revision": 1,
        "reference": REFERENCE,
        "template": "pdf/tests/story_v1.html",
        "snapshot": {"story": STORY},
        "due_at": None,
        **changes,
    }
    with transaction.atomic():
        return outbox.queue(by=by, **said)


def fresh(message: Message) -> Message:
    """The row as it is now."""
    return Message.objects.select_related("document", "school").get(pk=message.pk)


def make_due(message: Message, at: datetime | None = None) -> None:
    """Let the time for the next try have come."""
    Message.objects.filter(pk=message.pk).update(next_attempt_at=at or timezone.now())


def parsed(content: bytes) -> EmailMessage:
    """A mail as a mail program reads it."""
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def link_token(content: bytes) -> str:
    """The token of the link in a mail."""
    body = parsed(content).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).split("/officer/", 1)[1].split("/", 1)[0]
