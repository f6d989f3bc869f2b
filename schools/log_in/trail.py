"""The audit rows of logging in. None holds an address that was typed, a code or a password."""

from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone

from audit import services as audit
from schools.log_in.backends import as_kept
from schools.models import User
from schools.selectors import viewer_for
from schools.wall import in_school

Detail = Mapping[str, str | int | bool | list[str]]


def of_user(action: str, user_id: UUID, *, by: UUID | None = None, detail: Detail | None = None) -> None:
    """A row about somebody's log-in, in the first of the schools they belong to, or in none. Six queries."""
    viewer = viewer_for(user_id=user_id, today=timezone.localdate())
    school_id = viewer.school_id if viewer else None
    with in_school(school_id):
        audit.record(
            action,
            school_id=school_id,
            actor_id=by or user_id,
            object_type="user",
            object_id=user_id,
            detail=detail,
        )


def of_attempt(action: str, address: str, *, detail: Detail) -> None:
    """A row about an attempt by nobody knows whom: which log-in it was made on, where there is one. Five queries."""
    known = User.objects.filter(email=as_kept(address)).values_list("pk", flat=True).first()
    of_stranger(action, known, detail=detail)


def of_stranger(action: str, user_id: UUID | None, *, detail: Detail) -> None:
    """The same where it is known which log-in the attempt was made on. Four queries."""
    with in_school(None):
        audit.record(
            action,
            school_id=None,
            actor_id=None,
            object_type="user" if user_id else "",
            object_id=user_id,
            detail=detail,
        )
