"""The navigation around every page: only links that work, and at most one query for its count."""

import re

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from esafety.navigation import shell
from schools.models import School
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most
from tests.factories.rows import log_rows


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


def rail(page: str) -> list[tuple[str, str]]:
    inside = page.partition('<nav class="rail"')[2].partition("</nav>")[0]
    return re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)', inside)


@pytest.mark.parametrize("role", list(Role))
def test_every_link_works(of: School, role: Role) -> None:
    client = factories.log_in(factories.person(of, "Ada Bell", role))
    links = rail(client.get(reverse("incidents:today")).content.decode())
    assert links[0][1].strip() == "Today"
    for href, label in links:
        assert client.get(href).status_code == 200, label


def test_where_one_is_is_marked(of: School) -> None:
    jo = factories.coordinator(of)
    client = factories.log_in(jo)
    made = factories.report(factories.viewer(jo))
    page = client.get(reverse("incidents:incident", args=[made.pk])).content.decode()
    inside = page.partition('<nav class="rail"')[2].partition("</nav>")[0]
    current = re.findall(r'<a href="([^"]+)"[^>]*aria-current="page"', inside)
    assert current == [reverse("incidents:log")]


def test_what_waits_is_counted_for_whoever_records_it(of: School) -> None:
    jo = factories.coordinator(of)
    log_rows(jo, 3)
    count = re.compile(r'<span class="n">3')
    assert count.search(factories.log_in(jo).get(reverse("schools:settings")).content.decode())
    head = factories.person(of, "Ada Bell", Role.HEAD_TEACHER)
    assert not count.search(factories.log_in(head).get(reverse("schools:settings")).content.decode())


def test_it_asks_nothing_until_it_is_drawn(of: School) -> None:
    request = RequestFactory().get("/")
    with queries_at_most(0):
        assert "nav" not in shell(request)
    request.viewer = factories.viewer(factories.coordinator(of))  # type: ignore[attr-defined]
    request.user = None  # type: ignore[assignment]
    with queries_at_most(0):
        context = shell(request)
    with queries_at_most(1):
        assert context["nav"]
        assert context["nav"]


def test_strangers_see_no_navigation(db: None) -> None:
    assert 'class="rail"' not in Client().get(reverse("login")).content.decode()


def test_an_administrator_with_a_school_finds_the_administration(of: School) -> None:
    jo = factories.coordinator(of)
    assert jo.user is not None
    jo.user.is_staff = True
    jo.user.save()
    assert reverse("service:schools") in factories.log_in(jo).get(reverse("incidents:today")).content.decode()
