"""The wall between schools, in Postgres: which school the rows of the current transaction belong to.

Row level security compares every row with ``app.school_id``, which lasts for one transaction. A request enters its
school in the middleware; tasks, commands and everything else that touches rows say ``with in_school(school_id):``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

SETTING = "app.school_id"


def enter_school(school_id: UUID | None) -> None:
    """Be in this school for the rest of the current transaction; None is no school. One query.

    Raises TransactionManagementError outside a transaction, where the setting would be lost at once.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("enter_school() needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, str(school_id or "")])


def current_school() -> UUID | None:
    """The school the current transaction is in. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting(%s, true), '')", [SETTING])
        (found,) = cursor.fetchone()
    return UUID(found) if found else None


@contextmanager
def in_school(school_id: UUID | None) -> Iterator[None]:
    """One transaction (or savepoint) in a school; at its end the school there was before. Three queries.

    After an error the rollback takes the setting back by itself.
    """
    with transaction.atomic():
        before = current_school()
        enter_school(school_id)
        yield
        enter_school(before)
