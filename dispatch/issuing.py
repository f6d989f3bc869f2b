"""Documents that go to nobody by mail: issued in the transaction of the act they show, drawn by a worker, kept sealed.

The worker is woken once that transaction is committed; where that fails, the sweep of every minute finds the document.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit import services as audit
from dispatch.claims import ClaimLost
from dispatch.models import Document
from dispatch.outbox import OutsideTransaction
from dispatch.preparing import CannotPrepare, Draw, PdfAltered, pdf_of, stored_pdf
from dispatch.rules.references import is_safe_reference
from dispatch.rules.states import wait_before_next
from dispatch.waking import wake_drawing
from schools.roles import Permission
from schools.sealing import SealBroken
from schools.viewer import Administrator
from schools.wall import every_school, in_school

log = logging.getLogger(__name__)
# A document that is still not drawn after this long was missed.
MISSED_AFTER = timedelta(minutes=1)
SWEEP_LIMIT = 500


class NotDrawnYet(RuntimeError):
    """The PDF is still being made; it takes some seconds."""

    def __init__(self, words: str = "The PDF is being made. Try again in a minute.") -> None:
        super().__init__(words)


class DrawingGivenUp(NotDrawnYet):
    """The PDF could not be made, and is not tried again before somebody says so."""

    def __init__(self) -> None:
        super().__init__("The PDF could not be made. Whoever runs this service sees that; the record itself is safe.")


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
    is not drawn and was not given up. Raises OutsideTransaction, and ValueError for a reference that may not stand in a
    file name.
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
    if document.drawn_at is None and document.given_up_at is None:
        transaction.on_commit(partial(wake_drawing, school_id, document.pk), robust=True)
    return document


def issued(*, school_id: UUID, kind: str, subject_id: UUID, revision: int = 1) -> tuple[Document, bytes]:
    """A document that was issued, and its PDF as it was drawn. One query; who may see it has been asked by the caller.

    Raises Document.DoesNotExist, NotDrawnYet, DrawingGivenUp, PdfAltered.
    """
    document = Document.objects.defer("snapshot", "attachment").get(
        school_id=school_id, kind=kind, subject_id=subject_id, revision=revision
    )
    if document.drawn_at is None:
        raise DrawingGivenUp if document.given_up_at else NotDrawnYet
    try:
        return document, stored_pdf(document)
    except SealBroken:
        raise PdfAltered from None


def draw_document(*, school_id: UUID, document_id: UUID, draw: Draw, now: datetime) -> bool:
    """Draw a document that was issued without a message; whether this call did. Five queries, in short transactions.

    A try counts before it is made, so that a document which kills its worker is given up like one that cannot be
    drawn. Until the try ends nobody else draws it; were it drawn twice, it would be kept once. One that carries a
    message is drawn with it.
    """
    document = _claim(school_id, document_id, now=now)
    if document is None:
        return False
    try:
        pdf_of(document, draw=draw, now=now)
    except ClaimLost:
        return False
    except CannotPrepare:
        _try_later(document, now=now)
        return False
    return True


def sweep_documents(*, now: datetime) -> int:
    """Wake workers for documents that are due and not drawn; returns how many. One query, four a school.

    Those whose tries are used up by workers that died are given up.
    """
    woken = 0
    for school_id, _ in every_school():
        with in_school(school_id):
            due = Document.objects.filter(_undrawn(school_id), _due(now), created_at__lt=now - MISSED_AFTER)
            rows = list(due.order_by("created_at").values_list("pk", "draw_tries")[:SWEEP_LIMIT])
            found = [pk for pk, tries in rows if not tries or _wait_after(tries) is not None]
            for document_id in {pk for pk, _ in rows}.difference(found):
                _give_up(school_id, document_id, now=now)
        for document_id in found:
            if not wake_drawing(school_id, document_id):
                return woken
            woken += 1
    return woken


def draw_again(*, by: Administrator, now: datetime | None = None) -> int:
    """Have everything drawn that was given up, in all schools, as if for the first time; how many there are.

    Three queries a school, and one for each where there is any. Raises NotAllowed.
    """
    by.must(Permission.MANAGE_SERVICE)
    now, count = now or timezone.now(), 0
    for school_id, _ in every_school():
        with in_school(school_id):
            given_up = Document.objects.filter(school_id=school_id, given_up_at__isnull=False)
            found = list(given_up.select_for_update(no_key=True).values_list("pk", flat=True)[:SWEEP_LIMIT])
            if not found:
                continue
            Document.objects.filter(pk__in=found).update(draw_tries=0, draw_after=None, given_up_at=None)
            audit.record(
                "document.asked_again",
                school_id=school_id,
                actor_id=by.user_id,
                object_type="school",
                object_id=school_id,
                detail={"documents": len(found)},
                at=now,
            )
            for document_id in found:
                transaction.on_commit(partial(wake_drawing, school_id, document_id), robust=True)
            count += len(found)
    return count


def _claim(school_id: UUID, document_id: UUID, *, now: datetime) -> Document | None:
    with in_school(school_id):
        rows = Document.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        document = rows.filter(_undrawn(school_id), _due(now), pk=document_id).first()
        if document is None:
            return None
        document.draw_tries += 1
        document.draw_after = now + timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)
        document.save(update_fields=["draw_tries", "draw_after"])
    return document


def _try_later(document: Document, *, now: datetime) -> None:
    """After a try that came to nothing: again after a wait, or not before somebody says so."""
    wait = _wait_after(document.draw_tries)
    with in_school(document.school_id):
        if wait is None:
            _give_up(document.school_id, document.pk, now=now)
        else:
            Document.objects.filter(_undrawn(document.school_id), pk=document.pk).update(draw_after=now + wait)


def _give_up(school_id: UUID, document_id: UUID, *, now: datetime) -> None:
    if Document.objects.filter(_undrawn(school_id), pk=document_id).update(given_up_at=now, draw_after=None):
        log.error("Document %s was given up", document_id)
        audit.record(
            "document.given_up",
            school_id=school_id,
            actor_id=None,
            object_type="document",
            object_id=document_id,
            at=now,
        )


def _wait_after(tries: int) -> timedelta | None:
    return wait_before_next(tries, settings.DISPATCH_RETRY_SECONDS)


def _due(now: datetime) -> Q:
    return Q(draw_after__isnull=True) | Q(draw_after__lte=now)


def _undrawn(school_id: UUID) -> Q:
    return Q(school_id=school_id, drawn_at__isnull=True, given_up_at__isnull=True, message__isnull=True)
