"""What people do with messages: send again, mark as arrived, open the PDF; and what the officer does: acknowledge."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from dispatch import outbox
from dispatch.access import visible_q
from dispatch.composing import attachment_name
from dispatch.links import hash_of
from dispatch.models import Document, Message
from dispatch.preparing import stored_pdf
from dispatch.rules.states import RETRIABLE, State, must_recompose
from dispatch.selectors import OfficerLink, link_page, school_of_link
from dispatch.waking import wake
from schools.models import School
from schools.roles import Permission
from schools.viewer import Viewer
from schools.wall import in_school

NAME_MAX_LENGTH = 100


class NotNow(ValueError):
    """The message is in a state in which this makes no sense; often somebody or the worker was quicker."""


class NotDrawnYet(ValueError):
    """The PDF is still waiting for its worker."""

    def __init__(self) -> None:
        super().__init__("The PDF is still being made. Try again in a minute.")


class LinkUnknown(LookupError):
    """A link nobody ever got."""

    def __init__(self) -> None:
        super().__init__("This link is not known.")


class LinkExpired(ValueError):
    """A link that was not used in time."""

    def __init__(self) -> None:
        super().__init__("This link has expired. Please tell the school by telephone that the report has arrived.")


@dataclass(frozen=True, slots=True)
class OpenedPdf:
    """The PDF as it was drawn, not encrypted, with a name for saving it."""

    content: bytes
    file_name: str
    sha256: str


def retry(*, by: Viewer, message_id: UUID) -> Message:
    """Send a message again, or now instead of later, to the school's officer of today. Duty R2 (CC 4.1, CM 4.1).

    A repeat to the same officer is the same bytes once anything may have arrived; for another officer, or with a new
    passphrase while nothing can have arrived, the mail is made anew under the same Message-ID, with a new link.
    Nine queries at most. Raises NotAllowed, Message.DoesNotExist, NotNow, outbox.NoOfficerAddress,
    outbox.NoPassphrase.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    now = timezone.now()
    with transaction.atomic():
        message = _locked(by, message_id)
        if message.state not in RETRIABLE:
            raise NotNow("This report is being sent just now, or has arrived already. Nothing needs to be done.")
        school = School.objects.get(pk=by.school_id)
        to_address = outbox.envelope_address(school_id=by.school_id, now=now)
        is_same_address = to_address == message.to_address
        is_new = message.composed_at is None or must_recompose(
            is_same_address=is_same_address,
            has_new_passphrase=_is_after(school.officer_passphrase_set_at, message.composed_at),
            may_have_arrived=message.handed_over_at is not None,
        )
        if is_new and not school.has_passphrase:
            raise outbox.NoPassphrase
        if is_new:
            message.mime_sealed = message.composed_at = message.token_hash = message.token_expires_at = None
            Document.objects.filter(pk=message.document_id).update(attachment=None, attachment_sha256="")
        if not is_same_address:
            message.to_address, message.repeated, message.handed_over_at = to_address, False, None
        # Once it may have arrived, it is not repeated by itself any more: from here on a person decides.
        message.repeated = message.handed_over_at is not None
        message.state, message.problem, message.tries, message.next_attempt_at = State.PENDING, "", 0, now
        message.asked_by_id = by.person_id
        message.save(
            update_fields=[
                "mime_sealed", "composed_at", "token_hash", "token_expires_at", "to_address", "handed_over_at",
                "repeated", "state", "problem", "tries", "next_attempt_at", "asked_by",
            ]
        )  # fmt: skip
        audit.record(
            "message.retried",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="message",
            object_id=message.pk,
            detail={"address_changed": not is_same_address, "made_anew": is_new},
        )
        transaction.on_commit(partial(wake, by.school_id, message.pk), robust=True)
    return message


def mark_arrived(*, by: Viewer, message_id: UUID) -> Message:
    """Put on record that a message which may have arrived did arrive, as the officer said. Duty R2.

    Three queries. Raises NotAllowed, Message.DoesNotExist, NotNow.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    with transaction.atomic():
        message = _locked(by, message_id)
        may_have_arrived = message.handed_over_at is not None
        if message.state not in {State.UNCERTAIN, State.FAILED} or not may_have_arrived:
            raise NotNow("Only a report that may have arrived can be marked as arrived.")
        message.state, message.problem, message.accepted_at = State.ACCEPTED, "", timezone.now()
        message.save(update_fields=["state", "problem", "accepted_at"])
        audit.record(
            "message.marked_arrived",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="message",
            object_id=message.pk,
        )
    return message


def acknowledge(*, token: str, name: str = "", now: datetime | None = None) -> OfficerLink:
    """The officer says that the report has arrived: once, whoever holds the link. Duty R2 (CC 4.1, CM 4.1).

    ``name`` is what the officer typed, if anything; else the address that the link was sent to stands for who it was.
    A second time changes nothing. Six queries at most. Raises LinkUnknown, LinkExpired.
    """
    now = now or timezone.now()
    school_id = school_of_link(token)
    if school_id is None:
        raise LinkUnknown
    with in_school(school_id):
        message = (
            Message.objects.select_for_update(of=("self",), no_key=True)
            .select_related("document", "school")
            .defer("mime_sealed", "document__snapshot", "document__pdf_sealed", "document__attachment")
            .filter(token_hash=hash_of(token))
            .first()
        )
        if message is None:
            raise LinkUnknown
        if message.token_expires_at is None or message.token_expires_at <= now:
            raise LinkExpired
        if message.acknowledged_at is None:
            message.state, message.problem, message.lease_until = State.ACKNOWLEDGED, "", None
            message.acknowledged_at = now
            message.acknowledged_by = " ".join(name.split())[:NAME_MAX_LENGTH] or message.to_address
            message.save(update_fields=["state", "problem", "lease_until", "acknowledged_at", "acknowledged_by"])
            audit.record(
                "message.acknowledged",
                school_id=message.school_id,
                actor_id=None,
                object_type="message",
                object_id=message.pk,
            )
        return link_page(message, now=now)


def open_pdf(*, by: Viewer, document_id: UUID) -> OpenedPdf:
    """Open the PDF of an issued document and put on record who did. Duties D1, R8 (CM 3.2, CC 4.1).

    The caller has asked whether this viewer may know of the case. Two queries. Raises NotAllowed,
    Document.DoesNotExist, NotDrawnYet, preparing.PdfAltered, schools.sealing.SealBroken.
    """
    by.must(Permission.READ_INCIDENTS)
    with transaction.atomic():
        document = Document.objects.defer("snapshot", "attachment").get(visible_q(by), pk=document_id)
        if document.drawn_at is None:
            raise NotDrawnYet
        content = stored_pdf(document)
        audit.record(
            "document.opened",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="document",
            object_id=document.pk,
            detail={"subject": str(document.subject_id), "revision": document.revision},
        )
    return OpenedPdf(content, attachment_name(document.reference, document.revision), document.pdf_sha256)


def _locked(by: Viewer, message_id: UUID) -> Message:
    messages = Message.objects.select_for_update(of=("self",), no_key=True).defer("mime_sealed")
    return messages.get(visible_q(by), pk=message_id)


def _is_after(first: datetime | None, second: datetime | None) -> bool:
    return first is not None and second is not None and first > second
