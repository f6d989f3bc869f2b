"""The second step: nobody who works with records gets past it, whichever way they come (threat T10)."""

import re
import threading
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from schools.log_in import codes, marks, rules
from schools.log_in.second_steps import LastSecondStep, take_away
from schools.models import School, User
from schools.roles import POSTS, Role
from tests import factories
from tests.schools.log_in.people import (
    CODE,
    LOG_IN,
    PASSWORD,
    TODAY,
    code_of,
    enrolled,
    kinds,
    logged_in,
    member,
    send_password,
)

ENROL = reverse("account_second_step")
APP = reverse("account_app")
ACCOUNT = reverse("account_home")
AGAIN = reverse("account_reauthenticate")
PAGES = [TODAY, "/report/", "/incidents/", "/school/", "/school/switch/", "/policy/sanctions/", ACCOUNT]


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


def sealed_and_secret(page: str) -> tuple[str, str]:
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    secret = re.search(r'<code class="as-typed text-body">([A-Z2-7 ]+)</code>', page)
    assert sealed
    assert secret
    return sealed[1], secret[1].replace(" ", "")


@pytest.mark.parametrize("role", [Role.STAFF, Role.GOVERNOR, *POSTS])
def test_until_it_is_set_up_every_page_leads_there(of: School, role: Role) -> None:
    client = Client()
    assert send_password(client, member(of, role).email).status_code == 302
    for path in PAGES:
        response = client.get(path)
        assert response.status_code == 302, path
        assert response["Location"].startswith(ENROL), path
    response = client.post(reverse("schools:switch"), {"school": str(of.pk)})
    assert response["Location"] == ENROL
    asked_by_script = client.get(TODAY, headers={"HX-Request": "true"})
    assert asked_by_script.status_code == 204
    assert asked_by_script["HX-Redirect"] == ENROL


@pytest.mark.parametrize("role", [Role.PARENT, Role.PUPIL, Role.VISITOR])
def test_families_and_visitors_may_do_without(of: School, role: Role) -> None:
    client = Client()
    send_password(client, member(of, role).email)
    assert client.get(TODAY).status_code == 200
    assert client.get(ENROL)["Location"] == ACCOUNT


def test_a_service_administrator_needs_it_without_a_school(db: None) -> None:
    user = User.objects.create_user("admin@example.org", PASSWORD, is_staff=True)
    client = Client()
    send_password(client, user.email)
    assert client.get(ACCOUNT)["Location"].startswith(ENROL)
    assert client.get(ENROL).status_code == 200
    sealed, secret = sealed_and_secret(client.get(APP).content.decode())
    assert client.post(APP, {"sealed": sealed, "code": code_of(secret)}).status_code == 200
    assert client.get(ACCOUNT).status_code == 200


def test_the_demonstration_does_without_and_says_so(of: School, settings: Any) -> None:
    settings.DEMO = True
    client = Client()
    send_password(client, member(of, Role.HEAD_TEACHER).email)
    page = client.get(TODAY)
    assert page.status_code == 200
    for shown in (page, Client().get(LOG_IN)):
        assert "a real service always asks staff and governors for a second step" in shown.content.decode()


def test_whoever_set_it_up_in_the_demonstration_is_asked_there_too(of: School, settings: Any) -> None:
    settings.DEMO = True
    client = Client()
    assert send_password(client, enrolled(of).user.email)["Location"] == CODE
    assert client.get(TODAY)["Location"].startswith(LOG_IN)


