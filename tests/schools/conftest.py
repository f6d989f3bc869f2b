"""The people that most of these tests need."""

import pytest

from tests import factories
from tests.schools.team import Team


@pytest.fixture
def team(db: None) -> Team:
    """A school whose people can appoint."""
    made = Team(factories.school())
    for key in ("head", "chair", "vice"):
        made.person(key)
    return made
