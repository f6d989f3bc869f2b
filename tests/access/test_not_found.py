"""What somebody may not know of is not there: one and the same answer, byte for byte, and the same work for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.access.browsing import Answer, Browser
from tests.access.cases import CASES, is_known
from tests.access.conftest import Stage
from tests.access.personas import HILLSIDE, PERSONAS, RIVERBANK, Persona
from tests.access.table import BODIES_WITH_IDS, PostedId, Route, body_of, routes, rows
from tests.access.world import MISSING, World

pytestmark = pytest.mark.django_db

IDS = frozenset(part for route in routes().values() for part in route.parts if part.endswith("_id"))
MEMBERS = [persona for persona in PERSONAS if persona.is_member and not persona.as_of]
# Behind a link the link says who asks, and not the log-in: tests/aup/test_by_link.py.
WITH_IDS = [route for route in routes().values() if not IDS.isdisjoint(route.parts) and "token" not in route.parts]
# One case for each way in which it can be hidden from somebody.
HIDDEN = ("reported", "ordinary", "about_staff", "about_head", "about_chair", "about_coordinator", "in_confidence")
# What a service administrator is at work for is said in the address, and every school is theirs to look after.
THEIRS = frozenset({"school_id"})
GARBAGE = "/incidents/not-an-id/"
TRANSACTIONS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
# What is told of an answer: its status, headers, cookies and bytes, and how many queries it took.
Told = tuple[Answer, int]


def told(browser: Browser, method: str, path: str, body: object = None, then: str = "") -> Told:
    with CaptureQueriesContext(connection) as captured, browser.no_trace():
        answer = browser.go(method, path, body)  # type: ignore[arg-type]
        if then:
            answer = replace(answer, body=answer.body + browser.go("GET", then).body)
    return answer, sum(not each["sql"].startswith(TRANSACTIONS) for each in captured)


def others(world: World, persona: Persona, part: str, made: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Ids that somebody may not know: of the other school, of one's own school, and of nothing."""
    yield "missing", MISSING
    yield "of another school", world.ids[HILLSIDE if persona.school == RIVERBANK else RIVERBANK][part]
    for name, case in ((name, CASES[name]) for name in HIDDEN):
        there = world.made[name].get(part, MISSING)
        is_theirs = is_known(name, persona) or case.reporter == persona.key
        if part == "incident_id" and case.school == persona.school and not is_theirs:
            yield f"hidden ({name})", there
        if part != "incident_id" and case.school == persona.school and there not in {made[part], MISSING}:
            yield f"of another case ({name})", there
            return


@pytest.mark.parametrize("route", WITH_IDS, ids=lambda route: route.name)
def test_a_hidden_thing_is_answered_like_a_missing_one(
    stage: Stage, route: Route, record_property: Callable[[str, object], None]
) -> None:
    row, compared, wrong = rows()[route.name], 0, []
    for persona in MEMBERS:
        browser = stage.as_persona(persona)
        nowhere = browser.ask("GET", GARBAGE)
        case = row.object_for(persona)
        if persona.school != RIVERBANK and case in CASES:
            case = "elsewhere"
        made = {**stage.world.ids[persona.school], **stage.world.made[case]}
        if persona.school != RIVERBANK and case not in CASES:
            made = {**made, **stage.world.ids[persona.school]}
        for method in row.methods:
            body = body_of(route.name, stage.world, persona, case) if method == "POST" else None
            for part in sorted((IDS - THEIRS) & set(route.parts)):
                answers = {
                    what: told(browser, method, route.path({**made, part: each}), body)
                    for what, each in others(stage.world, persona, part, made)
                }
                missing = answers.pop("missing")
                # A missing thing may be refused before it is looked for, by role alone.
                if missing[0].status not in {403, 404}:
                    wrong.append(f"{method} as {persona.key}: a missing {part} is answered {missing[0].status}")
                if missing[0].status == 404 and (missing[0].body, missing[0].headers) != (
                    nowhere.body,
                    nowhere.headers,
                ):
                    wrong.append(f"{method} as {persona.key}: not the page of an address that is nowhere")
                for what, answer in answers.items():
                    compared += 1
                    if answer != missing:
                        wrong.append(
                            f"{method} as {persona.key}, {part} {what}: {answer[0].status} in {answer[1]} queries, "
                            f"missing: {missing[0].status} in {missing[1]}"
                        )
    record_property("compared", compared)
    assert wrong == [], "\n" + "\n".join(wrong)


@pytest.mark.parametrize("posted", BODIES_WITH_IDS, ids=lambda posted: f"{posted.route} {posted.name}")
def test_an_id_that_is_posted_says_no_more(stage: Stage, posted: PostedId) -> None:
    """In a form as in an address: another's id is answered like one of nothing, and one's own otherwise."""
    row, looks = rows()[posted.route], []
    for persona in row.allowed("POST"):
        if persona.school != RIVERBANK:
            continue
        browser, about = stage.as_persona(persona), row.object_for(persona)
        parts = {**stage.world.made.get(about, {}), **posted.parts}
        path, then = (routes()[name].path(parts) if name else "" for name in (posted.route, posted.then))
        body = {**body_of(posted.route, stage.world, persona, about), **posted.said}
        missing, others, own = (
            _without_echo(told(browser, "POST", path, {**body, posted.name: each}, then), each)
            for each in (MISSING, posted.id_of(stage.world, HILLSIDE), posted.id_of(stage.world, RIVERBANK))
        )
        assert missing == others, f"as {persona.key}"
        looks.append(missing != own)
    assert any(looks), "the form does not look at it"


def _without_echo(answer: Told, posted: str) -> tuple[int, int, str, bytes]:
    """What is typed may stand in the answer once more; whatever else it says may not differ."""
    said, queries = answer
    return said.status, queries, said.location, said.body.replace(posted.encode(), b"")
