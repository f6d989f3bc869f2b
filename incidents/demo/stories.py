"""The stories, as they are written down in the YAML files beside this module.

A story says who reported what and how far it has come; ``incidents.demo.acts`` turns it into the acts of people at
their times. In its texts ``{0}`` is the full name of the first of its ``people`` and ``{0.given}`` the given name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from schools.demo_names import DemoName
from schools.demo_people import DemoPerson
from schools.roles import Role

FOLDER = Path(__file__).parent
DECIDED_AFTER_DAYS = 2


class Course(StrEnum):
    """How far a story has come."""

    DRAFT = "draft"
    NEW = "new"
    BEGUN = "begun"
    READY = "ready"
    SENT = "sent"
    CORRECTED = "corrected"
    UPDATED = "updated"
    CLOSED = "closed"
    REOPENED = "reopened"


class Fate(StrEnum):
    """What became of the newest mail of a story."""

    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class KeptText:
    """A piece of evidence that is made of words: its name says whether it is a TXT, a PDF or a mail."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What was decided about advice from the LADO or the police, and why."""

    kind: str
    decision: str
    reason: str


@dataclass(frozen=True, slots=True)
class HandedOn:
    """To which post the co-ordinator handed it on, and why."""

    to: Role
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What whoever decides found about one person. What is left out is as the form says, or as is proposed."""

    breaches: tuple[str, ...] = ()
    told: bool = True
    """Of an accident: whoever came across it has told somebody, which is mostly how it came to be known."""
    needs: tuple[str, ...] = ()
    grade: str = ""
    """Another category than the proposed one; ``none``: no sanction."""
    reason: str = ""
    agreed: str = ""
    """What was agreed to put it right, where that came instead of a sanction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One incident, in facts. When it was: ``day``, in school days back from today; ``last_year``, in school days from
    the first one of the school year before this one; or ``hours_ago``.

    ``about`` and ``in_confidence`` are what whoever reported it said of it; ``handled_by`` is the post it went to.
    """

    key: str
    by: str
    types: tuple[str, ...]
    text: str
    course: Course
    day: int = 0
    last_year: int = 0
    this_year: bool = False
    """It lies in the school year that runs, as soon as that is old enough: what came of it still counts."""
    at: str = "10:00"
    hours_ago: float = 0
    happened_days_before: int = 0
    happened_at: str = ""
    place: str = "in_setting"
    involved: tuple[str, ...] = ("child",)
    involved_other: str = ""
    types_other: str = ""
    reported_by: str = ""
    identified_how: str = ""
    people: tuple[tuple[str, str], ...] = ()
    flags: frozenset[str] = frozenset()
    so_far: str = ""
    deliberate: tuple[str, ...] | None = None
    considered_as: tuple[str, ...] = ()
    accidental: tuple[str, ...] | None = None
    risk: tuple[str, ...] = ()
    equipment: str = ""
    urls: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    child: tuple[str, ...] = ()
    action: str = ""
    evidence: str = ""
    audit: str = ""
    outcome: str = ""
    reason: str = ""
    fate: Fate = Fate.ACKNOWLEDGED
    files: tuple[KeptText, ...] = ()
    about: str = ""
    in_confidence: bool = False
    handled_by: Role = Role.COORDINATOR
    handed_on: HandedOn | None = None
    advice: tuple[Advice, ...] = ()
    facts: Finding = Finding()
    """What was found about everybody, but for those in ``found``."""
    found: tuple[tuple[str, Finding], ...] = ()
    """By the key that ``people`` uses."""
    confirmed: bool = False
    """Whoever handles it has confirmed the facts, so that it waits for whoever decides."""
    ban_ends: int = 0
    """On which day the loss of the internet ends, in days from today; 0: some days after the decision."""
    waits: bool = False
    """Nobody has decided on sanctions yet."""

    @property
    def is_decided(self) -> bool:
        """Whether somebody has decided on sanctions: of what is a few days old, unless the story says that it waits."""
        return not self.waits and (self.day > DECIDED_AFTER_DAYS or self.last_year > 0)

    def finding(self, key: str) -> Finding:
        """What was found about one of its ``people``."""
        return dict(self.found).get(key, self.facts)

    def telling(self, text: str, names: Iterable[DemoName]) -> str:
        """A text of the story with the names in it."""
        return text.format(*names)


def stories_of(school_key: str) -> tuple[Story, ...]:
    """The stories of a school, in the order of their files. Raises TypeError for a key that no story has."""
    return tuple(
        _story(entry)
        for file in sorted(FOLDER.glob(f"{school_key}*.yaml"))
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))
    )


@dataclass(frozen=True, slots=True)
class Involved:
    """Somebody in a story; ``person_id`` is None for whom the school does not know by a row of its own."""

    part: str
    name: DemoName
    group: str
    kind: str
    person_id: UUID | None


def cast_of(story: Story, people: Mapping[str, DemoPerson]) -> list[Involved]:
    """Who is in the story and in which part; ``other:Somebody`` is a stranger to the school.

    Raises KeyError for a pupil or member of staff whom the school does not have.
    """
    found: list[Involved] = []
    for part, key in story.people:
        if key.startswith("other:"):
            found.append(Involved(part, DemoName(key.removeprefix("other:"), ""), "", "other", None))
        else:
            person = people[key]
            found.append(Involved(part, person.name, person.group, person.kind, person.person_id))
    return found


def _story(entry: Mapping[str, Any]) -> Story:
    # Any: what YAML holds is checked by the dataclass's names here and by its values in a test.
    given: dict[str, Any] = {key: _tidy(value) if isinstance(value, str) else value for key, value in entry.items()}
    for key in ("types", "involved", "risk", "urls", "staff", "child", "deliberate", "accidental"):
        if key in given:
            given[key] = tuple(given[key])
    facts: Mapping[str, Any] = given.pop("facts", {})
    before, _, at = given.pop("happened", "0").partition(" ")
    given |= {
        "course": Course(given["course"]),
        "fate": Fate(given.pop("delivery", Fate.ACKNOWLEDGED)),
        "happened_days_before": int(before),
        "happened_at": at,
        "people": tuple((part, key) for part, _, key in (each.partition(" ") for each in given.pop("people", []))),
        "flags": frozenset(given.pop("flags", [])),
        "considered_as": tuple(given.pop("as", [])),
        "files": tuple(KeptText(each["name"], each["text"]) for each in given.pop("files", [])),
        "handled_by": Role(given.pop("handled_by", Role.COORDINATOR)),
        "handed_on": _handed_on(given.pop("handed_on", None)),
        "facts": _finding(facts),
        "found": tuple((key, _finding({**facts, **each})) for key, each in given.pop("found", {}).items()),
        "advice": tuple(
            Advice(each["kind"], each["decision"], _tidy(each["reason"])) for each in given.pop("advice", [])
        ),
    }
    return Story(**given)


def _finding(entry: Mapping[str, Any]) -> Finding:
    given: dict[str, Any] = {key: _tidy(value) if isinstance(value, str) else value for key, value in entry.items()}
    for key in ("breaches", "needs"):
        if key in given:
            given[key] = tuple(given[key])
    return Finding(**given)


def _handed_on(entry: Mapping[str, str] | None) -> HandedOn | None:
    return None if entry is None else HandedOn(Role(entry["to"]), _tidy(entry["reason"]))


def _tidy(text: str) -> str:
    return " ".join(text.split())
