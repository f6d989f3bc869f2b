"""What an anchor looks like, and what can be wrong with a chain. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

SERVICE = "service"
"""Stands for the chain of entries that belong to no school."""
# Across line breaks and the marks of a quotation: a mail program may have put them in.
_ANCHOR = re.compile(
    rf"({SERVICE}|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})[\s>]+([0-9]{{1,18}})[\s>]+([0-9a-f]{{64}})\b"
)


class Trouble(StrEnum):
    """One way in which a chain is not what it was."""

    ALTERED = "altered"
    MISSING = "missing"
    UNLINKED = "unlinked"
    GAP = "gap"
    BROKEN = "broken"
    CUT = "cut"
    REWRITTEN = "rewritten"
    UNGUARDED = "unguarded"


TROUBLE_WORDS: dict[Trouble, str] = {
    Trouble.ALTERED: "the entry, or its link, is not what was written",
    Trouble.MISSING: "the entry of this link was deleted, or moved to another school",
    Trouble.UNLINKED: "the entry is in no chain: it was put in past the service",
    Trouble.GAP: "links before this one are missing",
    Trouble.BROKEN: "the link does not follow from the one before it",
    Trouble.CUT: "the chain ended later when the anchor was taken: its tail was cut off",
    Trouble.REWRITTEN: "the chain held another link here when the anchor was taken: it was written anew",
    Trouble.UNGUARDED: "a trigger that guards the trail is switched off or gone",
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of one chain at some moment, kept outside. ``school_id`` is None for the service's own chain."""

    school_id: UUID | None
    seq: int
    hash: bytes


def anchor_text(anchor: Anchor) -> str:
    """What stands in the mail that is kept outside: chain, number, hash. Pure.

    Two lines, each too short to be broken by any mail server on the way.
    """
    return f"{anchor.school_id or SERVICE} {anchor.seq}\n{anchor.hash.hex()}"


def anchors_in(text: str) -> tuple[Anchor, ...]:
    """All anchors in such mails, as they were sent or as text, whatever else stands in them. Pure; raises nothing."""
    return tuple(
        Anchor(None if chain == SERVICE else UUID(chain), int(seq), bytes.fromhex(digest))
        for chain, seq, digest in _ANCHOR.findall(text)
    )


def chains_of(anchors: Iterable[Anchor]) -> set[UUID | None]:
    """The chains that these anchors speak of. Pure."""
    return {each.school_id for each in anchors}
