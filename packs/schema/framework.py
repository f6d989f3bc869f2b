"""The sanction framework: categories, breaches, sanctions, obligations and what moves a case up."""

from dataclasses import dataclass
from typing import Literal, get_args

from packs.schema.guidance import Post

Audience = Literal["pupil", "staff"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
Grade = Literal["A", "B", "C", "D"]
GRADES: tuple[Grade, ...] = get_args(Grade)
Nature = Literal["deliberate", "accidental"]
NATURES: tuple[Nature, ...] = get_args(Nature)
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
    clauses: tuple[str, ...] = ()
    """Ids of the clauses of the acceptable use agreements that it breaks, `pupil_ks2.5`."""
    source: tuple[str, ...] = ()
    """The clauses of the policy that grade it: those of its category."""
    nature: Nature | None = None
    """`accidental`: an accident that staff were not told of, and so no breach where they were. Duty R12."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something the school must do for a case of a category, whatever sanction is chosen."""

    code: str
    text: str
    duties: tuple[str, ...]
    within_hours: int | None = None
    owner: Post = "coordinator"
    """The post that sees to it, or whoever handles the case where that post may not know of it."""
    at_once: bool = False
    """It is due the day the case was recorded."""
    once: bool = False
    """One for the incident, however many people are decided about."""
    records_decision: bool = False
    """What is considered is decided, and the decision recorded with its reason."""


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


Fact = Literal["deliberate", "accidental", "told", "not_told", "extreme", "illegal_material", "distributed"]
FACTS: tuple[Fact, ...] = get_args(Fact)
"""What a rule can ask of a case besides its breaches."""
RuleKind = Literal["accident", "earlier", "facts"]
RULE_KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
EarlierKind = Literal["warning", "decision"]
EARLIER_KINDS: tuple[EarlierKind, ...] = get_args(EarlierKind)


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be so for an escalation rule to hold. Each condition that is not empty must hold."""

    kind: RuleKind
    """`accident`: settles what was not deliberate. `earlier`: rests on the earlier record. `facts`: on this case."""
    grade: Grade | None = None
    """Some breach of the case is of this grade."""
    breaches: tuple[str, ...] = ()
    """Some breach of the case is one of these."""
    earlier: EarlierKind | None = None
    """There is such an entry in the look-back."""
    earlier_grades: tuple[Grade, ...] = ()
    """And it is of one of these grades; empty: of any."""
    same_breach: bool = False
    """And it was about the same breach, or about what that breach continues or is continued by."""
    or_fact: Fact | None = None
    """This fact stands for the earlier entry."""
    facts: tuple[Fact, ...] = ()
    """All of these are so."""


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """What moves a case to another category. `becomes` None: nothing is sanctioned."""

    code: str
    audience: Audience
    needs: Needs
    when: str
    becomes: Grade | None
    by_persists_from: bool
    """The move follows the `persists_from` of the breaches."""
    note: str
    duties: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Escalation:
    """How earlier warnings and decisions count."""

    look_back: LookBack
    look_back_choices: tuple[LookBack, ...]
    """What a school may set instead: `days`, `whole_time`."""
    look_back_note: str
    rules: tuple[EscalationRule, ...]
    principle: str
    look_back_days: int | None = None
    """Where the look-back is a number of days: how many."""


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
class Suggestion:
    """An answer of the printed form that suggests breaches: a person confirms them, nothing is found by it alone."""

    field: str
    option: str
    breaches: tuple[str, ...]
    nature: Nature | None = None
    """Only where it was on purpose, or by accident; None: either."""


@dataclass(frozen=True, slots=True)
class Restorative:
    """Where the policy prefers putting it right to punishing it."""

    text: str
    breaches: tuple[str, ...]
    duties: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """The sanction framework: grades A to D for pupils and for staff."""

    pupil: tuple[Category, ...]
    staff: tuple[Category, ...]
    escalation: Escalation
    sanction_types: tuple[SanctionType, ...]
    no_blame: tuple[Obligation, ...]
    """What follows an accident that was told. Duty R12."""
    restorative: Restorative
    pupil_form: tuple[Suggestion, ...]
    staff_form: tuple[Suggestion, ...]

    def suggestions(self, audience: Audience) -> tuple[Suggestion, ...]:
        """What the printed form suggests for this audience."""
        return self.pupil_form if audience == "pupil" else self.staff_form

    def breach(self, audience: Audience, code: str) -> Breach:
        """The breach with this code; raises LookupError."""
        for category in self.categories(audience):
            for each in category.breaches:
                if each.code == code:
                    return each
        raise LookupError(f"The framework lists no breach “{code}” for {audience}.")

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
