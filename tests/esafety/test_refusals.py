"""What is refused is on record; who misses too often is held up, and the school is told (threat T12)."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import services as audit
from audit.models import HELD_UP, MISSED, Entry
from audit.services import refusals_waiting, refused, write_refusal
from dispatch.misses import MISSES_ALLOWED, write_down
from dispatch.models import Notice
from schools.models import Person, School, User
from schools.roles import Role
from tests import factories
from tests.factories.queries import queries_at_most


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def teacher(of: School) -> Person:
    return factories.person(of, "Robin Vale", Role.STAFF)


@pytest.fixture
def jo(of: School) -> Person:
    return factories.coordinator(of)


@pytest.fixture
def head(of: School) -> Person:
    return factories.person(of, "Ada Bell", Role.HEAD_TEACHER)


def address(incident_id: uuid.UUID | None = None) -> str:
    return reverse("incidents:incident", args=[incident_id or uuid.uuid4()])


def has_missed(who: Person, times: int, *, minutes_ago: int = 1) -> None:
    """That many entries, as if the requests had been made."""
    at = timezone.now() - timedelta(minutes=minutes_ago)
    Entry.objects.bulk_create(
        Entry(school_id=who.school_id, actor_id=who.user_id, action=MISSED, at=at) for _ in range(times)
    )


# --- on record -------------------------------------------------------------------------------------------------------


def test_a_page_that_is_not_there_or_not_theirs_is_on_record(teacher: Person, jo: Person) -> None:
    hidden, missing = factories.incident(factories.viewer(jo)).pk, uuid.uuid4()
    client = factories.log_in(teacher)
    answers = [client.get(address(each)) for each in (hidden, missing)]
    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    rows = Entry.objects.filter(action=MISSED).order_by("at")
    assert [(each.object_id, each.actor_id, each.school_id) for each in rows] == [
        (each, teacher.user_id, teacher.school_id) for each in (hidden, missing)
    ]
    assert rows[0].detail == {"page": "incidents:incident", "method": "GET"}


def test_what_is_not_allowed_is_on_record(teacher: Person, jo: Person) -> None:
    client = factories.log_in(teacher)
    assert client.get(reverse("incidents:log")).status_code == 403
    assert client.post(reverse("incidents:close", args=[uuid.uuid4()])).status_code == 403
    rows = Entry.objects.filter(action="request.refused").order_by("at")
    assert [each.detail["page"] for each in rows] == ["incidents:log", "incidents:close"]
    assert not Entry.objects.filter(action=MISSED).exists()


@pytest.mark.parametrize("path", ["/nowhere/", "/favicon.ico", "/policy/agreements/none/"])
def test_an_address_without_an_id_is_no_attempt(teacher: Person, path: str) -> None:
    assert factories.log_in(teacher).get(path).status_code == 404
    assert not Entry.objects.filter(action=MISSED).exists()


def test_what_somebody_without_a_school_tries_is_on_record_too(of: School, teacher: Person) -> None:
    """A service administrator who is curious, and somebody who has left."""
    administrator = User.objects.create(email="one@service.example.org", password="!", is_staff=True)
    client = factories.log_in_user(administrator)
    assert client.get(address()).status_code == 403
    assert client.get(reverse("service:appointment", args=[of.pk, uuid.uuid4()])).status_code == 404
    left = factories.log_in(teacher)
    teacher.memberships.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert left.get(address()).status_code == 403
    rows = Entry.objects.filter(action__in=["request.refused", MISSED]).order_by("at")
    assert [(each.action, each.actor_id, each.school_id) for each in rows] == [
        ("request.refused", administrator.pk, None),
        (MISSED, administrator.pk, None),
        ("request.refused", teacher.user_id, None),
    ]


def test_a_service_administrator_is_held_up_too(of: School) -> None:
    administrator = User.objects.create(email="one@service.example.org", password="!", is_staff=True)
    client = factories.log_in_user(administrator)
    at = timezone.now()
    Entry.objects.bulk_create(Entry(actor_id=administrator.pk, action=MISSED, at=at) for _ in range(MISSES_ALLOWED - 1))
    for status in (404, 429):
        assert client.get(reverse("service:appointment", args=[of.pk, uuid.uuid4()])).status_code == status
    assert client.get(reverse("service:schools")).status_code == 200
    assert not Notice.objects.exists()


def test_nothing_is_on_record_of_somebody_who_is_not_logged_in(db: None) -> None:
    assert Client().get(address()).status_code == 302
    assert Client().get("/officer/nothing/").status_code == 404
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_attempt_stays_on_record_when_its_request_is_rolled_back() -> None:
    with refusals_waiting() as waiting:
        with transaction.atomic():
            refused("log_in.failed", school_id=None, actor_id=None, detail={"why": "password"})
            transaction.set_rollback(True)
        assert not Entry.objects.exists()
    for each in waiting:
        write_down(each)
    assert Entry.objects.get().detail == {"why": "password"}


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_request_it_is_written_at_once() -> None:
    school_id = uuid.uuid4()
    refused("break_glass.refused", school_id=school_id, actor_id=None)
    assert Entry.objects.get().school_id == school_id


def test_what_a_view_refuses_is_written_after_it(teacher: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def view(*_: Any, **__: Any) -> None:
        refused("log_in.failed", school_id=None, actor_id=None)
        assert not Entry.objects.filter(action="log_in.failed").exists()

    monkeypatch.setattr("incidents.views.log.log_options", view)
    client = factories.log_in(teacher)
    monkeypatch.setattr("incidents.views.today.today_of", lambda **_: view())
    client.raise_request_exception = False
    assert client.get("/").status_code == 500
    assert Entry.objects.filter(action="log_in.failed").count() == 1


def test_an_attempt_that_cannot_be_recorded_is_answered_by_an_error(
    teacher: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    client = factories.log_in(teacher)
    client.raise_request_exception = False
    monkeypatch.setattr("dispatch.misses.audit.record", broken)
    assert client.get(address()).status_code == 500


# --- held up ---------------------------------------------------------------------------------------------------------


def test_after_fifty_misses_no_page_about_a_case_is_given(jo: Person, head: Person) -> None:
    made = factories.incident(factories.viewer(jo))
    client = factories.log_in(jo)
    has_missed(jo, MISSES_ALLOWED - 1)
    assert client.get(address(made.pk)).status_code == 200
    assert client.get(address()).status_code == 404
    for path in (address(made.pk), address(), reverse("incidents:pdf", args=[made.pk, 1])):
        response = client.get(path)
        assert response.status_code == 429
        assert response["Retry-After"] == "3600"
        assert "no-store" in response["Cache-Control"]
        assert made.reference not in response.content.decode()
    assert client.post(reverse("incidents:close", args=[made.pk])).status_code == 429
    assert client.get("/").status_code == 200
    assert Entry.objects.filter(action=MISSED).count() == MISSES_ALLOWED


def test_another_browser_of_the_same_account_is_held_up_too_and_nobody_else(jo: Person, of: School) -> None:
    made = factories.incident(factories.viewer(jo))
    has_missed(jo, MISSES_ALLOWED)
    assert factories.log_in(jo).get(address(made.pk)).status_code == 429
    other = factories.person(of, "Kim Lee", Role.DSL)
    assert factories.log_in(other).get(address(made.pk)).status_code == 200


def test_it_ends_after_an_hour(jo: Person) -> None:
    made = factories.incident(factories.viewer(jo))
    has_missed(jo, MISSES_ALLOWED, minutes_ago=61)
    assert factories.log_in(jo).get(address(made.pk)).status_code == 200


def test_the_head_teacher_is_told_once(
    teacher: Person, head: Person, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    has_missed(teacher, MISSES_ALLOWED - 2)
    client = factories.log_in(teacher)
    client.get(address())
    assert not Notice.objects.exists()
    client.get(address())
    client.get(address())
    (notice,) = Notice.objects.all()
    assert (notice.kind, notice.to_address, notice.object_id) == ("misses", head.user.email, teacher.user_id)  # type: ignore[union-attr]
    held_up = Entry.objects.get(action=HELD_UP)
    assert (held_up.object_id, held_up.detail) == (teacher.user_id, {"misses": MISSES_ALLOWED})


@pytest.mark.parametrize(
    ("posts", "told"),
    [
        ((Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS), Role.HEAD_TEACHER),
        ((Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR), Role.CHAIR_OF_GOVERNORS),
        ((Role.VICE_CHAIR,), Role.VICE_CHAIR),
        ((), None),
    ],
)
def test_somebody_else_is_told_in_turn(of: School, teacher: Person, posts: tuple[Role, ...], told: Role | None) -> None:
    holders = {post: factories.person(of, f"Holder {post}", post) for post in posts}
    has_missed(teacher, MISSES_ALLOWED - 1)
    factories.log_in(teacher).get(address())
    assert Entry.objects.filter(action=HELD_UP).count() == 1
    wanted = [holders[told].user.email] if told else []  # type: ignore[union-attr]
    assert list(Notice.objects.values_list("to_address", flat=True)) == wanted


def test_a_head_teacher_is_not_told_of_themselves(of: School, head: Person) -> None:
    chair = factories.person(of, "Zoe Hart", Role.CHAIR_OF_GOVERNORS)
    has_missed(head, MISSES_ALLOWED - 1)
    factories.log_in(head).get(address())
    assert list(Notice.objects.values_list("to_address", flat=True)) == [chair.user.email]  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_fifty_and_told_once() -> None:
    of = factories.school()
    head = factories.person(of, "Ada Bell", Role.HEAD_TEACHER)
    teacher = factories.person(of, "Robin Vale", Role.STAFF)
    has_missed(teacher, MISSES_ALLOWED - 4)
    refusal = audit.Refusal(MISSED, of.pk, teacher.user_id)

    def miss(_: int) -> None:
        try:
            write_down(refusal)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(miss, range(6)))
    assert Entry.objects.filter(action=HELD_UP).count() == Notice.objects.count() == 1
    assert Notice.objects.get().to_address == head.user.email  # type: ignore[union-attr]


def test_asking_costs_one_query(jo: Person) -> None:
    made = factories.incident(factories.viewer(jo))
    client = factories.log_in(jo)
    path = reverse("incidents:reopen", args=[made.pk])
    with queries_at_most(8):
        assert client.get(path).status_code == 200


def test_a_refusal_is_written_in_its_own_school(of: School, teacher: Person) -> None:
    made = write_refusal(audit.Refusal("request.refused", of.pk, teacher.user_id))
    assert (made.school_id, made.actor_id) == (of.pk, teacher.user_id)


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.HEAD_TEACHER, 200), (Role.CHAIR_OF_GOVERNORS, 200), (Role.COORDINATOR, 403), (Role.STAFF, 403)],
)
def test_who_was_held_up_is_for_those_who_answer_for_log_ins(
    of: School, teacher: Person, role: Role, status: int
) -> None:
    has_missed(teacher, MISSES_ALLOWED - 1)
    factories.log_in(teacher).get(address())
    reader = factories.person(of, "Zoe Hart", role)
    response = factories.log_in(reader).get(reverse("schools:attempts"))
    assert response.status_code == status
    assert ("Robin Vale" in response.content.decode()) == (status == 200)


def test_another_school_s_are_not_there(of: School, head: Person) -> None:
    other = factories.person(factories.school("Hillside"), "Max Stranger", Role.STAFF)
    has_missed(other, MISSES_ALLOWED - 1)
    factories.log_in(other).get(address())
    page = factories.log_in(head).get(reverse("schools:attempts")).content.decode()
    assert "Nobody was." in page
    assert "Max Stranger" not in page


def test_a_file_where_none_may_be_added_is_on_record_without_the_file(jo: Person) -> None:
    made = factories.incident(factories.viewer(jo), types=["child_abuse_images"])
    where = reverse("incidents:evidence_add", args=[made.pk])
    chosen = SimpleUploadedFile("Zephlogan.png", b"\x89PNG Zephlogan")
    assert factories.log_in(jo).post(where, {"chosen": chosen}).status_code == 400
    left = Entry.objects.get(action="evidence.barred")
    assert (left.object_id, left.actor_id, left.detail) == (made.pk, jo.user_id, {})
