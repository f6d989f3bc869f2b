"""From a record to a decision, and what follows. Duties S1 to S4, R3, P13 (CC 5, CM 5)."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from incidents.models import CaseOf, Incident
from incidents.services import deciding
from incidents.services.deciding import CaseSeen
from incidents.services.recording import save_page
from sanctions.models import Case, Decision, Sanction, Warning
from sanctions.rules.deciding import Choice, Wanted
from sanctions.services.cases import newest_proposal
from sanctions.services.following import end_what_is_over, tell_what_begins
from sanctions.services.matters import Confirmed
from sanctions.services.problems import AlreadyDecided, CannotDecide, FactsOpen, MovedOn, NotDecided
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import NotAllowed, Viewer
from tests import factories


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


def bullying(by: Viewer, *who: Person, **changes: object) -> Incident:
    people = [factories.involved(each, "subject") for each in who]
    return factories.incident(by, people=people, deliberate=True, **changes)


def case_of(incident: Incident, person: Person) -> Case:
    return CaseOf.objects.select_related("case").get(incident=incident, case__person=person).case


def confirmed(*breaches: str, **changes: object) -> Confirmed:
    said = {
        "is_deliberate": True,
        "is_accidental": False,
        "told_staff_promptly": None,
        "is_extreme": False,
        "is_illegal_material": False,
        "was_distributed": False,
        "restorative_tried": False,
        **changes,
    }
    return Confirmed(breaches=frozenset(breaches or ("online_bullying",)), **said)  # type: ignore[arg-type]


def confirm(by: Viewer, incident: Incident, case: Case, *breaches: str, **changes: object) -> Case:
    case.refresh_from_db()
    return deciding.confirm_facts(
        by=by, incident_id=incident.pk, case_id=case.pk, seen=case.facts_number, facts=confirmed(*breaches, **changes)
    )


def seen(case: Case) -> CaseSeen:
    case.refresh_from_db()
    return CaseSeen(case.pk, newest_proposal(case).pk)


def banned(days: int = 5) -> Choice:
    today = timezone.localdate()
    return Choice(
        grade="C",
        path="sanction",
        sanctions=(Wanted("loss_of_internet", today, today + timedelta(days=days)), Wanted("inform_parents", today)),
    )


def decided(head: Viewer, incident: Incident, case: Case, choice: Choice) -> Decision:
    confirm(head, incident, case)
    return deciding.decide(by=head, incident_id=incident.pk, seen=seen(case), choice=choice)


def test_a_record_asks_about_each_subject_and_nobody_else(jo: Viewer, head: Viewer, of: School, pupil: Person) -> None:
    other, staff = factories.pupil(of), factories.staff(of)
    people = [
        factories.involved(pupil, "subject"),
        factories.involved(other, "affected"),
        factories.involved(staff, "witness", "staff"),
    ]
    incident = factories.incident(jo, people=people, deliberate=True)
    case = case_of(incident, pupil)
    assert Case.objects.count() == 1
    assert (case.proposed, case.outcome, case.is_confirmed, case.audience) == ("C", "graded", False, "pupil")
    assert {each.code: each.owner_post for each in case.tasks.all()} == {
        "tell_head": "coordinator",
        "parents_attend": "head_teacher",
        "report_la": "coordinator",
        "incident_form_together": "coordinator",
    }
    report = case.tasks.get(code="report_la")
    assert report.due_at == incident.recorded_at + timedelta(hours=24)


def test_the_gravest_case_sets_the_clock(jo: Viewer, head: Viewer, pupil: Person) -> None:
    grave = bullying(jo, pupil)
    assert grave.due_at == grave.recorded_at + timedelta(hours=24)
    light = bullying(jo, pupil, types=["gambling"])
    assert case_of(light, pupil).proposed == "A"
    assert light.due_at == light.recorded_at + timedelta(days=7)
    confirm(jo, light, case_of(light, pupil), "online_bullying")
    light.refresh_from_db()
    assert light.due_at == light.recorded_at + timedelta(hours=24)


def test_the_form_goes_on_speaking_until_somebody_confirms(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil, types=["gambling"])
    case = case_of(incident, pupil)
    save_page(
        by=jo, incident_id=incident.pk, page_code="what-happened", version=1, answers={"types": ["bypassing_security"]}
    )
    case.refresh_from_db()
    assert (case.proposed, case.facts_number) == ("C", 2)
    confirm(jo, incident, case, "file_sharing")
    incident.refresh_from_db()
    save_page(
        by=jo,
        incident_id=incident.pk,
        page_code="what-happened",
        version=incident.revision,
        answers={"types": ["bullying"]},
    )
    case.refresh_from_db()
    # What was confirmed stays; as the record says something else now, somebody looks once more.
    assert (case.proposed, case.is_confirmed, case.facts_number) == ("B", False, 3)


def test_nothing_is_decided_before_the_facts_are_confirmed(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    with pytest.raises(FactsOpen):
        deciding.decide(by=head, incident_id=incident.pk, seen=seen(case), choice=banned())
    confirm(jo, incident, case, is_deliberate=False, is_accidental=True)
    case.refresh_from_db()
    assert case.outcome == "unanswered"
    with pytest.raises(FactsOpen):
        deciding.decide(by=head, incident_id=incident.pk, seen=seen(case), choice=banned())


def test_only_who_decides_decides(jo: Viewer, head: Viewer, of: School, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(jo, incident, case)
    with pytest.raises(NotAllowed):
        deciding.decide(by=jo, incident_id=incident.pk, seen=seen(case), choice=banned())
    chair = factories.viewer(factories.person(of, "Cy Byrd", Role.CHAIR_OF_GOVERNORS))
    with pytest.raises(Incident.DoesNotExist):
        deciding.decide(by=chair, incident_id=incident.pk, seen=seen(case), choice=banned())


def test_bullying_repeated_inside_the_year_is_d_and_may_be_lowered_with_a_reason(
    jo: Viewer, head: Viewer, pupil: Person
) -> None:
    with time_machine.travel(datetime(2026, 11, 16, 9, tzinfo=UTC)):
        first = bullying(jo, pupil, happened_on="2026-11-13")
        decided(head, first, case_of(first, pupil), banned())
    second = bullying(jo, pupil, happened_on="2026-11-18")
    case = case_of(second, pupil)
    assert case.proposed == "D"
    confirm(head, second, case)
    with pytest.raises(CannotDecide) as refused:
        deciding.decide(by=head, incident_id=second.pk, seen=seen(case), choice=banned())
    assert [each.field for each in refused.value.problems] == ["reason"]
    choice = banned()
    lower = Choice("C", choice.path, "Both have made up; the harm was small.", choice.sanctions)
    kept = deciding.decide(by=head, incident_id=second.pk, seen=seen(case), choice=lower)
    assert (kept.departure, kept.grade, kept.proposal.grade) == ("down", "C", "D")
    case.refresh_from_db()
    assert (case.decided, case.departure) == ("C", "down")


def test_a_second_click_decides_once_and_another_choice_is_refused(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(head, incident, case)
    on_page = seen(case)
    first = deciding.decide(by=head, incident_id=incident.pk, seen=on_page, choice=banned())
    again = deciding.decide(by=head, incident_id=incident.pk, seen=on_page, choice=banned())
    assert first.pk == again.pk
    with pytest.raises(AlreadyDecided):
        deciding.decide(
            by=head, incident_id=incident.pk, seen=on_page, choice=Choice(None, "none", "It was somebody else.")
        )


def test_what_has_changed_since_is_looked_at_again(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    confirm(head, incident, case)
    on_page = seen(case)
    confirm(jo, incident, case, "online_bullying", "disrepute")
    with pytest.raises(MovedOn):
        deciding.decide(by=head, incident_id=incident.pk, seen=on_page, choice=banned())
    assert Decision.objects.count() == 0


def test_several_stand_together_or_not_at_all(jo: Viewer, head: Viewer, of: School, pupil: Person) -> None:
    other = factories.pupil(of)
    incident = bullying(jo, pupil, other)
    both = [case_of(incident, pupil), case_of(incident, other)]
    for case in both:
        confirm(head, incident, case)
    wrong = Choice("C", "sanction")
    with pytest.raises(CannotDecide):
        deciding.decide_together(
            by=head, incident_id=incident.pk, choices={seen(both[0]): banned(), seen(both[1]): wrong}
        )
    assert Decision.objects.count() == 0
    made = deciding.decide_together(by=head, incident_id=incident.pk, choices={seen(case): banned() for case in both})
    assert len(made) == 2


def test_a_decision_is_revised_and_quashed_with_its_history(jo: Viewer, head: Viewer, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    choice = banned()
    made = decided(head, incident, case, Choice("C", "sanction", "", choice.sanctions, warns=True))
    assert Warning.objects.count() == 1
    with pytest.raises(CannotDecide):
        deciding.revise(by=head, incident_id=incident.pk, case_id=case.pk, seen=1, choice=choice)
    lighter = Choice("B", "sanction", "The parents have shown otherwise.", (Wanted("inform_parents", date.today()),))  # noqa: DTZ011
    revised = deciding.revise(by=head, incident_id=incident.pk, case_id=case.pk, seen=1, choice=lighter)
    assert (revised.number, revised.kind, revised.departure) == (2, "revised", "down")
    assert set(Sanction.objects.filter(decision=made).values_list("ended_why", flat=True)) == {"revised"}
    with pytest.raises(MovedOn):
        deciding.quash(by=head, incident_id=incident.pk, case_id=case.pk, seen=1, reason="The panel heard it.")
    gone = deciding.quash(by=head, incident_id=incident.pk, case_id=case.pk, seen=2, reason="The panel heard it.")
    assert (gone.kind, gone.grade) == ("quashed", "")
    with pytest.raises(NotDecided):
        deciding.quash(by=head, incident_id=incident.pk, case_id=case.pk, seen=3, reason="The panel heard it.")
    assert list(case.decisions.values_list("kind", flat=True)) == ["decided", "revised", "quashed"]


def test_a_ban_ends_by_itself_and_whoever_lifts_it_is_told(
    jo: Viewer, head: Viewer, of: School, pupil: Person, django_capture_on_commit_callbacks: object
) -> None:
    factories.person(of, "Nia Ward", Role.NETWORK_MANAGER)
    incident = bullying(jo, pupil)
    decided(head, incident, case_of(incident, pupil), banned())
    today = timezone.localdate()
    assert tell_what_begins(school_id=of.pk, today=today) == 1
    assert tell_what_begins(school_id=of.pk, today=today) == 0
    assert end_what_is_over(school_id=of.pk, today=today + timedelta(days=5)) == 0
    assert end_what_is_over(school_id=of.pk, today=today + timedelta(days=6)) == 1
    ban = Sanction.objects.get(code="loss_of_internet")
    assert (ban.ended_why, ban.ended_by) == ("over", None)


def test_who_is_no_subject_any_more_is_asked_nothing(jo: Viewer, head: Viewer, of: School, pupil: Person) -> None:
    incident = bullying(jo, pupil)
    case = case_of(incident, pupil)
    other = factories.pupil(of)
    save_page(
        by=jo,
        incident_id=incident.pk,
        page_code="people",
        version=1,
        answers={"people": [factories.involved(other, "subject"), factories.involved(pupil, "witness")]},
    )
    case.refresh_from_db()
    assert case.withdrawn_at is not None
    assert not case.tasks.filter(done_at__isnull=True, dropped_at__isnull=True).exists()
    assert case_of(incident, other).withdrawn_at is None
    with pytest.raises(Case.DoesNotExist):
        deciding.decide(by=head, incident_id=incident.pk, seen=CaseSeen(case.pk, uuid.uuid4()), choice=banned())
