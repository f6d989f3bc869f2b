"""Letters to parents: the words a school begins with. A person edits and approves each of them. Duty R11 (CC 4.3)."""

from dataclasses import dataclass
from typing import Literal, get_args

from packs.schema.framework import Grade

LetterKind = Literal[
    "told", "come_in", "no_blame", "nothing_further", "restorative", "running", "revised", "quashed"
]  # fmt: skip
LETTER_KINDS: tuple[LetterKind, ...] = get_args(LetterKind)
"""`told`: what happened and what follows. `come_in`: asked to come in at once. `no_blame`: an accident that was told.
`nothing_further`: the decision is that nothing follows. `restorative`: put right instead of punished. `running`: a
sanction with its days. `revised`, `quashed`: the decision was changed."""
GRADED_KINDS: tuple[LetterKind, ...] = ("told", "come_in")
"""The kinds that say for which categories they are."""
ParagraphWhen = Literal["sanctions", "warned"]
PARAGRAPH_WHENS: tuple[ParagraphWhen, ...] = get_args(ParagraphWhen)

EVERY_LETTER = frozenset({"child", "school", "phone", "head", "happened_on", "meeting"})
PLACEHOLDERS: dict[LetterKind, frozenset[str]] = {
    "told": EVERY_LETTER | {"breaches", "sanctions", "decided_on"},
    "come_in": EVERY_LETTER,
    "no_blame": EVERY_LETTER,
    "nothing_further": EVERY_LETTER | {"decided_on"},
    "restorative": EVERY_LETTER | {"breaches", "decided_on", "review_on"},
    "running": EVERY_LETTER | {"sanctions", "decided_on"},
    "revised": EVERY_LETTER | {"sanctions", "decided_on"},
    "quashed": EVERY_LETTER | {"decided_on"},
}
"""What may be filled in, by kind. Each is a fact of this child's own case: nobody else can be named by one."""
LISTS = frozenset({"breaches", "sanctions"})
"""Filled in as a list, so each stands alone as a paragraph."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a letter, with placeholders in braces; in square brackets what a person must still write."""

    text: str
    when: ParagraphWhen | None = None
    """Only where sanctions were given, or a warning."""


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """One letter as it ships."""

    code: str
    title: str
    """What it is called in the school; parents never see it."""
    kind: LetterKind
    categories: tuple[Grade, ...]
    sanctions: tuple[str, ...]
    """For `running`: the sanction types it is about."""
    obligation: str | None
    """The obligation of the framework that is met once it has gone out."""
    subject: str
    paragraphs: tuple[Paragraph, ...]
    duties: tuple[str, ...]
    source: tuple[str, ...]
