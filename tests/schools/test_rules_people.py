"""Who may give and end posts, show somebody the door, change the officer's address, break the glass: facts alone."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packs import loader
from schools.roles import GOVERNOR_POSTS, GRANTS, MEMBERSHIP_ROLES, POSTS, TWO_PERSON_POSTS, Permission, Role
from schools.rules import emergency, officer, posts

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize("post", POSTS)
@pytest.mark.parametrize("by", [*POSTS, Role.SERVICE_ADMINISTRATOR])
def test_who_gives_a_post_alone(post: Role, by: Role) -> None:
    expected = post not in TWO_PERSON_POSTS and (
        by == Role.HEAD_TEACHER or (by == Role.CHAIR_OF_GOVERNORS and post in GOVERNOR_POSTS)
    )
    assert posts.may_give_alone(post, by=frozenset({by}), to=frozenset()) == expected
    to_the_head = posts.may_give_alone(post, by=frozenset({by}), to=frozenset({Role.HEAD_TEACHER}))
    assert to_the_head == (expected or (by == Role.CHAIR_OF_GOVERNORS and post not in TWO_PERSON_POSTS))


@pytest.mark.parametrize("post", POSTS)
def test_governors_hold_governors_posts_and_staff_the_others(post: Role) -> None:
    governor, staff = frozenset({Role.GOVERNOR}), frozenset({Role.STAFF})
    assert posts.is_fit(post, governor) == (post in GOVERNOR_POSTS)
    assert posts.is_fit(post, staff) == (post not in GOVERNOR_POSTS)
    assert posts.is_fit(post, governor | staff) == (post not in GOVERNOR_POSTS)
    assert not posts.is_fit(post, frozenset({Role.PARENT, Role.PUPIL, Role.VISITOR}))


REMOVES = {
    Role.HEAD_TEACHER: {Role.CHAIR_OF_GOVERNORS},
    Role.VICE_CHAIR: {Role.CHAIR_OF_GOVERNORS},
    Role.CHAIR_OF_GOVERNORS: set(),
    Role.DSL: {Role.HEAD_TEACHER},
    Role.DEPUTY_DSL: {Role.HEAD_TEACHER},
}


@pytest.mark.parametrize(("by", "of"), list(product(POSTS, POSTS)))
def test_who_takes_whose_access_away(by: Role, of: Role) -> None:
    expected = REMOVES.get(of, {Role.HEAD_TEACHER, Role.SCHOOL_OFFICE})
    assert posts.may_remove(frozenset({by}), frozenset({of})) == (by in expected)


@given(st.sets(st.sampled_from(Role)), st.sets(st.sampled_from(Role)))
def test_no_further_post_makes_it_easier_to_take_somebody_s_access(by: set[Role], of: set[Role]) -> None:
    """Deny beats allow, except that the chair alone stands above the head and the vice chair."""
    if posts.may_remove(frozenset(by), frozenset(of | {Role.CHAIR_OF_GOVERNORS})):
        raise AssertionError("nobody takes the chair's access alone")
    if Role.CHAIR_OF_GOVERNORS not in by:
        assert not posts.may_remove(frozenset(by), frozenset(of | {Role.HEAD_TEACHER}))
        assert not posts.may_remove(frozenset(by), frozenset(of | {Role.VICE_CHAIR}))


def test_two_make_a_school_that_helps_itself() -> None:
    assert [posts.helps_itself(count) for count in range(4)] == [False, False, True, True]


def test_every_grant_names_duties_that_there_are() -> None:
    duties = {duty.id for duty in loader.latest("camden_2021").duties}
    for permission, roles in GRANTS.items():
        for role, why in roles.items():
            cited = why.split(":")[0].replace("(", ",").split(",")
            named = {each.strip() for each in cited} & duties
            assert named, f"{permission} for {role} names no duty of the catalogue: {why}"


def test_every_permission_is_granted_to_somebody() -> None:
    assert set(GRANTS) == set(Permission)
    assert all(GRANTS.values())


def test_what_an_emergency_reader_may_not_do() -> None:
    may = {permission for permission, roles in GRANTS.items() if Role.EMERGENCY_READER in roles}
    assert may <= {Permission.READ_INCIDENTS}


def test_outsiders_have_no_grant_inside_a_school() -> None:
    assert not any(Role.LA_OFFICER in roles for roles in GRANTS.values())
    mine = {permission for permission, roles in GRANTS.items() if Role.SERVICE_ADMINISTRATOR in roles}
    assert mine == {Permission.APPOINT, Permission.MANAGE_SERVICE}
    assert not set(MEMBERSHIP_ROLES) & {Role.SERVICE_ADMINISTRATOR, Role.EMERGENCY_READER, Role.LA_OFFICER}


# --- the officer's code -----------------------------------------------------------------------------------------------


@given(st.uuids(), st.uuids(), st.binary(min_size=16, max_size=64))
def test_a_code_is_for_one_change_and_can_be_read_out(one: UUID, other: UUID, key: bytes) -> None:
    first, again = (officer.code_of(one, key=key) for _ in range(2))
    assert first == again
    assert len(first) == 8
    assert set(first) <= set(officer.CODE_ALPHABET)
    if one != other:
        assert officer.code_of(other, key=key) != first


def test_a_code_is_tidied_as_it_is_read_out() -> None:
    assert officer.tidy_code(" ab2c-d3e4 \n") == "AB2CD3E4"


def test_what_is_kept_of_a_code_needs_the_key() -> None:
    kept = officer.hash_of("ABCD2346", key=b"one")
    assert len(kept) == 64
    assert officer.hash_of("ABCD2346", key=b"two") != kept


def test_a_change_waits_a_day_unless_there_was_no_address() -> None:
    assert officer.takes_effect_at(NOW, old_email="old@example.org") == NOW + timedelta(hours=24)
    assert officer.takes_effect_at(NOW, old_email="") == NOW


def test_how_long_a_code_lasts_and_how_often_it_is_tried() -> None:
    assert officer.CODE_LASTS.days == 7
    assert officer.WRONG_CODES_MAX == 5
    assert len(officer.CODE_ALPHABET) ** officer.CODE_LENGTH > 2**35


# --- emergency access -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "approved", "ended", "state"),
    [
        (timedelta(hours=23), False, False, "waiting"),
        (timedelta(hours=24), False, False, "lapsed"),
        (timedelta(hours=25), False, False, "lapsed"),
        (timedelta(hours=1), False, True, "refused"),
        (timedelta(minutes=59), True, False, "running"),
        (timedelta(minutes=60), True, False, "over"),
        (timedelta(minutes=61), True, False, "over"),
        (timedelta(minutes=10), True, True, "over"),
    ],
)
def test_emergency_access_ends_by_itself(after: timedelta, approved: bool, ended: bool, state: str) -> None:
    found = emergency.state_of(
        requested_at=NOW,
        ends_at=NOW + emergency.LASTS if approved else None,
        ended_at=NOW if ended else None,
        now=NOW + after,
    )
    assert found == state
