"""The wall between schools, in the schema: a row can only point at a row of its own school.

Django's own foreign key cannot say "of the same school", so ``InSchoolForeignKey`` leaves the constraint out and the
migration adds it as a composite one with ``KeepInSchool``. A house test finds a key that lacks it.

``WallOff`` (from ``audit.walls``) is the other half: which rows there are at all for a transaction in a school.
"""

from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation

from audit.walls import LetDoorsRead, OpenDoor, WallOff

__all__ = [
    "InSchoolForeignKey",
    "InSchoolOneToOneField",
    "KeepInSchool",
    "LetDoorsRead",
    "OpenDoor",
    "WallOff",
    "unique_in_school",
]


class InSchoolForeignKey(models.ForeignKey[Any, Any]):
    """A foreign key to a row of the same school; the database constraint is (school_id, key)."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)


class InSchoolOneToOneField(models.OneToOneField[Any, Any]):
    """The same for a one-to-one."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)


# Postgres compares the rows that are there by a plain query of the tables' owner, for whom the wall stands as well: it
# would find nothing to compare, or nothing to compare with. So the wall stands for others alone while that is done.
_PAST_THE_WALL = """
DO $$
DECLARE
    walled regclass[] := ARRAY(SELECT oid FROM pg_class WHERE oid IN ({tables}) AND relforcerowsecurity);
    each regclass;
BEGIN
    FOREACH each IN ARRAY walled LOOP
        EXECUTE 'ALTER TABLE ' || each || ' NO FORCE ROW LEVEL SECURITY';
    END LOOP;
    {statement};
    FOREACH each IN ARRAY walled LOOP
        EXECUTE 'ALTER TABLE ' || each || ' FORCE ROW LEVEL SECURITY';
    END LOOP;
END $$
"""


class KeepInSchool(Operation):
    """Migration operation: (school_id, column) of a table references (school_id, id) of the target, deferred.

    The target table needs its UNIQUE (school_id, id), see ``unique_in_school``.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name = model_name
        self.field_name = field_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of the models does not change: the key is already there."""

    def _names(self, app_label: str, state: Any) -> tuple[str, str, str, str]:
        model = state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.field_name)
        table = model._meta.db_table
        return table, field.column, field.related_model._meta.db_table, f"{table}_{field.column}_in_school"

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table, column, target, name = self._names(app_label, to_state)
        quote = schema_editor.quote_name
        schema_editor.execute(
            _PAST_THE_WALL.format(
                tables=f"'{quote(table)}'::regclass, '{quote(target)}'::regclass",
                statement=f"ALTER TABLE {quote(table)} ADD CONSTRAINT {quote(name)} "
                f"FOREIGN KEY (school_id, {quote(column)}) "
                f"REFERENCES {quote(target)} (school_id, {quote('id')}) DEFERRABLE INITIALLY DEFERRED",
            )
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table, _, _, name = self._names(app_label, from_state)
        schema_editor.execute(
            f"ALTER TABLE {schema_editor.quote_name(table)} DROP CONSTRAINT {schema_editor.quote_name(name)}"
        )

    def describe(self) -> str:
        return f"Keep {self.model_name}.{self.field_name} inside its school"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [self.model_name, self.field_name], {}


def unique_in_school(model: str) -> models.UniqueConstraint:
    """The UNIQUE (school_id, id) that composite keys point at."""
    return models.UniqueConstraint(fields=["school", "id"], name=f"{model}_unique_in_school")
