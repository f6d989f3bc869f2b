"""duties.yaml: every duty with its clauses, and the references that other files make to both."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from packs.reading import Node, Table, texts
from packs.schema import Duty

_ID = re.compile(r"[A-Z][1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class References:
    """What may be cited in this pack: the letters of its sources and the ids of its duties."""

    letters: frozenset[str]
    duties: frozenset[str]

    def clauses(self, nodes: list[Node]) -> tuple[str, ...]:
        """Clauses such as “CM 4.1”, each of a source that pack.yaml names; raises PackError."""
        found = texts(nodes)
        for node, clause in zip(nodes, found, strict=True):
            _refuse_unknown_source(node, clause, self.letters)
        return found

    def duty_ids(self, table: Table, key: str = "duties") -> tuple[str, ...]:
        """The duties a row rests on, at least one; raises PackError."""
        nodes = table.need(key).items(least=1)
        found = texts(nodes)
        for node, duty_id in zip(nodes, found, strict=True):
            if duty_id not in self.duties:
                raise node.fault(f"there is no duty “{duty_id}” in duties.yaml.")
        return found


def build_duties(node: Node, *, letters: Collection[str]) -> tuple[Duty, ...]:
    """Reads duties.yaml, a table of areas with a list of duties each. Raises PackError."""
    found: dict[str, Duty] = {}
    for area, rows in node.entries(least=1):
        for row in rows.items(least=1):
            with row.table() as table:
                id_node = table.need("id")
                duty_id = id_node.text()
                if not _ID.fullmatch(duty_id):
                    raise id_node.fault(f"“{duty_id}” is no duty id: a capital letter and a number, as in R3.")
                if duty_id in found:
                    raise id_node.fault(f"the duty “{duty_id}” is there twice.")
                nodes = table.need("from").items(least=1)
                sources = texts(nodes)
                for each, clause in zip(nodes, sources, strict=True):
                    _refuse_unknown_source(each, clause, letters)
                found[duty_id] = Duty(id=duty_id, area=area, text=table.need("duty").text(), sources=sources)
    return tuple(found.values())


def _refuse_unknown_source(node: Node, clause: str, letters: Collection[str]) -> None:
    if clause.split(" ", 1)[0] not in letters:
        known = ", ".join(sorted(letters))
        raise node.fault(f"“{clause}” begins with none of the sources in pack.yaml: {known}.")
