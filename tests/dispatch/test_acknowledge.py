"""The officer's page: only pressing the button acknowledges, and the link is told to nobody."""

import logging
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from dispatch import delivery, services
from dispatch.links import WithoutLinks, new_token
from dispatch.models import Message
from dispatch.rules.states import State
from tests import factories
from tests.dispatch.mail_servers import Sink
from tests.dispatch.outboxes import STORY, draw, fresh, link_token, queue_report
from tests.factories.queries import queries_at_most


@pytest.fixture
def token(queued: Message, mail_server: Sink) -> str:
    """The token in a mail that has arrived."""
    delivery.deliver(school_id=queued.school_id, message_id=queued.pk, draw=draw)
    return link_token(mail_server.mails[0].content)


def path(token: str) -> str:
    return f"/officer/{token}/"


def without_csrf(content: bytes) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", content.decode())


def test_the_page_says_what_arrived_and_nothing_of_the_story(client: Client, token: str) -> None:
    page = client.get(path(token))
    assert page.status_code == 200
    text = page.content.decode()
    for part in ("7KQ2-M4XD", "Riverbank Primary School", "Yes, it has arrived", "csrfmiddlewaretoken"):
        assert part in text
    for part in (*STORY.split(" posted"), "Jo Marsh", "council.example.org", "bullying"):
        assert part not in text
    title = text.split("<title>")[1].split("</title>")[0]
    assert "7KQ2" not in title
    assert "Riverbank" not in title


def test_looking_never_acknowledges(client: Client, token: str, queued: Message) -> None:
    for _ in range(3):
        assert client.get(path(token)).status_code == 200
        assert client.head(path(token)).status_code == 200
    for method in ("put", "patch", "delete", "options", "trace"):
        assert getattr(client, method)(path(token)).status_code == 405
    assert fresh(queued).state == State.ACCEPTED
    assert fresh(queued).acknowledged_at is None
    assert not Entry.objects.filter(action="message.acknowledged").exists()


def test_pressing_the_button_does_and_twice_is_fine(client: Client, token: str, queued: Message) -> None:
    answer = client.post(path(token), {"name": "  Alex\r\n Field "})
    assert (answer.status_code, answer["Location"]) == (302, path(token))
    row = fresh(queued)
    assert (row.state, row.acknowledged_by) == (State.ACKNOWLEDGED, "Alex Field")
    assert row.acknowledged_at is not None
    assert client.post(path(token), {"name": "Somebody Else"}).status_code == 302
    assert fresh(queued).acknowledged_by == "Alex Field"
    assert fresh(queued).acknowledged_at == row.acknowledged_at
    assert "Thank you" in client.get(path(token)).content.decode()
    [entry] = Entry.objects.filter(action="message.acknowledged")
    assert (entry.actor_id, entry.object_id) == (None, queued.pk)


def test_without_a_name_the_address_stands_for_who_it_was(client: Client, token: str, queued: Message) -> None:
    client.post(path(token))
    assert fresh(queued).acknowledged_by == "officer@council.example.org"


def test_a_name_that_is_too_long_is_said_beside_the_field(client: Client, token: str, queued: Message) -> None:
    page = client.post(path(token), {"name": "x" * 101})
    assert page.status_code == 200
    assert "at most 100 characters" in page.content.decode()
    assert fresh(queued).acknowledged_at is None


def test_a_forged_request_is_refused(token: str, queued: Message) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path(token)).status_code == 403
    assert fresh(queued).acknowledged_at is None
    page = strict.get(path(token)).content.decode()
    csrf = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
    origin = {"HTTP_ORIGIN": "http://testserver"}
    assert strict.post(path(token), {"csrfmiddlewaretoken": csrf}, **origin).status_code == 302
    assert fresh(queued).acknowledged_at is not None


