"""Who may know of a case, row by row and kind by kind: deny beats allow. Threats T3, T4, T7, T13."""

import threading
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incidents.access import READ_FEW
from incidents.models import (
    Advice,
    Conflict,
    Evidence,
    Handover,
    Incident,
    Involvement,
    Revision,
    Told,
    Transition,
)
from incidents.selectors.log import Filters, filtered, waiting_count
from incidents.services.advice import record_advice
from incidents.services.evidence import add_evidence
from incidents.services.handing_on import hand_on
from incidents.services.recording import save_page
from schools.models import Person, Post, School
from schools.roles import GRANTS, Permission, Role
from schools.viewer import Viewer
from tests import factories
from tests.factories.rows import log_rows
from tests.incidents.posts import everybody, name_people

OF_A_CASE = (Advice, Evidence, Handover, Involvement, Revision, Transition)


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(of: School) -> Viewer:
    return factories.viewer(factories.coordinator(of))


@pytest.fixture
def case(jo: Viewer) -> Incident:
    return factories.incident(jo)


def viewer_as(of: School, *roles: Role) -> Viewer:
    return factories.viewer(factories.person(of, "Ash Hill", *roles))


def knows(viewer: Viewer, case: Incident) -> bool:
    return Incident.objects.visible_to(viewer).filter(pk=case.pk).exists()


def set_routes(case: Incident, **columns: Any) -> None:
    Incident.objects.filter(pk=case.pk).update(**columns)


def shut_out(viewer: Viewer, case: Incident, why: str, **columns: Any) -> Conflict:
    return Conflict.objects.create(
        school_id=case.school_id, incident=case, person_id=viewer.person_id, why=why, since_revision=1, **columns
    )


# --- posts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.EMERGENCY_READER])
@pytest.mark.parametrize(
    "reads", [post for post in GRANTS[Permission.READ_INCIDENTS] if post is not Role.EMERGENCY_READER]
)
def test_a_case_is_for_the_posts_that_read_it_and_nobody_else(
    of: School, case: Incident, role: Role, reads: Role
) -> None:
    set_routes(case, read_by=[reads.value])
    assert knows(viewer_as(of, role), case) == (role is reads)


@pytest.mark.parametrize("role", [role for role in Role if role not in GRANTS[Permission.READ_INCIDENTS]])
def test_a_role_that_reads_no_incidents_reads_none_whatever_the_row_says(
    of: School, case: Incident, role: Role
) -> None:
    set_routes(case, read_by=[role.value])
    assert not knows(viewer_as(of, role), case)


def test_a_post_that_is_kept_out_beats_every_post_that_reads(of: School, case: Incident) -> None:
    both = viewer_as(of, Role.STAFF, Role.COORDINATOR, Role.HEAD_TEACHER)
    assert knows(both, case)
    set_routes(case, kept_out=["head_teacher"])
    assert not knows(both, case)
    assert knows(viewer_as(of, Role.COORDINATOR), case)


def test_a_draft_is_for_nobody_but_who_writes_it(of: School, case: Incident, jo: Viewer) -> None:
    set_routes(case, status="draft", revision=0)
    assert not knows(jo, case)
    assert Incident.objects.own_of(jo).filter(pk=case.pk).exists()


def test_another_school_knows_nothing(case: Incident) -> None:
    other = factories.school("Hilltop Primary School")
    set_routes(case, read_by=[role.value for role in Role])
    for role in GRANTS[Permission.READ_INCIDENTS]:
        assert not knows(viewer_as(other, role), case)


def test_an_emergency_reader_reads_what_is_not_kept_from_them(of: School, case: Incident) -> None:
    reader = viewer_as(of, Role.EMERGENCY_READER)
    set_routes(case, read_by=["chair_of_governors"])
    assert knows(reader, case)
    assert not Incident.objects.run_by(reader).exists()
    conflict = shut_out(reader, case, "relative")
    assert not knows(reader, case)
    Conflict.objects.filter(pk=conflict.pk).update(until_revision=1)
    set_routes(case, kept_out=["emergency_reader"])
    assert not knows(reader, case)


