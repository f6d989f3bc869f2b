"""Who must sign what: over many random schools, and case by case. Duties A1, A2, A3; threat T2."""

import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.rules.due import (
    STANDING_NAMES,
    Carer,
    Due,
    Held,
    Kind,
    Line,
    Member,
    Paper,
    Standing,
    WhoSigns,
    due_of,
    lines_for,
    may_sign,
    without_access,
)
from packs import loader
from packs.schema import STAGES

PACK = loader.latest("camden_2021")
PAPERS = tuple(
    Paper(
        version_id=uuid.uuid5(uuid.NAMESPACE_URL, each.code),
        code=each.code,
        audience=each.audience,
        stages=frozenset(each.stages),
        signed_by=frozenset(each.signed_by),
        acknowledged_by=frozenset(each.acknowledged_by),
    )
    for each in PACK.agreements
)
BY_CODE = {each.code: each for each in PAPERS}
IDS = [uuid.uuid4() for _ in range(40)]
ADULTS, CHILDREN, OTHERS = IDS[:8], IDS[8:20], IDS[20:]


@st.composite
def pupils(draw: Any, person_id: uuid.UUID) -> Member:
    carers = draw(st.lists(st.builds(Carer, st.sampled_from(ADULTS), st.booleans(), st.booleans()), max_size=4))
    stage = draw(st.sampled_from([*STAGES, None]))
    return Member(person_id, frozenset({"pupil"}), stage, tuple(carers))


@st.composite
def schools(draw: Any) -> tuple[Member, ...]:
    children = [draw(pupils(each)) for each in CHILDREN[: draw(st.integers(0, len(CHILDREN)))]]
    kinds = st.frozensets(st.sampled_from(["staff", "governor", "visitor"]), min_size=1)
    others = [Member(each, draw(kinds)) for each in OTHERS[: draw(st.integers(0, 6))]]
    return (*children, *others)


WHO = st.sampled_from(list(WhoSigns))


def signed_all(lines: tuple[Line, ...]) -> list[Held]:
    return [Held(each.version_id, each.signer_id, each.about_id, each.kind) for each in due_of(lines)]


@given(schools(), WHO)
def test_everybody_due_is_asked_and_then_nobody_is_asked_twice(members: tuple[Member, ...], who: WhoSigns) -> None:
    first = lines_for(members, PAPERS, [], who_signs=who)
    asked = due_of(first)
    assert len(asked) == len(set(asked))
    for line in first:
        assert (line.standing is Standing.OUTSTANDING) == bool(line.due) or line.standing is Standing.NOBODY_TO_ASK
    again = lines_for(members, PAPERS, signed_all(first), who_signs=who)
    assert due_of(again) == ()
    assert {each.standing for each in again} <= {Standing.DONE, Standing.NOBODY_TO_ASK}


@given(schools(), WHO)
def test_whoever_is_barred_or_without_responsibility_is_never_asked(members: tuple[Member, ...], who: WhoSigns) -> None:
    by_id = {each.person_id: each for each in members}
    for each in due_of(lines_for(members, PAPERS, [], who_signs=who)):
        if not each.is_for_a_child:
            continue
        carers = [carer for carer in by_id[each.about_id].carers if carer.person_id == each.signer_id]
        assert any(carer.has_parental_responsibility for carer in carers)
        assert not any(carer.is_barred for carer in carers)
        assert may_sign(by_id[each.about_id], each.signer_id)


@given(schools(), WHO, st.data())
def test_one_signature_more_never_asks_anybody_more(members: tuple[Member, ...], who: WhoSigns, data: Any) -> None:
    first = lines_for(members, PAPERS, [], who_signs=who)
    held = signed_all(first)
    some = data.draw(st.lists(st.sampled_from(held), unique=True)) if held else []
    before = set(due_of(lines_for(members, PAPERS, some, who_signs=who)))
    for each in held:
        assert set(due_of(lines_for(members, PAPERS, [*some, each], who_signs=who))) <= before


@given(schools(), WHO)
def test_a_new_version_asks_everybody_anew(members: tuple[Member, ...], who: WhoSigns) -> None:
    held = signed_all(lines_for(members, PAPERS, [], who_signs=who))
    renewed = tuple(replace(each, version_id=uuid.uuid4()) for each in PAPERS)
    anew = due_of(lines_for(members, renewed, held, who_signs=who))
    assert len(anew) == len(due_of(lines_for(members, PAPERS, [], who_signs=who)))


@given(schools(), WHO)
def test_access_waits_for_every_document(members: tuple[Member, ...], who: WhoSigns) -> None:
    lines = lines_for(members, PAPERS, [], who_signs=who)
    assert without_access(lines) == {each.about_id for each in lines}
    done = [replace(each, standing=Standing.DONE) for each in lines]
    assert without_access(done) == frozenset()


MOTHER, FATHER, BARRED = ADULTS[:3]
CHILD = Member(
    CHILDREN[0],
    frozenset({"pupil"}),
    "KS2",
    (Carer(MOTHER, True), Carer(FATHER, True), Carer(BARRED, True, is_barred=True), Carer(ADULTS[3])),
)
TEENAGER = replace(CHILD, stage="KS3")


def lines_of(member: Member, *held: Held, who: WhoSigns = WhoSigns.ONE) -> dict[str, Line]:
    codes = {each.version_id: each.code for each in PAPERS}
    return {codes[each.version_id]: each for each in lines_for([member], PAPERS, held, who_signs=who)}


def said(code: str, signer: uuid.UUID, kind: Kind = Kind.SIGNED, about: uuid.UUID = CHILD.person_id) -> Held:
    return Held(BY_CODE[code].version_id, signer, about, kind)


