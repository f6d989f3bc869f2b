import logging
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import transaction
from django.utils import timezone

from audit.models import Entry
from dispatch import outbox, waking
from dispatch.models import Document, Message
from dispatch.rules.states import State
from esafety import embedded
from schools.models import School
from schools.roles import Role
from schools.viewer import NotAllowed, Viewer
from tests import factories
from tests.dispatch.outboxes import STORY, queue_report


def test_a_report_in_the_outbox(by: Viewer) -> None:
    due_at = timezone.now()
    subject_id = uuid.uuid4()
    message = queue_report(by, subject_id=subject_id, revision=3, due_at=due_at)
    document = Document.objects.get()
    assert (document.subject_id, document.revision, document.snapshot) == (subject_id, 3, {"story": STORY})
    assert document.drawn_at is None
    row = Message.objects.get()
    assert (row.pk, row.state, row.document_id) == (message.pk, State.PENDING, document.pk)
    assert (row.to_address, row.due_at) == ("officer@council.example.org", due_at)
    assert row.message_id == f"<{row.pk}@demo.example.org>"
    entry = Entry.objects.get(action="message.queued")
    assert (entry.actor_id, entry.object_id, entry.school_id) == (by.user_id, row.pk, by.school_id)
    assert "Sam" not in str(entry.detail)


def test_it_costs_six_queries(by: Viewer, django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(6):
        outbox.queue(
            by=by, kind="k", subject_id=uuid.uuid4(), revision=1, reference="A1", template="t", snapshot={}, due_at=None
        )


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_needed() -> None:
    by = factories.viewer(factories.coordinator(factories.school()))
    with pytest.raises(outbox.OutsideTransaction):
        outbox.queue(
            by=by, kind="k", subject_id=uuid.uuid4(), revision=1, reference="A1", template="t", snapshot={}, due_at=None
        )


@pytest.mark.parametrize("address", ["", "officer", "a@b.org, c@d.org", "officer@localhost", "a@b.org\r\nBcc: c@d.org"])
def test_no_usable_address(by: Viewer, address: str) -> None:
    School.objects.update(officer_email=address)
    with pytest.raises(outbox.NoOfficerAddress, match="Enter it in the school"):
        queue_report(by)
    assert not Message.objects.exists()


def test_no_passphrase(by: Viewer) -> None:
    School.objects.update(officer_passphrase_sealed=None)
    with pytest.raises(outbox.NoPassphrase, match="Agree one"):
        queue_report(by)
    assert not Document.objects.exists()


def test_the_same_version_never_goes_twice_and_a_later_one_goes(by: Viewer) -> None:
    subject_id = uuid.uuid4()
    queue_report(by, subject_id=subject_id)
    with pytest.raises(outbox.AlreadyQueued):
        queue_report(by, subject_id=subject_id)
    queue_report(by, subject_id=subject_id, revision=2)
    queue_report(by)
    assert Message.objects.count() == 3


def test_somebody_who_may_not_send(school: School) -> None:
    with pytest.raises(NotAllowed):
        queue_report(factories.viewer(factories.person(school, "Ash Hill", Role.STAFF)))
    assert not Message.objects.exists()


@pytest.mark.parametrize("reference", ["A\r\nBcc: x@y.org", "A B", ""])
def test_a_reference_that_would_break_the_subject(by: Viewer, reference: str) -> None:
    with pytest.raises(ValueError, match="hyphens"):
        queue_report(by, reference=reference)


def test_a_rolled_back_act_sends_nothing(by: Viewer, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        queue_report(by)
        transaction.set_rollback(True)
    assert callbacks == []
    assert not Message.objects.exists()
    assert not Entry.objects.filter(action="message.queued").exists()


# --- waking a worker ----------------------------------------------------------------------------------------


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[embedded.Redis]:
    """A Redis of this test's own, so that it may be stopped."""
    server = embedded.Redis(tmp_path_factory.mktemp("redis"), durable=False)
    url = server.start()
    if url is None:
        pytest.skip("no Redis on this platform")
    app = waking._app()
    before = (app.conf.broker_url, app.conf.broker_write_url)
    app.conf.broker_url = app.conf.broker_write_url = url
    waking._impatient_connection.cache_clear()
    yield server
    server.stop()
    app.conf.broker_url, app.conf.broker_write_url = before
    waking._impatient_connection.cache_clear()


def waiting(server: embedded.Redis) -> int:
    assert server.url is not None
    with redis.Redis.from_url(server.url) as client:
        return int(client.llen("celery"))  # type: ignore[arg-type]


def contents(server: embedded.Redis) -> bytes:
    assert server.url is not None
    with redis.Redis.from_url(server.url) as client:
        return b"".join(client.lrange("celery", 0, -1))  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken_after_the_commit_with_ids_alone(broker: embedded.Redis) -> None:
    by = factories.viewer(factories.coordinator(factories.school()))
    with transaction.atomic():
        message = queue_report(by)
        assert waiting(broker) == 0
    assert waiting(broker) == 1
    call = contents(broker)
    assert str(message.pk).encode() in call
    assert str(message.school_id).encode() in call
    for private in ("Sam", "Reed", "officer", "7KQ2", "Riverbank"):
        assert private.encode() not in call


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_a_broker_that_is_away_holds_nobody_up(
    broker: embedded.Redis, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    by = factories.viewer(factories.coordinator(factories.school()))
    queue_report(by)
    pid = int((broker.folder / "redis.pid").read_text())
    os.kill(pid, signal.SIGKILL if how == "killed" else signal.SIGSTOP)
    try:
        for _ in range(3):
            with caplog.at_level(logging.INFO):
                started = time.monotonic()
                message = queue_report(by)
                assert time.monotonic() - started < 1
            assert str(message.pk) in caplog.text
            assert not any(word in caplog.text for word in ("Sam", "officer@", "redis://"))
    finally:
        if how == "frozen":
            os.kill(pid, signal.SIGCONT)
    if how == "killed":
        (broker.folder / "redis.pid").unlink(missing_ok=True)
        broker.start()
    assert Message.objects.filter(state=State.PENDING).count() == 4
    assert waking.wake(message.school_id, message.pk)
    assert waiting(broker) >= 1


def test_the_files_of_the_demo_without_redis_wake_a_worker_too(settings: Any, tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "import sys, uuid\n"
        "from dispatch import waking\n"
        "assert waking.wake(uuid.uuid4(), uuid.uuid4())\n"
        "assert 'weasyprint' not in sys.modules and 'dispatch.tasks' not in sys.modules\n"
    )
    queue = Path(settings.VAR_DIR) / "broker" / "queue"
    before = set(queue.glob("*")) if queue.exists() else set()
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "REDIS_URL": "filesystem://",
            "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = set(queue.glob("*")) - before
    assert len(made) == 1
    for file in made:
        file.unlink()


def test_a_web_process_never_loads_what_draws_pdfs() -> None:
    code = (
        "import sys, threading, uuid\n"
        "import django; django.setup()\n"
        # The app may become the arranger in the tests' cluster, which the web server refuses.
        "from schools import wall; wall.refuse_wrong_role = lambda: None\n"
        "from esafety import wsgi\n"
        "from dispatch import outbox, services, selectors, waking, views, urls\n"
        "thread = threading.Thread(target=waking.wake, args=[uuid.uuid4(), uuid.uuid4()])\n"
        "thread.start(); thread.join()\n"
        "assert waking._app().main == 'esafety'\n"
        "assert 'weasyprint' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
