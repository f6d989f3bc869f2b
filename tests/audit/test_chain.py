"""The chain grows with what is committed: in order, school by school, also when many write at once."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.urls import reverse

from audit import services as audit
from audit.models import Entry, Link
from schools.wall import current_school, enter_school, in_school
from tests import factories
from tests.audit.tampering import dice, fill, link_now, troubles


def record(school_id: uuid.UUID | None, **more: Any) -> Entry:
    return audit.record("incident.opened", school_id=school_id, actor_id=None, **more)


def in_threads(count: int, work: Callable[[int], None]) -> None:
    def each(number: int) -> None:
        try:
            work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(each, range(count)))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_chain_without_a_gap() -> None:
    school_id = uuid.uuid4()

    def write(number: int) -> None:
        for each in range(12):
            with in_school(school_id):
                record(school_id)
                if each % 5 == number % 5:
                    record(school_id)

    in_threads(8, write)
    seqs = list(Link.objects.filter(school_id=school_id).order_by("seq").values_list("seq", flat=True))
    assert len(seqs) == Entry.objects.count() >= 96
    assert seqs == list(range(1, len(seqs) + 1))
    assert troubles(school_id) == set()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_link_and_no_gap() -> None:
    school_id = uuid.uuid4()
    for number in range(4):
        with transaction.atomic():
            with in_school(school_id):
                record(school_id)
            if number % 2:
                transaction.set_rollback(True)
    assert Link.objects.count() == Entry.objects.count() == 2
    assert troubles(school_id) == set()


@pytest.mark.django_db(transaction=True)
def test_the_chain_of_one_school_does_not_wait_for_another() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    with transaction.atomic():
        with in_school(one):
            record(one)
            link_now()  # its chain is locked from here on

        def write(_: int) -> None:
            with in_school(other):
                connection.cursor().execute("SET LOCAL lock_timeout = '2s'")
                record(other)

        in_threads(1, write)
    assert troubles(one) == troubles(other) == set()


@pytest.mark.django_db
def test_links_are_written_in_the_entry_s_school_and_one_is_back_where_one_was() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    with transaction.atomic():
        enter_school(one)
        record(one)
        enter_school(None)
        record(None)
        enter_school(other)
        record(other)
        link_now()
        assert current_school() == other
    assert {each.school_id: each.seq for each in Link.objects.all()} == {one: 1, None: 1, other: 1}


@pytest.mark.django_db(transaction=True)
def test_no_entry_is_committed_without_its_link_and_no_page_shown() -> None:
    """With real commits: the link is refused at the very end of the transaction, and still nothing is handed out."""
    jo = factories.coordinator(factories.school())
    made = factories.incident(factories.viewer(jo))
    client: Client = factories.log_in(jo)
    client.raise_request_exception = False
    kept = Entry.objects.count()
    statements = (
        "CREATE FUNCTION no_link() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no link'; END $$",
        "CREATE TRIGGER no_link BEFORE INSERT ON audit_link FOR EACH ROW EXECUTE FUNCTION no_link()",
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    try:
        response = client.get(reverse("incidents:incident", args=[made.pk]))
        with pytest.raises(DatabaseError), in_school(jo.school_id):
            record(jo.school_id)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER no_link ON audit_link")
            cursor.execute("DROP FUNCTION no_link()")
    assert response.status_code == 500
    assert made.reference not in response.content.decode()
    assert Entry.objects.count() == kept


@pytest.mark.django_db
@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"b": "2", "a": "1", "nested": ["x", "y"]},
        {"text": 'A "quoted" é 漢 \U0001f600 \\ \n line', "number": 12345678901234567890, "yes": True},
    ],
)
def test_any_detail_is_hashed_the_same_when_it_is_read_again(detail: dict[str, Any]) -> None:
    school_id = uuid.uuid4()
    with in_school(school_id):
        record(school_id, detail=detail)
        link_now()
    for zone in ("UTC", "Pacific/Kiritimati"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('timezone', %s, true)", [zone])
        assert troubles(school_id) == set()


@pytest.mark.django_db(transaction=True)
def test_what_was_there_before_the_chain_is_linked_in_order_when_it_is_upgraded() -> None:
    """Back to the version before, some entries, and forward again."""
    school_id, nowhere = uuid.uuid4(), None
    try:
        call_command("migrate", "audit", "0002", verbosity=0)
        for number in (3, 1, 2):
            for chain in (school_id, nowhere):
                Entry.objects.create(school_id=chain, action=f"a.b{number}", at=f"2026-11-{number:02}T10:00:00Z")
    finally:
        call_command("migrate", "audit", verbosity=0)
    for chain in (school_id, nowhere):
        linked = Link.objects.filter(school_id=chain) if chain else Link.objects.filter(school_id__isnull=True)
        ids = list(linked.order_by("seq").values_list("entry_id", flat=True))
        actions = [Entry.objects.get(pk=each).action for each in ids]
        assert actions == ["a.b1", "a.b2", "a.b3"]
    fill(school_id, 2, dice("after"))
    assert troubles(school_id) == set()
