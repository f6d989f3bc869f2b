"""Small mails: queued with ids, composed when they go out, tried again, dropped, shown when they fail."""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Entry
from audit.rules import anchors_in
from audit.selectors import head_of
from dispatch import anchoring, notice_delivery, notices, tasks
from dispatch.models import Notice
from dispatch.notice_delivery import deliver_notice, sweep_notices
from dispatch.notices import NoLongerWanted, NoticeFacts, queue_notice, register_kind
from dispatch.rules.notices import NEEDS_COMPOSER, SUBJECTS, NoticeKind, NoticeState, is_codes_and_ids
from dispatch.selectors import notices_not_sent
from schools.addresses import UnsafeAddress
from schools.models import School
from schools.wall import in_school
from tests import factories
from tests.audit.tampering import link_now
from tests.dispatch.mail_servers import Sink, free_port
from tests.dispatch.outboxes import parsed
from tests.factories.queries import queries_at_most

HEAD = "head@riverbank.example.org"


@pytest.fixture(autouse=True)
def composers(monkeypatch: pytest.MonkeyPatch) -> dict[NoticeKind, notices.Compose]:
    """Those that this test registers go with it."""
    kept = dict(notices._composers)
    monkeypatch.setattr(notices, "_composers", kept)
    return kept


def queue(school: School | None, kind: str = "misses", **more: Any) -> Notice:
    with transaction.atomic():
        return queue_notice(kind, school_id=school.pk if school else None, to=HEAD, **more)


def deliver(notice: Notice, **more: Any) -> NoticeState | None:
    return deliver_notice(school_id=notice.school_id, notice_id=notice.pk, **more)


def body(content: bytes) -> str:
    found = parsed(content).get_body(("plain",))
    assert found is not None
    return str(found.get_content())


@pytest.mark.parametrize("kind", sorted(NoticeKind))
def test_every_kind_goes_out_with_neutral_words(school: School, mail_server: Sink, kind: NoticeKind) -> None:
    register_kind(kind, lambda _: {"link": "https://x.example.org/l", "code": "1234", "minutes": 30, "anchors": "none"})
    notice = queue(None if kind is NoticeKind.AUDIT_ANCHOR else school, kind)
    assert deliver(notice) is NoticeState.ACCEPTED
    (mail,) = mail_server.mails
    assert mail.recipients == (HEAD,)
    said = parsed(mail.content)
    assert said["Subject"] == SUBJECTS[kind]
    assert said["Message-ID"] == f"<{notice.pk}@demo.example.org>"
    assert said["Auto-Submitted"] == "auto-generated"
    assert not said.is_multipart()
    assert "nobody reads this mailbox" in body(mail.content)
    assert (school.name in body(mail.content)) == (kind not in {NoticeKind.PASSWORD_RESET, NoticeKind.AUDIT_ANCHOR})
    notice.refresh_from_db()
    assert (notice.state, notice.accepted_at is not None, notice.lease_until) == ("accepted", True, None)
    assert Entry.objects.get(action="notice.accepted").object_id == notice.pk


def test_subjects_say_nothing() -> None:
    for subject in SUBJECTS.values():
        assert len(subject) < 30
        for word in ("incident", "report", "pupil", "emergency", "safeguarding", "password", "audit"):
            assert word not in subject.lower()


def test_what_makes_the_text_is_asked_when_it_goes_out(school: School, mail_server: Sink) -> None:
    asked: list[NoticeFacts] = []

    def compose(facts: NoticeFacts) -> Mapping[str, object]:
        asked.append(facts)
        return {"link": "https://x.example.org/secret", "minutes": 30}

    register_kind("password_reset", compose)
    about, by = uuid.uuid4(), uuid.uuid4()
    notice = queue(school, "password_reset", object_id=about, params={"step": "2"}, by=by)
    assert asked == []
    deliver(notice)
    (facts,) = asked
    assert (facts.kind, facts.object_id, facts.asked_by, dict(facts.params)) == (
        "password_reset",
        about,
        by,
        {"step": "2"},
    )
    assert "secret" in body(mail_server.mails[0].content)
    assert "secret" not in str(Notice.objects.filter(pk=notice.pk).values().get())


def test_what_is_not_wanted_any_more_is_dropped(school: School, mail_server: Sink) -> None:
    def compose(_: NoticeFacts) -> Mapping[str, object]:
        raise NoLongerWanted

    register_kind("misses", compose)
    assert deliver(queue(school)) is NoticeState.DROPPED
    assert mail_server.mails == []


