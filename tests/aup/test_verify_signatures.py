"""``manage.py verify_signatures``: whatever is altered past the service is found. Threats T20 and T23."""

import hashlib
import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from aup.models import AgreementVersion, Scan, Signature
from aup.rules.chaining import hash_of
from aup.rules.content import from_pack, sha256_of
from aup.services import verifying
from aup.services.paper import record_paper
from aup.services.publishing import issue
from aup.services.signing import Intent, refuse, values_of
from aup.services.verifying import verify_register
from packs import loader
from schools.models import School
from schools.roles import Role
from schools.sealing import seal
from tests import factories
from tests.aup.keeping import family, signed
from tests.aup.test_paper import paper, picture
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    return factories.school()


@pytest.fixture
def version(school: School) -> AgreementVersion:
    return factories.published(school)


@pytest.fixture
def rows(version: AgreementVersion) -> list[Signature]:
    return [signed(version, f"Ada {name}", f"Grace {name}") for name in ("Olorun", "Abara", "Reed")]


@contextmanager
def past_the_service(*tables: str) -> Iterator[Any]:
    """A cursor of the tables' owner, who has switched the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def words(school: School) -> set[tuple[str, str]]:
    return {(each.where, each.words) for each in verify_register(school.pk).found}


def run() -> str:
    said = io.StringIO()
    call_command("verify_signatures", stdout=said)
    return said.getvalue()


def fails() -> str:
    said = io.StringIO()
    with pytest.raises(CommandError, match="not what it was"):
        call_command("verify_signatures", stdout=said)
    return said.getvalue()


def test_what_is_sound_passes(school: School, rows: list[Signature]) -> None:
    factories.school("Hillside Primary School")
    with queries_at_most(8):
        verified = verify_register(school.pk)
    assert (verified.count, verified.found) == (3, ())
    assert "3 lines of 1 schools: each is what was signed." in run()


def test_a_text_altered_in_the_database(school: School, version: AgreementVersion, rows: list[Signature]) -> None:
    content = {**version.content, "preamble": "You agree to everything."}
    with past_the_service("aup_agreementversion"):
        AgreementVersion.objects.filter(pk=version.pk).update(content=content)
    assert words(school) == {
        ("parent version 1", verifying.VERSION),
        *((f"line {number}", "the text that was signed was altered") for number in (1, 2, 3)),
    }
    assert "the text that was signed was altered" in fails()


def test_a_text_altered_with_its_hash(school: School, version: AgreementVersion, rows: list[Signature]) -> None:
    content = {**version.content, "preamble": "You agree to everything."}
    with past_the_service("aup_agreementversion"):
        AgreementVersion.objects.filter(pk=version.pk).update(content=content, sha256=sha256_of(content))
    assert ("line 1", "the text that was signed was altered") in words(school)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("typed_name", "Somebody Else"),
        ("consents", '{"internet_access": false}'),
        ("signed_at", "2020-01-01T00:00:00Z"),
        ("text_sha256", "0" * 64),
        ("hash", "0" * 64),
        ("previous_hash", "1" * 64),
        ("device", "another"),
    ],
)
def test_a_line_altered_in_the_database(school: School, rows: list[Signature], column: str, value: str) -> None:
    with past_the_service("aup_signature") as cursor:
        cursor.execute(f"UPDATE aup_signature SET {column} = %s WHERE number = 2", [value])  # noqa: S608
    assert ("line 2", "a line was altered") in words(school)
    assert "line 2" in fails()


def test_a_line_that_is_gone(school: School, rows: list[Signature]) -> None:
    with past_the_service("aup_signature") as cursor:
        cursor.execute("DELETE FROM aup_signature WHERE number = 2")
    assert ("line 2", "a line is missing") in words(school)


def test_the_last_line_cut_off(school: School, rows: list[Signature]) -> None:
    with past_the_service("aup_signature") as cursor:
        cursor.execute("DELETE FROM aup_signature WHERE number = 3")
    assert words(school) == {("line 3", verifying.CUT)}


def test_all_lines_cut_off(school: School, rows: list[Signature]) -> None:
    with past_the_service("aup_signature") as cursor:
        cursor.execute("DELETE FROM aup_signature")
    assert words(school) == {("line 1", verifying.CUT)}


def test_a_chain_written_anew(school: School, rows: list[Signature]) -> None:
    """The last line with another name, and a hash that fits: only the trail tells."""
    row = Signature.objects.get(number=3)
    row.typed_name = "Somebody Else"
    with past_the_service("aup_signature"):
        Signature.objects.filter(pk=row.pk).update(
            typed_name=row.typed_name, hash=hash_of(values_of(row), row.previous_hash)
        )
    assert words(school) == {("line 3", verifying.REWRITTEN)}


def test_a_line_that_was_never_signed(school: School, rows: list[Signature]) -> None:
    with past_the_service("audit_entry"):
        Entry.objects.filter(action="agreement.signed", detail__number=3).delete()
    assert words(school) == {("line 3", verifying.NOT_ON_TRAIL)}


def test_a_translation_altered(school: School) -> None:
    agreement = loader.latest("camden_2021").agreement("parent")
    content = from_pack(agreement)
    translation = {**content, "title": "Umowa"}
    version = issue(
        school_id=school.pk, agreement=agreement, content=content, translations={"pl": translation},
        person_id=None, user_id=None, now=timezone.now(),
    )  # fmt: skip
    child, parent = family(school)
    factories.signature(version, parent, child, language="pl")
    assert words(school) == set()
    other = {**translation, "title": "Another"}
    for digest in (sha256_of(other), sha256_of(translation)):
        with past_the_service("aup_agreementversion"):
            AgreementVersion.objects.filter(pk=version.pk).update(
                translations={"pl": {"content": other, "sha256": digest}}
            )
        assert words(school) == {("parent version 1", verifying.VERSION), ("line 1", verifying.TRANSLATION)}


@pytest.mark.parametrize("sealed", [seal(b"Another reason."), b"not sealed"], ids=["sealed", "not sealed"])
def test_a_reason_altered(school: School, version: AgreementVersion, sealed: bytes) -> None:
    child, parent = family(school)
    intent = Intent(version_id=version.pk, about_id=child.pk, typed_name="Grace Olorun")
    refuse(by=factories.signer(parent), intent=intent, reason="Too strict.")
    assert words(school) == set()
    with past_the_service("aup_signature"):
        Signature.objects.update(reason_sealed=sealed)
    assert words(school) == {("line 1", verifying.REASON)}


@pytest.mark.parametrize("sealed", [seal(b"Another scan."), b"not sealed"], ids=["sealed", "not sealed"])
def test_a_scan_altered(school: School, rows: list[Signature], sealed: bytes) -> None:
    Scan.objects.create(
        school=school, signature=rows[1], media_type="application/pdf", sha256="0" * 64, size_bytes=1,
        content_sealed=sealed,
    )  # fmt: skip
    assert words(school) == {("line 2", verifying.SCAN)}


@pytest.mark.parametrize("is_content", [False, True], ids=["text", "translation"])
def test_a_text_nobody_has_signed_yet_altered_with_its_hash(school: School, is_content: bool) -> None:
    """Only the trail tells: nothing else holds the hash of a text before its first signature."""
    version = factories.published(school)
    content = {**version.content, "preamble": "You agree to everything."}
    changes: dict[str, Any] = {"content": content, "sha256": sha256_of(content)}
    if is_content:
        changes = {"translations": {"pl": {"content": content, "sha256": sha256_of(content)}}}
    assert words(school) == set()
    with past_the_service("aup_agreementversion"):
        AgreementVersion.objects.filter(pk=version.pk).update(**changes)
    assert words(school) == {("parent version 1", verifying.VERSION)}


def test_a_text_that_is_gone(school: School) -> None:
    version = factories.published(school)
    with past_the_service("aup_agreementversion") as cursor:
        cursor.execute("DELETE FROM aup_agreementversion")
    assert words(school) == {(f"version {version.pk}", verifying.VERSION_GONE)}


def test_two_lines_that_changed_places(school: School, rows: list[Signature]) -> None:
    with past_the_service("aup_signature") as cursor:
        for before, after in ((1, 99), (2, 1), (99, 2)):
            cursor.execute("UPDATE aup_signature SET number = %s WHERE number = %s", [after, before])
    assert {("line 1", "a line was altered"), ("line 2", "a line was altered")} <= words(school)


def test_a_line_put_in_at_the_end_with_a_hash_that_fits(school: School, rows: list[Signature]) -> None:
    row = Signature.objects.get(number=3)
    row.pk, row.number, row.previous_hash, row.counts_until = uuid.uuid4(), 4, row.hash, date(2040, 8, 31)
    row.hash = hash_of(values_of(row), row.previous_hash)
    with past_the_service("aup_signature"):
        row.save(force_insert=True)
    assert words(school) == {("line 4", verifying.NOT_ON_TRAIL)}


def test_everything_of_one_school_is_gone_and_another_stays(school: School, rows: list[Signature]) -> None:
    other = factories.school("Hillside School")
    signed(factories.published(other))
    with past_the_service("aup_signature", "aup_agreementversion") as cursor:
        cursor.execute("DELETE FROM aup_signature WHERE school_id = %s", [school.pk])
        cursor.execute("DELETE FROM aup_agreementversion WHERE school_id = %s", [school.pk])
    assert {each for _, each in words(school)} == {verifying.CUT, verifying.VERSION_GONE}
    assert words(other) == set()
    assert str(school.pk) in fails()


def test_a_scan_that_is_gone_or_another_with_its_hash(school: School, version: AgreementVersion) -> None:
    child, parent = family(school)
    by = factories.viewer(factories.person(school, "Kim Desk", Role.SCHOOL_OFFICE))
    row = record_paper(by=by, paper=paper(version, (child, parent), signed_on=timezone.localdate()))
    assert words(school) == set()
    other = picture() + b" "
    with past_the_service("aup_scan"):
        Scan.objects.update(content_sealed=seal(other), sha256=hashlib.sha256(other).hexdigest())
    assert words(school) == {("line 1", verifying.SCAN)}
    with past_the_service("aup_scan"):
        Scan.objects.filter(signature=row).delete()
    assert words(school) == {("line 1", verifying.SCAN_GONE)}


def test_a_trigger_that_is_off(school: School, rows: list[Signature]) -> None:
    assert verifying.unguarded() == ()
    with past_the_service("aup_signature"):
        assert any(each.startswith("aup_signature.") for each in verifying.unguarded())
        assert "a trigger that guards what was signed is off" in fails()
