"""Somebody with the rights of the tables' owner, who switches the triggers off and then changes what is on record.

Six kinds of tampering, each at a random place of a chain. The last two leave a chain that is sound in itself: only
an anchor that was kept outside tells them.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from audit import services as audit
from audit.rules import Anchor, Trouble
from audit.selectors import head_of
from audit.verifying import verify_chain
from schools.wall import in_school


def dice(seed: object) -> random.Random:
    """Chance that is the same in every run."""
    return random.Random(str(seed))  # noqa: S311


Tamper = Callable[[random.Random, uuid.UUID, int], None]


def fill(school_id: uuid.UUID, count: int, rng: random.Random) -> None:
    """A chain of so many entries, made the way the service makes them."""
    with in_school(school_id):
        for _ in range(count):
            audit.record(
                rng.choice(("incident.opened", "incident.corrected", "log.read")),
                school_id=school_id,
                actor_id=uuid.UUID(int=rng.getrandbits(128)),
                object_id=uuid.UUID(int=rng.getrandbits(128)),
                detail={"revision": rng.randrange(9), "fields": [rng.choice("abc")]},
            )
        link_now()


def link_now() -> None:
    """What a COMMIT would do; a test's transaction never ends in one."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def triggers_off() -> Iterator[Any]:
    """A cursor before which no trigger stands: the tables' owner can do that, and the service never is."""
    with connection.cursor() as cursor:
        for table in ("audit_entry", "audit_link"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        for table in ("audit_entry", "audit_link"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def mutate(rng: random.Random, school_id: uuid.UUID, count: int) -> None:
    """Change one value of one entry."""
    change = rng.choice(
        (
            "action = 'incident.reported'",
            "actor_id = gen_random_uuid()",
            "actor_id = NULL",
            "object_id = gen_random_uuid()",
            "object_type = 'message'",
            "detail = detail || '{\"revision\": 77}'",
            "at = at + interval '1 microsecond'",
            "school_id = gen_random_uuid()",
            "id = gen_random_uuid()",
        )
    )
    with triggers_off() as cursor:
        cursor.execute(f"UPDATE audit_entry SET {change} WHERE id = %s", [entry_at(school_id, rng.randint(1, count))])  # noqa: S608


def delete(rng: random.Random, school_id: uuid.UUID, count: int) -> None:
    """Take one entry out of the middle, its link with it or not."""
    seq = rng.randint(1, count - 1)
    with triggers_off() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [entry_at(school_id, seq)])
        if rng.random() < 0.7:
            cursor.execute("DELETE FROM audit_link WHERE school_id = %s AND seq = %s", [school_id, seq])


def insert(rng: random.Random, school_id: uuid.UUID, count: int) -> None:
    """Put one entry in that nobody made, without a link or with one squeezed in."""
    made = uuid.uuid4()
    with triggers_off() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry SELECT %s, school_id, actor_id, action, object_type, object_id, detail, at "
            "FROM audit_entry WHERE id = %s",
            [made, entry_at(school_id, rng.randint(1, count))],
        )
        if rng.random() < 0.5:
            seq = rng.randint(1, count - 1)
            cursor.execute("UPDATE audit_link SET seq = -seq WHERE school_id = %s AND seq > %s", [school_id, seq])
            cursor.execute("UPDATE audit_link SET seq = 1 - seq WHERE school_id = %s AND seq < 0", [school_id])
            cursor.execute(
                "INSERT INTO audit_link SELECT e.id, e.school_id, l.seq + 1, l.hash, audit_hash(l.hash, l.seq + 1, "
                "e.id, e.school_id, e.actor_id, e.action, e.object_type, e.object_id, e.detail, e.at) "
                "FROM audit_entry e, audit_link l WHERE e.id = %s AND l.school_id = %s AND l.seq = %s",
                [made, school_id, seq],
            )


