"""Conversations with real servers that behave well and badly."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dispatch import transport
from dispatch.rules.outcomes import Accepted, LostAfterData, Outcome, Reach, Refused, Stage, Unreachable
from schools.addresses import UnsafeAddress
from tests.dispatch.mail_servers import Sink, certificate, check_password, free_port, raw_server, serving

MESSAGE_ID = UUID(int=5)
TO = "officer@council.example.org"
MIME = b"Subject: Report\r\n\r\n.a line that starts with a dot\r\n..two\r\n.\r\nend\r\n"


class Calls:
    """How often the content was about to go out."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count = 0
        self.error = error

    def __call__(self) -> None:
        self.count += 1
        if self.error:
            raise self.error


def send(before: Callable[[], None] | None = None, *, mime: bytes = MIME) -> Outcome:
    return transport.hand_over(message_id=MESSAGE_ID, to_address=TO, mime=mime, before_content=before or Calls())


def test_accepted_with_the_bytes_as_they_are(mail_server: Sink) -> None:
    calls = Calls()
    assert send(calls) == Accepted(250)
    assert calls.count == 1
    assert mail_server.mails[0].content == MIME
    assert mail_server.mails[0].recipients == (TO,)
    assert mail_server.mails[0].sender == "online-safety@demo.example.org"


def test_content_without_a_final_line_break_gets_one(mail_server: Sink) -> None:
    assert send(mime=b"Subject: x\r\n\r\n.") == Accepted(250)
    assert mail_server.mails[0].content == b"Subject: x\r\n\r\n.\r\n"


@pytest.mark.parametrize(
    ("step", "stage"), [("MAIL", Stage.SENDER), ("RCPT", Stage.RECIPIENT), ("DATA", Stage.CONTENT)]
)
@pytest.mark.parametrize("code", [421, 450, 451, 452, 550, 552, 554])
def test_every_no_is_told_with_its_stage(mail_server: Sink, step: str, stage: Stage, code: int) -> None:
    mail_server.answers[step] = f"{code} no"
    calls = Calls()
    outcome = send(calls)
    assert outcome == Refused(code, stage)
    assert isinstance(outcome, Refused)
    assert outcome.is_temporary == (code < 500)
    assert calls.count == (step == "DATA")
    assert mail_server.mails == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
@pytest.mark.parametrize("how", ["drop", "hang"])
def test_lost_before_the_content_is_known_not_to_have_arrived(
    mail_server: Sink, use_server: Callable[..., None], settings: Any, step: str, how: str
) -> None:
    use_server(settings.DISPATCH_MAIL["port"], timeout_seconds=0.3)
    mail_server.answers[step] = how
    calls = Calls()
    assert send(calls) == Unreachable()
    assert calls.count == 0


@pytest.mark.parametrize("how", ["drop", "hang", "garbage"])
def test_lost_after_the_content_is_not_known(
    mail_server: Sink, use_server: Callable[..., None], settings: Any, how: str
) -> None:
    use_server(settings.DISPATCH_MAIL["port"], timeout_seconds=0.3)
    mail_server.answers["DATA"] = how
    calls = Calls()
    assert send(calls) == LostAfterData()
    assert calls.count == 1


def test_250_and_then_a_reset(mail_server: Sink) -> None:
    mail_server.answers["DATA"] = "reset"
    assert send() in {Accepted(250), LostAfterData()}


def test_what_stops_it_is_raised_on_and_nothing_is_delivered(mail_server: Sink) -> None:
    with pytest.raises(RuntimeError, match="lease"):
        send(Calls(RuntimeError("lease")))
    assert send() == Accepted(250)
    assert len(mail_server.mails) == 1


def test_an_error_of_the_system_before_the_content_is_raised_on(mail_server: Sink) -> None:
    with pytest.raises(OSError, match="disk"):
        send(Calls(OSError("disk")))
    assert mail_server.mails == []


def test_nobody_listens(use_server: Callable[..., None]) -> None:
    use_server(free_port())
    assert send() == Unreachable()


def test_a_name_that_does_not_exist(use_server: Callable[..., None]) -> None:
    use_server(25, host="mail.invalid")
    assert send() == Unreachable()


@pytest.mark.parametrize(
    ("greeting", "then", "outcome"),
    [
        (b"", "hang", Unreachable()),
        (b"", "close", Unreachable()),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "close", Unreachable()),
        (b"\xff\xfe\x00garbage\r\n", "close", Unreachable()),
        (b"220-never\r\n", "hang", Unreachable()),
        (b"220 " + b"x" * 20_000, "hang", Unreachable()),
        (b"554 not here\r\n", "close", Refused(554, Stage.CONNECT)),
        (b"421 too many\r\n", "close", Refused(421, Stage.CONNECT)),
        (b"220 hello\r\n", "hang", Unreachable()),
    ],
)
def test_what_is_no_mail_server(use_server: Callable[..., None], greeting: bytes, then: str, outcome: Outcome) -> None:
    with raw_server(greeting, then=then) as port:
        use_server(port, timeout_seconds=0.3)
        calls = Calls()
        assert send(calls) == outcome
        assert calls.count == 0


