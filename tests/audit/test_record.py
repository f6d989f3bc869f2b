"""The trail: written with the act or not at all, added to and never changed."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from audit import services as audit
from audit.models import Entry

ACTOR, SCHOOL = uuid.uuid4(), uuid.uuid4()


def record(**more: object) -> Entry:
    return audit.record("incident.opened", school_id=SCHOOL, actor_id=ACTOR, **more)  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_the_transaction_of_the_act() -> None:
    with pytest.raises(audit.AuditOutsideTransaction):
        record()
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_trace_falls_with_the_act() -> None:
    def act() -> None:
        with transaction.atomic():
            record()
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError, match="the act failed"):
        act()
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_an_entry_holds_who_what_and_when() -> None:
    then = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    made = record(object_type="incident", object_id=SCHOOL, detail={"revision": 2}, at=then)
    kept = Entry.objects.get(pk=made.pk)
    assert (kept.school_id, kept.actor_id, kept.object_id) == (SCHOOL, ACTOR, SCHOOL)
    assert kept.detail == {"revision": 2}
    assert kept.at == then
    assert record().at > then


@pytest.mark.django_db
def test_an_entry_is_never_changed_or_deleted() -> None:
    made = record()
    for change in (lambda: Entry.objects.update(action="x"), lambda: Entry.objects.filter(pk=made.pk).delete()):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            change()
    assert Entry.objects.get(pk=made.pk).action == "incident.opened"
