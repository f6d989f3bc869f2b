"""Documents that go to nobody by mail: issued in the transaction of the act they show, drawn by a worker, kept sealed.

The worker is woken once that transaction is committed; where that fails, the sweep of every minute finds the document.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dispatch.claims import ClaimLost
from dispatch.models import Document
from dispatch.outbox import OutsideTransaction
from dispatch.preparing import CannotPrepare, Draw, PdfAltered, pdf_of, stored_pdf
from dispatch.rules.references import is_safe_reference
from dispatch.waking import wake_drawing
from schools.sealing import SealBroken
from schools.wall import every_school, in_school

log = logging.getLogger(__name__)
# A document that is still not drawn after this long was missed.
MISSED_AFTER = timedelta(minutes=1)
SWEEP_LIMIT = 500


class NotDrawnYet(RuntimeError):
    """The PDF is still being made; it takes some seconds."""

    def __init__(self) -> None:
        super().__init__("The PDF is being made. Try again in a minute.")


def issue(
    *,
    school_id: UUID,
    kind: str,
    subject_id: UUID,
    revision: int,
    reference: str,
    template: str,
    snapshot: Mapping[str, object],
    now: datetime | None = None,
) -> Document:
    """Issue a document, once for each revision of its subject, in the caller's transaction. Two queries.

    ``snapshot`` is all that ``template`` prints. Issued again it is the one that is there, and a worker is woken if it
    is not drawn. Raises OutsideTransaction, and ValueError for a reference that may not stand in a file name.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction
    if not is_safe_reference(reference):
        raise ValueError("A reference is made of letters, digits and single hyphens.")
    document, _ = Document.objects.defer("snapshot", "pdf_sealed", "attachment").get_or_create(
        school_id=school_id,
        kind=kind,
        subject_id=subject_id,
        revision=revision,
        defaults={
            "reference": reference,
            "template": template,
            "snapshot": dict(snapshot),
            "created_at": now or timezone.now(),
        },
    )
    if document.drawn_at is None:
        transaction.on_commit(partial(wake_drawing, school_id, document.pk), robust=True)
    return document


def issued(*, school_id: UUID, kind: str, subject_id: UUID, revision: int = 1) -> tuple[Document, bytes]:
    """A document that was issued, and its PDF as it was drawn. One query; who may see it has been asked by the caller.

    Raises Document.DoesNotExist, NotDrawnYet, PdfAltered.
    """
    document = Document.objects.defer("snapshot", "attachment").get(
        school_id=school_id, kind=kind, subject_id=subject_id, revision=revision
    )
    if document.drawn_at is None:
        raise NotDrawnYet
    try:
        return document, stored_pdf(document)
    except SealBroken:
        raise PdfAltered from None


def draw_document(*, school_id: UUID, document_id: UUID, draw: Draw, now: datetime) -> bool:
    """Draw a document that was issued without a message; whether this call did. Four queries, in short transactions.

    Drawn by two workers at once it is kept once: the same snapshot gives the same bytes, and the second finds the
    first's. One that carries a message is drawn with it.
    """
    with in_school(school_id):
        document = Document.objects.filter(_undrawn(school_id), pk=document_id).first()
    if document is None:
        return False
    try:
        pdf_of(document, draw=draw, now=now)
    except (ClaimLost, CannotPrepare):
        # Somebody was quicker, or it cannot be drawn and the log says so; the sweep tries again.
        return False
    return True


def sweep_documents(*, now: datetime) -> int:
    """Wake workers for documents that were issued and not drawn; returns how many. One query, three a school."""
    woken = 0
    for school_id, _ in every_school():
        with in_school(school_id):
            missed = Document.objects.filter(_undrawn(school_id), created_at__lt=now - MISSED_AFTER)
            found = list(missed.order_by("created_at").values_list("pk", flat=True)[:SWEEP_LIMIT])
        for document_id in found:
            if not wake_drawing(school_id, document_id):
                return woken
            woken += 1
    return woken


def _undrawn(school_id: UUID) -> Q:
    return Q(school_id=school_id, drawn_at__isnull=True, message__isnull=True)
