from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dispatch import permits
from dispatch.models import Message
from schools.models import School
from schools.viewer import Viewer
from tests import factories
from tests.dispatch.mail_servers import Sink, serving
from tests.dispatch.outboxes import KIND, queue_report


@pytest.fixture(autouse=True)
def anybody_may_send(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these documents are about is made up, so that there is no case to ask; other tests ask for real."""
    monkeypatch.setattr(permits, "_answers", {KIND: lambda *_: True})


@pytest.fixture
def school(db: None) -> School:
    return factories.school()


@pytest.fixture
def by(school: School) -> Viewer:
    return factories.viewer(factories.coordinator(school))


@pytest.fixture
def queued(by: Viewer) -> Message:
    return queue_report(by)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def use_server(settings: Any) -> Callable[..., None]:
    """Point the service at a mail server on loopback."""

    def use(port: int, **options: Any) -> None:
        settings.DISPATCH_MAIL = {
            "scheme": "smtp", "host": "127.0.0.1", "port": port, "user": "", "password": "", "folder": "",
            "timeout_seconds": 2, **options,
        }  # fmt: skip

    return use


@pytest.fixture
def mail_server(sink: Sink, use_server: Callable[..., None]) -> Iterator[Sink]:
    """A mail server that accepts, until the test tells it otherwise."""
    with serving(sink) as port:
        use_server(port)
        yield sink
