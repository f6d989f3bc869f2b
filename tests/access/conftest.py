import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
import time_machine
from django.test import override_settings

from tests.access.browsing import Browser
from tests.access.chance import NOW
from tests.access.personas import PERSONAS, Persona
from tests.access.world import World, make_world, put_back


@dataclass(frozen=True)
class Stage:
    """The world, and a browser for everybody in it."""

    world: World
    browsers: dict[str, Browser]

    def as_persona(self, persona: Persona) -> Browser:
        """The browser of one persona."""
        return self.browsers[persona.key]


@contextmanager
def _quietly() -> Iterator[None]:
    """Thousands of refusals are asked for on purpose: nobody reads of each in a log."""
    log = logging.getLogger("django")
    before = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(before)


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Stage]:
    """Made once a module, in a transaction that is rolled back after its last test: nobody else meets its rows."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())  # type: ignore[attr-defined]
        stack.enter_context(time_machine.travel(NOW, tick=False))
        # A guessed password costs a quarter of a second otherwise, as it should.
        stack.enter_context(override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]))
        stack.enter_context(_quietly())
        stack.enter_context(put_back())
        world = make_world()
        yield Stage(world, {persona.key: Browser(world, persona) for persona in PERSONAS})
