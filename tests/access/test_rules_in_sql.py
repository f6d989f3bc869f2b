"""What the rules of access let each persona have, as sets of rows, asked past pages and past the wall of Postgres.

The pages stand behind two walls, and a hole in one would be covered by the other. Here the database shows every row to
the test, so that each condition of the rules is seen by itself.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from dispatch.access import visible_q
from dispatch.models import Document, Message
from incidents.access import told_q
from incidents.models import Conflict, ConflictWhy, Incident, Told
from schools.access import appointable_people_q, managed_people_q, visible_people_q
from schools.models import Person
from schools.roles import GRANTS, Permission, Role
from tests.access.cases import CASES, is_known, is_run
from tests.access.conftest import Stage
from tests.access.personas import PERSONAS, Persona, is_one_of
from tests.access.world import World, put_back

pytestmark = pytest.mark.django_db

MEMBERS = [persona for persona in PERSONAS if persona.is_member and not persona.as_of]


def named(world: World) -> dict[str, str]:
    """What each incident is called; what was made of one, such as a letter, is called something else besides."""
    made = {name: parts["incident_id"] for name, parts in world.made.items() if "incident_id" in parts}
    first = sorted(made, key=lambda name: name in CASES)
    return {made[name]: name for name in first}


@pytest.mark.parametrize("persona", MEMBERS, ids=lambda persona: persona.key)
def test_the_cases_somebody_may_know_of(stage: Stage, persona: Persona) -> None:
    shown = Incident.objects.visible_to(stage.world.viewer(persona.key)).values_list("pk", flat=True)
    names = named(stage.world)
    assert sorted(names[str(each)] for each in shown) == sorted(name for name in CASES if is_known(name, persona))


@pytest.mark.parametrize("persona", MEMBERS, ids=lambda persona: persona.key)
def test_the_reports_that_are_somebody_s_own(stage: Stage, persona: Persona) -> None:
    shown = Incident.objects.own_of(stage.world.viewer(persona.key)).values_list("pk", flat=True)
    names = named(stage.world)
    own = {name for name, case in CASES.items() if persona.key in {case.reporter} and persona.key != case.subject}
    assert {names[str(each)] for each in shown} == own | ({"draft"} if persona.key == "staff" else set())


@pytest.mark.parametrize("persona", MEMBERS, ids=lambda persona: persona.key)
def test_the_cases_somebody_may_act_in(stage: Stage, persona: Persona) -> None:
    shown = Incident.objects.run_by(stage.world.viewer(persona.key)).values_list("pk", flat=True)
    names = named(stage.world)
    assert sorted(names[str(each)] for each in shown) == sorted(name for name in CASES if is_run(name, persona))


@pytest.mark.parametrize("persona", MEMBERS, ids=lambda persona: persona.key)
def test_the_people_somebody_may_look_up(stage: Stage, persona: Persona) -> None:
    viewer = stage.world.viewer(persona.key)
    everybody = set(Person.objects.filter(school=stage.world.schools[persona.school]))
    governs_or_works = set(
        Person.objects.filter(school=stage.world.schools[persona.school], memberships__role__in=["staff", "governor"])
    )
    for rule, word, whom in (
        (visible_people_q, "handler", everybody),
        (managed_people_q, "people_manager", everybody),
        (appointable_people_q, "appointer", governs_or_works),
    ):
        shown = set(Person.objects.filter(rule(viewer)))
        assert shown == (whom if is_one_of(persona, [word]) else set()), rule.__name__


@pytest.mark.parametrize("persona", MEMBERS, ids=lambda persona: persona.key)
@pytest.mark.parametrize("model", [Document, Message])
def test_the_post_of_the_own_school(stage: Stage, persona: Persona, model: type[Document | Message]) -> None:
    shown = model._default_manager.filter(visible_q(stage.world.viewer(persona.key)))
    own = model._default_manager.filter(school=stage.world.schools[persona.school])
    assert set(shown) == (set(own) if is_one_of(persona, ["reader"]) else set())
    assert own.count() < model._default_manager.count()


def test_whoever_has_no_post_is_shown_no_case_and_no_row_is_looked_at(
    stage: Stage, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    viewer = stage.world.viewer("staff")
    with django_assert_num_queries(0):
        assert list(Incident.objects.visible_to(viewer)) == []


def test_own_reports_are_those_of_staff(stage: Stage) -> None:
    viewer = stage.world.viewer("staff")
    assert Incident.objects.own_of(viewer).exists()
    assert not Incident.objects.own_of(replace(viewer, roles=frozenset({Role.PARENT, Role.GOVERNOR}))).exists()


def test_whoever_may_only_log_cases_looks_people_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GRANTS, Permission.HANDLE_INCIDENTS, {})
    assert Person.objects.filter(visible_people_q(stage.world.viewer("coordinator"))).exists()
    assert not Person.objects.filter(visible_people_q(stage.world.viewer("head"))).exists()


ORDINARY = "ordinary"


@pytest.fixture
def case(stage: Stage) -> Iterator[Incident]:
    """A case that the safeguarding lead reads; what a test does to it has not happened afterwards."""
    with put_back():
        yield Incident.objects.get(pk=stage.world.made[ORDINARY]["incident_id"])


def knows(stage: Stage, key: str, case: Incident) -> bool:
    return Incident.objects.visible_to(stage.world.viewer(key)).filter(pk=case.pk).exists()


def conflict(stage: Stage, key: str, case: Incident, why: str) -> Conflict:
    return Conflict.objects.create(
        school_id=case.school_id, incident=case, person=stage.world.people[key], why=why, since_revision=1
    )


@pytest.mark.parametrize("why", [why.value for why in ConflictWhy])
def test_a_conflict_denies_whatever_it_is_until_it_ends(stage: Stage, case: Incident, why: str) -> None:
    assert knows(stage, "dsl", case)
    row = conflict(stage, "dsl", case, why)
    assert not knows(stage, "dsl", case)
    assert knows(stage, "deputy_dsl", case), "of one person, and of nobody else"
    Conflict.objects.filter(pk=row.pk).update(until_revision=99)
    assert knows(stage, "dsl", case)


@pytest.mark.parametrize("why", [why.value for why in ConflictWhy])
def test_of_one_s_own_report_only_its_subject_is_told_nothing(stage: Stage, case: Incident, why: str) -> None:
    viewer = stage.world.viewer("staff")
    conflict(stage, "staff", case, why)
    assert Incident.objects.own_of(viewer).filter(pk=case.pk).exists() == (why not in {"subject", "about"})


def test_a_conflict_denies_acting_too(stage: Stage, case: Incident) -> None:
    viewer = stage.world.viewer("coordinator")
    assert Incident.objects.run_by(viewer).filter(pk=case.pk).exists()
    conflict(stage, "coordinator", case, "affected")
    assert not Incident.objects.run_by(viewer).filter(pk=case.pk).exists()


def test_a_post_that_is_kept_out_beats_a_post_that_reads(stage: Stage, case: Incident) -> None:
    Incident.objects.filter(pk=case.pk).update(kept_out=["staff"])
    assert not knows(stage, "dsl", case)
    assert not Incident.objects.run_by(stage.world.viewer("coordinator")).filter(pk=case.pk).exists()
    Incident.objects.filter(pk=case.pk).update(kept_out=["chair_of_governors"])
    assert knows(stage, "dsl", case)


def test_whoever_is_kept_out_is_so_in_an_emergency_as_well(stage: Stage, case: Incident) -> None:
    assert knows(stage, "emergency_reader", case)
    Incident.objects.filter(pk=case.pk).update(kept_out=["emergency_reader"])
    assert not knows(stage, "emergency_reader", case)


def test_a_case_that_no_post_reads_is_read_by_nobody(stage: Stage, case: Incident) -> None:
    Incident.objects.filter(pk=case.pk).update(read_by=[])
    assert not any(knows(stage, key, case) for key in ("coordinator", "dsl", "head", "chair"))


def test_whoever_handles_what_they_do_not_read_does_not_act_in_it(stage: Stage, case: Incident) -> None:
    Incident.objects.filter(pk=case.pk).update(read_by=["dsl"])
    assert not Incident.objects.run_by(stage.world.viewer("coordinator")).filter(pk=case.pk).exists()


@pytest.mark.parametrize("post", ["chair_of_governors", "vice_chair"])
def test_the_posts_that_read_little_read_what_is_theirs(stage: Stage, case: Incident, post: str) -> None:
    key = {"chair_of_governors": "chair", "vice_chair": "vice_chair"}[post]
    assert not knows(stage, key, case)
    Incident.objects.filter(pk=case.pk).update(read_by=[post])
    assert knows(stage, key, case)


def test_whoever_also_holds_posts_that_read_little_reads_no_less(stage: Stage) -> None:
    viewer = stage.world.viewer("coordinator")
    more = replace(viewer, roles=viewer.roles | {Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR})
    alone = replace(viewer, roles=frozenset({Role.COORDINATOR}))
    shown = {each.pk for each in Incident.objects.visible_to(alone) if "chair_of_governors" not in each.kept_out}
    assert shown
    assert shown <= set(Incident.objects.visible_to(more).values_list("pk", flat=True))


def test_one_is_told_by_the_post_one_holds_and_in_the_own_school(stage: Stage, case: Incident) -> None:
    chair = stage.world.people["resources_chair"]
    viewer = stage.world.viewer("resources_chair")
    told = {"school_id": case.school_id, "incident": case, "person": chair, "at": case.logged_at, "kind": "fact"}
    mine = Told.objects.create(**told, post="resources_chair")
    before = Told.objects.filter(told_q(viewer))
    assert mine in before
    Told.objects.filter(pk=mine.pk).update(post="chair_of_governors")
    assert mine not in Told.objects.filter(told_q(viewer))
    Told.objects.filter(pk=mine.pk).update(post="resources_chair", person=stage.world.people["chair"])
    assert mine not in Told.objects.filter(told_q(viewer))
