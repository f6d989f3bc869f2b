"""Who handles a case, who reads it, who is told and from whom it is kept: the table, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

RoutedPost = Literal["coordinator", "head_teacher", "dsl", "deputy_dsl", "chair_of_governors", "vice_chair"]
ROUTED_POSTS: tuple[RoutedPost, ...] = get_args(RoutedPost)
"""The posts that a case can be handed to and kept from."""
Officer = Literal["la_officer"]
OFFICER: Final[Officer] = "la_officer"
"""The local authority's officer, who is told when nobody at the school is left."""
HandlerPost = RoutedPost | Officer
HANDLER_POSTS: tuple[HandlerPost, ...] = (*ROUTED_POSTS, OFFICER)
FactPost = Literal["resources_chair", "safeguarding_governor"]
FACT_POSTS: tuple[FactPost, ...] = get_args(FactPost)
"""The posts that can be told that there is a case, and no more."""
Subject = Literal["chair_of_governors", "head_teacher", "governor", "staff"]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
"""What a subject of a case can be to the school, as far as routing asks. A pupil is none of them."""
SUBJECT_IS_ALSO: Mapping[Subject, frozenset[Subject]] = MappingProxyType(
    {
        "chair_of_governors": frozenset({"chair_of_governors", "governor", "staff"}),
        "head_teacher": frozenset({"head_teacher", "staff"}),
        "governor": frozenset({"governor", "staff"}),
        "staff": frozenset({"staff"}),
    }
)
"""A chair is a governor, and a governor has the children's trust as staff have; the narrower line stands first."""
DecisionKind = Literal["lado", "police"]
DECISIONS: tuple[DecisionKind, ...] = get_args(DecisionKind)
"""Advice that is considered, and the decision recorded, before a case can be closed."""


class UnknownLine(LookupError):
    """The table has no line and no addition with this code."""


@dataclass(frozen=True, slots=True)
class RoutingLine:
    """One way a case can go. The first line that fits a case is its route."""

    code: str
    text: str
    """The line in one sentence, for people."""
    subjects: tuple[Subject, ...]
    """It is for cases about one of these; empty: about anybody."""
    in_confidence: bool
    """It is only for what a member of staff tells the head teacher alone."""
    handled_by: tuple[HandlerPost, ...]
    """In order, the local authority's officer last: who has nobody left is passed over."""
    read_by: tuple[RoutedPost, ...]
    """Who reads it besides."""
    decided_by: tuple[RoutedPost, ...]
    """In order: who decides on sanctions. The first that has somebody left does, and reads it for that."""
    kept_from: tuple[RoutedPost, ...]
    """Whoever holds one of these posts does not know of it, whatever else they are."""
    duties: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoutingAddition:
    """What is added to the route. All additions that fit a case hold, whichever its line is."""

    code: str
    text: str
    lines: tuple[str, ...]
    """It is only for these lines; empty: for all. Each condition that is not empty must hold."""
    types: tuple[str, ...]
    flags: tuple[str, ...]
    considered_as: tuple[str, ...]
    """Any of these types, ticks, or answers to "could the incident be considered as"; the three together are one."""
    subjects: tuple[Subject, ...]
    first_of: tuple[RoutedPost, ...]
    """The first of these that has somebody left is told at once, and reads it."""
    facts_to: tuple[FactPost, ...]
    """Told that there is such a case, and no more."""
    decisions: tuple[DecisionKind, ...]
    duties: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoutingTable:
    """The lines in order, the last of which fits every case, and what is added to them."""

    lines: tuple[RoutingLine, ...]
    additions: tuple[RoutingAddition, ...]

    def entry(self, code: str) -> RoutingLine | RoutingAddition:
        """The line or addition with this code; raises UnknownLine."""
        entries: tuple[RoutingLine | RoutingAddition, ...] = (*self.lines, *self.additions)
        for each in entries:
            if each.code == code:
                return each
        raise UnknownLine(code)
