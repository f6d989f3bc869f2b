"""The text of an agreement: what it consists of, its hash, what differs between two versions, what an edit may be.

Content is plain data, as it lies in the database::

    {"title": ..., "preamble": ..., "clauses": [{"id", "heading", "text"}], "consents": [{"code", "text", "needed"}]}

A translation has the same shape and the same ids. No text has markup; it is shown as it is.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packs.schema import Agreement

Content = Mapping[str, Any]
TITLE_MAX_LENGTH = 200
PREAMBLE_MAX_LENGTH = 2_000
HEADING_MAX_LENGTH = 100
CLAUSE_MAX_LENGTH = 1_000
MAX_CLAUSES = 60
LANGUAGES: dict[str, str] = {
    "ar": "Arabic", "bn": "Bengali", "zh": "Chinese", "cs": "Czech", "fr": "French", "de": "German", "gu": "Gujarati",
    "hi": "Hindi", "hu": "Hungarian", "it": "Italian", "lt": "Lithuanian", "ne": "Nepali", "fa": "Persian",
    "pl": "Polish", "pt": "Portuguese", "pa": "Punjabi", "ro": "Romanian", "ru": "Russian", "so": "Somali",
    "es": "Spanish", "ta": "Tamil", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "cy": "Welsh",
    "yo": "Yoruba",
}  # fmt: skip
# Written from right to left.
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur"})
_UNKEPT = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a text from being published, and where: ``title``, ``preamble`` or the id of a clause."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """One clause as it was and as it is now; empty for one that was not there, or is there no longer."""

    id: str
    before: str
    after: str

    @property
    def what(self) -> str:
        """What happened to it, in a word."""
        if not self.before:
            return "new"
        return "changed" if self.after else "taken out"


def from_pack(agreement: Agreement) -> dict[str, Any]:
    """The content that ships with a policy pack. Pure."""
    return {
        "title": agreement.title,
        "preamble": agreement.preamble,
        "clauses": [{"id": each.id, "heading": each.heading, "text": each.text} for each in agreement.clauses],
        "consents": [
            {"code": each.code, "text": each.text, "needed": each.needed_for_access} for each in agreement.consents
        ],
    }


def sha256_of(content: Content) -> str:
    """The hash that names this very text: of its JSON with sorted keys, without spaces, in UTF-8. Pure. Threat T20."""
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def changes(before: Content, after: Content) -> tuple[Change, ...]:
    """What differs, clause by clause, in the order of the new text; what was taken out stands at the end. Pure."""
    old, new = dict(_parts(before)), dict(_parts(after))
    found = [Change(key, old.get(key, ""), text) for key, text in new.items() if old.get(key, "") != text]
    return (*found, *(Change(key, text, "") for key, text in old.items() if text and key not in new))


def is_same(before: Content, after: Content) -> bool:
    """Whether two texts say the same. Pure."""
    return sha256_of(before) == sha256_of(after)


def faults(content: Content) -> tuple[Fault, ...]:
    """What keeps a text from being published. Pure; raises nothing for content of the shape above."""
    return tuple(_faults(content))


def translation_faults(content: Content, translation: Content) -> tuple[Fault, ...]:
    """What keeps a translation from being published beside the English text: each part needs its own. Pure."""
    wanted, said = dict(_parts(content)), dict(_parts(translation))
    missing = [
        Fault(key, "This part has no translation.") for key, text in wanted.items() if text and not said.get(key)
    ]
    return (
        *missing,
        *(Fault(key, "The English text has no such part.") for key in said if said[key] and key not in wanted),
    )


def next_id(code: str, content: Content, used: Sequence[str] = ()) -> str:
    """The id of a new clause; no id is ever given again, also not one of an earlier version (``used``). Pure."""
    own = re.compile(rf"{re.escape(code)}\.([0-9]+)")
    numbers = [int(found[1]) for each in (*_ids(content), *used) if (found := own.fullmatch(each))]
    return f"{code}.{max(numbers, default=0) + 1}"


def readable_text(content: Content) -> str:
    """All that a signer reads, one sentence or clause a line: what its reading age is worked out from. Pure."""
    lines = [content.get("preamble", ""), *(each["text"] for each in content["clauses"])]
    return "\n".join(_ended(each) for each in lines if each)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _ids(content: Content) -> Iterator[str]:
    return (each["id"] for each in content["clauses"])


def _parts(content: Content) -> Iterator[tuple[str, str]]:
    yield "title", content.get("title", "")
    yield "preamble", content.get("preamble", "")
    for each in content.get("clauses", ()):
        heading = f"{each['heading']}: " if each.get("heading") else ""
        yield each["id"], f"{heading}{each['text']}"
    for each in content.get("consents", ()):
        yield f"consent {each['code']}", each["text"]


def _faults(content: Content) -> Iterator[Fault]:
    yield from _of_text("title", content.get("title", ""), TITLE_MAX_LENGTH, is_needed=True)
    yield from _of_text("preamble", content.get("preamble", ""), PREAMBLE_MAX_LENGTH)
    clauses = content["clauses"]
    if not clauses:
        yield Fault("clauses", "An agreement needs at least one clause.")
    if len(clauses) > MAX_CLAUSES:
        yield Fault("clauses", f"Keep it to {MAX_CLAUSES} clauses: nobody reads more.")
    seen: set[str] = set()
    for each in clauses:
        if each["id"] in seen:
            yield Fault(each["id"], "This clause is there twice.")
        seen.add(each["id"])
        yield from _of_text(each["id"], each["text"], CLAUSE_MAX_LENGTH, is_needed=True)
        yield from _of_text(each["id"], each.get("heading", ""), HEADING_MAX_LENGTH)
    for each in content.get("consents", ()):
        yield from _of_text(f"consent {each['code']}", each["text"], CLAUSE_MAX_LENGTH, is_needed=True)


def _of_text(where: str, text: str, limit: int, *, is_needed: bool = False) -> Iterator[Fault]:
    if is_needed and not text.strip():
        yield Fault(where, "Write something here, or take it out.")
    elif len(text) > limit:
        yield Fault(where, f"Shorten this to {limit:,} characters; it has {len(text):,}.")
    elif _UNKEPT.search(text):
        yield Fault(where, "Take out the characters that cannot be kept.")
