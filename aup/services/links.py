"""Links by which somebody signs without a log-in. Threat T20: 256 random bits, of which only the hash is kept; bound to
a person and to versions; expiring; a GET never signs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from audit import services as audit
from aup.models import SigningLink
from aup.selectors.standing import versions_in_force
from dispatch.links import TOKEN_LENGTH, hash_of, new_token
from schools.wall import in_school

LASTS = timedelta(days=30)


class LinkUnknown(LookupError):
    """A link nobody ever got."""

    def __init__(self) -> None:
        super().__init__("This link is not known.")


class LinkPassed(ValueError):
    """A link that has expired or was taken back; its owner can have a new one sent."""

    def __init__(self) -> None:
        super().__init__("This link has expired. Ask for a new one: it comes by email to the address the school has.")


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A link that is good: whose it is, and what may be signed by it."""

    id: UUID
    school_id: UUID
    person_id: UUID
    version_ids: frozenset[UUID]


def make_link(
    *,
    school_id: UUID,
    person_id: UUID,
    expires_at: datetime | None = None,
    invitation_id: UUID | None = None,
    version_ids: Iterable[UUID] | None = None,
) -> str:
    """A new token for a person, good for the versions that are in force now. Two queries, in the caller's school.

    ``version_ids`` are those versions, where the caller has just read them: one query then. Only its hash is kept, so
    it is made when its mail is, and a mail that goes out again brings another one.
    """
    now = timezone.now()
    token = new_token()
    if version_ids is None:
        version_ids = [each.pk for each in versions_in_force(school_id, timezone.localdate(now))]
    SigningLink.objects.create(
        school_id=school_id,
        person_id=person_id,
        token_hash=hash_of(token),
        version_ids=list(version_ids),
        made_at=now,
        expires_at=expires_at or now + LASTS,
        invitation_id=invitation_id,
    )
    return token


def school_of_link(token: str) -> UUID:
    """The school that a link is of. One query, through a door in the wall. Raises LinkUnknown."""
    if len(token) != TOKEN_LENGTH:
        raise LinkUnknown
    with connection.cursor() as cursor:
        cursor.execute("SELECT school_of_signing_link(%s)", [hash_of(token)])
        (school_id,) = cursor.fetchone()
    if school_id is None:
        raise LinkUnknown
    found: UUID = school_id
    return found


def open_link(*, token: str, now: datetime | None = None, is_view: bool = False) -> OpenedLink:
    """The link behind a token, in its school. Four queries; with ``is_view`` the view is counted and put on the trail.

    Run what follows in ``schools.wall.in_school(opened.school_id)``. Raises LinkUnknown, LinkPassed.
    """
    now = now or timezone.now()
    school_id = school_of_link(token)
    with in_school(school_id):
        row = SigningLink.objects.filter(school_id=school_id, token_hash=hash_of(token)).first()
        if row is None:
            raise LinkUnknown
        if row.ended_at is not None or row.expires_at <= now:
            raise LinkPassed
        if is_view:
            SigningLink.objects.filter(pk=row.pk).update(
                opened_count=F("opened_count") + 1, first_opened_at=row.first_opened_at or now
            )
            audit.record(
                "agreement.link_opened",
                school_id=school_id,
                actor_id=None,
                object_type="signing_link",
                object_id=row.pk,
                at=now,
            )
    return OpenedLink(row.pk, school_id, row.person_id, frozenset(row.version_ids))


def owner_of_passed_link(*, token: str) -> tuple[UUID, UUID]:
    """School and person of a link, expired or not: to whom a new one may be sent. Three queries. Raises LinkUnknown."""
    school_id = school_of_link(token)
    with in_school(school_id):
        row = SigningLink.objects.filter(school_id=school_id, token_hash=hash_of(token), ended_at=None).first()
    if row is None:
        raise LinkUnknown
    return school_id, row.person_id


def end_links(*, school_id: UUID, person_ids: Iterable[UUID], now: datetime | None = None) -> int:
    """Take back every link of these people, as when they leave (T8). One query, in the caller's transaction."""
    with transaction.atomic():
        return SigningLink.objects.filter(school_id=school_id, person_id__in=list(person_ids), ended_at=None).update(
            ended_at=now or timezone.now()
        )
