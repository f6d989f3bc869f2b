"""Who can log in to the demonstration."""

from esafety import demo
from schools.demo_cast import CAST, DEMO_PASSPHRASE, DEMO_PASSWORD, DOMAIN
from schools.roles import MEMBERSHIP_ROLES, POSTS, Role
from schools.services import PASSPHRASE_MIN_LENGTH


def test_what_the_demo_prints_is_who_there_is() -> None:
    assert demo.PASSWORD == DEMO_PASSWORD
    assert demo.DOMAIN == DOMAIN
    assert {name for name, _ in demo.LOGINS} <= {each.key for each in CAST}
    assert len(DEMO_PASSPHRASE) >= PASSPHRASE_MIN_LENGTH


def test_the_cast_plays_every_role() -> None:
    played = {role for each in CAST if each.school == "riverbank" for role in each.roles}
    assert played == {*MEMBERSHIP_ROLES, *POSTS}
    assert all(each.roles & set(MEMBERSHIP_ROLES) for each in CAST if each.roles), "a post needs a membership"


def test_roles_are_those_of_the_house() -> None:
    assert all(isinstance(role, Role) for each in CAST for role in each.roles)
