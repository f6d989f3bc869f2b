"""Answers in words, as the form's edition says them, for comparing two versions of a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from incidents.rules.answers import is_empty
from packs.schema import Form, FormField

PARTS_IN_WORDS = {"subject": "subject", "affected": "affected", "witness": "witness", "reporter": "reported it"}


@dataclass(frozen=True, slots=True)
class Compared:
    """One question with two answers to it, each in words; empty for no answer."""

    label: str
    yours: str
    theirs: str

    @property
    def differs(self) -> bool:
        """Whether the two say different things."""
        return self.yours != self.theirs


def compare(form: Form, keys: tuple[str, ...], yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Compared]:
    """Two answers to each of these questions, side by side, in the order of the keys. Pure."""
    fields = [form.field(key) for key in keys]
    return [Compared(label_of(form, each), in_words(each, yours), in_words(each, theirs)) for each in fields]


def label_of(form: Form, field: FormField) -> str:
    """What a question is called where it stands alone: with the box of the form it is printed in."""
    for section in form.sections:
        for box in section.boxes:
            if field in box.groups:
                return f"{box.label}: {field.label}"
    return field.label


def in_words(field: FormField, answers: Mapping[str, Any]) -> str:
    """What the answers say to one question, several things one a line. Pure; codes nobody knows stay as they are."""
    value = answers.get(field.key)
    if is_empty(value):
        return ""
    match field.kind:
        case "tick":
            return "Yes"
        case "date":
            return _day(str(value))
        case "choice" | "yes_no":
            return _option(field, str(value), answers)
        case "multiple" if isinstance(value, list):
            return "\n".join(_option(field, str(code), answers) for code in value)
        case "urls" if isinstance(value, list):
            return "\n".join(map(str, value))
        case "people" if isinstance(value, list):
            return "\n".join(_person(each) for each in value)
        case _:
            return str(value)


def _option(field: FormField, code: str, answers: Mapping[str, Any]) -> str:
    if code not in field.codes:
        return code
    option = field.option(code)
    said = answers.get(option.specify_key, "") if option.specify_key else ""
    return f"{option.label}: {said}" if said else option.label


def _person(person: Mapping[str, Any]) -> str:
    group = f", {person['group']}" if person.get("group") else ""
    part = PARTS_IN_WORDS.get(str(person.get("part")), "")
    return f"{person.get('name', '')}{group} ({part})"


def _day(value: str) -> str:
    try:
        on = date.fromisoformat(value)
    except ValueError:
        return value
    return f"{on:%a} {on.day} {on:%b %Y}"
