"""What every answer has in common."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "charset", ["utf-7", "unicode_escape", "idna", "rot13", "hex", "utf-16", "undefined", "latin-1"]
)
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_another_encoding_is_refused_before_it_is_read(charset: str, kind: str) -> None:
    response = Client().generic("POST", "/log-in/", b"--x", content_type=f"{kind}; charset={charset}")
    assert response.status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8"])
def test_utf_8_is_read(charset: str) -> None:
    response = Client().post(
        "/log-in/", data="username=x", content_type=f"application/x-www-form-urlencoded; charset={charset}"
    )
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/log-in/", "/", "/nothing-here/", "/officer/unknown/", "/log-out/"])
def test_no_answer_is_kept_or_framed(path: str) -> None:
    response = Client().get(path)
    assert "no-store" in response["Cache-Control"] or "no-cache" in response["Cache-Control"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
