"""To whom the advice sends somebody, for every way a case can go. Duties R4, R5, R7, R10 (CC 4.1, CM 4.4)."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.posts import IN_ORDER, capital, listed, short, the
from incidents.rules.routing import ABOUT, Case, route
from incidents.rules.turning import Way, turns, way_from
from incidents.selectors.told import way_of
from packs import loader
from packs.rules import guidance_for
from packs.schema import Step
from schools.roles import Role
from schools.standing import Standing

EDITIONS = loader.editions()
HELD = (
    Role.COORDINATOR,
    Role.HEAD_TEACHER,
    Role.DSL,
    Role.DEPUTY_DSL,
    Role.CHAIR_OF_GOVERNORS,
    Role.VICE_CHAIR,
)
SCHOOL = Standing(holders={post: (uuid.uuid4(),) for post in HELD})
USUAL = frozenset({Role.COORDINATOR, Role.HEAD_TEACHER, Role.DSL, Role.DEPUTY_DSL})


@pytest.mark.parametrize("pack", EDITIONS, ids=lambda pack: pack.key)
@pytest.mark.parametrize("about", ["", *ABOUT])
@pytest.mark.parametrize("in_confidence", [False, True])
def test_nobody_is_sent_to_somebody_who_must_not_know(pack: object, about: str, in_confidence: bool) -> None:
    for option in pack.form.field("types").options:  # type: ignore[attr-defined]
        for flags in ((), ("safeguarding",), ("immediate_risk", "sexual_images")):
            case = Case(
                types=frozenset({option.code}), flags=frozenset(flags), about=about, in_confidence=in_confidence
            )
            routed = route(pack.routing, case, SCHOOL)  # type: ignore[attr-defined]
            steps = guidance_for(pack, [option.code], flags)  # type: ignore[arg-type]
            general = pack.guidance.general  # type: ignore[attr-defined]
            said = turns(steps, general=general, way=way_of(routed, about))
            met = {each.post for each in said} - {None, routed.handler_post, Role.NETWORK_MANAGER}
            assert met.isdisjoint(routed.kept_out)
            if about in {"dsl", "coordinator"}:
                assert ABOUT[about][1] not in met
            # Whoever is to be told at once by the pack is told, or whoever handles it is.
            if any(step.urgency == "at_once" and step.post for step in steps):
                assert any(each.urgency == "at_once" and each.post for each in said)


@pytest.mark.parametrize("pack", EDITIONS, ids=lambda pack: pack.key)
def test_a_case_about_nobody_here_keeps_every_step(pack: object) -> None:
    steps = guidance_for(pack, ["grooming"], [])  # type: ignore[arg-type]
    general = pack.guidance.general  # type: ignore[attr-defined]
    routed = route(pack.routing, Case(types=frozenset({"grooming"})), SCHOOL)  # type: ignore[attr-defined]
    usual = turns(steps, general=general)
    assert turns(steps, general=general, way=way_of(routed, "")) == usual
    assert [each.text for each in usual] == [step.text for step in steps]


def test_the_handler_takes_the_place_of_whoever_must_not_know() -> None:
    pack = loader.latest("camden_2021")
    steps = guidance_for(pack, ["grooming"], [])
    way = Way(Role.HEAD_TEACHER, frozenset({Role.HEAD_TEACHER, Role.COORDINATOR}))
    said = turns(steps, general=pack.guidance.general, way=way)
    assert "Tell the head teacher now, in person or by telephone." in " ".join(each.text for each in said)
    urgencies = [each.urgency for each in said]
    assert urgencies == sorted(urgencies, key=("at_once", "next", "today").index)
    officer = turns(steps, general=pack.guidance.general, way=Way(Role.LA_OFFICER, frozenset()))
    assert any(each.text.startswith("Ring the local authority's officer now.") for each in officer)


@given(
    st.sampled_from([*HELD, Role.LA_OFFICER]),
    st.frozensets(st.sampled_from(HELD)),
    st.frozensets(st.sampled_from(HELD)),
)
def test_a_way_comes_back_from_its_code(handler: Role, readers: frozenset[Role], kept_out: frozenset[Role]) -> None:
    way = Way(handler, readers, kept_out)
    assert way_from(way.code) == way


@pytest.mark.parametrize("code", ["", "/", "//", "ghost//", "dsl/ghost/", "dsl dsl2//", "dsl///", "dsl", "\x00//"])
def test_what_is_no_way_is_the_usual_one(code: str) -> None:
    assert way_from(code) is None


def test_posts_in_words() -> None:
    assert the(Role.DSL) == "the designated safeguarding lead"
    assert the("la_officer") == "the local authority's officer"
    assert listed([]) == ""
    assert listed([Role.HEAD_TEACHER]) == "the head teacher"
    assert listed([Role.HEAD_TEACHER, Role.SENCO, Role.VICE_CHAIR]) == (
        "the head teacher, the SENCO and the vice chair of governors"
    )
    assert listed([Role.HEAD_TEACHER, Role.SENCO]) == "the head teacher and the SENCO"
    assert all(short(post.value) != post.value for post in IN_ORDER)
    assert short("senco") == "senco"
    assert (capital("the head teacher"), capital("")) == ("The head teacher", "")


def said_by(way: Way | None) -> list[str]:
    """A short advice, and what becomes of it."""
    steps = (
        Step("sit", "Sit with the child.", "at_once", (), ()),
        Step("head", "Ask the head.", "at_once", (), (), "head_teacher"),
        Step("senco", "Ask the SENCO.", "next", (), (), "senco"),
        Step("log", "Tell the co-ordinator.", "next", (), (), "coordinator"),
        Step("lead", "Tell the lead.", "next", (), (), "dsl"),
        Step("ask", "Ask the co-ordinator what was seen.", "today", (), (), "coordinator"),
        Step("write", "Write it down.", "today", (), ()),
    )
    return [each.text for each in turns(steps, general={"log", "lead", "write"}, way=way)]


def test_each_step_stays_or_goes_for_its_own_reason() -> None:
    for_the_head = "This is for the head teacher. Speak of it with nobody else, least of all with whoever it is about."
    kept = ["Sit with the child.", "Ask the head.", for_the_head, "Ask the SENCO.", "Write it down."]
    assert len(said_by(None)) == 7
    # The co-ordinator must not know; nobody who must not know was to be told at once.
    assert said_by(Way(Role.HEAD_TEACHER, USUAL - {Role.COORDINATOR})) == kept
    # The co-ordinator may know, but it is the head's: nobody is sent to the co-ordinator with it.
    assert said_by(Way(Role.HEAD_TEACHER, USUAL - {Role.DEPUTY_DSL})) == kept
    assert said_by(Way(Role.DSL, USUAL - {Role.HEAD_TEACHER}))[1].startswith("Tell the designated safeguarding lead")


def test_about_whom_advice_is_silent() -> None:
    assert Way(Role.LA_OFFICER, frozenset()).silent == USUAL
    assert Way(Role.COORDINATOR, USUAL).silent == frozenset()
    assert Way(Role.COORDINATOR, USUAL, frozenset({Role.SENCO})).silent == {Role.SENCO}
