"""Reads over documents and messages. Whether the viewer may know of the case is asked before one comes here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from dispatch.access import visible_q
from dispatch.links import TOKEN_LENGTH, hash_of
from dispatch.models import Attempt, Document, Message
from dispatch.rules.chips import Chip, chip_for
from dispatch.rules.problems import Problem, Words, words_for
from dispatch.rules.states import ARRIVED, RETRIABLE, State
from schools.roles import Permission
from schools.viewer import Viewer

# Everything that a page says of a message; the bytes stay where they are.
_SHOWN = (
    "school_id", "to_address", "state", "tries", "repeated", "next_attempt_at", "problem", "due_at", "created_at",
    "handed_over_at", "accepted_at", "acknowledged_at", "acknowledged_by",
    "document__kind", "document__subject_id", "document__revision", "document__reference", "document__drawn_at",
    "document__pdf_pages", "document__pdf_bytes", "document__pdf_sha256",
    "queued_by__given_name", "queued_by__family_name",
)  # fmt: skip
_ARRIVED = [state.value for state in ARRIVED]


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One try, for a list of tries. ``words`` is empty while it is under way."""

    number: int
    started_at: datetime
    ended_at: datetime | None
    to_address: str
    words: str
    smtp_code: int | None


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One issued document without its bytes; ``is_drawn`` says whether the PDF can be opened yet."""

    document_id: UUID
    kind: str
    subject_id: UUID
    revision: int
    reference: str
    is_drawn: bool
    pages: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message with its document, as a page shows it.

    ``words`` says what is wrong and what to do, None where nothing is. ``is_overdue``: due and not with the officer's
    server. ``is_late``: not left for longer than it should take. ``tries_again_at`` only while it does so by itself.
    """

    message_id: UUID
    document: DocumentFacts
    to_address: str
    state: State
    chip: Chip
    words: Words | None
    queued_at: datetime
    queued_by: str
    due_at: datetime | None
    is_overdue: bool
    is_late: bool
    tries_again_at: datetime | None
    handed_over_at: datetime | None
    accepted_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    may_retry: bool
    may_mark_arrived: bool
    attempts: tuple[AttemptLine, ...] = ()

    @property
    def reference(self) -> str:
        """The reference of what was sent."""
        return self.document.reference

    @property
    def revision(self) -> int:
        """The revision of what was sent."""
        return self.document.revision


@dataclass(frozen=True, slots=True)
class OfficerLink:
    """What the page behind an officer's link shows: nothing of the story."""

    reference: str
    revision: int
    school_name: str
    acknowledged_at: datetime | None
    is_expired: bool


def delivery_of(*, viewer: Viewer, subject_id: UUID, now: datetime | None = None) -> tuple[Delivery, ...]:
    """All messages about one subject, newest first, each with its attempts. Two queries, one where there are none."""
    now = now or timezone.now()
    attempts = Prefetch("attempts", Attempt.objects.order_by("number"))
    messages = _visible(viewer).filter(document__subject_id=subject_id).prefetch_related(attempts)
    return tuple(_delivery(viewer, message, now, with_attempts=True) for message in messages)


def recent(*, viewer: Viewer, limit: int = 20, now: datetime | None = None) -> tuple[Delivery, ...]:
    """The school's newest messages, without their attempts. One query."""
    now = now or timezone.now()
    return tuple(_delivery(viewer, message, now) for message in _visible(viewer)[:limit])


def troubles(*, viewer: Viewer, now: datetime | None = None) -> tuple[Delivery, ...]:
    """What somebody should look at: not sent, perhaps arrived, late, or overdue; what is due first comes first.

    One query. A message that is being tried for the first time and is not overdue is no trouble (T26).
    """
    now = now or timezone.now()
    late = now - timedelta(seconds=settings.DISPATCH_LATE_SECONDS)
    trouble = (
        Q(state__in=[State.FAILED, State.UNCERTAIN]) | Q(repeated=True) | Q(due_at__lt=now) | Q(created_at__lt=late)
    )
    messages = _visible(viewer).exclude(state__in=_ARRIVED).filter(trouble).order_by("due_at", "created_at")
    return tuple(_delivery(viewer, message, now) for message in messages)


