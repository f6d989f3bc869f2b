"""Non-interference: two worlds that differ in hidden cases, and who must not know of them is told the same in both.

The worlds are one database before and after a savepoint in which the cases are made through the services, lived in and
read by whoever may. That proves the same as two databases, and more strictly: all that the worlds share is the same
rows with the same ids, chance is drawn from the same stream and time stands still, so that nothing need be masked and
the answers are compared byte by byte, with their headers and cookies.

The second world holds at once every case that somebody must not know of. Where it shows, the cases are tried one by
one, to say which it was.
"""

from collections.abc import Callable, Collection, Mapping

import pytest

from incidents.models import CaseOf
from sanctions.models import Decision, FactsRecord, Letter, LetterLink, Restorative, Sanction, Task, Warning
from tests.access.browsing import Answer
from tests.access.cases import CANARIES, HIDDEN, Hidden
from tests.access.conftest import Stage
from tests.access.crawler import Told, Visit, crawl, probe
from tests.access.hidden_deciding import WORD
from tests.access.incidents_deciding import MISSING
from tests.access.personas import BY_KEY, PERSONAS, Persona
from tests.access.table import routes
from tests.access.world import Made, make_hidden, put_back

pytestmark = pytest.mark.django_db

# One log-in crawls once, whichever part it plays.
LOGINS = [persona for persona in PERSONAS if not persona.as_of]
# As many personas share one second world; the tests are shared out among several processes.
TOGETHER = 5
Worlds = list[tuple[tuple[str, ...], tuple[Persona, ...]]]


def hidden_from(persona: Persona) -> tuple[str, ...]:
    """The cases that somebody must not know of."""
    return tuple(name for name, hidden in HIDDEN.items() if persona.key not in hidden.knows.split())


def worlds() -> Worlds:
    """Which cases each second world holds, and who crawls it."""
    by_what_is_hidden: dict[tuple[str, ...], list[Persona]] = {}
    for persona in LOGINS:
        by_what_is_hidden.setdefault(hidden_from(persona), []).append(persona)
    return [
        (names, tuple(personas[start : start + TOGETHER]))
        for names, personas in by_what_is_hidden.items()
        for start in range(0, len(personas), TOGETHER)
    ]


def test_from_everybody_something_is_hidden() -> None:
    assert all(hidden_from(persona) for persona in LOGINS)
    assert sum(len(hidden_from(persona)) for persona in LOGINS) > 100


@pytest.mark.parametrize(
    ("names", "personas"), worlds(), ids=["-".join(each.key for each in personas) for _, personas in worlds()]
)
def test_what_is_hidden_changes_nothing(
    stage: Stage,
    names: tuple[str, ...],
    personas: tuple[Persona, ...],
    record_property: Callable[[str, object], None],
) -> None:
    without = {persona: crawl(stage.world, stage.as_persona(persona)) for persona in personas}
    everything = [(visit, answer) for told in without.values() for visit, each in told.items() for answer in each]
    assert [f"{visit}: {answer.failure}" for visit, answer in everything if answer.status >= 500] == []
    differences = compared(stage, names, without)
    if any(differences.values()) and len(names) > 1:
        differences = {
            persona: f"{name}: {difference}"
            for name in names
            for persona, difference in compared(stage, (name,), without).items()
            if difference
        } or differences
    assert not any(differences.values()), "\n".join(f"{each.key}: {told}" for each, told in differences.items() if told)
    record_property("crawls", len(personas))
    record_property("hidden_pairs", len(personas) * len(names))
    record_property("answers", len(everything))


def compared(stage: Stage, names: tuple[str, ...], without: Mapping[Persona, dict[Visit, Told]]) -> dict[Persona, str]:
    """For each persona the first difference that these cases make; empty where they make none."""
    with put_back():
        made = [_live(stage, HIDDEN[name], name) for name in names]
        with_it = {persona: _told(stage, persona, made) for persona in without}
    found = {}
    for persona, told in without.items():
        expected = {**told, **_probed(stage, persona, made)}
        meant = {route for name in names for route in HIDDEN[name].told.get(persona.key, "").split()}
        found[persona] = first_difference(expected, with_it[persona], meant) or said_of(with_it[persona], made, meant)
    return found


def _told(stage: Stage, persona: Persona, made: list[Made]) -> dict[Visit, Told]:
    return {**crawl(stage.world, stage.as_persona(persona)), **_probed(stage, persona, made)}


def _probed(stage: Stage, persona: Persona, made: list[Made]) -> dict[Visit, Told]:
    browser = stage.as_persona(persona)
    return {visit: told for each in made for visit, told in probe(stage.world, browser, each).items()}


