"""Every route, method and persona: nobody gets in where the table says they do not, and whoever may, does."""

from collections.abc import Callable

import pytest

from tests.access.browsing import CSRF_SECRET, Answer
from tests.access.cases import CASES
from tests.access.conftest import Stage
from tests.access.personas import BY_KEY, PERSONAS, Persona
from tests.access.table import METHODS, Route, Row, body_of, routes, rows

pytestmark = pytest.mark.django_db


def test_every_route_of_the_resolver_is_in_the_table_and_no_other() -> None:
    assert sorted(set(routes()) - set(rows())) == [], "routes that nobody has said who may use"
    assert sorted(set(rows()) - set(routes())) == [], "rows for routes that are not there"


@pytest.mark.parametrize("name", rows())
def test_who_gets_which_answer(stage: Stage, name: str, record_property: Callable[[str, object], None]) -> None:
    route, row = routes()[name], rows()[name]
    wrong, cells = [], 0
    for persona in PERSONAS:
        browser, about = stage.as_persona(persona), row.object_for(persona)
        path = route.path(stage.world.made.get(about, {}))
        for method in METHODS:
            body = body_of(name, stage.world, persona, about) if method == "POST" else None
            answer = browser.ask(method, path, body)
            expected = row.expected(method, persona)
            cells += 1
            if answer.status not in also(row, persona, about, method, expected):
                wrong.append(f"{method} as {persona.key} ({about}): {answer.status}, not {expected} {answer.failure}")
            wrong += [f"{method} as {persona.key}: {each}" for each in oddities(route, row, method, answer)]
    record_property("cells", cells)
    assert wrong == [], "\n" + "\n".join(wrong)


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE"])
def test_no_other_method_is_taken(stage: Stage, method: str) -> None:
    """Of whoever may do most: the methods that the table has no column for."""
    taken = []
    for name, route in routes().items():
        row = rows()[name]
        persona = next(iter(row.allowed("POST") or row.allowed("GET")), BY_KEY["coordinator"])
        path = route.path(stage.world.made.get(row.object_for(persona), {}))
        answer = stage.as_persona(persona).ask(method, path, extra={"HTTP_X_CSRFTOKEN": CSRF_SECRET})
        # Somebody who is logged in already is led on from the log-in before it is looked what they ask.
        is_led_on = answer.status == 302 and row.gate == "*"
        if answer.status != 405 and not is_led_on:
            taken.append(f"{name} as {persona.key}: {answer.status}")
    assert taken == []


def also(row: Row, persona: Persona, about: str, method: str, expected: int) -> set[int]:
    """The statuses that will do. Who asks about a case of their own may find it in another state than the row's."""
    is_of_their_own = about in CASES and about != row.asks_for and method == "POST"
    return {expected, 409, 422} if is_of_their_own and expected < 400 else {expected}


def oddities(route: Route, row: Row, method: str, answer: Answer) -> list[str]:
    """What no answer may be, whoever asked."""
    found = []
    if answer.status >= 500:
        found.append(f"{answer.status} {answer.failure}")
    if method == "HEAD" and answer.body:
        found.append("HEAD with a body")
    if answer.status == 302 and row.gate != "*" and not answer.location.startswith("/"):
        found.append(f"redirect to {answer.location}")
    return found
