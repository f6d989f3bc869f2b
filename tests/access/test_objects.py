"""The object grid: whoever asks, whatever relation they have to the case, however they try to open or change it."""

from collections.abc import Callable

import pytest

from tests.access.conftest import Stage
from tests.access.personas import PERSONAS, Persona
from tests.access.table import Row, body_of, routes, rows

pytestmark = pytest.mark.django_db

# One case for each relation somebody may have to it.
RELATIONS = (
    "ordinary",
    "reported",
    "about_staff",
    "about_head",
    "about_chair",
    "about_coordinator",
    "in_confidence",
    "elsewhere",
)
LOGINS = [persona for persona in PERSONAS if not persona.as_of]
ACTIONS = [
    (route, rows()[name], method)
    for name, route in routes().items()
    if "incident_id" in route.parts and any(word in {"knows", "runs"} for word, _ in rows()[name].all_guards)
    for method in rows()[name].methods
]
REFUSED = {403, 404}


def test_there_are_actions_to_try() -> None:
    assert len(ACTIONS) >= 14
    assert len(RELATIONS) >= 8
    assert len(LOGINS) >= 18


@pytest.mark.parametrize("relation", RELATIONS)
def test_who_gets_at_a_case(stage: Stage, relation: str, record_property: Callable[[str, object], None]) -> None:
    wrong = []
    for route, row, method in ACTIONS:
        path = route.path(stage.world.made[relation])
        for persona in LOGINS:
            body = body_of(route.name, stage.world, persona, relation) if method == "POST" else None
            answer = stage.as_persona(persona).ask(method, path, body)
            expected = refusal(row, method, persona, relation)
            if answer.status >= 500 or (answer.status if expected or answer.status == 403 else 0) != expected:
                wrong.append(
                    f"{method} {route.name} as {persona.key}: {answer.status}, not {expected} {answer.failure}"
                )
    record_property("object_cells", len(ACTIONS) * len(LOGINS))
    assert wrong == [], "\n" + "\n".join(wrong)


def refusal(row: Row, method: str, persona: Persona, relation: str) -> int:
    """With which status somebody is sent away from a case; 0 where they are not, whatever the case then allows."""
    return row.sent_away(persona) or row.cell(method).refusal(persona, relation)
