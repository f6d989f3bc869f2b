"""A finalised record for another system: codes and labels, under the schema in static/schemas.

``incident-report-v1.schema.json`` is what others build upon: what this module writes under version 1 never changes
its meaning; another shape gets another version and another schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from incidents.printing import KINDS_OF_PERSON, PARTS
from packs.schema import FormField, Pack

SCHEMA_ID: Final = "urn:example:online-safety:incident-report:1"
SCHOOL_KEYS: Final = ("organisation_name", "organisation_address", "officer_name", "officer_contact")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finalised:
    """One version of a record that was queued for the officer. ``*_at`` are ISO 8601 with offset, or empty."""

    incident_id: UUID
    reference: str
    revision: int
    supersedes: int
    logged_at: str
    recorded_at: str
    due_at: str
    finalised_at: str
    pack: Pack
    content: Mapping[str, Any]
    school: Mapping[str, str]
    pdf_sha256: str
    pdf_pages: int


def report_json(record: Finalised) -> Json:
    """The record as JSON values, in printed order. Duties R2, D2 (CC 4.1, CM 3.2). Pure; reads whatever was stored."""
    pack = record.pack
    asked = [field for field in pack.form.fields() if not field.from_school and field.kind != "people"]
    return {
        "schema": SCHEMA_ID,
        "id": str(record.incident_id),
        "reference": record.reference,
        "revision": record.revision,
        "supersedes": record.supersedes or None,
        "logged_at": record.logged_at,
        "recorded_at": record.recorded_at,
        "due_at": record.due_at,
        "finalised_at": record.finalised_at,
        "form": {
            "pack": pack.code,
            "version": pack.version,
            "edition": pack.edition,
            "title": pack.form.title,
            "authority": pack.authority,
        },
        "school": {key: record.school.get(key, "") for key in SCHOOL_KEYS},
        "answers": [_answer(field, record.content) for field in asked],
        "people": [_person(each) for each in record.content.get("people") or []],
        "pdf": {"sha256": record.pdf_sha256, "pages": record.pdf_pages} if record.pdf_sha256 else None,
    }


def _answer(field: FormField, content: Mapping[str, Any]) -> Json:
    """One question: its key, label and kind, and by kind `chosen`, `ticked`, `lines` or `text`."""
    value = content.get(field.key)
    answer: Json = {"key": field.key, "label": field.label, "kind": field.kind}
    match field.kind:
        case "choice" | "multiple" | "yes_no":
            codes = value if isinstance(value, list) else [value] if value else []
            answer["chosen"] = [_chosen(field, str(code), content) for code in codes]
        case "tick":
            answer["ticked"] = value is True
        case "urls":
            answer["lines"] = [str(each) for each in value or []]
        case _:
            answer["text"] = str(value or "")
    return answer


def _chosen(field: FormField, code: str, content: Mapping[str, Any]) -> Json:
    if code not in field.codes:
        return {"code": code, "label": code, "text": ""}
    option = field.option(code)
    text = str(content.get(option.specify_key, "")) if option.specify_key else ""
    return {"code": code, "label": option.label, "text": text}


def _person(person: Mapping[str, Any]) -> Json:
    kind, part = str(person.get("kind", "")), str(person.get("part", ""))
    return {
        "name": str(person.get("name", "")),
        "group": str(person.get("group", "")),
        "kind": {"code": kind, "label": KINDS_OF_PERSON.get(kind, kind)},
        "part": {"code": part, "label": PARTS.get(part, part)},
    }
