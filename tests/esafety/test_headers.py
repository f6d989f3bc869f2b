"""The exact headers of every class of answer, and of a production that Django's own check has nothing against."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone

import esafety.urls
from audit.models import MISSED, Entry
from dispatch.links import TOKEN_LENGTH, hash_of
from dispatch.misses import MISSES_ALLOWED
from esafety.headers import PERMISSIONS
from incidents.services.evidence import add_evidence
from schools.models import Person, School
from schools.roles import Role
from tests import factories
from tests.house.source import ROOT
from tests.house.test_settings import PRODUCTION
from tests.incidents.sent import drawn, in_state, sent

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
COMMON = {
    "content-security-policy": CSP,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": PERMISSIONS,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
# What belongs to the one answer, and is looked at by its own test.
OWN = {"content-type", "content-length", "location", "allow", "vary", "content-disposition", "last-modified", "etag",
       "access-control-allow-origin", "expires", "content-language"}  # fmt: skip
NO_STORE = {"private, no-store", "max-age=0, no-cache, no-store, must-revalidate, private"}


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError


def told(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"ok": True})


urlpatterns = [path("broken/", broken), path("told/", told), *esafety.urls.urlpatterns]


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


def headers_of(response: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items() if name.lower() not in OWN}


def directives(policy: str) -> dict[str, str]:
    return dict(each.strip().partition(" ")[::2] for each in policy.split(";"))


def exact(response: Any, **differing: str) -> None:
    """These headers and no others; of the policy the directives, in whichever order."""
    found = headers_of(response)
    assert found.pop("cache-control", "") in NO_STORE
    wanted = {**COMMON, **{name.replace("_", "-"): value for name, value in differing.items()}}
    assert directives(found.pop("content-security-policy")) == directives(wanted.pop("content-security-policy"))
    assert found == wanted


@pytest.fixture
def client(of: School) -> Client:
    made = factories.log_in(factories.person(of, "Ada Bell", Role.HEAD_TEACHER))
    made.raise_request_exception = False
    return made


def test_pages(client: Client) -> None:
    for name in ("incidents:today", "incidents:log", "schools:settings", "account_home", "account_app"):
        response = client.get(reverse(name))
        assert response.status_code == 200, name
        exact(response)
    exact(Client().get(reverse("login")))


def test_redirects(client: Client) -> None:
    exact(Client().get("/"))
    bare = client.get("/log-in")
    assert bare.status_code == 301
    exact(bare)
    exact(client.post(reverse("logout")), clear_site_data='"cache", "storage"')


def test_what_is_not_there(client: Client) -> None:
    for path_ in ("/nothing-here/", "/incidents/00000000-0000-4000-8000-000000000000/", "/officer/unknown/"):
        response = client.get(path_)
        exact(response)


def test_what_is_refused(of: School, client: Client) -> None:
    teacher = factories.log_in(factories.person(of, "Bo Bell", Role.STAFF))
    refused = teacher.get(reverse("schools:settings"))
    assert refused.status_code == 403
    exact(refused)
    strict = Client(enforce_csrf_checks=True)
    forged = strict.post(reverse("login"), {"username": "x"})
    assert forged.status_code == 403
    exact(forged)
    wrong_method = client.get(reverse("logout"))
    assert wrong_method.status_code == 405
    exact(wrong_method)


def test_what_makes_no_sense(client: Client) -> None:
    odd = client.generic("POST", "/log-in/", b"x", content_type="application/x-www-form-urlencoded; charset=utf-7")
    assert odd.status_code == 400
    exact(odd)
    other_host = client.get("/", headers={"Host": "evil.example.org"})
    assert other_host.status_code == 400
    exact(other_host)


def test_what_is_refused_with_a_form(client: Client) -> None:
    wrong = client.post(reverse("schools:terms"), {"name": ""})
    assert wrong.status_code == 422
    exact(wrong)


def test_what_comes_too_late_or_too_often(of: School) -> None:
    jo = factories.coordinator(of)
    desk, made = factories.log_in(jo), factories.incident(factories.viewer(jo))
    stale = desk.post(reverse("incidents:record", args=[made.pk, "action"]), {"version": "0", "specific_action": "x"})
    assert stale.status_code == 409
    exact(stale)
    at = timezone.now()
    Entry.objects.bulk_create(
        Entry(school_id=of.pk, actor_id=jo.user_id, action=MISSED, at=at) for _ in range(MISSES_ALLOWED)
    )
    held_up = desk.get(reverse("incidents:incident", args=[made.pk]))
    assert held_up.status_code == 429
    exact(held_up, retry_after="3600")


def test_the_officer_s_page(of: School) -> None:
    _, message = sent(factories.viewer(factories.coordinator(of)))
    token, now = "x" * TOKEN_LENGTH, message.created_at
    link = {"mime_sealed": b"x", "composed_at": now, "token_hash": hash_of(token)}
    where, officer = reverse("dispatch:acknowledge", args=[token]), Client()
    in_state(message, "accepted", accepted_at=now, token_expires_at=now + timedelta(days=1), **link)
    page, done = officer.get(where), officer.post(where, {"name": "Sal"})
    in_state(message, "acknowledged", acknowledged_at=now, token_expires_at=now - timedelta(days=1), **link)
    late = officer.get(where)
    assert [each.status_code for each in (page, done, late)] == [200, 302, 410]
    for each in (page, done, late):
        exact(each, referrer_policy="strict-origin")


def test_downloads(of: School) -> None:
    by = factories.viewer(factories.coordinator(of))
    made, message = sent(by)
    drawn(message)
    evidence = add_evidence(by=by, incident_id=factories.incident(by).pk, filename="note.txt", content=b"A note.")
    desk = factories.log_in(Person.objects.get(pk=by.person_id))
    for name, args in (
        ("pdf", [made.pk, made.sent_revision]),
        ("json", [made.pk, made.sent_revision]),
        ("evidence", [evidence.incident_id, evidence.pk]),
    ):
        response = desk.get(reverse(f"incidents:{name}", args=args))
        assert response.status_code == 200
        assert response["Content-Disposition"].startswith("attachment"), name
        exact(response, content_security_policy="sandbox; default-src 'none'")
    for kind in ("csv", "xlsx"):
        response = desk.post(reverse("incidents:export"), {"format": kind})
        assert response["Content-Disposition"].startswith("attachment"), kind
        exact(response, content_security_policy="sandbox; default-src 'none'")


@pytest.mark.urls(__name__)
def test_what_breaks(client: Client) -> None:
    response = client.get("/broken/")
    assert response.status_code == 500
    exact(response)


@pytest.mark.urls(__name__)
def test_json(client: Client) -> None:
    exact(client.get("/told/"))
    exact(client.post(reverse("passkey_question")))


def test_a_link_that_was_mailed(db: None) -> None:
    exact(Client().get(reverse("account_reset_password_from_key", args=["x.y"])), referrer_policy="no-referrer")


def test_static_files(db: None) -> None:
    response = Client().get("/static/css/theme.css")
    found = headers_of(response)
    assert re.fullmatch(r"max-age=\d+, public", found.pop("cache-control"))
    assert directives(found.pop("content-security-policy")) == directives(CSP)
    assert found == {name: value for name, value in COMMON.items() if name != "content-security-policy"}


def test_the_policy_allows_nothing_unsafe() -> None:
    assert "unsafe" not in CSP
    assert "*" not in CSP
    assert "http" not in CSP


# --- production ------------------------------------------------------------------------------------------------------

ASK = """
import json, sys
import django
django.setup()
from django.test import Client
from django.conf import settings
client = Client(raise_request_exception=False, headers={"host": "online-safety.example.org"})
found = {}
for path in json.loads(sys.argv[1]):
    response = client.get(path, secure=True)
    found[path] = [response.status_code, {k.lower(): v for k, v in response.headers.items()}]
