"""The audit trail: what the chain costs when an entry is written, and how long it takes to verify a million of them.

Ours: an entry and, at COMMIT, its link in the chain of its school, under that school's lock.
Floor of writing: the same INSERT and COMMIT without the chain. Floor of verifying: count(*) and one sha256 over each of
the same rows, in Postgres.
"""

import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing

import psycopg2
import psycopg2.extensions

from audit.chaining import LINK_THE_REST
from audit.verifying import verify_chain
from bench import machine
from bench.measuring import keep, table
from schools.wall import in_school

DATABASE = "audit_trail"
WRITERS = 8
_ENTRY = """
    INSERT INTO audit_entry (id, school_id, actor_id, action, object_type, object_id, detail, at)
    VALUES (gen_random_uuid(), %s, gen_random_uuid(), 'incident.opened', 'incident', gen_random_uuid(),
            '{"revision": 3}', now())
"""
_MANY = """
    INSERT INTO audit_entry (id, school_id, actor_id, action, object_type, object_id, detail, at)
    SELECT gen_random_uuid(), %s, gen_random_uuid(), 'incident.opened', 'incident', gen_random_uuid(),
           jsonb_build_object('revision', n %% 9, 'fields', jsonb_build_array('outcome', 'action_staff')),
           now() - make_interval(secs => %s - n)
    FROM generate_series(1, %s) n
"""
_FLOOR = """
    SELECT count(*), count(sha256(convert_to(concat_ws('|', id, school_id, actor_id, action, object_type, object_id,
                                                       detail, at), 'UTF8')))
    FROM audit_entry WHERE school_id = %s
"""


def measure(rows: int, seconds: float) -> None:
    """Write for some seconds, alone and with eight at once, then verify so many rows; print and keep the figures."""
    lines, kept = [], {}
    for writers in (1, WRITERS):
        floor, ours = (_writing(writers, seconds, chained=chained) for chained in (False, True))
        kept[str(writers)] = {"floor_a_second": floor, "chained_a_second": ours}
        lines.append((f"{writers} writing", f"{floor:,.0f}", f"{ours:,.0f}", floor / ours))
    print(
        table(lines, ("into one school", "floor, entries a second", "chained, entries a second", "x floor")), flush=True
    )
    school_id = uuid.uuid4()
    linked = _fill(str(school_id), rows)
    floor, verified = _timed(lambda: _ask(_FLOOR, [str(school_id)])), _timed(lambda: _verify(school_id, rows))
    lines = [("count and one sha256 a row", floor, 1.0), ("verify_audit", verified, verified / floor)]
    print(table(lines, (f"over {rows:,} rows", "seconds", "x floor")))
    print(f"Linking as many rows that were there before: {linked:.0f} s.")
    keep("audit", {
        "writing": kept, "rows": rows, "floor_seconds": floor, "verify_seconds": verified, "linking_seconds": linked,
    })  # fmt: skip


def _connect() -> psycopg2.extensions.connection:
    return psycopg2.connect(host=str(machine.postgres().socket_folder), user="postgres", dbname=DATABASE)


def _writing(writers: int, seconds: float, *, chained: bool) -> float:
    """Entries a second of so many connections that all write into the same school, one a transaction."""
    _run(f"ALTER TABLE audit_entry {'ENABLE' if chained else 'DISABLE'} TRIGGER audit_entry_linked")
    school_id, end, counts = str(uuid.uuid4()), time.monotonic() + seconds, [0] * writers

    def write(number: int) -> None:
        with closing(_connect()) as connection, connection.cursor() as cursor:
            while time.monotonic() < end:
                cursor.execute("SELECT set_config('app.school_id', %s, true)", [school_id])
                cursor.execute(_ENTRY, [school_id])
                connection.commit()
                counts[number] += 1

    threads = [threading.Thread(target=write, args=[number]) for number in range(writers)]
    started = time.monotonic()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum(counts) / (time.monotonic() - started)


def _fill(school_id: str, rows: int) -> float:
    """So many entries, linked as the migration links what was there before; seconds of the linking."""
    with closing(_connect()) as connection, connection.cursor() as cursor:
        # Nothing else is to be linked: what the floor wrote before has no links.
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_link DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE audit_entry, audit_link")
        cursor.execute(_MANY, [school_id, rows, rows])
        took = _timed(lambda: cursor.execute(LINK_THE_REST))
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_link ENABLE TRIGGER USER")
        connection.commit()
        connection.autocommit = True
        cursor.execute("VACUUM ANALYZE audit_entry, audit_link")
    return took


def _verify(school_id: uuid.UUID, rows: int) -> None:
    with in_school(school_id):
        verified = verify_chain(school_id)
    if verified.found or verified.entries_count != rows:
        raise SystemExit(f"The bench's own chain does not verify: {verified}")


def _ask(query: str, parameters: list[str]) -> None:
    with closing(_connect()) as connection, connection.cursor() as cursor:
        cursor.execute(query, parameters)
        cursor.fetchall()


def _run(statement: str) -> None:
    with closing(_connect()) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        connection.commit()


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
