"""Setting a password: by a mailed link, by oneself, and when it has become too old."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Notice
from dispatch.notices import NoLongerWanted, NoticeFacts, composer_of
from dispatch.rules.notices import NoticeKind
from schools.log_in import guesses, marks, rules
from schools.log_in.password_age import set_greatest_age
from schools.log_in.passwords import send_link
from schools.models import School, User
from schools.roles import Role
from schools.viewer import NotAllowed
from tests import factories
from tests.schools.log_in.people import (
    CODE,
    LOG_IN,
    PASSWORD,
    TODAY,
    Enrolled,
    enrolled,
    kinds,
    logged_in,
    member,
    send_password,
)
from tests.schools.log_in.test_password import bare

FORGOTTEN = reverse("account_reset_password")
CHANGE = reverse("account_password")
AGE = reverse("password_age")
NEW = "another pony in the hills"


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def who(of: School) -> Enrolled:
    return enrolled(of)


def composed(notice: Notice) -> dict[str, Any]:
    """What the worker would say in a mail, at this moment."""
    compose = composer_of(NoticeKind(notice.kind))
    assert compose is not None
    facts = NoticeFacts(
        notice.pk, NoticeKind(notice.kind), notice.school_id, notice.to_address, notice.object_id, notice.params,
        notice.asked_by, notice.created_at,
    )  # fmt: skip
    return dict(compose(facts))


def link_for(address: str) -> str:
    """The path of the link that was mailed to an address last."""
    said = composed(Notice.objects.filter(to_address=address).latest("created_at"))
    assert said["minutes"] == 60
    return re.sub(r"^https?://[^/]+", "", said["link"])


def by_link(path: str, new: str = NEW, again: str = "", client: Client | None = None) -> Any:
    return (client or Client()).post(path, {"new": new, "again": again or new})


# --- by a link -------------------------------------------------------------------------------------------------------


def test_the_answer_is_the_same_for_every_address(of: School, who: Enrolled) -> None:
    closed = member(of)
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    asked = [who.user.email, closed.email, "nobody@example.org", who.user.email.upper(), "strange%address@example.org"]
    answers = [Client().post(FORGOTTEN, {"email": email}) for email in asked]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    rows = list(Notice.objects.order_by("created_at").values("school_id", "kind", "object_id", "params", "asked_by"))
    assert len(rows) == 4, "the same is queued for whoever could have it"
    assert all(row == rows[0] for row in rows)
    kept = list(Entry.objects.values_list("action", "school_id", "actor_id", "object_id", "detail"))
    assert kept == [("password.link_asked", None, None, None, {})] * len(asked), "and nobody's address is kept"


def test_it_asks_the_database_the_same_for_every_address(who: Enrolled) -> None:
    # The first of the minute begins to count what comes from this source, whatever the address.
    Client().post(FORGOTTEN, {"email": "somebody@example.org"})
    asked = []
    for email in (who.user.email, "nobody@example.org"):
        with CaptureQueriesContext(connection) as captured:
            Client().post(FORGOTTEN, {"email": email})
        asked.append([each["sql"].split(" ")[0] for each in captured])
    assert asked[0] == asked[1]
    assert len(asked[0]) > 3


def test_only_in_the_worker_is_it_found_out_whose_it_is(of: School, who: Enrolled) -> None:
    closed = member(of)
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    for email in (closed.email, "nobody@example.org"):
        Client().post(FORGOTTEN, {"email": email})
        with pytest.raises(NoLongerWanted):
            composed(Notice.objects.get(to_address=email))
    Client().post(FORGOTTEN, {"email": who.user.email.upper()})
    assert link_for(who.user.email).startswith("/log-in/new-password/")


def test_three_mails_an_hour(who: Enrolled) -> None:
    for email in (who.user.email, "nobody@example.org"):
        for _ in range(rules.RESETS_AN_HOUR + 3):
            assert Client().post(FORGOTTEN, {"email": email}).status_code == 200
        assert Notice.objects.filter(to_address=email).count() == rules.RESETS_AN_HOUR


def ask(n: int, source: str = "10.0.0.1", **more: Any) -> Any:
    return Client().post(FORGOTTEN, {"email": f"nobody{n}@example.org"}, REMOTE_ADDR=source, **more)


def test_many_addresses_from_one_source_do_not_fill_the_queue(who: Enrolled) -> None:
    """So many a minute, whatever the addresses; then it is said, in the same words whoever's it is."""
    for n in range(rules.LINKS_A_MINUTE):
        assert ask(n).status_code == 200
    queued, entries = Notice.objects.count(), Entry.objects.count()
    assert queued == rules.LINKS_A_MINUTE
    asked = (who.user.email, "no@example.org")
    refused = [Client().post(FORGOTTEN, {"email": each}, REMOTE_ADDR="10.0.0.1") for each in asked]
    assert [answer.status_code for answer in refused] == [429, 429]
    assert refused[0]["Retry-After"] == "60"
    pages = {bare(answer, email) for answer, email in zip(refused, asked, strict=True)}
    assert len(pages) == 1
    assert "Wait a minute" in pages.pop()
    assert (Notice.objects.count(), Entry.objects.count()) == (queued, entries)
    assert ask(0, "10.0.0.2").status_code == 200, "nobody else is kept waiting"


