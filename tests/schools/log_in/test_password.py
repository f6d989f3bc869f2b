"""Address and password: who gets in, who is locked out, and that nobody learns whose log-ins there are."""

import os
import re
import statistics
import threading
import time
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from schools.log_in import rules
from schools.models import School, User
from schools.roles import Role
from tests import factories
from tests.schools.log_in.people import LOG_IN, PASSWORD, TODAY, enrolled, logged_in, member, send_password

NOBODY = "nobody@example.org"


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


def bare(response: Any, *addresses: str) -> str:
    """A page without its token and the address that was typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    for address in addresses:
        page = page.replace(address, "ADDRESS")
    return page


def test_a_parent_needs_the_password_alone(of: School) -> None:
    parent = member(of, Role.PARENT)
    client = Client()
    assert send_password(client, parent.email)["Location"] == TODAY
    assert client.get(TODAY).status_code == 200


@pytest.mark.parametrize("typed", ["{}", " {} ", "UPPER"])
def test_the_spelling_of_an_address_does_not_matter(of: School, typed: str) -> None:
    parent = member(of, Role.PARENT)
    address = parent.email.upper() if typed == "UPPER" else typed.format(parent.email)
    assert send_password(Client(), address).status_code == 302


def test_who_has_logged_in_is_on_the_trail_and_the_password_nowhere(of: School) -> None:
    who = enrolled(of)
    client = logged_in(who)
    entry = Entry.objects.get(action="log_in.done")
    assert (entry.school_id, entry.actor_id, entry.object_id) == (of.pk, who.user.pk, who.user.pk)
    assert entry.detail == {"by": "password", "second_step": "totp"}
    client.post(reverse("logout"))
    assert Entry.objects.filter(action="log_in.ended", actor_id=who.user.pk).count() == 1
    assert PASSWORD not in str([(each.action, each.detail) for each in Entry.objects.all()])


def test_a_failed_attempt_is_on_the_trail_without_what_was_typed(of: School) -> None:
    who = enrolled(of)
    send_password(Client(), who.user.email, "a wrong one")
    send_password(Client(), NOBODY, "a wrong one")
    known, unknown = Entry.objects.filter(action="log_in.failed").order_by("at")
    assert (known.actor_id, known.object_id, known.detail) == (None, who.user.pk, {"by": "password", "why": "wrong"})
    assert (unknown.actor_id, unknown.object_id, unknown.detail) == (None, None, {"by": "password", "why": "wrong"})
    assert "nobody" not in str(Entry.objects.values_list())


def test_a_guess_is_on_the_trail_of_its_log_in_however_the_address_was_typed(of: School) -> None:
    who = enrolled(of)
    for _ in range(rules.GUESSES + 1):
        send_password(Client(), who.user.email.upper(), "a wrong one")
    found = set(Entry.objects.filter(action__startswith="log_in.").values_list("action", "object_id"))
    assert found == {("log_in.failed", who.user.pk), ("log_in.locked", who.user.pk)}


def test_a_wrong_password_a_closed_log_in_and_nobody_at_all_look_the_same(of: School) -> None:
    who, closed, without = enrolled(of), member(of, Role.STAFF), member(of, Role.STAFF)
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    assert without.user is not None
    without.user.set_unusable_password()
    without.user.save()
    tries = [
        (who.user.email, "a wrong password"),
        (closed.email, PASSWORD),
        (without.email, PASSWORD),
        (NOBODY, PASSWORD),
        ("not an address", PASSWORD),
    ]
    answers = [send_password(Client(), email, password) for email, password in tries]
    assert {answer.status_code for answer in answers} == {200}
    assert len({bare(answer, *(email for email, _ in tries)) for answer in answers}) == 1
    assert "do not belong together" in answers[0].content.decode()


@pytest.mark.real_hash
def test_there_is_one_hasher_and_it_is_argon2id(of: School) -> None:
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert member(of).user.password.startswith("argon2$argon2id$")  # type: ignore[union-attr]


def hashes_counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every run of the hash while the test goes on."""
    runs: list[str] = []
    for name in ("encode", "verify"):
        plain = getattr(Argon2PasswordHasher, name)

        def counted(self: Any, *args: Any, _plain: Any = plain, _name: str = name, **options: Any) -> Any:
            runs.append(_name)
            return _plain(self, *args, **options)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    return runs


def test_one_hash_is_worked_out_for_everybody(of: School, monkeypatch: pytest.MonkeyPatch) -> None:
    who, without = enrolled(of), member(of, Role.STAFF)
    assert without.user is not None
    without.user.set_unusable_password()
    without.user.save()
    closed = member(of, Role.STAFF)
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    runs = hashes_counted(monkeypatch)
    for email in (who.user.email, without.email, closed.email, NOBODY):
        runs.clear()
        send_password(Client(), email, "a wrong password")
        assert len(runs) == 1, email