def test_an_app_is_set_up_and_the_recovery_codes_are_shown_once(of: School) -> None:
    person = member(of)
    client = Client()
    send_password(client, person.email, next="/report/")
    response = client.get("/report/")
    assert response["Location"] == f"{ENROL}?next=%2Freport%2F"
    assert "/account/app/?next=%2Freport%2F" in client.get(response["Location"]).content.decode()
    sealed, secret = sealed_and_secret(client.get(APP, {"next": "/report/"}).content.decode())
    assert kinds(person.user) == set()  # type: ignore[arg-type]
    wrong = client.post(APP, {"sealed": sealed, "code": "000000", "next": "/report/"})
    assert wrong.status_code == 422
    assert sealed_and_secret(wrong.content.decode()) == (sealed, secret), "the same picture: it was scanned already"
    before = client.session.session_key
    done = client.post(APP, {"sealed": sealed, "code": code_of(secret), "next": "/report/"})
    shown = re.findall(r"<code[^>]*>(\d{8})</code>", done.content.decode())
    assert len(set(shown)) == 10
    assert 'href="/report/"' in done.content.decode()
    assert client.session.session_key != before
    assert kinds(person.user) == {"totp", "recovery_codes"}  # type: ignore[arg-type]
    assert client.get("/report/").status_code == 200
    assert shown[0] not in client.get(ACCOUNT).content.decode()
    entry = Entry.objects.get(action="second_step.added")
    assert (entry.school_id, entry.actor_id, entry.detail) == (of.pk, person.user_id, {"kind": "totp"})


def test_the_code_that_set_the_app_up_logs_nobody_in(of: School) -> None:
    person = member(of)
    client = Client()
    send_password(client, person.email)
    sealed, secret = sealed_and_secret(client.get(APP).content.decode())
    code = code_of(secret)
    client.post(APP, {"sealed": sealed, "code": code})
    other = Client()
    send_password(other, person.email)
    assert "not right" in other.post(CODE, {"code": code}).content.decode()


def test_another_users_secret_and_an_old_one_are_refused(of: School, monkeypatch: pytest.MonkeyPatch) -> None:
    person = member(of)
    client = Client()
    send_password(client, person.email)
    other = codes.new_secret(member(of).pk)
    for sealed in (other.sealed, "nonsense", ""):
        response = client.post(APP, {"sealed": sealed, "code": code_of(other.secret)})
        assert response.status_code == 422
        assert "open for too long" in response.content.decode()
    mine = codes.new_secret(person.user_id)  # type: ignore[arg-type]
    later = time.time() + 3600
    monkeypatch.setattr("schools.log_in.codes.time.time", lambda: later)
    with pytest.raises(codes.SecretPassed):
        codes.opened_secret(person.user_id, mine.sealed)  # type: ignore[arg-type]


def test_secrets_lie_sealed(of: School) -> None:
    who = enrolled(of)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator WHERE user_id = %s", [who.user.pk])
        kept = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT count(*) FROM mfa_authenticator WHERE data::text LIKE %s", [f"%{who.secret}%"])
        assert cursor.fetchone() == (0,)
    assert who.secret not in kept
    assert "gAAAA" in kept


def test_both_steps_log_in(of: School) -> None:
    who = enrolled(of)
    client = Client()
    assert send_password(client, who.user.email)["Location"] == CODE
    for path in PAGES:
        assert client.get(path)["Location"].startswith(LOG_IN), "half a log-in is none"
    assert "wrong tries" not in client.get(CODE).content.decode()
    assert client.post(CODE, {"code": who.code()})["Location"] == TODAY
    assert client.get(TODAY).status_code == 200
    assert marks.second_step(client.session) == "totp"


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_wrong(of: School, steps: int) -> None:
    who = enrolled(of)
    client = Client()
    send_password(client, who.user.email)
    assert client.post(CODE, {"code": who.code(steps=steps)}).status_code == 302


@pytest.mark.parametrize("steps", [-3, 3, 100])
def test_and_no_more(of: School, steps: int) -> None:
    who = enrolled(of)
    client = Client()
    send_password(client, who.user.email)
    assert client.post(CODE, {"code": who.code(steps=steps)}).status_code == 200


def test_a_code_passes_once_and_no_earlier_one_after_it(of: School) -> None:
    who = enrolled(of)
    used, earlier = who.code(), who.code(steps=-1)
    first = Client()
    send_password(first, who.user.email)
    assert first.post(CODE, {"code": used}).status_code == 302
    for code in (used, earlier, f" {used[:3]} {used[3:]} "):
        again = Client()
        send_password(again, who.user.email)
        response = again.post(CODE, {"code": code})
        assert response.status_code == 200
        assert "used already" in response.content.decode()


