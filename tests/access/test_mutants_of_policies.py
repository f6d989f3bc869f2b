"""Each policy of row level security taken down or let through, in turn: a plain query of the app must then tell.

A mutant lives in a savepoint. The owner changes the policy; the app, in a school of its own, then reads and writes as
``tests/house/test_walls.py`` does past all of the code. Were a mutant not noticed, that table would be guarded by
nothing but the queries above it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import DatabaseError, ProgrammingError, connection, models, transaction

from audit.walls import APP, OWNER
from schools.models import School
from schools.wall import enter_school
from tests.access.conftest import Stage
from tests.access.personas import HILLSIDE, RIVERBANK
from tests.access.world import put_back
from tests.arranging import acting_as
from tests.house.test_walls import OURS, ask, column_of, copy_of, row_of

pytestmark = pytest.mark.django_db

MUTANTS = {
    "dropped": "DROP POLICY {policy} ON {table}",
    "reading let through": "ALTER POLICY {policy} ON {table} USING (true)",
    "writing let through": "ALTER POLICY {policy} ON {table} WITH CHECK (true)",
    "turned round for reading": "ALTER POLICY {policy} ON {table} USING (NOT ({rule}))",
    "turned round for writing": "ALTER POLICY {policy} ON {table} WITH CHECK (NOT ({rule}))",
    "another one beside it": "CREATE POLICY mutant ON {table} USING (true) WITH CHECK (true)",
    "security switched off": "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
}


@dataclass(frozen=True)
class Wall:
    """One table, its policy and the policy's rule."""

    table: str
    policy: str
    rule: str


@pytest.fixture(scope="module")
def walls(stage: Stage) -> list[Wall]:
    """From the catalogue, and not from the models."""
    found = ask(
        "SELECT tablename::text, policyname::text, qual FROM pg_policies "
        "WHERE schemaname = 'public' AND policyname NOT LIKE '%%\\_for\\_doors' ORDER BY 1"
    )
    return [Wall(*row) for row in found]


@pytest.fixture
def here(stage: Stage) -> Iterator[tuple[School, School]]:
    """The two schools, while no row need make sense in itself; afterwards nothing has happened."""
    with put_back(), connection.cursor() as cursor:
        for model in OURS:
            for constraint in model._meta.constraints:
                if isinstance(constraint, models.CheckConstraint):
                    cursor.execute(f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{constraint.name}"')
        yield stage.world.schools[RIVERBANK], stage.world.schools[HILLSIDE]


def test_no_mutant_of_a_policy_goes_unnoticed(
    walls: list[Wall], here: tuple[School, School], record_property: Callable[[str, object], None]
) -> None:
    survivors, count = [], 0
    for wall in walls:
        _with_rows(wall, here)
        assert tells(wall, here) == [], f"{wall.table} as it is"
        may_write = ask("SELECT has_table_privilege(%s, %s, 'INSERT')", APP, wall.table) == [(True,)]
        for name, statement in MUTANTS.items():
            # Where the app may add no row at all, what it would have to be is no question.
            if "writing" in name and not may_write:
                continue
            with put_back():
                with acting_as(OWNER):
                    ask(statement.format(table=f'"{wall.table}"', policy=f'"{wall.policy}"', rule=wall.rule))
                count += 1
                if not tells(wall, here):
                    survivors.append(f"{wall.table}: {name}")
    record_property("policy_mutants", count)
    assert len(walls) >= 25
    assert survivors == []


def _with_rows(wall: Wall, here: tuple[School, School]) -> None:
    """A row of the table in each school, where the world has none."""
    for school in here:
        there = f'SELECT count(*) > 0 FROM "{wall.table}" WHERE "{column_of(wall.table)}" = %s'  # noqa: S608
        if ask(there, school.pk) == [(False,)]:
            row_of(wall.table, school)
    # What waits to be checked at the end would keep Postgres from changing the table.
    ask("SET CONSTRAINTS ALL IMMEDIATE")
    ask("SET CONSTRAINTS ALL DEFERRED")


def tells(wall: Wall, here: tuple[School, School]) -> list[str]:
    """What a plain query of the app finds wrong with a wall, from the first school; nothing where it stands."""
    own, other = here
    column, found = column_of(wall.table), []
    seen = f'SELECT count(*) > 0 FROM "{wall.table}" WHERE "{column}" = %s'  # noqa: S608
    ask("DROP TABLE IF EXISTS copied")
    ask(f'CREATE TEMP TABLE copied AS SELECT * FROM "{wall.table}" WHERE "{column}" = %s LIMIT 1', own.pk)  # noqa: S608
    ask(f"GRANT SELECT ON copied TO {APP}")
    addition = copy_of(wall.table)
    with acting_as(APP), transaction.atomic():
        enter_school(own.pk)
        if ask(seen, own.pk) != [(True,)]:
            found.append("its own rows are not seen")
        if ask(seen, other.pk) != [(False,)]:
            found.append("another school's rows are seen")
        if _refused_by(addition, other) is None:
            found.append("a row of another school is taken")
        if _refused_by(addition, own) == WALL:
            found.append("a row of its own school is not taken")
        enter_school(None)
        if ask(seen, own.pk) != [(False,)]:
            found.append("rows are seen from nowhere")
    return found


WALL, RIGHTS = "row-level security", "permission denied"


def _refused_by(addition: str, school: School) -> str | None:
    """What refuses a row: the wall, or that the app may add none. What else a bare copy runs into is no matter."""
    try:
        with put_back():
            ask(addition, school.pk)
    except ProgrammingError as refused:
        return next((each for each in (WALL, RIGHTS) if each in str(refused)), None)
    except DatabaseError:
        return None
    return None
