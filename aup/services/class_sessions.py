"""A class goes through its agreement together: started, tapped child by child, ended. Duty A2; threat T20."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from aup.models import ClassSession
from aup.selectors.class_sessions import Board, board_of, children_of_class, is_for_a_class
from aup.selectors.standing import versions_in_force
from aup.services.signing import Intent, Signed, Signer, acknowledge
from schools.models import Person
from schools.roles import Permission
from schools.viewer import Viewer

CLASS_NAME_MAX_LENGTH = 20


class NoSuchClass(ValueError):
    """There is no such class, or the agreement is not for its children."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was started: there is nobody in this class whom this agreement is for. Choose again from the list."
        )


class SessionEnded(ValueError):
    """The session is over; nobody taps any more."""

    def __init__(self) -> None:
        super().__init__("This session is over, so nothing was put down. Start a new one for whoever was absent.")


class NotInClass(ValueError):
    """The name that was tapped is not one of the class now."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was put down: this name is not in the class any more. The page shows the class as it is now."
        )


def start_session(*, by: Viewer, class_name: str, version_id: UUID, now: datetime | None = None) -> ClassSession:
    """Begin with a class. The same begun twice is one session. Five queries. Raises NotAllowed, NoSuchClass."""
    by.must(Permission.HOLD_CLASS_SESSION)
    now = now or timezone.now()
    today = timezone.localdate(now)
    with transaction.atomic():
        version = next((each for each in versions_in_force(by.school_id, today) if each.pk == version_id), None)
        known = version is not None and is_for_a_class(version) and 0 < len(class_name) <= CLASS_NAME_MAX_LENGTH
        if not known or version is None or not children_of_class(version, class_name, today):
            raise NoSuchClass
        # Two clicks one after the other wait here, and the second finds the first's.
        Person.objects.select_for_update(no_key=True).get(school_id=by.school_id, pk=by.person_id)
        said = {"school_id": by.school_id, "version": version, "class_name": class_name, "teacher_id": by.person_id}
        there = ClassSession.objects.filter(**said, ended_at=None).first()
        if there is not None:
            return there
        row = ClassSession.objects.create(**said, started_at=now)
        _record(by, "agreement.class_started", row.pk, now)
        return row


def open_board(*, by: Viewer, session_id: UUID) -> Board:
    """The whiteboard, and an entry on the trail. Five queries. Raises NotAllowed, ClassSession.DoesNotExist."""
    now = timezone.now()
    with transaction.atomic():
        board = board_of(viewer=by, session_id=session_id, today=timezone.localdate(now))
        _record(by, "agreement.class_opened", session_id, now)
    return board


def tap(
    *,
    by: Viewer,
    session_id: UUID,
    child_id: UUID,
    address: str | None = None,
    device: str = "",
    now: datetime | None = None,
) -> Signed:
    """A child has tapped the own name before the teacher; tapped twice it is one line. Twenty queries. Duty A2.

    Raises NotAllowed, SessionEnded, ClassSession.DoesNotExist, NotInClass for whoever is not in it, of this school or
    of none, and what ``acknowledge`` raises.
    """
    by.must(Permission.HOLD_CLASS_SESSION)
    now = now or timezone.now()
    with transaction.atomic():
        session = _mine(by, session_id)
        if session.ended_at is not None:
            raise SessionEnded
        children = children_of_class(session.version, session.class_name, timezone.localdate(now))
        if child_id not in {person_id for person_id, _ in children}:
            raise NotInClass
        signer = Signer(
            school_id=by.school_id,
            person_id=child_id,
            how="class",
            identified_id=session.pk,
            user_id=by.user_id,
            witness_id=by.person_id,
            address=address,
            device=device,
        )
        return acknowledge(by=signer, intent=Intent(version_id=session.version_id, about_id=child_id), now=now)


def end_session(*, by: Viewer, session_id: UUID, now: datetime | None = None) -> ClassSession:
    """End it; who has not tapped stays outstanding. Four queries. Raises NotAllowed, ClassSession.DoesNotExist."""
    by.must(Permission.HOLD_CLASS_SESSION)
    now = now or timezone.now()
    with transaction.atomic():
        session = _mine(by, session_id)
        if session.ended_at is None:
            session.ended_at = now
            session.save(update_fields=["ended_at"])
            _record(by, "agreement.class_ended", session.pk, now)
        return session


def _mine(by: Viewer, session_id: UUID) -> ClassSession:
    return (
        ClassSession.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version")
        .get(school_id=by.school_id, teacher_id=by.person_id, pk=session_id)
    )


def _record(by: Viewer, action: str, session_id: UUID, now: datetime) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="class_session",
        object_id=session_id,
        at=now,
    )
