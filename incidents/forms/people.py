"""The people page: who is in the case, each with the part they played, and a place to add the next one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from incidents.forms.answers import Typed
from incidents.forms.fields import OneOfField, TextField, TickField
from incidents.forms.record import RecordForm
from incidents.rules.answers import KINDS, PARTS, Problem
from packs.schema import Form

KEY = "people"
PART_LABELS = {
    "subject": "Subject",
    "affected": "Affected",
    "witness": "Witness",
    "reporter": "Reporter",
}
KIND_LABELS = {"pupil": "pupil", "staff": "staff", "other": "name as typed"}
_CHOICES = [("", "Choose a part"), *((part, PART_LABELS[part]) for part in PARTS)]
_POSTED = re.compile(r"people-(\d{1,2})-(?:name|person_id)", re.ASCII)
_HIDDEN = ("person_id", "name", "group", "kind")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody of the school's lists, as chosen in the type-ahead."""

    person_id: UUID
    name: str
    group: str
    kind: str


@dataclass(frozen=True, slots=True)
class Row:
    """One person on the page."""

    number: int
    name: str
    group: str
    kind_label: str
    is_typed: bool
    hidden: tuple[forms.BoundField, ...]
    part: forms.BoundField
    remove: forms.BoundField


def tidy_id(typed: object) -> str:
    """An id as it was posted; empty when it is none."""
    try:
        return str(UUID(str(typed)))
    except ValueError:
        return ""


def tidy_number(typed: object) -> int | None:
    """The number of a row as it was posted; None when it is none."""
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 2 else None


def words_to_find(name: str) -> str:
    """What to look a typed name up by: its first two words without a class or job."""
    words = re.split(r"[,(]", name)[0].split()
    return " ".join([word for word in words if not any(each.isdigit() for each in word)][:2])