def test_a_minute_later_the_school_may_ask_again(who: Enrolled, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(rules.LINKS_A_MINUTE + 1):
        ask(n)
    assert ask(99).status_code == 429
    now = time.time()
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: now + 61)
    assert ask(99).status_code == 200


def test_many_sources_do_not_fill_it_either(who: Enrolled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(guesses._RATES, "links_in_all", "5/m/key")
    answers = [ask(n, f"10.0.0.{n}").status_code for n in range(8)]
    assert answers == [200] * 5 + [429] * 3


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"REMOTE_ADDR": "10.0.0.1"}, {"REMOTE_ADDR": "10.0.0.2"}, False),
        ({"REMOTE_ADDR": "2001:db8:1:2::1"}, {"REMOTE_ADDR": "2001:db8:1:2:ffff::9"}, True),
        ({"REMOTE_ADDR": "2001:db8:1:2::1"}, {"REMOTE_ADDR": "2001:db8:1:3::1"}, False),
        ({"HTTP_X_FORWARDED_FOR": "1.1.1.1"}, {"HTTP_X_FORWARDED_FOR": "2.2.2.2"}, True),
    ],
)
def test_where_a_request_comes_from(first: dict[str, str], second: dict[str, str], same: bool) -> None:
    one, two = (guesses.source_of(RequestFactory().post("/", **each)) for each in (first, second))  # type: ignore[arg-type]
    assert (one == two) is same
    assert not any(part in one for part in ("10.0.0.1", "2001:db8"))


