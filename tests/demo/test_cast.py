"""Who can log in to the demonstration."""

from pathlib import Path

import pytest

from esafety import demo
from schools.demo_cast import CAST, DEMO_PASSPHRASE, DEMO_PASSWORD
from schools.roles import MEMBERSHIP_ROLES, POSTS, Role
from schools.services import PASSPHRASE_MIN_LENGTH

NAMES = "teacher coordinator head dsl deputy chair governor parent pupil it office admin admin2"


def test_what_the_demo_prints_is_who_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    demo.announce(demo.Stack(Path("var"), 8123))
    said = capsys.readouterr().out
    assert "Ready: http://127.0.0.1:8123/" in said
    assert all(f"{name}@demo.example.org " in said for name in NAMES.split())
    assert "online-safety-demo" in said
    assert DEMO_PASSWORD == "online-safety-demo"
    assert DEMO_PASSPHRASE in said
    assert len(DEMO_PASSPHRASE) >= PASSPHRASE_MIN_LENGTH


def test_the_cast_plays_every_role() -> None:
    played = {role for each in CAST if each.school == "riverbank" for role in each.roles}
    assert played == {*MEMBERSHIP_ROLES, *POSTS}
    assert all(each.roles & set(MEMBERSHIP_ROLES) for each in CAST if each.roles), "a post needs a membership"


def test_roles_are_those_of_the_house() -> None:
    assert all(isinstance(role, Role) for each in CAST for role in each.roles)
