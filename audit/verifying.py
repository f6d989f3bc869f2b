"""Is the trail what it was when it was written? Asked of Postgres, chain by chain, over all rows at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from audit.rules import Anchor, Trouble

SHOWN = 20
"""So many troubles of a kind are named; all of them are counted."""

_MINE = {True: "school_id IS NULL", False: "school_id = %(school)s"}
_ORDER = """
    WITH links AS (
        SELECT entry_id, seq, prev, lag(seq, 1, 0::bigint) OVER chain AS seq_before,
               lag(hash, 1, ''::bytea) OVER chain AS hash_before
        FROM audit_link WHERE {mine} WINDOW chain AS (ORDER BY seq)
    )
    SELECT CASE WHEN seq <> seq_before + 1 THEN 'gap' ELSE 'broken' END AS trouble, seq, entry_id
    FROM links WHERE seq <> seq_before + 1 OR prev <> hash_before
"""
_CONTENT = """
    SELECT CASE WHEN e.id IS NULL THEN 'missing' WHEN l.entry_id IS NULL THEN 'unlinked' ELSE 'altered' END AS trouble,
           l.seq, coalesce(l.entry_id, e.id) AS entry_id
    FROM (SELECT * FROM audit_link WHERE {mine}) l
    FULL JOIN (SELECT * FROM audit_entry WHERE {mine}) e ON e.id = l.entry_id
    WHERE e.id IS NULL OR l.entry_id IS NULL OR l.hash <> audit_hash(
        l.prev, l.seq, e.id, e.school_id, e.actor_id, e.action, e.object_type, e.object_id, e.detail, e.at)
"""
_COUNTED = """
    WITH found AS MATERIALIZED ({query})
    SELECT trouble, seq, entry_id, count(*) OVER (PARTITION BY trouble) FROM found
    ORDER BY row_number() OVER (PARTITION BY trouble ORDER BY seq, entry_id), trouble LIMIT {limit}
"""
_GUARDS = ("audit_entry_linked", "audit_entry_append_only", "audit_entry_never_emptied",
           "audit_link_append_only", "audit_link_never_emptied")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Something wrong in one chain. ``count``: how many of this kind there are in it."""

    school_id: UUID | None
    trouble: Trouble
    seq: int | None
    entry_id: UUID | None
    count: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found in one chain, and where it ends."""

    school_id: UUID | None
    entries_count: int
    head: Anchor | None
    found: tuple[Found, ...]


def verify_chain(school_id: UUID | None, anchors: Iterable[Anchor] = ()) -> Verified:
    """One school's chain, or the service's own. Duty D1 (threat T23). Five queries and one for each anchor.

    To be called in a transaction in that school: row level security shows no other. All rows are read, but none
    comes into Python: a million rows take some ten seconds.
    """
    with connection.cursor() as cursor:
        # Reads all there is, once: neither a short patience nor a small memory is meant for this.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '256MB'")
    found = [*_run(_ORDER, school_id), *_run(_CONTENT, school_id)]
    found += [each for anchor in set(anchors) if anchor.school_id == school_id for each in _compare(anchor)]
    count, seq, digest = _one(
        f"""SELECT (SELECT count(*) FROM audit_entry WHERE {_mine(school_id)}), l.seq, l.hash
            FROM (SELECT 1) one LEFT JOIN LATERAL (
                SELECT seq, hash FROM audit_link WHERE {_mine(school_id)} ORDER BY seq DESC LIMIT 1) l ON true""",  # noqa: S608
        {"school": school_id},
    )
    return Verified(school_id, count, Anchor(school_id, seq, bytes(digest)) if seq else None, tuple(found))


def unguarded() -> tuple[str, ...]:
    """The triggers of the trail that are switched off or gone. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname::text FROM pg_trigger WHERE tgname = ANY (%s) AND tgenabled = 'O'", [list(_GUARDS)]
        )
        there = {name for (name,) in cursor.fetchall()}
    return tuple(name for name in _GUARDS if name not in there)


def schools_in_the_trail() -> set[UUID | None]:
    """Whose chains there are, through a door in the wall. One query.

    A row that was put under a school that does not exist is in one of these and in no list of schools.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT school_id FROM chains_in_the_trail()")
        return {school_id for (school_id,) in cursor.fetchall()}


def _run(query: str, school_id: UUID | None) -> Iterator[Found]:
    counted = _COUNTED.format(query=query.format(mine=_mine(school_id)), limit=SHOWN)
    with connection.cursor() as cursor:
        cursor.execute(counted, {"school": school_id})
        for trouble, seq, entry_id, count in cursor.fetchall():
            yield Found(school_id, Trouble(trouble), seq, entry_id, count)


def _compare(anchor: Anchor) -> Iterator[Found]:
    parameters = {"school": anchor.school_id, "seq": anchor.seq}
    mine = _mine(anchor.school_id)
    held, last = _one(
        f"""SELECT (SELECT hash FROM audit_link WHERE {mine} AND seq = %(seq)s),
                   (SELECT max(seq) FROM audit_link WHERE {mine})""",  # noqa: S608
        parameters,
    )
    if held is not None and bytes(held) == anchor.hash:
        return
    cut = held is None and (last or 0) < anchor.seq
    yield Found(anchor.school_id, Trouble.CUT if cut else Trouble.REWRITTEN, anchor.seq, None, 1)


def _one(query: str, parameters: dict[str, Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def _mine(school_id: UUID | None) -> str:
    return _MINE[school_id is None]
