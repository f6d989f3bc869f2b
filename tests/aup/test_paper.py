"""What was signed on paper: found, copied out, scanned, in the register with whoever recorded it. A3, A4, T20."""

import io
import uuid
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from audit.models import Entry
from aup.models import AgreementVersion, Scan, Signature
from aup.selectors.paper import find_signers, paper_page
from aup.services.copies import snapshot_of
from aup.services.paper import (
    InTheRegister,
    NotYetThatDay,
    OnPaper,
    ScanAltered,
    open_paper_choice,
    open_scan,
    record_paper,
)
from aup.services.problems import ConsentsMissing, NameRefused, NotYours
from aup.services.signing import Intent, refuse
from aup.services.verifying import verify_register
from schools.files import FileRefused
from schools.models import Guardian, Person, School
from schools.roles import Role
from schools.sealing import seal
from schools.viewer import NotAllowed, Viewer
from tests import factories
from tests.aup.keeping import family
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(file, "PNG")
    return file.getvalue()


# How the file begins that a telephone makes of a photograph.
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a.txt", "hidden")
    return file.getvalue()


@pytest.fixture
def school() -> School:
    return factories.school()


@pytest.fixture
def office(school: School) -> Person:
    return factories.person(school, "Kim Desk", Role.STAFF, Role.SCHOOL_OFFICE)


@pytest.fixture
def by(office: Person) -> Viewer:
    return factories.viewer(office)


@pytest.fixture
def people(school: School) -> tuple[Person, Person]:
    return family(school)


@pytest.fixture
def version(school: School, people: tuple[Person, Person]) -> AgreementVersion:
    return factories.published(school, now=timezone.now() - timedelta(days=30))


def paper(version: AgreementVersion, people: tuple[Person, Person], **changes: Any) -> OnPaper:
    child, parent = people
    said: dict[str, Any] = {
        "version_id": version.pk, "signer_id": parent.pk, "about_id": child.pk, "name": "Grace Olorun",
        "signed_on": timezone.localdate() - timedelta(days=3),
        "consents": dict.fromkeys((each["code"] for each in version.content["consents"]), True),
        "file_name": "scan.png", "content": picture(),
    }  # fmt: skip
    return OnPaper(**{**said, **changes})