def document_of(*, viewer: Viewer, subject_id: UUID, revision: int) -> DocumentFacts | None:
    """The document that was issued for one revision of a subject, or None. One query."""
    document = (
        Document.objects.filter(visible_q(viewer), subject_id=subject_id, revision=revision)
        .only("kind", "subject_id", "revision", "reference", "drawn_at", "pdf_pages", "pdf_bytes", "pdf_sha256")
        .first()
    )
    return _facts(document) if document else None


def officer_link(*, token: str, now: datetime) -> OfficerLink | None:
    """What the bearer of a link may know, or None for a link nobody ever got. One query.

    No viewer: the link is the key. Once acknowledged, the page goes on saying so until the link has expired.
    """
    if len(token) != TOKEN_LENGTH:
        return None
    message = (
        Message.objects.filter(token_hash=hash_of(token))
        .select_related("document", "school")
        .only("document__reference", "document__revision", "school__name", "acknowledged_at", "token_expires_at")
        .first()
    )
    return link_page(message, now=now) if message else None


def link_page(message: Message, *, now: datetime) -> OfficerLink:
    """The facts of the page behind a message's link. No query where document and school were fetched with it."""
    expires_at = message.token_expires_at
    return OfficerLink(
        reference=message.document.reference,
        revision=message.document.revision,
        school_name=message.school.name,
        acknowledged_at=message.acknowledged_at,
        is_expired=expires_at is None or expires_at <= now,
    )


def _visible(viewer: Viewer) -> QuerySet[Message]:
    return (
        Message.objects.filter(visible_q(viewer))
        .select_related("document", "queued_by")
        .only(*_SHOWN)
        .order_by("-created_at", "pk")
    )


def _delivery(viewer: Viewer, message: Message, now: datetime, *, with_attempts: bool = False) -> Delivery:
    state, problem = State(message.state), Problem(message.problem)
    has_arrived = state in ARRIVED
    may_send = viewer.may(Permission.SEND_INCIDENTS)
    by_itself = state is State.PENDING or (state is State.UNCERTAIN and not message.repeated)
    return Delivery(
        message_id=message.pk,
        document=_facts(message.document),
        to_address=message.to_address,
        state=state,
        chip=chip_for(state, problem=problem, repeated=message.repeated),
        words=None if has_arrived else words_for(problem),
        queued_at=message.created_at,
        queued_by=message.queued_by.full_name if message.queued_by else "",
        due_at=message.due_at,
        is_overdue=not has_arrived and message.due_at is not None and message.due_at < now,
        is_late=not has_arrived and (now - message.created_at).total_seconds() > settings.DISPATCH_LATE_SECONDS,
        tries_again_at=message.next_attempt_at if by_itself and message.next_attempt_at > now else None,
        handed_over_at=message.handed_over_at,
        accepted_at=message.accepted_at,
        acknowledged_at=message.acknowledged_at,
        acknowledged_by=message.acknowledged_by,
        may_retry=may_send and state in RETRIABLE,
        may_mark_arrived=may_send and state in {State.UNCERTAIN, State.FAILED} and message.handed_over_at is not None,
        attempts=tuple(_line(attempt) for attempt in message.attempts.all()) if with_attempts else (),
    )


def _line(attempt: Attempt) -> AttemptLine:
    if attempt.outcome == "accepted":
        words = "Accepted by their mail server."
    else:
        found = words_for(Problem(attempt.outcome))
        words = found.what if found else ""
    return AttemptLine(
        number=attempt.number,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        to_address=attempt.to_address,
        words=words,
        smtp_code=attempt.smtp_code,
    )


def _facts(document: Document) -> DocumentFacts:
    return DocumentFacts(
        document_id=document.pk,
        kind=document.kind,
        subject_id=document.subject_id,
        revision=document.revision,
        reference=document.reference,
        is_drawn=document.drawn_at is not None,
        pages=document.pdf_pages,
        size_bytes=document.pdf_bytes,
        sha256=document.pdf_sha256,
    )
