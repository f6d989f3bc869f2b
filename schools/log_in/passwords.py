"""Changing a password, and setting a new one by a link that was mailed. Mails leave as notices, through dispatch."""

from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from schools import notices
from schools.addresses import UnsafeAddress
from schools.log_in import guesses, rules, sessions, trail
from schools.log_in.backends import as_kept
from schools.log_in.sessions import PersonRequest
from schools.models import User

NOTICE_KIND = "password_reset"


class SamePassword(ValueError):
    """The new password is the old one."""

    def __init__(self) -> None:
        super().__init__("This is the password you have now. Choose another one.")


class LinkPassed(Exception):
    """A link that was used, is too old, or was never ours."""

    def __init__(self) -> None:
        super().__init__("the link does not work")


class MailFacts(Protocol):
    """What is known of the mail when its text is made."""

    @property
    def to_address(self) -> str: ...


def change_password(request: PersonRequest, user: User, *, new: str) -> None:
    """A new password for somebody who is logged in; their other sessions end. Raises SamePassword."""
    if user.check_password(new):
        raise SamePassword
    with transaction.atomic():
        sessions.end_other_sessions(request)
        before = request.session.session_key
        user.set_password(new)
        user.save(update_fields=["password", "password_changed_at"])
        update_session_auth_hash(request, user)
        sessions.follow(request, before)
        trail.of_user("password.changed", user.pk)


def ask_for_link(request: HttpRequest, *, address: str) -> None:
    """Have a link to a new password mailed to an address, if it is somebody's. Threat T11.

    The same is done for every address, and nobody's is looked up here: whether it is somebody's is found out when the
    mail is made, in the worker. Three mails an hour for each address, and so many a minute from one source, whatever
    the addresses: raises guesses.TooMany. The trail keeps that one was asked for.
    """
    guesses.take_link(request)
    address = as_kept(address)
    if guesses.take_reset(request, address):
        with transaction.atomic():
            send_link(address)
            trail.of_stranger("password.link_asked", None, detail={})


def send_link(address: str, *, by: UUID | None = None) -> None:
    """Have the link mailed, such as to somebody whose log-in is new. In the caller's transaction if there is one."""
    with transaction.atomic():
        try:
            notices.notify(NOTICE_KIND, school_id=None, to=address, by=by)
        except UnsafeAddress:
            # Nobody can have it; the page says the same as ever.
            return


def mail_of(facts: MailFacts) -> dict[str, object]:
    """What the mail says, when it is sent: the link lies nowhere before. Raises notices.NotWanted."""
    user = User.objects.filter(email=as_kept(facts.to_address), is_active=True).first()
    if user is None:
        raise notices.NotWanted
    token = f"{user.pk.hex}.{default_token_generator.make_token(user)}"
    path = reverse("account_reset_password_from_key", args=[token])
    return {"link": f"{settings.BASE_URL}{path}", "minutes": rules.RESET_MINUTES}


def user_of_link(token: str) -> User:
    """Whose link this is, while it works. One query. Raises LinkPassed."""
    who, _, proof = token.partition(".")
    try:
        user = User.objects.filter(pk=UUID(who), is_active=True).first()
    except ValueError:
        raise LinkPassed from None
    if user is None or not default_token_generator.check_token(user, proof):
        raise LinkPassed
    return user


def set_password_by_link(request: HttpRequest, *, token: str, new: str) -> None:
    """The new password. It ends every session and logs nobody in: the second step is still asked. Raises LinkPassed."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user_of_link(token).pk)
        # Again, now that nobody else can be using the same link at this moment.
        user_of_link(token)
        user.set_password(new)
        user.save(update_fields=["password", "password_changed_at"])
        sessions.end_every_session(user.pk)
        trail.of_user("password.reset", user.pk)
    guesses.forget(request, guesses.key_of_password(user.email))
