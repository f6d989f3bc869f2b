"""Google and Microsoft: off unless set up, never a new log-in, never past the second step."""

import os
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.google.provider import GoogleProvider
from allauth.socialaccount.providers.microsoft.provider import MicrosoftGraphProvider
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import URLPattern, include, path, reverse

import esafety.urls
from audit.models import Entry
from schools.log_in import providers
from schools.models import School, User
from schools.roles import Role
from tests import factories
from tests.house.source import ROOT
from tests.house.test_settings import PRODUCTION, load_settings
from tests.schools.log_in.people import CODE, LOG_IN, TODAY, Enrolled, enrolled, member

TENANT = "11111111-2222-4333-8444-555555555555"
SET_UP = {
    "google": {"APPS": [{"client_id": "ours", "secret": "secret"}], "OAUTH_PKCE_ENABLED": True},
    "microsoft": {
        "APPS": [{"client_id": "ours", "secret": "secret", "settings": {"tenant": TENANT}}],
        "VERIFIED_EMAIL": True,
        "OAUTH_PKCE_ENABLED": True,
    },
}
REFUSED = "That did not log you in."
urlpatterns: list[URLPattern] = []


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def set_up(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the settings would be with both of them in the environment."""
    settings.SOCIALACCOUNT_PROVIDERS = SET_UP
    monkeypatch.setattr(registry, "provider_map", {"google": GoogleProvider, "microsoft": MicrosoftGraphProvider})
    monkeypatch.setattr(registry, "loaded", True)
    urlpatterns[:] = [*providers.addresses(), path("", include(esafety.urls.urlpatterns))]  # type: ignore[list-item]
    settings.ROOT_URLCONF = __name__


def come_back(client: Client, provider: str, monkeypatch: pytest.MonkeyPatch, **profile: Any) -> Any:
    """Go to the provider and come back as whoever ``profile`` says."""
    began = client.post(f"/log-in/{provider}/", {"next": profile.pop("next", "")})
    assert began.status_code == 302, began.content.decode()
    asked = parse_qs(urlsplit(began["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    base = "allauth.socialaccount.providers"
    monkeypatch.setattr(f"{base}.oauth2.client.OAuth2Client.get_access_token", lambda *_, **__: {"access_token": "t"})
    views = {
        "google": f"{base}.google.views.GoogleOAuth2Adapter._fetch_user_info",
        "microsoft": f"{base}.microsoft.views._check_errors",
    }
    monkeypatch.setattr(views[provider], lambda *_: profile)
    if provider == "microsoft":
        session = type("S", (), {"get": lambda *_, **__: None, "__enter__": lambda s: s, "__exit__": lambda *_: None})
        adapter = "schools.log_in.adapters.SocialAdapter.get_requests_session"
        monkeypatch.setattr(adapter, lambda _: session())
    return client.get(f"/log-in/{provider}/back/", {"state": asked["state"][0], "code": "c"})


def google(email: str, *, verified: bool = True) -> dict[str, Any]:
    return {"id": "77", "email": email, "verified_email": verified, "name": "Some Name"}


def said(client: Client) -> str:
    return client.get(LOG_IN).content.decode()


def test_they_are_off_unless_set_up(db: None) -> None:
    page = Client().get(LOG_IN).content.decode()
    assert "Google" not in page
    assert "Microsoft" not in page
    assert Client().post("/log-in/google/").status_code in {302, 404}


def test_they_are_offered_when_set_up(set_up: None, db: None) -> None:
    page = Client().get(LOG_IN).content.decode()
    assert "Use your Google account" in page
    assert "Use your Microsoft account" in page
    assert Client().get("/log-in/google/").status_code == 405, "no link begins it"
    assert TENANT in Client().post("/log-in/microsoft/")["Location"]


def test_a_member_comes_in_and_passes_the_second_step(
    set_up: None, of: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    who: Enrolled = enrolled(of)
    client = Client()
    password = who.user.password
    response = come_back(client, "google", monkeypatch, **google(who.user.email.upper()), next="/report/")
    assert response["Location"] == CODE
    assert client.get(TODAY)["Location"].startswith(LOG_IN)
    assert client.post(CODE, {"code": who.code()})["Location"] == "/report/"
    assert client.get(TODAY).status_code == 200
    assert User.objects.get(pk=who.user.pk).password == password
    assert not SocialAccount.objects.exists(), "nothing is kept of the account"
    assert Entry.objects.get(action="log_in.done").detail == {"by": "google", "second_step": "totp"}


def test_somebody_without_a_second_step_sets_it_up_first(
    set_up: None, of: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    come_back(client, "microsoft", monkeypatch, id="9", mail=member(of).email, displayName="Some Name")
    assert client.get(TODAY)["Location"].startswith(reverse("account_second_step"))


@pytest.mark.parametrize("case", ["unknown", "unverified", "closed", "left", "none"])
def test_nobody_else_does(set_up: None, of: School, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    person = member(of, Role.STAFF)
    assert person.user is not None
    email = {"unknown": "stranger@example.org", "none": ""}.get(case, person.email)
    if case == "closed":
        User.objects.filter(pk=person.user.pk).update(is_active=False)
    if case == "left":
        person.memberships.update(ends_on=factories.schools.LONG_AGO)
    count = User.objects.count()
    client = Client()
    response = come_back(client, "google", monkeypatch, **google(email, verified=case != "unverified"))
    assert response["Location"] == LOG_IN
    assert REFUSED in said(client)
    assert client.get(TODAY)["Location"].startswith(LOG_IN)
    assert User.objects.count() == count
    entry = Entry.objects.get(action="log_in.failed")
    assert entry.detail == {"by": "google", "why": "no_member"}
    assert "stranger" not in str(entry.detail)


def test_whoever_stops_half_way_is_back_at_the_log_in(set_up: None, db: None) -> None:
    client = Client()
    for answer in ({"error": "access_denied"}, {"error": "x"}, {"state": "made-up", "code": "c"}, {}):
        response = client.get("/log-in/google/back/", answer)
        assert response["Location"] == LOG_IN, answer
        assert [str(each) for each in get_messages(response.wsgi_request)]


def test_where_it_goes_on_to_is_a_page_of_ours(set_up: None, of: School, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = member(of, Role.PARENT)
    response = come_back(Client(), "google", monkeypatch, **google(parent.email), next="https://evil.example.org/")
    assert response["Location"] == TODAY


def test_nothing_else_can_be_begun_that_way(set_up: None, of: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joining an account elsewhere to a log-in is a process of the library that has no place here."""
    who = enrolled(of)
    client = factories.log_in_user(who.user)
    began = client.post("/log-in/google/?process=connect")
    assert began.status_code in {302, 403}
    assert not SocialAccount.objects.exists()


# --- the settings ----------------------------------------------------------------------------------------------------

GOOGLE = {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "secret"}
MICROSOFT = {"MICROSOFT_CLIENT_ID": "id", "MICROSOFT_CLIENT_SECRET": "secret"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"GOOGLE_CLIENT_ID": "id"}, "needs its secret"),
        ({"MICROSOFT_CLIENT_SECRET": "secret"}, "needs its secret"),
        (MICROSOFT, "MICROSOFT_TENANT_ID"),
        ({**MICROSOFT, "MICROSOFT_TENANT_ID": "common"}, "MICROSOFT_TENANT_ID"),
        ({**MICROSOFT, "MICROSOFT_TENANT_ID": "organizations"}, "MICROSOFT_TENANT_ID"),
        ({**MICROSOFT, "MICROSOFT_TENANT_ID": "consumers"}, "MICROSOFT_TENANT_ID"),
        ({**MICROSOFT, "MICROSOFT_TENANT_ID": f"{TENANT}/../common"}, "MICROSOFT_TENANT_ID"),
        ({"DEMO": "1"}, "works only with DEBUG=1"),
    ],
)
def test_it_refuses_to_start_half_set_up(more: dict[str, str], words: str) -> None:
    done = load_settings(**PRODUCTION, **more)
    assert done.returncode != 0
    assert words in done.stderr


def test_it_starts_with_both_and_the_browser_may_go_there() -> None:
    show = (
        "import django; django.setup();"
        "from django.conf import settings as s; from django.urls import reverse;"
        "print(s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'][1:], reverse('google_callback'),"
        " reverse('microsoft_login'))"
    )
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {**PRODUCTION, **GOOGLE, **MICROSOFT, "MICROSOFT_TENANT_ID": TENANT}
    environment["DJANGO_SETTINGS_MODULE"] = "esafety.settings"
    done = subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == (
        "['https://accounts.google.com', 'https://login.microsoftonline.com'] /log-in/google/back/ /log-in/microsoft/"
    )
