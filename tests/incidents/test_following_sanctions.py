"""What beat sees done, begins and ends, with real rows. Duties R2, R3, R4, R6, S3, S5 (CC 5.1.3, 5.2.2, CM 4.1, 5)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Notice
from esafety.celery import app
from incidents.models import CaseOf, Incident
from incidents.services.advice import record_advice
from incidents.services.cases import open_missing_cases
from incidents.services.following import follow_school
from incidents.services.recording import save_page
from incidents.services.rerouting import reroute_school
from incidents.services.sending import finalise
from incidents.tasks import NotFollowed, follow_sanctions, reroute_all
from sanctions.models import Case, Sanction, Task
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import Viewer
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.posts import everybody
from tests.incidents.sent import drawn, in_state
from tests.incidents.test_deciding_pages import bullying, case_of, confirm, decide


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def who(of: School) -> dict[Role, Person]:
    return everybody(of) | {Role.NETWORK_MANAGER: factories.person(of, "Nia Ward", Role.NETWORK_MANAGER)}


@pytest.fixture
def jo(who: dict[Role, Person]) -> Viewer:
    return factories.viewer(who[Role.COORDINATOR])


@pytest.fixture
def ada(who: dict[Role, Person]) -> Viewer:
    return factories.viewer(who[Role.HEAD_TEACHER])


@pytest.fixture
def pupil(of: School) -> Person:
    return factories.pupil(of)


def followed(of: School) -> int:
    return follow_school(school_id=of.pk, today=timezone.localdate())


def task(incident: Incident, code: str) -> Task:
    return Task.objects.get(case__in=CaseOf.objects.filter(incident=incident).values("case"), code=code)


def test_the_report_is_seen_as_done_when_its_newest_version_arrived(of: School, jo: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    first = finalise(by=jo, incident_id=incident.pk, version=1)
    drawn(first)
    assert followed(of) == 0
    in_state(first, "accepted", accepted_at=timezone.now())
    incident.refresh_from_db()
    incident = save_page(
        by=jo, incident_id=incident.pk, page_code="action", version=1, answers={"specific_action": "Kept."}
    )
    second = finalise(by=jo, incident_id=incident.pk, version=2)
    drawn(second)
    assert followed(of) == 0, "the newest has not arrived"
    at = timezone.now()
    in_state(second, "accepted", accepted_at=at)
    assert followed(of) == 1
    report = task(incident, "report_la")
    assert (report.done_at, report.done_by) == (at, None)
    assert followed(of) == 0
    assert Entry.objects.filter(action="case.task_seen_done").count() == 1


@pytest.mark.parametrize(
    ("decision", "said"), [("advice_taken", "yes"), ("reported", "yes"), ("considered_not_reported", "no")]
)
def test_advice_on_record_is_what_was_considered(
    of: School, jo: Viewer, pupil: Person, decision: str, said: str
) -> None:
    incident = bullying(jo, pupil, types=["hate_material"], illegal_material=True)
    assert followed(of) == 0
    record_advice(by=jo, incident_id=incident.pk, kind="police", decision=decision, reason="Rang 101, log 12.")
    assert followed(of) == 1
    done = task(incident, "consider_police")
    assert (done.decision, done.how, done.done_by_id) == (said, "Rang 101, log 12.", jo.person_id)
    assert followed(of) == 0


def test_that_the_committees_chair_was_told_is_seen_and_so_is_the_lados_advice(
    of: School, jo: Viewer, ada: Viewer, who: dict[Role, Person]
) -> None:
    member = factories.staff(of)
    people = [factories.involved(member, "subject", "staff")]
    incident = factories.incident(jo, people=people, types=["hacking"], deliberate=True)
    assert Case.objects.get().proposed == "B"
    assert followed(of) == 1
    assert task(incident, "tell_committee_chair").done_at is not None
    record_advice(by=ada, incident_id=incident.pk, kind="lado", decision="considered_not_referred", reason="No harm.")
    assert followed(of) == 1
    assert task(incident, "consider_lado").decision == "no"


def test_sanctions_begin_and_end_and_whoever_carries_them_out_is_told(
    of: School, jo: Viewer, ada: Viewer, pupil: Person, who: dict[Role, Person]
) -> None:
    incident = bullying(jo, pupil)
    decide(ada, incident, case_of(incident, pupil))
    follow_sanctions()
    follow_sanctions()
    assert [each.kind for each in Notice.objects.filter(kind__startswith="measure")] == ["measure_begins"]
    Sanction.objects.update(
        starts_on=timezone.localdate() - timedelta(days=6), ends_on=timezone.localdate() - timedelta(days=1)
    )
    follow_sanctions()
    follow_sanctions()
    assert Sanction.objects.get().ended_why == "over"
    assert Notice.objects.filter(kind="measure_over").count() == 1


@pytest.fixture
def another(db: None) -> School:
    return factories.school("Hillside School")


def test_a_school_for_which_it_does_not_work_keeps_no_other_from_it(
    of: School, jo: Viewer, ada: Viewer, pupil: Person, another: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = bullying(jo, pupil)
    decide(ada, incident, case_of(incident, pupil))

    def breaks(*, school_id: object, today: object) -> int:
        if school_id == another.pk:
            raise RuntimeError("words of a record")
        return follow_school(school_id=school_id, today=today)  # type: ignore[arg-type]

    monkeypatch.setattr("incidents.tasks.follow_school", breaks)
    with pytest.raises(NotFollowed, match="1 schools"):
        follow_sanctions()
    assert Sanction.objects.get().begun_told_at is not None


def test_what_it_costs_where_nothing_is_to_be_done(of: School, jo: Viewer, pupil: Person) -> None:
    for _ in range(3):
        bullying(jo, pupil)
    with queries_at_most(6):
        followed(of)


def test_beat_calls_it_each_minute() -> None:
    app.set_default()
    entry = app.conf.beat_schedule["follow-sanctions"]
    assert entry["task"] == "incidents.tasks.follow_sanctions"
    assert (entry["schedule"], entry["options"]["expires"]) == (60.0, 55)


def test_what_was_open_before_is_given_its_cases_once(
    of: School, jo: Viewer, pupil: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A school that was there before sanctions were: its records have no cases, and nobody has saved one since."""
    with monkeypatch.context() as before_sanctions:
        before_sanctions.setattr("incidents.services.recording.sync_cases", lambda *_, **__: None)
        incident, closed = bullying(jo, pupil), bullying(jo, pupil)
    Incident.objects.filter(pk=closed.pk).update(status="closed", closed_at=timezone.now())
    assert not CaseOf.objects.exists()
    reroute_all()
    case = case_of(incident, pupil)
    assert (case.proposed, case.is_confirmed, case.facts_number) == ("C", False, 1)
    assert task(incident, "report_la").done_at is None
    assert not CaseOf.objects.filter(incident=closed).exists()
    reroute_all()
    assert Case.objects.get().facts_number == 1
    with queries_at_most(1):
        assert open_missing_cases(of.pk) == 0


def test_what_must_follow_goes_to_nobody_who_may_not_know(
    of: School, who: dict[Role, Person], jo: Viewer, pupil: Person
) -> None:
    """The one co-ordinator is the child's parent, as it turns out: whoever runs the case does what would be theirs."""
    incident = factories.incident(jo, people=[factories.involved(pupil, "subject")])
    assert task(incident, "incident_form_together").owner_post == Role.COORDINATOR
    factories.parent_of(pupil, who[Role.COORDINATOR])
    reroute_school(of.pk, (), timezone.localdate())
    incident.refresh_from_db()
    handler = Role(incident.handler_post)
    assert handler is not Role.COORDINATOR
    confirm(factories.viewer(who[handler]), incident, case_of(incident, pupil), "online_bullying")
    assert Role.COORDINATOR.value in incident.read_by
    assert task(incident, "report_la").owner_post == handler
