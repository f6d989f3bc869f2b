"""A record as it is printed: pack and answers in, a fully resolved snapshot out (its shape: incidents/printed.py)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from incidents.printed import (
    PrintedBox,
    PrintedField,
    PrintedOption,
    PrintedPerson,
    PrintedSection,
    Snapshot,
)
from packs.schema import Box, FormField, Option, Pack, Section

__all__ = [
    "KINDS_OF_PERSON",
    "PARTS",
    "SNAPSHOT_VERSION",
    "TEMPLATE",
    "Organisation",
    "Snapshot",
    "contact_in_words",
    "snapshot_of",
]

SNAPSHOT_VERSION: Final = 1
TEMPLATE: Final = "pdf/incidents/report_v1.html"
"""The template that draws this version of the snapshot."""

KINDS_OF_PERSON: Final = {"pupil": "Pupil", "staff": "Member of staff", "other": "Someone else"}
PARTS: Final = {"subject": "Subject", "affected": "Affected", "witness": "Witness", "reporter": "Reporter"}

# What JSON in Postgres cannot hold: NUL, and halves of surrogate pairs. Forms refuse them; printing must not stumble.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_MANY_EMPTY_LINES: Final = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class Organisation:
    """The school's block of the form, from the school's own record."""

    name: str
    address: str
    officer_name: str
    officer_contact: str


def contact_in_words(phone: str, email: str) -> str:
    """How the form says where the officer of the school is reached; pure."""
    return ", ".join(part for part in (phone, email) if part)


def snapshot_of(
    *,
    pack: Pack,
    answers: Mapping[str, object],
    organisation: Organisation,
    reference: str,
    revision: int,
    recorded_at: str,
    printed_at: str,
    supersedes: int = 0,
) -> Snapshot:
    """The record as the pack's edition prints it (duties R3 and D2: the authority's own form).

    `answers` has the keys of `Form.answer_keys`. Whatever it holds beyond this edition (an option that was dropped,
    a key nobody knows, a value of the wrong kind) is not lost: it is printed under "also recorded".
    `recorded_at` and `printed_at` are ISO 8601 with the school's own offset; `recorded_at` is empty for a report that
    has not been recorded yet. `supersedes` is the last revision that was sent before this one, 0 when there is none.
    Raises ValueError for a time that is none.
    """
    printing = _Printing(answers, organisation)
    sections = [printing.section(each) for each in pack.form.sections]
    fields = printing.beside(pack.form.also_recorded)
    printing.unknown_keys({*pack.form.answer_keys})
    return {
        "snapshot_version": SNAPSHOT_VERSION,
        "lang": "en-GB",
        "form": {
            "pack": pack.code,
            "version": pack.version,
            "edition": pack.edition,
            "title": pack.form.title,
            "authority": pack.authority,
        },
        "record": {
            "reference": reference,
            "revision": revision,
            "supersedes": supersedes,
            "recorded_at": recorded_at,
            "recorded": _moment(recorded_at),
            "printed_at": printed_at,
            "printed": _moment(printed_at),
        },
        "school": _text(organisation.name),
        "sections": sections,
        "also_recorded": {
            "title": "Also recorded by the school",
            "note": f"Not part of the authority's printed form ({pack.authority}). Kept on the record beside it.",
            "fields": [*fields, *printing.leftovers()],
        },
    }


class _Printing:
    """Prints one set of answers, and remembers what the form had no place for."""

    def __init__(self, answers: Mapping[str, object], organisation: Organisation) -> None:
        self.answers = answers
        self.school = {
            "organisation_name": organisation.name,
            "organisation_address": organisation.address,
            "officer_name": organisation.officer_name,
            "officer_contact": organisation.officer_contact,
        }
        self.homeless: list[str] = []

    def section(self, section: Section) -> PrintedSection:
        return {
            "code": section.code,
            "title": section.title,
            "fields": [
                self.field(each, wide=each.label == section.title) for each in section.fields if each.box is None
            ],
            "boxes": [self.box(each) for each in section.boxes],
        }

    def box(self, box: Box) -> PrintedBox:
        return {
            "code": box.code,
            "label": box.label,
            "ticked": self.ticked(box.tick, name=box.label),
            "groups": [self.field(each, wide=True, under=box.label) for each in box.groups],
        }

    def beside(self, fields: Iterable[FormField]) -> list[PrintedField]:
        """The fields beside the form; the single ticks stand together, first."""
        ticks: list[PrintedOption] = []
        rest: list[PrintedField] = []
        for each in fields:
            if each.kind == "tick":
                ticks.append(_option(each.key, each.label, ticked=self.ticked(each, name=each.label)))
            else:
                rest.append(self.field(each))
        if not ticks:
            return rest
        return [
            {"key": "flags", "label": "Marked on the record", "kind": "options", "wide": True, "options": ticks},
            *rest,
        ]

    def field(self, field: FormField, *, wide: bool = False, under: str = "") -> PrintedField:
        """One field; `under` is the label of the box it is printed in."""
        value = self.school.get(field.key) if field.from_school else self.answers.get(field.key)
        name = f"{under}, {field.label}" if under else field.label
        printed: PrintedField = {"key": field.key, "label": field.label, "kind": "text", "wide": wide}
        match field.kind:
            case "choice" | "multiple" | "yes_no":
                printed |= {"kind": "options", "options": self.options(field, _items(value), name=name)}
            case "tick":
                option = _option(field.key, field.label, ticked=self.ticked(field, name=name))
                printed |= {"kind": "options", "options": [option]}
            case "people":
                printed |= {"kind": "people", "wide": True, "people": self.people(_items(value), name=name)}
            case "urls":
                lines = [text for each in _items(value) if (text := _text(each))]
                printed |= {"kind": "lines", "wide": True, "lines": lines}
            case "long_text":
                printed |= {"kind": "long_text", "wide": True, "text": _text(value)}
            case "date":
                printed["text"] = _day(_text(value))
            case "time" | "text":
                printed["text"] = _text(value)
        return printed

    def options(self, field: FormField, given: list[object], *, name: str) -> list[PrintedOption]:
        for each in given:
            if each not in field.codes:
                self.homeless.append(f"{name}: {_words(each)}")
        return [self.option(each, ticked=each.code in given) for each in field.options]

    def option(self, option: Option, *, ticked: bool) -> PrintedOption:
        # The text is printed even where its box is empty: somebody wrote it.
        text = "" if option.specify_key is None else _text(self.answers.get(option.specify_key))
        return _option(option.code, option.label, ticked=ticked, specify=option.specify_key is not None, text=text)

    def ticked(self, field: FormField, *, name: str) -> bool:
        value = self.answers.get(field.key)
        if isinstance(value, bool):
            return value
        if not _is_empty(value):
            self.homeless.append(f"{name}: {_words(value)}")
        return False

    def people(self, given: list[object], *, name: str) -> list[PrintedPerson]:
        people: list[PrintedPerson] = []
        for each in given:
            if not isinstance(each, Mapping):
                self.homeless.append(f"{name}: {_words(each)}")
                continue
            kind, part = _text(each.get("kind")), _text(each.get("part"))
            people.append(
                {
                    "name": _text(each.get("name")),
                    "group": _text(each.get("group")),
                    "kind": KINDS_OF_PERSON.get(kind, kind),
                    "part": PARTS.get(part, part),
                }
            )
        return people

    def unknown_keys(self, known: set[str]) -> None:
        self.homeless.extend(
            f"{_words(key)}: {_words(value)}"
            for key, value in self.answers.items()
            if key not in known and not _is_empty(value)
        )

    def leftovers(self) -> list[PrintedField]:
        """What the form had no place for; nothing, as a rule."""
        if not self.homeless:
            return []
        label = "Recorded, but with no place in this edition of the form"
        return [{"key": "no_place", "label": label, "kind": "lines", "wide": True, "lines": self.homeless}]


def _option(code: str, label: str, *, ticked: bool, specify: bool = False, text: str = "") -> PrintedOption:
    return {"code": code, "label": label, "ticked": ticked, "specify": specify, "text": text}


def _items(value: object) -> list[object]:
    if _is_empty(value):
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _is_empty(value: object) -> bool:
    return value is None or value is False or value in ("", [], (), {})


def _text(value: object) -> str:
    """The text, with plain line ends, at most one empty line in a row, and nothing that JSON cannot hold."""
    if value is None:
        return ""
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return _MANY_EMPTY_LINES.sub("\n\n", _UNSTORABLE.sub("\ufffd", text)).strip("\n")


def _words(value: object) -> str:
    """A stored value without a label, as readable as it gets: `drug_bomb_making` is drug bomb making."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(key)} {_words(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_words(each) for each in value)
    text = _text({True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value)
    return text.replace("_", " ") if re.fullmatch(r"[a-z][a-z0-9_]*", text) else text


def _day(text: str) -> str:
    """2026-11-20 as Friday 20 November 2026; anything else stays as it was stored."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{on:%A} {on.day} {on:%B %Y}"


def _moment(text: str) -> str:
    """An ISO time as 20 November 2026, 14:02, on the clock it was given in."""
    if not text:
        return ""
    at = datetime.fromisoformat(text)
    return f"{at.day} {at:%B %Y, %H:%M}"
