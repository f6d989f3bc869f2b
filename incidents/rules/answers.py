"""What a record says: its blank, its problems, what changed. Answers are a flat mapping of field key to value.

Text is a string, a choice a code, several choices a list of codes, a tick a bool, URLs a list of strings, a day
``YYYY-MM-DD``, a time ``HH:MM``; ``people`` is a list of mappings (person_id, name, group, kind, part).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from urllib.parse import urlsplit

from packs.schema import LONG_TEXT_MAX_LENGTH, TEXT_MAX_LENGTH, Form, FormField

Answers = Mapping[str, Any]
PARTS = ("subject", "affected", "witness", "reporter")
KINDS = ("pupil", "staff", "other")
MAX_PEOPLE = 40
MAX_URLS = 30
URL_MAX_LENGTH = 2_000
GROUP_MAX_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an answer, in words for the person who typed it."""

    key: str
    message: str


def blank(form: Form) -> dict[str, Any]:
    """The answers of a form nobody has filled in yet."""
    answers: dict[str, Any] = {}
    for field in form.fields():
        if field.from_school:
            continue
        answers[field.key] = _empty(field)
        for key in field.specify_keys:
            answers[key] = ""
    return answers


def _empty(field: FormField) -> Any:
    if field.kind == "tick":
        return False
    if field.kind in {"multiple", "urls", "people"}:
        return []
    return ""


def is_empty(value: Any) -> bool:
    """Whether an answer says nothing."""
    return value is None or value is False or value == "" or value == []


def changed_keys(old: Answers, new: Answers) -> tuple[str, ...]:
    """The keys whose answers differ, in the order of the new answers."""
    return tuple(key for key in new if new[key] != old.get(key, type(new[key])()))


def ticked_flags(form: Form, answers: Answers) -> tuple[str, ...]:
    """The keys of the single ticks that are ticked."""
    return tuple(field.key for field in form.flags if answers.get(field.key))


def is_subject(people: Iterable[Mapping[str, Any]], person_id: object) -> bool:
    """Whether this person of the school's lists is named as a subject."""
    return any(each["part"] == "subject" and each["person_id"] == str(person_id) for each in people)


def problems(form: Form, answers: Answers, *, today: date, keys: Collection[str] | None = None) -> tuple[Problem, ...]:
    """What is wrong with the answers to these fields (all of the form when ``keys`` is None). Duty R1 (CC 4.1, CM 4.1).

    Each field gets at most one problem, the first that the user should mend.
    """
    found: list[Problem] = []
    for field in form.fields():
        if field.from_school or (keys is not None and field.key not in keys):
            continue
        found.extend(_problems_of(field, answers, today))
    return tuple(found)


def _problems_of(field: FormField, answers: Answers, today: date) -> Iterable[Problem]:
    value = answers.get(field.key)
    if is_empty(value):
        missing = _missing(field, answers)
        return [Problem(field.key, missing)] if missing else []
    wrong = _CHECKS[field.kind](field, value, today)
    if wrong:
        return [Problem(field.key, wrong)]
    return list(_unspecified(field, value, answers))


def _missing(field: FormField, answers: Answers) -> str:
    if field.required:
        return REQUIRED.get(field.key, "Answer this question.")
    if field.required_unless and is_empty(answers.get(field.required_unless)):
        return REQUIRED.get(field.key, "Answer this question or the one it stands with.")
    return ""


# Postgres keeps no NUL, in no text and in no JSON.
UNSTORABLE = "Take out the characters that cannot be kept."
UNSPECIFIED = {"types": "Say what the other type was.", "involved": "Say who else was involved."}
REQUIRED = {
    "happened_on": "Say on which day it happened.",
    "location": "Say where it happened.",
    "involved": "Tick who was involved.",
    "types": "Tick at least one type of incident.",
    "description": "Describe what happened.",
    "reported_by": "Say who reported it, or how it was identified.",
    "identified_how": "Say how it was identified, or who reported it.",
}


