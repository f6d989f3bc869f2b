"""The shape of a printed record: the snapshot that is kept with each issued document.

It is plain JSON. Everything that is on paper is in it, in printed order, with labels and ticks, so that neither the
PDF's template nor the read-only page needs the pack or the record again. Once a version of this shape has been used
it never changes its meaning: a new one gets a higher number and a template of its own.
"""

from typing import Literal, NotRequired, TypedDict

Kind = Literal["text", "long_text", "options", "lines", "people"]


class PrintedOption(TypedDict):
    """One box of the form. `text` is what was specified with it ("other: …"); `specify` says that a text belongs."""

    code: str
    label: str
    ticked: bool
    specify: bool
    text: str


class PrintedPerson(TypedDict):
    """Somebody who was involved, and the part they played, in words."""

    name: str
    group: str
    kind: str
    part: str


class PrintedField(TypedDict):
    """One field. `wide`: it takes the whole width of the form, under its label instead of beside it.

    By `kind` there is one more key: `text` (text, long_text), `options`, `lines` or `people`.
    """

    key: str
    label: str
    kind: Kind
    wide: bool
    text: NotRequired[str]
    options: NotRequired[list[PrintedOption]]
    lines: NotRequired[list[str]]
    people: NotRequired[list[PrintedPerson]]


class PrintedBox(TypedDict):
    """A box of "nature of incident": its own tick, then groups, each a field of kind `options`."""

    code: str
    label: str
    ticked: bool
    groups: list[PrintedField]


class PrintedSection(TypedDict):
    """One section of the form, in printed order."""

    code: str
    title: str
    fields: list[PrintedField]
    boxes: list[PrintedBox]


class PrintedForm(TypedDict):
    """Which edition of whose form this is."""

    pack: str
    version: int
    edition: str
    title: str
    authority: str


class PrintedRecord(TypedDict):
    """Which record this is. `*_at` as ISO 8601, `recorded` and `printed` in words; `supersedes` 0: nothing."""

    reference: str
    revision: int
    supersedes: int
    recorded_at: str
    recorded: str
    printed_at: str
    printed: str


class Supplement(TypedDict):
    """What is on the record beside the printed form."""

    title: str
    note: str
    fields: list[PrintedField]


class Snapshot(TypedDict):
    """All of a printed record."""

    snapshot_version: int
    lang: str
    form: PrintedForm
    record: PrintedRecord
    school: str
    sections: list[PrintedSection]
    also_recorded: Supplement
