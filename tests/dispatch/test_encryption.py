import io

import pikepdf
import pypdf
import pytest

from dispatch.encryption import EncryptingFailed, encrypt
from tests.dispatch.outboxes import STORY, draw

PASSPHRASE = "correct horse battery staple"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return draw("x", {"story": STORY}).content


def test_it_opens_with_the_passphrase_and_no_other(pdf: bytes) -> None:
    encrypted = encrypt(pdf, passphrase=PASSPHRASE)
    with pikepdf.open(io.BytesIO(encrypted), password=PASSPHRASE) as opened:
        assert (opened.encryption.R, opened.encryption.bits) == (6, 256)
        assert opened.encryption.stream_method == pikepdf.models.EncryptionMethod.aesv3
        assert opened.encryption.string_method == pikepdf.models.EncryptionMethod.aesv3
        assert opened.docinfo["/Title"] == STORY
        assert opened.allow.accessibility
    reader = pypdf.PdfReader(io.BytesIO(encrypted))
    assert reader.decrypt(PASSPHRASE)
    contents = reader.pages[0].get_contents()
    assert contents is not None
    assert STORY.encode() in contents.get_data()
    for wrong in ("", "x", PASSPHRASE.upper(), PASSPHRASE + " "):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(io.BytesIO(encrypted), password=wrong)


def test_nothing_of_the_story_or_the_metadata_shows(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        with opened.open_metadata() as metadata:
            metadata["dc:title"] = STORY
        made = io.BytesIO()
        opened.save(made)
    assert STORY.encode() in made.getvalue()
    encrypted = encrypt(made.getvalue(), passphrase=PASSPHRASE)
    for part in (STORY, "Sam Reed", "dc:title", "x:xmpmeta", "/Title (", PASSPHRASE):
        assert part.encode() not in encrypted
        assert part.encode("utf-16-be") not in encrypted


@pytest.mark.parametrize(
    "typed", ["Grüße an alle Schüler", "ﬁne words for a ﬁle", "lozenge \u25ca five words", "é" * 60]
)
def test_passphrases_beyond_ascii_open_as_a_reader_types_them(pdf: bytes, typed: str) -> None:
    encrypted = encrypt(pdf, passphrase=typed)
    reader = pypdf.PdfReader(io.BytesIO(encrypted))
    assert reader.decrypt(typed.replace("ﬁ", "fi"))
    decomposed = "e\u0301" * 60
    if typed == "é" * 60:
        assert encrypt(pdf, passphrase=decomposed)


@pytest.mark.parametrize("passphrase", ["", "x" * 128, "é" * 64])
def test_no_passphrase_and_one_that_would_be_cut_off_are_refused(pdf: bytes, passphrase: str) -> None:
    with pytest.raises(EncryptingFailed):
        encrypt(pdf, passphrase=passphrase)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"not a pdf" * 100])
def test_what_is_no_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(EncryptingFailed):
        encrypt(content, passphrase=PASSPHRASE)


def test_a_pdf_for_another_passphrase_is_refused(pdf: bytes) -> None:
    with pytest.raises(EncryptingFailed):
        encrypt(encrypt(pdf, passphrase="another passphrase entirely"), passphrase=PASSPHRASE)
