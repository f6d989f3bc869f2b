import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dispatch import delivery, selectors
from dispatch.models import Message
from dispatch.rules.problems import Problem
from dispatch.rules.states import State
from schools.models import School
from schools.roles import GRANTS, Permission, Role
from schools.viewer import Viewer
from tests import factories
from tests.dispatch.mail_servers import Sink
from tests.dispatch.outboxes import draw, queue_report


def test_all_messages_of_a_subject_newest_first(by: Viewer, mail_server: Sink, django_assert_num_queries: Any) -> None:
    subject_id = uuid.uuid4()
    queue_report(by)
    for revision in (1, 2, 3):
        message = queue_report(by, subject_id=subject_id, revision=revision)
        if revision < 3:
            delivery.deliver(school_id=message.school_id, message_id=message.pk, draw=draw)
    with django_assert_num_queries(2):
        deliveries = selectors.delivery_of(viewer=by, subject_id=subject_id)
        assert [each.revision for each in deliveries] == [3, 2, 1]
        assert [each.chip.text for each in deliveries] == ["Waiting to be sent", "Sent", "Sent"]
        newest, _, first = deliveries
        assert (newest.attempts, newest.words, newest.document.is_drawn) == ((), None, False)
        assert (first.reference, first.queued_by, first.document.is_drawn) == ("7KQ2-M4XD", "Jo Marsh", True)
        [attempt] = first.attempts
        assert (attempt.number, attempt.smtp_code, attempt.words) == (1, 250, "Accepted by their mail server.")


def test_what_is_wrong_comes_with_words(by: Viewer, mail_server: Sink) -> None:
    subject_id = uuid.uuid4()
    message = queue_report(by, subject_id=subject_id)
    mail_server.answers["RCPT"] = "550 unknown"
    delivery.deliver(school_id=message.school_id, message_id=message.pk, draw=draw)
    [shown] = selectors.delivery_of(viewer=by, subject_id=subject_id)
    assert (shown.state, shown.chip.kind, shown.may_retry, shown.may_mark_arrived) == (
        State.FAILED, "alarm", True, False
    )  # fmt: skip
    assert shown.words is not None
    assert "does not know the officer" in shown.words.what
    assert "telephone" in shown.words.what_to_do
    assert shown.attempts[0].smtp_code == 550


def test_when_it_is_tried_again(by: Viewer, mail_server: Sink) -> None:
    subject_id = uuid.uuid4()
    message = queue_report(by, subject_id=subject_id)
    mail_server.answers["MAIL"] = "451 later"
    delivery.deliver(school_id=message.school_id, message_id=message.pk, draw=draw)
    [shown] = selectors.delivery_of(viewer=by, subject_id=subject_id)
    assert shown.chip.text == "Trying again"
    assert shown.tries_again_at is not None
    assert shown.may_retry


def test_overdue_and_late(by: Viewer) -> None:
    now = timezone.now()
    subject_id = uuid.uuid4()
    queue_report(by, subject_id=subject_id, due_at=now + timedelta(hours=1))

    def shown(later: timedelta) -> selectors.Delivery:
        [one] = selectors.delivery_of(viewer=by, subject_id=subject_id, now=now + later)
        return one

    assert not shown(timedelta(minutes=1)).is_late
    assert shown(timedelta(minutes=20)).is_late
    assert not shown(timedelta(minutes=20)).is_overdue
    assert shown(timedelta(minutes=61)).is_overdue
    Message.objects.update(state=State.ACCEPTED, accepted_at=now)
    assert not shown(timedelta(minutes=61)).is_overdue
    assert not shown(timedelta(minutes=61)).is_late


def test_troubles_are_what_somebody_should_look_at(by: Viewer, django_assert_num_queries: Any) -> None:
    now = timezone.now()
    rows: list[tuple[str, dict[str, Any], bool]] = [
        ("just queued", {}, False),
        ("late", {"created_at": now - timedelta(minutes=16)}, True),
        ("overdue", {"due_at": now - timedelta(minutes=1)}, True),
        ("failed", {"state": State.FAILED, "problem": Problem.REFUSED}, True),
        ("uncertain", {"state": State.UNCERTAIN, "problem": Problem.LOST_AFTER_DATA}, True),
        ("repeated", {"repeated": True}, True),
        ("accepted late", {"state": State.ACCEPTED, "accepted_at": now, "due_at": now - timedelta(days=1)}, False),
        ("acknowledged", {"state": State.ACKNOWLEDGED, "acknowledged_at": now, "repeated": True}, False),
    ]
    names = {}
    for name, fields, _ in rows:
        message = queue_report(by)
        names[message.pk] = name
        Message.objects.filter(pk=message.pk).update(**fields)
    with django_assert_num_queries(1):
        found = [names[each.message_id] for each in selectors.troubles(viewer=by, now=now)]
    assert sorted(found) == sorted(name for name, _, is_trouble in rows if is_trouble)
    assert found[0] == "overdue"