def test_unknown_links_are_all_the_same_page(client: Client, token: str) -> None:
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")
    bodies = set()
    for unknown in (new_token(), changed, "x", "A" * 43, token + "A", token[:-1], "%00", "😀" * 43):
        for answer in (client.get(path(unknown)), client.post(path(unknown))):
            assert answer.status_code == 404
            bodies.add(answer.content)
    bodies.add(client.get("/officer/nothing/here/at/all/").content)
    assert len(bodies) == 1


def test_an_expired_link(client: Client, token: str, queued: Message) -> None:
    Message.objects.update(token_expires_at=timezone.now() - timedelta(seconds=1))
    for answer in (client.get(path(token)), client.post(path(token))):
        assert answer.status_code == 410
        assert "has expired" in answer.content.decode()
        assert "7KQ2" not in answer.content.decode()
    assert fresh(queued).acknowledged_at is None


def test_the_link_lives_thirty_days_from_the_arrival(token: str, queued: Message, settings: Any) -> None:
    row = fresh(queued)
    assert row.token_expires_at is not None
    assert row.accepted_at is not None
    assert row.token_expires_at == row.accepted_at + timedelta(days=settings.ACKNOWLEDGE_LINK_DAYS)


@pytest.mark.parametrize("state", list(State))
def test_whoever_has_the_link_has_the_mail(client: Client, token: str, queued: Message, state: State) -> None:
    now = timezone.now()
    Message.objects.update(state=state, lease_until=now + timedelta(minutes=1), acknowledged_at=None) if (
        state is not State.ACKNOWLEDGED
    ) else None
    client.post(path(token))
    assert fresh(queued).state == State.ACKNOWLEDGED
    assert fresh(queued).lease_until is None


def test_nobody_is_told_the_address_of_the_page(client: Client, token: str) -> None:
    for answer in (client.get(path(token)), client.post(path(token)), client.get(path(token))):
        assert answer["Referrer-Policy"] == "strict-origin"
        assert "no-store" in answer["Cache-Control"]
    page = client.get(path(token)).content.decode()
    assert not re.findall(r'(?:href|src|action)="(?:https?:)?//', page)
    assert "sessionid" not in client.cookies


def test_it_needs_no_log_in_and_gives_none(client: Client, token: str) -> None:
    client.get(path(token))
    client.post(path(token))
    assert "session" not in client.cookies


def test_the_log_never_holds_a_token(token: str, caplog: pytest.LogCaptureFixture, capsys: Any) -> None:
    handler = logging.StreamHandler()
    lines: list[str] = []
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    handler.addFilter(WithoutLinks())
    logging.getLogger().addHandler(handler)
    try:
        strict = Client(enforce_csrf_checks=True)
        strict.post(path(token))
        strict.put(path(token))
        strict.get(path(token))
        strict.get(path(new_token()))
        Message.objects.update(token_expires_at=timezone.now())
        strict.get(path(token))
    finally:
        logging.getLogger().removeHandler(handler)
    assert any("/officer/..." in line for line in lines), "Django did log these paths"
    assert not any(token in line for line in lines)


def test_the_console_of_the_service_has_that_filter(settings: Any) -> None:
    assert all("no_links" in handler["filters"] for handler in settings.LOGGING["handlers"].values())


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_one_acknowledgement(mail_server: Sink) -> None:
    queued = queue_report(factories.viewer(factories.coordinator(factories.school())))
    delivery.deliver(school_id=queued.school_id, message_id=queued.pk, draw=draw)
    token = link_token(mail_server.mails[0].content)
    start = threading.Barrier(10)

    def press(number: int) -> None:
        try:
            start.wait(10)
            for turn in range(5):
                services.acknowledge(token=token, name=f"Officer {number}.{turn}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=[number]) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Entry.objects.filter(action="message.acknowledged").count() == 1
    assert fresh(queued).acknowledged_by.startswith("Officer ")


def test_the_service_costs_few_queries(token: str) -> None:
    with queries_at_most(6):
        services.acknowledge(token=token)
    with pytest.raises(services.LinkUnknown), queries_at_most(0):
        services.acknowledge(token="x")
