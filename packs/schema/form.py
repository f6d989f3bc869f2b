"""The incident report form: sections, fields, options, as frozen dataclasses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

Kind = Literal["date", "time", "text", "long_text", "choice", "multiple", "yes_no", "tick", "urls", "people"]
KINDS: tuple[Kind, ...] = get_args(Kind)

TEXT_MAX_LENGTH = 200
LONG_TEXT_MAX_LENGTH = 20_000

# What a record can hold, whichever pack it was made under. A pack decides which options there
# are and how everything reads; it cannot invent, drop or retype a field.
ANSWER_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "happened_on": "date",
        "happened_at": "time",
        "reported_by": "text",
        "identified_how": "text",
        "location": "choice",
        "involved": "multiple",
        "types": "multiple",
        "description": "long_text",
        "deliberate": "tick",
        "deliberate_material": "multiple",
        "deliberate_considered_as": "multiple",
        "accidental": "tick",
        "accidental_material": "multiple",
        "action_staff": "multiple",
        "specific_action": "long_text",
        "action_child": "multiple",
        "outcome": "long_text",
        "urls": "urls",
        "block_requested": "tick",
        "people": "people",
        "safeguarding": "tick",
        "illegal_material": "tick",
        "immediate_risk": "tick",
        "sexual_images": "tick",
        "evidence": "long_text",
        "audit_of_use": "long_text",
        "on_school_equipment": "yes_no",
        "risk_areas": "multiple",
    }
)

# Printed on the form, but filled from the school's own record: never asked, never an answer.
SCHOOL_KEYS: tuple[str, ...] = (
    "organisation_name",
    "organisation_address",
    "officer_name",
    "officer_contact",
)


class UnknownField(LookupError):
    """The form has no field with this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"This edition of the form has no field “{key}”.")
        self.key = key


class UnknownOption(LookupError):
    """The field has no option with this code in this edition of the form."""

    def __init__(self, key: str, code: str) -> None:
        super().__init__(f"The field “{key}” has no option “{code}” in this edition of the form.")
        self.key = key
        self.code = code


@dataclass(frozen=True, slots=True)
class Option:
    """One box to tick, as it is printed. The code is what is stored, and never changes its meaning."""

    code: str
    label: str
    specify_key: str | None = None
    """The answer that must hold a text when this option is ticked (`types_other`)."""
    specify_label: str = ""
    """The question that goes with `specify_key`; empty when there is none."""
    uploads_barred: bool = False
    """Ticked: no file may be added to the record (duty P7)."""
    serious: bool = False
    """Ticked: the head teacher and the safeguarding lead must know."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the form: its key in the answers, its printed label and what may be entered."""

    key: str
    label: str
    kind: Kind
    required: bool = False
    required_unless: str | None = None
    """The key of another field: one of the two must be filled."""
    not_in_future: bool = False
    options: tuple[Option, ...] = ()
    """For `choice`, `multiple` and `yes_no`; in the order they are printed."""
    box: str | None = None
    """The code of the box it is printed in (nature of incident only), see `Section.boxes`."""
    group: str | None = None
    """Its group inside the box: `material` or `considered_as`; None for the box's own tick."""
    hint: str = ""
    why: str = ""
    """Why the policies ask for it, with the clause; on fields beside the printed form."""
    max_length: int | None = None
    """In characters: 200 for `text`, 20,000 for `long_text`, None for the rest."""
    from_school: bool = False
    """Filled from the school's record, not asked and not among the answers."""
    uploads_barred: bool = False
    """For a `tick`: no file may be added to the record (duty P7)."""
    serious: bool = False
    """For a `tick`: the head teacher and the safeguarding lead must know."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its options, in printed order."""
        return tuple(option.code for option in self.options)

    @property
    def specify_keys(self) -> tuple[str, ...]:
        """The answer keys of the texts that its options ask for."""
        return tuple(option.specify_key for option in self.options if option.specify_key is not None)

    def option(self, code: str) -> Option:
        """The option with this code; raises UnknownOption."""
        for option in self.options:
            if option.code == code:
                return option
        raise UnknownOption(self.key, code)


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the "nature of incident" section: its own tick, then groups of options inside it."""

    code: str
    label: str
    tick: FormField
    groups: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the form, in printed order. `fields` is flat and holds those of the boxes too."""

    code: str
    title: str
    fields: tuple[FormField, ...]
    boxes: tuple[Box, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether somebody fills it in (the organisation block fills itself)."""
        return any(not each.from_school for each in self.fields)


@dataclass(frozen=True, slots=True)
class Form:
    """One edition of the incident report form. Labels are final: `{officer}` is already filled in."""

    title: str
    officer_title: str
    """What this edition calls the one at the school whom the organisation block names."""
    sections: tuple[Section, ...]
    also_recorded: tuple[FormField, ...]
    """Asked beside the printed form, and not printed on it."""
    uploads_barred_reason: str
    """What to tell the person when a type or flag bars uploads."""
    _index: Mapping[str, FormField] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", MappingProxyType({each.key: each for each in self.fields()}))

    def fields(self) -> Iterator[FormField]:
        """Every field: the printed ones in order, then those recorded beside the form."""
        for section in self.sections:
            yield from section.fields
        yield from self.also_recorded

    def field(self, key: str) -> FormField:
        """The field with this key, wherever it stands; raises UnknownField."""
        try:
            return self._index[key]
        except KeyError:
            raise UnknownField(key) from None

    def section(self, code: str) -> Section:
        """The section with this code; raises UnknownField."""
        for section in self.sections:
            if section.code == code:
                return section
        raise UnknownField(code)

    def label(self, key: str, code: str) -> str:
        """How option `code` of field `key` reads in this edition; raises UnknownField, UnknownOption."""
        return self.field(key).option(code).label

    @property
    def answer_keys(self) -> tuple[str, ...]:
        """Every key that answers may have, `types_other` and its like included."""
        keys: list[str] = []
        for each in self.fields():
            if not each.from_school:
                keys.append(each.key)
                keys.extend(each.specify_keys)
        return tuple(keys)

    @property
    def flags(self) -> tuple[FormField, ...]:
        """The fields that are a single tick, which guidance and uploads may depend on."""
        return tuple(each for each in self.fields() if each.kind == "tick")
