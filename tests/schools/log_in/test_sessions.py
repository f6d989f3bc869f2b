"""When a log-in ends, and where somebody sees and ends their others (threat T22)."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from schools.log_in import marks, rules
from schools.log_in.fresh import fresh_log_in
from schools.log_in.sessions import browser_named
from schools.models import School
from schools.roles import Role
from schools.tasks import clear_sessions
from tests import factories
from tests.schools.log_in.people import (
    LOG_IN,
    PASSWORD,
    TODAY,
    Enrolled,
    enrolled,
    logged_in,
    member,
    send_password,
)

AGAIN = reverse("account_reauthenticate")
ACCOUNT = reverse("account_home")
END = reverse("account_end_session")


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def who(of: School) -> Enrolled:
    return enrolled(of)


@pytest.fixture
def client(who: Enrolled) -> Client:
    made = logged_in(who)
    made.get(TODAY)
    return made


def turn_back(client: Client, seconds: float, *names: str) -> None:
    session = client.session
    for name in names:
        session[name] -= seconds
    session.save()


def test_ten_minutes_for_staff(client: Client) -> None:
    turn_back(client, rules.IDLE_SECONDS - 5, marks.SEEN)
    assert client.get(TODAY).status_code == 200
    turn_back(client, rules.IDLE_SECONDS + 1, marks.SEEN)
    response = client.get("/report/")
    assert response["Location"] == f"{LOG_IN}?next=%2Freport%2F&ended=idle"
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert "because nobody used the page" in client.get(response["Location"]).content.decode()
    assert Entry.objects.get(action="log_in.timed_out").detail == {"why": "idle"}
    assert not Session.objects.filter(session_key=client.session.session_key).exists()


@pytest.mark.parametrize(("roles", "minutes"), [([Role.PUPIL], 5), ([Role.PARENT], 10), ([Role.STAFF, Role.PUPIL], 10)])
def test_five_minutes_for_who_is_a_pupil_alone(of: School, roles: list[Role], minutes: int) -> None:
    client = factories.log_in(factories.person(of, "Ada Bell", *roles))
    client.get(TODAY)
    turn_back(client, minutes * 60 - 5, marks.SEEN)
    assert client.get(TODAY).status_code == 200
    turn_back(client, minutes * 60 + 1, marks.SEEN)
    assert client.get(TODAY).status_code == 302


def test_a_session_stays_at_its_school_also_when_another_one_adds_somebody(of: School, who: Enrolled) -> None:
    client = logged_in(who)
    there = factories.person(factories.school("Abbey School"), "Ada Bell", Role.GOVERNOR)
    factories.schools.Person.objects.filter(pk=there.pk).update(user=who.user)
    page = client.get(TODAY).content.decode()
    assert of.name in page
    assert "Abbey School" not in page


def test_eight_hours_and_no_longer(client: Client) -> None:
    turn_back(client, rules.LONGEST_SECONDS - 5, marks.BEGAN)
    assert client.get(TODAY).status_code == 200
    turn_back(client, 6, marks.BEGAN)
    assert client.get(TODAY)["Location"] == f"{LOG_IN}?next=%2F&ended=long"


def test_it_ends_with_the_browser(client: Client) -> None:
    cookie = client.cookies["session"]
    assert cookie["max-age"] == ""
    assert cookie["expires"] == ""
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    ("method", "headers", "counts"),
    [
        ("get", {}, True),
        ("get", {"Sec-Fetch-Dest": "document"}, True),
        ("post", {}, True),
        ("post", {"HX-Request": "true"}, True),
        ("get", {"HX-Request": "true"}, False),
        ("get", {"X-Requested-With": "XMLHttpRequest"}, False),
        ("get", {"Sec-Fetch-Dest": "empty"}, False),
        ("get", {"Sec-Fetch-Dest": "image"}, False),
    ],
)
def test_what_a_script_fetches_by_itself_keeps_nothing_alive(
    client: Client, of: School, method: str, headers: dict[str, str], counts: bool
) -> None:
    turn_back(client, 300, marks.SEEN)
    before = client.session[marks.SEEN]
    if method == "get":
        client.get(TODAY, headers=headers)
    else:
        client.post(reverse("schools:switch"), {"school": str(of.pk)}, headers=headers)
    assert (client.session[marks.SEEN] > before) is counts


def test_what_is_sent_in_vain_again_and_again_keeps_nothing_alive(client: Client) -> None:
    turn_back(client, 300, marks.SEEN)
    before = client.session[marks.SEEN]
    assert client.post(reverse("schools:switch"), {"school": "x"}).status_code == 404
    assert client.session[marks.SEEN] == before


def test_a_session_is_written_twice_a_minute_at_most(client: Client) -> None:
    before = client.session[marks.SEEN]
    client.get(TODAY)
    assert client.session[marks.SEEN] == before


def test_the_page_itself_is_covered_after_the_same_time(client: Client) -> None:
    assert '<meta name="idle-seconds" content="600">' in client.get(TODAY).content.decode()
    assert "idle-seconds" not in Client().get(LOG_IN).content.decode()


def test_no_page_is_kept(client: Client) -> None:
    for path in (TODAY, "/report/", ACCOUNT):
        assert "no-store" in client.get(path)["Cache-Control"], path


# --- the list --------------------------------------------------------------------------------------------------------


def test_one_sees_where_one_is_logged_in_and_ends_it(of: School, client: Client) -> None:
    who = enrolled(of)
    here, there = logged_in(who), Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    send_password(there, who.user.email)
    there.post(reverse("mfa_authenticate"), {"code": who.recovery_codes[0]})
    page = here.get(ACCOUNT).content.decode()
    assert "Firefox on Windows" in page
    assert page.count("End it") == 1
    theirs = UserSession.objects.get(session_key=there.session.session_key)
    assert here.post(END, {"number": theirs.pk}).status_code == 302
    assert there.get(TODAY)["Location"].startswith(LOG_IN)
    assert here.get(TODAY).status_code == 200
    assert Entry.objects.get(action="session.ended").detail == {"count": 1}
    assert client.get(TODAY).status_code == 200, "somebody else's goes on"


def test_all_others_end_at_once(of: School) -> None:
    who = enrolled(of)
    others = []
    for code in who.recovery_codes[:3]:
        other = Client()
        send_password(other, who.user.email)
        other.post(reverse("mfa_authenticate"), {"code": code})
        others.append(other)
    here = logged_in(who)
    here.post(END)
    assert [other.get(TODAY).status_code for other in others] == [302, 302, 302]
    assert here.get(TODAY).status_code == 200


def test_nobody_ends_another_s(of: School, client: Client) -> None:
    other = logged_in(enrolled(of))
    theirs = UserSession.objects.get(session_key=other.session.session_key)
    client.post(END, {"number": theirs.pk})
    assert other.get(TODAY).status_code == 200
    assert not Entry.objects.filter(action="session.ended").exists()


def test_no_address_of_a_machine_is_kept(client: Client) -> None:
    assert set(UserSession.objects.values_list("ip", flat=True)) == {"0.0.0.0"}  # noqa: S104


def test_what_has_ended_leaves_the_list_at_night(client: Client) -> None:
    Session.objects.filter(session_key=client.session.session_key).update(expire_date=timezone.now())
    clear_sessions()
    assert UserSession.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit Chrome/141 Safari/537 Edg/141", "Edge on a Mac"),
        ("Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit Chrome/141 Safari/537", "Chrome on a Chromebook"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604", "Safari on an iPhone"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_words(said: str, named: str) -> None:
    assert browser_named(said) == named


# --- asked again -----------------------------------------------------------------------------------------------------


@fresh_log_in
def export(request: HttpRequest) -> HttpResponse:
    return HttpResponse("exported")


@pytest.fixture
def ask(client: Client) -> Callable[..., HttpResponse]:
    def asked(method: str = "get", *, age: float = 0, **headers: str) -> HttpResponse:
        request = getattr(RequestFactory(headers=headers), method)("/incidents/export/?kind=csv")
        request.session = client.session
        request.session[marks.PROVED] -= age
        request._messages = type("Kept", (), {"add": lambda *_: None})()
        return export(request)

    return asked


def test_within_five_minutes_nothing_is_asked(ask: Callable[..., Any]) -> None:
    assert ask(age=rules.FRESH_SECONDS - 5).content == b"exported"


def test_after_that_a_page_leads_to_the_question_and_back(ask: Callable[..., Any]) -> None:
    assert ask(age=301)["Location"] == f"{AGAIN}?next=%2Fincidents%2Fexport%2F%3Fkind%3Dcsv"


def test_what_was_sent_is_kept_nowhere_and_leads_back_to_its_page(ask: Callable[..., Any], client: Client) -> None:
    response = ask("post", age=301, Referer="http://testserver/incidents/?page=2")
    assert response["Location"] == f"{AGAIN}?next=%2Fincidents%2F%3Fpage%3D2"
    assert ask("post", age=301)["Location"] == AGAIN
    assert ask("post", age=301, Referer="http://elsewhere.example.org/x/")["Location"] == AGAIN
    by_htmx = {"HX-Request": "true", "HX-Current-URL": "http://testserver/incidents/"}
    assert ask("post", age=301, **by_htmx)["HX-Redirect"] == f"{AGAIN}?next=%2Fincidents%2F"
    assert "account_reauthentication_state" not in client.session


def test_a_code_answers_it_a_wrong_one_does_not(who: Enrolled, client: Client) -> None:
    turn_back(client, 301, marks.PROVED)
    assert "not right" in client.post(AGAIN, {"code": "000000", "next": "/report/"}).content.decode()
    assert client.get(reverse("account_password"))["Location"].startswith(AGAIN)
    before = client.session.session_key
    assert client.post(AGAIN, {"code": who.code(steps=1), "next": "/report/"})["Location"] == "/report/"
    assert client.session.session_key != before
    assert UserSession.objects.filter(session_key=client.session.session_key).count() == 1
    assert client.get(reverse("account_password")).status_code == 200
    assert Entry.objects.get(action="log_in.proved_again").detail == {"by": "totp"}


def test_the_password_answers_it_only_where_there_is_no_second_step(of: School, client: Client) -> None:
    turn_back(client, 301, marks.PROVED)
    assert client.post(AGAIN, {"password": PASSWORD}).status_code == 200
    parent = member(of, Role.PARENT)
    other = Client()
    send_password(other, parent.email)
    turn_back(other, 301, marks.PROVED)
    assert other.post(AGAIN, {"password": "a wrong one"}).status_code == 200
    assert other.post(AGAIN, {"password": PASSWORD, "next": "/account/"})["Location"] == "/account/"


def test_guesses_there_are_the_same_guesses(of: School) -> None:
    parent = member(of, Role.PARENT)
    client = Client()
    send_password(client, parent.email)
    for _ in range(rules.GUESSES):
        client.post(AGAIN, {"password": "a wrong one"})
    assert "Wait for up to" in client.post(AGAIN, {"password": PASSWORD}).content.decode()
    assert "it is locked" in send_password(Client(), parent.email).content.decode()
