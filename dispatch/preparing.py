"""What goes out: the PDF drawn once from its snapshot, the encrypted copy and the mail, each kept as it was made."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings

from dispatch import composing, encryption, links
from dispatch.claims import Claim, ClaimLost
from dispatch.models import Document, Message
from dispatch.rules.problems import Problem
from dispatch.rules.states import State
from schools.addresses import UnsafeAddress
from schools.models import School
from schools.sealing import SealBroken, seal, unseal
from schools.wall import in_school

log = logging.getLogger(__name__)


class Drawn(Protocol):
    """A drawn PDF and its number of pages, as dispatch.rendering returns them."""

    @property
    def content(self) -> bytes: ...
    @property
    def pages(self) -> int: ...


# Handed in by the task: what draws PDFs is loaded in a worker and nowhere else.
Draw = Callable[[str, Mapping[str, object]], Drawn]


class CannotPrepare(RuntimeError):
    """The mail cannot be made; the problem says why. It is never sent bare."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class PdfAltered(RuntimeError):
    """The stored PDF is not the one that was drawn."""

    def __init__(self) -> None:
        super().__init__("The stored PDF is not the one that was drawn. Tell whoever runs this service.")


@dataclass(frozen=True, slots=True)
class _Parts:
    attachment: bytes
    mime: bytes
    token_hash: bytes


def prepare(claimed: Claim, *, draw: Draw, now: datetime) -> bytes:
    """The bytes of the mail: those made before, or made now and kept. Drawing and composing happen once each.

    Two queries for a repeat, ten for the first time, in short transactions: nothing is drawn or encrypted inside of
    one. Raises CannotPrepare, ClaimLost.
    """
    with in_school(claimed.school_id):
        message = Message.objects.get(pk=claimed.message_id)
        document = Document.objects.get(pk=claimed.document_id) if message.mime_sealed is None else None
    try:
        if document is None:
            assert message.mime_sealed is not None
            return unseal(message.mime_sealed)
        pdf = pdf_of(document, draw=draw, now=now)
        return _compose_once(claimed, message.message_id, document, pdf, now=now)
    except (SealBroken, PdfAltered):
        raise CannotPrepare(Problem.SEAL_BROKEN) from None


def pdf_of(document: Document, *, draw: Draw, now: datetime) -> bytes:
    """The PDF of a document: as it was drawn, or drawn now and kept. Three queries at most.

    Of two that draw at once the first to keep it wins. Raises CannotPrepare, ClaimLost, SealBroken, PdfAltered.
    """
    if document.drawn_at is not None:
        return stored_pdf(document)
    try:
        drawn = draw(document.template, document.snapshot)
    except Exception as failure:  # noqa: BLE001
        # Whatever goes wrong in there: the message is failed and shown. The failure's own words may quote the record.
        log.error("Document %s could not be drawn: %s", document.pk, type(failure).__name__)
        raise CannotPrepare(Problem.DRAWING_FAILED) from None
    with in_school(document.school_id):
        stored = Document.objects.filter(pk=document.pk, drawn_at=None).update(
            drawn_at=now,
            pdf_sealed=seal(drawn.content),
            pdf_sha256=hashlib.sha256(drawn.content).hexdigest(),
            pdf_bytes=len(drawn.content),
            pdf_pages=drawn.pages,
        )
    if not stored:
        raise ClaimLost
    return drawn.content


def stored_pdf(document: Document) -> bytes:
    """The PDF as it was drawn. Raises SealBroken, PdfAltered; the document must have been drawn."""
    assert document.pdf_sealed is not None
    pdf = unseal(document.pdf_sealed)
    if hashlib.sha256(pdf).hexdigest() != document.pdf_sha256:
        raise PdfAltered
    return pdf


def _compose_once(claimed: Claim, header: str, document: Document, pdf: bytes, *, now: datetime) -> bytes:
    # Read now and not before the drawing: a passphrase that was changed meanwhile counts.
    with in_school(claimed.school_id):
        school = School.objects.get(pk=claimed.school_id)
    if school.officer_passphrase_sealed is None:
        raise CannotPrepare(Problem.NO_PASSPHRASE)
    passphrase = unseal(school.officer_passphrase_sealed).decode()
    parts = _parts(claimed, header, pdf, document=document, school_name=school.name, passphrase=passphrase, now=now)
    with in_school(claimed.school_id):
        stored = Message.objects.filter(
            pk=claimed.message_id, attempt_count=claimed.number, state=State.CLAIMED, mime_sealed=None
        ).update(
            mime_sealed=seal(parts.mime),
            composed_at=now,
            token_hash=parts.token_hash,
            token_expires_at=now + timedelta(days=settings.ACKNOWLEDGE_LINK_DAYS),
        )
        if not stored:
            raise ClaimLost
        Document.objects.filter(pk=document.pk).update(
            attachment=parts.attachment, attachment_sha256=hashlib.sha256(parts.attachment).hexdigest()
        )
    return parts.mime


def _parts(
    claimed: Claim, header: str, pdf: bytes, *, document: Document, school_name: str, passphrase: str, now: datetime
) -> _Parts:
    try:
        attachment = encryption.encrypt(pdf, passphrase=passphrase)
    except encryption.EncryptingFailed:
        raise CannotPrepare(Problem.ENCRYPTING_FAILED) from None
    token = links.new_token()
    letter = composing.Letter(
        message_id=header,
        to_address=claimed.to_address,
        reference=document.reference,
        revision=document.revision,
        school_name=school_name,
        token=token,
        composed_at=now,
    )
    try:
        mime = composing.compose(letter, attachment=attachment)
    except (UnsafeAddress, ValueError):
        raise CannotPrepare(Problem.COMPOSING_FAILED) from None
    return _Parts(attachment=attachment, mime=mime, token_hash=links.hash_of(token))
