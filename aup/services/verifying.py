"""Whether a school's register of signatures is what it was when it was written. Threats T20 and T23.

Four things are held against each other: the lines among themselves, each line and the text it names, what is sealed
beside a line, and the audit trail, which holds the number and hash of every line and is a chain of its own.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.fields.json import KT

from audit.models import Entry
from aup.models import AgreementVersion, Scan, Signature
from aup.rules.chaining import BROKEN_WORDS, Broken, Link, broken
from aup.rules.content import sha256_of
from aup.services.signing import ACTIONS, values_of
from schools.sealing import SealBroken, unseal
from schools.wall import in_school

KEPT_TABLES = ("aup_agreementversion", "aup_withdrawal", "aup_signature", "aup_scan")
TRANSLATION = "the translation that was read was altered"
REASON = "the reason that was given was altered"
SCAN = "the scan of the paper was altered"
CUT = "the last lines are missing: the audit trail knows of more"
NOT_ON_TRAIL = "the audit trail knows nothing of this line"
REWRITTEN = "the audit trail holds another hash of this line"
SCAN_GONE = "the scan of the paper is missing"
VERSION = "a published text is not what was published"
VERSION_GONE = "a published text is missing"


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong and where: the number of a line, or an agreement's code and version."""

    where: str
    words: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of one school."""

    count: int
    found: tuple[Found, ...]


def verify_register(school_id: UUID) -> Verified:
    """Read every line and every text of a school. Eight queries. Changes nothing."""
    with in_school(school_id):
        versions = {each.pk: each for each in AgreementVersion.objects.filter(school_id=school_id)}
        trail = _trail(school_id)
        rows = list(_rows(school_id))
        published = _published(school_id)
        found = [
            Found(f"{each.code} version {each.number}", VERSION)
            for each in versions.values()
            if _is_altered(each, published.get(each.pk))
        ]
        found += [Found(f"version {each}", VERSION_GONE) for each in sorted(published.keys() - versions.keys())]
        links = [Link(each.number, values_of(each), each.previous_hash, each.hash) for each in rows]
        found += [Found(f"line {number}", BROKEN_WORDS[how]) for number, how in broken(links)]
        for row in rows:
            troubles = _troubles(row, versions.get(row.version_id), trail)
            found += [Found(f"line {row.number}", each) for each in troubles]
        last = rows[-1].number if rows else 0
        if max(trail, default=0) > last:
            found.append(Found(f"line {last + 1}", CUT))
        found += [Found(f"line {number}", words) for number, words in _altered_scans(school_id)]
    return Verified(len(rows), tuple(found))


def unguarded() -> tuple[str, ...]:
    """The triggers that keep what was signed from being changed, and are switched off. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgenabled = 'D' AND tgrelid::regclass::text = ANY(%s) ORDER BY 1",
            [list(KEPT_TABLES)],
        )
        return tuple(name for (name,) in cursor.fetchall())


def _trail(school_id: UUID) -> dict[int, str]:
    entries = Entry.objects.filter(school_id=school_id, action__in=ACTIONS.values(), detail__has_key="number")
    return {int(number): found for number, found in entries.values_list(KT("detail__number"), KT("detail__hash"))}


def _rows(school_id: UUID) -> Iterator[Signature]:
    return Signature.objects.filter(school_id=school_id).order_by("number").iterator(chunk_size=1000)


def _published(school_id: UUID) -> dict[UUID, list[str]]:
    """The hashes of each text, and then of its translations, as the trail holds them from the day it was published."""
    entries = Entry.objects.filter(school_id=school_id, action="agreement.published", detail__has_key="sha256")
    said = entries.filter(object_id__isnull=False).values_list("object_id", "detail")
    return {object_id: detail["sha256"] for object_id, detail in said if object_id}


def _is_altered(version: AgreementVersion, published: list[str] | None) -> bool:
    said: dict[str, Any] = version.translations
    now = [version.sha256, *(each["sha256"] for _, each in sorted(said.items()))]
    if published is not None and published != now:
        return True
    return version.sha256 != sha256_of(version.content) or any(
        each["sha256"] != sha256_of(each["content"]) for each in said.values()
    )


def _troubles(row: Signature, version: AgreementVersion | None, trail: dict[int, str]) -> Iterator[str]:
    if version is None or not row.text_sha256 == version.sha256 == sha256_of(version.content):
        yield BROKEN_WORDS[Broken.TEXT]
    translation = version.translations.get(row.language) if version else None
    if row.translation_sha256 and (translation is None or sha256_of(translation["content"]) != row.translation_sha256):
        yield TRANSLATION
    if row.reason_sha256 and _hash_of_reason(row) != row.reason_sha256:
        yield REASON
    if row.number not in trail:
        yield NOT_ON_TRAIL
    elif trail[row.number] != row.hash:
        yield REWRITTEN


def _hash_of_reason(row: Signature) -> str:
    try:
        reason = unseal(row.reason_sealed or b"").decode()
    except SealBroken:
        return ""
    return hashlib.sha256(f"{row.pk} {reason}".encode()).hexdigest()


def _altered_scans(school_id: UUID) -> Iterator[tuple[int, str]]:
    entries = Entry.objects.filter(school_id=school_id, action="agreement.scan_kept", detail__has_key="number")
    kept = {int(number): found for number, found in entries.values_list(KT("detail__number"), KT("detail__sha256"))}
    for scan in Scan.objects.filter(school_id=school_id).select_related("signature").iterator(chunk_size=10):
        try:
            content = unseal(scan.content_sealed)
        except SealBroken:
            content = b""
        number, digest = scan.signature.number, hashlib.sha256(content).hexdigest()
        if digest != scan.sha256 or kept.pop(number, digest) != digest:
            yield number, SCAN
        kept.pop(number, None)
    for number in sorted(kept):
        yield number, SCAN_GONE
