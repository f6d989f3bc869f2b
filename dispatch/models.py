"""Issued documents, and the outbox of messages that carry them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from dispatch.rules.notices import NOTICE_STATE_NAMES, NoticeKind, NoticeState
from dispatch.rules.states import STATE_NAMES, State
from schools.models import School
from schools.tenancy import InSchoolForeignKey, InSchoolOneToOneField, unique_in_school


class Document(models.Model):
    """One issued document: the snapshot it is drawn from and, once drawn, its bytes. Drawn once, never drawn again."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "kind": "none",
            "subject_id": "none",
            "revision": "none",
            "reference": "none",
            "template": "none",
            "snapshot": "special",
            "created_at": "none",
            "draw_tries": "none",
            "draw_after": "none",
            "given_up_at": "none",
            "drawn_at": "none",
            "pdf_sealed": "special",
            "pdf_sha256": "none",
            "pdf_bytes": "none",
            "pdf_pages": "none",
            "attachment": "special",
            "attachment_sha256": "none",
        }
        keep = "as long as the record it shows"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=40)
    subject_id = models.UUIDField(help_text="What the document shows, e.g. the incident.")
    revision = models.PositiveIntegerField()
    reference = models.CharField(max_length=20)
    template = models.CharField(max_length=100)
    snapshot = models.JSONField()
    created_at = models.DateTimeField()
    draw_tries = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Tries of a worker to draw it, for one that carries no message."
    )
    draw_after = models.DateTimeField(null=True, help_text="Nobody else draws it before this moment.")
    given_up_at = models.DateTimeField(null=True, help_text="Since when it is not tried again by itself.")
    drawn_at = models.DateTimeField(null=True)
    pdf_sealed = models.BinaryField(null=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pdf_bytes = models.PositiveIntegerField(default=0)
    pdf_pages = models.PositiveSmallIntegerField(default=0)
    attachment = models.BinaryField(
        null=True, help_text="The same PDF, AES-256 encrypted with the officer's passphrase."
    )
    attachment_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("document"),
            models.UniqueConstraint(
                fields=["school", "kind", "subject_id", "revision"], name="one_document_a_revision"
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True, pdf_sealed__isnull=True, pdf_sha256="")
                | (Q(drawn_at__isnull=False, pdf_sealed__isnull=False) & ~Q(pdf_sha256="")),
                name="a_drawn_document_has_its_bytes",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True) | Q(given_up_at__isnull=True),
                name="a_drawn_document_is_not_given_up",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "subject_id"], name="document_by_subject"),
            # The sweep of every minute: few rows among many that are drawn.
            models.Index(fields=["school", "created_at"], condition=Q(drawn_at__isnull=True), name="document_to_draw"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} r{self.revision}"


