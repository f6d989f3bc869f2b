"""Where somebody is logged in, and its end."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schools.log_in import trail
from schools.models import User


class PersonRequest(HttpRequest):
    """A request of somebody who is logged in, whether or not they belong to a school."""

    user: User


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One log-in that goes on: since when, and on which kind of browser."""

    number: int
    since: datetime
    browser: str
    is_this_one: bool


# The first that is found in what a browser says of itself; each of them also calls itself some of the later ones.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "an Android device"), ("CrOS", "a Chromebook"),
    ("Windows", "Windows"), ("Mac OS", "a Mac"), ("Linux", "Linux"),
)  # fmt: skip


def browser_named(user_agent: str) -> str:
    """``Firefox on Windows``: enough to tell one's own from another. Pure."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "A browser")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return f"{browser} on {system}" if system else browser


def open_sessions(request: PersonRequest) -> tuple[OpenSession, ...]:
    """Where the user is logged in, the newest first. Two queries."""
    rows = list(UserSession.objects.filter(user_id=request.user.pk).order_by("-created_at", "-pk"))
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    return tuple(
        OpenSession(
            row.pk, row.created_at, browser_named(row.user_agent), row.session_key == request.session.session_key
        )
        for row in rows
        if row.session_key in alive
    )


def end_session(request: PersonRequest, number: int) -> bool:
    """End one of the user's other sessions; False where there is no such one."""
    with transaction.atomic():
        row = UserSession.objects.filter(user_id=request.user.pk, pk=number).first()
        if row is None or row.session_key == request.session.session_key:
            return False
        _end([row])
        trail.of_user("session.ended", request.user.pk, detail={"count": 1})
    return True


def end_other_sessions(request: PersonRequest) -> int:
    """End all of the user's sessions but this one; how many there were."""
    with transaction.atomic():
        rows = list(
            UserSession.objects.filter(user_id=request.user.pk).exclude(session_key=request.session.session_key)
        )
        _end(rows)
        if rows:
            trail.of_user("session.ended", request.user.pk, detail={"count": len(rows)})
    return len(rows)


def end_every_session(user_id: UUID) -> int:
    """End all sessions of somebody; how many there were. Three queries, in the caller's transaction."""
    rows = list(UserSession.objects.filter(user_id=user_id))
    _end(rows)
    return len(rows)


def renew(request: HttpRequest) -> None:
    """Give the session a new key when it is worth more than before, and keep it on the list."""
    before = request.session.session_key
    request.session.cycle_key()
    follow(request, before)


def follow(request: HttpRequest, before: str | None) -> None:
    """Keep on the list a session whose key has changed."""
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def forget_this_one(request: HttpRequest) -> None:
    """Take the session off the list when it ends by logging out."""
    if request.session.session_key:
        UserSession.objects.filter(session_key=request.session.session_key).delete()


def forget_ended() -> int:
    """Take off the list what has ended by itself; how many there were. One query."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    count: int = UserSession.objects.exclude(session_key__in=alive).delete()[0]
    return count


def _end(rows: list[UserSession]) -> None:
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    UserSession.objects.filter(pk__in=[row.pk for row in rows]).delete()
