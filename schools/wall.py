"""The wall between schools, in Postgres: which school the rows of the current transaction belong to.

Row level security compares every row with ``app.school_id``, which lasts for one transaction. A request is one
transaction and enters its school in the middleware; tasks, commands and everything else that touches rows say
``with in_school(school_id):``. Where nobody has said a school there are no rows, and none can be added.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from audit.walls import SETTING

# What everything of the product that touches rows begins with.
_transaction = transaction.atomic
START_SECONDS = 20


class WrongRole(ImproperlyConfigured):
    """The wall does not hold for whoever is logged in to the database."""


class TransactionBroken(RuntimeError):
    """An error of the database was passed over: what the answer says was done cannot be kept."""

    def __init__(self) -> None:
        super().__init__("the transaction of this request is broken, and its answer would be untrue")


class RowsInStream(RuntimeError):
    """An answer that is made while it is sent would read rows after the transaction, where there are none."""

    def __init__(self) -> None:
        super().__init__("answers are not streamed: they would be made outside of the request's transaction")


def enter_school(school_id: UUID | None) -> None:
    """Be in this school for the rest of the current transaction; None is no school. One query.

    Raises TransactionManagementError outside a transaction, where the setting would be lost at once.
    """
    must_be_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, _said(school_id)])


def current_school() -> UUID | None:
    """The school the current transaction is in. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting(%s, true), '')", [SETTING])
        (found,) = cursor.fetchone()
    return UUID(found) if found else None


@contextmanager
def in_school(school_id: UUID | None) -> Iterator[None]:
    """One transaction in a school, or a savepoint, at whose end one is in the former school again.

    One query; two inside of another transaction. After an error the rollback takes the setting back by itself.
    """
    is_inside = connection.in_atomic_block
    with _transaction():
        if not is_inside:
            enter_school(school_id)
            yield
            return
        with connection.cursor() as cursor:
            # Columns are worked out from left to right: first what it was, then what it is.
            cursor.execute(
                "SELECT current_setting(%s, true), set_config(%s, %s, true)", [SETTING, SETTING, _said(school_id)]
            )
            before, _ = cursor.fetchone()
        yield
        if not connection.needs_rollback:
            enter_school(UUID(before) if before else None)


def every_school() -> list[tuple[UUID, str]]:
    """Id and name of each school, by name: for what is done school by school, each ``in_school``. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM every_school()")
        return list(cursor.fetchall())


class OneTransaction:
    """Middleware: a request is one transaction, its answer included, and begins in no school.

    What a page shows is so read behind the same wall as what its view reads. An answer of 500 and more takes back
    everything the request did, any other keeps it: a refused form may leave a trace. Answers are not streamed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Durable: were there a transaction around it, its school would be there already, and the commit would not.
        with _transaction(durable=True):
            response = self.get_response(request)
            if response.streaming:
                raise RowsInStream
            if response.status_code >= 500:
                transaction.set_rollback(True)
            elif _is_broken():
                raise TransactionBroken
        return response


def _is_broken() -> bool:
    """Whether a commit would be a rollback that nobody is told of."""
    made = connection.connection
    return connection.needs_rollback or (
        made is not None and made.info.transaction_status == TRANSACTION_STATUS_INERROR
    )


def refuse_wrong_role(*, wait_seconds: float = START_SECONDS) -> None:
    """For the web server and the worker when they start: go on only as a role that cannot pass the wall.

    Raises WrongRole for a superuser, a role with BYPASSRLS or CREATEROLE, one that owns a table or function, and one
    that may become such a role. Waits for a database that is away for a moment. Two queries; the connection is closed
    afterwards, because processes are forked from this one.
    """
    limit = time.monotonic() + wait_seconds
    while True:
        try:
            found = _powers()
            break
        except OperationalError:
            if time.monotonic() > limit:
                raise
            time.sleep(0.5)
        finally:
            connection.close()
    if found:
        raise WrongRole(
            f"The database log-in {found[0]} {found[1]}, so the wall between schools would not hold. "
            "DATABASE_URL must log in as esafety_app, which deploy/roles.sql makes (see docs/deploy.md)."
        )


# Whoever is logged in, and every role it may become. Who logged in counts beside whom it acts as: the way back is open.
_POWERS = """
    SELECT me.rolname, CASE
        WHEN me.oid <> power.oid THEN 'may become ' || power.rolname
        WHEN power.rolsuper THEN 'is a superuser'
        WHEN power.rolbypassrls THEN 'bypasses row level security'
        WHEN power.rolcreaterole THEN 'may give itself roles'
        ELSE 'owns tables or functions' END
    FROM pg_roles me JOIN pg_roles power ON pg_has_role(me.oid, power.oid, 'MEMBER')
    WHERE me.rolname IN (current_user, session_user) AND (power.rolsuper OR power.rolbypassrls OR power.rolcreaterole
        OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = power.oid AND c.relnamespace = 'public'::regnamespace)
        OR EXISTS (SELECT FROM pg_proc p WHERE p.proowner = power.oid AND p.pronamespace = 'public'::regnamespace))
    ORDER BY me.oid = power.oid DESC, power.rolname
    LIMIT 1
"""


def _powers() -> tuple[str, str] | None:
    with connection.cursor() as cursor:
        cursor.execute(_POWERS)
        found: tuple[str, str] | None = cursor.fetchone()
    return found


def must_be_in_transaction() -> None:
    """Raises TransactionManagementError outside a transaction: the wall's setting would be lost at once."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a school is entered inside a transaction")


def _said(school_id: UUID | None) -> str:
    return str(school_id or "")
