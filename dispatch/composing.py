"""The mail around the encrypted PDF: neutral words, one recipient, and a link to say that it came."""

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from schools.addresses import safe_address

TEMPLATE = "emails/dispatch/report"
# 7bit: the bytes pass every server on the way unchanged.
MAIL_POLICY = policy.SMTP.clone(cte_type="7bit", raise_on_defect=True)


@dataclass(frozen=True, slots=True)
class Letter:
    """All that goes into one mail. No name of a pupil, no type of incident, no story."""

    message_id: str
    to_address: str
    reference: str
    revision: int
    school_name: str
    token: str
    composed_at: datetime


def attachment_name(reference: str, revision: int) -> str:
    """``7KQ2-M4XD-r1.pdf``."""
    return f"{reference}-r{revision}.pdf"


def compose(letter: Letter, *, attachment: bytes) -> bytes:
    """The whole mail as it goes over the wire, with CRLF at the ends of its lines.

    Raises schools.addresses.UnsafeAddress, and ValueError where something would break out of its header.
    """
    context = {
        "reference": letter.reference,
        "revision": letter.revision,
        "school_name": " ".join(letter.school_name.split()),
        "link": settings.BASE_URL + reverse("dispatch:acknowledge", args=[letter.token]),
        "link_days": settings.ACKNOWLEDGE_LINK_DAYS,
    }
    mail = EmailMessage(policy=MAIL_POLICY)
    mail["From"] = sender()
    mail["To"] = addressed(letter.to_address)
    mail["Subject"] = render_to_string(f"{TEMPLATE}-subject.txt", context).strip()
    mail["Date"] = format_datetime(letter.composed_at)
    mail["Message-ID"] = letter.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(render_to_string(f"{TEMPLATE}-body.txt", context), cte="quoted-printable")
    mail.add_alternative(render_to_string(f"{TEMPLATE}-body.html", context), subtype="html", cte="quoted-printable")
    mail.add_attachment(
        attachment,
        maintype="application",
        subtype="pdf",
        filename=attachment_name(letter.reference, letter.revision),
    )
    return mail.as_bytes()


def addressed(address: str) -> Address:
    """The one recipient. Raises schools.addresses.UnsafeAddress."""
    return Address(addr_spec=safe_address(address))


def sender() -> Address:
    """Who the mail is from: MAIL_FROM, with its display name where it has one."""
    name, address = parseaddr(settings.MAIL_FROM)
    return Address(display_name=name or "Online safety", addr_spec=safe_address(address))
