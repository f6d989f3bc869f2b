"""No form can be sent from elsewhere: every address there is refuses a POST without its token (threat T21)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from schools.models import School
from schools.roles import Role
from tests import factories

STAND_INS = {
    "uuid": "00000000-0000-4000-8000-000000000000", "int": "1", "slug": "a-b", "str": "abc", "path": "a/b",
}  # fmt: skip


def addresses(patterns: list[Any], before: str = "/") -> Iterator[tuple[str, Any]]:
    """Every address of the service, with something in place of what it takes, and its view."""
    for each in patterns:
        route = str(each.pattern)
        for name, converter in each.pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            filled = STAND_INS.get(kind, "abc")
            route = route.replace(f"<{kind}:{name}>", filled).replace(f"<{name}>", filled)
        assert "<" not in route, f"nothing stands in for what {route} takes"
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, before + route)
        elif isinstance(each, URLPattern):
            yield before + route, each.callback


ADDRESSES = list(addresses(get_resolver().url_patterns))
# Looks first whether files may be sent at all, before a byte of them is read; its check runs after that, and
# tests/incidents/test_evidence.py has it refuse a forged form.
LOOKS_FIRST = "/incidents/00000000-0000-4000-8000-000000000000/evidence/"

# A template that takes another one into itself, and what it passes on.
INCLUDED = re.compile(r"{%\s*include\s+\"([^\"]+)\"([^%]*)%}")


def test_there_are_addresses_to_try() -> None:
    assert len(ADDRESSES) > 40


@pytest.fixture(scope="module")
def nobody() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("address", sorted({address for address, _ in ADDRESSES} - {LOOKS_FIRST}))
def test_a_stranger_s_form_is_refused(db: None, nobody: Client, address: str) -> None:
    response = nobody.post(address, {"x": "y"})
    assert response.status_code == 403
    assert b"csrfmiddlewaretoken" not in response.content


def test_a_member_s_forged_form_is_refused_everywhere(db: None) -> None:
    of: School = factories.school()
    person = factories.person(of, "Ada Bell", Role.STAFF, Role.COORDINATOR, Role.HEAD_TEACHER)
    assert person.user is not None
    client = factories.log_in_user(person.user, Client(enforce_csrf_checks=True))
    for address in {address for address, _ in ADDRESSES} - {LOOKS_FIRST}:
        assert client.post(address, {"x": "y"}).status_code == 403, address
        wrong = {"csrfmiddlewaretoken": "a" * 64}
        assert client.post(address, wrong).status_code == 403, address


def test_no_other_view_is_exempt(db: None) -> None:
    assert [address for address, view in ADDRESSES if getattr(view, "csrf_exempt", False)] == [LOOKS_FIRST]
    assert Client(enforce_csrf_checks=True).post(LOOKS_FIRST, {"x": "y"}).status_code in {302, 403}


def test_no_form_loses_its_token_on_the_way_into_a_page() -> None:
    """``{% include … only %}`` keeps the token from a form, whose button would then be refused for everybody."""
    folder = Path(settings.BASE_DIR) / "templates"
    texts = {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*.html")}
    included = {
        name: [(found[1], bool(re.search(r"\bonly\s*$", found[2]))) for found in INCLUDED.finditer(text)]
        for name, text in texts.items()
    }
    needs_token = {name for name, text in texts.items() if "{% csrf_token %}" in text}
    assert len(needs_token) > 40
    while more := {
        name
        for name, parts in included.items()
        if name not in needs_token and any(part in needs_token and not alone for part, alone in parts)
    }:
        needs_token |= more
    lost = {(name, part) for name, parts in included.items() for part, alone in parts if alone and part in needs_token}
    assert lost == set()
