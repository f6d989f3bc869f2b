"""What changes after somebody has looked or decided: the record, the day, an earlier decision. Duties S1 to S5, R3."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from dispatch.models import Notice
from incidents.models import CaseOf, Incident
from incidents.selectors.waiting_cases import SanctionsWaiting, sanctions_waiting
from incidents.services import deciding
from incidents.services.recording import save_page
from sanctions.models import Case, Decision, Sanction, Task
from sanctions.rules.clocks import OPEN, grade_for_clock, is_grave
from sanctions.rules.deciding import Choice, Wanted
from sanctions.rules.looking_back import Made, stands_since, warned_since
from sanctions.selectors.records import earlier_record
from sanctions.services.following import end_what_is_over, tell_what_begins
from sanctions.services.problems import AlreadyDecided, FactsOpen, NotDecided
from schools.models import Person, School, StaffRecord
from schools.roles import Role
from schools.viewer import Viewer
from tests import factories
from tests.sanctions.test_deciding import banned, bullying, case_of, confirm, decided, seen


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(of: School) -> Viewer:
    return factories.viewer(factories.coordinator(of))


@pytest.fixture
def head(of: School) -> Viewer:
    return factories.viewer(factories.person(of, "Ada Quill", Role.HEAD_TEACHER))


@pytest.fixture
def pupil(of: School) -> Person:
    return factories.pupil(of)


# --- the clock -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "proposed", "decided", "is_confirmed", "said"),
    [
        ("unanswered", None, None, True, OPEN),
        ("nothing", None, None, False, OPEN),
        ("nothing", None, None, True, None),
        ("graded", "A", None, False, "A"),
        ("graded", "D", "B", True, "B"),
    ],
    ids=["a-question", "form-alone", "confirmed", "suggested", "decided"],
)
def test_what_a_case_says_to_the_clock(
    outcome: str, proposed: str | None, decided: str | None, is_confirmed: bool, said: str | None
) -> None:
    asked = grade_for_clock(
        outcome=outcome,  # type: ignore[arg-type]
        proposed=proposed,  # type: ignore[arg-type]
        decided=decided,  # type: ignore[arg-type]
        is_decided=decided is not None,
        is_confirmed=is_confirmed,
    )
    assert asked == said


def test_the_clock_is_short_as_long_as_one_grade_is_open() -> None:
    assert is_grave([("pupil", "A"), ("pupil", OPEN)])
    assert not is_grave([("pupil", "A"), ("pupil", None)])


def test_nobody_has_looked_and_the_clock_stays_short(jo: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil, types=["other"], types_other="Something new.")
    case = case_of(incident, pupil)
    assert (case.outcome, case.is_confirmed) == ("nothing", False)
    assert incident.due_at == incident.recorded_at + timedelta(hours=24)


@pytest.mark.parametrize(
    ("recorded", "due"),
    [
        (datetime(2026, 10, 24, 11, tzinfo=UTC), datetime(2026, 10, 25, 11, tzinfo=UTC)),
        (datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 28, 12, tzinfo=UTC)),
    ],
    ids=["autumn", "spring"],
)
def test_24_hours_are_24_hours_of_time(jo: Viewer, pupil: Person, recorded: datetime, due: datetime) -> None:
    with time_machine.travel(recorded, tick=False):
        incident = bullying(jo, pupil, happened_on=recorded.date().isoformat())
    task = Task.objects.get(code="report_la")
    assert task.due_at == incident.due_at == due


# --- what must follow ------------------------------------------------------------------------------------------------


def open_tasks(case: Case) -> set[str]:
    return set(case.tasks.filter(done_at__isnull=True, dropped_at__isnull=True).values_list("code", flat=True))


def test_what_must_follow_is_of_the_category_that_was_decided(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(head, incident, case, "file_sharing")
    assert "report_la" not in open_tasks(case)
    up = Choice(grade="C", path="sanction", warns=True, reason="It went on for weeks.")
    deciding.decide(by=head, incident_id=incident.pk, seen=seen(case), choice=up)
    assert {"report_la", "parents_attend"} <= open_tasks(case)
    incident.refresh_from_db()
    assert Task.objects.get(case=case, code="report_la").due_at == incident.due_at
    nothing = Choice(grade=None, path="none", reason="It was another child.")
    deciding.revise(by=head, incident_id=incident.pk, case_id=case.pk, seen=1, choice=nothing)
    assert open_tasks(case) == set()
    incident.refresh_from_db()
    assert incident.due_at == incident.recorded_at + timedelta(days=7)


def test_what_was_done_stays_done_when_the_decision_is_quashed(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    decided(head, incident, case, banned())
    done = Task.objects.get(case=case, code="parents_attend")
    deciding.do_task(by=head, incident_id=incident.pk, task_id=done.pk, how="They came on Monday.")
    deciding.quash(by=head, incident_id=incident.pk, case_id=case.pk, seen=1, reason="The panel found otherwise.")
    assert open_tasks(case) == set()
    done.refresh_from_db()
    assert (done.how, done.dropped_at) == ("They came on Monday.", None)


def test_the_head_who_may_not_know_is_not_told(jo: Viewer, head: Viewer, of: School, pupil: Person) -> None:
    """Duties R5, R7: the chair decides about the head, and is not told to keep out of it."""
    chair = factories.person(of, "Chris Vane", Role.CHAIR_OF_GOVERNORS)
    factories.person(of, "Vic Lane", Role.RESOURCES_CHAIR)
    incident = factories.incident(jo, about="head_teacher")
    by = factories.viewer(chair)
    accused = Person.objects.get(pk=head.person_id)
    StaffRecord.objects.create(school=of, person=accused, job_title="Head teacher")
    people = [factories.involved(accused, "subject", "staff")]
    incident = save_page(
        by=by, incident_id=incident.pk, page_code="people", version=1, answers={"people": people}, confirmed=True
    )
    case = CaseOf.objects.get(incident=incident).case
    confirm(by, incident, case, "obscene_hateful_material")
    assert incident.decider_post == Role.CHAIR_OF_GOVERNORS
    assert "tell_head" not in open_tasks(case)
    assert "kept out" not in Task.objects.get(case=case, code="tell_committee_chair").text


# --- what the record says now ----------------------------------------------------------------------------------------


def page(by: Viewer, incident: Incident, code: str, **answers: object) -> Incident:
    incident.refresh_from_db()
    return save_page(
        by=by, incident_id=incident.pk, page_code=code, version=incident.revision, answers=answers, confirmed=True
    )


def test_a_corrected_day_is_asked_about_again(jo: Viewer, head: Viewer, pupil: Person) -> None:
    """From the end of one school year into the next: last year's decision does not count any more. Duty S4."""
    with time_machine.travel(datetime(2026, 6, 10, 10, tzinfo=UTC), tick=True):
        earlier = bullying(jo, pupil, happened_on="2026-06-09")
        decided(head, earlier, case_of(earlier, pupil), banned())
    with time_machine.travel(datetime(2026, 9, 4, 10, tzinfo=UTC), tick=True):
        incident = bullying(jo, pupil, happened_on="2026-08-30")
        case = case_of(incident, pupil)
        confirm(head, incident, case)
        case.refresh_from_db()
        assert case.proposed == "D"
        page(jo, incident, "details", happened_on="2026-09-03")
        case.refresh_from_db()
        assert (case.happened_on, case.is_confirmed) == (date(2026, 9, 3), False)
        confirm(head, incident, case)
        case.refresh_from_db()
        assert case.proposed == "C"