def test_a_paper_becomes_a_line_with_its_scan(
    by: Viewer, version: AgreementVersion, people: tuple[Person, Person]
) -> None:
    on_paper = paper(version, people)
    with queries_at_most(24):
        row = record_paper(by=by, paper=on_paper)
    assert (row.identified_by, row.witness_id, row.relation) == ("paper", by.person_id, "mother")
    assert abs(row.signed_at - timezone.now()) < timedelta(minutes=1), "it counts from now on"
    day = on_paper.signed_on
    assert row.intent.endswith(f"Signed on paper on {day.day} {day:%B %Y}.")
    scan = Scan.objects.get()
    assert (scan.signature, scan.media_type, scan.size_bytes) == (row, "image/png", len(picture()))
    assert picture() not in bytes(scan.content_sealed)
    assert Entry.objects.get(action="agreement.scan_kept").actor_id == by.user_id
    assert verify_register(by.school_id).found == ()
    assert ["Recorded by", "Kim Desk"] in snapshot_of(row)["facts"]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"content": b"%PDF-1.7 nothing", "file_name": "scan.pdf"}, FileRefused),
        ({"content": b"Some words.", "file_name": "scan.txt"}, FileRefused),
        ({"content": b"", "file_name": "scan.png"}, FileRefused),
        ({"file_name": "scan.jpg"}, FileRefused),
        ({"signed_on": date(2999, 1, 1)}, NotYetThatDay),
        ({"signed_on": date(2020, 1, 1)}, NotYetThatDay),
        ({"name": "Nobody Known"}, NameRefused),
        ({"consents": {}}, ConsentsMissing),
    ],
)
def test_what_is_refused_leaves_nothing(
    by: Viewer,
    version: AgreementVersion,
    people: tuple[Person, Person],
    changes: dict[str, Any],
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        record_paper(by=by, paper=paper(version, people, **changes))
    assert not Signature.objects.exists()
    assert not Scan.objects.exists()


def test_only_scans_are_said_to_be_kept(by: Viewer, version: AgreementVersion, people: tuple[Person, Person]) -> None:
    with pytest.raises(FileRefused, match=r"Only PDF, PNG and JPEG files are kept\."):
        record_paper(by=by, paper=paper(version, people, file_name="scan.eml"))


def test_what_is_signed_already_is_not_recorded_again(
    by: Viewer, version: AgreementVersion, people: tuple[Person, Person]
) -> None:
    factories.signature(version, people[1], people[0])
    with pytest.raises(InTheRegister):
        record_paper(by=by, paper=paper(version, people))
    assert not Scan.objects.exists()


def test_a_barred_parent_has_signed_nothing(
    by: Viewer, version: AgreementVersion, people: tuple[Person, Person]
) -> None:
    Guardian.objects.update(is_barred=True)
    with pytest.raises(NotYours):
        record_paper(by=by, paper=paper(version, people))
    assert paper_page(viewer=by, person_id=people[0].pk, today=timezone.localdate()).choices == ()


def test_what_is_outstanding_is_found_by_child_and_by_parent(
    by: Viewer, version: AgreementVersion, people: tuple[Person, Person]
) -> None:
    child, parent = people
    for person in people:
        with queries_at_most(12):
            shown = paper_page(viewer=by, person_id=person.pk, today=timezone.localdate())
        assert [(each.signer_id, each.about_id) for each in shown.choices] == [(parent.pk, child.pk)]
    factories.signature(version, parent, child)
    assert paper_page(viewer=by, person_id=child.pk, today=timezone.localdate()).choices == ()


def test_whoever_refused_and_a_second_parent_may_come_with_a_paper(
    by: Viewer, version: AgreementVersion, people: tuple[Person, Person]
) -> None:
    child, mother = people
    father = Person.objects.create(school=child.school, given_name="Dan", family_name="Olorun")
    factories.parent_of(child, father)

    def choices(person: Person) -> set[Any]:
        shown = paper_page(viewer=by, person_id=person.pk, today=timezone.localdate())
        return {each.signer_id for each in shown.choices if each.about_id == child.pk}

    refuse(by=factories.signer(mother), intent=Intent(version.pk, child.pk, "Grace Olorun"))
    assert choices(child) == {mother.pk, father.pk}
    record_paper(by=by, paper=paper(version, people))
    assert (choices(child), choices(mother), choices(father)) == (set(), set(), {father.pk})
    assert open_paper_choice(by=by, version_id=version.pk, signer_id=father.pk, about_id=child.pk).signer
    record_paper(by=by, paper=paper(version, (child, father), name="Dan Olorun"))
    assert choices(father) == set()
    assert Signature.objects.filter(kind="signed").count() == 2


@pytest.mark.parametrize(
    ("signed_on", "put_down_on", "until"),
    [
        (date(2026, 5, 4), date(2026, 7, 20), date(2026, 8, 31)),
        (date(2026, 7, 4), date(2026, 9, 20), date(2027, 8, 31)),
        (date(2026, 8, 31), date(2026, 9, 1), date(2027, 8, 31)),
        (date(2026, 5, 4), date(2026, 9, 1), None),
        (date(2025, 12, 1), date(2027, 1, 1), None),
    ],
    ids=["may_in_july", "july_in_autumn", "edge", "may_in_autumn", "year_before_last"],
)
def test_a_paper_counts_for_the_year_it_was_signed_in(
    by: Viewer, people: tuple[Person, Person], signed_on: date, put_down_on: date, until: date | None
) -> None:
    """However late it is put down: a paper of May is none for the year that starts in September."""
    version = factories.published(people[0].school, now=datetime(2025, 10, 1, 12, tzinfo=UTC))
    now = datetime.combine(put_down_on, time(12), tzinfo=UTC)
    act = partial(record_paper, by=by, paper=paper(version, people, signed_on=signed_on), now=now)
    if until is None:
        with pytest.raises(NotYetThatDay, match="school year that is over"):
            act()
    else:
        assert act().counts_until == until
        assert verify_register(by.school_id).found == ()


def test_in_summer_the_paper_for_the_year_that_comes_can_be_put_down(by: Viewer, people: tuple[Person, Person]) -> None:
    child, parent = people
    version = factories.published(child.school, now=datetime(2026, 3, 1, 12, tzinfo=UTC))
    factories.signature(version, parent, child, now=datetime(2026, 5, 4, 12, tzinfo=UTC))
    found = {
        month: len(paper_page(viewer=by, person_id=child.pk, today=date(2026, month, 20)).choices)
        for month in (5, 6, 7, 8, 9)
    }
    assert found == {5: 0, 6: 0, 7: 1, 8: 1, 9: 1}


def test_a_member_of_staff_on_paper(by: Viewer, office: Person, school: School) -> None:
    teacher = factories.staff(school, "Robin Vale")
    factories.published(school, "staff")
    (choice,) = paper_page(viewer=by, person_id=teacher.pk, today=timezone.localdate()).choices
    assert choice.is_own


def test_people_are_found_by_the_beginnings_of_their_names(by: Viewer, people: tuple[Person, Person]) -> None:
    assert [each.kind for each in find_signers(viewer=by, words="olor")] == ["pupil", "other"]
    assert [each.kind for each in find_signers(viewer=by, words="kim de")] == ["other"]
    assert find_signers(viewer=by, words="") == ()


def test_who_may_not_record(school: School, version: AgreementVersion, people: tuple[Person, Person]) -> None:
    teacher = factories.viewer(factories.person(school, "Robin Vale", Role.STAFF))
    for act in (
        lambda: record_paper(by=teacher, paper=paper(version, people)),
        lambda: find_signers(viewer=teacher, words="ada"),
        lambda: paper_page(viewer=teacher, person_id=people[0].pk, today=timezone.localdate()),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_scan_is_opened_with_a_trace(
    school: School, by: Viewer, version: AgreementVersion, people: tuple[Person, Person]
) -> None:
    row = record_paper(by=by, paper=paper(version, people))
    with pytest.raises(NotAllowed):
        open_scan(by=by, signature_id=row.pk)
    jo = factories.viewer(factories.coordinator(school))
    opened = open_scan(by=jo, signature_id=row.pk)
    assert (opened.content, opened.file_name) == (picture(), "AUP-000001-paper.png")
    assert Entry.objects.filter(action="agreement.scan_opened", object_id=row.pk).count() == 1


@pytest.mark.parametrize("sealed", [seal(b"Another."), b"not sealed"], ids=["sealed", "not sealed"])
def test_a_scan_that_was_altered_is_not_given_out(
    school: School, version: AgreementVersion, people: tuple[Person, Person], sealed: bytes
) -> None:
    row = factories.signature(version, people[1], people[0])
    Scan.objects.create(
        school=school, signature=row, media_type="image/png", sha256="0" * 64, size_bytes=1, content_sealed=sealed
    )
    jo = factories.coordinator(school)
    with pytest.raises(ScanAltered):
        open_scan(by=factories.viewer(jo), signature_id=row.pk)
    answer = factories.log_in(jo).get(reverse("aup:signature_scan", args=[row.pk]), follow=True)
    assert "not what was stored" in answer.content.decode()


# --- the pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(office: Person) -> Client:
    return factories.log_in(office)


def typed(version: AgreementVersion, **changes: Any) -> dict[str, Any]:
    day = timezone.localdate()
    consents = {f"consent_{each['code']}": "yes" for each in version.content["consents"]}
    return {
        "signed_on_day": day.day, "signed_on_month": day.month, "signed_on_year": day.year, "name": "Grace Olorun",
        "scan": SimpleUploadedFile("scan.png", picture(), "image/png"), **consents, **changes,
    }  # fmt: skip


def test_from_the_name_to_the_register(
    browser: Client, version: AgreementVersion, people: tuple[Person, Person]
) -> None:
    child, parent = people
    found = browser.post(reverse("aup:paper"), {"find": "Olorun", "action": "find"}).content.decode()
    assert "Ada Olorun" in found
    assert "Ada Olorun" in browser.post(reverse("aup:paper_find"), {"find": "Olorun"}).content.decode()
    on = browser.post(reverse("aup:paper"), {"find": "Olorun", "pick": str(child.pk), "action": "go"})
    assert on["Location"] == reverse("aup:paper_person", args=[child.pk])
    path = reverse("aup:paper_record", args=[child.pk, version.pk, parent.pk])
    assert path in browser.get(on["Location"]).content.decode()
    form = browser.get(path).content.decode()
    assert "checked" not in form, "nothing is ticked before"
    assert "<title>Signed on paper - Online safety</title>" in form
    assert browser.post(path, typed(version)).status_code == 302
    assert Signature.objects.get().identified_by == "paper"
    for answer in (browser.get(path, follow=True), browser.post(path, typed(version), follow=True)):
        assert "does not wait for this signature any more" in answer.content.decode()
        assert answer.redirect_chain[-1][0] == reverse("aup:paper_person", args=[child.pk])
    assert Signature.objects.count() == 1
    for about, what, signer in (
        (uuid.uuid4(), version.pk, parent.pk),
        (child.pk, uuid.uuid4(), parent.pk),
        (child.pk, version.pk, uuid.uuid4()),
        (child.pk, factories.published(factories.school("Hillside School")).pk, parent.pk),
    ):
        assert browser.get(reverse("aup:paper_record", args=[about, what, signer])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"consent_publish_work": ""}, "Say what the paper says"),
        ({"scan": ""}, "Choose the scan"),
        ({"scan": SimpleUploadedFile("scan.pdf", b"%PDF-1.7 nothing")}, "not what its name says"),
        ({"scan": SimpleUploadedFile("scan.HEIC", HEIC)}, "Save it as JPEG"),
        ({"scan": SimpleUploadedFile("scan.jpg", HEIC)}, "not what its name says"),
        ({"scan": SimpleUploadedFile("scan.png", picture() + archive())}, "not what its name says"),
        ({"scan": SimpleUploadedFile("scan.png", picture() + b"\0" * 10 * 1024 * 1024)}, "at most 10 MB"),
        ({"scan": SimpleUploadedFile("scan.png", picture() + b"\0" * 11 * 1024 * 1024)}, "more than 10 MB"),
        ({"scan": SimpleUploadedFile("scan.html", b"<script>1</script>")}, "Only PDF, PNG and JPEG"),
        ({"name": "Grace\x00Olorun"}, "Null characters"),
        ({"name": "Ada Olorun"}, "not the name the school has"),
        ({"name": "Nobody Known"}, "not the name the school has"),
        ({"signed_on_year": "2020"}, "another one was signed"),
    ],
    ids=[
        "answer",
        "no_scan",
        "no_pdf",
        "heic",
        "heic_as_jpeg",
        "polyglot",
        "large",
        "too_large",
        "markup",
        "nul",
        "the_child",
        "stranger",
        "year",
    ],
)
def test_what_was_typed_is_not_lost(
    browser: Client,
    version: AgreementVersion,
    people: tuple[Person, Person],
    changes: dict[str, Any],
    words: str,
) -> None:
    child, parent = people
    path = reverse("aup:paper_record", args=[child.pk, version.pk, parent.pk])
    answer = browser.post(path, typed(version, **changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "choose the scan again" in page
    assert "Olorun" in page
    assert not Signature.objects.exists()
