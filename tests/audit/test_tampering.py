"""Whatever somebody with the rights of the tables' owner does to the trail afterwards is found (threat T23).

AUDIT_TRIALS=200 runs the long form: 6 kinds, 200 trials each.
"""

import os
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit.models import Entry, Link
from audit.rules import TROUBLE_WORDS, Trouble, anchor_text, anchors_in
from audit.selectors import head_of
from tests import factories
from tests.audit.tampering import (
    KINDS,
    ONLY_BY_ANCHOR,
    dice,
    entry_at,
    fill,
    link_now,
    mutate,
    trial,
    triggers_off,
    troubles,
)

pytestmark = pytest.mark.django_db
TRIALS = int(os.environ.get("AUDIT_TRIALS", "20"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_trial_is_found(kind: str) -> None:
    missed = []
    for number in range(TRIALS):
        bare, anchored = trial(kind, dice(f"{kind} {number}"))
        if kind in ONLY_BY_ANCHOR:
            assert bare == set(), "only the anchor can tell"
            found = anchored == {ONLY_BY_ANCHOR[kind]}
        else:
            found = bool(bare)
        missed += [] if found else [number]
    assert missed == [], f"{kind}: {len(missed)} of {TRIALS} not found"


def test_a_link_a_transaction_and_one_chain_a_school() -> None:
    rng = dice(1)
    one, other = uuid.uuid4(), uuid.uuid4()
    fill(one, 3, rng)
    fill(other, 2, rng)
    fill(one, 2, rng)
    assert list(Link.objects.filter(school_id=one).order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5]
    assert list(Link.objects.filter(school_id=other).order_by("seq").values_list("seq", flat=True)) == [1, 2]
    assert Link.objects.count() == Entry.objects.count() == 7
    assert troubles(one) == troubles(other) == set()


@pytest.mark.parametrize("table", ["audit_entry", "audit_link"])
def test_the_trail_is_not_emptied(table: str) -> None:
    fill(uuid.uuid4(), 1, dice(2))
    changes = (f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE", f"DELETE FROM {table}")  # noqa: S608
    for change in (*changes, f"UPDATE {table} SET school_id = school_id"):  # noqa: S608
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert Entry.objects.count() == Link.objects.count() == 1


def test_a_row_under_a_school_that_is_none_is_found() -> None:
    fill(uuid.uuid4(), 2, dice(3))
    with triggers_off() as cursor:
        cursor.execute("UPDATE audit_entry SET school_id = gen_random_uuid() WHERE id = %s", [Entry.objects.first().pk])  # type: ignore[union-attr]
    with pytest.raises(CommandError, match="is not what it was"):
        call_command("verify_audit", stdout=StringIO())


def test_the_command_says_what_is_wrong_and_where(tmp_path: Path) -> None:
    school = factories.school()
    rng = dice(4)
    fill(school.pk, 6, rng)
    anchor = head_of(school_id=school.pk)
    assert anchor is not None
    kept = tmp_path / "anchors.txt"
    kept.write_text(f"Subject: Figures of the day\n\n> {anchor_text(anchor)}\n")
    said = StringIO()
    call_command("verify_audit", anchors=[kept.open()], stdout=said)
    assert "each is what was written" in said.getvalue()
    assert "Without --anchors" not in said.getvalue()
    altered = entry_at(school.pk, 4)
    with triggers_off() as cursor:
        cursor.execute("UPDATE audit_entry SET action = 'x' WHERE id = %s", [altered])
    said = StringIO()
    with pytest.raises(CommandError, match="1 found in"):
        call_command("verify_audit", stdout=said)
    assert f"chain {school.pk}, link 4, entry {altered}" in said.getvalue()
    assert Trouble.ALTERED in said.getvalue()


def test_a_guard_that_is_off_is_said() -> None:
    said = StringIO()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_linked")
        with pytest.raises(CommandError):
            call_command("verify_audit", stdout=said)
        transaction.set_rollback(True)
    assert "(audit_entry_linked)" in said.getvalue()


def test_an_anchor_is_read_out_of_any_mail() -> None:
    school_id = uuid.uuid4()
    fill(school_id, 1, dice(5))
    anchor = head_of(school_id=school_id)
    assert anchor is not None
    text = anchor_text(anchor)
    assert max(map(len, text.splitlines())) < 76
    for mail in (text, text.replace("\n", "\r\n"), "> " + text.replace("\n", "\n> "), f"Words. {text}, {text}."):
        assert set(anchors_in(mail)) == {anchor}
    assert anchors_in("nothing of the kind") == ()


def test_the_service_s_own_chain_is_one_too() -> None:
    with transaction.atomic():
        Entry.objects.create(school_id=None, action="log_in.failed", at="2026-11-20T10:00:00Z")
        link_now()
    anchor = head_of(school_id=None)
    assert anchor is not None
    assert anchors_in(anchor_text(anchor)) == (anchor,)
    with triggers_off() as cursor:
        cursor.execute("UPDATE audit_entry SET action = 'x' WHERE school_id IS NULL")
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=StringIO())


def test_mutating_any_column_is_found() -> None:
    for number in range(30):
        school_id = uuid.uuid4()
        rng = dice(f"column {number}")
        fill(school_id, 3, rng)
        mutate(rng, school_id, 3)
        assert troubles(school_id), number


def test_every_trouble_has_its_words() -> None:
    assert set(TROUBLE_WORDS) == set(Trouble)