for name, host in (("plain", "online-safety.example.org"), ("plain, another host", "evil.example.org")):
    plain = client.get("/log-in/", headers={"host": host})
    found[name] = [plain.status_code, {k.lower(): v for k, v in plain.headers.items()}]
names = ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
         "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_SAMESITE", "SESSION_EXPIRE_AT_BROWSER_CLOSE")
found["settings"] = {name: getattr(settings, name) for name in names}
print("FOUND" + json.dumps(found))
"""


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a production says that has no database: the pages that need none, and the one that breaks for it."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {
        **PRODUCTION,
        "DJANGO_SETTINGS_MODULE": "esafety.settings",
        "STATIC_ROOT": str(tmp_path_factory.mktemp("static")),
    }
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--skip-checks"],
        cwd=ROOT, env=environment, capture_output=True, check=True,
    )  # fmt: skip
    asked = json.dumps(["/nothing-here/", "/log-out/", "/officer/unknown/"])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK, asked],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "FOUND" in done.stdout, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.partition("FOUND")[2])
    return said


@pytest.mark.xdist_group("production")
def test_in_production_every_answer_says_https_alone(production: dict[str, Any]) -> None:
    status, headers = production["plain"]
    assert (status, headers["location"]) == (301, "https://online-safety.example.org/log-in/")
    assert production["plain, another host"][0] == 400
    for path_ in ("/nothing-here/", "/log-out/", "/officer/unknown/", "plain", "plain, another host"):
        headers = production[path_][1]
        # Over plain HTTP nobody is believed who says so.
        wanted = "" if path_.startswith("plain") else "max-age=31536000; includeSubDomains; preload"
        assert headers.get("strict-transport-security", "") == wanted, path_
        for name, value in COMMON.items():
            if name != "content-security-policy":
                assert headers[name] == value, (path_, name)
        assert directives(headers["content-security-policy"]) == directives(CSP)
        assert headers["cache-control"] in NO_STORE


@pytest.mark.xdist_group("production")
def test_in_production_the_cookies_belong_to_this_host_alone(production: dict[str, Any]) -> None:
    assert production["settings"] == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
    }
