"""The text of a published version, the way pages and posters show it."""

from dataclasses import dataclass
from itertools import groupby

from aup.models import AgreementVersion
from aup.selectors.policy import ClauseGroup
from packs.schema import Clause


@dataclass(frozen=True, slots=True)
class ShownText:
    """A version's words, its clauses under their headings."""

    title: str
    preamble: str
    groups: tuple[ClauseGroup, ...]


def shown_text(version: AgreementVersion) -> ShownText:
    """The English text of a version. No query."""
    clauses = [Clause(each["id"], each["text"], each.get("heading", "")) for each in version.content["clauses"]]
    groups = tuple(ClauseGroup(heading, tuple(found)) for heading, found in groupby(clauses, lambda each: each.heading))
    return ShownText(version.title, version.content.get("preamble", ""), groups)
