"""What an edit makes of a framework: one category, one sanction, the look-back, the form. Duty S1 (CC 5, CM 5). Pure.

Whatever was typed is kept, as unfinished as it is; ``frameworks.faults`` says what it lacks. A code is never given
twice, because facts and decisions of the past name it.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from packs.schema import (
    Audience,
    Breach,
    Category,
    Escalation,
    Framework,
    Grade,
    LookBack,
    Nature,
    Obligation,
    Post,
    SanctionType,
    Suggestion,
)
from sanctions.rules.frameworks import codes_of, laid_down

OWN_DUTIES = ("S1",)
_OWN = re.compile(r"own_([0-9]{1,9})")


class UnknownSanction(LookupError):
    """The school has no sanction of its own with this code."""


@dataclass(frozen=True, slots=True)
class TypedBreach:
    """A breach as it was typed; one that is new has no code."""

    code: str
    text: str
    clauses: tuple[str, ...]
    persists_from: str | None
    grade: Grade
    """The category it belongs to: another than that of the page moves it there."""


@dataclass(frozen=True, slots=True)
class TypedObligation:
    """An obligation of the school's own as it was typed; one that is new has no code."""

    code: str
    text: str
    within_hours: int | None
    owner: Post
    at_once: bool
    once: bool
    records_decision: bool


@dataclass(frozen=True, slots=True)
class TypedCategory:
    """The page of one category as it was typed."""

    meaning: str
    enabled: bool
    breaches: tuple[TypedBreach, ...]
    sanctions: tuple[str, ...]
    obligations: tuple[TypedObligation, ...]


@dataclass(frozen=True, slots=True)
class TypedSanction:
    """A sanction of the school's own as it was typed."""

    text: str
    ends: bool
    head_only: bool
    counts_as_warning: bool
    specify: bool
    tells: Post | None


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line of what the form suggests: an answer, how it came to be, and one breach."""

    field: str
    option: str
    nature: Nature | None
    breach: str


def is_own(code: str) -> bool:
    """Whether a code was given by a school and is not of the policy. Pure."""
    return _OWN.fullmatch(code) is not None


def with_category(
    framework: Framework,
    audience: Audience,
    grade: Grade,
    typed: TypedCategory,
    *,
    policy: Framework,
    used: Collection[str] = (),
) -> Framework:
    """The framework with one category as it was typed. Pure; raises nothing.

    ``policy`` is what ships: its obligations stay in front (a category that it leaves to the school begins with those
    of its gravest one below), and a breach where the policy lists it keeps its clause. ``used``: codes that may not be
    given again, besides those of the framework.
    """
    given = _codes(framework, used)
    here = framework.category(audience, grade)
    elsewhere = {each.code for row in framework.categories(audience) if row.grade != grade for each in row.breaches}
    taken = set(elsewhere)
    known = {each.code for each in here.breaches}
    made: dict[Grade, list[Breach]] = {}
    for each in typed.breaches:
        code = each.code if each.code in known and each.code not in taken else next(given)
        taken.add(code)
        source, nature = _source(policy, audience, each.grade, code), _nature(policy, audience, code)
        breach = Breach(code, each.text, each.persists_from, each.clauses, source, nature)
        made.setdefault(each.grade, []).append(breach)
    own = policy.category(audience, grade)
    is_enabled = own.enabled or typed.enabled
    carried = laid_down(policy, audience, grade)
    changed = replace(
        here,
        meaning=here.meaning if own.enabled else typed.meaning,
        enabled=is_enabled,
        breaches=tuple(made.get(grade, ())),
        sanctions=_in_order(here.sanctions, typed.sanctions),
        obligations=(*(_kept(here, carried) if is_enabled else ()), *_own_obligations(here, carried, typed, given)),
    )
    rows = (
        changed if row.grade == grade else replace(row, breaches=(*row.breaches, *made.get(row.grade, ())))
        for row in framework.categories(audience)
    )
    return _with(framework, audience, tuple(rows))


def typed_category(framework: Framework, audience: Audience, grade: Grade, *, policy: Framework) -> TypedCategory:
    """A category as its page shows it: what ``with_category`` would take back unchanged. Pure; raises nothing."""
    here = framework.category(audience, grade)
    carried = {each.code for each in laid_down(policy, audience, grade)}
    return TypedCategory(
        meaning=here.meaning,
        enabled=here.enabled,
        breaches=tuple(
            TypedBreach(each.code, each.text, each.clauses, each.persists_from, grade) for each in here.breaches
        ),
        sanctions=here.sanctions,
        obligations=tuple(
            TypedObligation(
                each.code, each.text, each.within_hours, each.owner, each.at_once, each.once, each.records_decision
            )
            for each in here.obligations
            if each.code not in carried
        ),
    )


def with_sanction(
    framework: Framework, code: str | None, typed: TypedSanction, *, used: Collection[str] = ()
) -> Framework:
    """The framework with a sanction of the school's own, new where ``code`` is None. Pure; raises UnknownSanction."""
    if code is not None and (not is_own(code) or all(each.code != code for each in framework.sanction_types)):
        raise UnknownSanction(code)
    made = SanctionType(
        code=next(_codes(framework, used)) if code is None else code,
        text=typed.text,
        ends=typed.ends,
        head_only=typed.head_only,
        tells=typed.tells,
        counts_as_warning=typed.counts_as_warning,
        specify=typed.specify,
    )
    if code is None:
        return replace(framework, sanction_types=(*framework.sanction_types, made))
    types = tuple(made if each.code == code else each for each in framework.sanction_types)
    return replace(framework, sanction_types=types)


