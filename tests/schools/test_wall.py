"""A request is one transaction in one school; outside of requests ``in_school`` says which. Threat T7."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from incidents.models import Incident
from schools import wall
from schools.models import School, User
from schools.ownership import as_owner
from schools.selectors import entering_viewer, viewer_for
from schools.wall import (
    OneTransaction,
    RowsInStream,
    TransactionBroken,
    WrongRole,
    current_school,
    enter_school,
    every_school,
    in_school,
    refuse_wrong_role,
)
from tests import factories
from tests.arranging import APP, ARRANGER, acting_as
from tests.factories.queries import queries_at_most


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.school_id', true), '')")
        return str(cursor.fetchone()[0])


def who() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


# --- in a school --------------------------------------------------------------------------------------------


def test_in_a_school_there_are_its_rows_and_no_others(db: None) -> None:
    school, other = factories.school(), factories.school("Hillside")
    with in_school(school.pk):
        assert list(School.objects.all()) == [school]
        with in_school(other.pk):
            assert list(School.objects.all()) == [other]
            with in_school(None):
                assert list(School.objects.all()) == []
            assert current_school() == other.pk
        assert current_school() == school.pk
    assert current_school() is None


def test_a_school_that_does_not_exist_has_nothing(db: None) -> None:
    factories.coordinator(factories.school())
    with in_school(uuid.uuid4()):
        assert not School.objects.exists()


def test_after_an_error_one_is_where_one_was(db: None) -> None:
    school, other = factories.school(), factories.school("Hillside")
    with in_school(school.pk):
        with pytest.raises(IntegrityError), in_school(other.pk):
            School.objects.create(id=other.pk, name="Twice", address="x")
        assert current_school() == school.pk
        with pytest.raises(LookupError), in_school(other.pk):
            raise LookupError
        assert list(School.objects.all()) == [school]


def test_what_is_taken_back_on_purpose_needs_no_way_back(db: None) -> None:
    school, other = factories.school(), factories.school("Hillside")
    with in_school(school.pk):
        with in_school(other.pk):
            School.objects.update(name="Tried only")
            transaction.set_rollback(True)
        assert current_school() == school.pk
    assert set(School.objects.values_list("name", flat=True)) == {school.name, "Hillside"}


@pytest.mark.django_db(transaction=True)
def test_after_the_transaction_the_school_is_gone() -> None:
    school = factories.school()
    with in_school(school.pk):
        assert setting() == str(school.pk)
    assert setting() == ""
    with acting_as(APP):
        # Not an error either: the setting is empty now, where it was not there at all before.
        assert not School.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_costs_one_query_and_two_inside_of_another(db: None) -> None:
    school = factories.school()
    with queries_at_most(1), in_school(school.pk):
        pass
    with in_school(school.pk), queries_at_most(2), in_school(None):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_school_is_entered_in_a_transaction_only() -> None:
    school = factories.school()
    with pytest.raises(transaction.TransactionManagementError):
        enter_school(school.pk)
    with pytest.raises(transaction.TransactionManagementError):
        entering_viewer(user_id=uuid.uuid4(), today=timezone.localdate(), school_id=None)


def test_every_school_is_named_to_the_worker(db: None) -> None:
    schools = [factories.school(name) for name in ("Riverbank", "Hillside", "Riverbank")]
    with in_school(None):
        found = every_school()
    assert found == sorted(((each.pk, each.name) for each in schools), key=lambda each: (each[1], each[0]))


def test_what_is_the_product_s_is_the_app_s_and_the_rest_is_the_arranger_s(db: None) -> None:
    """Of the tests themselves: were this not so, no test of a page would say anything about the wall."""
    school = factories.school()
    assert who() == ARRANGER
    with in_school(school.pk):
        assert who() == APP
    assert who() == ARRANGER
    seen: list[str] = []

    def answer(_: HttpRequest) -> HttpResponse:
        seen.append(who())
        return HttpResponse()

    OneTransaction(answer)(RequestFactory().get("/"))
    assert (seen, who()) == ([APP], ARRANGER)


# --- who is asking ------------------------------------------------------------------------------------------


def test_whoever_asks_is_in_their_school_from_then_on(db: None) -> None:
    riverbank, hillside = factories.school("Riverbank"), factories.school("Hillside")
    jo = factories.coordinator(riverbank)
    elsewhere = factories.coordinator(hillside)
    elsewhere.user = jo.user
    elsewhere.save()
    asked = {"user_id": jo.user_id, "today": timezone.localdate()}
    for chosen, of in ((None, hillside), (riverbank.pk, riverbank), (hillside.pk, hillside), (uuid.uuid4(), hillside)):
        with in_school(None):
            with queries_at_most(1):
                viewer = entering_viewer(**asked, school_id=chosen)
            assert viewer is not None
            assert viewer == viewer_for(**asked, school_id=chosen)
            assert viewer.school_id == current_school() == of.pk
            assert list(School.objects.all()) == [of]


def test_whoever_belongs_to_no_school_is_in_none(db: None) -> None:
    factories.coordinator(factories.school())
    stranger = User.objects.create(email="stranger@example.org")
    with in_school(None):
        assert entering_viewer(user_id=stranger.pk, today=timezone.localdate(), school_id=None) is None
        assert current_school() is None


# --- a request ----------------------------------------------------------------------------------------------


def answering(view: Callable[[], HttpResponse]) -> Callable[[], HttpResponse]:
    return lambda: OneTransaction(lambda _: view())(RequestFactory().get("/"))


def leave_a_trace(status: int) -> HttpResponse:
    Entry.objects.create(action="x.y", at=timezone.now())
    return HttpResponse(status=status)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("status", "kept"), [(200, 1), (302, 1), (403, 1), (404, 1), (409, 1), (422, 1), (500, 0), (503, 0)]
)
def test_an_answer_of_500_and_more_takes_everything_back(status: int, kept: int) -> None:
    assert answering(lambda: leave_a_trace(status))().status_code == status
    assert Entry.objects.count() == kept


@pytest.mark.django_db(transaction=True)
def test_a_request_begins_in_no_school_and_leaves_none_behind() -> None:
    school = factories.school()

    def view() -> HttpResponse:
        assert current_school() is None
        assert not School.objects.exists()
        enter_school(school.pk)
        return HttpResponse(str(School.objects.count()))

    for _ in range(2):
        assert answering(view)().content == b"1"
        assert setting() == ""


@pytest.mark.django_db(transaction=True)
def test_an_error_that_was_passed_over_is_no_success() -> None:
    """Postgres would answer the commit with a rollback, and the page would have said that it was saved."""

    def view() -> HttpResponse:
        leave_a_trace(200)
        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute("INSERT INTO audit_entry (id) VALUES (gen_random_uuid())")
        return HttpResponse("Saved.")

    with pytest.raises(TransactionBroken):
        answering(view)()
    assert Entry.objects.count() == 0
    assert setting() == ""


@pytest.mark.django_db(transaction=True)
def test_an_inner_rollback_of_everything_is_no_success() -> None:
    def view() -> HttpResponse:
        leave_a_trace(200)
        with pytest.raises(LookupError), transaction.atomic(savepoint=False):
            raise LookupError
        return HttpResponse("Saved.")

    with pytest.raises(TransactionBroken):
        answering(view)()
    assert Entry.objects.count() == 0


def test_an_answer_that_never_asked_the_database_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "connection", None)
    assert not wall._is_broken()


@pytest.mark.django_db(transaction=True)
def test_answers_are_not_streamed() -> None:
    with pytest.raises(RowsInStream):
        answering(lambda: StreamingHttpResponse(iter([b"x"])))()  # type: ignore[return-value,arg-type]


@pytest.mark.django_db(transaction=True)
def test_a_request_is_never_part_of_another_transaction() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        answering(HttpResponse)()


def test_the_transaction_is_around_session_and_log_in_and_inside_of_the_plain_404(settings: Any) -> None:
    order = settings.MIDDLEWARE
    place = order.index("schools.wall.OneTransaction")
    assert order[place - 1] == "esafety.middleware.PlainNotFound"
    assert order[place + 1] == "django.contrib.sessions.middleware.SessionMiddleware"
    assert order.index("whitenoise.middleware.WhiteNoiseMiddleware") < place
    assert order.index("schools.middleware.ViewerMiddleware") > place
    assert settings.DATABASES["default"]["ATOMIC_REQUESTS"] is False


@pytest.mark.django_db(transaction=True)
def test_two_schools_on_one_connection_never_see_each_other() -> None:
    """What a pool does all day: the same connection, one request after the other."""
    desks: list[tuple[Client, str, str]] = []
    for name, pupil in (("Riverbank", "Samira Reedham"), ("Hillside", "Kaspar Lowther")):
        school = factories.school(name)
        keeper = factories.coordinator(school)
        record = factories.incident(
            factories.viewer(keeper),
            people=[{"person_id": "", "name": pupil, "group": "5R", "kind": "other", "part": "affected"}],
        )
        desks.append((factories.log_in(keeper), record.reference, pupil))
    pids = set()
    for _ in range(3):
        for (client, reference, pupil), (_, others, elsewhere) in zip(desks, reversed(desks), strict=True):
            text = client.get(reverse("incidents:log")).content.decode()
            text += client.get(reverse("incidents:today")).content.decode()
            own = Incident.objects.get(reference=reference)
            theirs = Incident.objects.get(reference=others)
            text += client.get(reverse("incidents:incident", args=[own.pk])).content.decode()
            assert client.get(reverse("incidents:incident", args=[theirs.pk])).status_code == 404
            for part in (reference, pupil):
                assert part in text
            for part in (others, elsewhere):
                assert part not in text
            assert setting() == ""
            pids.add(connection.connection.info.backend_pid)
    assert len(pids) == 1


@pytest.mark.django_db(transaction=True)
def test_a_query_that_forgot_its_school_finds_none_but_the_own_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall by itself, with the product's own rule taken away."""
    keepers = [factories.coordinator(factories.school(name)) for name in ("Riverbank", "Hillside")]
    own, other = (factories.incident(factories.viewer(keeper)) for keeper in keepers)
    monkeypatch.setattr("incidents.models.incident.IncidentQuerySet.visible_to", lambda self, viewer: self.all())
    client = factories.log_in(keepers[0])
    text = client.get(reverse("incidents:log")).content.decode()
    assert own.reference in text
    assert other.reference not in text
    assert client.get(reverse("incidents:incident", args=[other.pk])).status_code == 404


# --- who is logged in to the database -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_owner_runs_no_pages() -> None:
    with as_owner(), pytest.raises(WrongRole, match=r"esafety_owner owns .* esafety_app"):
        refuse_wrong_role()


@pytest.mark.django_db(transaction=True)
def test_nor_does_who_may_become_somebody_who_passes() -> None:
    # As it is in the tests' clusters: being the app is not enough when one can stop being it.
    with acting_as(APP), pytest.raises(WrongRole, match=f"esafety_app may become {ARRANGER}"):
        refuse_wrong_role()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [OperationalError("away"), OperationalError("away"), None]

    def powers() -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    monkeypatch.setattr(wall, "_powers", powers)
    monkeypatch.setattr(wall.time, "sleep", lambda _: None)
    refuse_wrong_role()
    assert answers == []
    answers[:] = [OperationalError("away")]
    with pytest.raises(OperationalError):
        refuse_wrong_role(wait_seconds=-1)
