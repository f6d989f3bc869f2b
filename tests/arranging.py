"""pytest plug-in: who the tests are to the database.

They log in as esafety_app, like the product. What a test's own lines do (make rows of two schools, look into both)
is done as esafety_arranger, a role of the tests' clusters that passes the wall. Wherever the product begins, which is
a request or ``in_school``, the connection is esafety_app again and in no school, until the product has finished. So
everything behind a page, a task or a command runs behind the wall, and a test need not know.

Test databases are made and emptied by the owner, from the database that deploy/roles.sql was run in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase

from audit.walls import APP, SETTING
from schools import wall
from schools.ownership import as_owner

ARRANGER = "esafety_arranger"
_ROLE = "SELECT set_config('role', %s, false)"


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """Be this role to the database until the block ends, in the same transaction.

    Past Django: what Postgres is told about roles is no query of the product's, and is not counted.
    """
    connection.ensure_connection()
    before = _raw("SELECT current_user")
    _raw(_ROLE, role)
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed and _is_usable():
            _raw(_ROLE, before)


@contextmanager
def as_the_app(**options: Any) -> Iterator[None]:
    """How everything of the product that touches rows begins: a transaction, as the app."""
    with acting_as(APP):
        if not options.get("durable"):
            with transaction.atomic():
                yield
            return
        # A request begins in no school. Inside of a test's transaction the school of the last one would still be there.
        before = _raw("SELECT current_setting(%s, true)", SETTING)
        if before:
            _raw("SELECT set_config(%s, '', true)", SETTING)
        try:
            with transaction.atomic(**options):
                yield
        finally:
            if before and connection.in_atomic_block and _is_usable():
                _raw("SELECT set_config(%s, %s, true)", SETTING, before)


def _is_usable() -> bool:
    return connection.connection.info.transaction_status in {0, 1, 2}


def _raw(statement: str, *given: str) -> Any:
    with connection.connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchone()[0]


def _arrange(*, connection: Any, **_: Any) -> None:
    if connection.settings_dict["USER"] == APP:
        with connection.connection.cursor() as cursor:
            cursor.execute(_ROLE, [ARRANGER])


class _MadeByTheOwner(DatabaseCreation):
    """Test databases are copies of the one that has the roles' rights, and belong to the owner."""

    def create_test_db(self, *args: Any, **options: Any) -> str:
        with as_owner():
            return super().create_test_db(*args, **options)

    def _destroy_test_db(self, *args: Any, **options: Any) -> None:
        with as_owner():
            super()._destroy_test_db(*args, **options)


_ONLY_ADDED_TO = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
    WHERE tgtype & 32 = 32 AND NOT tgisinternal
"""
_plain_teardown = TransactionTestCase._fixture_teardown


def _empty_as_the_owner(self: TransactionTestCase) -> None:
    """What a test has committed is removed; triggers that refuse TRUNCATE are off for as long."""
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute(_ONLY_ADDED_TO)
            tables = [table for (table,) in cursor.fetchall()]
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            _plain_teardown(self)
        finally:
            with connection.cursor() as cursor:
                for table in tables:
                    cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django's hook, before it makes the test database."""
    connection_created.connect(_arrange)
    default = connections["default"]
    default.settings_dict["TEST"]["TEMPLATE"] = default.settings_dict["NAME"]
    default.creation = _MadeByTheOwner(default)
    TransactionTestCase._fixture_teardown = _empty_as_the_owner  # type: ignore[method-assign]
    wall._transaction = as_the_app  # type: ignore[assignment]
