"""pack.yaml: what the pack is, whose it is, and which policies it cites."""

import re
from dataclasses import dataclass
from datetime import date

from packs.reading import Node
from packs.schema import Source

_LETTERS = re.compile(r"[A-Z]{2,4}")


@dataclass(frozen=True, slots=True)
class About:
    """The contents of pack.yaml."""

    code: str
    version: int
    title: str
    authority: str
    edition: str
    source: str
    published: int
    valid_from: date
    valid_until: date | None
    sources: tuple[Source, ...]


def build_about(node: Node, *, folder_code: str, folder_version: int) -> About:
    """Reads pack.yaml; code and version must be those of the folder. Raises PackError."""
    with node.table() as table:
        code, version = table.need("code"), table.need("version")
        if code.code() != folder_code:
            raise code.fault(f"says “{code.value}”, but the folder is called “{folder_code}”.")
        if version.whole_number(1, 9999) != folder_version:
            raise version.fault(f"says {version.value}, but the folder is called “v{folder_version}”.")
        with table.need("valid").table() as valid:
            valid_from = valid.need("from").day()
            until = valid.maybe("until")
            valid_until = None if until is None else until.day()
            if until is not None and valid_until is not None and valid_until < valid_from:
                raise until.fault("lies before the day it is valid from.")
        return About(
            code=folder_code,
            version=folder_version,
            title=table.need("title").text(),
            authority=table.need("authority").text(),
            edition=table.need("edition").text(),
            source=table.need("source").text(),
            published=table.need("published").whole_number(1990, 2100),
            valid_from=valid_from,
            valid_until=valid_until,
            sources=_sources(table.need("sources")),
        )


def _sources(node: Node) -> tuple[Source, ...]:
    found: dict[str, Source] = {}
    for item in node.items(least=1):
        with item.table() as table:
            letters = table.need("letters")
            code = letters.text()
            if not _LETTERS.fullmatch(code):
                raise letters.fault(f"“{code}” must be two to four capital letters.")
            if code in found:
                raise letters.fault(f"“{code}” is there twice.")
            found[code] = Source(code=code, title=table.need("title").text())
    return tuple(found.values())