def test_the_posts_with_an_index_of_their_own_read_through_it_what_is_theirs(of: School, jo: Viewer) -> None:
    log_rows(Person.objects.get(pk=jo.person_id), 3)
    mine = factories.report(jo, about="head_teacher")
    assert mine.handler_post == "la_officer"
    chair = viewer_as(of, Role.CHAIR_OF_GOVERNORS)
    set_routes(mine, read_by=["vice_chair"], handler_post="vice_chair", kept_out=[], nobody_left=False)
    assert not Incident.objects.visible_to(chair).exists()
    set_routes(mine, read_by=["chair_of_governors", "vice_chair"])
    assert [each.pk for each in Incident.objects.visible_to(chair)] == [mine.pk]
    assert {"chair_of_governors", "vice_chair"} == set(READ_FEW)
    # One who holds another post besides is not narrowed to these few.
    assert Incident.objects.visible_to(viewer_as(of, Role.COORDINATOR, Role.CHAIR_OF_GOVERNORS)).count() == 4


# --- conflicts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(GRANTS[Permission.READ_INCIDENTS]))
@pytest.mark.parametrize("why", ["subject", "about", "affected", "relative", "post"])
def test_a_conflict_beats_every_role(of: School, case: Incident, role: Role, why: str) -> None:
    viewer = viewer_as(of, role)
    set_routes(case, read_by=[each.value for each in Role], handler_post=role.value)
    assert knows(viewer, case)
    conflict = shut_out(viewer, case, why)
    assert not knows(viewer, case)
    assert not Incident.objects.run_by(viewer).filter(pk=case.pk).exists()
    assert not filtered(viewer, Filters(words=case.reference)).exists()
    conflict.until_revision = 1
    conflict.save()
    assert knows(viewer, case)


@pytest.mark.parametrize("model", OF_A_CASE)
def test_every_row_of_a_case_goes_with_it(of: School, jo: Viewer, case: Incident, model: Any) -> None:
    head = viewer_as(of, Role.HEAD_TEACHER)
    case = name_people(jo, case, factories.involved(factories.pupil(of), "affected"))
    add_evidence(by=jo, incident_id=case.pk, filename="a.txt", content=b"what was written")
    record_advice(by=jo, incident_id=case.pk, kind="lado", decision="referred", reason="x")
    hand_on(by=jo, incident_id=case.pk, to_post=Role.HEAD_TEACHER, reason="x")
    for viewer in (jo, head):
        assert model.objects.visible_to(viewer).filter(incident=case).exists()
    stranger = factories.viewer(factories.coordinator(factories.school("Hilltop Primary School")))
    for viewer in (viewer_as(of, Role.STAFF), viewer_as(of, Role.CHAIR_OF_GOVERNORS), stranger):
        assert not model.objects.visible_to(viewer).exists()
    shut_out(head, case, "relative")
    assert not model.objects.visible_to(head).exists()
    assert model.objects.visible_to(jo).exists()


def test_what_somebody_was_told_goes_with_their_post_and_their_conflicts(of: School) -> None:
    teacher = viewer_as(of, Role.STAFF)
    lead = factories.person(of, "Marcus Oyelowe", Role.RESOURCES_CHAIR)
    factories.person(of, "Farida Whitlock", Role.HEAD_TEACHER)
    case = factories.report(teacher, about="staff")
    told = factories.viewer(lead)
    assert Told.objects.visible_to(told).count() == 1
    assert not Told.objects.visible_to(teacher).exists()
    conflict = shut_out(told, case, "relative")
    assert not Told.objects.visible_to(told).exists()
    conflict.delete()
    Post.objects.filter(person=lead).update(starts_on=date(2020, 1, 1), ends_on=date(2020, 2, 1))
    assert not Told.objects.visible_to(factories.viewer(lead)).exists()


# --- one's own reports ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "sees"), [("subject", False), ("about", False), ("affected", True), ("relative", True), ("post", True)]
)
def test_who_reported_it_sees_the_receipt_unless_it_is_about_them(of: School, why: str, sees: bool) -> None:
    teacher = viewer_as(of, Role.STAFF)
    own = factories.report(teacher)
    shut_out(teacher, own, why)
    assert Incident.objects.own_of(teacher).filter(pk=own.pk).exists() == sees
    assert not knows(teacher, own)


