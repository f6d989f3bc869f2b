"""One message on its way: what the rows say after each kind of answer, and after each kind of death."""

import hashlib
import io
import logging
import multiprocessing
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pikepdf
import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.utils import timezone

from audit.models import Entry
from dispatch import claims, delivery
from dispatch.models import Attempt, Document, Message
from dispatch.rules.outcomes import Accepted, Refused, Stage
from dispatch.rules.problems import Problem
from dispatch.rules.states import WAITS_SECONDS, State
from schools.models import School
from schools.sealing import seal, unseal
from schools.viewer import Viewer
from tests import factories
from tests.dispatch.mail_servers import Sink, free_port
from tests.dispatch.outboxes import REFERENCE, STORY, Drawn, draw, fresh, link_token, make_due, parsed, queue_report
from tests.factories.queries import queries_at_most
from tests.factories.schools import PASSPHRASE


def deliver(message: Message, **options: Any) -> State | None:
    options.setdefault("draw", draw)
    return delivery.deliver(school_id=message.school_id, message_id=message.pk, **options)


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def never(template: str, snapshot: Mapping[str, object]) -> Drawn:
    raise AssertionError("drawn a second time")


# --- the good way -------------------------------------------------------------------------------------------


def test_a_report_arrives(queued: Message, mail_server: Sink) -> None:
    # Inside of the test's transaction each of the eight entries into the school costs one query more than in a worker.
    with queries_at_most(26 + 8):
        assert deliver(queued) is State.ACCEPTED
    [mail] = mail_server.mails
    assert mail.recipients == ("officer@council.example.org",)
    assert parsed(mail.content)["Subject"] == f"Report {REFERENCE} for your records"
    assert parsed(mail.content)["Message-ID"] == queued.message_id
    [attachment] = parsed(mail.content).iter_attachments()
    with pikepdf.open(io.BytesIO(attachment.get_content()), password=PASSPHRASE) as pdf:
        assert pdf.docinfo["/Title"] == STORY
    row = fresh(queued)
    assert row.state == State.ACCEPTED
    assert row.accepted_at is not None
    assert (row.problem, row.lease_until, row.attempt_count, row.tries) == ("", None, 1, 1)
    assert [each.outcome for each in row.attempts.all()] == ["accepted"]
    assert row.attempts.get().smtp_code == 250


def test_what_was_sent_is_what_is_kept_and_it_is_kept_sealed(queued: Message, mail_server: Sink) -> None:
    deliver(queued)
    row = fresh(queued)
    document = row.document
    assert document.pdf_sealed is not None
    assert row.mime_sealed is not None
    pdf = unseal(document.pdf_sealed)
    assert hashlib.sha256(pdf).hexdigest() == document.pdf_sha256
    assert (len(pdf), 1) == (document.pdf_bytes, document.pdf_pages)
    assert unseal(row.mime_sealed) == mail_server.mails[0].content
    [attachment] = parsed(mail_server.mails[0].content).iter_attachments()
    assert attachment.get_content() == bytes(document.attachment or b"")
    assert hashlib.sha256(bytes(document.attachment or b"")).hexdigest() == document.attachment_sha256
    with pikepdf.open(io.BytesIO(bytes(document.attachment or b"")), password=PASSPHRASE) as opened:
        assert opened.docinfo["/Title"] == STORY
    for stored in (row.mime_sealed, document.pdf_sealed, document.attachment):
        # With a space: sealed text is base64, in which any three letters turn up by chance.
        assert b"Sam Reed" not in bytes(stored or b"")
    token = link_token(mail_server.mails[0].content)
    assert row.token_hash is not None
    assert bytes(row.token_hash) == hashlib.sha256(token.encode()).digest()


def test_a_message_that_is_not_due_is_left_alone(queued: Message, mail_server: Sink) -> None:
    make_due(queued, timezone.now() + timedelta(minutes=5))
    assert deliver(queued) is None
    assert mail_server.mails == []
    assert fresh(queued).attempt_count == 0


@pytest.mark.parametrize("state", [State.ACCEPTED, State.ACKNOWLEDGED, State.FAILED])
def test_a_settled_message_is_left_alone(queued: Message, mail_server: Sink, state: State) -> None:
    now = timezone.now()
    Message.objects.update(state=state, accepted_at=now, acknowledged_at=now)
    assert deliver(queued) is None
    assert mail_server.mails == []


