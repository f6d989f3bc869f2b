"""The wall between schools, and what may only be added: as the database holds them, not as the code promises them."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, InternalError, connection, models, transaction
from django.utils import timezone

from audit.models import Entry
from incidents.models import Revision, Transition
from schools.models import School
from schools.tenancy import InSchoolForeignKey, InSchoolOneToOneField
from tests import factories
from tests.house.source import ORDER

OURS = [model for model in apps.get_models() if model.__module__.partition(".")[0] in ORDER]
WITH_SCHOOL = [model for model in OURS if any(field.name == "school" for field in model._meta.fields)]
IN_SCHOOL_KEYS = [
    field
    for model in OURS
    for field in model._meta.concrete_fields
    if isinstance(field, InSchoolForeignKey | InSchoolOneToOneField)
]
APPEND_ONLY = (Revision, Transition, Entry)


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
    row = {"id": row_id, "school_id": school.pk, **given}
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
        if field.null or field.column is None or field.column in {"id", "school_id"}:
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
            return b""
        case "UUIDField":
            return uuid.uuid4()
        case kind if "Integer" in kind:
            return 1
        case _:
            return uuid.uuid4().hex[: min(field.max_length or 8, 8)]


@pytest.mark.parametrize("model", APPEND_ONLY, ids=named)
def test_what_is_only_ever_added_cannot_be_changed_or_deleted(db: None, model: type[models.Model]) -> None:
    school = factories.school()
    keeper = factories.viewer(factories.coordinator(school))
    factories.incident(keeper)
    row = model._default_manager.first()
    assert row is not None
    for change in (f'UPDATE "{model._meta.db_table}" SET id = id', f'DELETE FROM "{model._meta.db_table}"'):  # noqa: S608
        refused = pytest.raises(InternalError, match="only ever added")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert model._default_manager.filter(pk=row.pk).exists()