def _unspecified(field: FormField, value: Any, answers: Answers) -> Iterable[Problem]:
    chosen = value if isinstance(value, list) else [value]
    for option in field.options:
        if option.specify_key is None or option.code not in chosen:
            continue
        said = answers.get(option.specify_key, "")
        if not isinstance(said, str) or not said.strip():
            yield Problem(
                option.specify_key,
                UNSPECIFIED.get(field.key, "Say what you mean by other."),
            )
        elif "\x00" in said:
            yield Problem(option.specify_key, UNSTORABLE)
        elif len(said) > TEXT_MAX_LENGTH:
            yield Problem(option.specify_key, _too_long(len(said), TEXT_MAX_LENGTH))


def _too_long(length: int, limit: int) -> str:
    return f"Shorten this to {limit:,} characters; it has {length:,}."


def _text(field: FormField, value: Any, today: date) -> str:
    if not isinstance(value, str):
        return "Write this as text."
    if "\x00" in value:
        return UNSTORABLE
    limit = field.max_length or LONG_TEXT_MAX_LENGTH
    if len(value) > limit:
        return _too_long(len(value), limit)
    if field.required and not value.strip():
        return REQUIRED.get(field.key, "Answer this question.")
    return ""


def _date(field: FormField, value: Any, today: date) -> str:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return "That day does not exist."
    if field.not_in_future and day > today:
        return "This day is in the future."
    if day.year < 1990:
        return "Check the year."
    return ""


def _time(field: FormField, value: Any, today: date) -> str:
    try:
        time.fromisoformat(value)
    except (TypeError, ValueError):
        return "Write the time as 14:02, or leave it empty if it is not known."
    return ""


def _choice(field: FormField, value: Any, today: date) -> str:
    return "" if value in field.codes else "Choose one of the options shown."


def _multiple(field: FormField, value: Any, today: date) -> str:
    if not isinstance(value, list) or len(value) != len(set(map(str, value))):
        return "Choose from the options shown."
    return "" if all(code in field.codes for code in value) else "Choose from the options shown."


def _tick(field: FormField, value: Any, today: date) -> str:
    return "" if isinstance(value, bool) else "Tick this or leave it."


def _urls(field: FormField, value: Any, today: date) -> str:
    if not isinstance(value, list):
        return "Write one address a line."
    if len(value) > MAX_URLS:
        return f"Keep it to {MAX_URLS} addresses."
    for number, url in enumerate(value, start=1):
        if not isinstance(url, str) or len(url) > URL_MAX_LENGTH or not is_web_address(url):
            return f"Line {number} is not a web address such as https://example.org/page."
    return ""


def is_web_address(url: str) -> bool:
    """Whether this is an http or https address with a host that has a dot (or is a bracketed address)."""
    if any(each.isspace() or not each.isprintable() for each in url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if parts.username is not None:
        return False
    return parts.scheme in {"http", "https"} and ("." in host.strip(".") or ":" in host) and port != 0


def _people(field: FormField, value: Any, today: date) -> str:
    if not isinstance(value, list) or len(value) > MAX_PEOPLE:
        return f"Name at most {MAX_PEOPLE} people."
    for person in value:
        if not isinstance(person, Mapping) or person.get("part") not in PARTS or person.get("kind") not in KINDS:
            return "Choose the part each person played."
        name, group = person.get("name"), person.get("group", "")
        if not isinstance(name, str) or not name.strip():
            return "Give each person a name."
        if not isinstance(group, str) or "\x00" in name or "\x00" in group:
            return UNSTORABLE
        if len(name) > TEXT_MAX_LENGTH or len(group) > GROUP_MAX_LENGTH:
            return f"Shorten each name to {TEXT_MAX_LENGTH} characters, one person a line."
    return ""


_CHECKS = {
    "date": _date,
    "time": _time,
    "text": _text,
    "long_text": _text,
    "choice": _choice,
    "yes_no": _choice,
    "multiple": _multiple,
    "tick": _tick,
    "urls": _urls,
    "people": _people,
}
