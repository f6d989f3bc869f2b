"""How a mail leaves: by SMTP, or in the demo as a file in a folder. Either way it ends in one of the outcomes."""

import os
import tempfile
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID

from django.conf import settings

from dispatch import smtp
from dispatch.rules.outcomes import Accepted, Outcome, Reach, Unreachable
from schools.addresses import safe_address

FOLDER_SCHEME = "filemail"


def hand_over(*, message_id: UUID, to_address: str, mime: bytes, before_content: Callable[[], None]) -> Outcome:
    """Hand a mail to the server or the folder of EMAIL_URL; ``before_content`` runs right before it goes out.

    What ``before_content`` raises stops it and is raised on. Raises UnsafeAddress before anything is said to anybody.
    Never inside a transaction: it may take minutes.
    """
    recipient = safe_address(to_address)
    mail = settings.DISPATCH_MAIL
    if mail["scheme"] == FOLDER_SCHEME:
        return write_file(Path(str(mail["folder"])), message_id=message_id, mime=mime, before_content=before_content)
    server = smtp.MailServer(
        scheme=str(mail["scheme"]),
        host=str(mail["host"]),
        port=int(mail["port"]),
        user=unquote(str(mail["user"])),
        password=unquote(str(mail["password"])),
        timeout_seconds=float(mail["timeout_seconds"]),
    )
    envelope = smtp.Envelope(sender=safe_address(parseaddr(settings.MAIL_FROM)[1]), recipient=recipient)
    return smtp.hand_over(server, envelope, mime=mime, before_content=before_content)


def write_file(folder: Path, *, message_id: UUID, mime: bytes, before_content: Callable[[], None]) -> Outcome:
    """Keep the mail as ``<id>.eml``, whole or not at all; a repeat finds its own file and replaces it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{message_id}-", suffix=".part")
    except OSError:
        return Unreachable(Reach.NO_FOLDER)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(mime)
            file.flush()
            os.fsync(file.fileno())
        before_content()
        part.rename(folder / f"{message_id}.eml")
    except OSError:
        return Unreachable(Reach.NO_FOLDER)
    finally:
        part.unlink(missing_ok=True)
    return Accepted()
