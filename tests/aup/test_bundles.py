"""The register as pages show it, and the agreements of a class as one file. Duty A4; threats T2, T20, T22."""

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from aup import keeping_tasks
from aup.models import AgreementVersion, Bundle, Signature
from aup.selectors.signed import Narrowed, signed_list, signed_page
from aup.services import bundles
from aup.services.bundles import (
    BundleNotReady,
    NothingToBundle,
    ask_bundle,
    bundle_page,
    delete_bundle,
    make_bundle,
    open_bundle,
    sweep_bundles,
)
from aup.services.reading import open_signed
from aup.services.signing import Intent, change_consents
from dispatch.models import Document
from dispatch.preparing import PdfAltered
from schools.models import Person, Pupil, School
from schools.roles import Role
from schools.viewer import NotAllowed, Viewer
from tests import factories
from tests.aup.keeping import draw_all, signed
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    return factories.school()


@pytest.fixture
def jo(school: School) -> Person:
    return factories.coordinator(school)


@pytest.fixture
def by(jo: Person) -> Viewer:
    return factories.viewer(jo)


@pytest.fixture
def version(school: School) -> AgreementVersion:
    return factories.published(school)


@pytest.fixture
def rows(version: AgreementVersion) -> list[Signature]:
    return [signed(version), signed(version, "Kofi Abara", "Leo Abara")]


@pytest.fixture
def browser(jo: Person) -> Client:
    return factories.log_in(jo)


def listed(by: Viewer, **narrowed: str) -> list[str]:
    found = signed_list(viewer=by, by=Narrowed(**narrowed), today=timezone.localdate())
    return [each.signer for each in found.lines]


# --- the list and one line -------------------------------------------------------------------------------------------


def test_the_list_is_newest_first_and_narrowed(by: Viewer, rows: list[Signature], school: School) -> None:
    Pupil.objects.filter(person_id=rows[0].about_id).update(class_name="4R")
    teacher = factories.person(school, "Robin Vale", Role.STAFF)
    factories.signature(factories.published(school, "staff"), teacher)
    assert listed(by) == ["Robin Vale", "Leo Abara", "Grace Olorun"]
    assert listed(by, class_name="4R") == ["Grace Olorun"]
    assert listed(by, audience="staff") == ["Robin Vale"]
    assert listed(by, kind="refused") == []
    assert listed(by, kind="nonsense", audience="nonsense") == listed(by)
    assert listed(by, words="kofi ab") == ["Leo Abara"]
    assert listed(by, words="ro") == ["Robin Vale"]


def test_the_list_takes_three_queries_and_its_pages_fifty(
    by: Viewer, rows: list[Signature], monkeypatch: pytest.MonkeyPatch
) -> None:
    with queries_at_most(3):
        signed_list(viewer=by, by=Narrowed(), today=timezone.localdate())
    monkeypatch.setattr("aup.selectors.signed.SHOWN", 1)
    first, second = (
        signed_list(viewer=by, by=Narrowed(), today=timezone.localdate(), page=each) for each in (1, 2)
    )  # fmt: skip
    assert [len(each.lines) for each in (first, second)] == [1, 1]
    assert (first.has_more, second.has_more) == (True, False)
    assert first.lines != second.lines


def test_one_line_whole_with_all_answers(by: Viewer, rows: list[Signature]) -> None:
    row = rows[0]
    intent = Intent(version_id=row.version_id, about_id=row.about_id, consents={**row.consents, "publish_work": False})
    change_consents(by=factories.signer(row.signer), intent=intent)
    with queries_at_most(6):
        shown = signed_page(viewer=by, signature_id=row.pk)
    assert [each.number for each in shown.history] == [3, 1]
    assert dict(shown.facts)["By"] == "Grace Olorun"
    assert dict(shown.proof)["Hash of this line"] == row.hash
    assert open_signed(by=by, signature_id=row.pk)[1]