# --- TLS ----------------------------------------------------------------------------------------------------


@pytest.fixture
def trusting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    context, trusted = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return context


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtp+ssl", "smtps"])
def test_private_connections(sink: Sink, use_server: Callable[..., None], trusting: Any, scheme: str) -> None:
    options = {"tls_context": trusting, "require_starttls": True} if scheme == "smtp+tls" else {"ssl_context": trusting}
    with serving(sink, **options) as port:
        use_server(port, host="localhost", scheme=scheme)
        assert send() == Accepted(250)
    assert sink.mails[0].was_private


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtp+ssl"])
@pytest.mark.parametrize("wrong", ["name", "authority"])
def test_a_certificate_that_does_not_hold(
    sink: Sink,
    use_server: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    wrong: str,
) -> None:
    context, trusted = certificate(tmp_path, "other.example.org" if wrong == "name" else "localhost")
    if wrong == "name":
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    options = {"tls_context": context} if scheme == "smtp+tls" else {"ssl_context": context}
    with serving(sink, **options) as port:
        use_server(port, host="localhost", scheme=scheme)
        assert send() == Unreachable(Reach.NOT_PRIVATE)
    assert sink.mails == []


def test_starttls_stripped_sends_nothing(sink: Sink, use_server: Callable[..., None]) -> None:
    with serving(sink) as port:
        use_server(port, host="localhost", scheme="smtp+tls")
        assert send() == Unreachable(Reach.NOT_PRIVATE)
    assert sink.mails == []


def test_implicit_tls_against_a_plain_server(sink: Sink, use_server: Callable[..., None]) -> None:
    with serving(sink) as port:
        use_server(port, host="localhost", scheme="smtps", timeout_seconds=1)
        assert send() in {Unreachable(Reach.NOT_PRIVATE), Unreachable()}
    assert sink.mails == []


def test_logging_in_over_tls(sink: Sink, use_server: Callable[..., None], trusting: Any) -> None:
    with serving(
        sink, tls_context=trusting, require_starttls=True, authenticator=check_password, auth_required=True
    ) as port:
        use_server(port, host="localhost", scheme="smtp+tls", user="school", password="p%40ss%3Aword%2F1")
        assert send() == Accepted(250)
        use_server(port, host="localhost", scheme="smtp+tls", user="school", password="wrong")
        assert send() == Refused(535, Stage.LOGIN)
        use_server(port, host="localhost", scheme="smtp+tls")
        assert send() == Refused(530, Stage.SENDER)
    assert len(sink.mails) == 1


def test_a_password_never_goes_over_an_open_line(sink: Sink, use_server: Callable[..., None]) -> None:
    with serving(sink, authenticator=check_password, auth_require_tls=False) as port:
        use_server(port, user="school", password="p%40ss%3Aword%2F1")
        assert send() == Unreachable(Reach.NOT_PRIVATE)
    assert sink.mails == []


def test_a_server_without_log_in(sink: Sink, use_server: Callable[..., None], trusting: Any) -> None:
    with serving(sink, tls_context=trusting) as port:
        use_server(port, host="localhost", scheme="smtp+tls", user="school", password="x")
        outcome = send()
    assert isinstance(outcome, Refused)
    assert outcome.stage is Stage.LOGIN


# --- the folder of the demo ---------------------------------------------------------------------------------


@pytest.fixture
def mail_folder(tmp_path: Path, use_server: Callable[..., None]) -> Path:
    folder = tmp_path / "not made yet" / "mail"
    use_server(0, scheme="filemail", folder=str(folder))
    return folder


def test_a_mail_in_the_folder(mail_folder: Path) -> None:
    assert send() == Accepted()
    assert send() == Accepted()
    assert [file.name for file in mail_folder.iterdir()] == [f"{MESSAGE_ID}.eml"]
    assert (mail_folder / f"{MESSAGE_ID}.eml").read_bytes() == MIME


def test_a_mail_that_was_stopped_leaves_no_file(mail_folder: Path) -> None:
    with pytest.raises(RuntimeError):
        send(Calls(RuntimeError()))
    assert list(mail_folder.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path, use_server: Callable[..., None]) -> None:
    (tmp_path / "file").write_text("")
    use_server(0, scheme="filemail", folder=str(tmp_path / "file" / "mail"))
    assert send() == Unreachable(Reach.NO_FOLDER)


def test_an_unsafe_recipient_is_refused_before_a_word_is_said(use_server: Callable[..., None]) -> None:
    use_server(free_port())
    with pytest.raises(UnsafeAddress):
        transport.hand_over(message_id=MESSAGE_ID, to_address="a@b.org\r\nX", mime=MIME, before_content=Calls())


def test_a_server_never_shows_its_password() -> None:
    assert "secret" not in repr(transport.smtp.MailServer("smtp", "h", 25, "u", "secret", 1))
