"""Services that die at the worst moment. Promised: no report is lost, and a repeat is the same bytes (finding 4)."""

import io
import signal
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest

from dispatch import waking
from dispatch.models import Message
from dispatch.rules.states import State
from schools.viewer import Viewer
from tests import factories
from tests.dispatch.mail_servers import Sink
from tests.dispatch.outboxes import fresh, parsed, queue_report
from tests.factories.schools import PASSPHRASE
from tests.faults.chain import STORIES, Chain, NoRedis, repeats_at, running, state_of, wait_for, wait_for_arrival
from tests.faults.reports import a_report

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("stack"), pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def started(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    with django_db_blocker.unblock():
        try:
            with running(tmp_path_factory.mktemp("chain")) as chain:
                yield chain
        except NoRedis:
            pytest.skip("no Redis on this platform")


@pytest.fixture
def chain(started: Chain, transactional_db: None) -> Iterator[Chain]:
    """The running chain with an empty mailbox, and a worker whatever the last test did to it."""
    started.sink.answers.clear()
    started.sink.mails.clear()
    started.sink.reached_data.clear()
    started.sink.seconds_in_data = 0
    if not started.workers:
        started.start_worker()
    yield started
    started.release()
    logs = started.logs()
    assert not [word for word in STORIES if word in logs]


@pytest.fixture
def sink(chain: Chain) -> Sink:
    return chain.sink


@pytest.fixture
def by(transactional_db: None) -> Viewer:
    return factories.viewer(factories.coordinator(factories.school()))


def queue(by: Viewer) -> Message:
    return queue_report(by, **a_report(by))


def test_nothing_breaks(chain: Chain, by: Viewer) -> None:
    messages = [queue(by) for _ in range(4)]
    wait_for_arrival(messages)
    assert repeats_at(chain.sink, messages) == 0
    [attachment] = parsed(chain.sink.mails[0].content).iter_attachments()
    with pikepdf.open(io.BytesIO(attachment.get_content()), password=PASSPHRASE) as pdf:
        assert len(pdf.pages) >= 2


def test_redis_is_away_at_the_moment_of_finalising(chain: Chain, by: Viewer) -> None:
    chain.stop_redis()
    try:
        started = time.monotonic()
        messages = [queue(by) for _ in range(2)]
        assert time.monotonic() - started < 2, "nobody waits for a broker that is away"
        assert {state_of(message) for message in messages} == {State.PENDING}
    finally:
        chain.start_redis()
    wait_for_arrival(messages, seconds=60)
    assert repeats_at(chain.sink, messages) == 0


def test_redis_does_not_answer_at_the_moment_of_finalising(chain: Chain, by: Viewer) -> None:
    chain.freeze_redis(signal.SIGSTOP)
    try:
        started = time.monotonic()
        message = queue(by)
        assert time.monotonic() - started < 1
    finally:
        chain.freeze_redis(signal.SIGCONT)
    wait_for_arrival([message], seconds=60)
    assert repeats_at(chain.sink, [message]) == 0


def test_the_process_that_draws_is_killed(chain: Chain, by: Viewer) -> None:
    chain.hold()
    message = queue(by)
    chain.wait_for_drawing()
    assert state_of(message) is State.CLAIMED
    chain.release()
    chain.kill_drawing_child()
    wait_for_arrival([message])
    assert repeats_at(chain.sink, [message]) == 0
    assert [each.outcome for each in fresh(message).attempts.all()] in (["interrupted", "accepted"], ["accepted"])


def test_the_whole_worker_is_killed_while_drawing(chain: Chain, by: Viewer) -> None:
    chain.hold()
    messages = [queue(by) for _ in range(3)]
    chain.wait_for_drawing()
    chain.kill_workers()
    chain.release()
    assert State.CLAIMED in {state_of(message) for message in messages}
    chain.start_worker()
    wait_for_arrival(messages)
    assert repeats_at(chain.sink, messages) == 0


def test_the_whole_worker_is_killed_while_sending(chain: Chain, sink: Sink, by: Viewer) -> None:
    sink.seconds_in_data = 1.5
    message = queue(by)
    assert sink.reached_data.wait(20)
    chain.kill_workers()
    assert state_of(message) is State.HANDED_OVER
    sink.seconds_in_data = 0
    chain.start_worker()
    wait_for_arrival([message])
    # The server kept what it was given before the kill, so the officer has it twice, to the byte.
    assert repeats_at(sink, [message]) == 1
    row = fresh(message)
    assert row.repeated
    assert [each.outcome for each in row.attempts.all()] == ["interrupted_sending", "accepted"]


def test_the_server_hangs_in_data_and_the_answer_never_comes(chain: Chain, sink: Sink, by: Viewer) -> None:
    sink.answers["DATA"] = "hang"
    message = queue(by)
    wait_for(lambda: state_of(message) is State.UNCERTAIN, "it never became uncertain")
    sink.answers.clear()
    wait_for_arrival([message])
    assert repeats_at(sink, [message]) == 0


def test_the_broker_is_emptied(chain: Chain, by: Viewer) -> None:
    chain.kill_workers()
    messages = [queue(by) for _ in range(5)]
    chain.empty_redis()
    chain.start_worker()
    wait_for_arrival(messages)
    assert repeats_at(chain.sink, messages) == 0


def test_the_same_call_comes_five_times(chain: Chain, by: Viewer) -> None:
    messages = [queue(by) for _ in range(3)]
    for message in messages:
        for _ in range(5):
            waking.wake(message.school_id, message.pk)
    wait_for_arrival(messages)
    assert repeats_at(chain.sink, messages) == 0


def test_the_mail_server_is_away_and_comes_back(chain: Chain, by: Viewer) -> None:
    chain.stop_mail()
    messages = [queue(by) for _ in range(2)]
    wait_for(lambda: Message.objects.filter(problem="unreachable").count() == 2, "nobody noticed")
    chain.start_mail()
    wait_for_arrival(messages)
    assert repeats_at(chain.sink, messages) == 0


def test_a_call_for_what_does_not_exist_harms_nobody(chain: Chain, by: Viewer) -> None:
    waking.wake(by.school_id, uuid.uuid4())
    message = queue(by)
    wait_for_arrival([message])
