"""A parent opens a letter by the link of the mail, and everything that can be wrong with it. R11; threats T2, T20."""

import html
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dispatch import notice_delivery
from dispatch.links import hash_of, new_token
from dispatch.models import Document, Notice
from dispatch.notices import NoLongerWanted, NoticeFacts
from dispatch.rules.notices import NoticeKind, NoticeState
from sanctions.mails import letter_to_parents
from sanctions.models import LetterCopy, LetterLink
from sanctions.services.letter_links import USES
from schools.models import Guardian, Pupil
from tests import factories
from tests.dispatch.mail_servers import Sink, serving
from tests.factories.queries import queries_at_most
from tests.sanctions.letters import Home, draw_all

DAY = timedelta(days=1)
SAID = "A letter from Riverbank Primary School"
PRIVATE = ("Sam", "Reed", "bully", "warning", "sanction", "incident", "7KQ2", "Come in", "come and see")


class Sent(Home):
    """The same school, with a letter that was approved and drawn, and Ann's link to it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.letter = self.approve(self.written())
        self.copy = LetterCopy.objects.get(letter=self.letter)
        draw_all()
        self.link = self.token(self.copy)

    def at(self, token: str = "") -> str:
        return reverse("letters:by_link", args=[token or self.link])


@pytest.fixture
def sent(db: None) -> Sent:
    return Sent()


@pytest.fixture
def mail_server(settings: Any) -> Iterator[Sink]:
    """A mail server that accepts, until the test tells it otherwise."""
    sink = Sink()
    with serving(sink) as port:
        settings.DISPATCH_MAIL = {
            "scheme": "smtp", "host": "127.0.0.1", "port": port, "user": "", "password": "", "folder": "",
            "timeout_seconds": 2,
        }  # fmt: skip
        yield sink


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def not_found(client: Client) -> bytes:
    return client.get(reverse("letters:by_link", args=[new_token()])).content


# --- the page --------------------------------------------------------------------------------------------------------


def test_looking_opens_nothing(client: Client, sent: Sent) -> None:
    for _ in range(3):
        with queries_at_most(8):
            response = client.get(sent.at())
        assert client.head(sent.at()).status_code == 200
    assert response.status_code == 200
    assert SAID in words(response)
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "strict-origin"
    for private in PRIVATE:
        assert private.lower() not in words(response).lower()
    sent.copy.refresh_from_db()
    assert sent.copy.opened_at is None
    assert LetterLink.objects.get().used_count == 0
    assert not Entry.objects.filter(action="letter.opened_by_link").exists()
    for method in ("put", "delete", "patch", "options"):
        assert getattr(client, method)(sent.at()).status_code == 405


def test_the_button_opens_it_and_the_first_time_is_kept(client: Client, sent: Sent) -> None:
    with queries_at_most(12):
        response = client.post(sent.at())
    assert response.status_code == 200
    assert response.content.startswith(b"%PDF")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="LETTER-{sent.letter.pk.hex[:8].upper()}.pdf"'
    assert (response["X-Content-Type-Options"], response["Content-Security-Policy"]) == (
        "nosniff", "sandbox; default-src 'none'",
    )  # fmt: skip
    sent.copy.refresh_from_db()
    first = sent.copy.opened_at
    assert first is not None
    assert client.post(sent.at()).status_code == 200
    sent.copy.refresh_from_db()
    assert sent.copy.opened_at == first
    entries = Entry.objects.filter(action="letter.opened_by_link")
    assert [(each.object_id, each.detail["copy"]) for each in entries] == [(sent.letter.pk, str(sent.copy.pk))] * 2


def test_it_takes_the_button_of_the_page(sent: Sent) -> None:
    assert Client(enforce_csrf_checks=True).post(sent.at()).status_code == 403
    assert not Entry.objects.filter(action="letter.opened_by_link").exists()


def test_while_the_pdf_is_being_made_nothing_is_used_up(client: Client, db: None) -> None:
    home = Home()
    home.approve(home.written())
    copy = LetterCopy.objects.get()
    address = reverse("letters:by_link", args=[home.token(copy)])
    assert client.get(address).status_code == 200
    response = client.post(address)
    assert (response.status_code, "being prepared" in words(response)) == (202, True)
    copy.refresh_from_db()
    assert copy.opened_at is None
    assert LetterLink.objects.get().used_count == 0


# --- what can be wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 44, "%00" * 15], ids=["short", "unknown", "long", "null"])
def test_a_link_that_nobody_got(client: Client, sent: Sent, token: str) -> None:
    address = sent.at("T").replace("/T/", f"/{token}/")
    for response in (client.get(address), client.post(address)):
        assert response.status_code == 404
        assert SAID not in words(response)


def test_a_link_that_has_expired(client: Client, sent: Sent) -> None:
    now = timezone.now()
    old, last = sent.token(sent.copy, now - 28 * DAY), sent.token(sent.copy, now - 28 * DAY + timedelta(minutes=5))
    for response in (client.get(sent.at(old)), client.post(sent.at(old))):
        assert response.status_code == 410
        assert "expired" in words(response)
        assert "Riverbank" not in words(response)
    assert client.post(sent.at(last)).status_code == 200


def test_a_link_that_was_passed_around_is_used_up(client: Client, sent: Sent) -> None:
    for _ in range(USES):
        assert client.post(sent.at()).status_code == 200
    assert client.post(sent.at()).status_code == client.get(sent.at()).status_code == 410
    assert Entry.objects.filter(action="letter.opened_by_link").count() == USES
    assert client.post(sent.at(sent.token(sent.copy))).status_code == 200, "another mail brings another link"


@pytest.mark.parametrize("what", ["barred", "no responsibility", "over", "moved", "withdrawn", "unnamed"])
def test_who_may_not_have_it_any_more_finds_nothing_there(client: Client, sent: Sent, what: str) -> None:
    yesterday = timezone.localdate() - DAY
    expired = sent.token(sent.copy, timezone.now() - 60 * DAY)
    if what == "barred":
        Guardian.objects.update(is_barred=True)
    elif what == "no responsibility":
        Guardian.objects.update(has_parental_responsibility=False)
    elif what == "over":
        Guardian.objects.update(ends_on=yesterday)
    elif what == "moved":
        Pupil.objects.update(left_on=yesterday)
    elif what == "unnamed":
        sent.letter.case.look_again = what
        sent.letter.case.save()
    else:
        sent.letter.case.withdrawn_at = timezone.now()
        sent.letter.case.save()
    for token in (sent.link, expired):
        for response in (client.get(sent.at(token)), client.post(sent.at(token))):
            assert response.status_code == 404
            assert response.content == not_found(client)
    sent.copy.refresh_from_db()
    assert sent.copy.opened_at is None
    assert not Entry.objects.filter(action="letter.opened_by_link").exists()


def test_a_tie_that_bars_one_parent_keeps_no_other_from_it(client: Client, sent: Sent) -> None:
    ben = sent.parent("Ben Reed", "ben@example.org")
    Guardian.objects.filter(guardian=ben).update(is_barred=True)
    assert client.post(sent.at()).status_code == 200


def test_a_link_opens_the_letter_of_its_own_school_alone(client: Client, sent: Sent) -> None:
    other = Sent(factories.school("Hillside School"))
    assert "Hillside School" in words(client.get(other.at()))
    assert client.post(other.at()).content != client.post(sent.at()).content


def test_no_key_stands_in_a_log(client: Client, sent: Sent, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client.get(sent.at())
    client.post(sent.at())
    client.put(sent.at())
    client.get(sent.at(f"{sent.link}x"))
    assert sent.link not in caplog.text


def test_a_pdf_that_was_altered_is_not_given_out(sent: Sent) -> None:
    Document.objects.update(pdf_sha256="0" * 64)
    client = Client(raise_request_exception=False)
    assert client.post(sent.at()).status_code == 500
    assert LetterLink.objects.get().used_count == 0


# --- the mail --------------------------------------------------------------------------------------------------------


def body_of(mail: bytes) -> str:
    found = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    assert found is not None
    return str(found.get_content())


def test_the_mail_says_only_that_there_is_a_letter(client: Client, db: None, mail_server: Sink) -> None:
    home = Home()
    home.approve(home.written())
    draw_all()
    notice = Notice.objects.get()
    assert not LetterLink.objects.exists()
    state = notice_delivery.deliver_notice(school_id=notice.school_id, notice_id=notice.pk)
    assert state is NoticeState.ACCEPTED
    (mail,) = mail_server.mails
    assert mail.recipients == ("ann@example.org",)
    said = body_of(mail.content)
    assert "There is a letter for you from Riverbank Primary School." in said
    for private in (*PRIVATE, "Ann", "child"):
        assert private.lower() not in said.lower()
        assert private.lower() not in re.findall(r"(?m)^Subject: .*$", mail.content.decode())[0].lower()
    token = re.findall(r"/letter/([\w-]+)/", said)[0]
    assert bytes(LetterLink.objects.get().token_hash) == hash_of(token)
    assert token not in str(Notice.objects.values().get())
    assert client.post(reverse("letters:by_link", args=[token])).status_code == 200


def test_a_mail_that_goes_out_again_brings_a_link_that_works_beside_the_first(
    client: Client, db: None, mail_server: Sink
) -> None:
    home = Home()
    home.approve(home.written())
    draw_all()
    notice = Notice.objects.get()
    mail_server.answers["DATA"] = "drop"
    notice_delivery.deliver_notice(school_id=notice.school_id, notice_id=notice.pk)
    mail_server.answers.pop("DATA")
    Notice.objects.update(next_attempt_at=timezone.now() - DAY)
    notice_delivery.deliver_notice(school_id=notice.school_id, notice_id=notice.pk)
    assert LetterLink.objects.count() == 2
    tokens = [re.findall(r"/letter/([\w-]+)/", body_of(each.content))[0] for each in mail_server.mails]
    assert len(tokens) == len(set(tokens)) == 2
    for token in tokens:
        assert client.post(reverse("letters:by_link", args=[token])).status_code == 200


def facts_of(notice: Notice, **changes: Any) -> NoticeFacts:
    said = {"school_id": notice.school_id, "object_id": notice.object_id, **changes}
    return NoticeFacts(
        notice.pk, NoticeKind(notice.kind), said["school_id"], notice.to_address, said["object_id"], {}, None,
        notice.created_at,
    )  # fmt: skip


def test_a_mail_is_not_sent_to_who_was_barred_meanwhile(db: None, mail_server: Sink) -> None:
    home = Home()
    home.approve(home.written())
    notice = Notice.objects.get()
    for changes in ({"school_id": None}, {"object_id": None}, {"object_id": notice.pk}):
        with pytest.raises(NoLongerWanted):
            letter_to_parents(facts_of(notice, **changes))
    Guardian.objects.update(is_barred=True)
    state = notice_delivery.deliver_notice(school_id=notice.school_id, notice_id=notice.pk)
    assert state is NoticeState.DROPPED
    assert mail_server.mails == []
    assert not LetterLink.objects.exists()


# --- many at once ----------------------------------------------------------------------------------------------------


def test_many_at_once_get_through_only_so_often(transactional_db: None) -> None:
    with transaction.atomic():
        sent = Sent()

    def post(_: int) -> int:
        try:
            return Client().post(sent.at()).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(USES + 6)))
    assert sorted(answers) == [200] * USES + [410] * 6
    assert LetterLink.objects.get().used_count == USES
