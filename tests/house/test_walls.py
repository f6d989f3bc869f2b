"""The wall between schools, and what may only be added: as the database holds them, not as the code promises them."""

import itertools
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import DataError, IntegrityError, InternalError, ProgrammingError, connection, models, transaction
from django.utils import timezone

from audit.models import Entry, Link
from audit.walls import APP, BACKUP, DOORS, OWNER
from aup.models import AgreementVersion, Scan, Signature, Withdrawal
from incidents.models import Advice, Handover, Revision, Transition
from sanctions.models import (
    Case,
    Decision,
    FactsRecord,
    FrameworkVersion,
    Letter,
    LetterCopy,
    LetterLink,
    Proposal,
    Restorative,
    Sanction,
    Task,
    Warning,
)
from schools.models import School
from schools.tenancy import InSchoolForeignKey, InSchoolOneToOneField
from schools.wall import enter_school, in_school
from tests import factories
from tests.arranging import ARRANGER, acting_as
from tests.house.source import ORDER, ROOT

OURS = [model for model in apps.get_models() if model.__module__.partition(".")[0] in ORDER]
WITH_SCHOOL = [model for model in OURS if any(field.name == "school" for field in model._meta.fields)]
IN_SCHOOL_KEYS = [
    field
    for model in OURS
    for field in model._meta.concrete_fields
    if isinstance(field, InSchoolForeignKey | InSchoolOneToOneField)
]
APPEND_ONLY = (
    Revision, Transition, Advice, Handover, Entry, AgreementVersion, Withdrawal, Signature, Scan,
    FrameworkVersion, FactsRecord, Proposal, Decision, Warning,
)  # fmt: skip
# Written by the trigger that chains the trail, and by nobody else.
READ_ONLY = (Link,)
# Changed, but ended, discarded or withdrawn instead of deleted.
NEVER_DELETED = (Case, Sanction, Restorative, Task, Letter, LetterCopy, LetterLink)
_NUMBERS = itertools.count(1)
READ_ONLY_TABLES = {model._meta.db_table for model in READ_ONLY}


def named(value: Any) -> str:
    return f"{value.model._meta.label}.{value.name}" if isinstance(value, models.Field) else value._meta.label


def keys_of(table: str, kind: str) -> set[tuple[tuple[str, ...], str, tuple[str, ...]]]:
    """(columns, target table, target columns) of a table's constraints of a kind, as Postgres has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k(n, place)
                         JOIN pg_attribute ON attrelid = conrelid AND attnum = k.n ORDER BY place),
                   coalesce(confrelid::regclass::text, ''),
                   ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS k(n, place)
                         JOIN pg_attribute ON attrelid = confrelid AND attnum = k.n ORDER BY place)
            FROM pg_constraint WHERE conrelid = %s::regclass AND contype = %s AND convalidated
            """,
            [table, kind],
        )
        return {(tuple(columns), target, tuple(to)) for columns, target, to in cursor.fetchall()}


def test_there_are_keys_to_look_at() -> None:
    assert len(IN_SCHOOL_KEYS) >= 15
    assert len(WITH_SCHOOL) >= 12


@pytest.mark.parametrize("field", IN_SCHOOL_KEYS, ids=named)
def test_a_key_between_rows_of_a_school_is_composite_in_postgres(db: None, field: Any) -> None:
    target = field.related_model._meta.db_table
    wanted = (("school_id", field.column), target, ("school_id", "id"))
    assert wanted in keys_of(field.model._meta.db_table, "f")
    assert (("school_id", "id"), "", ()) in {(columns, "", ()) for columns, _, _ in keys_of(target, "u")}, (
        f"{target} needs UNIQUE (school_id, id)"
    )


@pytest.mark.parametrize("model", WITH_SCHOOL, ids=named)
def test_every_other_key_of_a_school_s_row_points_outside_of_schools(model: type[models.Model]) -> None:
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field not in IN_SCHOOL_KEYS and field.name != "school":
            names = {each.name for each in field.related_model._meta.fields}
            assert "school" not in names, f"{named(field)} must be an InSchoolForeignKey"


@pytest.mark.parametrize("model", WITH_SCHOOL, ids=named)
def test_a_row_always_has_its_school(db: None, model: type[models.Model]) -> None:
    assert not model._meta.get_field("school").null
    assert (("school_id",), "schools_school", ("id",)) in keys_of(model._meta.db_table, "f")