def test_an_altered_line_says_so(by: Viewer, rows: list[Signature], browser: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE aup_signature DISABLE TRIGGER USER")
        cursor.execute("UPDATE aup_signature SET typed_name = 'Somebody Else' WHERE id = %s", [rows[0].pk])
        cursor.execute("ALTER TABLE aup_signature ENABLE TRIGGER USER")
    assert not open_signed(by=by, signature_id=rows[0].pk)[1]
    page = browser.get(reverse("aup:signature", args=[rows[0].pk])).content.decode()
    assert "This is not what was signed" in page


def test_the_pages(browser: Client, rows: list[Signature]) -> None:
    page = browser.get(reverse("aup:signed")).content.decode()
    assert "<title>Signed agreements - Online safety</title>" in page
    assert "Grace Olorun" in page
    found = browser.post(reverse("aup:signed"), {"find": "Abara"}).content.decode()
    assert "Leo Abara" in found
    assert "Grace Olorun" not in found
    assert "Abara" not in str(list(Entry.objects.values_list("detail", flat=True)))
    one = browser.get(reverse("aup:signature", args=[rows[0].pk])).content.decode()
    assert rows[0].hash in one
    assert "As it was written" in one
    not_yet = browser.get(reverse("aup:signature_copy", args=[rows[0].pk]))
    assert not_yet.status_code == 202
    draw_all()
    copy = browser.get(reverse("aup:signature_copy", args=[rows[0].pk]))
    assert copy["Content-Disposition"] == 'attachment; filename="AUP-000001.pdf"'
    assert copy.content.startswith(b"%PDF-")
    assert Entry.objects.get(action="agreement.copy_opened").object_id == rows[0].pk


def test_who_may_not_read_them(school: School, rows: list[Signature]) -> None:
    teacher = factories.person(school, "Robin Vale", Role.STAFF)
    for act in (
        lambda who: signed_list(viewer=who, by=Narrowed(), today=timezone.localdate()),
        lambda who: signed_page(viewer=who, signature_id=rows[0].pk),
        lambda who: ask_bundle(by=who, class_name="5B"),
    ):
        with pytest.raises(NotAllowed):
            act(factories.viewer(teacher))
    other = factories.viewer(factories.coordinator(factories.school("Hillside Primary School")))
    with pytest.raises(Signature.DoesNotExist):
        signed_page(viewer=other, signature_id=rows[0].pk)


# --- the file of a class ---------------------------------------------------------------------------------------------


def state_of(bundle_id: Any) -> str:
    return Bundle.objects.get(pk=bundle_id).state


def made(by: Viewer) -> Any:
    draw_all()
    bundle_id = ask_bundle(by=by, class_name="5B")
    assert make_bundle(school_id=by.school_id, bundle_id=bundle_id) == "made"
    return bundle_id


def test_a_class_in_one_file_by_name(by: Viewer, rows: list[Signature]) -> None:
    content = open_bundle(by=by, bundle_id=made(by))
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_outline() as outline:
        # Abara before Olorun, whoever signed first.
        assert [each.title for each in outline.root] == ["AUP-000002", "AUP-000001"]
        assert len(pdf.pages) == sum(Document.objects.values_list("pdf_pages", flat=True))
    row = Bundle.objects.get()
    assert (row.done_count, row.total_count, row.pdf_bytes) == (2, 2, len(content))
    assert row.lease_until is None
    assert b"%PDF" not in bytes(row.pdf_sealed or b"")
    assert Entry.objects.filter(action="agreement.bundle_opened").count() == 1


def test_refusals_and_other_classes_are_not_in_it(by: Viewer, rows: list[Signature], school: School) -> None:
    Pupil.objects.filter(person_id=rows[0].about_id).update(class_name="4R")
    assert bundles.signature_ids(school.pk, "5B", timezone.now()) == [rows[1].pk]
    assert bundles.signature_ids(school.pk, "", timezone.now()) == []
    later = timezone.now() + timedelta(days=800)
    assert bundles.signature_ids(school.pk, "5B", later) == []


def test_the_grown_ups_have_a_file_of_their_own(by: Viewer, jo: Person, school: School) -> None:
    row = factories.signature(factories.published(school, "staff"), jo)
    assert bundles.signature_ids(school.pk, "", timezone.now()) == [row.pk]


def test_asked_twice_it_is_one(by: Viewer, rows: list[Signature]) -> None:
    with queries_at_most(7):
        first = ask_bundle(by=by, class_name="5B")
    assert ask_bundle(by=by, class_name="5B") == first
    assert Entry.objects.filter(action="agreement.bundle_asked").count() == 1


@pytest.mark.parametrize("class_name", ["9Z", ""])
def test_nothing_to_put_in(by: Viewer, rows: list[Signature], class_name: str) -> None:
    with pytest.raises(NothingToBundle):
        ask_bundle(by=by, class_name=class_name)


def test_it_waits_for_copies_that_are_not_drawn(
    by: Viewer, rows: list[Signature], monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[object] = []
    monkeypatch.setattr(bundles, "wake_drawing", lambda *ids: woken.append(ids[1]))
    Document.objects.filter(subject_id=rows[0].pk).delete()
    bundle_id = ask_bundle(by=by, class_name="5B")
    assert make_bundle(school_id=by.school_id, bundle_id=bundle_id) == "waiting"
    assert set(woken) == set(Document.objects.values_list("pk", flat=True))
    assert make_bundle(school_id=by.school_id, bundle_id=bundle_id) == "", "not before its time"
    draw_all()
    later = timezone.now() + timedelta(minutes=2)
    assert make_bundle(school_id=by.school_id, bundle_id=bundle_id, clock=lambda: later) == "made"


def test_of_two_workers_one_makes_it(by: Viewer, rows: list[Signature]) -> None:
    draw_all()
    bundle_id = ask_bundle(by=by, class_name="5B")
    lease = bundles._claim(by.school_id, bundle_id, timezone.now())
    assert lease is not None
    assert make_bundle(school_id=by.school_id, bundle_id=bundle_id) == ""


def test_a_killed_workers_file_is_taken_up_again(
    by: Viewer, rows: list[Signature], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_all()
    bundle_id = ask_bundle(by=by, class_name="5B")
    now = timezone.now()
    lease = bundles._claim(by.school_id, bundle_id, now)
    assert lease is not None
    woken: list[object] = []
    monkeypatch.setattr(bundles, "wake_for", lambda *call: bool(woken.append(call)) or True)
    assert sweep_bundles(now=now + timedelta(minutes=2)) == 0, "it is at work"
    later = now + timedelta(minutes=6)
    assert sweep_bundles(now=later) == 1
    assert woken == [("aup.keeping_tasks.make_bundle", by.school_id, bundle_id)]
    assert make_bundle(school_id=by.school_id, bundle_id=bundle_id, clock=lambda: later) == "made"
    with pytest.raises(bundles._LeaseLost):
        lease.write(state="failed")
    assert state_of(bundle_id) == "made"


def test_a_worker_that_lost_its_lease_stops(by: Viewer, rows: list[Signature], monkeypatch: pytest.MonkeyPatch) -> None:
    draw_all()
    bundle_id = ask_bundle(by=by, class_name="5B")
    copies_of = bundles._copies_of

    def slow(*args: Any) -> Any:
        Bundle.objects.update(lease_until=timezone.now() + timedelta(hours=1))
        return copies_of(*args)

    monkeypatch.setattr(bundles, "_copies_of", slow)
    assert make_bundle(school_id=by.school_id, bundle_id=bundle_id) == ""
    assert state_of(bundle_id) == "making"


def test_an_altered_copy_ends_it(by: Viewer, rows: list[Signature], browser: Client) -> None:
    draw_all()
    bundle_id = ask_bundle(by=by, class_name="5B")
    Document.objects.filter(subject_id=rows[0].pk).update(pdf_sealed=b"not sealed")
    assert make_bundle(school_id=by.school_id, bundle_id=bundle_id) == "failed"
    assert "could not be made" in browser.get(reverse("aup:bundle", args=[bundle_id])).content.decode()
    with pytest.raises(BundleNotReady):
        open_bundle(by=by, bundle_id=bundle_id)


def test_a_copy_that_was_given_up_ends_it_at_once(by: Viewer, rows: list[Signature]) -> None:
    bundle_id = ask_bundle(by=by, class_name="5B")
    Document.objects.filter(subject_id=rows[0].pk).update(given_up_at=timezone.now())
    assert make_bundle(school_id=by.school_id, bundle_id=bundle_id) == "failed"
    Document.objects.update(given_up_at=None)
    draw_all()
    again = ask_bundle(by=by, class_name="5B")
    assert again != bundle_id
    assert make_bundle(school_id=by.school_id, bundle_id=again) == "made"


def test_what_would_fail_again_is_not_tried_for_hours(
    by: Viewer, rows: list[Signature], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object) -> None:
        raise MemoryError("Ada Olorun")

    draw_all()
    bundle_id = ask_bundle(by=by, class_name="5B")
    monkeypatch.setattr(bundles, "_copies_of", breaks)
    assert make_bundle(school_id=by.school_id, bundle_id=bundle_id) == "failed"
    assert "MemoryError" in caplog.text
    assert "Olorun" not in caplog.text


def test_after_a_week_it_is_gone(by: Viewer, rows: list[Signature]) -> None:
    bundle_id = made(by)
    later = timezone.now() + timedelta(days=7, minutes=1)
    with pytest.raises(BundleNotReady):
        open_bundle(by=by, bundle_id=bundle_id, now=later)
    sweep_bundles(now=later)
    assert not Bundle.objects.exists()


def test_what_never_got_anywhere_is_given_up(by: Viewer, rows: list[Signature]) -> None:
    bundle_id = ask_bundle(by=by, class_name="5B")
    assert sweep_bundles(now=timezone.now() + timedelta(hours=7)) == 0
    assert state_of(bundle_id) == "failed"


def test_a_file_whose_seal_is_broken_is_not_given_out(by: Viewer, rows: list[Signature]) -> None:
    bundle_id = made(by)
    Bundle.objects.update(pdf_sealed=b"not sealed")
    with pytest.raises(PdfAltered):
        open_bundle(by=by, bundle_id=bundle_id)


def test_from_the_button_to_the_file(browser: Client, rows: list[Signature], school: School) -> None:
    asked = browser.post(reverse("aup:bundles"), {"class_name": "5B"})
    bundle_id = Bundle.objects.get().pk
    path = reverse("aup:bundle", args=[bundle_id])
    assert asked["Location"] == path
    waiting = browser.get(path).content.decode()
    assert "0 of 2 copies are in the file" in waiting
    assert "every 3s" in waiting
    assert "Olorun" not in waiting
    assert browser.get(reverse("aup:bundle_file", args=[bundle_id]))["Location"] == path
    draw_all()
    keeping_tasks.make_bundle(str(school.pk), str(bundle_id))
    ready = browser.get(path).content.decode()
    assert "2 copies" in ready
    assert "every 3s" not in ready
    file = browser.get(reverse("aup:bundle_file", args=[bundle_id]))
    assert file["Content-Disposition"] == 'attachment; filename="signed-agreements.pdf"'
    assert browser.post(path).status_code == 302
    assert not Bundle.objects.exists()
    assert Signature.objects.count() == 2
    none = browser.post(reverse("aup:bundles"), {"class_name": "9Z"}, follow=True).content.decode()
    assert "There is nothing to put into one file" in none


def test_another_schools_file_is_not_there(by: Viewer, rows: list[Signature]) -> None:
    bundle_id = ask_bundle(by=by, class_name="5B")
    other = factories.viewer(factories.coordinator(factories.school("Hillside Primary School")))
    for act in (
        lambda: bundle_page(viewer=other, bundle_id=bundle_id),
        lambda: open_bundle(by=other, bundle_id=bundle_id),
        lambda: delete_bundle(by=other, bundle_id=bundle_id),
    ):
        with pytest.raises(Bundle.DoesNotExist):
            act()


def test_a_worker_finds_the_task() -> None:
    from esafety.celery import app  # noqa: PLC0415

    app.loader.import_default_modules()
    assert {"aup.keeping_tasks.make_bundle", "aup.keeping_tasks.sweep_bundles"} <= set(app.tasks)


def test_an_error_in_the_task_quotes_nothing(monkeypatch: pytest.MonkeyPatch, school: School) -> None:
    def breaks(**_: object) -> None:
        raise ValueError("Ada Olorun")

    monkeypatch.setattr(bundles, "make_bundle", breaks)
    monkeypatch.setattr(bundles, "sweep_bundles", breaks)
    for call in (lambda: keeping_tasks.make_bundle(str(school.pk), str(school.pk)), keeping_tasks.sweep_bundles):
        with pytest.raises(keeping_tasks.NotBundled) as broken:
            call()
        assert str(broken.value) == "ValueError"
