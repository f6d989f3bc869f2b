"""One conversation with a mail server, for one mail to one recipient. No other module speaks SMTP."""

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from dispatch.rules.outcomes import Accepted, LostAfterData, Outcome, Reach, Refused, Stage, Unreachable

_IMPLICIT_TLS = frozenset({"smtps", "smtp+ssl"})
_STARTTLS = frozenset({"smtp+tls"})
# What goes wrong with a connection: time-outs, resets, answers that are no SMTP. SMTPException is an OSError.
_LOST = (OSError, UnicodeError)
_LINE_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed over. The scheme says how the connection is made private."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    timeout_seconds: float

    def __repr__(self) -> str:
        return f"MailServer({self.scheme}, {self.host}, {self.port})"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the server is told apart from the mail itself."""

    sender: str
    recipient: str


def hand_over(server: MailServer, envelope: Envelope, *, mime: bytes, before_content: Callable[[], None]) -> Outcome:
    """Hand one mail over, and say what is known of it afterwards.

    ``before_content`` runs when the server has asked for the content and before a byte of it goes out: what it
    raises breaks the conversation off, so that the server drops the mail, and is raised on.
    Each step may take ``timeout_seconds``; TLS is verified wherever the scheme asks for it.
    """
    try:
        connection = _connect(server)
    except ssl.SSLError:
        return Unreachable(Reach.NOT_PRIVATE)
    except smtplib.SMTPConnectError as refusal:
        return _answer(refusal.smtp_code, Stage.CONNECT)
    except _LOST:
        return Unreachable()
    try:
        outcome = _introduce(connection, server, envelope, len(mime))
        if outcome is not None:
            return outcome
        before_content()
        return _send_content(connection, mime)
    finally:
        # Without QUIT: a server that has the mail needs none, and one that has it in part must drop it.
        connection.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.scheme in _IMPLICIT_TLS:
        return smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout_seconds, context=ssl.create_default_context()
        )
    return smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)


def _introduce(connection: smtplib.SMTP, server: MailServer, envelope: Envelope, size: int) -> Outcome | None:
    """Everything before the content; None where the server now waits for it."""
    try:
        return _make_private(connection, server) or _log_in(connection, server) or _address(connection, envelope, size)
    except ssl.SSLError:
        return Unreachable(Reach.NOT_PRIVATE)
    except _LOST:
        return Unreachable()


def _make_private(connection: smtplib.SMTP, server: MailServer) -> Outcome | None:
    if server.scheme in _STARTTLS:
        try:
            connection.starttls(context=ssl.create_default_context())
        except (smtplib.SMTPNotSupportedError, smtplib.SMTPResponseException):
            return Unreachable(Reach.NOT_PRIVATE)
    return None


def _log_in(connection: smtplib.SMTP, server: MailServer) -> Outcome | None:
    try:
        connection.ehlo_or_helo_if_needed()
    except smtplib.SMTPHeloError as refusal:
        return Refused(refusal.smtp_code, Stage.CONNECT)
    if not server.user:
        return None
    if server.scheme not in _IMPLICIT_TLS | _STARTTLS:
        # A password is not shown to whoever listens.
        return Unreachable(Reach.NOT_PRIVATE)
    try:
        connection.login(server.user, server.password)
    except smtplib.SMTPResponseException as refusal:
        return Refused(refusal.smtp_code, Stage.LOGIN)
    except smtplib.SMTPNotSupportedError:
        return Refused(502, Stage.LOGIN)
    return None


def _address(connection: smtplib.SMTP, envelope: Envelope, size: int) -> Outcome | None:
    options = [f"size={size}"] if connection.has_extn("size") else []
    code, _ = connection.mail(envelope.sender, options)
    if not _is_yes(code):
        return _answer(code, Stage.SENDER)
    code, _ = connection.rcpt(envelope.recipient)
    if not _is_yes(code):
        return _answer(code, Stage.RECIPIENT)
    code, _ = connection.docmd("DATA")
    return None if code == 354 else _answer(code, Stage.CONTENT)


def _send_content(connection: smtplib.SMTP, mime: bytes) -> Outcome:
    """The content with its final dot, and the answer. From the first byte on, a silence means that nobody knows."""
    content = mime if mime.endswith(b"\r\n") else mime + b"\r\n"
    content = _LINE_WITH_DOT.sub(b"..", content) + b".\r\n"
    try:
        connection.send(content)
        code, _ = connection.getreply()
    except _LOST:
        return LostAfterData()
    if _is_yes(code):
        return Accepted(code)
    return Refused(code, Stage.CONTENT) if 400 <= code <= 599 else LostAfterData()


def _is_yes(code: int) -> bool:
    return 200 <= code <= 299


def _answer(code: int, stage: Stage) -> Outcome:
    """A no before the content; what is no answer in SMTP's terms counts as a broken conversation."""
    return Refused(code, stage) if 400 <= code <= 599 else Unreachable()
