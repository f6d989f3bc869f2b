"""deploy/roles.sql on a cluster of its own: new, again, on a database from before; migrations, backup and restore."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from esafety.embedded import Postgres
from esafety.embedded.database import ROLES, _postgres_programs
from tests.house.source import ROOT
from tests.services import FOLDER

pytestmark = pytest.mark.xdist_group("roles")
SCHOOL = "5f2f0c1e-8c39-4c39-9a55-7d1b6f0a4e11"
OTHER = "0b9b6a0e-43a5-4a5e-8f0e-3f5d6d7f2c22"
# Of a school that was there before: its co-ordinator, and a case with its document.
LIVED_IN = {
    "user": "11111111-1111-4111-8111-111111111111",
    "person": "22222222-2222-4222-8222-222222222222",
    "incident": "33333333-3333-4333-8333-333333333333",
    "document": "44444444-4444-4444-8444-444444444444",
}
# As the first release left it.
FIRST_RELEASE = (
    ("audit", "0002"), ("schools", "0002"), ("dispatch", "0002"), ("incidents", "0002"), ("auth", None),
    ("contenttypes", None), ("sessions", None),
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A cluster in which there is no arranger."""
    # Under the checkout: PostgreSQL, started by root, runs as a user that may not enter pytest's own folders.
    folder = FOLDER / f"roles-{os.getpid()}"
    server = Postgres(folder / "postgres", durable=False)
    try:
        server.start("esafety")
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def migrated(server: Postgres) -> Postgres:
    """The cluster with a database in which every migration has run and two schools are."""
    done = manage(server, "esafety", "migrate")
    assert done.returncode == 0, done.stderr
    fill(server, "esafety")
    return server


def environment(server: Postgres, database: str, role: str = "esafety_app", **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "esafety.settings",
        "REDIS_URL": "filesystem://",
        "DATABASE_URL": server.url(database, role=role),
        "DATABASE_OWNER_URL": server.url(database, role="esafety_owner"),
        **more,
    }


def run(variables: dict[str, str], *command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=120
    )


