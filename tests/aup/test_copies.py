"""The copy of a signed agreement: issued with its line, drawn by a worker, opened with a trace. Duties A4, A5."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from aup.models import AgreementVersion, Signature
from aup.services import copies, signing
from aup.services.copies import CopyNotReady, open_copy, snapshot_of
from dispatch import issuing, rendering
from dispatch.models import Document
from dispatch.outbox import OutsideTransaction
from dispatch.preparing import PdfAltered
from dispatch.selectors import documents_not_drawn
from schools.models import Person, School
from schools.sealing import seal
from tests import factories
from tests.factories.queries import queries_at_most
from tests.printing.reading import pages_of
from tests.schools.team import administrator

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    return factories.school()


@pytest.fixture
def child(school: School) -> Person:
    return factories.pupil(school, "Ada Olorun")


@pytest.fixture
def parent(school: School, child: Person) -> Person:
    made = Person.objects.create(school=school, given_name="Grace", family_name="Olorun", email="grace@example.org")
    factories.parent_of(child, made)
    return made


@pytest.fixture
def version(school: School) -> AgreementVersion:
    return factories.published(school)


@pytest.fixture
def signature(version: AgreementVersion, parent: Person, child: Person) -> Signature:
    return factories.signature(version, parent, child)


def drawn(signature: Signature) -> Document:
    document = Document.objects.get(subject_id=signature.pk)
    assert issuing.draw_document(
        school_id=signature.school_id, document_id=document.pk, draw=rendering.draw, now=timezone.now()
    )
    document.refresh_from_db()
    return document


def test_a_signature_brings_its_document_in_the_same_transaction(
    version: AgreementVersion, parent: Person, child: Person, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    woken: list[tuple[object, object]] = []
    monkeypatch.setattr(issuing, "wake_drawing", lambda *ids: woken.append(ids))
    with django_capture_on_commit_callbacks(execute=True):
        row = factories.signature(version, parent, child)
        assert not woken
    document = Document.objects.get()
    assert (document.kind, document.subject_id, document.revision) == ("agreement", row.pk, 1)
    assert (document.reference, document.template) == ("AUP-000001", "pdf/aup/agreement_v1.html")
    assert woken == [(row.school_id, document.pk)]


def test_what_rolls_back_leaves_no_document(version: AgreementVersion, parent: Person, child: Person) -> None:
    with transaction.atomic():
        factories.signature(version, parent, child)
        assert Document.objects.exists()
        transaction.set_rollback(True)
    assert not Document.objects.exists()


def test_every_kind_of_line_has_its_copy(version: AgreementVersion, parent: Person, child: Person) -> None:
    by = factories.signer(parent)
    intent = signing.Intent(version_id=version.pk, about_id=child.pk, typed_name="Grace Olorun")
    refused = signing.refuse(by=by, intent=intent, reason="The filters are too strict for us.").signature
    signed = factories.signature(version, parent, child)
    consents = dict.fromkeys(signed.consents, False)
    changed = signing.change_consents(
        by=by, intent=signing.Intent(version_id=version.pk, about_id=child.pk, consents=consents)
    ).signature
    assert set(Document.objects.values_list("subject_id", flat=True)) == {refused.pk, signed.pk, changed.pk}
    assert "filters" not in str(snapshot_of(refused)), "why somebody refused is nobody's copy"
    assert [snapshot_of(each)["heading"] for each in (refused, signed, changed)] == [
        "Not agreed to", "Signed", "Answers changed",
    ]  # fmt: skip
    assert {each["answer"] for each in snapshot_of(changed)["consents"]} == {"No"}


def test_the_pdf_says_everything_that_is_kept(signature: Signature) -> None:
    drawn(signature)
    opened = open_copy(school_id=signature.school_id, signature_id=signature.pk, actor_id=None)
    said = " ".join("\n".join(pages_of(opened.content)).split())
    version = signature.version
    for words in (
        "Riverbank Primary School", version.title, "Version 1", version.sha256, "Grace Olorun", "Ada Olorun", "mother",
        "class 5B", "By the link that was sent to them", signature.intent, signature.hash, "UTC", "AUP-000001",
        "Page 1 of",
    ):  # fmt: skip
        assert words in said, words
    for clause in version.content["clauses"]:
        assert clause["id"] in said
        assert " ".join(clause["text"].split()) in said
    for consent in version.content["consents"]:
        assert " ".join(consent["text"].split()) in said


def test_the_pdf_is_tagged_and_names_nobody_in_its_title(signature: Signature) -> None:
    document = drawn(signature)
    content = open_copy(school_id=signature.school_id, signature_id=signature.pk, actor_id=None).content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        assert str(pdf.docinfo["/Title"]) == "Agreement AUP-000001"
        assert len(pdf.pages) == document.pdf_pages
    assert b"Olorun" not in bytes(document.pdf_sealed or b"")


def test_a_translation_is_named_with_its_hash(school: School, child: Person, parent: Person) -> None:
    version = factories.published(school)
    version.translations = {"pl": {"content": version.content, "sha256": "b" * 64}}
    row = factories.signature(version, parent, child)
    row.version, row.language, row.translation_sha256 = version, "pl", "b" * 64
    said = snapshot_of(row)
    assert ["SHA-256 of the translation", "b" * 64] in said["proof"]
    assert ["Read in", "English, and beside it the school's Polish translation"] in said["facts"]


def test_opening_leaves_a_trace_and_a_name_without_names(signature: Signature) -> None:
    document = drawn(signature)
    with queries_at_most(3):
        opened = open_copy(school_id=signature.school_id, signature_id=signature.pk, actor_id=None)
    assert opened.file_name == "AUP-000001.pdf"
    entry = Entry.objects.get(action="agreement.copy_opened")
    assert entry.object_id == signature.pk
    assert entry.detail == {"number": 1, "sha256": document.pdf_sha256}


def test_what_is_not_drawn_yet_is_said_to_be_made(signature: Signature) -> None:
    with pytest.raises(CopyNotReady, match="being made"):
        open_copy(school_id=signature.school_id, signature_id=signature.pk, actor_id=None)
    Document.objects.all().delete()
    with pytest.raises(CopyNotReady):
        open_copy(school_id=signature.school_id, signature_id=signature.pk, actor_id=None)
    assert Document.objects.filter(subject_id=signature.pk).count() == 1, "one that was missing is made"
    assert not Entry.objects.filter(action="agreement.copy_opened").exists()


def test_a_copy_of_another_school_is_not_there(signature: Signature) -> None:
    other = factories.school("Hillside Primary School")
    with pytest.raises(Signature.DoesNotExist):
        open_copy(school_id=other.pk, signature_id=signature.pk, actor_id=None)


def test_altered_bytes_are_not_given_out(signature: Signature) -> None:
    document = drawn(signature)
    for sealed in (seal(b"%PDF-1.7 another"), b"not sealed"):
        Document.objects.filter(pk=document.pk).update(pdf_sealed=sealed)
        with pytest.raises(PdfAltered):
            open_copy(school_id=signature.school_id, signature_id=signature.pk, actor_id=None)


# --- issuing and drawing ---------------------------------------------------------------------------------------------


def made(school: School, **changes: Any) -> Document:
    said: dict[str, Any] = {
        "kind": "poster", "subject_id": school.pk, "revision": 1, "reference": "A-1",
        "template": "pdf/aup/agreement_v1.html", "snapshot": {"title": "Rules"},
    }  # fmt: skip
    return issuing.issue(school_id=school.pk, **{**said, **changes})


def test_the_same_is_issued_once(school: School) -> None:
    assert made(school) == made(school)
    assert made(school, revision=2) != made(school)
    assert Document.objects.count() == 2


def test_a_reference_that_could_break_a_file_name_is_refused(school: School) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        made(school, reference="a/../b")


@pytest.mark.django_db(transaction=True)
def test_issuing_needs_the_transaction_of_its_act() -> None:
    with pytest.raises(OutsideTransaction):
        issuing.issue(
            school_id=None, kind="x", subject_id=None, revision=1, reference="A", template="", snapshot={}  # type: ignore[arg-type]
        )  # fmt: skip


def draw_with(document: Document, draw: Callable[..., Any], *, now: datetime | None = None) -> bool:
    return issuing.draw_document(
        school_id=document.school_id, document_id=document.pk, draw=draw, now=now or timezone.now()
    )  # fmt: skip


def test_of_two_workers_the_first_to_keep_it_wins(school: School) -> None:
    document = made(school)

    def slow(template: str, snapshot: Any) -> Any:
        assert not draw_with(document, rendering.draw), "one at a time"
        later = timezone.now() + timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)
        assert draw_with(document, rendering.draw, now=later), "this one is slower than it may be"
        return rendering.draw(template, {"title": "Something else"})

    assert not draw_with(document, slow)
    _, content = issuing.issued(school_id=school.pk, kind="poster", subject_id=school.pk)
    assert "Rules" in "\n".join(pages_of(content))
    assert not draw_with(document, rendering.draw), "what is drawn is not drawn again"


def test_what_cannot_be_drawn_is_left_for_the_sweep(school: School) -> None:
    document = made(school, template="pdf/nowhere/none_v1.html")
    assert not draw_with(document, rendering.draw)
    assert Document.objects.filter(drawn_at=None).count() == 1


def cannot(template: str, snapshot: Any) -> Any:
    raise rendering.DrawingFailed("Ada Olorun")


def test_it_is_tried_again_ever_later_and_then_given_up(
    school: School, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DISPATCH_RETRY_SECONDS = [60, 600]
    woken: list[object] = []
    monkeypatch.setattr(issuing, "wake_drawing", lambda _, document_id: bool(woken.append(document_id)) or True)
    start = timezone.now()
    document = made(school, now=start - timedelta(minutes=2))
    tried = []
    for minute in range(60):
        now = start + timedelta(minutes=minute)
        if issuing.sweep_documents(now=now):
            assert not draw_with(document, cannot, now=now)
            tried.append(minute)
    assert tried == [0, 1, 11]
    document.refresh_from_db()
    assert (document.draw_tries, document.given_up_at) == (3, start + timedelta(minutes=11))
    assert Entry.objects.get(action="document.given_up").object_id == document.pk
    assert "Olorun" not in caplog.text
    woken.clear()
    with pytest.raises(issuing.DrawingGivenUp, match="could not be made"):
        issuing.issued(school_id=school.pk, kind="poster", subject_id=school.pk)
    made(school)
    assert not draw_with(document, rendering.draw, now=start + timedelta(days=1))
    assert woken == []


def test_one_that_kills_its_worker_is_given_up_as_well(school: School, settings: Any) -> None:
    settings.DISPATCH_RETRY_SECONDS = [60]
    start = timezone.now()
    document = made(school, now=start - timedelta(minutes=2))

    def kills(template: str, snapshot: Any) -> Any:
        raise SystemExit

    for number in range(2):
        now = start + number * timedelta(hours=1)
        with pytest.raises(SystemExit):
            draw_with(document, kills, now=now)
        assert not draw_with(document, rendering.draw, now=now + timedelta(seconds=30)), "its time is not over"
    assert issuing.sweep_documents(now=start + timedelta(hours=2)) == 0
    document.refresh_from_db()
    assert document.given_up_at == start + timedelta(hours=2)


def test_drawing_costs_five_queries(school: School) -> None:
    document = made(school)
    # And two to be where one was, in this transaction around it.
    with queries_at_most(5 + 2):
        assert draw_with(document, rendering.draw)


def given_up(school: School) -> Document:
    document = made(school)
    Document.objects.filter(pk=document.pk).update(given_up_at=timezone.now(), draw_tries=12)
    return document


def test_service_administrators_see_it_and_have_it_drawn_again(school: School) -> None:
    document, home = given_up(school), reverse("service:schools")
    other = factories.school("Hillside Primary School")
    (line,) = documents_not_drawn()
    assert (line.school_id, line.count) == (school.pk, 1)
    browser = factories.log_in_user(administrator("one"))
    page = browser.get(home).content.decode()
    assert "PDFs that could not be made" in page
    assert browser.post(reverse("draw_again"))["Location"] == home
    entry = Entry.objects.get(action="document.asked_again")
    assert (entry.school_id, entry.detail) == (school.pk, {"documents": 1})
    assert documents_not_drawn() == ()
    again = browser.get(home).content.decode()
    assert "1 asked for again" in again
    assert "PDFs that could not be made" not in again
    assert draw_with(document, rendering.draw)
    browser.post(reverse("draw_again"))
    assert not Entry.objects.filter(school_id=other.pk, action="document.asked_again").exists()
    assert Entry.objects.filter(action="document.asked_again").count() == 1


def test_nobody_of_a_school_has_it_drawn_again(school: School) -> None:
    given_up(school)
    assert factories.log_in(factories.coordinator(school)).post(reverse("draw_again")).status_code == 403
    assert len(documents_not_drawn()) == 1


def test_a_copy_that_was_given_up_says_so(signature: Signature) -> None:
    Document.objects.filter(subject_id=signature.pk).update(given_up_at=timezone.now())
    with pytest.raises(CopyNotReady, match="could not be made"):
        open_copy(school_id=signature.school_id, signature_id=signature.pk, actor_id=None)


def test_the_sweep_finds_what_was_missed_and_nothing_else(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[object] = []
    monkeypatch.setattr(issuing, "wake_drawing", lambda _, document_id: bool(woken.append(document_id)) or True)
    now = timezone.now()
    missed = made(school, now=now - timedelta(minutes=2))
    made(school, revision=2, now=now - timedelta(seconds=30))
    drawn_before = made(school, revision=3, now=now - timedelta(hours=1))
    draw_with(drawn_before, rendering.draw)
    assert issuing.sweep_documents(now=now) == 1
    assert woken == [missed.pk]


def test_the_sweep_stops_while_the_broker_is_away(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "wake_drawing", lambda *_: False)
    made(school, now=timezone.now() - timedelta(minutes=2))
    assert issuing.sweep_documents(now=timezone.now()) == 0


def test_issuing_a_copy_costs_four_queries(signature: Signature) -> None:
    Document.objects.all().delete()
    with queries_at_most(4), transaction.atomic():
        copies.issue_copy(signature)
