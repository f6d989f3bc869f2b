import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dispatch.composing import Letter, compose
from dispatch.rules.outcomes import Accepted
from dispatch.smtp import Envelope, MailServer, hand_over
from schools.addresses import UnsafeAddress
from tests.dispatch.hostile import HOSTILE_ADDRESSES
from tests.dispatch.mail_servers import Sink, serving
from tests.dispatch.outboxes import link_token, parsed

HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version",
    "Content-Type",
]  # fmt: skip
ATTACHMENT = b"%PDF-1.7\n" + bytes(range(256)) * 40


def letter(**changes: Any) -> Letter:
    said: dict[str, Any] = {
        "message_id": f"<{uuid.UUID(int=7)}@demo.example.org>",
        "to_address": "officer@council.example.org",
        "reference": "7KQ2-M4XD",
        "revision": 1,
        "school_name": "Riverbank Primary School",
        "token": "t" * 43,
        "composed_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        **changes,
    }
    return Letter(**said)


def test_the_mail_as_the_officer_gets_it(settings: Any) -> None:
    settings.BASE_URL = "https://safety.example.org"
    mail = parsed(compose(letter(revision=2), attachment=ATTACHMENT))
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert mail["Subject"] == "Report 7KQ2-M4XD for your records"
    assert mail["To"] == "officer@council.example.org"
    assert mail["From"] == "Online safety <online-safety@demo.example.org>"
    assert mail["Message-ID"] == f"<{uuid.UUID(int=7)}@demo.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Fri, 20 Nov 2026 09:30:00 +0000"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    link = f"https://safety.example.org/officer/{'t' * 43}/"
    for text in (plain.get_content(), html.get_content()):
        assert link in text
        assert "7KQ2-M4XD" in text
        assert "version 2" in " ".join(text.split())
        assert "Riverbank Primary School" in text
    attachments = list(mail.iter_attachments())
    assert [each.get_filename() for each in attachments] == ["7KQ2-M4XD-r2.pdf"]
    assert attachments[0].get_content_type() == "application/pdf"
    assert attachments[0].get_content() == ATTACHMENT


def test_the_bytes_pass_any_server_unchanged() -> None:
    content = compose(letter(school_name="École Bücher 学校"), attachment=ATTACHMENT)
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_a_school_with_markup_in_its_name_stays_text() -> None:
    mail = parsed(compose(letter(school_name="<b>St Mary's & Co</b>\r\nBcc: x@y.org"), attachment=ATTACHMENT))
    html, plain = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert plain is not None
    assert "&lt;b&gt;St Mary" in html.get_content()
    assert "<b>St Mary's & Co</b> Bcc: x@y.org" in plain.get_content()
    assert sorted(mail.keys()) == sorted(HEADERS)


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_no_mail_is_made_for_a_hostile_address(address: str) -> None:
    with pytest.raises(UnsafeAddress):
        compose(letter(to_address=address), attachment=ATTACHMENT)


@pytest.mark.parametrize("value", ["A\r\nBcc: evil@attacker.example.org", "A\nX: y", "A\rX: y"])
@pytest.mark.parametrize("field", ["message_id", "reference"])
def test_nothing_breaks_out_of_a_header(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"[Hh]eader|linefeed|newline|return"):
        compose(letter(**{field: value}), attachment=ATTACHMENT)


@hypothesis_settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=200), reference=st.from_regex(r"[A-Z0-9]{4}-[A-Z0-9]{4}", fullmatch=True))
def test_whatever_the_school_is_called_the_headers_are_the_same(name: str, reference: str) -> None:
    mail = parsed(compose(letter(school_name=name, reference=reference), attachment=b"%PDF-1.7"))
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert mail["Subject"] == f"Report {reference} for your records"
    assert len(list(mail.iter_attachments())) == 1


def test_five_hundred_attempts_reach_one_recipient_each(use_server: Callable[..., None]) -> None:
    """Threat T19: whatever gets through the address check arrives at one mailbox, without a header of its own."""
    sink = Sink()
    sent = 0
    with serving(sink) as port:
        server = MailServer("smtp", "127.0.0.1", port, "", "", 5)
        for number, hostile in enumerate(HOSTILE_ADDRESSES[:500]):
            # As the school's name, where any text is fine; the address itself is refused above.
            content = compose(letter(school_name=hostile), attachment=b"%PDF-1.7")
            envelope = Envelope("online-safety@demo.example.org", "officer@council.example.org")
            if number % 25 == 0:
                assert hand_over(server, envelope, mime=content, before_content=lambda: None) == Accepted()
                sent += 1
            assert sorted(parsed(content).keys()) == sorted(HEADERS)
    assert len(sink.mails) == sent
    for mail in sink.mails:
        assert mail.recipients == ("officer@council.example.org",)
        assert parsed(mail.content)["Bcc"] is None


def test_the_link_in_the_text_is_the_token() -> None:
    assert link_token(compose(letter(token="A-_" + "b" * 40), attachment=ATTACHMENT)) == "A-_" + "b" * 40
