"""Somebody who can really log in: with a password, an authenticator app and recovery codes."""

import time
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.urls import reverse

from schools.models import Person, School, User
from schools.roles import Role
from tests import factories

PASSWORD = "a pony under the harbour"
LOG_IN = reverse("login")
CODE = reverse("mfa_authenticate")
TODAY = reverse("incidents:today")


@dataclass
class Enrolled:
    """A person, and what only they have."""

    person: Person
    secret: str
    recovery_codes: list[str]

    @property
    def user(self) -> User:
        assert self.person.user is not None
        return self.person.user

    def code(self, *, steps: int = 0) -> str:
        """What the app shows; ``steps`` half minutes from now."""
        return code_of(self.secret, steps=steps)


def code_of(secret: str, *, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def member(of: School, *roles: Role, name: str = "Ada Bell") -> Person:
    """Somebody with a password and no second step."""
    person = factories.person(of, name, *(roles or (Role.STAFF,)))
    assert person.user is not None
    person.user.set_password(PASSWORD)
    person.user.save()
    return person


def enrolled(of: School, *roles: Role) -> Enrolled:
    """Somebody with a password, an app and recovery codes."""
    person = member(of, *roles)
    secret = generate_totp_secret()
    TOTP.activate(person.user, secret)
    return Enrolled(person, secret, RecoveryCodes.activate(person.user).generate_codes())


def send_password(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOG_IN, {"username": email, "password": password, **more})


def logged_in(who: Enrolled) -> Client:
    """A browser in which they have gone through both steps."""
    client = Client()
    send_password(client, who.user.email)
    response = client.post(CODE, {"code": who.code()})
    assert response["Location"] == TODAY, response.content.decode()
    return client


def kinds(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