@pytest.fixture
def without_checks(db: None) -> None:
    """No row need make sense in itself, until this test's transaction is rolled back."""
    with connection.cursor() as cursor:
        for model in OURS:
            for constraint in model._meta.constraints:
                if isinstance(constraint, models.CheckConstraint):
                    cursor.execute(f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{constraint.name}"')


@pytest.mark.parametrize("field", IN_SCHOOL_KEYS, ids=named)
def test_postgres_refuses_a_row_that_points_into_another_school(without_checks: None, field: Any) -> None:
    school, other = factories.school(), factories.school("Hillside")
    with transaction.atomic(), connection.cursor() as cursor:
        point_across(field, school, other)
        with pytest.raises(IntegrityError, match=f"{field.column}_in_school"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def point_across(field: Any, school: School, other: School) -> None:
    """A row of the one school, made by hand, whose key points to a row of the other."""
    target = insert(field.related_model, other, {})
    insert(field.model, school, {field.column: target})


def insert(model: type[models.Model], school: School, given: dict[str, Any]) -> uuid.UUID:
    """The barest row of a model, in the current transaction."""
    row_id = uuid.uuid4()
    row = {model._meta.pk.column: row_id, "school_id": school.pk, **given}  # type: ignore[union-attr]
    for column, value in bare_values(model, school):
        row.setdefault(column, value)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        columns = ", ".join(f'"{column}"' for column in row)
        marks = ", ".join(["%s"] * len(row))
        cursor.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', list(row.values()))  # noqa: S608
    return row_id


def bare_values(model: type[models.Model], school: School) -> Iterator[tuple[str, Any]]:
    for field in model._meta.concrete_fields:
        if field.null or field.column is None or field.primary_key or field.column == "school_id":
            continue
        if isinstance(field, InSchoolForeignKey | InSchoolOneToOneField):
            yield field.column, insert(field.related_model, school, {})
        elif isinstance(field, models.ForeignKey):
            yield field.column, factories.person(school).user_id
        else:
            yield field.column, bare_value(field)


def bare_value(field: Any) -> Any:
    match field.get_internal_type():
        case "DateTimeField":
            return timezone.now()
        case "DateField":
            return timezone.localdate()
        case "BooleanField":
            return False
        case "JSONField":
            return "{}"
        case "ArrayField":
            return []
        case "BinaryField":
            return uuid.uuid4().bytes
        case "UUIDField":
            return uuid.uuid4()
        case kind if "Integer" in kind:
            # Never the same twice: some tables number their rows.
            return next(_NUMBERS)
        case _:
            return uuid.uuid4().hex[: min(field.max_length or 8, 8)]


@pytest.mark.parametrize("model", [*APPEND_ONLY, *READ_ONLY], ids=named)
def test_what_is_only_ever_added_cannot_be_changed_or_deleted(without_checks: None, model: type[models.Model]) -> None:
    school = factories.school()
    table = model._meta.db_table
    row_of(table, school)
    row = model._default_manager.first()
    assert row is not None
    # What is waiting to be checked at the end would keep Postgres from emptying a table, whoever asks.
    ask("SET CONSTRAINTS ALL IMMEDIATE")
    key = model._meta.pk.column  # type: ignore[union-attr]
    changes = (f'UPDATE "{table}" SET {key} = {key}', f'DELETE FROM "{table}"', f'TRUNCATE "{table}" CASCADE')  # noqa: S608
    for change in changes:
        # By the owner's own rights: the triggers.
        with pytest.raises(InternalError, match="only ever added"), transaction.atomic():
            ask(change)
        # By those of the app: it has none to change.
        with in_school(school.pk), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            ask(change)
    assert model._default_manager.filter(pk=row.pk).exists()


# --- row level security -------------------------------------------------------------------------------------


def ask(statement: str, *given: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement gives, as whoever the connection is now."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given or None)
        return cursor.fetchall() if cursor.description else []


def column_of(table: str) -> str:
    """Where a row says which school it is of."""
    return "id" if table == "schools_school" else "school_id"


@pytest.fixture
def tables(db: None) -> list[str]:
    """Every table with a school, whoever made it: from the catalogue, not from the models."""
    found = ask(
        """
        SELECT relname::text FROM pg_class c
        WHERE relkind IN ('r', 'p', 'f') AND relnamespace = 'public'::regnamespace
            AND (relname = 'schools_school' OR EXISTS (
                SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND attname = 'school_id' AND NOT attisdropped))
        ORDER BY 1
        """
    )
    return [table for (table,) in found]


# Tables that say of no row which school it is of, and so have no wall: log-ins, which belong to no school, and what
# Django and django-allauth keep of log-ins and of themselves. Whatever else there is says it.
OF_NO_SCHOOL = (
    r"schools_user(_groups|_user_permissions)?|log_in_counts|"
    r"auth_\w+|django_(content_type|migrations|session)|(account|mfa|socialaccount|usersessions)_\w+"
)


def test_every_table_of_ours_says_which_school_a_row_is_of(tables: list[str]) -> None:
    """Else a new one, with a key to a case and no school of its own, would stand outside of every test of the wall."""
    every = ask(
        "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p', 'f') AND relnamespace = 'public'::regnamespace"
    )
    others = {name for (name,) in every} - set(tables)
    assert {name for name in others if not re.fullmatch(OF_NO_SCHOOL, name)} == set()
    assert {model._meta.db_table for model in OURS} - set(tables) == {"schools_user"}


def test_every_model_with_a_school_is_among_the_tables(tables: list[str]) -> None:
    assert {model._meta.db_table for model in (*WITH_SCHOOL, School, Entry)} <= set(tables)


def test_no_table_with_a_school_is_without_its_wall(tables: list[str]) -> None:
    bare = ask(
        "SELECT relname::text FROM pg_class WHERE oid = ANY (%s::regclass[]) "
        "AND NOT (relrowsecurity AND relforcerowsecurity)",
        tables,
    )
    assert bare == []


HERE = "( SELECT (NULLIF(current_setting('app.school_id'::text, true), ''::text))::uuid AS \"nullif\")"


def test_each_wall_is_the_same_for_reading_and_for_writing(tables: list[str]) -> None:
    """One policy for everybody and everything, and beside it at most that the doors may read."""
    policies = ask(
        "SELECT tablename::text, policyname::text, permissive, roles::text[], cmd, qual, with_check FROM pg_policies"
    )
    walls = {}
    for table, name, permissive, roles, command, qual, check in policies:
        if name == f"{table}_for_doors":
            assert (roles, command, qual, check) == ([DOORS], "SELECT", "true", None)
            continue
        assert (name, permissive, roles, command) == (f"{table}_in_school", "PERMISSIVE", ["public"], "ALL")
        assert check == qual
        walls[table] = qual
    assert sorted(walls) == tables
    for table, rule in walls.items():
        column = column_of(table)
        nowhere = f"(({column} = {HERE}) OR (({column} IS NULL) AND ({HERE} IS NULL)))"
        [(may_be_null,)] = ask(
            "SELECT NOT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s", table, column
        )
        assert rule == (nowhere if may_be_null else f"({column} = {HERE})"), table


def test_nothing_shows_rows_past_the_wall(db: None) -> None:
    """A view reads with its owner's rights unless it says otherwise; a materialized view has no wall at all."""
    views = ask(
        """
        SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (relkind = 'm'
            OR (relkind = 'v' AND NOT coalesce(reloptions, '{}') && '{security_invoker=true,security_invoker=on}'))
        """
    )
    assert views == []


def test_the_app_owns_nothing_and_can_become_nothing(db: None) -> None:
    assert ask("SELECT oid FROM pg_class WHERE relowner = %s::regrole", APP) == []
    assert ask("SELECT oid FROM pg_proc WHERE proowner = %s::regrole", APP) == []
    assert ask("SELECT oid FROM pg_namespace WHERE nspowner = %s::regrole", APP) == []
    assert ask("SELECT has_schema_privilege(%s, 'public', 'CREATE')", APP) == [(False,)]
    attributes = "rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit"
    assert ask(f"SELECT {attributes} FROM pg_roles WHERE rolname = %s", APP) == [(False,) * 6]  # noqa: S608
    # The arranger is of the tests' clusters, and has no rights that come by themselves.
    assert ask("SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole", APP) == [(ARRANGER,)]


@pytest.mark.parametrize("right", ["TRUNCATE", "REFERENCES", "TRIGGER"])
def test_the_app_can_empty_no_table(db: None, right: str) -> None:
    of_public = "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    assert ask(f"SELECT relname::text {of_public} AND has_table_privilege(%s, oid, %s)", APP, right) == []


def test_the_app_says_of_no_migration_that_it_ran(db: None) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), acting_as(APP):
        ask("DELETE FROM django_migrations")


def test_the_backup_reads_everything_and_writes_nothing(db: None) -> None:
    of_public = "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    unread = f"SELECT relname::text {of_public} AND NOT has_table_privilege(%s, oid, 'SELECT')"
    written = f"SELECT relname::text {of_public} AND has_table_privilege(%s, oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
    assert (ask(unread, BACKUP), ask(written, BACKUP)) == ([], [])


def test_everything_is_the_owner_s(db: None) -> None:
    of_others = (
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner <> %s::regrole"
    )
    assert ask(of_others, OWNER) == []
    assert ask("SELECT rolsuper, rolbypassrls, rolinherit FROM pg_roles WHERE rolname = %s", OWNER) == [(False,) * 3]


# --- the doors ----------------------------------------------------------------------------------------------


def listed(heading: str) -> list[list[str]]:
    """The rows of the table under such a head in docs/security.md, marks taken off."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = text.split(heading, 1)[1].split("\n\n", 1)[0].splitlines()
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_the_doors_are_those_that_are_listed(db: None) -> None:
    doors = ask(
        "SELECT proname::text, proconfig, "
        "ARRAY(SELECT grantee::regrole::text FROM aclexplode(proacl) WHERE grantee <> proowner) "
        "FROM pg_proc WHERE proowner = %s::regrole ORDER BY 1",
        DOORS,
    )
    assert [name for name, *_ in doors] == sorted(name for name, *_ in listed("| door | takes"))
    for name, settings, callers in doors:
        assert settings == ["search_path=pg_catalog, pg_temp"], name
        assert callers == [APP], name


def test_nothing_else_runs_with_the_rights_of_another_but_triggers(db: None) -> None:
    definers = ask(
        "SELECT proname::text, proowner::regrole::text, prorettype::regtype::text, proconfig[1], "
        "ARRAY(SELECT grantee::regrole::text FROM aclexplode(proacl) WHERE grantee <> proowner) "
        "FROM pg_proc WHERE prosecdef AND proowner <> %s::regrole AND pronamespace = 'public'::regnamespace",
        DOORS,
    )
    for name, owner, returned, settings, callers in definers:
        assert (owner, returned, callers) == (OWNER, "trigger", []), name
        assert settings.startswith("search_path=pg_catalog"), name


def test_the_doors_see_the_columns_that_are_listed_and_no_other(db: None) -> None:
    seen = ask(
        "SELECT table_name::text, string_agg(column_name, ', ' ORDER BY a.attnum) "
        "FROM information_schema.column_privileges JOIN pg_attribute a "
        "ON a.attrelid = format('%%I.%%I', table_schema, table_name)::regclass AND a.attname = column_name "
        "WHERE grantee = %s AND table_schema = 'public' AND privilege_type = 'SELECT' GROUP BY 1",
        DOORS,
    )
    wanted = {table: set(re.split(", ?", columns)) for table, columns in listed("| table | columns")}
    assert {table: set(columns.split(", ")) for table, columns in seen} == wanted
    with_table_right = (
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND has_table_privilege(%s, oid, %s)"
    )
    of_ours = " AND relnamespace = 'public'::regnamespace"
    for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"):
        assert ask(with_table_right + of_ours, DOORS, right) == []
    assert ask("SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", DOORS) == [(False,) * 3]
    policies = ask("SELECT tablename::text FROM pg_policies WHERE policyname LIKE '%%\\_for\\_doors'")
    assert {table for (table,) in policies} == set(wanted)


def test_the_owner_does_not_see_what_the_doors_see(db: None) -> None:
    factories.coordinator(factories.school())
    with acting_as(OWNER):
        assert ask("SELECT count(*) FROM schools_person") == [(0,)]
        assert ask("SELECT id FROM schools_school") == []


# --- plain SQL, past all of the code ------------------------------------------------------------------------


def row_of(table: str, school: School) -> None:
    """A bare row of a table in a school."""
    if table == "schools_school":
        return
    [model] = [model for model in OURS if model._meta.db_table == table]
    insert(model, school, {})


def copy_of(table: str) -> str:
    """A statement that adds a copy of a row under a new id, in the school that is given."""
    columns = ask(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        table,
    )
    school = column_of(table)
    names = [name for (name,) in columns]
    values = ["%s::uuid" if name == school else "gen_random_uuid()" if name == "id" else f'"{name}"' for name in names]
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table}" ({quoted}) SELECT {", ".join(values)} FROM copied'  # noqa: S608


def test_raw_sql_of_the_app_meets_the_wall_at_every_table(without_checks: None, tables: list[str]) -> None:
    school, other = factories.school(), factories.school("Hillside")
    for table in tables:
        row_of(table, school)
        ask("DROP TABLE IF EXISTS copied")
        ask(f'CREATE TEMP TABLE copied AS SELECT * FROM "{table}" WHERE "{column_of(table)}" = %s LIMIT 1', school.pk)  # noqa: S608
        ask(f"GRANT SELECT ON copied TO {APP}")
        count = f'SELECT count(*) > 0 FROM "{table}" WHERE "{column_of(table)}" = %s'  # noqa: S608
        anything = f'SELECT count(*) FROM "{table}"'  # noqa: S608
        addition = copy_of(table)
        with acting_as(APP):
            for where in (None, other.pk):
                enter_school(where)
                assert ask(count, school.pk) == [(False,)], f"{table} is seen from {where}"
                if where is None:
                    assert ask(anything) == [(0,)], f"{table} is seen from nowhere"
                refusal = "permission denied" if table in READ_ONLY_TABLES else "row-level security"
                with pytest.raises(ProgrammingError, match=refusal), transaction.atomic():
                    ask(addition, school.pk)
                changed(table, other.pk, school.pk)
            enter_school(school.pk)
            assert ask(count, school.pk) == [(True,)], f"{table} is not seen from its own school"


def changed(table: str, here: uuid.UUID, there: uuid.UUID) -> None:
    """Neither a change nor a deletion finds a row of another school, where the app may change rows at all."""
    for statement in (
        f'UPDATE "{table}" SET "{column_of(table)}" = %s WHERE "{column_of(table)}" = %s RETURNING 1',  # noqa: S608
        f'DELETE FROM "{table}" WHERE %s <> %s::uuid AND "{column_of(table)}" = %s RETURNING 1',  # noqa: S608
    ):
        given = (here, there) if statement.startswith("UPDATE") else (here, there, there)
        refused = (*APPEND_ONLY, *READ_ONLY, *(NEVER_DELETED if statement.startswith("DELETE") else ()))
        if table in {model._meta.db_table for model in refused}:
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                ask(statement, *given)
        else:
            assert ask(statement, *given) == []


def test_a_row_cannot_be_moved_into_another_school(db: None) -> None:
    school, other = factories.school(), factories.school("Hillside")
    factories.coordinator(school)
    with acting_as(APP), transaction.atomic():
        enter_school(school.pk)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            ask("UPDATE schools_membership SET school_id = %s", other.pk)
        assert ask("SELECT count(*) FROM schools_membership") == [(1,)]


def test_a_trace_without_a_school_is_seen_from_nowhere_alone(db: None) -> None:
    school = factories.school()
    addition = (
        "INSERT INTO audit_entry (id, action, object_type, detail, at) VALUES (gen_random_uuid(), 'x', '', '{}', now())"
    )
    with in_school(None):
        ask(addition)
        assert ask("SELECT count(*) FROM audit_entry") == [(1,)]
    with in_school(school.pk):
        assert ask("SELECT count(*) FROM audit_entry") == [(0,)]
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            ask(addition)


def test_nonsense_in_the_setting_is_an_error_and_no_way_through(db: None) -> None:
    factories.school()
    with acting_as(APP), transaction.atomic():
        for nonsense in ("%", "null", "' OR true --"):
            ask("SELECT set_config('app.school_id', %s, true)", nonsense)
            with pytest.raises(DataError, match="uuid"), transaction.atomic():
                ask("SELECT id FROM schools_school")
        ask("SELECT set_config('app.school_id', '', true)")
        assert ask("SELECT id FROM schools_school") == []
