"""No name, no story, no address and no key in a log, a task's arguments or an error."""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dispatch import delivery, services, tasks
from dispatch.models import Message
from schools.models import School
from schools.viewer import Viewer
from tests import factories
from tests.dispatch.mail_servers import Sink, free_port
from tests.dispatch.outboxes import draw, link_token, queue_report
from tests.factories.schools import PASSPHRASE

PRIVATE = (
    "Sam", "Reed", "nasty", "Kit Lowe", "officer@", "council.example.org", "Riverbank", "Jo Marsh", "7KQ2-M4XD",
    PASSPHRASE, "p@ss",
)  # fmt: skip


def test_a_whole_life_leaves_ids_and_codes_alone(
    by: Viewer, mail_server: Sink, use_server: Callable[..., None], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    port = settings.DISPATCH_MAIL["port"]
    for name in ("mail.log", "asyncio", "hypothesis"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    caplog.set_level(logging.INFO)
    tokens = []
    for answer in ("250 OK", "451 later", "550 no", "drop"):
        message = queue_report(by)
        mail_server.answers["DATA"] = answer
        delivery.deliver(school_id=message.school_id, message_id=message.pk, draw=draw)
        services.retry(by=by, message_id=message.pk) if answer != "250 OK" else None
    use_server(free_port(), user="school", password="p@ss")
    delivery.deliver(school_id=message.school_id, message_id=message.pk, draw=draw)
    use_server(port)
    tokens.append(link_token(mail_server.mails[0].content))
    services.acknowledge(token=tokens[0], name="Alex Field")
    assert str(message.pk) in caplog.text
    for private in (*PRIVATE, *tokens, "Alex Field"):
        assert private not in caplog.text


def test_a_task_that_breaks_tells_only_the_kind_of_error(
    queued: Message, mail_server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise LookupError("Sam Reed posted a nasty picture")

    monkeypatch.setattr(tasks.delivery, "deliver", broken)
    with pytest.raises(tasks.TaskBroke) as failure:
        tasks.deliver(str(queued.school_id), str(queued.pk))
    assert re.fullmatch(r"LookupError at test_logs\.py:\d+", str(failure.value))
    assert failure.value.__suppress_context__


def test_the_tasks_go_by_their_names(queued: Message, mail_server: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (tasks.deliver.name, tasks.sweep.name) == ("dispatch.tasks.deliver", "dispatch.tasks.sweep")
    drawn: list[Mapping[str, object]] = []

    def drawing(template: str, snapshot: Mapping[str, object]) -> Any:
        drawn.append(snapshot)
        return draw(template, snapshot)

    monkeypatch.setattr(tasks.rendering, "draw", drawing)
    tasks.deliver(str(queued.school_id), str(queued.pk))
    assert len(drawn) == len(mail_server.mails) == 1
    woken: list[Any] = []
    monkeypatch.setattr(delivery, "wake", lambda *ids: woken.append(ids) or True)
    later = queue_report_of(queued)
    tasks.sweep()
    assert woken == [(later.school_id, later.pk)]


def queue_report_of(message: Message) -> Message:
    """Another message of the same school."""
    school = School.objects.get(pk=message.school_id)
    return queue_report(factories.viewer(factories.coordinator(school, "Lee Ward")))