def manage(server: Postgres, database: str, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return run(environment(server, database, **more), "manage.py", *command)


def ask(server: Postgres, database: str, role: str, *statements: str) -> list[tuple[Any, ...]]:
    """The rows of the last statement, all in one transaction that is kept."""
    connection = psycopg2.connect(host=str(server.socket_folder), user=role, dbname=database)
    try:
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def fill(server: Postgres, database: str) -> None:
    """Two schools with an audit row each, put in as the superuser."""
    for school, name in ((SCHOOL, "Riverbank"), (OTHER, "Hillside")):
        row = f"""
            INSERT INTO schools_school (id, name, address, phone, email, authority_name, officer_name, officer_email,
                created_at) VALUES ('{school}', '{name}', '', '', '', '', '', '', now())
            """  # noqa: S608
        trace = f"""
            INSERT INTO audit_entry (id, school_id, action, object_type, detail, at)
            VALUES (gen_random_uuid(), '{school}', 'school.opened', '', '{{}}', now())
            """  # noqa: S608
        ask(server, database, "postgres", row, trace)


def lived_in(server: Postgres, database: str) -> None:
    """What a school of the first release holds: somebody with a post, a case, and a report that is still under way."""
    new_id = "gen_random_uuid()"
    rows: dict[str, dict[str, str]] = {
        "schools_user": {
            "id": "'{user}'", "email": "'Jo@example.org'", "password": "'!'", "is_superuser": "false",
            "is_active": "true", "is_staff": "false", "created_at": "now()",
        },
        "schools_person": {
            "id": "'{person}'", "school_id": "'{school}'", "user_id": "'{user}'", "given_name": "'Jo'",
            "family_name": "'Marsh'", "email": "''",
        },
        "schools_membership": {"role": "'staff'"},
        "schools_post": {"post": "'coordinator'"},
        "incidents_incident": {
            "id": "'{incident}'", "school_id": "'{school}'", "started_by_id": "'{person}'", "reference": "'7KQ2-M4XD'",
            "status": "'recorded'", "pack_code": "'camden_2021'", "pack_version": "1", "revision": "1",
            "logged_at": "now()", "recorded_at": "now()", "due_at": "now()", "location": "'in_setting'",
            "involved": "'{{child}}'", "types": "'{{bullying}}'", "risk_areas": "'{{}}'",
            **dict.fromkeys(
                ("deliberate", "accidental", "safeguarding", "illegal_material", "immediate_risk", "sexual_images",
                 "uploads_barred"), "false",
            ),
        },
        "incidents_revision": {
            "id": new_id, "school_id": "'{school}'", "incident_id": "'{incident}'", "number": "1",
            "content": """'{{"types": ["bullying"], "people": [{{"person_id": "{person}", "name": "Jo Marsh",
                "group": "", "kind": "staff", "part": "subject"}}]}}'""",
            "changed": "'{{}}'", "reason": "''", "at": "now()", "by_id": "'{person}'",
        },
        "dispatch_document": {
            "id": "'{document}'", "school_id": "'{school}'", "kind": "'incident'", "subject_id": "'{incident}'",
            "revision": "1", "reference": "'7KQ2-M4XD'", "template": "'x'", "snapshot": "'{{}}'", "created_at": "now()",
            "pdf_sha256": "''", "pdf_bytes": "0", "pdf_pages": "0", "attachment_sha256": "''",
        },
        "dispatch_message": {
            "id": new_id, "school_id": "'{school}'", "document_id": "'{document}'", "queued_by_id": "'{person}'",
            "to_address": "'officer@example.org'", "message_id": "'<x>'", "state": "'failed'", "attempt_count": "1",
            "tries": "1", "repeated": "false", "next_attempt_at": "now()", "problem": "'refused'",
            "created_at": "now()", "acknowledged_by": "''",
        },
    }  # fmt: skip
    for held in ("schools_membership", "schools_post"):
        rows[held] |= {
            "id": new_id, "school_id": "'{school}'", "person_id": "'{person}'", "starts_on": "current_date",
        }  # fmt: skip
    for table, row in rows.items():
        statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608
        ask(server, database, "postgres", statement.format(school=SCHOOL, **LIVED_IN))


def program(server: Postgres, name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """One of PostgreSQL's own client programs."""
    command = [str(_postgres_programs() / name), "--host", str(server.socket_folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rights(server: Postgres, database: str) -> list[tuple[Any, ...]]:
    """Who owns what and who may do what, in all of the database."""
    everything = """
        SELECT relname::text, relowner::regrole::text, relacl::text, relrowsecurity, relforcerowsecurity
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT proname::text, proowner::regrole::text, proacl::text, prosecdef, false
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL
        SELECT rolname::text, rolconfig::text, NULL, rolsuper, rolbypassrls
        FROM pg_roles WHERE rolname LIKE 'esafety%'
        UNION ALL
        SELECT nspname::text, nspowner::regrole::text, nspacl::text, false, false
        FROM pg_namespace WHERE nspname = 'public'
        ORDER BY 1, 2, 3
        """
    return ask(server, database, "postgres", everything)


def test_it_changes_nothing_the_second_time(migrated: Postgres) -> None:
    before = rights(migrated, "esafety")
    migrated.run_script(ROLES, "esafety")
    assert rights(migrated, "esafety") == before
    # What a migration has taken away is not given back.
    append_only = "SELECT has_table_privilege('esafety_app', 'audit_entry', 'UPDATE, DELETE, TRUNCATE')"
    assert ask(migrated, "esafety", "postgres", append_only) == [(False,)]


def test_only_who_belongs_here_comes_in(migrated: Postgres) -> None:
    ask(migrated, "esafety", "postgres", "DROP ROLE IF EXISTS passer_by", "CREATE ROLE passer_by LOGIN")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        ask(migrated, "esafety", "passer_by", "SELECT 1")
    for role in ("esafety_app", "esafety_backup"):
        for attempt in ("CREATE TABLE x ()", "CREATE TEMP TABLE x ()"):
            with pytest.raises(psycopg2.Error, match=r"permission denied|read-only transaction"):
                ask(migrated, "esafety", role, attempt)
    with pytest.raises(psycopg2.OperationalError, match="not permitted to log in"):
        ask(migrated, "esafety", "esafety_doors", "SELECT 1")


def test_what_a_later_migration_makes_is_the_app_s_to_fill_and_not_to_empty(migrated: Postgres) -> None:
    ask(migrated, "esafety", "esafety_owner", "CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY, x int)")
    try:
        assert ask(migrated, "esafety", "esafety_app", "INSERT INTO later (x) VALUES (1)", "SELECT x FROM later") == [
            (1,)
        ]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(migrated, "esafety", "esafety_app", "TRUNCATE later")
        assert ask(migrated, "esafety", "esafety_backup", "SELECT x FROM later") == [(1,)]
    finally:
        ask(migrated, "esafety", "esafety_owner", "DROP TABLE later")


def test_a_database_of_the_first_release_is_handed_over(migrated: Postgres) -> None:
    """Tables, sequences and functions belonged to whoever migrated, a superuser; rows and rights come out right."""
    ask(migrated, "postgres", "postgres", "DROP ROLE IF EXISTS first_owner", "CREATE ROLE first_owner LOGIN")
    migrated.start("first_release")
    for app, name in FIRST_RELEASE:
        done = manage(migrated, "first_release", "migrate", app, *([name] if name else []))
        assert done.returncode == 0, done.stderr
    fill(migrated, "first_release")
    lived_in(migrated, "first_release")
    ask(migrated, "first_release", "postgres", "CREATE TABLE django_admin_log (id int, object_repr text)")
    give_back = (
        "DO $$ DECLARE thing record; BEGIN "
        "FOR thing IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relkind = 'r' LOOP EXECUTE format('ALTER TABLE %s OWNER TO {owner}', thing.name); "
        "EXECUTE format('REVOKE ALL ON %s FROM esafety_app, esafety_backup', thing.name); END LOOP; "
        "FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
        "LOOP EXECUTE format('ALTER FUNCTION %s OWNER TO {owner}', thing.name); END LOOP; END $$"
    )
    for owner in ("postgres", "first_owner"):
        ask(
            migrated,
            "first_release",
            "postgres",
            give_back.replace("{owner}", owner),
            "CREATE SEQUENCE IF NOT EXISTS s",
        )
        refused = manage(migrated, "first_release", "migrate")
        assert refused.returncode != 0
        assert "deploy/roles.sql" in refused.stderr
        # What bin/demo does with the data of an earlier release: it starts the server.
        migrated.start("first_release")
        others = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner <> %s"
        assert ask(migrated, "first_release", "postgres", others.replace("%s", "'esafety_owner'::regrole")) == []
    ask(migrated, "first_release", "postgres", "DROP SEQUENCE s")
    done = manage(migrated, "first_release", "migrate")
    assert done.returncode == 0, done.stderr
    assert [row for row in rights(migrated, "first_release") if row not in rights(migrated, "esafety")] == []
    in_school = f"SELECT set_config('app.school_id', '{SCHOOL}', true)"
    names = "SELECT s.name, count(e) FROM schools_school s LEFT JOIN audit_entry e ON true GROUP BY 1"
    # One from before, and one of the migration that routed the case.
    assert ask(migrated, "first_release", "esafety_app", in_school, names) == [("Riverbank", 2)]
    assert ask(migrated, "first_release", "esafety_app", names) == []
    # What was under way may go on for whoever sent it; a case goes past whom it is about.
    under_way = "SELECT state, asked_by_id::text FROM dispatch_message"
    assert ask(migrated, "first_release", "esafety_app", in_school, under_way) == [("failed", LIVED_IN["person"])]
    routed = (
        "SELECT handler_post, (SELECT string_agg(person_id::text, '') FROM incidents_conflict) FROM incidents_incident"
    )
    assert ask(migrated, "first_release", "esafety_app", in_school, routed) == [("la_officer", LIVED_IN["person"])]
    assert ask(migrated, "first_release", "postgres", "SELECT to_regclass('django_admin_log')") == [(None,)]
    verified = run(environment(migrated, "first_release", DATABASE_OWNER_URL=""), "manage.py", "verify_audit")
    assert verified.returncode == 0, verified.stderr


def test_a_key_is_held_against_the_rows_that_are_there(migrated: Postgres) -> None:
    """A migration adds a key to tables that have their walls: rows that fit are taken, and others are not."""
    migrated.start("later_key")
    assert manage(migrated, "later_key", "migrate").returncode == 0
    fill(migrated, "later_key")
    add = (
        "import django; django.setup()\n"
        "from django.apps import apps; from django.db import connection, migrations, transaction\n"
        "from schools.ownership import as_owner; from schools.tenancy import KeepInSchool\n"
        "state = migrations.state.ProjectState.from_apps(apps)\n"
        "with as_owner(), connection.schema_editor() as editor:\n"
        "    editor.execute('ALTER TABLE schools_membership DROP CONSTRAINT schools_membership_person_id_in_school')\n"
        "    KeepInSchool('membership', 'person').database_forwards('schools', editor, state, state)\n"
    )
    variables = environment(migrated, "later_key")
    row = "INSERT INTO schools_person (id, school_id, given_name, family_name, email) VALUES ('{}', '{}', 'J', 'M', '')"
    held = (
        "INSERT INTO schools_membership (id, school_id, person_id, role, starts_on) "
        "VALUES (gen_random_uuid(), '{}', '{}', 'staff', current_date)"
    )
    person = LIVED_IN["person"]
    ask(migrated, "later_key", "postgres", row.format(person, SCHOOL), held.format(SCHOOL, person))
    done = run(variables, "-c", add)
    assert done.returncode == 0, done.stderr
    walls = (
        "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname IN ('schools_person', 'schools_membership')"
    )
    assert ask(migrated, "later_key", "postgres", walls) == [(True,)]
    across = held.format(OTHER, person).replace("staff", "governor")
    ask(migrated, "later_key", "postgres", "SET session_replication_role = replica", across)
    done = run(variables, "-c", add)
    assert done.returncode != 0
    assert "violates foreign key constraint" in done.stderr


# --- manage.py migrate --------------------------------------------------------------------------------------


def test_migrations_need_the_owner(migrated: Postgres) -> None:
    for variables, said in (
        ({"DATABASE_OWNER_URL": ""}, "DATABASE_OWNER_URL is not set"),
        ({"DATABASE_OWNER_URL": migrated.url("esafety")}, "logs in as esafety_app; migrations need esafety_owner"),
        ({"DATABASE_OWNER_URL": migrated.url("esafety", role="postgres")}, "logs in as postgres"),
        ({"DATABASE_OWNER_URL": migrated.url("elsewhere", role="esafety_owner")}, "must name the same database"),
    ):
        done = manage(migrated, "esafety", "migrate", **variables)
        assert done.returncode != 0
        assert said in done.stderr
    assert "docs/deploy.md" in manage(migrated, "esafety", "migrate", DATABASE_OWNER_URL="").stderr


def test_migrations_need_the_roles_in_this_database(migrated: Postgres) -> None:
    ask_outside(migrated, "CREATE DATABASE bare OWNER esafety_owner")
    done = manage(migrated, "bare", "migrate")
    assert done.returncode != 0
    assert "run deploy/roles.sql in it" in done.stderr


def ask_outside(server: Postgres, statement: str) -> None:
    """A statement that must not be in a transaction."""
    connection = psycopg2.connect(host=str(server.socket_folder), user="postgres", dbname="postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def test_the_walls_come_down_and_up_again(migrated: Postgres) -> None:
    """Every operation knows its way back."""
    migrated.start("up_and_down")
    assert manage(migrated, "up_and_down", "migrate").returncode == 0
    for app, name in (("incidents", "0002"), ("dispatch", "0002"), ("audit", "0002"), ("schools", "0003")):
        done = manage(migrated, "up_and_down", "migrate", app, name)
        assert done.returncode == 0, done.stderr
    left = (
        "SELECT (SELECT count(*) FROM pg_policies), (SELECT count(*) FROM pg_class WHERE relrowsecurity), "
        "(SELECT count(*) FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace)"
    )
    assert ask(migrated, "up_and_down", "postgres", left) == [(0, 0, 0)]
    assert manage(migrated, "up_and_down", "migrate").returncode == 0
    assert rights(migrated, "up_and_down") == rights(migrated, "esafety")


# --- who may run the pages and the worker ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("postgres", "postgres is a superuser"),
        ("esafety_owner", "esafety_owner owns tables"),
        ("esafety_backup", "esafety_backup bypasses row level security"),
    ],
)
def test_neither_pages_nor_worker_start_as_somebody_who_passes(migrated: Postgres, role: str, said: str) -> None:
    variables = environment(migrated, "esafety", role, DATABASE_OWNER_URL="")
    web = run(variables, "-c", "import esafety.wsgi")
    worker = run(variables, "-m", "celery", "--app", "esafety", "worker", "--pool", "solo")
    for done in (web, worker):
        assert done.returncode != 0
        assert said in done.stderr
        assert "DATABASE_URL must log in as esafety_app" in done.stderr


def test_nor_as_one_that_may_become_such_a_role(migrated: Postgres) -> None:
    ask(migrated, "esafety", "postgres", "GRANT esafety_owner TO esafety_app")
    try:
        done = run(environment(migrated, "esafety"), "-c", "import esafety.wsgi")
    finally:
        ask(migrated, "esafety", "postgres", "REVOKE esafety_owner FROM esafety_app")
    assert "esafety_app may become esafety_" in done.stderr
    ask(migrated, "esafety", "postgres", "ALTER ROLE esafety_app CREATEROLE")
    try:
        done = run(environment(migrated, "esafety"), "-c", "import esafety.wsgi")
    finally:
        ask(migrated, "esafety", "postgres", "ALTER ROLE esafety_app NOCREATEROLE")
    assert "esafety_app may give itself roles" in done.stderr
    # Logged in as one and acting as the other: the way back is open.
    acting = migrated.url("esafety", role="postgres") + "&options=-c%20role%3Desafety_app"
    done = run(environment(migrated, "esafety", DATABASE_URL=acting), "-c", "import esafety.wsgi")
    assert "postgres is a superuser" in done.stderr


def test_the_app_s_role_runs_the_pages(migrated: Postgres) -> None:
    look = "import esafety.wsgi; from django.db import connection; print(connection.connection)"
    done = run(environment(migrated, "esafety", DATABASE_OWNER_URL=""), "-c", look)
    # No connection is left that processes forked from this one would share.
    assert done.stdout.strip() == "None", done.stderr


# --- backup and restore ----------------------------------------------------------------------------------------


def test_a_backup_holds_every_school_and_comes_back_with_its_walls(migrated: Postgres, tmp_path: Path) -> None:
    file = str(tmp_path / "esafety.dump")
    dump = ["--format", "custom", "--file", file, "--dbname", "esafety"]
    # The owner is behind the wall, so a dump of theirs would hold nothing: Postgres refuses it.
    refused = program(migrated, "pg_dump", "--username", "esafety_owner", *dump)
    assert refused.returncode != 0
    assert "row-level security" in refused.stderr
    done = program(migrated, "pg_dump", "--username", "esafety_backup", *dump)
    assert done.returncode == 0, done.stderr
    migrated.start("restored")
    done = program(migrated, "pg_restore", "--username", "postgres", "--exit-on-error", "--dbname", "restored", file)
    assert done.returncode == 0, done.stderr
    assert rights(migrated, "restored") == rights(migrated, "esafety")
    count = "SELECT (SELECT count(*) FROM schools_school), (SELECT count(*) FROM audit_entry)"
    assert ask(migrated, "restored", "postgres", count) == ask(migrated, "esafety", "postgres", count) == [(2, 2)]
    assert ask(migrated, "restored", "esafety_app", count) == [(0, 0)]
    in_school = f"SELECT set_config('app.school_id', '{OTHER}', true)"
    assert ask(migrated, "restored", "esafety_app", in_school, count) == [(1, 1)]
    assert ask(migrated, "restored", "esafety_app", "SELECT name FROM every_school()") == [
        ("Hillside",),
        ("Riverbank",),
    ]
    done = run(environment(migrated, "restored", DATABASE_OWNER_URL=""), "-c", "import esafety.wsgi")
    assert done.returncode == 0, done.stderr