def test_recent_is_one_query_and_stops(by: Viewer, django_assert_num_queries: Any) -> None:
    messages = [queue_report(by) for _ in range(5)]
    with django_assert_num_queries(1):
        found = selectors.recent(viewer=by, limit=3)
    assert [each.message_id for each in found] == [message.pk for message in reversed(messages)][:3]


def test_the_document_of_a_revision(by: Viewer, mail_server: Sink, django_assert_num_queries: Any) -> None:
    subject_id = uuid.uuid4()
    message = queue_report(by, subject_id=subject_id, revision=2)
    delivery.deliver(school_id=message.school_id, message_id=message.pk, draw=draw)
    with django_assert_num_queries(1):
        facts = selectors.document_of(viewer=by, subject_id=subject_id, revision=2)
        assert facts is not None
        assert (facts.document_id, facts.is_drawn, facts.pages) == (message.document_id, True, 1)
        assert len(facts.sha256) == 64
    assert selectors.document_of(viewer=by, subject_id=subject_id, revision=1) is None


def test_no_selector_fetches_bytes(by: Viewer, mail_server: Sink, django_capture_on_commit_callbacks: Any) -> None:
    subject_id = uuid.uuid4()
    queue_report(by, subject_id=subject_id)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        selectors.delivery_of(viewer=by, subject_id=subject_id)
        selectors.recent(viewer=by)
        selectors.troubles(viewer=by)
        selectors.document_of(viewer=by, subject_id=subject_id, revision=1)
        selectors.officer_link(token="x" * 43, now=timezone.now())
    for query in queries.captured_queries:
        for heavy in ("mime_sealed", "pdf_sealed", '"attachment"', '"snapshot"', "officer_passphrase"):
            assert heavy not in query["sql"]


@pytest.mark.parametrize("role", [role for role in Role if role not in GRANTS[Permission.READ_INCIDENTS]])
def test_whoever_reads_no_incidents_sees_no_deliveries(school: School, by: Viewer, role: Role) -> None:
    subject_id = uuid.uuid4()
    queue_report(by, subject_id=subject_id)
    viewer = factories.viewer(factories.person(school, "Ash Hill", role))
    later = timezone.now() + timedelta(days=2)
    assert selectors.delivery_of(viewer=viewer, subject_id=subject_id) == ()
    assert selectors.recent(viewer=viewer) == ()
    assert selectors.troubles(viewer=viewer, now=later) == ()
    assert selectors.document_of(viewer=viewer, subject_id=subject_id, revision=1) is None


def test_another_school_sees_nothing(by: Viewer) -> None:
    subject_id = uuid.uuid4()
    queue_report(by, subject_id=subject_id)
    stranger = factories.viewer(factories.coordinator(factories.school("Hilltop Primary School")))
    assert selectors.delivery_of(viewer=stranger, subject_id=subject_id) == ()
    assert selectors.recent(viewer=stranger) == ()
    assert selectors.document_of(viewer=stranger, subject_id=subject_id, revision=1) is None


def test_a_reader_who_may_not_send_is_offered_nothing(school: School, by: Viewer) -> None:
    subject_id = uuid.uuid4()
    queue_report(by, subject_id=subject_id)
    Message.objects.update(state=State.UNCERTAIN, handed_over_at=timezone.now())
    reader = factories.viewer(factories.person(school, "Ash Hill", Role.EMERGENCY_READER))
    [for_reader] = selectors.delivery_of(viewer=reader, subject_id=subject_id)
    [for_coordinator] = selectors.delivery_of(viewer=by, subject_id=subject_id)
    assert (for_reader.may_retry, for_reader.may_mark_arrived) == (False, False)
    assert (for_coordinator.may_retry, for_coordinator.may_mark_arrived) == (True, True)
