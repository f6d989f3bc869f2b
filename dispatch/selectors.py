"""Reads over documents and messages. Whether the viewer may know of the case is asked before one comes here."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from dispatch.access import visible_q
from dispatch.links import TOKEN_LENGTH, hash_of
from dispatch.models import Attempt, Document, Message, Notice
from dispatch.rules.chips import Chip, chip_for
from dispatch.rules.notices import KIND_WORDS, NoticeKind, NoticeState, why_not_sent
from dispatch.rules.problems import Problem, Words, words_for
from dispatch.rules.states import ARRIVED, RETRIABLE, State
from schools.prepared import Prepared
from schools.roles import Permission
from schools.viewer import Viewer
from schools.wall import every_school, in_school

Subjects = QuerySet[Any, Any]
_ARRIVED = [state.value for state in ARRIVED]


class _Row(NamedTuple):
    """Everything that a page says of a message and its document; the bytes stay where they are."""

    pk: UUID
    to_address: str
    state: str
    repeated: bool
    next_attempt_at: datetime
    problem: str
    due_at: datetime | None
    created_at: datetime
    handed_over_at: datetime | None
    accepted_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    document_id: UUID
    document__kind: str
    document__subject_id: UUID
    document__revision: int
    document__reference: str
    document__drawn_at: datetime | None
    document__pdf_pages: int
    document__pdf_bytes: int
    document__pdf_sha256: str
    queued_by__given_name: str | None
    queued_by__family_name: str | None


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
    messages = [_Row(*row) for row in _MESSAGES_ABOUT.rows(viewer, subject_id)]
    tries: defaultdict[UUID, list[AttemptLine]] = defaultdict(list)
    for message_id, *facts in _TRIES_ABOUT.rows(viewer.school_id, subject_id) if messages else ():
        tries[message_id].append(_line(*facts))
    return tuple(_delivery(viewer, message, now, attempts=tries[message.pk]) for message in messages)


def recent(
    *, viewer: Viewer, limit: int = 20, now: datetime | None = None, about: Subjects | None = None
) -> tuple[Delivery, ...]:
    """The school's newest messages, without their attempts. One query.

    ``about``: the ids of what the viewer may know of, as a query of its own app. Narrowed before they are counted, so
    that what somebody may not know of takes no place on their page.
    """
    now = now or timezone.now()
    return tuple(_delivery(viewer, _Row(*row), now) for row in _about(_visible(viewer), about)[:limit])


def troubles(*, viewer: Viewer, now: datetime | None = None, about: Subjects | None = None) -> tuple[Delivery, ...]:
    """What somebody should look at: not sent, perhaps arrived, late, or overdue; what is due first comes first.

    One query. A message that is being tried for the first time and is not overdue is no trouble (T26).
    """
    now = now or timezone.now()
    late = now - timedelta(seconds=settings.DISPATCH_LATE_SECONDS)
    trouble = (
        Q(state__in=[State.FAILED, State.UNCERTAIN]) | Q(repeated=True) | Q(due_at__lt=now) | Q(created_at__lt=late)
    )
    messages = (
        _about(_visible(viewer), about)
        .exclude(state__in=_ARRIVED)
        .filter(trouble)
        .order_by("due_at", "created_at", "pk")
    )
    return tuple(_delivery(viewer, _Row(*row), now) for row in messages)


def document_of(*, viewer: Viewer, subject_id: UUID, revision: int) -> DocumentFacts | None:
    """The document that was issued for one revision of a subject, or None. One query."""
    document = (
        Document.objects.filter(visible_q(viewer), subject_id=subject_id, revision=revision)
        .only("kind", "subject_id", "revision", "reference", "drawn_at", "pdf_pages", "pdf_bytes", "pdf_sha256")
        .first()
    )
    return _facts(document) if document else None


def officer_link(*, token: str, now: datetime) -> OfficerLink | None:
    """What the bearer of a link may know, or None for a link nobody ever got. Four queries, at most one for None.

    No viewer: the link is the key. Once acknowledged, the page goes on saying so until the link has expired.
    """
    school_id = school_of_link(token)
    if school_id is None:
        return None
    with in_school(school_id):
        message = (
            Message.objects.filter(token_hash=hash_of(token))
            .select_related("document", "school")
            .only("document__reference", "document__revision", "school__name", "acknowledged_at", "token_expires_at")
            .first()
        )
    return link_page(message, now=now) if message else None


def school_of_link(token: str) -> UUID | None:
    """The school that a link is about, or None for a link nobody ever got. One query.

    The officer belongs to no school, so a door in the wall is asked; it is told the link's hash and says no more.
    """
    if len(token) != TOKEN_LENGTH:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT school_of_officer_link(%s)", [hash_of(token)])
        (school_id,) = cursor.fetchone()
    found: UUID | None = school_id
    return found


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


def _visible(viewer: Viewer) -> QuerySet[Message, tuple[Any, ...]]:
    return Message.objects.filter(visible_q(viewer)).order_by("-created_at", "pk").values_list(*_Row._fields)


def _about(messages: QuerySet[Message, tuple[Any, ...]], about: Subjects | None) -> QuerySet[Message, tuple[Any, ...]]:
    return messages if about is None else messages.filter(document__subject_id__in=about)


_MESSAGES_ABOUT = Prepared(lambda viewer, subject_id: _visible(viewer).filter(document__subject_id=subject_id))
_TRIES_ABOUT = Prepared(
    lambda school_id, subject_id: (
        Attempt.objects.filter(school_id=school_id, message__document__subject_id=subject_id)
        .order_by("number")
        .values_list("message_id", "number", "started_at", "ended_at", "to_address", "outcome", "smtp_code")
    )
)


def _delivery(viewer: Viewer, message: _Row, now: datetime, *, attempts: Iterable[AttemptLine] = ()) -> Delivery:
    state, problem = State(message.state), Problem(message.problem)
    has_arrived = state in ARRIVED
    may_send = viewer.may(Permission.HANDLE_INCIDENTS)
    by_itself = state is State.PENDING or (state is State.UNCERTAIN and not message.repeated)
    return Delivery(
        message_id=message.pk,
        document=DocumentFacts(
            document_id=message.document_id,
            kind=message.document__kind,
            subject_id=message.document__subject_id,
            revision=message.document__revision,
            reference=message.document__reference,
            is_drawn=message.document__drawn_at is not None,
            pages=message.document__pdf_pages,
            size_bytes=message.document__pdf_bytes,
            sha256=message.document__pdf_sha256,
        ),
        to_address=message.to_address,
        state=state,
        chip=chip_for(state, problem=problem, repeated=message.repeated),
        words=None if has_arrived else words_for(problem),
        queued_at=message.created_at,
        queued_by=" ".join(filter(None, (message.queued_by__given_name, message.queued_by__family_name))),
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
        attempts=tuple(attempts),
    )


def _line(
    number: int, started_at: datetime, ended_at: datetime | None, to_address: str, outcome: str, smtp_code: int | None
) -> AttemptLine:
    if outcome == "accepted":
        words = "Accepted by their mail server."
    else:
        found = words_for(Problem(outcome))
        words = found.what if found else ""
    return AttemptLine(number, started_at, ended_at, to_address, words, smtp_code)


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


@dataclass(frozen=True, slots=True)
class NoticesNotSent:
    """Notices of one school, or of none, that were given up for the same reason. Of no case, and of no person."""

    school_id: UUID | None
    school_name: str
    kind: str
    problem: Problem
    count: int
    oldest_at: datetime

    @property
    def what(self) -> str:
        """What they were for."""
        return KIND_WORDS[NoticeKind(self.kind)]

    @property
    def why(self) -> str:
        """What went wrong."""
        return why_not_sent(self.problem)


@dataclass(frozen=True, slots=True)
class DocumentsNotDrawn:
    """Documents of one school that were given up: how many, and never of whom."""

    school_id: UUID
    school_name: str
    count: int
    oldest_at: datetime


def documents_not_drawn() -> tuple[DocumentsNotDrawn, ...]:
    """What the service administrator has to look after: PDFs that could not be made. Three queries a school.

    The caller has asked whether the viewer runs the service (Permission.MANAGE_SERVICE).
    """
    found: list[DocumentsNotDrawn] = []
    for school_id, name in every_school():
        with in_school(school_id):
            given_up = Document.objects.filter(school_id=school_id, drawn_at__isnull=True, given_up_at__isnull=False)
            counted = given_up.aggregate(count=Count("pk"), oldest=Min("given_up_at"))
        if counted["count"]:
            found.append(DocumentsNotDrawn(school_id, name, counted["count"], counted["oldest"]))
    return tuple(found)


def notices_not_sent() -> tuple[NoticesNotSent, ...]:
    """What the service administrator has to look after: mails that were given up. Four queries a school.

    The caller has asked whether the viewer runs the service (Permission.MANAGE_SERVICE).
    """
    found: list[NoticesNotSent] = []
    for school_id, name in ((None, ""), *every_school()):
        with in_school(school_id):
            here = Q(school_id=school_id) if school_id else Q(school_id__isnull=True)
            rows = Notice.objects.filter(here, state=NoticeState.FAILED).values_list("kind", "problem")
            counted = rows.annotate(count=Count("pk"), oldest=Min("created_at")).order_by("oldest")
            found += [
                NoticesNotSent(school_id, name, kind, Problem(problem), count, oldest)
                for kind, problem, count, oldest in counted
            ]
    return tuple(found)
