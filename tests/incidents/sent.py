"""Reports in the states that a page must tell apart, without a worker."""

import hashlib
from typing import Any

from django.utils import timezone

from dispatch.models import Document, Message
from incidents.models import Incident
from incidents.services import sending
from incidents.services.recording import save_page
from schools.sealing import seal
from schools.viewer import Viewer
from tests import factories

PDF = b"%PDF-1.7 drawn for a test"


def sent(by: Viewer, **changes: Any) -> tuple[Incident, Message]:
    """A record that was sent; its message waits for a worker."""
    made = factories.incident(by, **changes)
    message = sending.finalise(by=by, incident_id=made.pk, version=made.revision)
    made.refresh_from_db()
    return made, message


def in_state(message: Message, state: str, **columns: Any) -> Message:
    """The message as the worker would have left it."""
    Message.objects.filter(pk=message.pk).update(state=state, **columns)
    message.refresh_from_db()
    return message


def drawn(message: Message) -> None:
    """Its PDF, as the worker would have drawn it."""
    Document.objects.filter(pk=message.document_id).update(
        drawn_at=timezone.now(),
        pdf_sealed=seal(PDF),
        pdf_sha256=hashlib.sha256(PDF).hexdigest(),
        pdf_pages=3,
        pdf_bytes=len(PDF),
    )


def write_outcome(by: Viewer, incident: Incident, outcome: str = "Talked through with both families.") -> Incident:
    """A correction: the record has its outcome."""
    return save_page(
        by=by,
        incident_id=incident.pk,
        page_code="action",
        version=incident.revision,
        answers={"outcome": outcome},
        reason="Closing it.",
    )
