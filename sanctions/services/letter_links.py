"""Links by which a parent opens a letter without a log-in. Duty R11 (CC 4.3); threats T2, T20.

256 random bits, of which only the hash is kept, made when the mail is; bound to one parent's copy; expiring. A GET
opens nothing, for mail scanners open every link. Whoever may not have the letter any more finds nothing there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from audit import services as audit
from dispatch.links import TOKEN_LENGTH, hash_of, new_token
from sanctions.models import LetterCopy, LetterLink
from sanctions.selectors.letters import overtaken
from sanctions.selectors.parents import Parent, parents_of
from sanctions.services.letters import OpenedLetter, issued_letter
from schools.models import School
from schools.wall import in_school

LASTS = timedelta(days=28)
USES = 20
"""How often one link opens its letter: enough for a family, too few for a link that was passed around."""


class LinkUnknown(LookupError):
    """A link nobody ever got, or whose owner may not have the letter any more."""

    def __init__(self) -> None:
        super().__init__("This link is not known.")


class LinkPassed(ValueError):
    """A link that has expired, was used too often, or leads to what is not so any more; the school office can help."""

    def __init__(self) -> None:
        super().__init__("This link has expired.")


@dataclass(frozen=True, slots=True)
class LetterThere:
    """That there is a letter: all that is shown before the button is pressed."""

    school_name: str


def make_letter_link(*, copy: LetterCopy, now: datetime | None = None) -> tuple[str, datetime]:
    """A new token for a copy, and until when it is good. One query, in the caller's school."""
    now = now or timezone.now()
    token = new_token()
    LetterLink.objects.create(
        school_id=copy.school_id, copy=copy, token_hash=hash_of(token), made_at=now, expires_at=now + LASTS
    )
    return token, now + LASTS


def parent_for(copy: LetterCopy, now: datetime) -> Parent | None:
    """The parent who may still have this copy, as they are now. Two queries; ``copy`` comes with its letter and case.

    None once the record does not name the child any more, the child has left, or the parent was barred or is in the
    matter themselves (T2).
    """
    if copy.letter.approved_at is None:
        return None
    parents = parents_of(copy.letter.case, timezone.localdate(now)).may
    return next((each for each in parents if each.person_id == copy.to_id), None)


def is_overtaken(copy: LetterCopy) -> bool:
    """Whether something else has been decided since, so that the letter says what is not so. One query, seven then."""
    return bool(overtaken(copy.letter.case, [copy.letter]))


def find_letter(*, token: str, now: datetime | None = None) -> LetterThere:
    """That a link leads to a letter, and of which school; nothing is opened and nothing is marked. Eight queries.

    Raises LinkUnknown, LinkPassed.
    """
    now = now or timezone.now()
    school_id = _school_of(token)
    with in_school(school_id):
        _good_link(school_id, token, now)
        return LetterThere(School.objects.values_list("name", flat=True).get(pk=school_id))


def open_letter(*, token: str, now: datetime | None = None) -> OpenedLetter:
    """The letter as a PDF. Eleven queries. Each opening is put on the trail, the first one on the copy. Duty R11.

    Raises LinkUnknown, LinkPassed, LetterNotReady while the PDF is being made, dispatch.preparing.PdfAltered.
    """
    now = now or timezone.now()
    school_id = _school_of(token)
    with in_school(school_id), transaction.atomic():
        link = _good_link(school_id, token, now)
        document, content = issued_letter(link.copy.letter)
        # Of many at the same moment only so many get through.
        if not LetterLink.objects.filter(pk=link.pk, used_count__lt=USES).update(used_count=F("used_count") + 1):
            raise LinkPassed
        LetterCopy.objects.filter(pk=link.copy_id, opened_at__isnull=True).update(opened_at=now)
        audit.record(
            "letter.opened_by_link",
            school_id=school_id,
            actor_id=None,
            object_type="letter",
            object_id=link.copy.letter_id,
            detail={"copy": str(link.copy_id), "link": str(link.pk), "sha256": document.pdf_sha256},
            at=now,
        )
    return OpenedLetter(content, f"{document.reference}.pdf")


def _school_of(token: str) -> UUID:
    """The school that a link is of. One query, through a door in the wall."""
    if len(token) != TOKEN_LENGTH:
        raise LinkUnknown
    with connection.cursor() as cursor:
        cursor.execute("SELECT school_of_letter(%s)", [hash_of(token)])
        (school_id,) = cursor.fetchone()
    if school_id is None:
        raise LinkUnknown
    found: UUID = school_id
    return found


def _good_link(school_id: UUID, token: str, now: datetime) -> LetterLink:
    rows = LetterLink.objects.select_related("copy__letter__case__person", "copy__letter__case__framework")
    link = rows.filter(school_id=school_id, token_hash=hash_of(token)).first()
    # Whether they may is asked first: who may not is not even told that a link has expired.
    if link is None or parent_for(link.copy, now) is None:
        raise LinkUnknown
    if link.expires_at <= now or link.used_count >= USES:
        raise LinkPassed
    # What a parent has read stays theirs to read; what nobody has read, and is not so any more, need not be read.
    if link.copy.opened_at is None and is_overtaken(link.copy):
        raise LinkPassed
    return link