def reorder(rng: random.Random, school_id: uuid.UUID, count: int) -> None:
    """Let two entries change places: in time, or in the chain."""
    first, second = (entry_at(school_id, seq) for seq in rng.sample(range(1, count + 1), 2))
    with triggers_off() as cursor:
        if rng.random() < 0.5:
            cursor.execute(
                "UPDATE audit_entry a SET at = b.at FROM audit_entry b "
                "WHERE (a.id, b.id) IN ((%(one)s, %(two)s), (%(two)s, %(one)s))",
                {"one": first, "two": second},
            )
        else:
            cursor.execute(
                "UPDATE audit_link SET entry_id = gen_random_uuid() WHERE entry_id = %s RETURNING seq", [first]
            )
            (seq,) = cursor.fetchone()
            cursor.execute("UPDATE audit_link SET entry_id = %s WHERE entry_id = %s", [first, second])
            cursor.execute(
                "UPDATE audit_link SET entry_id = %s WHERE school_id = %s AND seq = %s", [second, school_id, seq]
            )


def cut_tail(rng: random.Random, school_id: uuid.UUID, count: int) -> None:
    """Take the newest entries away with their links: what is left is a sound, shorter chain."""
    kept = rng.randint(0, count - 1)
    with triggers_off() as cursor:
        cursor.execute(
            "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_link WHERE school_id = %s AND seq > %s)",
            [school_id, kept],
        )
        cursor.execute("DELETE FROM audit_link WHERE school_id = %s AND seq > %s", [school_id, kept])


def rewrite(rng: random.Random, school_id: uuid.UUID, count: int) -> None:
    """Change an entry, and work every hash out anew from there on."""
    changed = rng.randint(1, count)
    with triggers_off() as cursor:
        cursor.execute(
            "UPDATE audit_entry SET actor_id = gen_random_uuid() WHERE id = %s", [entry_at(school_id, changed)]
        )
        for seq in range(changed, count + 1):
            cursor.execute(
                """
                UPDATE audit_link l SET prev = given.prev, hash = audit_hash(given.prev, l.seq, e.id, e.school_id,
                    e.actor_id, e.action, e.object_type, e.object_id, e.detail, e.at)
                FROM audit_entry e, (SELECT coalesce((
                    SELECT hash FROM audit_link WHERE school_id = %(school)s AND seq = %(seq)s - 1), ''::bytea) AS prev
                ) given
                WHERE l.school_id = %(school)s AND l.seq = %(seq)s AND e.id = l.entry_id
                """,
                {"school": school_id, "seq": seq},
            )


KINDS: dict[str, Tamper] = {
    "mutate": mutate,
    "delete": delete,
    "insert": insert,
    "reorder": reorder,
    "cut tail": cut_tail,
    "rewrite": rewrite,
}
ONLY_BY_ANCHOR = {"cut tail": Trouble.CUT, "rewrite": Trouble.REWRITTEN}


def entry_at(school_id: uuid.UUID, seq: int) -> uuid.UUID:
    """The entry in this place of the chain."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id FROM audit_link WHERE school_id = %s AND seq = %s", [school_id, seq])
        (entry_id,) = cursor.fetchone()
        return entry_id


def troubles(school_id: uuid.UUID, *anchors: Anchor) -> set[Trouble]:
    """What verifying this chain finds."""
    with in_school(school_id):
        return {each.trouble for each in verify_chain(school_id, anchors).found}


def trial(kind: str, rng: random.Random, *, length: int = 12) -> tuple[set[Trouble], set[Trouble]]:
    """Fill a chain, take its anchor, tamper, verify: what is found without the anchor, and with it. Leaves nothing."""
    school_id = uuid.UUID(int=rng.getrandbits(128), version=4)
    with transaction.atomic():
        fill(school_id, length, rng)
        anchor = head_of(school_id=school_id)
        assert anchor is not None
        assert not troubles(school_id, anchor), "sound before anybody touched it"
        KINDS[kind](rng, school_id, length)
        found = troubles(school_id), troubles(school_id, anchor)
        transaction.set_rollback(True)
    return found