def test_mail_is_spoken_outside_of_every_transaction(
    transactional_db: None, mail_server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = queue_report(factories.viewer(factories.coordinator(factories.school())))
    hand_over = delivery.transport.hand_over
    open_transactions: list[bool] = []

    def watched(**options: Any) -> Any:
        open_transactions.append(connection.in_atomic_block)
        return hand_over(**options)

    monkeypatch.setattr(delivery.transport, "hand_over", watched)
    assert deliver(queued) is State.ACCEPTED
    assert open_transactions == [False]


# --- the server says no, or nothing -------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_4xx_is_tried_again_with_the_same_bytes(queued: Message, mail_server: Sink, step: str) -> None:
    mail_server.answers[step] = "451 later"
    before = timezone.now()
    assert deliver(queued) is State.PENDING
    row = fresh(queued)
    assert (row.problem, row.handed_over_at) == (Problem.BUSY, None)
    assert timedelta(seconds=58) < row.next_attempt_at - before < timedelta(seconds=70)
    assert deliver(queued) is None
    del mail_server.answers[step]
    make_due(queued)
    stored = unseal(row.mime_sealed or b"")
    assert deliver(queued, draw=never) is State.ACCEPTED
    assert [mail.content for mail in mail_server.mails] == [stored]
    assert [each.smtp_code for each in fresh(queued).attempts.all()] == [451, 250]


@pytest.mark.parametrize(
    ("step", "code", "problem"),
    [
        ("MAIL", 550, Problem.SENDER_REFUSED), ("RCPT", 550, Problem.ADDRESS_REFUSED),
        ("DATA", 554, Problem.REFUSED), ("DATA", 552, Problem.TOO_LARGE),
    ],
)  # fmt: skip
def test_5xx_goes_to_a_person(queued: Message, mail_server: Sink, step: str, code: int, problem: Problem) -> None:
    mail_server.answers[step] = f"{code} no"
    assert deliver(queued) is State.FAILED
    assert fresh(queued).problem == problem
    make_due(queued)
    assert deliver(queued) is None
    assert Entry.objects.get(action="message.failed").detail == {"problem": problem, "attempt": 1}


def test_nobody_there_is_tried_twelve_times_and_then_goes_to_a_person(
    queued: Message, use_server: Callable[..., None]
) -> None:
    use_server(free_port())
    states = []
    for _ in range(12):
        make_due(queued)
        states.append(deliver(queued))
    assert states == [State.PENDING] * 11 + [State.FAILED]
    assert fresh(queued).problem == Problem.UNREACHABLE
    assert Attempt.objects.count() == 12


def test_the_waits_between_the_tries(queued: Message, use_server: Callable[..., None]) -> None:
    use_server(free_port())
    now = queued.created_at
    for wait in WAITS_SECONDS:
        assert deliver(queued, clock=at(now)) is State.PENDING
        assert fresh(queued).next_attempt_at == now + timedelta(seconds=wait)
        assert deliver(queued, clock=at(now + timedelta(seconds=wait - 1))) is None
        now += timedelta(seconds=wait)


@pytest.mark.parametrize("how", ["drop", "hang", "garbage"])
def test_lost_after_the_content_is_uncertain_and_repeated_once(
    queued: Message, mail_server: Sink, use_server: Callable[..., None], settings: Any, how: str
) -> None:
    use_server(settings.DISPATCH_MAIL["port"], timeout_seconds=0.3)
    mail_server.answers["DATA"] = how
    assert deliver(queued) is State.UNCERTAIN
    row = fresh(queued)
    assert row.problem == Problem.LOST_AFTER_DATA
    assert row.handed_over_at is not None
    assert not row.repeated
    assert row.next_attempt_at > timezone.now() + timedelta(seconds=500)
    assert deliver(queued) is None, "not before the wait is over"
    make_due(queued)
    assert deliver(queued, draw=never) is State.UNCERTAIN
    make_due(queued)
    assert deliver(queued, draw=never) is None, "by itself only once"
    assert fresh(queued).repeated
    assert len({mail.content for mail in mail_server.mails}) <= 1
    assert fresh(queued).attempt_count == 2


def test_the_repeat_carries_the_same_bytes(queued: Message, mail_server: Sink) -> None:
    mail_server.answers["DATA"] = "drop"
    deliver(queued)
    del mail_server.answers["DATA"]
    make_due(queued)
    assert deliver(queued, draw=never) is State.ACCEPTED
    first, second = mail_server.mails
    assert first.content == second.content
    assert fresh(queued).state == State.ACCEPTED


def test_250_and_then_a_reset_is_never_lost(queued: Message, mail_server: Sink) -> None:
    mail_server.answers["DATA"] = "reset"
    assert deliver(queued) in {State.ACCEPTED, State.UNCERTAIN}
    assert len(mail_server.mails) == 1


# --- it cannot be made --------------------------------------------------------------------------------------


def broken(template: str, snapshot: Mapping[str, object]) -> Drawn:
    raise ValueError(f"cannot lay out: {snapshot['story']}")


def test_a_pdf_that_fails_is_never_sent_bare(
    queued: Message, mail_server: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert deliver(queued, draw=broken) is State.FAILED
    row = fresh(queued)
    assert row.problem == Problem.DRAWING_FAILED
    assert row.document.drawn_at is None
    assert row.mime_sealed is None
    assert mail_server.mails == []
    assert "ValueError" in caplog.text
    assert "Sam" not in caplog.text


def test_no_pdf_at_all(queued: Message, mail_server: Sink) -> None:
    assert deliver(queued, draw=lambda _template, _snapshot: Drawn(b"", 0)) is State.FAILED
    assert fresh(queued).problem == Problem.ENCRYPTING_FAILED
    assert mail_server.mails == []


def test_a_passphrase_that_is_gone(queued: Message, mail_server: Sink) -> None:
    School.objects.update(officer_passphrase_sealed=None)
    assert deliver(queued) is State.FAILED
    assert fresh(queued).problem == Problem.NO_PASSPHRASE
    assert fresh(queued).document.drawn_at is not None
    assert mail_server.mails == []


def test_a_seal_that_does_not_open(queued: Message, mail_server: Sink) -> None:
    School.objects.update(officer_passphrase_sealed=b"gAAAAA broken")
    assert deliver(queued) is State.FAILED
    assert fresh(queued).problem == Problem.SEAL_BROKEN
    assert mail_server.mails == []


def test_a_stored_pdf_that_was_altered(queued: Message, mail_server: Sink) -> None:
    Document.objects.update(drawn_at=timezone.now(), pdf_sealed=seal(b"%PDF another"), pdf_sha256="0" * 64)
    assert deliver(queued, draw=never) is State.FAILED
    assert fresh(queued).problem == Problem.SEAL_BROKEN
    assert mail_server.mails == []


def test_it_is_drawn_once_even_when_what_follows_fails(queued: Message, mail_server: Sink) -> None:
    School.objects.update(officer_passphrase_sealed=None)
    deliver(queued)
    kept = bytes(fresh(queued).document.pdf_sealed or b"")
    School.objects.update(officer_passphrase_sealed=seal(PASSPHRASE.encode()))
    Message.objects.update(state=State.PENDING)
    assert deliver(queued, draw=never) is State.ACCEPTED
    assert bytes(fresh(queued).document.pdf_sealed or b"") == kept


# --- the officer is another one (T27) -----------------------------------------------------------------------


@pytest.mark.parametrize("address", ["other@council.example.org", "", "nonsense"])
def test_a_recipient_who_is_not_the_officer_any_more(queued: Message, mail_server: Sink, address: str) -> None:
    School.objects.update(officer_email=address)
    assert deliver(queued, draw=never) is State.FAILED
    assert fresh(queued).problem == Problem.OFFICER_CHANGED
    assert mail_server.mails == []


def test_an_officer_who_changes_while_the_pdf_is_drawn(queued: Message, mail_server: Sink) -> None:
    def slow(template: str, snapshot: Mapping[str, object]) -> Drawn:
        School.objects.update(officer_email="other@council.example.org")
        return draw(template, snapshot)

    assert deliver(queued, draw=slow) is State.FAILED
    assert fresh(queued).problem == Problem.OFFICER_CHANGED
    assert mail_server.mails == []


def test_an_address_in_other_letters_is_the_same_officer(queued: Message, mail_server: Sink) -> None:
    School.objects.update(officer_email="Officer@Council.Example.org")
    assert deliver(queued) is State.ACCEPTED


# --- workers that die ---------------------------------------------------------------------------------------


def claimed_at(message: Message, now: datetime) -> claims.Claim:
    claimed = claims.claim(school_id=message.school_id, message_id=message.pk, now=now)
    assert claimed is not None
    return claimed


def give_up_dead_workers(message: Message, **options: Any) -> int:
    return claims.give_up_dead_workers(school_id=message.school_id, **options)


def test_a_worker_that_dies_while_drawing(queued: Message, mail_server: Sink, settings: Any) -> None:
    now = timezone.now()
    claimed_at(queued, now)
    assert deliver(queued) is None, "somebody has it"
    assert give_up_dead_workers(queued, now=now + timedelta(seconds=1), limit=10) == 0
    later = now + timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)
    assert give_up_dead_workers(queued, now=later, limit=10) == 1
    assert (fresh(queued).state, fresh(queued).problem) == (State.PENDING, Problem.INTERRUPTED)
    assert deliver(queued, clock=at(later)) is State.ACCEPTED
    assert [each.outcome for each in fresh(queued).attempts.all()] == ["interrupted", "accepted"]
    assert len(mail_server.mails) == 1


def test_a_worker_that_dies_while_sending(queued: Message, mail_server: Sink, settings: Any) -> None:
    now = timezone.now()
    claims.mark_handed_over(claimed_at(queued, now), now=now)
    later = now + timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)
    assert give_up_dead_workers(queued, now=later, limit=10) == 1
    row = fresh(queued)
    assert (row.state, row.problem, row.repeated) == (State.UNCERTAIN, Problem.INTERRUPTED_SENDING, False)
    assert deliver(queued, clock=at(later)) is None
    later += timedelta(seconds=settings.DISPATCH_REPEAT_SECONDS)
    assert deliver(queued, clock=at(later)) is State.ACCEPTED


