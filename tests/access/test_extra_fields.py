"""Every form, posted with every field of every model beside its own: it makes the rows that the plain form makes."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from tests.access.browsing import Browser
from tests.access.conftest import Stage
from tests.access.personas import HILLSIDE, Persona
from tests.access.table import OWN_FIELDS, body_of, routes, rows
from tests.access.world import MISSING, World
from tests.house.source import ORDER

pytestmark = pytest.mark.django_db

POSTED = [name for name, row in rows().items() if row.allowed("POST")]
OURS = [model for model in apps.get_models() if model.__module__.partition(".")[0] in ORDER]
# Also by which Django, or a careless form, could take somebody for more than they are.
MORE = {"pk": MISSING, "user": MISSING, "user_id": MISSING, "is_superuser": "on", "viewer": MISSING, "by": MISSING}


def planted(world: World) -> Iterator[tuple[str, str]]:
    """Name and a value that would be a gain, for each field of each model, under its own name and its column's."""
    for model in OURS:
        for field in model._meta.concrete_fields:
            value = _gain(field, world)
            yield field.name, value
            if field.attname != field.name:
                yield field.attname, value
    yield from MORE.items()


def _gain(field: Any, world: World) -> str:
    if field.name == "school" or field.name == "school_id":
        return str(world.schools[HILLSIDE].pk)
    if field.choices:
        return str(field.choices[-1][0])
    match field:
        case models.BooleanField():
            return "on"
        case models.UUIDField() | models.ForeignKey():
            return MISSING
        case models.DateTimeField():
            return "2020-01-01T00:00:00Z"
        case models.DateField():
            return "2020-01-01"
        case models.IntegerField():
            return "7"
        case _:
            return "planted"


@pytest.mark.parametrize("name", POSTED)
def test_what_a_form_did_not_ask_for_changes_nothing(
    stage: Stage, name: str, record_property: Callable[[str, object], None]
) -> None:
    row = rows()[name]
    persona = row.allowed("POST")[0]
    browser, about = stage.as_persona(persona), row.object_for(persona)
    path = routes()[name].path(stage.world.made.get(about, {}))
    plain = body_of(name, stage.world, persona, about)
    own = {*plain, *OWN_FIELDS.get(name, "").split()}
    extra = {field: value for field, value in planted(stage.world) if field not in own}
    without = after(browser, path, plain)
    with_extra = after(browser, path, {**extra, **body_of(name, stage.world, persona, about)})
    record_property("planted", len(extra))
    assert difference(without, with_extra) == ""


def after(browser: Browser, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer, and every row of every table once it was posted."""
    with browser.no_trace():
        answer = browser.go("POST", path, body)
        return {"answer": [(answer.status, answer.location, answer.failure)], **contents()}


def contents() -> dict[str, list[str]]:
    """Every row there is, as text; without numbers that Postgres counts up and never takes back."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name = 'id' AND data_type IN ('integer', 'bigint')"
        )
        counted = {table for (table,) in cursor.fetchall()}
        for table in connection.introspection.table_names(cursor):
            row = "(to_jsonb(t) - 'id')" if table in counted else "t"
            cursor.execute(f'SELECT {row}::text FROM "{table}" t ORDER BY 1')  # noqa: S608
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


def difference(one: Mapping[str, list[Any]], other: Mapping[str, list[Any]]) -> str:
    """The tables that differ, and their rows."""
    return "".join(
        f"{table}: only plain {[row for row in one[table] if row not in other[table]]}, "
        f"only with more {[row for row in other[table] if row not in one[table]]}\n"
        for table in one
        if one[table] != other[table]
    )


def test_the_comparison_sees_a_difference(stage: Stage) -> None:
    row = rows()["schools:settings"]
    persona: Persona = row.allowed("POST")[0]
    browser, path = stage.as_persona(persona), routes()["schools:settings"].path({})
    plain = body_of("schools:settings", stage.world, persona, "")
    named = {**plain, "name": f"School {uuid.UUID(int=0)}"}
    assert "schools_school" in difference(after(browser, path, plain), after(browser, path, named))
