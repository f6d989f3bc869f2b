"""Where a log-in goes on to: a page of this service, or its first one, whatever an address says (threat T21)."""

import itertools

import pytest
from django.http import QueryDict
from django.test import Client, RequestFactory

from schools.log_in.addresses import is_own_path, wanted
from schools.models import School
from schools.roles import Role
from tests import factories
from tests.schools.log_in.people import LOG_IN, TODAY, member, send_password

HOSTS = ["evil.example.org", "evil.example.org/%2f..", "evil.example.org:80", "testserver@evil.example.org", "[::1]"]
STARTS = [
    "http://", "https://", "//", "///", "////", "/\\", "\\/", "\\\\", "/\t/", "/\n/", "/\r\n/", "\t//", " //", "http:",
    "https:/", "HTTPS://", "ftp://", "\u2028//", "/\u2025/", "\x00//", "\x01https://",
]  # fmt: skip
OTHERS = [
    "javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)", "vbscript:x",
    "data:text/html,x", "data:text/html;base64,eA==", "file:///etc/passwd", "blob:x", "about:blank", "mailto:a@b.c",
    "report/", "./report/", "../", "?next=/", "#x", "@evil.example.org", "evil.example.org", "http:evil.example.org",
    "/report/\r\nSet-Cookie: x=y", "/report/\nx", "/rep ort/", "/\u0000", "/é", "/" + "a" * 3000, "/a\\b", "\u200b/",
]  # fmt: skip
PAYLOADS = [*(start + host for start, host in itertools.product(STARTS, HOSTS)), *OTHERS]


def test_there_are_enough_of_them() -> None:
    assert len(set(PAYLOADS)) >= 100


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda each: repr(each)[:40])
def test_it_is_no_path_of_ours(payload: str) -> None:
    assert not is_own_path(payload)
    request = RequestFactory().get("/log-in/", {"next": payload})
    assert wanted(request) == ""


@pytest.mark.parametrize("path", ["/", "/report/", "/incidents/?view=x&after=y%20z", "/a/b-c_d~e.f/?x=%2f%2fy", "/x#y"])
def test_a_path_of_ours_is_one(path: str) -> None:
    assert is_own_path(path)


@pytest.mark.django_db
def test_no_log_in_goes_on_to_elsewhere() -> None:
    of: School = factories.school()
    parent = member(of, Role.PARENT)
    client = factories.log_in(member(of, Role.PARENT))
    for payload in PAYLOADS:
        asked = QueryDict(mutable=True)
        asked["next"] = payload
        page = Client().get(f"{LOG_IN}?{asked.urlencode()}").content.decode()
        assert 'name="next" value=""' in page, payload
    for payload in PAYLOADS[::6]:
        response = send_password(Client(), parent.email, next=payload)
        assert response["Location"] == TODAY, payload
        asked["next"] = payload
        assert client.get(f"{LOG_IN}?{asked.urlencode()}")["Location"] == TODAY, payload
        assert client.get(f"/log-in/again/?{asked.urlencode()}").status_code == 200
