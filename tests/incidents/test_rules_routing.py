"""Where cases go: every sentence of the policy as an example, then what holds for every school and every case.

The properties run over some thousand random schools and cases, the same ones each time. A longer run:
``ROUTING_EXAMPLES=20000 pytest tests/incidents/test_rules_routing.py``
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations, product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.management.commands.print_routing import may_read
from incidents.rules.answers import blank
from incidents.rules.routing import (
    ABOUT,
    Case,
    Involved,
    Routes,
    UnknownAbout,
    case_of,
    holders_left,
    may_take,
    route,
    sentences,
)
from packs import loader
from packs.schema import RoutingTable
from packs.schema.routing import FACT_POSTS, HANDLER_POSTS, ROUTED_POSTS
from schools.roles import GOVERNOR_POSTS, GRANTS, POSTS, Permission, Role
from schools.standing import Standing

PACK = loader.latest(loader.DEFAULT_PACK)
OLD = loader.latest("camden_2012")
TABLE = PACK.routing

HEAD, COORDINATOR, DSL, DEPUTY, CHAIR, VICE, RESOURCES, GOVERNOR, TEACHER, PUPIL, PARENT, STRANGER = (
    UUID(int=number) for number in range(1, 13)
)
EVERYBODY = frozenset(UUID(int=number) for number in range(1, 13))


def school(
    *relatives: tuple[UUID, UUID],
    staff: Iterable[UUID] = (HEAD, COORDINATOR, DSL, DEPUTY, TEACHER),
    governors: Iterable[UUID] = (CHAIR, VICE, RESOURCES, GOVERNOR),
    **changed: tuple[UUID, ...],
) -> Standing:
    """A school where each post has somebody of its own; ``dsl=()`` leaves one vacant."""
    posts: dict[str, tuple[UUID, ...]] = {
        "head_teacher": (HEAD,),
        "coordinator": (COORDINATOR,),
        "dsl": (DSL,),
        "deputy_dsl": (DEPUTY,),
        "chair_of_governors": (CHAIR,),
        "vice_chair": (VICE,),
        "resources_chair": (RESOURCES,),
        **changed,
    }
    ties: dict[UUID, frozenset[UUID]] = {}
    for one, other in relatives:
        ties[one] = ties.get(one, frozenset()) | {other}
        ties[other] = ties.get(other, frozenset()) | {one}
    return Standing(
        holders={Role(post): holders for post, holders in posts.items() if holders},
        staff=frozenset(staff),
        governors=frozenset(governors),
        relatives=ties,
    )


SCHOOL = school()


def case(
    *subjects: UUID,
    affected: Iterable[UUID] = (),
    types: Iterable[str] = (),
    flags: Iterable[str] = (),
    about: str = "",
    in_confidence: bool = False,
) -> Case:
    return Case(
        involved=(
            *(Involved(each, "subject", "other") for each in subjects),
            *(Involved(each, "affected", "other") for each in affected),
        ),
        types=frozenset(types),
        flags=frozenset(flags),
        about=about,
        in_confidence=in_confidence,
    )


def readers(routes: Routes, standing: Standing) -> frozenset[UUID]:
    return holders_left(routes.readers, routes, standing)


def handlers(routes: Routes, standing: Standing) -> frozenset[UUID]:
    return holders_left({routes.handler_post}, routes, standing)


# --- the sentences of the policy --------------------------------------------------------------------------------------


def test_everything_goes_to_the_coordinator() -> None:
    routes = route(TABLE, case(PUPIL), SCHOOL)
    assert (routes.line, routes.handler_post) == ("everything", Role.COORDINATOR)
    assert readers(routes, SCHOOL) == {COORDINATOR, HEAD, DSL, DEPUTY}
    assert routes.told == {Role.COORDINATOR}
    assert routes.decisions == routes.facts_to == routes.kept_out == frozenset()
    assert dict(routes.denied) == {PUPIL: "subject"}
    assert routes.nobody_left is False


def test_a_case_without_anybody_in_it_goes_to_the_coordinator() -> None:
    routes = route(TABLE, Case(), SCHOOL)
    assert routes.handler_post is Role.COORDINATOR
    assert dict(routes.denied) == {}


def test_staff_as_subject_goes_to_the_head_and_the_lado_is_considered() -> None:
    routes = route(TABLE, case(TEACHER), SCHOOL)
    assert (routes.line, routes.handler_post) == ("staff_subject", Role.HEAD_TEACHER)
    assert readers(routes, SCHOOL) == {HEAD, COORDINATOR}
    assert routes.decisions == {"lado"}


def test_the_head_as_subject_goes_to_the_chair_past_the_head() -> None:
    routes = route(TABLE, case(HEAD), SCHOOL)
    assert (routes.line, routes.handler_post) == ("head_or_governor_subject", Role.CHAIR_OF_GOVERNORS)
    assert readers(routes, SCHOOL) == {CHAIR}
    assert routes.kept_out == {Role.HEAD_TEACHER, Role.COORDINATOR}
    assert dict(routes.denied) == {HEAD: "subject", COORDINATOR: "post"}
    assert routes.decisions == {"lado"}


@pytest.mark.parametrize("governor", [GOVERNOR, VICE, RESOURCES])
def test_a_governor_as_subject_goes_to_the_chair_past_the_head(governor: UUID) -> None:
    routes = route(TABLE, case(governor), SCHOOL)
    assert (routes.line, routes.handler_post) == ("head_or_governor_subject", Role.CHAIR_OF_GOVERNORS)
    assert readers(routes, SCHOOL) == {CHAIR}
    assert routes.denied[HEAD] == "post"


def test_the_chair_as_subject_goes_to_the_vice_chair() -> None:
    routes = route(TABLE, case(CHAIR), SCHOOL)
    assert (routes.line, routes.handler_post) == ("chair_subject", Role.VICE_CHAIR)
    assert readers(routes, SCHOOL) == {VICE}
    assert {HEAD, COORDINATOR, CHAIR} == set(routes.denied)


def test_the_chair_as_subject_without_a_vice_chair_goes_to_the_authoritys_officer() -> None:
    standing = school(vice_chair=())
    routes = route(TABLE, case(CHAIR), standing)
    assert routes.handler_post is Role.LA_OFFICER
    assert routes.nobody_left
    assert routes.told == {Role.LA_OFFICER}
    assert readers(routes, standing) == frozenset()
    assert routes.why == ("chair_subject", "vacant.vice_chair", "nobody_left", "lado")


@pytest.mark.parametrize("flag", ["safeguarding", "immediate_risk"])
def test_safeguarding_goes_to_the_dsl_as_well(flag: str) -> None:
    routes = route(TABLE, case(TEACHER, flags=[flag]), SCHOOL)
    assert routes.told == {Role.HEAD_TEACHER, Role.DSL}
    assert readers(routes, SCHOOL) == {HEAD, COORDINATOR, DSL}


@pytest.mark.parametrize("standing", [school(dsl=()), school((DSL, PUPIL))], ids=["vacant", "related"])
def test_safeguarding_goes_to_the_deputy_where_the_dsl_cannot_be_told(standing: Standing) -> None:
    routes = route(TABLE, case(PUPIL, flags=["safeguarding"]), standing)
    assert routes.told == {Role.COORDINATOR, Role.DEPUTY_DSL}
    assert DEPUTY in readers(routes, standing)
    assert DSL not in readers(routes, standing)


def test_self_harm_is_a_safeguarding_concern() -> None:
    """The forms have no type for it; the tick says that it is meant too."""
    for pack in loader.editions():
        assert "Self-harm" in pack.form.field("safeguarding").hint
        assert "P11" in pack.routing.entry("safeguarding").duties
        assert Role.DSL in route(pack.routing, case(PUPIL, flags=["safeguarding"]), SCHOOL).told


DSL_AS_WELL = [
    (PACK, {"types": ["terrorist_material"]}, "extremism"),
    (PACK, {"types": ["radicalisation"]}, "extremism"),
    (OLD, {"types": ["terrorist_material"]}, "extremism"),
    (OLD, {"types": ["drug_bomb_making"]}, "extremism"),
    (PACK, {"types": ["grooming"]}, "grooming"),
    (PACK, {"considered_as": ["grooming"]}, "grooming"),
    (OLD, {"considered_as": ["grooming"]}, "grooming"),
    (PACK, {"types": ["child_abuse_images"]}, "images"),
    (PACK, {"types": ["illegal_pornography"]}, "images"),
    (OLD, {"types": ["child_abuse_images"]}, "images"),
    (PACK, {"flags": ["sexual_images"]}, "images"),
    (PACK, {"flags": ["illegal_material"]}, "illegal_material"),
]


@pytest.mark.parametrize(("pack", "said", "code"), DSL_AS_WELL)
@pytest.mark.parametrize("subject", [PUPIL, TEACHER, HEAD, CHAIR])
def test_extremism_grooming_images_and_illegal_material_go_to_the_dsl_as_well(
    pack: loader.Pack, said: Mapping[str, list[str]], code: str, subject: UUID
) -> None:
    told = replace(case(subject), **{key: frozenset(codes) for key, codes in said.items()})
    routes = route(pack.routing, told, SCHOOL)
    assert code in routes.why
    assert {routes.handler_post, Role.DSL} == routes.told
    assert DSL in readers(routes, SCHOOL)
    assert code not in route(pack.routing, case(subject), SCHOOL).why


@pytest.mark.parametrize("quiet", ["bullying", "hacking", "gambling", "soft_pornography", "other"])
def test_other_types_add_nobody(quiet: str) -> None:
    assert route(TABLE, case(TEACHER, types=[quiet]), SCHOOL) == route(TABLE, case(TEACHER), SCHOOL)


@pytest.mark.parametrize(
    "said",
    [
        case(PUPIL, flags=["illegal_material"]),
        case(PUPIL, flags=["sexual_images"]),
        case(PUPIL, types=["child_abuse_images"]),
        case(PUPIL, types=["illegal_pornography"]),
    ],
)
@pytest.mark.parametrize("pack", [PACK, OLD])
def test_illegal_material_has_the_polices_advice_recorded(pack: loader.Pack, said: Case) -> None:
    assert route(pack.routing, said, SCHOOL).decisions == {"police"}


def test_illegal_material_with_staff_has_both_decisions() -> None:
    assert route(TABLE, case(TEACHER, flags=["illegal_material"]), SCHOOL).decisions == {"lado", "police"}


def test_one_person_may_hold_several_posts() -> None:
    """New End: the head teacher is co-ordinator and safeguarding lead at once."""
    standing = school(coordinator=(HEAD,), dsl=(HEAD,))
    pupils = route(TABLE, case(PUPIL, flags=["safeguarding"]), standing)
    assert handlers(pupils, standing) == {HEAD}
    assert pupils.told == {Role.COORDINATOR, Role.DSL}
    staff = route(TABLE, case(TEACHER), standing)
    assert (staff.handler_post, handlers(staff, standing)) == (Role.HEAD_TEACHER, {HEAD})


@pytest.mark.parametrize("said", [{"about": "head_teacher"}, {"about": "dsl"}, {"about": "coordinator"}, {}])
def test_who_holds_several_posts_and_is_the_subject_holds_none_of_them(said: dict[str, str]) -> None:
    standing = school(coordinator=(HEAD,), dsl=(HEAD,))
    routes = route(TABLE, case(*(() if said else (HEAD,)), flags=["safeguarding"], **said), standing)
    assert handlers(routes, standing) == {CHAIR}
    assert readers(routes, standing) == {CHAIR, DEPUTY}
    assert routes.told == {Role.CHAIR_OF_GOVERNORS, Role.DEPUTY_DSL}


def test_a_post_that_is_kept_out_keeps_its_holder_out_of_every_other_post() -> None:
    """A governor is the subject: past the head, who does not come back in as safeguarding lead."""
    standing = school(dsl=(HEAD,))
    routes = route(TABLE, case(GOVERNOR, flags=["safeguarding"]), standing)
    assert routes.denied[HEAD] == "post"
    assert readers(routes, standing) == {CHAIR, DEPUTY}


def test_a_post_that_is_kept_out_cannot_handle_either() -> None:
    standing = school(vice_chair=(CHAIR,))
    routes = route(TABLE, case(TEACHER, affected=[HEAD]), standing)
    assert routes.denied[CHAIR] == "post"
    assert routes.nobody_left


@pytest.mark.parametrize("part", ["subject", "affected"])
@pytest.mark.parametrize(
    ("involved", "standing"),
    [(COORDINATOR, SCHOOL), (PUPIL, school((PUPIL, COORDINATOR)))],
    ids=["the coordinator", "a relative of the coordinator"],
)
def test_whoever_is_involved_holds_no_post_and_the_next_in_line_takes_over(
    part: str, involved: UUID, standing: Standing
) -> None:
    routes = route(TABLE, Case(involved=(Involved(involved, part, "pupil"),)), standing)
    assert routes.handler_post is Role.HEAD_TEACHER
    assert COORDINATOR not in readers(routes, standing)
    assert COORDINATOR in routes.denied


@pytest.mark.parametrize("part", ["witness", "reporter"])
def test_who_saw_or_reported_it_is_not_involved(part: str) -> None:
    routes = route(TABLE, Case(involved=(Involved(COORDINATOR, part, "staff"),)), SCHOOL)
    assert routes.line == "everything"
    assert handlers(routes, SCHOOL) == {COORDINATOR}


def test_the_next_in_line_takes_over_down_to_the_last() -> None:
    line = [COORDINATOR, HEAD, DSL, DEPUTY, CHAIR, VICE]
    for number, person in enumerate(line):
        routes = route(TABLE, case(PUPIL, affected=line[:number]), SCHOOL)
        assert handlers(routes, SCHOOL) == {person}
        assert person in readers(routes, SCHOOL)
    routes = route(TABLE, case(PUPIL, affected=line), SCHOOL)
    assert (routes.handler_post, routes.nobody_left) == (Role.LA_OFFICER, True)


def test_nobody_is_left_where_one_person_is_everything() -> None:
    standing = school(**dict.fromkeys(ROUTED_POSTS, (HEAD,)))
    assert handlers(route(TABLE, case(PUPIL), standing), standing) == {HEAD}
    routes = route(TABLE, case(PUPIL, affected=[HEAD], flags=["safeguarding"]), standing)
    assert routes.nobody_left
    assert routes.told == {Role.LA_OFFICER}
    assert "safeguarding.nobody" in routes.why


def test_a_school_without_any_post_has_the_authoritys_officer() -> None:
    routes = route(TABLE, case(PUPIL), Standing())
    assert routes.nobody_left
    assert sentences(TABLE, routes.why)[-1].startswith("Nobody at the school is left")


def test_staff_who_are_bullied_report_in_confidence_to_the_head_unseen_by_colleagues() -> None:
    routes = route(TABLE, case(affected=[TEACHER], types=["bullying"], in_confidence=True), SCHOOL)
    assert (routes.line, routes.handler_post) == ("staff_in_confidence", Role.HEAD_TEACHER)
    assert readers(routes, SCHOOL) == {HEAD}
    assert routes.facts_to == frozenset()


def test_in_confidence_about_a_colleague_keeps_the_chair_out_too() -> None:
    routes = route(TABLE, case(COORDINATOR, affected=[TEACHER], in_confidence=True), SCHOOL)
    assert routes.line == "staff_subject_in_confidence"
    assert readers(routes, SCHOOL) == {HEAD}
    assert routes.denied[CHAIR] == "post"
    assert (routes.decisions, routes.facts_to) == ({"lado"}, {Role.RESOURCES_CHAIR})


@pytest.mark.parametrize(("about", "handler"), [("head_teacher", CHAIR), ("chair_of_governors", VICE)])
def test_in_confidence_about_the_head_goes_past_the_head(about: str, handler: UUID) -> None:
    routes = route(TABLE, case(affected=[TEACHER], in_confidence=True, about=about), SCHOOL)
    assert readers(routes, SCHOOL) == {handler}


def test_confidence_does_not_keep_the_dsl_from_a_child_at_risk() -> None:
    routes = route(TABLE, case(affected=[TEACHER], in_confidence=True, flags=["immediate_risk"]), SCHOOL)
    assert readers(routes, SCHOOL) == {HEAD, DSL}


def test_the_chair_is_kept_out_of_staff_discipline_and_the_resources_chair_is_told() -> None:
    routes = route(TABLE, case(TEACHER), SCHOOL)
    assert routes.denied[CHAIR] == "post"
    assert routes.kept_out == {Role.CHAIR_OF_GOVERNORS}
    assert routes.facts_to == {Role.RESOURCES_CHAIR}
    assert RESOURCES not in readers(routes, SCHOOL)


def test_a_resources_chair_who_is_involved_is_not_told() -> None:
    standing = school((RESOURCES, PUPIL))
    assert route(TABLE, case(TEACHER, affected=[PUPIL]), standing).facts_to == frozenset()


def test_the_resources_chair_is_told_of_no_other_case() -> None:
    for said in (case(PUPIL), case(HEAD), case(CHAIR), case(affected=[TEACHER], in_confidence=True)):
        assert route(TABLE, said, SCHOOL).facts_to == frozenset()


def test_adding_a_subject_later_routes_it_anew() -> None:
    pupils = case(PUPIL)
    assert HEAD in readers(route(TABLE, pupils, SCHOOL), SCHOOL)
    later = replace(pupils, involved=(*pupils.involved, Involved(HEAD, "subject", "staff")))
    assert readers(route(TABLE, later, SCHOOL), SCHOOL) == {CHAIR}


# --- several things at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "standing", "line", "wanted"),
    [
        pytest.param(
            case(TEACHER, PUPIL, affected=[PARENT]),
            school((PARENT, CHAIR)),
            "staff_subject",
            {HEAD, COORDINATOR},
            id="staff and a pupil did it, the chair's child was affected",
        ),
        pytest.param(
            case(HEAD, affected=[PUPIL]),
            school((PUPIL, CHAIR)),
            "head_or_governor_subject",
            {VICE},
            id="the head did it, the chair's child was affected",
        ),
        pytest.param(
            case(HEAD, affected=[PUPIL]),
            school((PUPIL, CHAIR), (PUPIL, VICE)),
            "head_or_governor_subject",
            set(),
            id="the head did it, the child of the chair and the vice chair was affected",
        ),
        pytest.param(case(HEAD, TEACHER), SCHOOL, "head_or_governor_subject", {CHAIR}, id="a teacher and the head"),
        pytest.param(case(HEAD, CHAIR), SCHOOL, "chair_subject", {VICE}, id="the head and the chair"),
        pytest.param(case(CHAIR, VICE), SCHOOL, "chair_subject", set(), id="the chair and the vice chair"),
        pytest.param(case(COORDINATOR), SCHOOL, "staff_subject", {HEAD}, id="the co-ordinator"),
        pytest.param(
            case(COORDINATOR),
            school(coordinator=(COORDINATOR, TEACHER)),
            "staff_subject",
            {HEAD, TEACHER},
            id="one of two co-ordinators",
        ),
        pytest.param(
            case(HEAD),
            school(head_teacher=(HEAD, TEACHER)),
            "head_or_governor_subject",
            {CHAIR},
            id="one of two heads: the post is kept out, and so is the other",
        ),
        pytest.param(
            case(HEAD),
            school(coordinator=(HEAD,)),
            "head_or_governor_subject",
            {CHAIR},
            id="the head, who is co-ordinator too",
        ),
        pytest.param(
            case(DSL, flags=["safeguarding"]), SCHOOL, "staff_subject", {HEAD, COORDINATOR, DEPUTY}, id="the DSL"
        ),
        pytest.param(
            case(DSL, flags=["safeguarding"]),
            school(deputy_dsl=()),
            "staff_subject",
            {HEAD, COORDINATOR},
            id="the DSL, and there is no deputy",
        ),
        pytest.param(
            case(TEACHER, affected=[HEAD]),
            SCHOOL,
            "staff_subject",
            {VICE, COORDINATOR},
            id="a teacher did it to the head",
        ),
        pytest.param(
            case(TEACHER),
            school(governors=[CHAIR, VICE, TEACHER]),
            "head_or_governor_subject",
            {CHAIR},
            id="a teacher who is a governor",
        ),
        pytest.param(
            case(PUPIL, affected=[STRANGER]),
            school((STRANGER, GOVERNOR)),
            "everything",
            {COORDINATOR, HEAD, DSL, DEPUTY},
            id="a parent governor's child was affected",
        ),
        pytest.param(
            case(GOVERNOR, affected=[PUPIL], flags=["safeguarding"]),
            school((PUPIL, GOVERNOR), (PUPIL, DSL)),
            "head_or_governor_subject",
            {CHAIR, DEPUTY},
            id="a parent governor did it to their child, who is the DSL's as well",
        ),
        pytest.param(
            case(PUPIL),
            school((PUPIL, HEAD)),
            "everything",
            # The chair decides on a sanction in the head's place, and reads it for that.
            {COORDINATOR, DSL, DEPUTY, CHAIR},
            id="the head's child did it",
        ),
        pytest.param(
            case(about="head_teacher"),
            school((HEAD, DSL)),
            "head_or_governor_subject",
            {CHAIR},
            id="about the head, unnamed",
        ),
        pytest.param(
            case(about="head_teacher", flags=["safeguarding"]),
            school((HEAD, DSL)),
            "head_or_governor_subject",
            {CHAIR, DEPUTY},
            id="about the head, unnamed, who is related to the DSL",
        ),
        pytest.param(
            case(about="staff"), SCHOOL, "staff_subject", {HEAD, COORDINATOR}, id="about somebody of the staff"
        ),
        pytest.param(
            case(about="governor"), SCHOOL, "head_or_governor_subject", {CHAIR}, id="about one of the governors"
        ),
        pytest.param(case(about="coordinator"), SCHOOL, "staff_subject", {HEAD}, id="about the co-ordinator, unnamed"),
        pytest.param(
            case(about="chair_of_governors"),
            school(chair_of_governors=()),
            "chair_subject",
            {VICE},
            id="about a chair there is not",
        ),
        pytest.param(
            case(HEAD, about="staff"), SCHOOL, "head_or_governor_subject", {CHAIR}, id="said of staff, named the head"
        ),
    ],
)
def test_several_things_at_once(said: Case, standing: Standing, line: str, wanted: set[UUID]) -> None:
    routes = route(TABLE, said, standing)
    assert routes.line == line
    assert readers(routes, standing) == wanted
    assert routes.nobody_left == (not handlers(routes, standing))


def test_a_subject_known_by_name_alone_counts_by_what_they_are() -> None:
    staff = route(TABLE, Case(involved=(Involved(None, "subject", "staff"),)), SCHOOL)
    assert (staff.line, staff.decisions) == ("staff_subject", {"lado"})
    for kind in ("pupil", "other"):
        assert route(TABLE, Case(involved=(Involved(None, "subject", kind),)), SCHOOL).line == "everything"
    for part in ("affected", "witness", "reporter"):
        assert route(TABLE, Case(involved=(Involved(None, part, "staff"),)), SCHOOL).line == "everything"


def test_who_left_the_staff_is_still_a_member_of_staff_in_the_record() -> None:
    gone = Case(involved=(Involved(STRANGER, "subject", "staff"),))
    assert route(TABLE, gone, SCHOOL).line == "staff_subject"


@pytest.mark.parametrize("post", [post for post in POSTS if post not in GOVERNOR_POSTS and post != Role.HEAD_TEACHER])
def test_whoever_holds_a_post_is_staff(post: Role) -> None:
    standing = Standing(holders={post: (STRANGER,)})
    assert route(TABLE, case(STRANGER), standing).line == "staff_subject"


@pytest.mark.parametrize("post", sorted(GOVERNOR_POSTS - {Role.CHAIR_OF_GOVERNORS}))
def test_whoever_holds_a_governors_post_is_a_governor(post: Role) -> None:
    standing = Standing(holders={post: (STRANGER,)})
    assert route(TABLE, case(STRANGER), standing).line == "head_or_governor_subject"


def test_who_was_meant_stays_out_when_the_post_passes_on() -> None:
    standing = school(head_teacher=(TEACHER,), coordinator=(HEAD,))
    said = replace(case(about="coordinator"), meant=frozenset({COORDINATOR}))
    routes = route(TABLE, said, school(coordinator=(TEACHER,), head_teacher=(COORDINATOR,)))
    assert routes.line == "head_or_governor_subject"
    assert routes.denied[COORDINATOR] == "about"
    assert readers(routes, school(coordinator=(TEACHER,), head_teacher=(COORDINATOR,))) == {CHAIR}
    assert COORDINATOR not in route(TABLE, said, standing).readers


def test_the_first_reason_counts() -> None:
    standing = school((HEAD, PUPIL))
    both = Case(
        involved=(
            Involved(HEAD, "affected", "staff"),
            Involved(HEAD, "subject", "staff"),
            Involved(PUPIL, "subject", "pupil"),
        )
    )
    assert dict(route(TABLE, both, standing).denied) == {HEAD: "subject", PUPIL: "subject", COORDINATOR: "post"}
    affected = route(TABLE, case(PUPIL, affected=[HEAD]), standing).denied
    assert dict(affected) == {PUPIL: "subject", HEAD: "affected"}
    assert route(TABLE, case(HEAD, about="head_teacher"), standing).denied[HEAD] == "subject"
    assert route(TABLE, case(about="head_teacher", affected=[HEAD]), standing).denied[HEAD] == "about"


def test_a_case_is_about_nothing_else() -> None:
    with pytest.raises(UnknownAbout):
        route(TABLE, case(about="caretaker"), SCHOOL)


# --- handing on -------------------------------------------------------------------------------------------------------


def test_a_case_is_handed_on_to_a_post_in_its_line() -> None:
    routes = route(TABLE, case(PUPIL), SCHOOL, chosen=Role.DSL)
    assert routes.handler_post is Role.DSL
    assert readers(routes, SCHOOL) == {COORDINATOR, HEAD, DSL, DEPUTY}
    assert routes.told == {Role.DSL}
    assert "handed_on" in routes.why


@pytest.mark.parametrize(
    ("said", "standing", "chosen"),
    [
        (case(TEACHER), SCHOOL, Role.DSL),
        (case(TEACHER), SCHOOL, Role.CHAIR_OF_GOVERNORS),
        (case(PUPIL), SCHOOL, Role.RESOURCES_CHAIR),
        (case(PUPIL), SCHOOL, Role.LA_OFFICER),
        (case(PUPIL), school(dsl=()), Role.DSL),
        (case(PUPIL, affected=[DSL]), SCHOOL, Role.DSL),
    ],
)
def test_a_case_is_handed_on_to_nobody_else(said: Case, standing: Standing, chosen: Role) -> None:
    assert route(TABLE, said, standing, chosen=chosen) == route(TABLE, said, standing)


def test_to_whom_it_can_be_handed_on() -> None:
    assert may_take(TABLE, route(TABLE, case(PUPIL), SCHOOL), SCHOOL) == (
        Role.HEAD_TEACHER,
        Role.DSL,
        Role.DEPUTY_DSL,
        Role.CHAIR_OF_GOVERNORS,
        Role.VICE_CHAIR,
    )
    standing = school(deputy_dsl=(DSL,))
    told = route(TABLE, case(PUPIL, affected=[DSL, COORDINATOR]), standing)
    assert may_take(TABLE, told, standing) == (Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR)
    assert may_take(TABLE, route(TABLE, case(CHAIR), SCHOOL), SCHOOL) == ()
    assert may_take(TABLE, replace(told, line="safeguarding"), standing) == ()


# --- from the record, and in words ------------------------------------------------------------------------------------


def test_the_case_that_answers_tell_of() -> None:
    answers = {
        **blank(PACK.form),
        "types": ["grooming"],
        "deliberate": True,
        "safeguarding": True,
        "deliberate_considered_as": ["grooming"],
        "people": [
            {"person_id": str(PUPIL), "name": "A", "group": "4R", "kind": "pupil", "part": "affected"},
            {"person_id": "", "name": "B", "group": "", "kind": "other", "part": "subject"},
        ],
    }
    assert case_of(answers, about="staff", in_confidence=True, meant=[HEAD]) == Case(
        involved=(Involved(PUPIL, "affected", "pupil"), Involved(None, "subject", "other")),
        types=frozenset({"grooming"}),
        flags=frozenset({"deliberate", "safeguarding"}),
        about="staff",
        in_confidence=True,
        considered_as=frozenset({"grooming"}),
        meant=frozenset({HEAD}),
    )
    assert case_of({}) == case_of(blank(PACK.form)) == Case()


def test_a_name_that_was_typed_is_taken_for_everybody_who_is_called_that() -> None:
    typed = {"person_id": "", "name": "Sam Field", "group": "", "kind": "other", "part": "subject"}
    chosen = {**typed, "person_id": str(TEACHER)}
    namesakes = {"Sam Field": [HEAD, PUPIL]}
    told = case_of({"people": [typed]}, namesakes=namesakes)
    assert told.involved == (Involved(HEAD, "subject", "other"), Involved(PUPIL, "subject", "other"))
    assert readers(route(TABLE, told, SCHOOL), SCHOOL) == {CHAIR}
    assert case_of({"people": [chosen]}, namesakes=namesakes).involved == (Involved(TEACHER, "subject", "other"),)


def test_why_in_words() -> None:
    routes = route(TABLE, case(TEACHER, affected=[HEAD, DSL], flags=["safeguarding"]), school(deputy_dsl=()))
    assert routes.why == (
        "staff_subject",
        "involved.head_teacher",
        "safeguarding",
        "safeguarding.nobody",
        "lado",
        "staff_discipline",
    )
    words = sentences(TABLE, routes.why)
    assert len(words) == len(routes.why)
    assert words[0] == TABLE.entry("staff_subject").text
    assert words[1].startswith("Whoever is head teacher is involved")
    assert words[3].startswith("No designated safeguarding lead or deputy safeguarding lead can be told")
    vacant = route(TABLE, case(PUPIL), school(coordinator=(), deputy_dsl=()), chosen=Role.DSL)
    assert sentences(TABLE, vacant.why)[1] == "It was handed on."
    assert sentences(TABLE, ["vacant.coordinator"]) == (
        "Nobody is online safety co-ordinator at present, so the next in line takes over.",
    )


def test_nothing_in_words_names_a_post_twice_or_says_none() -> None:
    for pack in loader.editions():
        for entry in (*pack.routing.lines, *pack.routing.additions):
            assert sentences(pack.routing, [entry.code]) == (entry.text,)


# --- the table and the roles ------------------------------------------------------------------------------------------


def test_the_posts_of_the_tables_are_posts_of_the_school() -> None:
    assert {Role(post) for post in (*ROUTED_POSTS, *FACT_POSTS)} <= set(POSTS)
    assert {Role(post) for post in HANDLER_POSTS} - set(POSTS) == {Role.LA_OFFICER}


def test_whoever_can_be_routed_to_may_read_and_handle() -> None:
    for post in map(Role, ROUTED_POSTS):
        assert post in GRANTS[Permission.READ_INCIDENTS]
        assert post in GRANTS[Permission.HANDLE_INCIDENTS]


# --- for every school and every case ----------------------------------------------------------------------------------

EXAMPLES = int(os.environ.get("ROUTING_EXAMPLES", "1000"))
PEOPLE = tuple(UUID(int=number) for number in range(1, 10))
MANY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 1000,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TIES = tuple(combinations(PEOPLE, 2))
HELD = tuple(map(Role, (*ROUTED_POSTS, "resources_chair", "senco")))
TYPES = sorted({code for pack in loader.editions() for code in pack.form.field("types").codes})
FLAGS = [each.key for each in PACK.form.flags]


def up_to(most: int, of: Iterable[Any]) -> tuple[tuple[Any, ...], ...]:
    """Every choice of so many or fewer: drawn as one number, which is ten times as quick as a drawn set."""
    chosen = tuple(of)
    return tuple(each for count in range(most + 1) for each in combinations(chosen, count))


holders = st.sampled_from(up_to(2, PEOPLE))
some = st.sampled_from(up_to(len(PEOPLE), PEOPLE))
people = st.sampled_from(
    [
        Involved(person_id, part, kind)
        for part, kind, person_id in product(
            ("subject", "affected", "witness", "reporter"), ("pupil", "staff", "other"), (*PEOPLE, None)
        )
    ]
)
schools_drawn = st.builds(
    lambda held, one, two, three, staff, governors: school(
        *(tie for tie in (one, two, three) if tie),
        staff=staff,
        governors=governors,
        **dict(zip((post.value for post in HELD), held, strict=True)),
    ),
    # Posts vacant, shared, several in one person; relatives anywhere.
    st.tuples(*(holders for _ in HELD)),
    *(st.sampled_from((None, *TIES)) for _ in range(3)),
    some,
    some,
)
cases_drawn = st.builds(
    lambda involved, count, *rest: Case(
        tuple(involved[:count]), frozenset(rest[0]), frozenset(rest[1]), rest[2], rest[3], frozenset(rest[4]), rest[5]
    ),
    st.tuples(*(people for _ in range(4))),
    st.integers(0, 4),
    st.sampled_from(up_to(2, TYPES)),
    st.sampled_from(up_to(2, FLAGS)),
    st.sampled_from(("", "", "", *ABOUT)),
    st.sampled_from((False, False, True)),
    st.sampled_from(((), ("grooming",), ("harassment",))),
    st.sampled_from(up_to(1, PEOPLE)).map(frozenset),
)
packs_drawn = st.sampled_from(loader.editions())
tables_drawn = packs_drawn.map(lambda pack: pack.routing)
chosen_drawn = st.sampled_from((None, *HELD, Role.LA_OFFICER))


def conflicted(said: Case, standing: Standing) -> frozenset[UUID]:
    """Who is in the case or related to somebody in it, worked out once more and differently."""
    inside = {each.person_id for each in said.involved if each.part in ("subject", "affected")} - {None}
    if said.about in {"coordinator", "dsl", "head_teacher", "chair_of_governors"}:
        inside |= said.meant
        inside |= {person for post, held in standing.holders.items() if post == said.about for person in held}
    related = {other for person, others in standing.relatives.items() if person in inside for other in others}
    return frozenset(each for each in inside | related if each)


@MANY
@given(tables_drawn, cases_drawn, schools_drawn, chosen_drawn)
def test_a_handler_always_exists(table: RoutingTable, said: Case, standing: Standing, chosen: Role | None) -> None:
    routes = route(table, said, standing, chosen)
    line = table.entry(routes.line)
    assert routes.handler_post.value in line.handled_by  # type: ignore[union-attr]
    assert routes.handler_post in routes.told
    if routes.nobody_left:
        assert routes.handler_post is Role.LA_OFFICER
        assert not any(holders_left([Role(post)], routes, standing) for post in line.handled_by)  # type: ignore[union-attr]
    else:
        assert handlers(routes, standing)
        assert handlers(routes, standing) <= readers(routes, standing)
    assert len(sentences(table, routes.why)) == len(routes.why)
    assert all(len(code) <= 60 for code in routes.why)


@MANY
@given(tables_drawn, cases_drawn, schools_drawn, chosen_drawn)
def test_whoever_is_involved_related_or_kept_out_never_handles_reads_or_is_told(
    table: RoutingTable, said: Case, standing: Standing, chosen: Role | None
) -> None:
    routes = route(table, said, standing, chosen)
    kept_out = {person for post in routes.kept_out for person in standing.holders_of(post)}
    assert set(routes.denied) == conflicted(said, standing) | kept_out
    posts = {routes.handler_post, *routes.readers, *routes.told, *routes.facts_to}
    assert holders_left(posts, routes, standing).isdisjoint(routes.denied)
    assert routes.readers.isdisjoint(routes.kept_out)
    assert routes.facts_to.isdisjoint(routes.readers)
    for post in routes.facts_to | routes.told - {Role.LA_OFFICER}:
        assert holders_left([post], routes, standing)


@MANY
@given(tables_drawn, cases_drawn, schools_drawn)
def test_removing_a_conflict_never_hides_a_case_from_everybody(
    table: RoutingTable, said: Case, standing: Standing
) -> None:
    """Either somebody at the school reads it, or the authority's officer was told that nobody handles it.

    Where the line stays the same, who read it at the school before is not left without a reader after.
    """
    before = route(table, said, standing)
    fewer = [
        (replace(said, involved=(*said.involved[:number], *said.involved[number + 1 :])), standing)
        for number in range(len(said.involved))
    ]
    fewer.append((replace(said, about="", meant=frozenset()), standing))
    fewer.append((said, replace(standing, relatives={})))
    for less, around in fewer:
        after = route(table, less, around)
        assert readers(after, around) or (after.nobody_left and Role.LA_OFFICER in after.told)
        if after.line == before.line:
            assert set(after.denied) <= set(before.denied)
            assert not after.nobody_left or before.nobody_left
            assert readers(after, around) or not readers(before, standing)


@MANY
@given(tables_drawn, cases_drawn, schools_drawn, people, chosen_drawn)
def test_adding_somebody_leaves_a_handler_and_gives_nobody_access_but_the_next_in_line(
    table: RoutingTable, said: Case, standing: Standing, added: Involved, chosen: Role | None
) -> None:
    """Who reads it after and did not before holds a post it was brought before: the handler's, the safeguarding lead's.

    Where the line stays the same, a post it was not brought before until then: the next in line.
    """
    before = route(table, said, standing, chosen)
    after = route(table, replace(said, involved=(*said.involved, added)), standing, chosen)
    assert handlers(after, standing) or after.nobody_left
    new = readers(after, standing) - readers(before, standing)
    next_in_line = after.told - before.told if after.line == before.line else after.told
    assert new <= holders_left(next_in_line, after, standing)
    if added.part in ("subject", "affected") and added.person_id:
        assert added.person_id in after.denied
        assert set(before.denied) <= set(after.denied) or before.line != after.line
    else:
        assert set(before.denied) == set(after.denied) or before.line != after.line
    if added.part != "subject":
        assert after.line == before.line


@MANY
@given(tables_drawn, cases_drawn, schools_drawn, st.sampled_from(TIES))
def test_a_new_relative_gives_nobody_access_but_the_next_in_line(
    table: RoutingTable, said: Case, standing: Standing, tie: tuple[UUID, UUID]
) -> None:
    one, other = tie
    ties = dict(standing.relatives)
    ties[one] = ties.get(one, frozenset()) | {other}
    ties[other] = ties.get(other, frozenset()) | {one}
    before, after = route(table, said, standing), route(table, said, replace(standing, relatives=ties))
    assert after.line == before.line
    assert set(before.denied) <= set(after.denied)
    assert readers(after, standing) - readers(before, standing) <= holders_left(
        after.told - before.told, after, standing
    )


@MANY
@given(tables_drawn, cases_drawn, schools_drawn, st.randoms(use_true_random=False))
def test_the_order_of_the_people_does_not_matter(table: RoutingTable, said: Case, standing: Standing, random) -> None:
    shuffled = [*said.involved, *said.involved[:1]]
    random.shuffle(shuffled)
    again = route(table, replace(said, involved=tuple(shuffled)), standing)
    assert again == route(table, said, standing)
    assert hash(again) == hash(route(table, said, standing))
    assert list(again.denied.items()) == list(route(table, said, standing).denied.items())


@MANY
@given(packs_drawn, cases_drawn, schools_drawn, chosen_drawn)
def test_every_post_that_reads_is_listed_in_the_document(
    pack: loader.Pack, said: Case, standing: Standing, chosen: Role | None
) -> None:
    routes = route(pack.routing, said, standing, chosen)
    assert routes.readers <= may_read(pack, routes.line)


@MANY
@given(tables_drawn, cases_drawn, schools_drawn, chosen_drawn)
def test_a_subject_of_the_school_is_routed_past_themselves(
    table: RoutingTable, said: Case, standing: Standing, chosen: Role | None
) -> None:
    routes = route(table, said, standing, chosen)
    subjects = {each.person_id for each in said.involved if each.part == "subject"}
    heads, chairs = (set(standing.holders_of(post)) for post in (Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS))
    everyone = readers(routes, standing)
    if subjects & heads or said.about == "head_teacher":
        assert everyone.isdisjoint(heads | set(standing.holders_of(Role.COORDINATOR)))
        assert "lado" in routes.decisions
    if subjects & chairs or said.about == "chair_of_governors":
        assert everyone.isdisjoint(heads | chairs)
        assert routes.handler_post in {Role.VICE_CHAIR, Role.LA_OFFICER}
    if subjects & (standing.staff | standing.governors) or said.about:
        assert routes.line not in {"everything", "staff_in_confidence"}
        assert "lado" in routes.decisions
    if routes.line.startswith("staff_subject"):
        assert everyone.isdisjoint(chairs)
        assert bool(routes.facts_to) == bool(holders_left([Role.RESOURCES_CHAIR], routes, standing))
    else:
        assert routes.facts_to == frozenset()


@MANY
@given(tables_drawn, cases_drawn, schools_drawn)
def test_in_confidence_reaches_the_handler_and_the_safeguarding_leads_alone(
    table: RoutingTable, said: Case, standing: Standing
) -> None:
    routes = route(table, replace(said, in_confidence=True), standing)
    assert routes.readers - {routes.handler_post} <= {Role.DSL, Role.DEPUTY_DSL}
    quiet = replace(
        said, in_confidence=True, types=frozenset({"bullying"}), flags=frozenset(), considered_as=frozenset()
    )
    routes = route(table, quiet, standing)
    assert routes.readers == {routes.handler_post} - {Role.LA_OFFICER}


@MANY
@given(tables_drawn, cases_drawn, schools_drawn)
def test_it_can_be_handed_on_to_each_that_is_offered_and_to_nobody_else(
    table: RoutingTable, said: Case, standing: Standing
) -> None:
    routes = route(table, said, standing)
    offered = may_take(table, routes, standing)
    assert routes.handler_post not in offered
    for post in Role:
        again = route(table, said, standing, chosen=post)
        assert again.handler_post is (post if post in offered else routes.handler_post)
        assert again.line == routes.line
        assert again.denied == routes.denied
