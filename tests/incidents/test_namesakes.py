"""A report names people by typing: who is called that is taken for the one who is meant, until somebody chooses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.models import Incident
from incidents.services.recording import save_page
from schools.changes import people_changed
from schools.models import Person, Post, School
from schools.roles import Role
from schools.rules.names import family_name, full_name
from schools.selectors.namesakes import namesakes
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.posts import everybody, name_people, readers, shut_out

COORDINATOR, HEAD = Role.COORDINATOR, Role.HEAD_TEACHER
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
