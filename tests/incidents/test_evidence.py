"""Evidence: what is kept and what is refused, served only as attachments; never an indecent image (T14, T15)."""

import io
import struct
import tempfile
import uuid
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageFile

from audit.models import Entry
from incidents.models import Evidence, EvidenceContent, Incident
from incidents.services.recording import save_page
from packs import loader
from schools.models import Person, School
from schools.roles import Role
from schools.sealing import seal
from tests import factories

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MAIL = b"From: a@example.org\r\nSubject: Hello\r\nDate: Fri, 20 Nov 2026 14:02:00 +0000\r\n\r\nText\r\n"


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def marsh(of: School) -> Person:
    return factories.coordinator(of)


@pytest.fixture
def client(marsh: Person) -> Client:
    return factories.log_in(marsh)


@pytest.fixture
def incident(marsh: Person) -> Incident:
    return factories.incident(factories.viewer(marsh))


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def document(**options: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        if "attached" in options:
            pdf.attachments["inner.txt"] = pikepdf.AttachedFileSpec(pdf, options["attached"], filename="inner.txt")
        if "pinned" in options:
            spec = pikepdf.AttachedFileSpec(pdf, options["pinned"], filename="inner.txt")
            note = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9], FS=spec.obj
            )
            pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(note)])
        encryption = pikepdf.Encryption(owner="o", user="u") if "locked" in options else None
        pdf.save(out, **({"encryption": encryption} if encryption else {}))
    return out.getvalue()


