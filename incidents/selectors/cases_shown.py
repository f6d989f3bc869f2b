"""What the pages about deciding show of a case, in words. Duties S1, S2, S3, S4 (CC 2.3.1, 5, CM 2.3.1, 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from incidents.rules.clock import Clock
from packs.schema import Audience, Framework

DEPARTURES = {"none": "as proposed", "up": "higher than proposed", "down": "lower than proposed"}
KINDS = {"decided": "Decided", "revised": "Changed", "quashed": "Quashed on appeal"}
PATHS = {"sanction": "", "restorative": "Put right instead of a sanction", "none": "Nothing further"}
ENDED = {"over": "over", "lifted": "lifted early", "revised": "ended when the decision was changed"}


def grade_in_words(grade: str) -> str:
    """“Category C”, or that there is none."""
    return f"Category {grade}" if grade else "No sanction"


LOOK_AGAIN = {
    "unnamed": (
        "The record does not name this person as the one who did it any more. As long as the decision stands it counts "
        "for nothing in later cases, but what was given goes on: quash it, or correct the record."
    ),
    "record": "The record was corrected after the decision. If it makes a difference, change the decision or quash it.",
    "earlier": (
        "An earlier decision that this one rests on was changed or quashed. If it makes a difference, change this one."
    ),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """The incident that cases belong to, and who decides in it. ``decider``: empty where nobody at the school can."""

    incident_id: UUID
    reference: str
    decider: str
    may_decide: bool
    may_confirm: bool


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One person of an incident, as the overview lists them."""

    case_id: UUID
    name: str
    group: str
    audience: str
    outcome: str
    proposed: str
    is_confirmed: bool
    is_decided: bool
    is_quashed: bool
    decided: str
    departure: str
    proposal_id: UUID
    open_tasks: int
    next_due: Clock | None

    @property
    def can_be_decided(self) -> bool:
        """Whether nothing but the decision is missing."""
        return self.is_confirmed and not self.is_decided and self.outcome != "unanswered"

    @property
    def proposal_words(self) -> str:
        """What the framework comes to."""
        return {"graded": f"Category {self.proposed}", "unanswered": "A question is open"}.get(
            self.outcome, "No sanction"
        )

    @property
    def decision_words(self) -> str:
        """What was decided, and how that stands to the proposal."""
        if self.is_quashed:
            return "Quashed on appeal"
        return f"{grade_in_words(self.decided)}, {DEPARTURES.get(self.departure, '')}" if self.is_decided else ""


@dataclass(frozen=True, slots=True)
class Together:
    """People for whom the same is proposed, and who can be decided about as one act."""

    words: str
    cases: tuple[CaseLine, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Every case of an incident."""

    heading: Heading
    cases: tuple[CaseLine, ...]
    together: tuple[Together, ...]


@dataclass(frozen=True, slots=True)
class EarlierShown:
    """An earlier entry that something rests on. ``link``: incident and case, where the viewer may know of them."""

    label: str
    link: tuple[UUID, UUID] | None


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step of the reasoning, with its clause and what it rests on."""

    text: str
    source: str
    earlier: tuple[EarlierShown, ...]


@dataclass(frozen=True, slots=True)
class BreachShown:
    """A breach of the case, and the clauses of the agreements that it breaks: title and words."""

    text: str
    grade: str
    source: str
    clauses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TaskShown:
    """Something that must follow."""

    task_id: UUID
    text: str
    owner: str
    due_at: datetime
    clock: Clock | None
    done_at: datetime | None
    done_by: str
    decision: str
    how: str
    asks_for_decision: bool
    is_theirs: bool
    """It is for the viewer, or they run the case or decide in it."""

    @property
    def may_do(self) -> bool:
        """Whether the viewer may say that it is done."""
        return self.is_theirs and self.done_at is None

    @property
    def is_overdue(self) -> bool:
        """Whether it is late."""
        return self.clock is not None and self.clock.is_overdue


@dataclass(frozen=True, slots=True)
class SanctionShown:
    """One sanction that was given."""

    sanction_id: UUID
    text: str
    detail: str
    starts_on: date
    ends_on: date | None
    ended_at: datetime | None
    ended: str
    ended_reason: str
    is_to_come: bool
    is_running: bool

    @property
    def may_be_lifted(self) -> bool:
        """It has a last day, and that has not come."""
        return self.is_running or self.is_to_come


@dataclass(frozen=True, slots=True)
class AgreedShown:
    """What was agreed to put it right."""

    restorative_id: UUID
    agreed: str
    review_on: date
    reviewed_at: datetime | None
    reviewed_by: str
    worked: bool | None
    outcome: str
    stands: bool


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """One decision, in words; the newest of them stands."""

    number: int
    kind: str
    grade: str
    grade_words: str
    departure: str
    departure_words: str
    reason: str
    path: str
    warns: bool
    by: str
    as_post: str
    at: datetime
    sanctions: tuple[SanctionShown, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case, whole. ``seen``-guards: ``proposal_id``, ``facts_number``, and the number of the newest decision."""

    heading: Heading
    case_id: UUID
    name: str
    group: str
    year_group: str
    audience: Audience
    happened_on: date
    recorded_at: datetime
    framework: Framework
    framework_label: str
    facts: Mapping[str, Any]
    facts_number: int
    facts_lines: tuple[tuple[str, str], ...]
    is_confirmed: bool
    was_confirmed: bool
    """Somebody has confirmed these facts, and the record was corrected since."""
    look_again: str
    """Why the decision wants looking at again; empty: it does not."""
    confirmed_by: str
    confirmed_at: datetime | None
    note: str
    proposal_id: UUID
    outcome: str
    proposed: str
    sentence: str
    breaches: tuple[BreachShown, ...]
    steps: tuple[StepShown, ...]
    weigh: tuple[str, ...]
    questions: tuple[str, ...]
    restorative: str
    """Why it may be put right instead; empty: the policy does not offer that."""
    tasks: tuple[TaskShown, ...]
    decisions: tuple[DecisionShown, ...]
    """The newest first."""
    agreed: tuple[AgreedShown, ...]
    changes: tuple[str, ...]
    """What is otherwise than in the proposal that somebody had before them."""
    answers: Mapping[str, Any]
    """What the form says."""
    pack: tuple[str, int]

    @property
    def standing(self) -> DecisionShown | None:
        """The decision that stands; one that was quashed stands as nothing."""
        return self.decisions[0] if self.decisions else None

    @property
    def is_quashed(self) -> bool:
        """Whether what was decided was taken back."""
        return self.standing is not None and self.standing.kind == "quashed"

    @property
    def can_be_decided(self) -> bool:
        """Whether nothing but the decision is missing, and this viewer takes it."""
        return self.heading.may_decide and not self.decisions and self.is_confirmed and self.outcome != "unanswered"

    @property
    def overdue_count(self) -> int:
        """How many things are late."""
        return sum(each.is_overdue for each in self.tasks)

    @property
    def running(self) -> tuple[SanctionShown, ...]:
        """The sanctions that run towards a last day."""
        return tuple(each for made in self.decisions for each in made.sanctions if each.may_be_lifted)
