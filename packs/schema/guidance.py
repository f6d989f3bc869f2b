"""Duties, and what to do now because of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Post = Literal["dsl", "deputy_dsl", "coordinator", "head_teacher", "chair_of_governors", "network_manager"]
POSTS: tuple[Post, ...] = get_args(Post)
Urgency = Literal["at_once", "next", "today"]
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
"""Most urgent first."""


@dataclass(frozen=True, slots=True)
class Source:
    """A policy that the pack cites: its letters in clauses (`CM 4.1`) and its name."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Something the source policies have a school do, with the clauses it comes from."""

    id: str
    area: str
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do now, said to the person who reports. `post` asks the page for a name."""

    id: str
    text: str
    urgency: Urgency
    duties: tuple[str, ...]
    source: tuple[str, ...]
    post: Post | None = None


@dataclass(frozen=True, slots=True)
class Guidance:
    """What to do now (duty I1). `steps` stands in the order to do them, most urgent first."""

    steps: tuple[Step, ...]
    general: frozenset[str]
    """Ids of the steps that hold for every incident."""
    types: Mapping[str, frozenset[str]] = field(hash=False)
    """Ids of the steps for each type of incident."""
    flags: Mapping[str, frozenset[str]] = field(hash=False)
    """Ids of the steps for each single tick of the form."""