@pytest.mark.real_hash
def test_known_and_unknown_take_the_same_time(of: School, record_property: Any) -> None:
    """The short form, in processor time, so that it holds on a busy machine; the long form is in docs/log-in.md."""
    who = enrolled(of)
    client = Client()
    known, unknown = [], []
    for _ in range(int(os.environ.get("LOG_IN_PAIRS", "15"))):
        for email, times in ((who.user.email, known), (NOBODY, unknown)):
            cache.clear()
            began = time.process_time()
            send_password(client, email, "a wrong password")
            times.append(time.process_time() - began)
    difference = statistics.median(known) - statistics.median(unknown)
    record_property("pairs", len(known))
    record_property("milliseconds", round(difference * 1000, 1))
    assert abs(difference) < max(0.010, 0.1 * statistics.median(known))


@pytest.mark.parametrize("address", ["known", "unknown"])
def test_the_eleventh_guess_is_refused_even_when_it_is_right(of: School, address: str) -> None:
    email = enrolled(of).user.email if address == "known" else NOBODY
    for _ in range(rules.GUESSES):
        assert "do not belong together" in send_password(Client(), email, "a wrong one").content.decode()
    # Every spelling of an address is the same one.
    response = send_password(Client(), f" {email.upper()} ")
    assert response.status_code == 200
    assert "it is locked for up to 30 minutes" in response.content.decode()
    assert Entry.objects.filter(action="log_in.locked").count() == 1
    assert Entry.objects.filter(action="log_in.failed").count() == rules.GUESSES + 1


def test_a_locked_address_looks_the_same_whether_it_is_somebodys(of: School) -> None:
    email = enrolled(of).user.email
    pages = []
    for address in (email, NOBODY):
        for _ in range(rules.GUESSES + 1):
            response = send_password(Client(), address, "a wrong one")
        pages.append(bare(response, address))
    assert pages[0] == pages[1]


def test_it_is_the_log_in_that_is_locked_not_the_school(of: School) -> None:
    one, other = enrolled(of), member(of, Role.PARENT)
    for _ in range(rules.GUESSES + 5):
        send_password(Client(), one.user.email, "a wrong one")
    assert send_password(Client(), other.email).status_code == 302


def test_right_guesses_are_not_counted(of: School) -> None:
    parent = member(of, Role.PARENT)
    for _ in range(rules.GUESSES + 2):
        assert send_password(Client(), parent.email).status_code == 302


def test_it_stays_locked_when_redis_forgets_everything(of: School) -> None:
    who = enrolled(of)
    for _ in range(rules.GUESSES):
        send_password(Client(), who.user.email, "a wrong one")
    if settings.REDIS_URL.startswith("redis"):
        with redis.Redis.from_url(settings.REDIS_URL) as server:
            server.flushdb()
    assert "it is locked" in send_password(Client(), who.user.email).content.decode()
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")


def test_the_lock_opens_by_itself(of: School, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = member(of, Role.PARENT)
    for _ in range(rules.GUESSES):
        send_password(Client(), parent.email, "a wrong one")
    assert "it is locked" in send_password(Client(), parent.email).content.decode()
    later = time.time() + rules.LOCKED_MINUTES * 60 + 1
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: later)
    assert send_password(Client(), parent.email).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_one_by_one() -> None:
    who = enrolled(factories.school())
    said: list[str] = []

    def guess() -> None:
        try:
            said.append(send_password(Client(), who.user.email, "a wrong one").content.decode())
        finally:
            connection.close()

    for _ in range(2):
        threads = [threading.Thread(target=guess) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum("do not belong together" in page for page in said) <= rules.GUESSES
    assert len(said) == 16
    while "it is locked" not in send_password(Client(), who.user.email, "a wrong one").content.decode():
        said.append("one more")
    assert len(said) <= 16 + rules.GUESSES
    assert "it is locked" in send_password(Client(), who.user.email).content.decode()


def test_a_page_that_was_asked_for_is_opened_afterwards(of: School) -> None:
    who = enrolled(of)
    client = Client()
    response = client.get(reverse("incidents:report"))
    assert response["Location"] == f"{LOG_IN}?next=%2Freport%2F"
    page = client.get(response["Location"]).content.decode()
    assert 'name="next" value="/report/"' in page
    send_password(client, who.user.email, next="/report/")
    assert client.post(reverse("mfa_authenticate"), {"code": who.code()})["Location"] == "/report/"


def test_what_was_sent_leads_back_to_the_page_it_was_sent_from(of: School) -> None:
    client = Client()
    went = {"HTTP_REFERER": "http://testserver/school/?x=1"}
    assert client.post(reverse("schools:switch"), **went)["Location"] == f"{LOG_IN}?next=%2Fschool%2F%3Fx%3D1"
    elsewhere = {"HTTP_REFERER": "http://evil.example.org/school/"}
    assert client.post(reverse("schools:switch"), **elsewhere)["Location"] == LOG_IN


def test_logging_out_has_the_browser_forget(of: School) -> None:
    client = logged_in(enrolled(of))
    response = client.post(reverse("logout"))
    assert response["Location"] == LOG_IN
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(TODAY)["Location"].startswith(LOG_IN)
    assert "You are logged out." in client.get(LOG_IN).content.decode()
    assert client.get(reverse("logout")).status_code == 405


def test_nobody_signs_up(db: None) -> None:
    for path in ("/log-in/signup/", "/accounts/signup/", "/signup/", "/account/signup/", "/account/email/"):
        assert Client().get(path).status_code in {302, 404}
        assert Client().get(path).headers.get("Location", LOG_IN).startswith(LOG_IN)