def test_behind_a_proxy_it_is_what_the_proxy_says(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    def source(said: str) -> str:
        return guesses.source_of(RequestFactory().post("/", HTTP_X_FORWARDED_FOR=said))

    assert source("6.6.6.6, 1.1.1.1") == source("1.1.1.1") == source("made up,1.1.1.1")
    assert source("1.1.1.1") != source("2.2.2.2")
    assert source("") == source("not there, 127.0.0.1")


def test_no_address_of_a_machine_is_kept_for_it(who: Enrolled) -> None:
    ask(1, "203.0.113.77")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key || value FROM log_in_counts")
        kept = str(cursor.fetchall())
    assert kept
    assert "203.0.113" not in kept


def test_the_link_sets_a_password_and_the_second_step_is_still_asked(who: Enrolled) -> None:
    elsewhere = logged_in(who)
    Client().post(FORGOTTEN, {"email": who.user.email})
    path = link_for(who.user.email)
    client = Client()
    opened = client.get(path)
    assert opened.status_code == 200
    assert opened["Referrer-Policy"] == "no-referrer"
    assert client.get(path).status_code == 200, "opening it uses nothing up"
    assert by_link(path, client=client)["Location"] == LOG_IN
    assert client.get(TODAY).status_code == 302, "it logs nobody in"
    assert elsewhere.get(TODAY).status_code == 302
    assert Session.objects.filter(session_key=elsewhere.session.session_key).count() == 0
    assert kinds(who.user) == {"totp", "recovery_codes"}
    assert "do not belong" in send_password(client, who.user.email, PASSWORD).content.decode()
    assert send_password(client, who.user.email, NEW)["Location"] == CODE
    assert client.post(CODE, {"code": who.recovery_codes[0]})["Location"] == TODAY
    assert Entry.objects.filter(action="password.reset", object_id=who.user.pk).count() == 1


def test_a_link_works_once(who: Enrolled) -> None:
    send_link(who.user.email)
    path = link_for(who.user.email)
    assert by_link(path).status_code == 302
    assert by_link(path, "yet another pony there").status_code == 410
    assert Client().get(path).status_code == 410


def test_two_links_are_not_two_chances(who: Enrolled) -> None:
    send_link(who.user.email)
    first, second = link_for(who.user.email), link_for(who.user.email)
    assert by_link(first).status_code == 302
    assert by_link(second, "yet another pony there").status_code == 410


def test_a_link_is_too_old_after_an_hour(who: Enrolled, monkeypatch: pytest.MonkeyPatch) -> None:
    send_link(who.user.email)
    path = link_for(who.user.email)
    later = default_token_generator._now() + timedelta(minutes=61)
    monkeypatch.setattr(type(default_token_generator), "_now", lambda _: later)
    assert Client().get(path).status_code == 410


def test_a_link_dies_with_a_log_in(who: Enrolled) -> None:
    send_link(who.user.email)
    path = link_for(who.user.email)
    logged_in(who)
    assert Client().get(path).status_code == 410


@pytest.mark.parametrize("token", ["x", "x.y", ".", "0" * 32 + ".abc-def", "%00", "é.ü", "a" * 3000])
def test_no_made_up_link_works(db: None, token: str) -> None:
    path = reverse("account_reset_password_from_key", args=["x"]).replace("/x/", f"/{token}/")
    assert Client().get(path).status_code in {404, 410}
    assert by_link(path).status_code in {404, 410}


def test_a_link_opens_what_was_locked(who: Enrolled) -> None:
    for _ in range(rules.GUESSES + 1):
        send_password(Client(), who.user.email, "a wrong one")
    send_link(who.user.email)
    by_link(link_for(who.user.email))
    assert send_password(Client(), who.user.email, NEW).status_code == 302


def test_a_new_member_gets_a_first_password_by_it(of: School) -> None:
    person = factories.person(of, "Ada Bell", Role.PARENT)
    assert person.user is not None
    person.user.set_unusable_password()
    person.user.save()
    send_link(person.email)
    assert by_link(link_for(person.email)).status_code == 302
    assert send_password(Client(), person.email, NEW)["Location"] == TODAY


# --- what it must be like --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("short pony1", "at least 12 characters"),
        ("password1234", "too common"),
        ("qwertyuiop123", "too common"),
        ("{email}", "too similar"),
        ("314159265358", "entirely numeric"),
        ("", "Type it here."),
        ("x" * 1001, "1000 characters at most"),
    ],
)
def test_short_and_common_ones_are_refused(who: Enrolled, new: str, words: str) -> None:
    send_link(who.user.email)
    path = link_for(who.user.email)
    response = by_link(path, new.format(email=who.user.email))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "The two are not the same." in by_link(path, NEW, "something else").content.decode()


# --- by oneself ------------------------------------------------------------------------------------------------------


def test_one_changes_it_and_stays_logged_in_here_alone(who: Enrolled) -> None:
    other = logged_in(who)
    here = Client()
    send_password(here, who.user.email)
    here.post(CODE, {"code": who.recovery_codes[0]})
    said = {"password": PASSWORD, "new": NEW, "again": NEW}
    assert here.post(CHANGE, said)["Location"] == reverse("account_home")
    assert here.get(TODAY).status_code == 200
    assert "Here" in here.get(reverse("account_home")).content.decode()
    assert other.get(TODAY).status_code == 302
    assert send_password(Client(), who.user.email, NEW).status_code == 302
    entry = Entry.objects.get(action="password.changed")
    assert (entry.actor_id, entry.detail) == (who.user.pk, {})


