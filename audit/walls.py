"""The wall between schools, in Postgres: migration operations for row level security and for the doors in it.

They stand here because the audit trail has a wall too and leans on nobody; ``schools.tenancy`` hands them on. The
roles are made by ``deploy/roles.sql`` and have the same names everywhere. Migrations run as the owner, for whom the
walls hold as well: a migration that reads or writes rows says first in which school.
"""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations.base import Operation

OWNER = "esafety_owner"
APP = "esafety_app"
DOORS = "esafety_doors"
BACKUP = "esafety_backup"
SETTING = "app.school_id"
# A sub-select is worked out once a statement, not once a row; after a transaction the setting is '', not NULL.
HERE = f"(SELECT nullif(current_setting('{SETTING}', true), '')::uuid)"


class _OfOneTable(Operation):
    """A migration operation on the table of one model; the state of the models does not change."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of the models does not change."""

    def table(self, app_label: str, state: Any) -> str:
        """The name of the table."""
        name: str = state.apps.get_model(app_label, self.model_name)._meta.db_table
        return name


class WallOff(_OfOneTable):
    """Migration operation: row level security, forced. Only rows of the transaction's school are there to be seen.

    ``column`` holds the school; where ``may_be_nowhere`` a row without a school belongs to a transaction without one.
    """

    def __init__(self, model_name: str, column: str = "school_id", may_be_nowhere: bool = False) -> None:
        super().__init__(model_name)
        self.column = column
        self.may_be_nowhere = may_be_nowhere

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table, quote = self.table(app_label, to_state), schema_editor.quote_name
        rule = f"{quote(self.column)} = {HERE}"
        if self.may_be_nowhere:
            rule = f"{rule} OR ({quote(self.column)} IS NULL AND {HERE} IS NULL)"
        schema_editor.execute(f"ALTER TABLE {quote(table)} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {quote(table)} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(
            f"CREATE POLICY {quote(table + '_in_school')} ON {quote(table)} USING ({rule}) WITH CHECK ({rule})"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table, quote = self.table(app_label, from_state), schema_editor.quote_name
        schema_editor.execute(f"DROP POLICY {quote(table + '_in_school')} ON {quote(table)}")
        schema_editor.execute(f"ALTER TABLE {quote(table)} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {quote(table)} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Wall off {self.model_name} by school"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [self.model_name, self.column, self.may_be_nowhere], {}


class LetDoorsRead(_OfOneTable):
    """Migration operation: doors may read these columns of a table in every school, and no other column of it."""

    def __init__(self, model_name: str, *columns: str) -> None:
        super().__init__(model_name)
        self.columns = columns

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table, quote = self.table(app_label, to_state), schema_editor.quote_name
        columns = ", ".join(map(quote, self.columns))
        schema_editor.execute(f"GRANT SELECT ({columns}) ON {quote(table)} TO {DOORS}")
        schema_editor.execute(
            f"CREATE POLICY {quote(table + '_for_doors')} ON {quote(table)} FOR SELECT TO {DOORS} USING (true)"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table, quote = self.table(app_label, from_state), schema_editor.quote_name
        columns = ", ".join(map(quote, self.columns))
        schema_editor.execute(f"DROP POLICY {quote(table + '_for_doors')} ON {quote(table)}")
        schema_editor.execute(f"REVOKE SELECT ({columns}) ON {quote(table)} FROM {DOORS}")  # noqa: S608

    def describe(self) -> str:
        return f"Let doors read {', '.join(self.columns)} of {self.model_name}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [self.model_name, *self.columns], {}


class OpenDoor(Operation):
    """Migration operation: a function that looks across schools and gives back the little that it is made for.

    It runs with the rights of esafety_doors, whoever calls it, and only the app may call it. ``body`` names every table
    with its schema, for the search path holds nothing but Postgres' own. ``arguments`` are ``name type, ...``.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, name: str, arguments: str, returns: str, body: str, language: str = "sql STABLE") -> None:
        self.name = name
        self.arguments = arguments
        self.returns = returns
        self.body = body
        self.language = language

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of the models does not change."""

    @property
    def signature(self) -> str:
        """The function with the types of its arguments, as GRANT and DROP want it."""
        types = [each.split(maxsplit=1)[1] for each in self.arguments.split(", ") if each]
        return f"public.{self.name}({', '.join(types)})"

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        _run(schema_editor, (
            f"CREATE FUNCTION public.{self.name}({self.arguments}) RETURNS {self.returns}\n"
            f"LANGUAGE {self.language} SECURITY DEFINER SET search_path = pg_catalog, pg_temp\n"
            f"AS $door${self.body}$door$",
            f"REVOKE ALL ON FUNCTION {self.signature} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {self.signature} TO {APP}",
            # Whoever is to own a function must be allowed to make one; for this moment only.
            f"GRANT CREATE ON SCHEMA public TO {DOORS}",
            f"ALTER FUNCTION {self.signature} OWNER TO {DOORS}",
            f"REVOKE CREATE ON SCHEMA public FROM {DOORS}",
        ))  # fmt: skip

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        _run(schema_editor, (f"SET LOCAL ROLE {DOORS}", f"DROP FUNCTION {self.signature}", "SET LOCAL ROLE NONE"))

    def describe(self) -> str:
        return f"Open the door {self.name}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [self.name, self.arguments, self.returns, self.body, self.language], {}


def _run(schema_editor: Any, statements: Sequence[str]) -> None:
    for statement in statements:
        schema_editor.execute(statement)