def without_sanction(framework: Framework, code: str) -> Framework:
    """The framework without a sanction of the school's own: no category allows it. Pure; raises UnknownSanction."""
    if not is_own(code) or all(each.code != code for each in framework.sanction_types):
        raise UnknownSanction(code)

    def without(rows: tuple[Category, ...]) -> tuple[Category, ...]:
        return tuple(replace(row, sanctions=tuple(each for each in row.sanctions if each != code)) for row in rows)

    return replace(
        framework,
        pupil=without(framework.pupil),
        staff=without(framework.staff),
        sanction_types=tuple(each for each in framework.sanction_types if each.code != code),
    )


def with_look_back(framework: Framework, look_back: LookBack, days: int | None) -> Framework:
    """The framework with another look-back; days count only where it is a number of them. Duty S4. Pure."""
    escalation: Escalation = replace(
        framework.escalation, look_back=look_back, look_back_days=days if look_back == "days" else None
    )
    return replace(framework, escalation=escalation)


def with_form(framework: Framework, audience: Audience, lines: tuple[TypedLine, ...]) -> Framework:
    """The framework with what the form suggests as it was typed, a breach a line. Pure.

    Lines about the same answer become one suggestion, where the first of them stands.
    """
    found: dict[tuple[str, str, Nature | None], list[str]] = {}
    for each in lines:
        breaches = found.setdefault((each.field, each.option, each.nature), [])
        if each.breach not in breaches:
            breaches.append(each.breach)
    made = tuple(
        Suggestion(field, option, tuple(breaches), nature) for (field, option, nature), breaches in found.items()
    )
    return replace(framework, pupil_form=made) if audience == "pupil" else replace(framework, staff_form=made)


def lines_of(framework: Framework, audience: Audience) -> tuple[TypedLine, ...]:
    """What the form suggests, a breach a line. Pure."""
    return tuple(
        TypedLine(each.field, each.option, each.nature, breach)
        for each in framework.suggestions(audience)
        for breach in each.breaches
    )


def _codes(framework: Framework, used: Collection[str]) -> Iterator[str]:
    there = {*used, *codes_of(framework)}
    number = max((int(found[1]) for each in there if (found := _OWN.fullmatch(each))), default=0)
    while True:
        number += 1
        yield f"own_{number}"


def _source(policy: Framework, audience: Audience, grade: Grade, code: str) -> tuple[str, ...]:
    """The clauses of the policy that grade it so; none where the school grades it otherwise, or lists it itself."""
    return next((each.source for each in policy.category(audience, grade).breaches if each.code == code), ())


def _nature(policy: Framework, audience: Audience, code: str) -> Nature | None:
    """How the policy's breach comes about, wherever the school lists it."""
    listed = (each for row in policy.categories(audience) for each in row.breaches)
    return next((each.nature for each in listed if each.code == code), None)


def _in_order(before: tuple[str, ...], typed: tuple[str, ...]) -> tuple[str, ...]:
    """What was allowed before stays in its order; what is new follows."""
    kept = [each for each in before if each in typed]
    return (*kept, *(each for each in dict.fromkeys(typed) if each not in kept))


def _kept(here: Category, carried: tuple[Obligation, ...]) -> tuple[Obligation, ...]:
    there = {each.code: each for each in here.obligations}
    return tuple(there.get(each.code, each) for each in carried)


def _own_obligations(
    here: Category, carried: tuple[Obligation, ...], typed: TypedCategory, given: Iterator[str]
) -> Iterator[Obligation]:
    free = {each.code for each in here.obligations} - {each.code for each in carried}
    for each in typed.obligations:
        code = each.code if each.code in free else next(given)
        free.discard(code)
        yield Obligation(
            code=code,
            text=each.text,
            duties=OWN_DUTIES,
            within_hours=each.within_hours,
            owner=each.owner,
            at_once=each.at_once,
            once=each.once,
            records_decision=each.records_decision,
        )


def _with(framework: Framework, audience: Audience, rows: tuple[Category, ...]) -> Framework:
    return replace(framework, pupil=rows) if audience == "pupil" else replace(framework, staff=rows)
