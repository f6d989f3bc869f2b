"""Cases are routed anew when somebody's post, membership or family changes; and what was sent is asked about again."""

import importlib
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections, transaction
from django.utils import timezone

from audit.models import Entry
from dispatch import delivery
from dispatch.models import Notice
from dispatch.rules.problems import Problem
from dispatch.rules.states import State
from dispatch.selectors import delivery_of
from incidents import projection
from incidents.models import Conflict, Handover, Incident, Told
from incidents.selectors.at_sending import may_still_send
from incidents.services.handing_on import hand_on
from incidents.services.rerouting import reroute_school
from incidents.services.sending import retry_message
from incidents.tasks import NotRouted, reroute_all
from schools import selectors
from schools.changes import people_changed
from schools.models import Membership, Person, Post, School, User
from schools.roles import Role
from schools.viewer import Viewer
from schools.wall import in_school
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.posts import everybody, name_people, readers, shut_out
from tests.incidents.sent import sent, write_outcome

COORDINATOR, HEAD, DSL = Role.COORDINATOR, Role.HEAD_TEACHER, Role.DSL
CHAIR, VICE = Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def holders(of: School) -> dict[Role, Person]:
    return everybody(of)


@pytest.fixture
def jo(holders: dict[Role, Person]) -> Viewer:
    return factories.viewer(holders[COORDINATOR])


@pytest.fixture
def teacher(of: School) -> Viewer:
    return factories.viewer(factories.person(of, "Robin Vale", Role.STAFF))


def end(who: Person, post: Role) -> None:
    """The post ended yesterday, and whoever keeps the posts says so."""
    Post.objects.filter(person=who, post=post.value).update(ends_on=timezone.localdate() - timedelta(days=1))
    people_changed(who.school_id, [who.pk], timezone.localdate())


def appoint(who: Person, post: Role) -> None:
    """The post begins today."""
    Post.objects.create(school_id=who.school_id, person=who, post=post.value, starts_on=timezone.localdate())
    people_changed(who.school_id, [who.pk], timezone.localdate())


def fresh(case: Incident) -> Incident:
    return Incident.objects.get(pk=case.pk)


# --- posts come and go ------------------------------------------------------------------------------------------


def test_when_a_post_is_vacant_the_next_in_line_takes_over_and_gives_back(
    of: School, holders: dict[Role, Person], jo: Viewer
) -> None:
    case = factories.incident(jo)
    end(holders[COORDINATOR], COORDINATOR)
    assert fresh(case).handler_post == "head_teacher"
    handover = Handover.objects.get(incident=case)
    assert (handover.why, handover.by_id, handover.to_person_id) == ("routed", None, holders[HEAD].pk)
    assert Entry.objects.get(action="incident.rerouted").actor_id is None
    appoint(factories.person(of, "Nia Frost", Role.STAFF), COORDINATOR)
    assert fresh(case).handler_post == "coordinator"


def test_the_new_head_does_not_read_of_a_case_about_the_head_and_the_old_one_never_does(
    of: School, holders: dict[Role, Person], teacher: Viewer
) -> None:
    case = factories.report(teacher, about="head_teacher")
    old, new = holders[HEAD], factories.person(of, "Nia Frost", Role.STAFF)
    end(old, HEAD)
    appoint(new, HEAD)
    assert shut_out(case) == {old.pk: "about", new.pk: "about", holders[COORDINATOR].pk: "post"}
    # Not even as the co-ordinator that they become.
    end(holders[COORDINATOR], COORDINATOR)
    appoint(old, COORDINATOR)
    assert readers(case, holders) == {CHAIR}


def test_who_becomes_head_besides_loses_the_cases_past_the_head(of: School, jo: Viewer, teacher: Viewer) -> None:
    holders = {each: Person.objects.get(posts__post=each.value) for each in (COORDINATOR, HEAD, CHAIR, DSL)}
    case = factories.report(teacher, about="head_teacher", safeguarding=True)
    assert readers(case, holders) == {CHAIR, DSL}
    end(holders[HEAD], HEAD)
    appoint(holders[DSL], HEAD)
    assert readers(case, holders) == {CHAIR}
    assert shut_out(case)[holders[DSL].pk] == "about"