def test_not_without_the_old_one_and_not_the_same_again(who: Enrolled) -> None:
    client = logged_in(who)
    wrong = client.post(CHANGE, {"password": "a wrong one", "new": NEW, "again": NEW})
    assert "This is not your password." in wrong.content.decode()
    same = client.post(CHANGE, {"password": PASSWORD, "new": PASSWORD, "again": PASSWORD})
    assert "the password you have now" in same.content.decode()
    assert send_password(Client(), who.user.email).status_code == 302


# --- its age ---------------------------------------------------------------------------------------------------------


def aged(user: User, days: int) -> None:
    User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now() - timedelta(days=days))


def test_it_may_grow_old_unless_the_school_says_otherwise(of: School, who: Enrolled) -> None:
    assert of.password_max_age_days is None
    aged(who.user, 5000)
    assert logged_in(who).get(TODAY).status_code == 200


def test_too_old_every_page_leads_to_a_new_one(of: School, who: Enrolled) -> None:
    School.objects.filter(pk=of.pk).update(password_max_age_days=90)
    aged(who.user, 91)
    client = logged_in(who)
    for path in (TODAY, "/report/", reverse("account_home")):
        assert client.get(path)["Location"].startswith(CHANGE), path
    page = client.get(CHANGE, {"next": "/report/"}).content.decode()
    assert "It is time for a new one" in page
    said = {"password": PASSWORD, "new": NEW, "again": NEW, "next": "/report/"}
    assert client.post(CHANGE, said)["Location"] == "/report/"
    assert client.get("/report/").status_code == 200


def test_a_session_that_is_open_is_told_within_a_minute(of: School, who: Enrolled) -> None:
    client = logged_in(who)
    assert client.get(TODAY).status_code == 200
    School.objects.filter(pk=of.pk).update(password_max_age_days=90)
    aged(who.user, 91)
    session = client.session
    session[marks.PASSWORD_LOOKED_AT] -= 61
    session.save()
    assert client.get(TODAY)["Location"].startswith(CHANGE)


def test_only_the_school_s_own_managers_say_how_old(of: School) -> None:
    head = factories.log_in(factories.person(of, "Ada Bell", Role.HEAD_TEACHER))
    page = head.get(AGE).content.decode()
    assert "National Cyber Security Centre" in page
    assert head.post(AGE, {"days": "183"}).status_code == 302
    of.refresh_from_db()
    assert of.password_max_age_days == 183
    assert 'value="183"' in head.get(AGE).content.decode()
    assert Entry.objects.get(action="school.password_age_set").detail == {"days": 183}
    head.post(AGE, {"days": ""})
    of.refresh_from_db()
    assert of.password_max_age_days is None
    for days in ("1", "29", "731", "x", "-5"):
        assert head.post(AGE, {"days": days}).status_code == 422, days
    teacher = factories.person(of, "Bo Bell", Role.STAFF)
    assert factories.log_in(teacher).get(AGE).status_code == 403
    with pytest.raises(NotAllowed):
        set_greatest_age(by=factories.viewer(teacher), days=90)
    with pytest.raises(IntegrityError), transaction.atomic():
        School.objects.filter(pk=of.pk).update(password_max_age_days=3)


def test_what_django_hashes_anew_by_itself_is_no_younger(who: Enrolled, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(who.user, 500)
    monkeypatch.setattr("django.contrib.auth.hashers.Argon2PasswordHasher.time_cost", 3)
    before = who.user.password
    assert send_password(Client(), who.user.email).status_code == 302
    user = User.objects.get(pk=who.user.pk)
    assert user.password != before
    assert user.password_changed_at is not None
    assert user.password_changed_at < timezone.now() - timedelta(days=400)
