"""The wall between schools, in the schema: a row can only point at a row of its own school.

Django's own foreign key cannot say "of the same school", so ``InSchoolForeignKey`` leaves the constraint out and the
migration adds it as a composite one with ``KeepInSchool``. A house test finds a key that lacks it.
"""

from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation


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
            f"ALTER TABLE {quote(table)} ADD CONSTRAINT {quote(name)} FOREIGN KEY (school_id, {quote(column)}) "
            f"REFERENCES {quote(target)} (school_id, {quote('id')}) DEFERRABLE INITIALLY DEFERRED"
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


class WallOff(Operation):
    """Migration operation: row level security, forced. Only rows of the transaction's school are there to be seen.

    ``column`` holds the school; where ``may_be_nowhere`` a row without a school belongs to a transaction without one.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, column: str = "school_id", may_be_nowhere: bool = False) -> None:
        self.model_name = model_name
        self.column = column
        self.may_be_nowhere = may_be_nowhere

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of the models does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        quote = schema_editor.quote_name
        # A sub-select is worked out once a statement, not once a row; an ended transaction leaves '', not NULL.
        here = "(SELECT nullif(current_setting('app.school_id', true), '')::uuid)"
        rule = f"{quote(self.column)} = {here}"
        if self.may_be_nowhere:
            rule = f"{rule} OR ({quote(self.column)} IS NULL AND {here} IS NULL)"
        schema_editor.execute(f"ALTER TABLE {quote(table)} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {quote(table)} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(
            f"CREATE POLICY {quote(table + '_in_school')} ON {quote(table)} USING ({rule}) WITH CHECK ({rule})"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        quote = schema_editor.quote_name
        schema_editor.execute(f"DROP POLICY {quote(table + '_in_school')} ON {quote(table)}")
        schema_editor.execute(f"ALTER TABLE {quote(table)} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {quote(table)} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Wall off {self.model_name} by school"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [self.model_name, self.column, self.may_be_nowhere], {}
