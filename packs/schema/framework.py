"""The sanction framework: categories, breaches, sanctions, obligations and what moves a case up."""

from dataclasses import dataclass
from typing import Literal, get_args

from packs.schema.guidance import Post

Audience = Literal["pupil", "staff"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
Grade = Literal["A", "B", "C", "D"]
GRADES: tuple[Grade, ...] = get_args(Grade)
LookBack = Literal["school_year", "days", "whole_time"]
LOOK_BACKS: tuple[LookBack, ...] = get_args(LookBack)
Register = Literal["confiscation", "evidence"]
REGISTERS: tuple[Register, ...] = get_args(Register)


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach of the agreement that a category lists."""

    code: str
    text: str
    persists_from: str | None = None
    """The breach, of a lower category, that this one is when it is repeated after a warning."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something the school must do for a case of a category, whatever sanction is chosen."""

    code: str
    text: str
    duties: tuple[str, ...]
    within_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """One grade for one audience. A grade that is not enabled is empty, for a school to fill."""

    grade: Grade
    meaning: str
    enabled: bool
    breaches: tuple[Breach, ...]
    sanctions: tuple[str, ...]
    """Codes of sanction types, in the order the policy lists them."""
    obligations: tuple[Obligation, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """What moves a case to another category. `becomes` None: nothing is sanctioned."""

    code: str
    audience: Audience
    when: str
    becomes: Grade | None
    by_persists_from: bool
    """The move follows the `persists_from` of the breaches."""
    note: str
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Escalation:
    """How earlier warnings and decisions count."""

    look_back: LookBack
    look_back_choices: tuple[LookBack, ...]
    """What a school may set instead: `days`, `whole_time`."""
    look_back_note: str
    rules: tuple[EscalationRule, ...]
    principle: str


@dataclass(frozen=True, slots=True)
class SanctionType:
    """A sanction a category may name, who may apply it and what the system watches about it."""

    code: str
    text: str
    ends: bool = False
    """It runs until a date that the system watches."""
    head_only: bool = False
    tells: Post | None = None
    register: Register | None = None
    counts_as_warning: bool = False
    specify: bool = False
    """A text must say which sanction it was."""


@dataclass(frozen=True, slots=True)
class Framework:
    """The sanction framework: grades A to D for pupils and for staff."""

    pupil: tuple[Category, ...]
    staff: tuple[Category, ...]
    escalation: Escalation
    sanction_types: tuple[SanctionType, ...]

    def categories(self, audience: Audience) -> tuple[Category, ...]:
        """The four categories of this audience, A to D."""
        return self.pupil if audience == "pupil" else self.staff

    def category(self, audience: Audience, grade: Grade) -> Category:
        """One category; every audience has all four grades."""
        return next(each for each in self.categories(audience) if each.grade == grade)

    def grade_of(self, audience: Audience, breach: str) -> Grade:
        """The grade that lists this breach; raises LookupError for a breach that is not listed."""
        for category in self.categories(audience):
            if any(each.code == breach for each in category.breaches):
                return category.grade
        raise LookupError(f"The framework lists no breach “{breach}” for {audience}.")

    def sanction_type(self, code: str) -> SanctionType:
        """The sanction type with this code; raises LookupError."""
        for each in self.sanction_types:
            if each.code == code:
                return each
        raise LookupError(f"The framework has no sanction “{code}”.")