@pytest.mark.parametrize("name", HIDDEN)
def test_the_crawl_would_notice(stage: Stage, name: str) -> None:
    """Everybody who may know of the hidden case is told of it by the same questions: the comparison is not blind."""
    knowing = [BY_KEY[key] for key in HIDDEN[name].knows.split()]
    with put_back():
        made = [_live(stage, HIDDEN[name], name)]
        told = {persona: _probed(stage, persona, made) for persona in knowing}
    for persona in knowing:
        assert first_difference(_probed(stage, persona, made), told[persona]) != "", persona.key
    # What was decided and written of it is among what they are told, and so among what is compared.
    for persona in knowing:
        for route in ("incidents:case", *(["incidents:letter"] if made[0]["letter_id"] != MISSING else [])):
            path = routes()[route].path(made[0])
            assert WORD in told[persona][Visit("GET", path)][0].body.decode(), f"{route} as {persona.key}"


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_case_has_one_of_everything_that_follows(stage: Stage, name: str) -> None:
    """With the word that is looked for in all that somebody writes."""
    with put_back():
        made = make_hidden(stage.world, HIDDEN[name], name)
        of = {"case__in": CaseOf.objects.filter(incident_id=made["incident_id"]).values("case")}
        is_about_a_pupil = made["letter_id"] != MISSING
        assert FactsRecord.objects.filter(**of, is_confirmed=True, note__contains=WORD).exists()
        assert Decision.objects.filter(**of, reason__contains=WORD).exists()
        assert Sanction.objects.filter(**of, detail__contains=WORD, ended_at__isnull=True).exists()
        assert Warning.objects.filter(**of).exists()
        assert Task.objects.filter(**of).exists()
        for model, said in ((Restorative, "agreed"), (Task, "how"), (Letter, "body")):
            written = model._default_manager.filter(**of, **{f"{said}__contains": WORD})
            assert written.exists() == is_about_a_pupil, said
        links = LetterLink.objects.filter(copy__letter__in=Letter.objects.filter(**of))
        assert links.exists() == is_about_a_pupil


def _live(stage: Stage, hidden: Hidden, name: str) -> Made:
    """A hidden case, opened by everybody who may."""
    made = make_hidden(stage.world, hidden, name)
    for key in hidden.knows.split():
        opened = stage.as_persona(BY_KEY[key]).go("GET", f"/incidents/{made['incident_id']}/")
        assert opened.status == 200, f"{key} must be able to open the hidden case: {opened.status} {opened.failure}"
    return made


def first_difference(one: Mapping[Visit, Told], other: Mapping[Visit, Told], skip: Collection[str] = ()) -> str:
    """Where two crawls were first told different things; empty where they were not."""
    for visit, told in one.items():
        if visit.route in skip:
            continue
        if visit not in other:
            return f"{visit} is there only without the case"
        if len(told) != len(other[visit]):
            return f"{visit} leads on only in one world"
        # What is led to where a difference is meant is that difference again.
        alike = 1 if _leads_to(told[0]) in skip else len(told)
        for before, after in zip(told[:alike], other[visit][:alike], strict=True):
            if before != after:
                return f"{visit}: {_of(before, after)}"
    return next((f"{visit} is there only with the case" for visit in other if visit not in one), "")


def said_of(told: Mapping[Visit, Told], made: list[Made], meant: Collection[str]) -> str:
    """Where somebody who is told the bare fact of a case is told more: an id of it, its reference, or a word of it."""
    parts = ("incident_id", "case_id", "task_id", "letter_id", "copy_id", "sent_id", "reference")
    words = [*CANARIES, *(case[part] for case in made for part in parts)]
    return next(
        (
            f"{visit}: {word}"
            for visit, answers in told.items()
            if visit.route in meant
            for word in words
            for answer in answers
            if word in answer.body.decode()
        ),
        "",
    )


def _leads_to(answer: Answer) -> str:
    return Visit("GET", answer.location).route if answer.location.startswith("/") else ""


def _of(before: Answer, after: Answer) -> str:
    place = next((n for n, (a, b) in enumerate(zip(before.body, after.body, strict=False)) if a != b), 0)
    start = max(place - 200, 0)
    told = f"...{before.body[start : place + 200]!r}... or ...{after.body[start : place + 200]!r}..."
    if before.status != after.status:
        return f"{before.status} or {after.status}: {told}"
    headers = {*before.headers.items()} ^ {*after.headers.items()}
    return f"{sorted(headers)} {[*before.cookies]} or {[*after.cookies]}: {told}"
