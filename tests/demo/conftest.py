"""The demonstration, filled without drawing: what draws PDFs has its own tests."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from incidents.demo import mailing
from tests.dispatch.outboxes import Drawn


class NoHelpers:
    """Stands in for the helper processes and gives the same small file for every document."""

    def __init__(self, **_: object) -> None:
        self.drawn = Drawn(b"%PDF-1.7 not drawn", 3)

    def __enter__(self) -> "NoHelpers":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def submit(self, *_: object) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(self.drawn)
        return future


def run() -> str:
    """Run seed_demo, and return what it printed."""
    said = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mailing, "ProcessPoolExecutor", NoHelpers)
        patch.setattr("dispatch.encryption.encrypt", lambda pdf, **_: pdf)
        patch.setattr(settings, "DEBUG", True)
        call_command("seed_demo", stdout=said)
    return said.getvalue()


@pytest.fixture
def seed(db: None) -> Callable[[], str]:
    """What runs seed_demo."""
    return run


@pytest.fixture(scope="module")
def _seeded_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        run()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def seeded(_seeded_once: None, db: None) -> None:
    """The filled demonstration: filled once for a module, and each test leaves it as it was."""