def test_a_recovery_code_passes_once(of: School) -> None:
    who = enrolled(of)
    for status in (302, 200):
        client = Client()
        send_password(client, who.user.email)
        assert client.post(CODE, {"code": who.recovery_codes[0]}).status_code == status
    assert Entry.objects.filter(action="second_step.code_used").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
def test_a_code_that_comes_twice_at_the_same_moment_passes_once(kind: str) -> None:
    who = enrolled(factories.school())
    code = who.code() if kind == "totp" else who.recovery_codes[3]
    found: list[object] = []

    def use() -> None:
        try:
            found.append(codes.authenticator_of(who.user, code))
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert sum(each is not None for each in found) == 1


def test_guesses_at_codes_are_limited_too(of: School) -> None:
    who = enrolled(of)
    client = Client()
    send_password(client, who.user.email)
    for _ in range(rules.GUESSES):
        assert "This code is not right" in client.post(CODE, {"code": "123456"}).content.decode()
    other = Client()
    send_password(other, who.user.email)
    response = other.post(CODE, {"code": who.code()})
    assert response.status_code == 200
    assert "Wait for up to 30 minutes" in response.content.decode()
    assert Entry.objects.filter(action="log_in.locked", object_id=who.user.pk).count() == 1


def test_there_is_no_second_step_without_the_first(of: School) -> None:
    who = enrolled(of)
    assert Client().get(CODE)["Location"] == LOG_IN
    assert Client().post(CODE, {"code": who.code()})["Location"] == LOG_IN


def test_no_session_but_our_own_counts(of: School) -> None:
    """Whatever else could log somebody in, such as another app's page, leaves no marks."""
    who = enrolled(of)
    client = Client()
    client.force_login(who.user)
    assert client.get(TODAY)["Location"].startswith(LOG_IN)
    assert client.get(TODAY)["Location"].startswith(LOG_IN)
    assert "_auth_user_id" not in client.session


def test_a_session_from_before_it_was_set_up_is_asked_for_it(of: School) -> None:
    person = member(of, Role.PARENT)
    client = Client()
    send_password(client, person.email)
    assert client.get(TODAY).status_code == 200
    # Now a member of staff as well, who has set up the app on another machine.
    factories.schools.Membership.objects.create(
        school=of, person=person, role="staff", starts_on=factories.schools.LONG_AGO
    )
    assert client.get(TODAY)["Location"].startswith(ENROL)
    codes_of = codes.new_secret(person.user_id)  # type: ignore[arg-type]
    factories.schools.TOTP.activate(person.user, codes_of.secret)
    assert client.get(TODAY)["Location"].startswith(AGAIN)
    assert "Your password" not in client.get(AGAIN).content.decode()
    assert client.post(AGAIN, {"password": PASSWORD}).status_code == 200
    assert client.get(TODAY)["Location"].startswith(AGAIN)
    assert client.post(AGAIN, {"code": code_of(codes_of.secret)})["Location"] == TODAY
    assert client.get(TODAY).status_code == 200


def test_a_password_alone_sets_up_no_other_phone_where_there_is_one(of: School) -> None:
    """Two browsers with the password; in one of them the app is set up. The other one must not put its own in place."""
    person = member(of)
    first, second = Client(), Client()
    for client in (first, second):
        send_password(client, person.email)
    sealed, secret = sealed_and_secret(second.get(APP).content.decode())
    mine, own = sealed_and_secret(first.get(APP).content.decode())
    assert first.post(APP, {"sealed": mine, "code": code_of(own)}).status_code == 200
    kept = Authenticator.objects.get(type="totp").pk
    assert second.post(APP, {"sealed": sealed, "code": code_of(secret)})["Location"].startswith(AGAIN)
    for name in ("account_app", "account_passkey", "account_password"):
        assert second.get(reverse(name))["Location"].startswith(AGAIN), name
    assert second.post(reverse("account_passkey_question"))["Location"].startswith(AGAIN)
    assert Authenticator.objects.get(type="totp").pk == kept
    assert second.get(TODAY)["Location"].startswith(AGAIN)


# --- one's own page --------------------------------------------------------------------------------------------------


