"""Taking every way in from somebody, at once (threat T8)."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from schools.log_in.passwords import mail_of
from schools.log_in.revoking import Revoked, revoke_everything
from schools.models import School, User
from tests import factories
from tests.schools.log_in.people import CODE, LOG_IN, TODAY, Enrolled, enrolled, logged_in, send_password


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


class Facts:
    def __init__(self, address: str) -> None:
        self.to_address = address


def everything_of(of: School) -> tuple[Enrolled, Client, str]:
    """Somebody with all there is, a browser in which they are logged in, and a link that was mailed to them."""
    who = enrolled(of)
    client = logged_in(who)
    client.get(TODAY)
    Authenticator.objects.create(user=who.user, type="webauthn", data={"name": "key", "credential": {}})
    SocialAccount.objects.create(user=who.user, provider="google", uid="1")
    EmailAddress.objects.create(user=who.user, email=who.user.email, verified=True, primary=True)
    return who, client, str(mail_of(Facts(who.user.email))["link"])


def test_every_way_in_is_closed_with_the_next_request(of: School) -> None:
    who, client, link = everything_of(of)
    with_another = factories.log_in_user(who.user)
    done = revoke_everything(who.user.pk, by=None)
    assert done == Revoked(sessions=1, second_steps=3, accounts_elsewhere=1)
    refused = client.get(TODAY)
    assert refused["Location"].startswith(LOG_IN), "the old cookie"
    assert refused["Clear-Site-Data"] == '"cache", "storage"', "and what the browser has kept"
    assert "Clear-Site-Data" not in Client().get(TODAY), "nobody was logged in there"
    assert with_another.get(TODAY)["Location"].startswith(LOG_IN), "and one that is not on the list"
    assert "do not belong" in send_password(Client(), who.user.email).content.decode(), "the password"
    path = link[link.index("/log-in/") :]
    assert Client().get(path).status_code == 410, "the mailed link"
    assert not Authenticator.objects.filter(user=who.user).exists(), "app, passkeys, recovery codes"
    assert not SocialAccount.objects.filter(user=who.user).exists()
    assert Client().post(CODE, {"code": who.code(steps=1)})["Location"] == LOG_IN
    entry = Entry.objects.get(action="log_in.revoked")
    assert entry.object_id == who.user.pk
    assert entry.detail == {"sessions": 1, "second_steps": 3, "accounts": 1}


def test_half_a_log_in_is_over_too(of: School) -> None:
    who = enrolled(of)
    client = Client()
    send_password(client, who.user.email)
    revoke_everything(who.user.pk)
    assert client.post(CODE, {"code": who.code()}).status_code in {200, 302}
    assert client.get(TODAY)["Location"].startswith(LOG_IN)


def test_somebody_else_is_left_alone(of: School) -> None:
    who, other = enrolled(of), enrolled(of)
    client = logged_in(other)
    revoke_everything(who.user.pk)
    assert client.get(TODAY).status_code == 200


def test_it_is_done_whole_or_not_at_all(of: School, monkeypatch: pytest.MonkeyPatch) -> None:
    who, client, _ = everything_of(of)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr("schools.log_in.revoking.audit.record", fail)
    with pytest.raises(DatabaseError):
        revoke_everything(who.user.pk)
    assert User.objects.get(pk=who.user.pk).has_usable_password()
    assert Authenticator.objects.filter(user=who.user).count() == 3
    assert Session.objects.filter(session_key=client.session.session_key).exists()
    assert client.get(reverse("account_home")).status_code in {200, 500}


def test_somebody_who_is_not_there(db: None) -> None:
    with pytest.raises(User.DoesNotExist):
        revoke_everything(School().pk)