def test_a_corrected_record_is_looked_at_before_it_is_decided(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(head, incident, case)
    page(jo, incident, "what-happened", deliberate=False, accidental=True)
    with pytest.raises(FactsOpen):
        deciding.decide(by=head, incident_id=incident.pk, seen=seen(case), choice=banned())
    case.refresh_from_db()
    assert (case.is_confirmed, case.facts_number) == (False, 2)
    confirm(head, incident, case)
    deciding.decide(by=head, incident_id=incident.pk, seen=seen(case), choice=banned())


def waiting(viewer: Viewer) -> SanctionsWaiting:
    return sanctions_waiting(viewer=viewer, now=timezone.now())


def test_who_was_decided_about_and_is_named_no_more_is_not_forgotten(
    jo: Viewer, head: Viewer, of: School, pupil: Person
) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    decided(head, incident, case, banned())
    other = factories.pupil(of)
    people = [factories.involved(other, "subject"), factories.involved(pupil, "affected")]
    page(jo, incident, "people", people=people)
    case.refresh_from_db()
    assert (case.look_again, case.withdrawn_at) == ("unnamed", None)
    assert [each.reference for each in waiting(head).to_look_again] == [incident.reference]
    assert earlier_record(school_id=of.pk, person_id=pupil.pk, but_for=other.pk) == frozenset()
    deciding.quash(by=head, incident_id=incident.pk, case_id=case.pk, seen=1, reason="It was another child.")
    assert waiting(head).to_look_again == ()


def test_named_again_nothing_wants_looking_at(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    decided(head, incident, case, banned())
    page(jo, incident, "people", people=[])
    page(jo, incident, "people", people=[factories.involved(pupil, "subject")])
    case.refresh_from_db()
    assert case.look_again == ""


def test_a_record_corrected_after_the_decision_is_looked_at(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    decided(head, incident, case, banned())
    page(jo, incident, "what-happened", types=["gambling"])
    assert [each.only_case for each in waiting(head).to_look_again] == [case.pk]
    stays = Choice(grade="C", path="sanction", warns=True, reason="It makes no difference.")
    deciding.revise(by=head, incident_id=incident.pk, case_id=case.pk, seen=1, choice=stays)
    assert waiting(head).to_look_again == ()


# --- what a decision rests on ----------------------------------------------------------------------------------------


def moment(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 10, tzinfo=UTC)


def test_from_when_on_a_decision_counts() -> None:
    never = Made(moment(10, 1), None, False)
    mild, grave = Made(moment(10, 8), "B", True), Made(moment(12, 10), "C", True)
    assert stands_since([grave, mild, never]) == grave.at
    assert stands_since([Made(moment(12, 12), "B", False), grave, mild, never]) == mild.at
    assert stands_since([grave, never, Made(moment(9, 1), "D", True)]) == grave.at
    assert warned_since([grave, mild, never]) == mild.at
    assert warned_since([grave, never, mild]) == grave.at


def test_what_was_revised_upwards_counts_from_then_on(jo: Viewer, head: Viewer, pupil: Person) -> None:
    """Nobody had been told of a C before the act: it is no repetition. Duty S4."""
    with time_machine.travel(moment(10, 1), tick=True):
        earlier = bullying(jo, pupil, happened_on="2026-09-30")
        case = case_of(earlier, pupil)
        none = Choice(grade=None, path="none", reason="Nobody could say who it was.")
        decided(head, earlier, case, none)
    with time_machine.travel(moment(12, 10), tick=True):
        deciding.revise(by=head, incident_id=earlier.pk, case_id=case.pk, seen=1, choice=_reasoned(banned()))
        later = bullying(jo, pupil, happened_on="2026-12-01")
        confirm(head, later, case_of(later, pupil))
        assert case_of(later, pupil).proposed == "C"


def test_an_appeal_stays_won(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    decided(head, incident, case, banned())
    deciding.quash(by=head, incident_id=incident.pk, case_id=case.pk, seen=1, reason="The panel found otherwise.")
    with pytest.raises(NotDecided):
        deciding.revise(by=head, incident_id=incident.pk, case_id=case.pk, seen=2, choice=_reasoned(banned()))


def test_a_later_decision_that_rests_on_a_quashed_one_is_looked_at(jo: Viewer, head: Viewer, pupil: Person) -> None:
    with time_machine.travel(moment(10, 1), tick=True):
        first = bullying(jo, pupil, happened_on="2026-09-30")
        decided(head, first, case_of(first, pupil), banned())
    with time_machine.travel(moment(11, 1), tick=True):
        second = bullying(jo, pupil, happened_on="2026-10-31")
        case = case_of(second, pupil)
        confirm(head, second, case)
        gone = Choice(grade="D", path="sanction", warns=True)
        deciding.decide(by=head, incident_id=second.pk, seen=seen(case), choice=gone)
        assert json.loads(Decision.objects.get(case=case).proposal.content)["grade"] == "D"
        deciding.quash(
            by=head, incident_id=first.pk, case_id=case_of(first, pupil).pk, seen=1, reason="The panel found otherwise."
        )
        case.refresh_from_db()
        assert case.look_again == "earlier"
        assert [each.reference for each in waiting(head).to_look_again] == [second.reference]


# --- what is given ---------------------------------------------------------------------------------------------------


def _reasoned(choice: Choice) -> Choice:
    return Choice(grade=choice.grade, path=choice.path, sanctions=choice.sanctions, reason="As heard.")


@pytest.fixture
def manager(of: School) -> Person:
    return factories.person(of, "Nia Ward", Role.NETWORK_MANAGER)


def told() -> list[str]:
    return list(Notice.objects.filter(kind__startswith="measure").order_by("created_at").values_list("kind", flat=True))


def test_whoever_gives_the_internet_back_hears_of_a_quashed_decision(
    of: School, manager: Person, jo: Viewer, head: Viewer, pupil: Person
) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    decided(head, incident, case, banned())
    tell_what_begins(school_id=of.pk, today=timezone.localdate())
    deciding.revise(by=head, incident_id=incident.pk, case_id=case.pk, seen=1, choice=_reasoned(banned(9)))
    tell_what_begins(school_id=of.pk, today=timezone.localdate())
    assert told() == ["measure_begins", "measure_begins"]
    deciding.quash(by=head, incident_id=incident.pk, case_id=case.pk, seen=2, reason="The panel found otherwise.")
    assert told() == ["measure_begins", "measure_begins", "measure_over"]


def test_nothing_is_given_back_while_another_ban_runs(
    of: School, manager: Person, jo: Viewer, head: Viewer, pupil: Person
) -> None:
    for days in (2, 9):
        incident = bullying(jo, pupil)
        decided(head, incident, case_of(incident, pupil), banned(days))
    today = timezone.localdate()
    assert tell_what_begins(school_id=of.pk, today=today) == 2
    assert end_what_is_over(school_id=of.pk, today=today + timedelta(days=3)) == 1
    assert told() == ["measure_begins"] * 2
    assert end_what_is_over(school_id=of.pk, today=today + timedelta(days=10)) == 1
    assert told() == ["measure_begins", "measure_begins", "measure_over"]


def test_a_ban_that_is_over_already_is_told_to_nobody(
    of: School, manager: Person, jo: Viewer, head: Viewer, pupil: Person
) -> None:
    incident, today = bullying(jo, pupil), timezone.localdate()
    past = Wanted("loss_of_internet", today - timedelta(days=4), today - timedelta(days=1))
    decided(head, incident, case_of(incident, pupil), Choice(grade="C", path="sanction", sanctions=(past,)))
    assert tell_what_begins(school_id=of.pk, today=today) == 0
    assert end_what_is_over(school_id=of.pk, today=today) == 1
    assert told() == []


def test_another_choice_from_a_second_tab_is_not_taken_for_the_first(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    decided(head, incident, case, banned(5))
    asked = seen(case)
    assert deciding.decide(by=head, incident_id=incident.pk, seen=asked, choice=banned(5)).number == 1
    longer = banned(20)
    warned = Choice(grade="C", path="sanction", sanctions=banned(5).sanctions, warns=True)
    for other in (longer, warned):
        with pytest.raises(AlreadyDecided):
            deciding.decide(by=head, incident_id=incident.pk, seen=asked, choice=other)
    assert Sanction.objects.count() == 2


# --- whose it is -----------------------------------------------------------------------------------------------------


def test_whoever_owns_a_task_finds_it_on_the_first_page(jo: Viewer, head: Viewer, of: School, pupil: Person) -> None:
    dsl = factories.viewer(factories.person(of, "Marcus Oyelowe", Role.DSL))
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    assert waiting(dsl).to_do == ()
    confirm(head, incident, case, "online_bullying", is_extreme=True)
    case.refresh_from_db()
    theirs = Task.objects.filter(case=case, owner_post=Role.DSL, done_at__isnull=True).count()
    found = waiting(dsl).to_do
    assert theirs == 1
    assert [(each.incident_id, each.only_case, each.count) for each in found] == [(incident.pk, case.pk, 1)]


def test_what_the_framework_asks_for_once_is_done_for_all(jo: Viewer, head: Viewer, of: School, pupil: Person) -> None:
    other = factories.pupil(of)
    incident = bullying(jo, pupil, other)
    mine = Task.objects.get(case=case_of(incident, pupil), code="tell_head")
    deciding.do_task(by=jo, incident_id=incident.pk, task_id=mine.pk, how="At noon.")
    assert Task.objects.get(case=case_of(incident, other), code="tell_head").how == "At noon."
    each_parent = Task.objects.get(case=case_of(incident, pupil), code="parents_attend")
    deciding.do_task(by=head, incident_id=incident.pk, task_id=each_parent.pk)
    assert Task.objects.get(case=case_of(incident, other), code="parents_attend").done_at is None