@pytest.mark.parametrize("kind", sorted(NEEDS_COMPOSER))
def test_what_would_say_nothing_fails(school: School, mail_server: Sink, composers: Any, kind: NoticeKind) -> None:
    composers.pop(kind, None)
    assert deliver(queue(school, kind)) is NoticeState.FAILED
    assert mail_server.mails == []
    (line,) = notices_not_sent()
    assert (line.school_id, line.kind, line.count, line.problem) == (school.pk, kind, 1, "composing_failed")


def test_a_composer_that_breaks_tells_nobody_what_it_read(
    school: School, mail_server: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    def compose(_: NoticeFacts) -> Mapping[str, object]:
        raise LookupError("Sam Reed")

    register_kind("misses", compose)
    assert deliver(queue(school)) is NoticeState.FAILED
    assert "LookupError" in caplog.text
    assert "Sam Reed" not in caplog.text


def test_it_is_queued_in_the_transaction_of_the_act(
    school: School, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(notices, "wake_notice", lambda *ids: woken.append(ids))
    with django_capture_on_commit_callbacks(execute=True):
        notice = queue(school)
        assert woken == []
    assert woken == [(school.pk, notice.pk)]


def test_many_are_queued_at_once_and_their_workers_woken_together(
    school: School, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(notices, "wake_notices", lambda _, ids: bool(woken.append(len(ids))) or True)
    to = [(f"parent{number}@example.org", uuid.uuid4()) for number in range(23)]
    with django_capture_on_commit_callbacks(execute=True), queries_at_most(3), in_school(school.pk):
        made = notices.queue_notices("misses", school_id=school.pk, to=to)
        assert woken == []
    assert woken == [10, 10, 3]
    found = {each.pk: (each.to_address, each.object_id) for each in Notice.objects.all()}
    assert [found[each] for each in made] == to


def test_none_is_woken_any_more_once_the_broker_is_away(
    school: School, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    monkeypatch.setattr(notices, "wake_notices", lambda _, ids: bool(tried.append(len(ids))))
    with django_capture_on_commit_callbacks(execute=True), in_school(school.pk):
        notices.queue_notices("misses", school_id=school.pk, to=[(HEAD, uuid.uuid4())] * 30)
    assert tried == [10]
    assert Notice.objects.filter(state="pending").count() == 30


def test_one_worker_sends_several(school: School, mail_server: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    register_kind("misses", lambda _: {})
    first, gone, last = (queue(school) for _ in range(3))
    Notice.objects.filter(pk=gone.pk).delete()
    tasks.deliver_notices(str(school.pk), [str(each.pk) for each in (first, gone, last)])
    assert len(mail_server.mails) == 2


@pytest.mark.django_db(transaction=True)
def test_many_are_not_queued_outside_of_one() -> None:
    with pytest.raises(notices.NoticeOutsideTransaction):
        notices.queue_notices("misses", school_id=uuid.uuid4(), to=[(HEAD, uuid.uuid4())])


@pytest.mark.django_db(transaction=True)
def test_it_is_not_queued_outside_of_one() -> None:
    with pytest.raises(notices.NoticeOutsideTransaction):
        queue_notice("misses", school_id=None, to=HEAD)


def test_what_is_no_code_is_refused(school: School) -> None:
    for params in ({"name": "Sam Reed"}, {"to": "a@example.org"}, {"Name": "x"}, {"story": "x" * 65}):
        with pytest.raises(ValueError, match="codes and ids"), transaction.atomic():
            queue(school, params=params)
    assert is_codes_and_ids({"until": "2026-11-20.10:30", "id": str(uuid.uuid4()), "count": "50"})
    with pytest.raises(ValueError, match="is not a valid"), transaction.atomic():
        queue(school, "gossip")
    with pytest.raises(UnsafeAddress), transaction.atomic():
        queue_notice("misses", school_id=None, to="a@b\nBcc: c@example.org")


def test_a_server_that_is_away_is_tried_again_and_then_shown(
    school: School, use_server: Callable[..., None], settings: Any
) -> None:
    settings.DISPATCH_RETRY_SECONDS = [60, 60]
    use_server(free_port())
    notice, now = queue(school), timezone.now()
    for tries, state in ((1, "pending"), (2, "pending"), (3, "failed")):
        at = now + tries * timedelta(minutes=2)
        deliver(notice, clock=lambda at=at: at)
        notice.refresh_from_db()
        assert (notice.state, notice.tries, notice.problem) == (state, tries, "unreachable")
    assert [line.count for line in notices_not_sent()] == [1]
    assert deliver(notice) is None


@pytest.mark.parametrize(("answer", "state"), [("451 later", "pending"), ("550 no", "failed"), ("drop", "pending")])
def test_what_the_server_says_counts(school: School, mail_server: Sink, answer: str, state: str) -> None:
    mail_server.answers["DATA"] = answer
    notice = queue(school)
    assert deliver(notice) == state


def test_a_dead_worker_s_notice_goes_to_another(school: School, mail_server: Sink, settings: Any) -> None:
    notice, now = queue(school), timezone.now()
    claimed = notice_delivery._claim(school.pk, notice.pk, now=now)
    assert claimed is not None
    assert deliver(notice) is None, "somebody has it"
    later = now + timedelta(seconds=settings.DISPATCH_LEASE_SECONDS + 1)
    sweep_notices(now=later)
    notice.refresh_from_db()
    assert (notice.state, notice.problem) == ("pending", "interrupted")
    with pytest.raises(notice_delivery.NoticeClaimLost):
        notice_delivery._keep_claim(claimed, now=now)
    assert deliver(notice, clock=lambda: later) is NoticeState.ACCEPTED


def test_the_sweep_finds_what_was_missed_in_every_school_and_in_none(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.school("Hillside")
    made = {(each.school_id, each.pk) for each in (queue(school), queue(other), queue(None), queue(school))}
    woken: set[Any] = set()
    monkeypatch.setattr(notice_delivery, "wake_notice", lambda *ids: woken.add(ids) or True)
    assert sweep_notices(now=timezone.now()) == 4
    assert woken == made
    monkeypatch.setattr(notice_delivery, "wake_notice", lambda *_: False)
    assert sweep_notices(now=timezone.now()) == 0


def test_old_ones_are_forgotten(school: School, mail_server: Sink) -> None:
    waiting, sent = queue(school, "officer_told"), queue(school)
    deliver(sent)
    Notice.objects.update(created_at=timezone.now() - timedelta(days=91))
    sweep_notices(now=timezone.now())
    assert list(Notice.objects.values_list("pk", flat=True)) == [waiting.pk]


def test_an_address_that_is_nobody_s_is_forgotten_after_a_day(school: School, mail_server: Sink) -> None:
    dropped, sent = queue(None, "password_reset"), queue(school)
    deliver(dropped)
    deliver(sent)
    Notice.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    sweep_notices(now=timezone.now())
    assert list(Notice.objects.values_list("pk", flat=True)) == [sent.pk]


def test_a_claim_has_a_lease_and_what_arrived_says_when(school: School) -> None:
    notice = queue(school)
    for wrong in ({"state": "claimed"}, {"state": "accepted"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.filter(pk=notice.pk).update(**wrong)


def test_the_tasks_take_ids_and_break_without_a_word(school: School, mail_server: Sink, monkeypatch: Any) -> None:
    notice = queue(school)
    assert tasks.deliver_notice.name == "dispatch.tasks.deliver_notice"
    tasks.deliver_notice(str(school.pk), str(notice.pk))
    assert len(mail_server.mails) == 1

    def broken(**_: Any) -> None:
        raise LookupError("Sam Reed")

    monkeypatch.setattr(tasks.notice_delivery, "deliver_notice", broken)
    with pytest.raises(tasks.TaskBroke, match=r"^LookupError at test_notices\.py:\d+$"):
        tasks.deliver_notice(None, str(notice.pk))


# --- the anchor ------------------------------------------------------------------------------------------------------


def test_the_anchor_names_every_chain_and_no_school(school: School, mail_server: Sink, settings: Any) -> None:
    other = factories.school("Hillside")
    for each in (school, other):
        factories.incident(factories.viewer(factories.coordinator(each)))
    link_now()
    tasks.mail_anchor()
    notice = Notice.objects.get(kind="audit_anchor")
    assert (notice.school_id, notice.to_address) == (None, settings.AUDIT_ANCHOR_ADDRESS)
    assert deliver(notice) is NoticeState.ACCEPTED
    (mail,) = mail_server.mails
    anchors = {head_of(school_id=each) for each in (school.pk, other.pk)}
    assert set(anchors_in(body(mail.content))) == set(anchors_in(mail.content.decode())) == anchors
    for name in (school.name, "Hillside", "Riverbank"):
        assert name not in mail.content.decode()


def test_without_an_address_nothing_is_mailed(db: None, settings: Any) -> None:
    settings.AUDIT_ANCHOR_ADDRESS = ""
    assert anchoring.queue_anchor() is None
    tasks.mail_anchor()
    assert not Notice.objects.exists()