@pytest.mark.parametrize("about", ["", "staff", "head_teacher", "chair_of_governors"])
@pytest.mark.parametrize("in_confidence", [False, True])
def test_whoever_it_goes_to_the_reporter_keeps_the_receipt(of: School, about: str, in_confidence: bool) -> None:
    everybody(of)
    teacher = viewer_as(of, Role.STAFF)
    own = factories.report(teacher, about=about, in_confidence=in_confidence)
    assert [each.pk for each in Incident.objects.own_of(teacher)] == [own.pk]
    assert not Incident.objects.own_of(viewer_as(of, Role.STAFF)).exists()


# --- who runs it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_only_the_post_that_it_was_routed_to_runs_it(of: School, case: Incident, role: Role) -> None:
    readers = [each.value for each in GRANTS[Permission.READ_INCIDENTS]]
    set_routes(case, read_by=readers, handler_post=role.value)
    may = role in GRANTS[Permission.HANDLE_INCIDENTS]
    for each in Role:
        viewer = viewer_as(of, each)
        assert Incident.objects.run_by(viewer).filter(pk=case.pk).exists() == (may and each is role)


def test_what_waits_is_counted_for_whoever_handles_it(of: School, jo: Viewer) -> None:
    head = viewer_as(of, Role.HEAD_TEACHER)
    factories.report(viewer_as(of, Role.STAFF))
    factories.report(viewer_as(of, Role.STAFF), about="staff")
    assert (waiting_count(viewer=jo), waiting_count(viewer=head)) == (1, 1)
    assert waiting_count(viewer=viewer_as(of, Role.DSL)) == 0


# --- in the middle of it ----------------------------------------------------------------------------------------


def pages(case: Incident) -> list[str]:
    paths = [reverse(f"incidents:{name}", args=[case.pk]) for name in ("incident", "hand_on", "about", "decisions")]
    return [
        *paths,
        reverse("incidents:version", args=[case.pk, 1]),
        reverse("incidents:record", args=[case.pk, "people"]),
    ]


def test_who_becomes_a_subject_is_shut_out_with_the_next_request(of: School, jo: Viewer, case: Incident) -> None:
    head = factories.person(of, "Farida Whitlock", Role.HEAD_TEACHER)
    theirs = factories.log_in(head)
    missing = answers_of(theirs, pages(Incident(pk=uuid.uuid4())))
    assert theirs.get(pages(case)[0]).status_code == 200
    name_people(jo, case, factories.involved(head, "subject", "staff"), confirmed=True)
    assert answers_of(theirs, pages(case)) == missing
    assert {status for status, _ in missing} == {404}


def answers_of(client: Client, paths: list[str]) -> list[tuple[int, bytes]]:
    found = [client.get(path) for path in paths]
    return [(each.status_code, each.content) for each in found]


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_save_that_shuts_them_out_is_shut_out() -> None:
    of = factories.school()
    jo, lead = factories.viewer(factories.coordinator(of)), factories.person(of, "Marcus Oyelowe", Role.DSL)
    case = factories.incident(jo)
    theirs = factories.viewer(lead)
    Incident.objects.filter(pk=case.pk).update(handler_post="dsl", chosen_post="dsl")
    caught: list[Exception] = []
    waiting = threading.Event()

    def save_late() -> None:
        waiting.set()
        try:
            save_page(by=theirs, incident_id=case.pk, page_code="action", version=1, answers={"outcome": "Late."})
        except Exception as failure:  # noqa: BLE001
            caught.append(failure)
        finally:
            connections.close_all()

    late = threading.Thread(target=save_late)
    with transaction.atomic():
        Incident.objects.select_for_update().get(pk=case.pk)
        late.start()
        waiting.wait(5)
        late.join(0.5)
        # In the middle of the save that names them; what they read by stays as it was.
        shut_out(theirs, case, "subject")
        Incident.objects.filter(pk=case.pk).update(revision=1)
    late.join(10)
    assert [type(each) for each in caught] == [Incident.DoesNotExist]


def test_a_post_that_has_ended_reads_nothing(of: School, case: Incident) -> None:
    head = factories.person(of, "Farida Whitlock", Role.HEAD_TEACHER)
    assert knows(factories.viewer(head), case)
    Post.objects.filter(person=head).update(ends_on=timezone.localdate() - timedelta(days=1))
    assert not knows(factories.viewer(head), case)
