"""form.yaml: one edition of the incident report form."""

import re

from packs.reading import Node, PackError, Table
from packs.schema import (
    ANSWER_KINDS,
    KINDS,
    LONG_TEXT_MAX_LENGTH,
    SCHOOL_KEYS,
    TEXT_MAX_LENGTH,
    Box,
    Form,
    FormField,
    Kind,
    Option,
    Section,
)

_MAX_LENGTHS: dict[Kind, int] = {"text": TEXT_MAX_LENGTH, "long_text": LONG_TEXT_MAX_LENGTH}
_WITH_OPTIONS: tuple[Kind, ...] = ("choice", "multiple", "yes_no")
_BRACES = re.compile(r"[{}]")


def build_form(node: Node) -> Form:
    """Reads form.yaml. Raises PackError."""
    return _Builder().form(node)


class _Builder:
    """Builds the form once; remembers which keys were used and what the officer is called."""

    def __init__(self) -> None:
        self.officer = ""
        self.nodes: dict[str, Node] = {}
        self.unless: list[tuple[Node, str]] = []

    def form(self, node: Node) -> Form:
        with node.table() as table:
            self.officer = table.need("officer").text()
            sections_node = table.need("sections")
            sections: dict[str, Section] = {}
            for item in sections_node.items(least=1):
                with item.table() as row:
                    code = row.need("code")
                    if code.code() in sections:
                        raise code.fault(f"the section “{code.value}” is there twice.")
                    sections[code.code()] = self.section(code.code(), row)
            form = Form(
                title=self.label(table.need("title")),
                officer_title=self.officer,
                sections=tuple(sections.values()),
                also_recorded=tuple(self.field(each) for each in table.need("also_recorded").items(least=1)),
                uploads_barred_reason=table.need("uploads_barred_reason").text(),
            )
        for key in (*SCHOOL_KEYS, *ANSWER_KINDS):
            if key not in self.nodes:
                raise PackError(sections_node.file, sections_node.key, f"the form has no field “{key}”.")
        for each, key in self.unless:
            if key not in ANSWER_KINDS:
                raise each.fault(f"the form has no field “{key}”.")
        return form

    def section(self, code: str, row: Table) -> Section:
        title = self.label(row.need("title"))
        fields = [self.field(each) for each in row.items("fields")]
        boxes = tuple(self.box(each) for each in row.items("boxes"))
        for box in boxes:
            fields += [box.tick, *box.groups]
        if not fields:
            raise row.node("fields", None).fault("is missing: a section needs fields or boxes.")
        return Section(code=code, title=title, fields=tuple(fields), boxes=boxes)

    def box(self, node: Node) -> Box:
        with node.table() as row:
            code = row.need("code")
            label = row.need("label")
            self.claim(code, "tick")
            tick = FormField(
                key=code.code(),
                label=self.label(label),
                kind="tick",
                box=code.code(),
                uploads_barred=row.flag("uploads_barred"),
                serious=row.flag("serious"),
            )
            groups = tuple(self.group(each, code.code()) for each in row.need("groups").items(least=1))
            return Box(code=code.code(), label=tick.label, tick=tick, groups=groups)

    def group(self, node: Node, box: str) -> FormField:
        with node.table() as row:
            code = row.need("code")
            key = Node(code.file, code.key, f"{box}_{code.code()}")
            self.claim(key, "multiple")
            return FormField(
                key=key.code(),
                label=self.label(row.need("label")),
                kind="multiple",
                options=self.options(row.need("options"), key.code()),
                box=box,
                group=code.code(),
            )

    def field(self, node: Node) -> FormField:
        with node.table() as row:
            key = row.need("key")
            if row.flag("from_school"):
                self.claim_school(key)
                return FormField(key=key.code(), label=self.label(row.need("label")), kind="text", from_school=True)
            kind_node = row.need("kind")
            kind: Kind = kind_node.one_of(KINDS)
            self.claim(key, kind, kind_node)
            unless = row.maybe("required_unless")
            if unless is not None:
                self.unless.append((unless, unless.code()))
            options = row.maybe("options")
            if options is None and kind in _WITH_OPTIONS:
                raise row.node("options", None).fault(f"is missing: a field of kind “{kind}” has options.")
            if options is not None and kind not in _WITH_OPTIONS:
                raise options.fault(f"does not belong here: a field of kind “{kind}” has no options.")
            return FormField(
                key=key.code(),
                label=self.label(row.need("label")),
                kind=kind,
                required=row.flag("required"),
                required_unless=None if unless is None else unless.code(),
                not_in_future=self.only_for(row, "not_in_future", kind, "date"),
                options=() if options is None else self.options(options, key.code(), kind),
                hint=row.text("hint"),
                why=row.text("why"),
                max_length=_MAX_LENGTHS.get(kind),
                uploads_barred=self.only_for(row, "uploads_barred", kind, "tick"),
                serious=self.only_for(row, "serious", kind, "tick"),
            )

    def options(self, node: Node, key: str, kind: Kind = "multiple") -> tuple[Option, ...]:
        found: dict[str, Option] = {}
        for item in node.items(least=2):
            with item.table() as row:
                code = row.need("code")
                if code.code() in found:
                    raise code.fault(f"the option “{code.value}” is there twice.")
                specify = row.maybe("specify")
                found[code.code()] = Option(
                    code=code.code(),
                    label=self.label(row.need("label")),
                    specify_key=None if specify is None else f"{key}_{code.code()}",
                    specify_label="" if specify is None else self.label(specify),
                    uploads_barred=row.flag("uploads_barred"),
                    serious=row.flag("serious"),
                )
        if kind == "yes_no" and set(found) != {"yes", "no"}:
            raise node.fault("a field of kind “yes_no” has exactly the options yes and no.")
        return tuple(found.values())

    def label(self, node: Node) -> str:
        label = node.text().replace("{officer}", self.officer)
        if _BRACES.search(label):
            raise node.fault("holds a curly bracket; the only thing that is filled in is {officer}.")
        return label

    def claim(self, key: Node, kind: Kind, kind_node: Node | None = None) -> None:
        code = key.code()
        if code not in ANSWER_KINDS:
            raise key.fault(f"“{code}” is no field that a record can hold.")
        if ANSWER_KINDS[code] != kind:
            raise (kind_node or key).fault(f"says “{kind}”, but “{code}” is of kind “{ANSWER_KINDS[code]}”.")
        self._once(key)

    def claim_school(self, key: Node) -> None:
        if key.code() not in SCHOOL_KEYS:
            raise key.fault(f"“{key.value}” is not filled from the school's record.")
        self._once(key)

    def _once(self, key: Node) -> None:
        if key.code() in self.nodes:
            raise key.fault(f"the field “{key.value}” is there twice.")
        self.nodes[key.code()] = key

    @staticmethod
    def only_for(row: Table, key: str, kind: Kind, wanted: Kind) -> bool:
        node = row.maybe(key)
        if node is None:
            return False
        if kind != wanted:
            raise node.fault(f"belongs only to a field of kind “{wanted}”.")
        return node.flag()