def test_a_family_tie_shuts_out_of_closed_cases_too(
    of: School, holders: dict[Role, Person], jo: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = factories.pupil(of)
    case = name_people(jo, factories.incident(jo), factories.involved(child, "affected"))
    other = factories.incident(jo)
    for each in (case, other):
        Incident.objects.filter(pk=each.pk).update(status="closed", closed_at=timezone.now())
    before = selectors.standing
    ties = {child.pk: frozenset({holders[HEAD].pk}), holders[HEAD].pk: frozenset({child.pk})}
    monkeypatch.setattr(selectors, "standing", lambda *given: replace(before(*given), relatives=ties))
    people_changed(of.pk, [child.pk, holders[HEAD].pk], timezone.localdate())
    assert HEAD not in readers(case, holders)
    assert HEAD in readers(other, holders)


def test_a_leaver_handles_nothing_though_the_post_was_forgotten(holders: dict[Role, Person], jo: Viewer) -> None:
    case = factories.incident(jo)
    Membership.objects.filter(person=holders[COORDINATOR]).update(ends_on=timezone.localdate() - timedelta(days=1))
    people_changed(jo.school_id, [jo.person_id], timezone.localdate())
    assert fresh(case).handler_post == "head_teacher"


def test_who_cannot_log_in_is_given_nothing_to_handle(holders: dict[Role, Person], jo: Viewer) -> None:
    case = factories.incident(jo)
    User.objects.filter(pk=jo.user_id).update(is_active=False)
    people_changed(jo.school_id, [jo.person_id], timezone.localdate())
    assert fresh(case).handler_post == "head_teacher"


def test_nobody_named_is_no_change(of: School, holders: dict[Role, Person], jo: Viewer) -> None:
    factories.incident(jo)
    Post.objects.filter(person=jo.person_id).delete()
    people_changed(of.pk, [], timezone.localdate())
    assert Incident.objects.get().handler_post == "coordinator"


def test_an_officer_who_could_not_be_told_is_told_later_and_once(db: None) -> None:
    of = factories.school(can_send=False)
    reporter = factories.viewer(factories.person(of, "Robin Vale", Role.STAFF))
    case = factories.report(reporter)
    assert not Notice.objects.exclude(problem="no_address").exists()
    School.objects.filter(pk=of.pk).update(officer_email="officer@council.example.org")
    for _ in range(2):
        reroute_all()
    assert Notice.objects.count() == 1
    assert Told.objects.get(incident=case).kind == "officer"
    assert fresh(case).nobody_left
    appoint(factories.person(of, "Nia Frost", Role.STAFF), COORDINATOR)
    assert (fresh(case).handler_post, fresh(case).nobody_left) == ("coordinator", False)


def test_every_night_all_cases_of_all_schools_are_looked_at(
    of: School, holders: dict[Role, Person], jo: Viewer
) -> None:
    other = factories.school("Hilltop Primary School")
    keeper = factories.person(other, "Nia Frost", COORDINATOR)
    cases = [factories.incident(jo), factories.incident(factories.viewer(keeper))]
    Incident.objects.update(status="closed", closed_at=timezone.now())
    Post.objects.filter(post="coordinator").update(ends_on=timezone.localdate() - timedelta(days=1))
    reroute_all()
    assert [fresh(each).handler_post for each in cases] == ["head_teacher", "la_officer"]


def test_a_school_that_cannot_be_routed_keeps_no_other_one_from_it(
    of: School,
    holders: dict[Role, Person],
    jo: Viewer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = factories.school("A school that comes first")
    case = factories.incident(jo)
    Post.objects.filter(post="coordinator").update(ends_on=timezone.localdate() - timedelta(days=1))

    def refuse(school_id: uuid.UUID, *given: Any) -> int:
        if school_id == first.pk:
            raise ValueError("Farida Whitlock")
        return reroute_school(school_id, *given)

    monkeypatch.setattr("incidents.tasks.reroute_school", refuse)
    with pytest.raises(NotRouted):
        reroute_all()
    assert "Whitlock" not in caplog.text
    assert str(first.pk) in caplog.text
    assert fresh(case).handler_post == "head_teacher"


def test_what_is_handed_on_stays_where_it_is(holders: dict[Role, Person], jo: Viewer) -> None:
    case = hand_on(by=jo, incident_id=factories.incident(jo).pk, to_post=DSL, reason="For the lead.")
    assert reroute_school(jo.school_id, (), timezone.localdate()) == 0
    assert fresh(case).handler_post == "dsl"
    end(holders[DSL], DSL)
    assert (fresh(case).handler_post, fresh(case).chosen_post) == ("coordinator", "")


def test_it_costs_as_much_for_many_cases_as_for_one(holders: dict[Role, Person], jo: Viewer, teacher: Viewer) -> None:
    cases = [factories.report(teacher, about="staff" if number % 3 else "") for number in range(30)]
    with queries_at_most(7):
        assert reroute_school(jo.school_id, (), timezone.localdate()) == 0
    Post.objects.filter(person=holders[HEAD]).update(ends_on=timezone.localdate() - timedelta(days=1))
    moved = sum(case.handler_post == "head_teacher" for case in map(fresh, cases))
    # In all the others somebody else decides on sanctions now.
    audited = len(cases)
    with queries_at_most(14 + audited):
        assert reroute_school(jo.school_id, [holders[HEAD].pk], timezone.localdate()) == audited
    assert {fresh(case).handler_post for case in cases} == {"coordinator", "vice_chair"}
    assert Handover.objects.count() == moved


# --- at the same moment -------------------------------------------------------------------------------------------


def meanwhile(act: Callable[[], object], in_the_middle: Callable[[], object]) -> None:
    """``act`` in a transaction of its own, while another one has done ``in_the_middle`` and not yet committed it."""
    caught: list[Exception] = []

    def late() -> None:
        try:
            act()
        except Exception as failure:  # noqa: BLE001
            caught.append(failure)
        finally:
            connections.close_all()

    thread = threading.Thread(target=late)
    with transaction.atomic():
        in_the_middle()
        thread.start()
        thread.join(1)
    thread.join(20)
    assert caught == []


@pytest.mark.django_db(transaction=True)
def test_who_is_named_while_all_cases_are_routed_anew_stays_shut_out(
    of: School, holders: dict[Role, Person], jo: Viewer
) -> None:
    case = factories.incident(jo)
    meanwhile(reroute_all, lambda: name_people(jo, case, factories.involved(holders[DSL], "subject", "staff")))
    assert shut_out(case) == {holders[DSL].pk: "subject", holders[CHAIR].pk: "post"}
    assert readers(case, holders) == {HEAD, COORDINATOR}


@pytest.mark.django_db(transaction=True)
def test_two_posts_that_end_at_the_same_moment_have_both_ended(
    of: School, holders: dict[Role, Person], jo: Viewer
) -> None:
    case = factories.incident(jo)

    def end_the_heads() -> None:
        with in_school(of.pk):
            end(holders[HEAD], HEAD)

    meanwhile(end_the_heads, lambda: end(holders[COORDINATOR], COORDINATOR))
    assert fresh(case).handler_post == "dsl"


# --- what was queued and may not go any more (T27) ---------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    content: bytes
    pages: int


def never(template: str, snapshot: Mapping[str, object]) -> Drawn:
    raise AssertionError("drawn for somebody who may not send it")


def test_a_report_stays_here_when_whoever_sent_it_is_shut_out_before_it_goes(
    of: School, holders: dict[Role, Person], jo: Viewer
) -> None:
    case, message = sent(jo)
    name_people(jo, case, factories.involved(holders[HEAD], "subject", "staff"), confirmed=True)
    assert delivery.deliver(school_id=message.school_id, message_id=message.pk, draw=never) is State.FAILED
    message.refresh_from_db()
    assert message.problem == Problem.NOT_PERMITTED
    # Whoever handles it now is told, and answers for it from then on.
    chair = factories.viewer(holders[CHAIR])
    [shown] = delivery_of(viewer=chair, subject_id=case.pk)
    assert shown.words is not None
    assert "no longer handles the case" in shown.words.what
    retry_message(by=chair, incident_id=case.pk, message_id=message.pk)
    message.refresh_from_db()
    assert (message.asked_by_id, message.queued_by_id) == (holders[CHAIR].pk, holders[COORDINATOR].pk)
    assert may_still_send(of.pk, case.pk, holders[CHAIR].pk, timezone.localdate())


def test_whether_somebody_may_still_send_it_is_asked_of_the_day(
    of: School, holders: dict[Role, Person], jo: Viewer
) -> None:
    case, _ = sent(jo)
    today = timezone.localdate()

    def may(who: Person, school_id: uuid.UUID = of.pk) -> bool:
        return may_still_send(school_id, case.pk, who.pk, today)

    assert may(holders[COORDINATOR])
    # Readers, strangers, somebody without a log-in, and nobody.
    assert not may(holders[HEAD])
    assert not may(factories.coordinator(factories.school("Hilltop Primary School")))
    assert not may(factories.staff(of))
    assert not may(holders[COORDINATOR], uuid.uuid4())
    assert not may_still_send(of.pk, uuid.uuid4(), holders[COORDINATOR].pk, today)
    Post.objects.filter(person=holders[COORDINATOR]).update(ends_on=today)
    assert may(holders[COORDINATOR])
    assert not may_still_send(of.pk, case.pk, holders[COORDINATOR].pk, today + timedelta(days=1))
    User.objects.filter(pk=jo.user_id).update(is_active=False)
    assert not may(holders[COORDINATOR])


def test_a_member_of_two_schools_sends_in_the_one_they_are_still_in(of: School, jo: Viewer) -> None:
    case, _ = sent(jo)
    other = factories.coordinator(factories.school("Hilltop Primary School"))
    Person.objects.filter(pk=other.pk).update(user_id=jo.user_id)
    Membership.objects.filter(person=jo.person_id).update(ends_on=timezone.localdate() - timedelta(days=1))
    assert not may_still_send(of.pk, case.pk, jo.person_id, timezone.localdate())


# --- a school that has records already ---------------------------------------------------------------------------


def test_what_is_there_is_routed_when_the_wall_comes(
    of: School, holders: dict[Role, Person], jo: Viewer, teacher: Viewer
) -> None:
    child = factories.pupil(of)
    plain = name_people(jo, factories.incident(jo), factories.involved(child, "affected"))
    past_the_head = factories.incident(jo, safeguarding=True, illegal_material=True)
    past_the_head = name_people(
        jo, past_the_head, factories.involved(holders[HEAD], "subject", "staff"), confirmed=True
    )
    closed = write_outcome(jo, factories.incident(jo))
    Incident.objects.filter(pk=closed.pk).update(status="closed", closed_at=timezone.now())
    other = factories.viewer(factories.coordinator(factories.school("Hilltop Primary School")))
    elsewhere = factories.incident(other)
    cases = [plain, past_the_head, closed, elsewhere]
    wanted = [[getattr(fresh(case), name) for name in projection.DIRECTED] for case in cases]
    denied = [shut_out(case) for case in cases]
    assert denied[1] != {}
    Conflict.objects.all().delete()
    Incident.objects.exclude(status="draft").update(
        handler_post="dsl", why=[], read_by=[], kept_out=[], needs_lado=False, needs_police_advice=False
    )
    migration = importlib.import_module("incidents.migrations.0003_routing")
    with connection.schema_editor() as schema_editor:
        migration.route_what_is_there(apps, schema_editor)
    assert [[getattr(fresh(case), name) for name in projection.DIRECTED] for case in cases] == wanted
    assert [shut_out(case) for case in cases] == denied
    routed: list[Any] = list(Entry.objects.filter(action="incidents.routed").values_list("school_id", "detail"))
    assert sorted(routed, key=str) == sorted([(of.pk, {"incidents": 3}), (other.school_id, {"incidents": 1})], key=str)
