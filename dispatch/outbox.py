"""Into the outbox: a document and its message, in the transaction of the act that they are about."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parseaddr
from functools import partial
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import services as audit
from dispatch.models import Document, Message
from dispatch.rules.references import is_safe_reference
from dispatch.waking import wake
from schools.addresses import UnsafeAddress, safe_address
from schools.models import School
from schools.roles import Permission
from schools.selectors.officer import officer_address
from schools.viewer import Viewer


class NoOfficerAddress(ValueError):
    """The school has not said where its reports go, or gave an address that nothing can be sent to."""

    def __init__(self) -> None:
        super().__init__(
            "There is no usable e-mail address of the local authority's officer. "
            "Enter it in the school's details, then send the report."
        )


class NoPassphrase(ValueError):
    """No passphrase was agreed with the officer, and nothing leaves unencrypted."""

    def __init__(self) -> None:
        super().__init__(
            "No passphrase is agreed with the local authority's officer yet. "
            "Agree one by telephone and enter it in the school's details, then send the report."
        )


class AlreadyQueued(ValueError):
    """This version of the record is on its way already, or has arrived."""

    def __init__(self) -> None:
        super().__init__("This version of the record was sent already. Correct the record first, then send the update.")


class OutsideTransaction(RuntimeError):
    """A message was to be queued outside the transaction of the act it is about."""

    def __init__(self) -> None:
        super().__init__("outbox.queue() must run inside the transaction of the act that the message is about")


def envelope_address(*, school_id: UUID, now: datetime) -> str:
    """Where a school's reports go at a moment, as it stands in an envelope. One query. Raises NoOfficerAddress."""
    try:
        return safe_address(officer_address(school_id=school_id, now=now))
    except UnsafeAddress:
        raise NoOfficerAddress from None


def queue(
    *,
    by: Viewer,
    kind: str,
    subject_id: UUID,
    revision: int,
    reference: str,
    template: str,
    snapshot: Mapping[str, object],
    due_at: datetime | None,
) -> Message:
    """Queue one version of a record for the officer, in the caller's transaction. Duties R2, D2 (CC 4.1, CM 3.2).

    ``snapshot`` is all that ``template`` prints. Six queries. Once the transaction is committed a worker is woken;
    should that fail, the sweep finds the message. Raises NotAllowed, NoOfficerAddress, NoPassphrase, AlreadyQueued,
    OutsideTransaction, and ValueError for a reference that may not stand in a subject.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction
    by.must(Permission.HANDLE_INCIDENTS)
    if not is_safe_reference(reference):
        raise ValueError("A reference is made of letters, digits and single hyphens.")
    school = School.objects.get(pk=by.school_id)
    now = timezone.now()
    to_address = envelope_address(school_id=by.school_id, now=now)
    if not school.has_passphrase:
        raise NoPassphrase
    version = {"school_id": by.school_id, "kind": kind, "subject_id": subject_id, "revision": revision}
    if Document.objects.filter(**version).exists():
        raise AlreadyQueued
    try:
        document = Document.objects.create(
            **version, reference=reference, template=template, snapshot=dict(snapshot), created_at=now
        )
    except IntegrityError:
        # Somebody else was quicker; the caller's transaction is over, as it would be with any other error.
        raise AlreadyQueued from None
    message_id = uuid4()
    message = Message.objects.create(
        id=message_id,
        school_id=by.school_id,
        document=document,
        to_address=to_address,
        message_id=message_id_header(message_id),
        next_attempt_at=now,
        due_at=due_at,
        created_at=now,
        queued_by_id=by.person_id,
        asked_by_id=by.person_id,
    )
    audit.record(
        "message.queued",
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="message",
        object_id=message.pk,
        detail={"document": str(document.pk), "subject": str(subject_id), "revision": revision},
    )
    transaction.on_commit(partial(wake, by.school_id, message.pk), robust=True)
    return message


def message_id_header(message_id: UUID) -> str:
    """The Message-ID of a mail: made of the row's id, so that a repeat carries the same one (finding 4)."""
    return f"<{message_id}@{parseaddr(settings.MAIL_FROM)[1].rpartition('@')[2]}>"
