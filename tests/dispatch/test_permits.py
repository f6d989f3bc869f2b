"""A message goes out only while whoever asked for it may still send it (threat T27)."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from django.utils import timezone

from audit.models import Entry
from dispatch import delivery, permits, services
from dispatch.models import Message
from dispatch.rules.problems import Problem
from dispatch.rules.states import State
from schools.models import School
from schools.roles import Role
from schools.viewer import Viewer
from tests import factories
from tests.dispatch.mail_servers import Sink
from tests.dispatch.outboxes import KIND, Drawn, draw, fresh


def deliver(message: Message, drawer: object = draw) -> State | None:
    return delivery.deliver(school_id=message.school_id, message_id=message.pk, draw=drawer)  # type: ignore[arg-type]


def never(template: str, snapshot: Mapping[str, object]) -> Drawn:
    raise AssertionError("drawn for somebody who may not send it")


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> set[UUID]:
    """The people who may not send any more; everybody else may."""
    people: set[UUID] = set()
    monkeypatch.setattr(permits, "_answers", {KIND: lambda school, subject, person, today: person not in people})
    return people


def test_what_somebody_may_not_send_any_more_is_held_back(
    queued: Message, by: Viewer, mail_server: Sink, forbidden: set[UUID]
) -> None:
    forbidden.add(by.person_id)
    assert deliver(queued, never) is State.FAILED
    assert fresh(queued).problem == Problem.NOT_PERMITTED
    assert mail_server.mails == []
    entry = Entry.objects.get(action="message.failed")
    assert entry.detail["problem"] == "not_permitted"


def test_somebody_who_is_shut_out_while_the_pdf_is_drawn(
    queued: Message, by: Viewer, mail_server: Sink, forbidden: set[UUID]
) -> None:
    def slow(template: str, snapshot: Mapping[str, object]) -> Drawn:
        forbidden.add(by.person_id)
        return draw(template, snapshot)

    assert deliver(queued, slow) is State.FAILED
    assert fresh(queued).problem == Problem.NOT_PERMITTED
    assert mail_server.mails == []


def test_whoever_sends_it_again_answers_for_it_from_then_on(
    school: School, queued: Message, by: Viewer, mail_server: Sink, forbidden: set[UUID]
) -> None:
    forbidden.add(by.person_id)
    deliver(queued)
    head = factories.viewer(factories.person(school, "Ash Hill", Role.HEAD_TEACHER))
    services.retry(by=head, message_id=queued.pk)
    assert deliver(queued) is State.ACCEPTED
    sent = fresh(queued)
    assert (sent.queued_by_id, sent.asked_by_id) == (by.person_id, head.person_id)
    assert len(mail_server.mails) == 1


@pytest.mark.parametrize("asked_by", [None, "somebody"])
def test_what_nobody_answers_for_is_not_sent(
    queued: Message, mail_server: Sink, monkeypatch: pytest.MonkeyPatch, asked_by: str | None
) -> None:
    if asked_by is None:
        Message.objects.update(asked_by=None)
    else:
        monkeypatch.setattr(permits, "_answers", {})
    assert deliver(queued, never) is State.FAILED
    assert fresh(queued).problem == Problem.NOT_PERMITTED
    assert mail_server.mails == []


def test_the_permit_is_asked_for_with_the_ids_of_the_document(
    queued: Message, by: Viewer, mail_server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(permits, "_answers", {KIND: lambda *given: bool(asked.append(given) or True)})
    assert deliver(queued) is State.ACCEPTED
    about = (by.school_id, queued.document.subject_id, by.person_id, timezone.localdate())
    assert asked == [about, about]