def test_a_worker_given_up_cannot_send_any_more(queued: Message, mail_server: Sink, settings: Any) -> None:
    now = timezone.now()
    late = claimed_at(queued, now)
    later = now + timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)
    with pytest.raises(claims.ClaimLost):
        claims.mark_handed_over(late, now=later)
    give_up_dead_workers(queued, now=later, limit=10)
    with pytest.raises(claims.ClaimLost):
        claims.mark_handed_over(late, now=now)
    claimed_at(queued, later)
    with pytest.raises(claims.ClaimLost):
        claims.mark_handed_over(late, now=later)


def test_a_late_refusal_does_not_undo_what_came_after(queued: Message, mail_server: Sink, settings: Any) -> None:
    now = timezone.now()
    late = claimed_at(queued, now)
    later = now + timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)
    give_up_dead_workers(queued, now=later, limit=10)
    assert deliver(queued, clock=at(later)) is State.ACCEPTED
    assert claims.settle(late, claims_refusal(), now=later) is State.ACCEPTED
    claims.fail(late, Problem.DRAWING_FAILED, now=later)
    assert fresh(queued).state == State.ACCEPTED


def claims_refusal() -> Any:
    return Refused(550, Stage.CONTENT)


def test_a_late_250_counts(queued: Message, mail_server: Sink, settings: Any) -> None:
    now = timezone.now()
    late = claimed_at(queued, now)
    claims.mark_handed_over(late, now=now)
    later = now + timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)
    give_up_dead_workers(queued, now=later, limit=10)
    assert fresh(queued).state == State.UNCERTAIN
    assert claims.settle(late, Accepted(), now=later) is State.ACCEPTED
    later += timedelta(seconds=settings.DISPATCH_REPEAT_SECONDS)
    assert deliver(queued, clock=at(later)) is None