class PeopleForm(RecordForm):
    """Rows of people, and the picker's ``find``, ``pick``, ``add_part`` and ``match``."""

    keys = (KEY,)

    def __init__(self, questions: Form, *, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(questions, data=data, **options)
        people = self.initial.get(KEY, [])
        posted = data is not None
        self.numbers = sorted(_numbers(data)) if data is not None else list(range(len(people)))
        for number in self.numbers:
            said = {} if posted else people[number]
            for name in _HIDDEN:
                field = TextField(required=False, widget=forms.HiddenInput, initial=said.get(name, ""))
                self.fields[f"people-{number}-{name}"] = field
            self.fields[f"people-{number}-part"] = OneOfField(
                label="Part", choices=_CHOICES, widget=forms.Select, initial=said.get("part", ""), required=True
            )
            remove = forms.CheckboxInput({"class": "form-check-input"})
            self.fields[f"people-{number}-remove"] = TickField(label="Remove", required=False, widget=remove)
        self.fields["find"] = TextField(label="Find a pupil or member of staff", required=False)
        self.fields["pick"] = TextField(required=False, widget=forms.HiddenInput)
        self.fields["match"] = TextField(required=False, widget=forms.HiddenInput)
        self.fields["add_part"] = OneOfField(
            label="Which part did they play?", choices=_CHOICES, widget=forms.Select, required=True
        )

    @property
    def rows(self) -> tuple[Row, ...]:
        """The people on the page, for the template."""
        return tuple(self._row(number) for number in self.numbers)

    def _row(self, number: int) -> Row:
        def value(name: str) -> str:
            return str(self[f"people-{number}-{name}"].value() or "")

        return Row(
            number=number,
            name=value("name"),
            group=value("group"),
            kind_label=KIND_LABELS.get(value("kind"), ""),
            is_typed=not value("person_id"),
            hidden=tuple(self[f"people-{number}-{name}"] for name in _HIDDEN),
            part=self[f"people-{number}-part"],
            remove=self[f"people-{number}-remove"],
        )

    @property
    def match(self) -> int | None:
        """The row whose typed name is to be matched with somebody of the school's lists."""
        number = tidy_number(self.data.get("match")) if self.is_bound else None
        return number if number in self.numbers else None

    @property
    def picked(self) -> str:
        """The id of whoever was chosen in the type-ahead."""
        return tidy_id(self.data.get("pick", ""))

    @property
    def has_newcomer(self) -> bool:
        """Whether somebody stands in the picker."""
        return bool(self.picked or str(self.data.get("find", "")).strip())

    def clean(self) -> dict[str, Any]:
        if self.has_newcomer and self.match is None and self.cleaned_data.get("add_part") not in PARTS:
            self.add_error("add_part", "Choose the part this person played, or empty the name.")
        return super().clean()

    def to_answers(self) -> dict[str, Any]:
        """The rows that are not removed, and whoever stands in the picker. Names are settled by the service."""
        people = [self._person(number) for number in self.numbers if not self._said(number, "remove")]
        if self.has_newcomer:
            if self.match is not None:
                people = [
                    self._newcomer(part=str(self._said(number, "part"))) if number == self.match else person
                    for number, person in zip(self._kept(), people, strict=True)
                ]
            elif self.cleaned_data.get("add_part") in PARTS:
                people.append(self._newcomer(part=self.cleaned_data["add_part"]))
        return {KEY: list({tuple(each.items()): each for each in people}.values())}

    def place_of(self, key: str) -> str | None:
        for number in self._kept():
            if self._said(number, "part") not in PARTS:
                return f"people-{number}-part"
        return None

    def show(self, problem: Problem) -> None:
        """A part that was not chosen is said once, beside its row or the picker."""
        if not self.errors:
            super().show(problem)

    def typed(self) -> Typed:
        """The rows alone: a name that is being looked for is no draft."""
        passing = {"find", "pick", "match", "add_part"}
        return {name: values for name, values in super().typed().items() if name not in passing}

    def typed_with(self, named: Named | None) -> Typed:
        """The rows as a draft keeps them, with whoever stands in the picker as the last one, or matched to a row."""
        typed = self.typed()
        taken = self.match
        part = str(self._said(taken, "part") if taken is not None else self.cleaned_data.get("add_part", ""))
        number = taken if taken is not None else max(self.numbers, default=-1) + 1
        person = self._newcomer(part=part)
        if named is not None:
            known = {"name": named.name, "group": named.group, "kind": named.kind}
            person |= {"person_id": str(named.person_id), **known}
        else:
            person["person_id"] = ""
        typed |= {f"people-{number}-{name}": [str(value)] for name, value in person.items()}
        return typed

    def is_there_already(self, named: Named | None) -> bool:
        """Whether whoever stands in the picker is on the page with this part."""
        part = self.cleaned_data.get("add_part")
        who = str(named.person_id) if named else ""
        name = str(self.cleaned_data.get("find", "")).casefold()
        return self.match is None and any(
            self._said(number, "part") == part
            and (self._said(number, "person_id") == who if who else str(self._said(number, "name")).casefold() == name)
            for number in self._kept()
        )

    def _kept(self) -> list[int]:
        return [number for number in self.numbers if not self._said(number, "remove")]

    def _said(self, number: int, name: str) -> Any:
        return self.cleaned_data.get(f"people-{number}-{name}", "")

    def _person(self, number: int) -> dict[str, str]:
        kind = str(self._said(number, "kind"))
        return {
            "person_id": tidy_id(self._said(number, "person_id")),
            "name": str(self._said(number, "name")),
            "group": str(self._said(number, "group")),
            "kind": kind if kind in KINDS else "other",
            "part": str(self._said(number, "part")),
        }

    def _newcomer(self, *, part: str) -> dict[str, str]:
        name = str(self.cleaned_data.get("find") or "").strip()
        # Whoever was picked gets the name the school knows them by; until then it must not be empty.
        name = name or ("-" if self.picked else "")
        return {"person_id": self.picked, "name": name, "group": "", "kind": "other", "part": part}


def _numbers(data: QueryDict) -> Iterable[int]:
    return {int(found[1]) for name in data if (found := _POSTED.fullmatch(name))}
