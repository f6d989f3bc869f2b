"""What people do with a message, and who may."""

import hashlib
import io
from typing import Any

import pikepdf
import pytest
from django.utils import timezone

from audit.models import Entry
from dispatch import delivery, outbox, services
from dispatch.models import Document, Message
from dispatch.preparing import PdfAltered
from dispatch.rules.problems import Problem
from dispatch.rules.states import State
from schools.models import School
from schools.roles import Role
from schools.sealing import SealBroken, seal, unseal
from schools.viewer import NotAllowed, Viewer
from tests import factories
from tests.dispatch.mail_servers import Sink
from tests.dispatch.outboxes import STORY, draw, fresh, link_token, make_due, parsed

OTHER_OFFICER = "new.officer@council.example.org"


def deliver(message: Message) -> State | None:
    return delivery.deliver(school_id=message.school_id, message_id=message.pk, draw=draw)


@pytest.fixture
def refused(queued: Message, mail_server: Sink) -> Message:
    """A message whose address the server did not know; the server accepts from now on."""
    mail_server.answers["RCPT"] = "550 unknown"
    deliver(queued)
    mail_server.answers.clear()
    return fresh(queued)


@pytest.fixture
def uncertain(queued: Message, mail_server: Sink) -> Message:
    """A message that the server took without saying so; the server answers from now on."""
    mail_server.answers["DATA"] = "drop"
    deliver(queued)
    mail_server.answers.clear()
    return fresh(queued)


def test_a_corrected_address_gets_the_report_under_the_same_number(
    by: Viewer, refused: Message, mail_server: Sink
) -> None:
    before = parsed(unseal(refused.mime_sealed or b""))
    School.objects.update(officer_email=OTHER_OFFICER)
    services.retry(by=by, message_id=refused.pk)
    row = fresh(refused)
    assert (row.state, row.problem, row.tries, row.to_address) == (State.PENDING, "", 0, OTHER_OFFICER)
    assert (row.mime_sealed, row.token_hash, row.document.attachment) == (None, None, None)
    assert deliver(refused) is State.ACCEPTED
    [mail] = mail_server.mails
    assert mail.recipients == (OTHER_OFFICER,)
    after = parsed(mail.content)
    assert after["To"] == OTHER_OFFICER
    assert after["Message-ID"] == before["Message-ID"]
    assert link_token(mail.content) != link_token(unseal(refused.mime_sealed or b""))
    entry = Entry.objects.get(action="message.retried")
    assert entry.actor_id == by.user_id
    assert entry.detail == {"address_changed": True, "made_anew": True}


def test_the_old_link_is_dead_once_another_officer_is_written_to(
    by: Viewer, refused: Message, mail_server: Sink
) -> None:
    old = link_token(unseal(refused.mime_sealed or b""))
    School.objects.update(officer_email=OTHER_OFFICER)
    services.retry(by=by, message_id=refused.pk)
    deliver(refused)
    with pytest.raises(services.LinkUnknown):
        services.acknowledge(token=old)
    services.acknowledge(token=link_token(mail_server.mails[0].content))


def test_the_same_address_gets_the_same_bytes(by: Viewer, refused: Message, mail_server: Sink) -> None:
    services.retry(by=by, message_id=refused.pk)
    assert deliver(refused) is State.ACCEPTED
    assert mail_server.mails[0].content == unseal(refused.mime_sealed or b"")


def test_a_new_passphrase_counts_while_nothing_can_have_arrived(
    by: Viewer, refused: Message, mail_server: Sink
) -> None:
    School.objects.update(
        officer_passphrase_sealed=seal(b"another passphrase entirely"), officer_passphrase_set_at=timezone.now()
    )
    services.retry(by=by, message_id=refused.pk)
    deliver(refused)
    [attachment] = parsed(mail_server.mails[0].content).iter_attachments()
    with pikepdf.open(io.BytesIO(attachment.get_content()), password="another passphrase entirely") as pdf:
        assert pdf.docinfo["/Title"] == STORY


def test_a_repeat_of_what_may_have_arrived_is_the_same_bytes_whatever_the_passphrase(
    by: Viewer, uncertain: Message, mail_server: Sink
) -> None:
    School.objects.update(
        officer_passphrase_sealed=seal(b"another passphrase entirely"), officer_passphrase_set_at=timezone.now()
    )
    services.retry(by=by, message_id=uncertain.pk)
    assert deliver(uncertain) is State.ACCEPTED
    first, second = mail_server.mails
    assert first.content == second.content


def test_a_person_who_sends_an_uncertain_one_again_replaces_the_repeat(
    by: Viewer, uncertain: Message, mail_server: Sink
) -> None:
    services.retry(by=by, message_id=uncertain.pk)
    mail_server.answers["DATA"] = "drop"
    assert deliver(uncertain) is State.UNCERTAIN
    make_due(uncertain)
    assert deliver(uncertain) is None


def test_an_uncertain_one_for_another_officer_starts_afresh(by: Viewer, uncertain: Message, mail_server: Sink) -> None:
    School.objects.update(officer_email=OTHER_OFFICER)
    services.retry(by=by, message_id=uncertain.pk)
    row = fresh(uncertain)
    assert (row.repeated, row.handed_over_at) == (False, None)
    assert deliver(uncertain) is State.ACCEPTED


def test_sending_now_what_waits(by: Viewer, queued: Message, mail_server: Sink) -> None:
    mail_server.answers["MAIL"] = "451 later"
    deliver(queued)
    mail_server.answers.clear()
    assert deliver(queued) is None
    services.retry(by=by, message_id=queued.pk)
    assert deliver(queued) is State.ACCEPTED


