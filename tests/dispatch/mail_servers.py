"""Real SMTP servers on loopback, well and badly behaved."""

import asyncio
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OK = "250 OK"
LONG = 60.0


@dataclass(frozen=True)
class Mail:
    """One mail as it reached the server."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    was_private: bool


@dataclass
class Sink:
    """What a server does at each step; ``answers`` holds replies by step, and the words hang, drop and reset."""

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    reached_data: threading.Event = field(default_factory=threading.Event)
    seconds_in_data: float = 0.0
    max_at_once: int = 0
    _at_once: int = 0

    async def handle_MAIL(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._answer("MAIL", server)
        if answer == OK:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._answer("RCPT", server)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name aiosmtpd calls
        self._at_once += 1
        self.max_at_once = max(self.max_at_once, self._at_once)
        self.reached_data.set()
        try:
            answer = self.answers.get("DATA", OK)
            if answer in {OK, "drop", "reset", "garbage"}:
                content = envelope.original_content or b""
                is_private = server.transport.get_extra_info("ssl_object") is not None
                self.mails.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, is_private))
            if self.seconds_in_data:
                # Kept already, but not said so: whoever loses patience now has the mail delivered twice.
                await asyncio.sleep(self.seconds_in_data)
            if answer == "garbage":
                await server.push("what was that?")
                server.transport.close()
                return ""
            if answer == "reset":
                await server.push(OK)
                server.transport.abort()
                return ""
            return await self._answer("DATA", server)
        finally:
            self._at_once -= 1

    async def _answer(self, step: str, server: SMTP) -> str:
        answer = self.answers.get(step, OK)
        if answer == "hang":
            await asyncio.sleep(LONG)
        if answer in {"drop", "hang"}:
            server.transport.abort()
        return answer


@contextmanager
def serving(sink: Sink, *, port: int = 0, **options: Any) -> Iterator[int]:
    """Run a server and give its port."""
    controller = Controller(sink, hostname="127.0.0.1", port=port or free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextmanager
def raw_server(greeting: bytes, *, then: str = "close") -> Iterator[int]:
    """Something that listens but is no mail server: says ``greeting``, then closes or is silent."""
    listener = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if greeting:
                client.sendall(greeting)
            if then == "close":
                client.close()
            else:
                held.append(client)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for each in held:
            each.close()
        thread.join(5)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check_password(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """The one log-in these servers know."""
    good = isinstance(data, LoginPassword) and data.login == b"school" and data.password == b"p@ss:word/1"
    return AuthResult(success=good, handled=False)


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context, and the file that a client has to trust for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    now = datetime.datetime.now(datetime.UTC)
    hosts: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address(each)) if each[0].isdigit() else x509.DNSName(each) for each in names
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "trusted.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted
