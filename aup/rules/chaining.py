"""The register of signatures as a chain: each line holds the hash of the one before it. Threats T20 and T23.

The hash is SHA-256 over a JSON array of the line's values in a fixed order: inside of an array no text of one value can
look like the next value. What is hashed can never change; another way would need a version of its own.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

FIRST = "0" * 64
FIELDS = (
    "school_id", "number", "kind", "version_id", "text_sha256", "language", "translation_sha256", "signer_id",
    "about_id", "relation", "typed_name", "intent", "consents", "reason_sha256", "signed_at", "local_time",
    "counts_until", "identified_by", "identified_id", "witness_id", "address", "device",
)  # fmt: skip


class Broken(StrEnum):
    """How a chain is found to be altered."""

    LINE = "a line was altered"
    MISSING = "a line is missing"
    TEXT = "the text that was signed was altered"


BROKEN_WORDS: dict[Broken, str] = {each: each.value for each in Broken}


@dataclass(frozen=True, slots=True)
class Link:
    """One line as it is kept: its place, its values in words, and both hashes."""

    number: int
    values: Mapping[str, object]
    previous_hash: str
    hash: str


def hash_of(values: Mapping[str, object], previous_hash: str) -> str:
    """The hash of a line that follows on another. Raises KeyError where a value is missing. Pure."""
    said = [previous_hash, *(_plain(values[name]) for name in FIELDS)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def broken(links: Iterable[Link]) -> list[tuple[int, Broken]]:
    """Where a chain is altered, in its order; each line is held against the one before it. Pure."""
    found: list[tuple[int, Broken]] = []
    previous_hash, expected = FIRST, 1
    for link in links:
        if link.number != expected:
            found.append((expected, Broken.MISSING))
        if link.hash != hash_of(link.values, link.previous_hash) or (
            link.number == expected and link.previous_hash != previous_hash
        ):
            found.append((link.number, Broken.LINE))
        previous_hash, expected = link.hash, link.number + 1
    return found


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Mapping):
        return {str(key): value[key] for key in sorted(value)}
    return value if isinstance(value, int) or value is None else str(value)