def test_the_last_one_cannot_be_taken_away_by_whoever_needs_it(of: School) -> None:
    who = enrolled(of)
    client = logged_in(who)
    app = Authenticator.objects.get(user=who.user, type="totp")
    response = client.post(reverse("account_take_away"), {"number": app.pk}, follow=True)
    assert "This is your only second step" in response.content.decode()
    with pytest.raises(LastSecondStep):
        take_away(who.user, number=app.pk, must_keep_one=True)
    assert kinds(who.user) == {"totp", "recovery_codes"}


def test_nor_by_whoever_needs_it_at_another_school(of: School) -> None:
    """A parent here and a member of staff there, at work here just now."""
    who = enrolled(of, Role.PARENT)
    there = factories.person(factories.school("Zion Primary School"), "Ada Bell", Role.STAFF)
    factories.schools.Person.objects.filter(pk=there.pk).update(user=who.user)
    client = logged_in(who)
    app = Authenticator.objects.get(user=who.user, type="totp")
    response = client.post(reverse("account_take_away"), {"number": app.pk}, follow=True)
    assert "This is your only second step" in response.content.decode()
    assert kinds(who.user) == {"totp", "recovery_codes"}


def test_a_parent_may_take_it_away_and_the_codes_go_with_it(of: School) -> None:
    who = enrolled(of, Role.PARENT)
    client = logged_in(who)
    app = Authenticator.objects.get(user=who.user, type="totp")
    client.post(reverse("account_take_away"), {"number": app.pk})
    assert kinds(who.user) == set()
    assert Entry.objects.get(action="second_step.taken_away").detail == {"kind": "totp"}


def test_nobody_takes_away_what_is_another_s(of: School) -> None:
    who, other = enrolled(of), enrolled(of)
    client = logged_in(who)
    theirs = Authenticator.objects.get(user=other.user, type="totp")
    assert client.post(reverse("account_take_away"), {"number": theirs.pk}).status_code == 404
    assert client.post(reverse("account_take_away"), {"number": "x"}).status_code == 404
    assert kinds(other.user) == {"totp", "recovery_codes"}


def test_moving_to_another_phone_ends_the_old_one(of: School) -> None:
    who = enrolled(of)
    client = logged_in(who)
    sealed, secret = sealed_and_secret(client.get(APP).content.decode())
    assert client.post(APP, {"sealed": sealed, "code": code_of(secret)})["Location"] == ACCOUNT
    assert Authenticator.objects.filter(user=who.user, type="totp").count() == 1
    other = Client()
    send_password(other, who.user.email)
    assert other.post(CODE, {"code": who.code(steps=1)}).status_code == 200
    assert other.post(CODE, {"code": code_of(secret, steps=1)}).status_code == 302


def test_new_recovery_codes_end_the_old_ones(of: School) -> None:
    who = enrolled(of)
    client = logged_in(who)
    shown = re.findall(r"<code[^>]*>(\d{8})</code>", client.post(reverse("account_recovery_codes")).content.decode())
    assert len(shown) == 10
    assert set(shown).isdisjoint(who.recovery_codes)
    assert codes.authenticator_of(who.user, who.recovery_codes[0]) is None
    assert codes.authenticator_of(who.user, shown[0]) is not None
    assert Entry.objects.filter(action="second_step.codes_made").count() == 1
    assert client.get(reverse("account_recovery_codes")).status_code == 405


def test_everything_about_it_asks_for_a_fresh_log_in(of: School) -> None:
    who = enrolled(of)
    client = logged_in(who)
    session = client.session
    session[marks.PROVED] -= rules.FRESH_SECONDS + 1
    session.save()
    for name in ("account_app", "account_passkey", "account_password"):
        assert client.get(reverse(name))["Location"].startswith(AGAIN), name
    for name in ("account_take_away", "account_recovery_codes", "account_passkey_question"):
        assert client.post(reverse(name), {"number": "1"})["Location"] == AGAIN, name
    assert len(Entry.objects.filter(action__startswith="second_step")) == 0


def test_the_pages_are_kept_nowhere(of: School) -> None:
    client = logged_in(enrolled(of))
    for path in (ACCOUNT, APP, reverse("account_passkey"), reverse("account_password")):
        assert "no-store" in client.get(path)["Cache-Control"], path


def test_checks_pass() -> None:
    call_command("check")