def due(code: str, signer: uuid.UUID, kind: Kind = Kind.SIGNED) -> Due:
    return Due(BY_CODE[code].version_id, signer, CHILD.person_id, kind)


def test_primary_the_parent_signs_and_the_child_joins_in() -> None:
    found = lines_of(CHILD)
    assert set(found) == {"pupil_ks2", "parent"}
    assert set(found["pupil_ks2"].due) == {
        due("pupil_ks2", CHILD.person_id, Kind.ACKNOWLEDGED), due("pupil_ks2", MOTHER), due("pupil_ks2", FATHER),
    }  # fmt: skip
    assert set(found["parent"].due) == {due("parent", MOTHER), due("parent", FATHER)}


def test_secondary_pupil_and_parent_both_sign() -> None:
    found = lines_of(TEENAGER)
    assert set(found) == {"pupil_secondary", "parent"}
    assert due("pupil_secondary", CHILD.person_id) in found["pupil_secondary"].due
    assert due("pupil_secondary", MOTHER) in found["pupil_secondary"].due
    half = lines_of(TEENAGER, said("pupil_secondary", MOTHER))["pupil_secondary"]
    assert (half.standing, half.due) == (Standing.OUTSTANDING, (due("pupil_secondary", CHILD.person_id),))


@pytest.mark.parametrize(
    ("who", "signers", "standing", "asked"),
    [
        (WhoSigns.ONE, [], Standing.OUTSTANDING, [MOTHER, FATHER]),
        (WhoSigns.ONE, [FATHER], Standing.DONE, []),
        (WhoSigns.EACH, [FATHER], Standing.OUTSTANDING, [MOTHER]),
        (WhoSigns.EACH, [FATHER, MOTHER], Standing.DONE, []),
        (WhoSigns.EACH, [BARRED], Standing.OUTSTANDING, [MOTHER, FATHER]),
    ],
)
def test_one_parent_or_each(
    who: WhoSigns, signers: list[uuid.UUID], standing: Standing, asked: list[uuid.UUID]
) -> None:
    line = lines_of(CHILD, *(said("parent", each) for each in signers), who=who)["parent"]
    assert (line.standing, [each.signer_id for each in line.due]) == (standing, asked)


def test_a_refusal_stands_until_the_same_parent_signs() -> None:
    refused = said("parent", MOTHER, Kind.REFUSED)
    assert lines_of(CHILD, refused)["parent"] == Line(
        BY_CODE["parent"].version_id, CHILD.person_id, Standing.REFUSED, ()
    )
    assert lines_of(CHILD, refused, said("parent", FATHER))["parent"].standing is Standing.REFUSED
    assert lines_of(CHILD, refused, said("parent", MOTHER))["parent"].standing is Standing.DONE
    # Somebody who may not sign cannot refuse for the child either.
    assert lines_of(CHILD, said("parent", BARRED, Kind.REFUSED))["parent"].standing is Standing.OUTSTANDING


def test_a_pupil_who_refuses() -> None:
    line = lines_of(TEENAGER, said("pupil_secondary", CHILD.person_id, Kind.REFUSED))["pupil_secondary"]
    assert line.standing is Standing.REFUSED
    assert CHILD.person_id not in {each.signer_id for each in line.due}


def test_a_child_who_says_no_in_class_has_not_joined_in() -> None:
    line = lines_of(CHILD, said("pupil_ks2", CHILD.person_id, Kind.REFUSED), said("pupil_ks2", MOTHER))["pupil_ks2"]
    assert line.standing is Standing.REFUSED


def test_a_child_with_nobody_to_ask() -> None:
    alone = replace(CHILD, carers=(Carer(BARRED, True, is_barred=True), Carer(ADULTS[3])))
    line = lines_of(alone)["parent"]
    assert (line.standing, line.due) == (Standing.NOBODY_TO_ASK, ())
    # What was signed before the only carer was taken off still counts, for one or for each.
    for who in WhoSigns:
        assert lines_of(alone, said("parent", MOTHER), who=who)["parent"].standing is Standing.DONE


def test_put_down_twice_and_barred_once_is_barred() -> None:
    twice = replace(CHILD, carers=(Carer(MOTHER, True), Carer(MOTHER, False, is_barred=True), Carer(FATHER, True)))
    assert twice.signing_carers == (FATHER,)
    assert replace(CHILD, carers=(Carer(CHILD.person_id, True),)).signing_carers == ()
    assert [Carer(MOTHER, *each).may_sign for each in ((True, False), (True, True), (False, False))] == [
        True, False, False,
    ]  # fmt: skip


def test_each_kind_of_member_signs_the_own_document() -> None:
    both = Member(OTHERS[0], frozenset({"staff", "governor"}))
    assert set(lines_of(both)) == {"staff", "governor"}
    assert {each.standing for each in lines_of(both).values()} == {Standing.OUTSTANDING}
    assert set(lines_of(Member(OTHERS[0], frozenset({"visitor"})))) == {"visitor"}
    assert set(lines_of(replace(CHILD, stage=None))) == {"parent"}
    unstaged = replace(BY_CODE["pupil_ks2"], stages=frozenset())
    assert unstaged.is_for(replace(CHILD, stage=None))
    assert not BY_CODE["staff"].is_for(CHILD)


def test_who_may_sign_for_whom() -> None:
    assert may_sign(CHILD, CHILD.person_id)
    assert may_sign(CHILD, FATHER)
    assert not may_sign(CHILD, BARRED)
    assert not may_sign(CHILD, ADULTS[3])
    assert not may_sign(CHILD, OTHERS[0])


def test_every_standing_has_its_name() -> None:
    assert STANDING_NAMES == {
        Standing.DONE: "signed",
        Standing.OUTSTANDING: "outstanding",
        Standing.REFUSED: "refused",
        Standing.NOBODY_TO_ASK: "nobody to ask",
    }