def test_retrying_wakes_a_worker(by: Viewer, refused: Message, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        services.retry(by=by, message_id=refused.pk)
    assert len(callbacks) == 1


@pytest.mark.parametrize("state", [State.CLAIMED, State.HANDED_OVER, State.ACCEPTED, State.ACKNOWLEDGED])
def test_what_is_at_work_or_has_arrived_is_not_sent_again(by: Viewer, queued: Message, state: State) -> None:
    now = timezone.now()
    Message.objects.update(state=state, lease_until=now, accepted_at=now, acknowledged_at=now)
    with pytest.raises(services.NotNow):
        services.retry(by=by, message_id=queued.pk)


def test_a_retry_needs_an_address_and_a_passphrase(by: Viewer, refused: Message) -> None:
    School.objects.update(officer_email="")
    with pytest.raises(outbox.NoOfficerAddress):
        services.retry(by=by, message_id=refused.pk)
    School.objects.update(officer_email=OTHER_OFFICER, officer_passphrase_sealed=None)
    with pytest.raises(outbox.NoPassphrase):
        services.retry(by=by, message_id=refused.pk)
    assert fresh(refused).state == State.FAILED


def test_after_a_drawing_that_failed_it_is_drawn_again(by: Viewer, queued: Message, mail_server: Sink) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError

    delivery.deliver(school_id=queued.school_id, message_id=queued.pk, draw=broken)
    services.retry(by=by, message_id=queued.pk)
    assert deliver(queued) is State.ACCEPTED


def test_marking_as_arrived(by: Viewer, uncertain: Message, mail_server: Sink) -> None:
    services.mark_arrived(by=by, message_id=uncertain.pk)
    row = fresh(uncertain)
    assert (row.state, row.problem) == (State.ACCEPTED, "")
    assert Entry.objects.get(action="message.marked_arrived").actor_id == by.user_id
    make_due(uncertain)
    assert deliver(uncertain) is None
    with pytest.raises(services.NotNow):
        services.mark_arrived(by=by, message_id=uncertain.pk)


def test_what_cannot_have_arrived_is_not_marked(by: Viewer, refused: Message) -> None:
    with pytest.raises(services.NotNow):
        services.mark_arrived(by=by, message_id=refused.pk)


# --- who may ------------------------------------------------------------------------------------------------

HANDLERS = {
    Role.COORDINATOR, Role.HEAD_TEACHER, Role.DSL, Role.DEPUTY_DSL, Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR,
}  # fmt: skip
READERS = {*HANDLERS, Role.EMERGENCY_READER}


@pytest.mark.parametrize("role", list(Role))
def test_who_may_send_again_and_who_may_open(school: School, queued: Message, mail_server: Sink, role: Role) -> None:
    viewer = factories.viewer(factories.person(school, "Ash Hill", role))
    deliver(queued)
    if role in READERS:
        services.open_pdf(by=viewer, document_id=queued.document_id)
    else:
        with pytest.raises(NotAllowed):
            services.open_pdf(by=viewer, document_id=queued.document_id)
    expected: type[Exception] = services.NotNow if role in HANDLERS else NotAllowed
    for act in (services.retry, services.mark_arrived):
        with pytest.raises(expected):
            act(by=viewer, message_id=queued.pk)


def test_another_school_finds_nothing(refused: Message) -> None:
    stranger = factories.viewer(factories.coordinator(factories.school("Hilltop Primary School")))
    for act in (services.retry, services.mark_arrived):
        with pytest.raises(Message.DoesNotExist):
            act(by=stranger, message_id=refused.pk)
    with pytest.raises(Document.DoesNotExist):
        services.open_pdf(by=stranger, document_id=refused.document_id)


# --- the PDF ------------------------------------------------------------------------------------------------


def test_opening_the_pdf_leaves_a_trace(by: Viewer, queued: Message, mail_server: Sink) -> None:
    deliver(queued)
    opened = services.open_pdf(by=by, document_id=queued.document_id)
    assert opened.file_name == "7KQ2-M4XD-r1.pdf"
    assert hashlib.sha256(opened.content).hexdigest() == opened.sha256
    with pikepdf.open(io.BytesIO(opened.content)) as pdf:
        assert pdf.docinfo["/Title"] == STORY
    entry = Entry.objects.get(action="document.opened")
    assert (entry.actor_id, entry.object_id) == (by.user_id, queued.document_id)


def test_a_pdf_that_is_not_drawn_yet(by: Viewer, queued: Message) -> None:
    with pytest.raises(services.NotDrawnYet):
        services.open_pdf(by=by, document_id=queued.document_id)
    assert not Entry.objects.filter(action="document.opened").exists()


def test_an_altered_pdf_is_not_shown(by: Viewer, queued: Message) -> None:
    Document.objects.update(drawn_at=timezone.now(), pdf_sealed=seal(b"%PDF another"), pdf_sha256="0" * 64)
    with pytest.raises(PdfAltered):
        services.open_pdf(by=by, document_id=queued.document_id)
    Document.objects.update(pdf_sealed=b"nonsense")
    with pytest.raises(SealBroken):
        services.open_pdf(by=by, document_id=queued.document_id)
    assert not Entry.objects.filter(action="document.opened").exists()


def test_an_act_whose_trace_fails_does_not_happen(
    by: Viewer, refused: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(services.audit, "record", failing)
    with pytest.raises(RuntimeError):
        services.retry(by=by, message_id=refused.pk)
    assert fresh(refused).state == State.FAILED
    assert fresh(refused).problem == Problem.ADDRESS_REFUSED