def test_an_acknowledgement_while_it_is_repeated_stays(queued: Message, mail_server: Sink) -> None:
    now = timezone.now()
    claimed = claimed_at(queued, now)
    Message.objects.update(state=State.ACKNOWLEDGED, acknowledged_at=now, lease_until=None)
    with pytest.raises(claims.ClaimLost):
        claims.mark_handed_over(claimed, now=now)
    claims.settle(claimed, claims_refusal(), now=now)
    assert fresh(queued).state == State.ACKNOWLEDGED


def test_a_message_that_kills_every_worker_ends_with_a_person(queued: Message, settings: Any) -> None:
    now = timezone.now()
    for _ in range(12):
        claimed_at(queued, now)
        now += timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)
        give_up_dead_workers(queued, now=now, limit=10)
    assert (fresh(queued).state, fresh(queued).problem) == (State.FAILED, Problem.INTERRUPTED)


def test_a_database_that_goes_away_before_the_content_stops_it(
    queued: Message, mail_server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(RuntimeError):
        """Stands for what the driver raises."""

    def gone(*_: Any, **__: Any) -> None:
        raise Gone

    with monkeypatch.context() as patch:
        patch.setattr(claims, "mark_handed_over", gone)
        with pytest.raises(Gone):
            deliver(queued)
    assert mail_server.mails == []
    assert fresh(queued).state == State.CLAIMED


# --- the sweep ----------------------------------------------------------------------------------------------


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    calls: list[Any] = []
    monkeypatch.setattr(delivery, "wake", lambda _, message_id: calls.append(message_id) or True)
    return calls


def test_the_sweep_wakes_for_what_is_due_and_nothing_else(by: Viewer, woken: list[Any], settings: Any) -> None:
    now = timezone.now()
    past, future = now - timedelta(seconds=1), now + timedelta(hours=1)
    rows: list[tuple[str, dict[str, Any], bool]] = [
        ("pending and due", {"next_attempt_at": past}, True),
        ("pending, later", {"next_attempt_at": future}, False),
        ("claimed", {"state": State.CLAIMED, "lease_until": future}, False),
        ("claimed, dead", {"state": State.CLAIMED, "lease_until": past}, True),
        ("handed over", {"state": State.HANDED_OVER, "lease_until": future}, False),
        ("handed over, dead", {"state": State.HANDED_OVER, "lease_until": past}, False),
        ("uncertain and due", {"state": State.UNCERTAIN, "next_attempt_at": past}, True),
        ("uncertain, later", {"state": State.UNCERTAIN, "next_attempt_at": future}, False),
        ("uncertain, repeated", {"state": State.UNCERTAIN, "next_attempt_at": past, "repeated": True}, False),
        ("failed", {"state": State.FAILED, "next_attempt_at": past}, False),
        ("accepted", {"state": State.ACCEPTED, "next_attempt_at": past, "accepted_at": past}, False),
        ("acknowledged", {"state": State.ACKNOWLEDGED, "next_attempt_at": past, "acknowledged_at": past}, False),
    ]
    names: dict[Any, str] = {}
    for name, fields, _ in rows:
        message = queue_report(by)
        names[message.pk] = name
        Message.objects.filter(pk=message.pk).update(**fields)
    assert delivery.sweep(now=now) == len(woken)
    assert sorted(names[pk] for pk in woken) == sorted(name for name, _, due in rows if due)


def test_the_sweep_stops_when_the_broker_is_away(by: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        queue_report(by)
    answers = iter([True, False])
    monkeypatch.setattr(delivery, "wake", lambda *_: next(answers))
    assert delivery.sweep(now=timezone.now()) == 1


def test_the_sweep_costs_few_queries(by: Viewer, woken: list[Any]) -> None:
    for _ in range(20):
        queue_report(by)
    with queries_at_most(5 + 2):
        assert delivery.sweep(now=timezone.now()) == 20


# --- two at once --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_on_the_same_message_send_one_mail(mail_server: Sink) -> None:
    by = factories.viewer(factories.coordinator(factories.school()))
    mail_server.seconds_in_data = 0.02
    for _ in range(20):
        message = queue_report(by)
        start = threading.Barrier(3)
        states: list[State | None] = []

        def run(message: Message = message, start: threading.Barrier = start, states: list[Any] = states) -> None:
            try:
                start.wait(5)
                states.append(deliver(message))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(map(str, states)) == ["None", "None", "accepted"]
    assert len(mail_server.mails) == 20
    assert len({parsed(mail.content)["Message-ID"] for mail in mail_server.mails}) == 20


def _deliver_in_process(school_id: Any, message_id: Any, mail: dict[str, Any], start: Any) -> None:
    connections.close_all()
    django_settings.DISPATCH_MAIL = mail
    start.wait(20)
    delivery.deliver(school_id=school_id, message_id=message_id, draw=draw)
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_two_processes_on_the_same_message_send_one_mail(mail_server: Sink, settings: Any) -> None:
    by = factories.viewer(factories.coordinator(factories.school()))
    fork = multiprocessing.get_context("fork")
    messages = [queue_report(by) for _ in range(5)]
    connections.close_all()
    for message in messages:
        start = fork.Barrier(2)
        given = (message.school_id, message.pk, settings.DISPATCH_MAIL, start)
        both = [fork.Process(target=_deliver_in_process, args=given) for _ in range(2)]
        for process in both:
            process.start()
        for process in both:
            process.join(30)
            assert process.exitcode == 0
    assert len(mail_server.mails) == 5
    assert set(Message.objects.values_list("state", flat=True)) == {State.ACCEPTED.value}