class Message(models.Model):
    """One mail to one recipient, carrying one document. Queued in the transaction that finalised the record."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "document": "none",
            "to_address": "personal",
            "message_id": "none",
            "mime_sealed": "special",
            "composed_at": "none",
            "state": "none",
            "attempt_count": "none",
            "tries": "none",
            "repeated": "none",
            "next_attempt_at": "none",
            "lease_until": "none",
            "problem": "none",
            "due_at": "none",
            "created_at": "none",
            "handed_over_at": "none",
            "accepted_at": "none",
            "acknowledged_at": "none",
            "acknowledged_by": "personal",
            "token_hash": "none",
            "token_expires_at": "none",
            "queued_by": "personal",
            "asked_by": "personal",
        }
        keep = "as long as the record it carries"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="messages")
    document = InSchoolOneToOneField(Document, related_name="message")
    to_address = models.EmailField()
    message_id = models.CharField(max_length=120, unique=True)
    mime_sealed = models.BinaryField(
        null=True, help_text="The whole mail as it goes out; a repeat is these same bytes."
    )
    composed_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=12, choices=[(state.value, name) for state, name in STATE_NAMES.items()], default=State.PENDING.value
    )
    attempt_count = models.PositiveSmallIntegerField(
        default=0, help_text="All tries ever; the number of the last one fences off a worker that was given up."
    )
    tries = models.PositiveSmallIntegerField(
        default=0, help_text="Tries since it was queued or sent again by a person."
    )
    repeated = models.BooleanField(
        default=False, help_text="It may have arrived and is sent again nevertheless, the same bytes."
    )
    next_attempt_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    problem = models.CharField(
        max_length=40, blank=True, help_text="The code of what went wrong last; words are in rules."
    )
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(
        max_length=254, blank=True, help_text="The name the officer gave, else the address the link was sent to."
    )
    token_hash = models.BinaryField(max_length=32, null=True, unique=True)
    token_expires_at = models.DateTimeField(null=True)
    queued_by = InSchoolForeignKey("schools.Person", null=True, related_name="+")
    asked_by = InSchoolForeignKey(
        "schools.Person",
        null=True,
        related_name="+",
        help_text="Who last asked for it to be sent, and must still be allowed to when it is.",
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("message"),
            models.CheckConstraint(
                condition=~Q(state="acknowledged") | Q(acknowledged_at__isnull=False),
                name="acknowledged_message_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_at__isnull=False),
                name="accepted_message_says_when",
            ),
            models.CheckConstraint(
                condition=Q(mime_sealed__isnull=True, composed_at__isnull=True, token_hash__isnull=True)
                | Q(mime_sealed__isnull=False, composed_at__isnull=False, token_hash__isnull=False),
                name="composed_message_has_its_bytes_and_link",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["claimed", "handed_over"]) | Q(lease_until__isnull=False),
                name="message_at_work_has_a_lease",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The sweep of every minute: what is due, or whose worker died.
            models.Index(
                fields=["next_attempt_at"],
                name="message_to_sweep",
                condition=Q(state__in=["pending", "claimed", "handed_over", "uncertain"]),
            ),
            models.Index(fields=["school", "-created_at"], name="message_newest"),
            # What the people of a school have to look at: few rows among many that arrived.
            models.Index(
                fields=["school", "due_at"],
                name="message_not_arrived",
                condition=~Q(state__in=["accepted", "acknowledged"]),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class Attempt(models.Model):
    """One try at handing a message over, and what came of it."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "message": "none",
            "number": "none",
            "to_address": "personal",
            "started_at": "none",
            "ended_at": "none",
            "outcome": "none",
            "smtp_code": "none",
        }
        keep = "as long as the message"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    message = InSchoolForeignKey(Message, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    to_address = models.EmailField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)
    smtp_code = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("attempt"),
            models.UniqueConstraint(fields=["message", "number"], name="attempts_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class Notice(models.Model):
    """One small mail without an attachment. It holds codes and ids; its text is made when it is sent."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school_id": "none",
            "kind": "none",
            "to_address": "personal",
            "object_id": "none",
            "params": "none",
            "asked_by": "personal",
            "state": "none",
            "tries": "none",
            "next_attempt_at": "none",
            "lease_until": "none",
            "problem": "none",
            "created_at": "none",
            "accepted_at": "none",
        }
        keep = "90 days"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No key to the school: a notice to somebody whose school is not known has none.
    school_id = models.UUIDField(null=True, editable=False)
    kind = models.CharField(max_length=40, choices=[(kind.value, kind.value) for kind in NoticeKind])
    to_address = models.EmailField()
    object_id = models.UUIDField(null=True, help_text="What it is about, for whoever makes its text.")
    params = models.JSONField(default=dict, help_text="Codes and ids only.")
    asked_by = models.UUIDField(null=True, help_text="The user; empty when the system acted.")
    state = models.CharField(
        max_length=12,
        choices=[(state.value, name) for state, name in NOTICE_STATE_NAMES.items()],
        default=NoticeState.PENDING.value,
    )
    tries = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, help_text="It also tells one worker from the next.")
    problem = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state="claimed", lease_until__isnull=False)
                | (~Q(state="claimed") & Q(lease_until__isnull=True)),
                name="notice_at_work_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_at__isnull=False),
                name="accepted_notice_says_when",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The sweep of every minute goes from school to school.
            models.Index(
                fields=["school_id", "next_attempt_at"],
                name="notice_to_sweep",
                condition=Q(state__in=["pending", "claimed"]),
            ),
            models.Index(fields=["school_id"], name="notice_not_sent", condition=Q(state="failed")),
            models.Index(fields=["school_id", "created_at"], name="notice_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
