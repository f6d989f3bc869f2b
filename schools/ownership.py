"""Working as the owner of the tables: for migrations, and for nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from audit.walls import APP, BACKUP, DOORS, OWNER

_WHO = ("USER", "PASSWORD", "HOST", "PORT")


class NotReady(ImproperlyConfigured):
    """The database cannot be migrated as it is; the message says what to do."""


@contextmanager
def as_owner() -> Iterator[None]:
    """Be logged in to the database as DATABASE_OWNER_URL says. Raises NotReady where it says nothing.

    The connection is another one: nothing of a transaction, a role or a school comes along or stays behind.
    """
    if settings.DATABASE_OWNER is None:
        raise NotReady(
            "DATABASE_OWNER_URL is not set. Migrations log in as esafety_owner, who owns the tables; "
            "the role of DATABASE_URL may not change them (see docs/deploy.md)."
        )
    before = {key: connection.settings_dict.get(key, "") for key in _WHO}
    connection.close()
    connection.settings_dict.update({key: settings.DATABASE_OWNER.get(key, "") for key in _WHO})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


_MISSING_ROLE = "SELECT name FROM unnest(%s::text[]) name WHERE name NOT IN (SELECT rolname FROM pg_roles)"
# What deploy/roles.sql leaves behind in each database.
_NOT_SET_UP = """
    SELECT NOT EXISTS (
        SELECT FROM pg_default_acl, aclexplode(defaclacl) given
        WHERE defaclrole = %(owner)s::regrole AND defaclobjtype = 'r' AND given.grantee = %(app)s::regrole
    ) OR EXISTS (
        SELECT FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relowner <> %(owner)s::regrole
    )
"""


def must_be_ready() -> None:
    """Raises NotReady unless the owner is logged in to a database that deploy/roles.sql was run in. Three queries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (user,) = cursor.fetchone()
        if user != OWNER:
            raise NotReady(f"DATABASE_OWNER_URL logs in as {user}; migrations need {OWNER} (see docs/deploy.md).")
        cursor.execute(_MISSING_ROLE, [[OWNER, APP, DOORS, BACKUP]])
        missing = cursor.fetchone()
        if not missing:
            cursor.execute(_NOT_SET_UP, {"owner": OWNER, "app": APP})
        if missing or cursor.fetchone()[0]:
            raise NotReady(
                "The roles of this database are not set up, or tables in it belong to somebody else: "
                "run deploy/roles.sql in it as a superuser, then migrate (see docs/deploy.md)."
            )