def archive(*, method: int = zipfile.ZIP_STORED, content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr("a.html", content)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of so many white pixels that it fills the memory of whoever unpacks it; a few kilobytes itself."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * (1 + width // 8) * 200, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def add(client: Client, incident: Incident, *files: tuple[str, bytes], media_type: str = "text/html") -> Any:
    chosen = [SimpleUploadedFile(name, content, media_type) for name, content in files]
    return client.post(reverse("incidents:evidence_add", args=[incident.pk]), {"chosen": chosen})


@pytest.mark.parametrize("altered", [b"no seal at all", None])
def test_a_file_that_is_not_what_was_stored_is_not_served_and_a_page_says_so(
    client: Client, incident: Incident, altered: bytes | None
) -> None:
    add(client, incident, ("note.txt", b"what was written"))
    EvidenceContent.objects.update(sealed=altered or seal(b"something else"))
    response = client.get(reverse("incidents:evidence", args=[incident.pk, Evidence.objects.get().pk]))
    assert response.status_code == 409
    assert b"This file is not what was stored" in response.content
    assert b"something else" not in response.content
    assert not Entry.objects.filter(action="evidence.opened").exists()


GOOD = [
    ("note.txt", "Täglich\r\n\tText".encode(), "text/plain"),
    ("note.txt", "caf\xe9".encode("cp1252"), "text/plain"),
    ("eicar.txt", EICAR, "text/plain"),
    ("page.TXT", b"<html><script>alert(1)</script></html>", "text/plain"),
    ("shot.png", picture(), "image/png"),
    ("shot.jpg", picture("JPEG"), "image/jpeg"),
    ("shot.JPEG", picture("JPEG"), "image/jpeg"),
    ("letter.pdf", document(), "application/pdf"),
    ("mail.eml", MAIL, "message/rfc822"),
]


@pytest.mark.parametrize(("name", "content", "media_type"), GOOD, ids=[f"{each[0]}-{len(each[1])}" for each in GOOD])
def test_what_is_kept_is_served_only_as_an_attachment(
    client: Client, incident: Incident, name: str, content: bytes, media_type: str
) -> None:
    assert add(client, incident, (name, content)).status_code == 302
    kept = Evidence.objects.get()
    assert kept.media_type == media_type
    assert content not in bytes(EvidenceContent.objects.get().sealed)
    response = client.get(reverse("incidents:evidence", args=[incident.pk, kept.pk]))
    assert response.content == content
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Type"] == media_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in response["Cache-Control"]
    assert Entry.objects.filter(action="evidence.opened").count() == 1


REFUSED = [
    ("program", "game.exe", b"MZ\x90\x00"),
    ("program called text", "game.txt", b"MZ\x90\x00"),
    ("vector picture", "shot.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
    ("vector picture called PNG", "shot.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("page called PNG", "shot.png", b"<html><script>alert(1)</script>"),
    ("page called PDF", "shot.pdf", b"<html></html>"),
    ("page", "shot.html", b"<html></html>"),
    ("PNG called JPEG", "shot.jpg", picture()),
    ("JPEG called PNG", "shot.png", picture("JPEG")),
    ("GIF called PNG", "shot.png", picture("GIF")),
    ("no extension", "shot", picture()),
    ("two extensions", "shot.png.exe", picture()),
    ("empty", "shot.png", b""),
    ("only magic", "shot.png", b"\x89PNG\r\n\x1a\n"),
    ("magic and rubbish", "shot.png", b"\x89PNG\r\n\x1a\n" + b"x" * 500),
    ("cut off", "shot.png", picture(size=(400, 400))[:-200]),
    ("cut off JPEG", "shot.jpg", picture("JPEG", (400, 400))[:300]),
    ("archive", "all.zip", archive()),
    ("archive called text", "all.txt", archive()),
    ("packed archive called PDF", "all.pdf", archive(method=zipfile.ZIP_DEFLATED, content=b"0" * 1_000_000)),
    ("picture and archive", "shot.png", picture() + archive()),
    ("photo and archive", "shot.jpg", picture("JPEG") + archive()),
    ("document and archive", "shot.pdf", document() + archive()),
    ("text and archive", "shot.txt", b"hello\n" + archive()),
    ("50,000 by 50,000", "shot.png", bomb(50_000, 50_000)),
    ("9,000 by 9,000", "shot.png", bomb(9_000, 9_000)),
    ("locked PDF", "shot.pdf", document(locked=True)),
    ("broken PDF", "shot.pdf", document()[:-300]),
    ("PDF of nothing", "shot.pdf", b"%PDF-1.7\n"),
    ("PDF with a file in it", "shot.pdf", document(attached=EICAR)),
    ("PDF with a file pinned to it", "shot.pdf", document(pinned=EICAR)),
    ("NUL in a text", "note.txt", b"a\x00b"),
    ("NUL far down", "note.txt", b"a" * 9_000 + b"\x00"),
    ("binary text", "note.txt", bytes(range(128, 256)) * 3),
    ("no mail", "mail.eml", b"hello"),
    ("mail with NUL", "mail.eml", MAIL + b"\x00"),
    ("gzip called mail", "mail.eml", b"\x1f\x8b\x08" + b"x" * 90),
]


def test_a_picture_cut_off_is_refused_even_where_pillow_was_told_to_be_lenient(
    client: Client, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    assert add(client, incident, ("shot.png", picture(size=(400, 400))[:-200])).status_code == 422
    assert ImageFile.LOAD_TRUNCATED_IMAGES, "and whoever asked for it still has it"


@pytest.mark.parametrize(("name", "content"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_what_is_not_what_it_says_is_refused(client: Client, incident: Incident, name: str, content: bytes) -> None:
    response = add(client, incident, (name, content))
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page
    assert "Choose it again" in page or "Choose a file first." in page
    assert Evidence.objects.count() == 0
    assert EvidenceContent.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.txt", "boot.txt"),
        ("in\u202etxt.exe.txt", "intxt.exe.txt"),
        ("a\u200bb.txt", "ab.txt"),
        ("semi; filename=evil.exe;.txt", "semi; filename=evil.exe;.txt"),
        ("x" * 400 + ".txt", None),
        ("名前.txt", "名前.txt"),
        ("<script>.txt", "<script>.txt"),
    ],
)
def test_a_hostile_name_is_tidied(client: Client, incident: Incident, name: str, kept: str | None) -> None:
    assert add(client, incident, (name, b"text")).status_code == 302
    row = Evidence.objects.get()
    assert row.filename == kept or kept is None
    assert len(row.filename) <= 120
    response = client.get(reverse("incidents:evidence", args=[incident.pk, row.pk]))
    assert "\n" not in response["Content-Disposition"]
    assert response["Content-Disposition"].startswith("attachment")
    assert "X-Evil" not in response.headers
    page = client.get(reverse("incidents:record", args=[incident.pk, "action"])).content.decode()
    assert "<script>.txt" not in page


def test_eleven_megabytes_are_too_much(client: Client, incident: Incident) -> None:
    for size in (10 * 1024 * 1024 + 1, 11 * 1024 * 1024 + 1):
        response = add(client, incident, ("big.txt", b"x" * size))
        assert response.status_code == 422
        assert "may have at most 10 MB" in response.content.decode()
    assert Evidence.objects.count() == 0
    assert add(client, incident, ("fits.txt", b"x" * (10 * 1024 * 1024))).status_code == 302


def test_several_files_at_once_and_what_is_refused_is_named(client: Client, incident: Incident) -> None:
    assert add(client, incident, ("a.txt", b"one"), ("b.png", picture())).status_code == 302
    response = add(client, incident, ("c.txt", b"two"), ("d.png", b"no"), ("e.txt", b"one"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "d.png: This file is not what its name says" in page
    assert "e.txt: This file is already kept" in page
    assert sorted(Evidence.objects.values_list("filename", flat=True)) == ["a.txt", "b.png", "c.txt"]


def test_no_more_than_ten_files_are_kept(client: Client, incident: Incident) -> None:
    for number in range(10):
        add(client, incident, (f"{number}.txt", str(number).encode()))
    response = add(client, incident, ("more.txt", b"more"))
    assert "An incident keeps at most 10 files." in response.content.decode()
    assert Evidence.objects.count() == 10


def test_eleven_at_once_get_a_message(client: Client, incident: Incident) -> None:
    response = add(client, incident, *[(f"{number}.txt", str(number).encode()) for number in range(11)])
    assert response.status_code == 422
    assert "Choose at most 10 files at a time." in response.content.decode()


def test_nothing_chosen_gets_a_message(client: Client, incident: Incident) -> None:
    response = add(client, incident)
    assert response.status_code == 422
    assert "Choose a file first." in response.content.decode()


def test_a_bad_upload_says_that_the_file_must_be_chosen_again(client: Client, incident: Incident) -> None:
    assert "Choose it again" in add(client, incident, ("d.png", b"no")).content.decode()


# --- indecent images: nothing is taken, nothing is read --------------------------------------------------------------

BARRED: list[tuple[str, dict[str, Any]]] = [
    (pack.code, {"types": [option.code]})
    for pack in loader.editions()
    for option in pack.form.field("types").options
    if option.uploads_barred
] + [(pack.code, {flag.key: True}) for pack in loader.editions() for flag in pack.form.flags if flag.uploads_barred]


def test_every_edition_bars_some() -> None:
    assert {code for code, _ in BARRED} == {pack.code for pack in loader.editions()}
    assert len(BARRED) >= 8


@pytest.mark.parametrize(("pack_code", "said"), BARRED, ids=[f"{code}-{next(iter(said))}" for code, said in BARRED])
def test_nothing_is_taken_where_an_indecent_image_may_be(
    db: None, pack_code: str, said: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    person = factories.coordinator(factories.school(pack=pack_code))
    incident = factories.incident(factories.viewer(person), **said)
    client = factories.log_in(person)
    before = set(Path(tempfile.gettempdir()).glob("*.upload*"))
    response = add(client, incident, ("planted-name.png", picture()))
    assert response.status_code == 400
    assert Evidence.objects.count() == EvidenceContent.objects.count() == 0
    assert set(Path(tempfile.gettempdir()).glob("*.upload*")) == before
    assert "planted-name" not in caplog.text + response.content.decode()
    for path in (
        reverse("incidents:record", args=[incident.pk, "action"]),
        reverse("incidents:evidence_add", args=[incident.pk]),
    ):
        page = client.get(path).content.decode()
        assert 'type="file"' not in page
        assert "No files for this incident" in page
        assert "Files cannot be added to this record" in page


def test_not_a_byte_is_read_where_nothing_may_be_taken(marsh: Person, client: Client) -> None:
    incident = factories.incident(factories.viewer(marsh), sexual_images=True)

    class Untouched(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("The body was read.")

        readline = read

    response = client.generic(
        "POST",
        reverse("incidents:evidence_add", args=[incident.pk]),
        b"x",
        content_type="multipart/form-data; boundary=b",
        **{"wsgi.input": Untouched()},
    )
    assert response.status_code == 400


def test_what_was_kept_before_is_not_opened_any_more(client: Client, marsh: Person, incident: Incident) -> None:
    add(client, incident, ("a.png", picture()))
    kept = Evidence.objects.get()
    typed = {"types": ["child_abuse_images"], "description": "It turned out so."}
    save_page(by=factories.viewer(marsh), incident_id=incident.pk, page_code="what-happened", version=1, answers=typed)
    response = client.get(reverse("incidents:evidence", args=[incident.pk, kept.pk]))
    assert response.status_code == 403
    assert "attachment" not in response.headers.get("Content-Disposition", "")
    assert b"Files cannot be added" in response.content


# --- who may ---------------------------------------------------------------------------------------------------------


def test_a_forged_request_is_refused(marsh: Person, incident: Incident) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert marsh.user is not None
    factories.log_in_user(marsh.user, strict)
    assert add(strict, incident, ("a.txt", b"text")).status_code == 403
    assert Evidence.objects.count() == 0


def test_who_reads_the_case_opens_its_files_and_nobody_else(client: Client, of: School, incident: Incident) -> None:
    add(client, incident, ("a.txt", b"text"))
    url = reverse("incidents:evidence", args=[incident.pk, Evidence.objects.get().pk])
    assert factories.log_in(factories.person(of, "Ama Mensah", Role.DSL)).get(url).status_code == 200
    for roles in ((Role.STAFF,), (Role.GOVERNOR,), (Role.PARENT,), (Role.PUPIL,), (Role.NETWORK_MANAGER,)):
        assert factories.log_in(factories.person(of, "Pat Hill", *roles)).get(url).status_code == 404
    stranger = factories.log_in(factories.coordinator(factories.school("Hilltop School")))
    assert stranger.get(url).status_code == 404


def test_a_file_opens_only_with_its_own_incident(client: Client, marsh: Person, incident: Incident) -> None:
    add(client, incident, ("a.txt", b"text"))
    other = factories.incident(factories.viewer(marsh))
    kept = Evidence.objects.get()
    assert client.get(reverse("incidents:evidence", args=[other.pk, kept.pk])).status_code == 404
    assert client.get(reverse("incidents:evidence", args=[incident.pk, uuid.uuid4()])).status_code == 404
    assert client.post(reverse("incidents:evidence", args=[incident.pk, kept.pk])).status_code == 405
