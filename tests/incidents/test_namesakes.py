"""A report names people by typing: who is called that is taken for the one who is meant, until somebody chooses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.models import Incident
from incidents.selectors.reports import receipt
from incidents.selectors.routing import routing_of
from incidents.services.recording import save_page
from schools.changes import people_changed
from schools.models import Guardian, Person, Post, School
from schools.roles import Role
from schools.rules.names import family_name, full_name
from schools.selectors.namesakes import namesakes
from schools.services.members import PersonDetails, change_person
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.posts import everybody, name_people, readers, shut_out

COORDINATOR, HEAD, DSL = Role.COORDINATOR, Role.HEAD_TEACHER, Role.DSL
CHAIR, VICE = Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def holders(of: School) -> dict[Role, Person]:
    return everybody(of)


def typed(name: str, part: str = "subject", kind: str = "staff") -> dict[str, str]:
    return {"person_id": "", "name": name, "group": "", "kind": kind, "part": part}


def report(of: School, *people: dict[str, str]) -> Incident:
    by = factories.viewer(factories.person(of, "Robin Vale", Role.STAFF))
    return factories.report(by, people=list(people))


@pytest.mark.parametrize("way", ["{0.given_name} {0.family_name}", "Mrs {0.family_name}", "MR. {0.family_name} "])
def test_the_head_named_by_typing_alone_does_not_know(of: School, holders: dict[Role, Person], way: str) -> None:
    head = holders[HEAD]
    Person.objects.filter(pk=head.pk).update(family_name="Whitlock")
    head.refresh_from_db()
    case = report(of, typed(way.format(head).strip()))
    assert case.handler_post == CHAIR.value
    assert shut_out(case)[head.pk] == "subject"
    assert HEAD not in readers(case, holders)


@pytest.mark.parametrize(
    "line",
    [
        "Farida Whitlock, head teacher",
        "Farida Whitlock (head teacher)",
        "Farida Whitlock head teacher",
        "Farida Whitlock - head",
        "Mrs Whitlock, Year 4",
        "Mrs Whitlock 4B",
        "Dr. Farida Whitlock: head",
        "the head, Mrs Whitlock",
        "Sam Field and Mrs Whitlock",
    ],
)
def test_a_name_with_class_or_job_as_the_form_asks_for_it_counts(
    of: School, holders: dict[Role, Person], line: str
) -> None:
    case = report(of, typed(line, kind="other"))
    assert shut_out(case)[holders[HEAD].pk] == "subject"
    assert readers(case, holders) == {CHAIR}


def test_a_parent_on_the_staff_is_kept_out_of_the_case_of_a_child_named_with_the_class(
    of: School, holders: dict[Role, Person]
) -> None:
    child = factories.pupil(of, "Kit Whitlock")
    Guardian.objects.create(
        school=of,
        guardian=holders[HEAD],
        child=child,
        verified_by=holders[COORDINATOR],
        verified_at=timezone.now(),
        starts_on=timezone.localdate(),
    )
    case = report(of, typed("Kit Whitlock 4R", part="affected", kind="other"))
    assert shut_out(case) == {child.pk: "affected", holders[HEAD].pk: "relative"}


def test_a_namesake_is_let_in_when_another_is_chosen(of: School, holders: dict[Role, Person]) -> None:
    twin = factories.pupil(of, holders[COORDINATOR].full_name)
    case = report(of, typed(holders[COORDINATOR].full_name, kind="pupil"))
    assert shut_out(case)[holders[COORDINATOR].pk] == "subject"
    handler = factories.viewer(holders[Role(case.handler_post)])
    chosen = [factories.involved(twin, "subject")]
    save_page(
        by=handler, incident_id=case.pk, page_code="people", version=1, answers={"people": chosen}, confirmed=True
    )
    assert holders[COORDINATOR].pk not in shut_out(case)
    assert Incident.objects.get(pk=case.pk).handler_post == COORDINATOR.value


def test_who_was_typed_as_affected_holds_no_post_either(of: School, holders: dict[Role, Person]) -> None:
    case = report(of, typed(holders[COORDINATOR].full_name, part="affected"))
    assert case.handler_post == HEAD.value
    assert shut_out(case) == {holders[COORDINATOR].pk: "affected"}


def rename(who: Person, given_name: str, family_name: str) -> None:
    """As the school office corrects a name on its lists."""
    office = factories.viewer(factories.person(who.school, "Lin Park", Role.SCHOOL_OFFICE))
    change_person(by=office, person_id=who.pk, details=PersonDetails(given_name, family_name, who.email))


def test_who_is_called_otherwise_meanwhile_stays_out_until_somebody_is_chosen(
    of: School, holders: dict[Role, Person]
) -> None:
    """Nobody gets into a case about themselves by marrying, or by having themselves renamed."""
    case = report(of, typed(holders[COORDINATOR].full_name))
    rename(holders[COORDINATOR], "Jo", "Hollis")
    assert shut_out(case)[holders[COORDINATOR].pk] == "subject"
    assert readers(case, holders) == {HEAD}
    head, stranger = factories.viewer(holders[HEAD]), typed("Ash Hill", part="affected")
    name_people(head, case, typed("Jo Marsh"), stranger)
    assert shut_out(case)[holders[COORDINATOR].pk] == "subject"
    # Another is chosen, and nobody is taken for them any more.
    chosen = factories.involved(factories.staff(of, "Jo Marsh"), "subject", "staff")
    name_people(head, case, chosen, stranger)
    assert holders[COORDINATOR].pk not in shut_out(case)


def test_a_person_who_was_chosen_and_is_taken_out_again_is_let_in(of: School, holders: dict[Role, Person]) -> None:
    case = report(of, typed("Ash Hill", kind="pupil"))
    jo = factories.viewer(holders[COORDINATOR])
    name_people(jo, case, typed("Ash Hill", kind="pupil"), factories.involved(holders[DSL], "affected", "staff"))
    assert shut_out(case) == {holders[DSL].pk: "affected"}
    name_people(jo, case, typed("Ash Hill", kind="pupil"))
    assert shut_out(case) == {}


def test_who_comes_to_be_called_what_was_typed_is_shut_out_at_once(of: School, holders: dict[Role, Person]) -> None:
    case = report(of, typed("Jo Hollis", kind="pupil"))
    assert COORDINATOR in readers(case, holders)
    rename(holders[COORDINATOR], "Jo", "Hollis")
    assert shut_out(case)[holders[COORDINATOR].pk] == "subject"
    assert COORDINATOR not in readers(case, holders)


def test_who_comes_later_is_shut_out_of_closed_cases_that_name_them_by_typing(
    of: School, holders: dict[Role, Person]
) -> None:
    case = report(of, typed("Nia Frost, supply teacher", kind="other"))
    Incident.objects.filter(pk=case.pk).update(status="closed", closed_at=timezone.now(), recorded_at=case.logged_at,
                                               due_at=case.logged_at)  # fmt: skip
    new = factories.person(of, "Nia Frost", DSL)
    assert DSL in readers(case, {DSL: new})
    people_changed(of.pk, [new.pk], timezone.localdate())
    assert readers(case, {DSL: new}) == set()


@pytest.mark.parametrize("part", ["witness", "reporter"])
def test_a_witness_is_not_in_conflict(of: School, holders: dict[Role, Person], part: str) -> None:
    assert shut_out(report(of, typed(holders[COORDINATOR].full_name, part=part))) == {}


def test_a_case_about_the_head_stays_the_chair_s_when_another_becomes_head(
    of: School, holders: dict[Role, Person]
) -> None:
    """A suspension must not hand the case to whoever acts as head."""
    old, new = holders[HEAD], factories.person(of, "Nia Frost", Role.STAFF)
    case = report(of, factories.involved(old, "subject", "staff"))
    assert (case.handler_post, case.about) == (CHAIR.value, "")
    today = timezone.localdate()
    Post.objects.filter(person=old, post=HEAD.value).update(ends_on=today - timedelta(days=1))
    Post.objects.create(school=of, person=new, post=HEAD.value, starts_on=today)
    people_changed(of.pk, [old.pk, new.pk], today)
    case.refresh_from_db()
    assert (case.handler_post, case.about) == (CHAIR.value, "head_teacher")
    assert old.pk in shut_out(case)
    assert new.pk in shut_out(case)


def test_it_stays_the_chair_s_also_when_the_report_said_that_it_is_about_staff(
    of: School, holders: dict[Role, Person]
) -> None:
    old, new = holders[HEAD], factories.person(of, "Nia Frost", Role.STAFF)
    by = factories.viewer(factories.person(of, "Robin Vale", Role.STAFF))
    case = factories.report(by, about="staff", people=[typed(old.full_name)], types=["grooming"])
    assert readers(case, holders) == {CHAIR, DSL}
    today = timezone.localdate()
    Post.objects.filter(person=old, post=HEAD.value).update(ends_on=today - timedelta(days=1))
    Post.objects.create(school=of, person=new, post=HEAD.value, starts_on=today)
    people_changed(of.pk, [old.pk, new.pk], today)
    assert readers(case, {**holders, HEAD: new}) == {CHAIR, DSL}
    case.refresh_from_db()
    assert case.about == "head_teacher"
    # The timeline says so, and the receipt of whoever reported it gives nothing of it away.
    shown = routing_of(viewer=factories.viewer(holders[CHAIR]), incident_id=case.pk).handovers
    assert [each.title for each in shown] == ["It stays with the chair of governors"]
    steps = receipt(viewer=by, incident_id=case.pk, today=today).guidance.steps
    assert not [each for each in steps if each.who]


def test_a_case_about_a_governor_stays_one_when_they_step_down(of: School, holders: dict[Role, Person]) -> None:
    vice = holders[VICE]
    case = report(of, factories.involved(vice, "subject", "other"))
    assert case.handler_post == CHAIR.value
    today = timezone.localdate()
    vice.posts.update(ends_on=today - timedelta(days=1))
    vice.memberships.update(ends_on=today - timedelta(days=1))
    people_changed(of.pk, [vice.pk], today)
    case.refresh_from_db()
    assert (case.handler_post, case.about) == (CHAIR.value, "governor")


def test_a_record_is_corrected_away_from_the_head_by_whoever_handles_it(
    of: School, holders: dict[Role, Person]
) -> None:
    case = report(of, factories.involved(holders[HEAD], "subject", "staff"))
    name_people(factories.viewer(holders[CHAIR]), case, confirmed=True)
    case.refresh_from_db()
    assert (case.handler_post, case.about) == (COORDINATOR.value, "")


def test_names_are_found_as_they_are_typed(of: School) -> None:
    head = factories.person(of, "Farida Whitlock", Role.STAFF)
    child = factories.pupil(of, "Kit Whitlock")
    factories.person(factories.school("Hillside"), "Farida Whitlock", Role.STAFF)
    names = {"Farida Whitlock", "farida  WHITLOCK", "Dr Farida Whitlock", "Mrs Whitlock", "Kit Whitlock", "Farida"}
    with queries_at_most(1):
        found = namesakes(school_id=of.pk, names=names)
    assert found == {
        "Farida Whitlock": {head.pk}, "farida  WHITLOCK": {head.pk}, "Dr Farida Whitlock": {head.pk},
        "Mrs Whitlock": {head.pk}, "Kit Whitlock": {child.pk}, "Farida": set(),
    }  # fmt: skip
    with queries_at_most(0):
        assert namesakes(school_id=of.pk, names=()) == {}


def test_the_longest_reading_that_somebody_is_called_by_counts(of: School) -> None:
    field, hill = factories.pupil(of, "Sam Field"), factories.pupil(of, "Sam Field Hill")
    brien = factories.person(of, "Nia O\u2019Brien", Role.STAFF)
    twin = factories.person(of, "Ann-Marie Vale", Role.STAFF)
    wanted = {
        "Sam Field Hill": {hill.pk},
        "Sam Field Hill 4R": {hill.pk},
        "Sam Field, 4R": {field.pk},
        "Sam Field & Sam Field Hill": {field.pk, hill.pk},
        "nia o'brien": {brien.pk},
        "Miss O\u2019Brien (4R)": {brien.pk},
        "Ann-Marie Vale \u2013 TA": {twin.pk},
        "Ann": set(),
        "Miss": set(),
        ", ( )": set(),
        "": set(),
    }
    with queries_at_most(1):
        assert namesakes(school_id=of.pk, names=set(wanted)) == wanted


@pytest.mark.parametrize(
    ("said", "full", "family"),
    [
        ("Mrs Whitlock", "whitlock", "whitlock"),
        ("mr. Whitlock", "whitlock", "whitlock"),
        ("Farida  Whitlock", "farida whitlock", ""),
        ("Dr van der Berg", "van der berg", "van der berg"),
        ("Miss", "miss", ""),
        ("", "", ""),
    ],
)
def test_titles_are_no_part_of_a_name(said: str, full: str, family: str) -> None:
    assert (full_name(said), family_name(said)) == (full, family)
