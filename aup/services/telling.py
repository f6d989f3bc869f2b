"""Answering an agreement and telling whoever did it: the line of the register and its mail stand or fall together.

Also the link that somebody asks for anew. No mail holds a name, and none goes to an address that somebody typed:
only to the one that the school has (threat T20).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from audit import services as audit
from aup.services.leaving import has_something_here
from aup.services.links import LinkUnknown, owner_of_passed_link, school_of_link
from aup.services.signing import Intent, Signed, Signer, change_consents, refuse, sign
from dispatch.models import Notice
from dispatch.notices import queue_notice
from schools.addresses import UnsafeAddress
from schools.models import Person
from schools.wall import in_school

SIGNED_EVERY = timedelta(hours=1)
LINK_EVERY = timedelta(minutes=10)


def sign_and_tell(*, by: Signer, intent: Intent) -> Signed:
    """Sign, and send word of it. Five queries more than ``sign``. Duties A1, A2, A3. Raises what ``sign`` raises."""
    return _and_tell(by, lambda now: sign(by=by, intent=intent, now=now))


def refuse_and_tell(*, by: Signer, intent: Intent, reason: str) -> Signed:
    """Say no, and send word of it. Five queries more than ``refuse``. Duty A5. Raises what ``refuse`` raises."""
    return _and_tell(by, lambda now: refuse(by=by, intent=intent, reason=reason, now=now))


def change_and_tell(*, by: Signer, intent: Intent) -> Signed:
    """Change one's answers, and send word of it. Five queries more than ``change_consents``. Duty A5.

    Raises what ``change_consents`` raises.
    """
    return _and_tell(by, lambda now: change_consents(by=by, intent=intent, now=now))


def send_new_link(*, token: str) -> None:
    """Have a new link sent to the owner of one, expired or not, at most one in ten minutes. Fifteen queries.

    None goes to somebody who has nothing here any more, such as a parent who may not sign for any child now. Nothing is
    told of whether one goes out. Raises LinkUnknown for a link that nobody ever got.
    """
    try:
        school_id, person_id = owner_of_passed_link(token=token)
    except LinkUnknown:
        # One that was taken back is a link all the same: who holds it learns nothing, and gets nothing.
        school_of_link(token)
        return
    with in_school(school_id), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"aup link {person_id}"])
        now = timezone.now()
        if not has_something_here(school_id, person_id, timezone.localdate(now)):
            return
        if _queue("agreement_link", school_id, person_id, since=now - LINK_EVERY):
            audit.record(
                "agreement.link_asked",
                school_id=school_id,
                actor_id=None,
                object_type="person",
                object_id=person_id,
                at=now,
            )


def _and_tell(by: Signer, act: Callable[[datetime], Signed]) -> Signed:
    now = timezone.now()
    with transaction.atomic():
        # The register's lock is held from here to the end: of two at once the second sees the first's mail.
        done = act(now)
        if done.is_new:
            _queue("agreement_signed", by.school_id, by.person_id, since=now - SIGNED_EVERY)
        return done


def _queue(kind: str, school_id: UUID, person_id: UUID, *, since: datetime) -> bool:
    recent = Notice.objects.filter(school_id=school_id, kind=kind, object_id=person_id, created_at__gt=since)
    if recent.exists():
        return False
    person = Person.objects.select_related("user").get(school_id=school_id, pk=person_id)
    address = person.email or (person.user.email if person.user else "")
    if not address:
        return False
    try:
        queue_notice(kind, school_id=school_id, to=address, object_id=person_id)
    except UnsafeAddress:
        return False
    return True
