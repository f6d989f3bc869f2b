"""The engine: facts in, a proposal out, with every step that led there. Duties S1, S3, S4, R3, R12, P13 (CC 5, CM 5).

It proposes; the head teacher decides (S2). No Django, no clock, no database: the same facts and framework always give
the same bytes.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from packs.schema import EARLIER_KINDS, Breach, EscalationRule, Framework, Grade, Obligation
from sanctions.rules.departing import height
from sanctions.rules.facts import Earlier, Facts
from sanctions.rules.found import is_denied, root_of
from sanctions.rules.looking_back import Counted, counted
from sanctions.rules.weighing import Weigh, weighed
from sanctions.rules.words import MARKED, entries_in_words, look_back_in_words

Outcome = Literal["graded", "nothing", "unanswered"]
TOLD = "told_staff_promptly"
QUESTIONS = {TOLD: "Did the child tell a member of staff promptly?"}


class UnknownBreach(LookupError):
    """The facts name a breach that the framework does not list for this audience."""


@dataclass(frozen=True, slots=True)
class Found:
    """A breach of the case: where the framework lists it and what it breaks."""

    code: str
    text: str
    grade: Grade
    clauses: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the reasoning, in a sentence, with its clause and the earlier entries that it rests on."""

    code: str
    """`listed`, `treated_as`, `not_graded`, `unanswered`, `no_breach`, `gravest`, or the code of a rule."""
    text: str
    source: tuple[str, ...]
    duties: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    """Ids of earlier entries."""
    grade: Grade | None = None
    """What this step alone comes to."""


NO_BREACH = Step("no_breach", "No breach of the acceptable use agreement is on the record.", ())


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the framework comes to for these facts, and why. A proposal is never a decision."""

    outcome: Outcome
    grade: Grade | None
    found: tuple[Found, ...]
    """Every breach, the gravest first."""
    steps: tuple[Step, ...]
    obligations: tuple[Obligation, ...]
    sanctions: tuple[str, ...]
    """Codes of the sanction types that the category allows."""
    weigh: tuple[Weigh, ...]
    restorative: str
    """Why putting it right may come instead of a sanction; empty: the policy does not say so."""
    questions: tuple[str, ...] = ()
    """Keys of ``QUESTIONS`` that must be answered first."""

    def as_bytes(self) -> bytes:
        """The proposal in one certain form, to be kept and compared."""
        return json.dumps(self, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(record: Any) -> dict[str, Any]:
    # What dataclasses.asdict gives, without the copies that it makes of every text.
    return {name: getattr(record, name) for name in record.__slots__}


def propose(facts: Facts, framework: Framework) -> Proposal:
    """What these facts come to. Duties S1, S3, S4, R12, P13 (CC 4.2, 5.1, 5.2, CM 4.2, 5).

    The gravest breach leads and all are listed. An accident that was told is nothing; one that was not told, and broke
    something, is at least what the framework says, and no more unless it went on by choice. Then each rule that holds
    may move the case up, never down. Raises UnknownBreach. Pure.
    """
    for code in facts.breaches:
        _listed(framework, facts, code)
    record = counted(facts)
    accident = list(_rules(facts, framework, "accident"))
    if accident and facts.is_accident and facts.told_staff_promptly is None:
        return _unanswered(accident, facts, framework, record)
    settled = next((rule for rule in accident if _all_facts(rule, facts)), None)
    if settled is not None and facts.is_accident:
        return _by_accident(settled, facts, framework, record)
    listed = list(_listings(facts, framework))
    began = [] if settled is None or settled.becomes is None or not facts.breaches else [_begun(settled)]
    steps = [*listed, *began, *_moved(facts, framework, record)]
    grade = _gravest(steps)
    if grade is None:
        return _closed(facts, framework, record, "nothing", None, steps or [NO_BREACH])
    if len({each.grade for each in steps if each.grade is not None}) > 1:
        category = framework.category(facts.audience, grade)
        # What a category means is said of what the policy lists there, not of what only the record brought there.
        meaning = f", {category.meaning}" if any(each.grade == grade for each in listed) else ""
        text = f"The gravest leads: category {grade}{meaning}."
        steps.append(Step("gravest", text, category.source, ("S1", "S3"), grade=grade))
    return _closed(facts, framework, record, "graded", grade, steps)


def _gravest(steps: Iterable[Step]) -> Grade | None:
    return max((each.grade for each in steps), key=height, default=None)


def _begun(rule: EscalationRule) -> Step:
    text = f"It began by accident, and staff were not told promptly: that alone is category {rule.becomes}."
    return _step(rule, text)


def _moved(facts: Facts, framework: Framework, record: Counted) -> Iterator[Step]:
    """The steps of the rules that move a case up: by the earlier record, then by what it is marked as."""
    for rule in _rules(facts, framework, "earlier"):
        yield from _moved_by_record(rule, facts, framework, record)
    for rule in _rules(facts, framework, "facts"):
        if _all_facts(rule, facts):
            yield _step(rule, f"The policy puts this in category {rule.becomes}: {rule.when}.")


def _unanswered(rules: list[EscalationRule], facts: Facts, framework: Framework, record: Counted) -> Proposal:
    text = (
        "It is put down as an accident. Nobody has answered yet whether staff were told promptly, and what this comes "
        "to depends on the answer."
    )
    source = tuple(dict.fromkeys(clause for rule in rules for clause in rule.source))
    duties = tuple(dict.fromkeys(duty for rule in rules for duty in rule.duties))
    steps = [Step("unanswered", text, source, duties)]
    return _closed(facts, framework, record, "unanswered", None, steps, questions=(TOLD,), by_accident=True)


def _by_accident(rule: EscalationRule, facts: Facts, framework: Framework, record: Counted) -> Proposal:
    if rule.becomes is None:
        text = "It was an accident, and staff were told promptly: nobody is blamed and nothing is sanctioned."
        return _closed(
            facts, framework, record, "nothing", None, [_step(rule, text)], framework.no_blame, by_accident=True
        )
    if not facts.breaches:
        return _closed(facts, framework, record, "nothing", None, [NO_BREACH])
    text = f"It was an accident, and staff were not told promptly: category {rule.becomes}, and no more."
    return _closed(facts, framework, record, "graded", rule.becomes, [_step(rule, text)], by_accident=True)


def _closed(
    facts: Facts,
    framework: Framework,
    record: Counted,
    outcome: Outcome,
    grade: Grade | None,
    steps: list[Step],
    obligations: tuple[Obligation, ...] = (),
    questions: tuple[str, ...] = (),
    *,
    by_accident: bool = False,
) -> Proposal:
    """``by_accident``: a rule of accidents settles it, so that neither the breaches nor the record are graded."""
    category = None if grade is None else framework.category(facts.audience, grade)
    found = _found(facts, framework)
    right = framework.restorative if facts.audience == "pupil" and grade is not None else None
    return Proposal(
        outcome=outcome,
        grade=grade,
        found=found,
        steps=tuple(steps),
        obligations=obligations if category is None else category.obligations,
        sanctions=() if category is None else category.sanctions,
        weigh=weighed(
            facts,
            framework,
            record,
            grade,
            rested_on={each for step in steps for each in step.earlier},
            unwarned=() if by_accident else _unwarned(facts, framework, record, steps),
            ungraded=_ungraded(facts, framework, grade) if by_accident else (),
            on_purpose=_on_purpose(facts, framework, record) if by_accident else None,
        ),
        restorative=right.text if right is not None and not facts.breaches.isdisjoint(right.breaches) else "",
        questions=questions,
    )


def _listed(framework: Framework, facts: Facts, code: str) -> Breach:
    try:
        return framework.breach(facts.audience, code)
    except LookupError:
        raise UnknownBreach(f"The framework lists no breach “{code}” for {facts.audience}.") from None


def _found(facts: Facts, framework: Framework) -> tuple[Found, ...]:
    """Every breach where the framework lists it, the gravest first, then in the framework's order."""
    return tuple(
        Found(each.code, each.text, category.grade, each.clauses, each.source)
        for category in reversed(framework.categories(facts.audience))
        for each in category.breaches
        if each.code in facts.breaches
    )


def _ungraded(facts: Facts, framework: Framework, grade: Grade | None) -> list[str]:
    """What would be graver than the accident comes to. What is itself an accident would not be."""
    return [
        each.text
        for each in _found(facts, framework)
        if height(each.grade) > height(grade) and root_of(framework, facts.audience, each.code).nature != "accidental"
    ]


def _on_purpose(facts: Facts, framework: Framework, record: Counted) -> Grade | None:
    """What the same would come to, had it been done on purpose."""
    meant = replace(facts, is_deliberate=True, is_accidental=False)
    return _gravest([*_listings(meant, framework), *_moved(meant, framework, record)])


def _listings(facts: Facts, framework: Framework) -> Iterator[Step]:
    """Where each breach is listed. What is only a repetition is treated as what it repeats: the record must show it.

    An accident that was not told is no breach where staff were told (R12).
    """
    for each in _found(facts, framework):
        root = root_of(framework, facts.audience, each.code)
        if is_denied(framework, facts, each.code):
            text = f"“{each.text}” is not graded: staff were told promptly, so it is not what happened."
            yield Step("not_graded", text, each.source, ("R12",))
        elif root.code == each.code:
            text = f"“{each.text}” is listed in category {each.grade}."
            yield Step("listed", text, each.source, ("S1",), grade=each.grade)
        else:
            grade = framework.grade_of(facts.audience, root.code)
            text = (
                f"“{each.text}” means “{root.text}” again, which is category {grade}. "
                f"{_what_moves_it(framework, facts, root)} can move it up."
            )
            yield Step("treated_as", text, each.source, ("S1", "S4"), grade=grade)


def _what_moves_it(framework: Framework, facts: Facts, root: Breach) -> str:
    """What a repetition needs before it counts as one: what the rules that speak of it ask for."""
    fitting = [each.needs for each in _rules(facts, framework, "earlier") if _fits(each, root, facts, framework)]
    kinds = [kind for kind in EARLIER_KINDS if any(each.earlier == kind for each in fitting)]
    if not kinds:
        return "No rule of the policy"
    earlier = f"Only an earlier {' or '.join(kinds)} that still counts"
    facts_named = [MARKED[each.or_fact] for each in fitting if each.or_fact is not None]
    return f"{earlier}, or its being marked as {' or '.join(facts_named)}," if facts_named else earlier


def _fits(rule: EscalationRule, breach: Breach, facts: Facts, framework: Framework) -> bool:
    """Whether a rule speaks of this breach."""
    needs = rule.needs
    return framework.grade_of(facts.audience, breach.code) == needs.grade or breach.code in needs.breaches


def _unwarned(facts: Facts, framework: Framework, record: Counted, steps: list[Step]) -> tuple[Earlier, ...]:
    """Decisions that would have moved the case up, had a warning been given with them. A warning is its own."""
    rested = {each for step in steps for each in step.earlier}
    warned = {each.reference for each in record.inside if each.kind == "warning"}
    return tuple(
        each
        for each in record.inside
        if each.id not in rested and each.reference not in warned
        if any(
            _fits(rule, breach, facts, framework)
            and _entries(rule, breach, facts, framework, [replace(each, kind="warning")])
            for rule in _rules(facts, framework, "earlier")
            if rule.needs.earlier == "warning"
            for breach in _roots(facts, framework)
        )
    )


def _roots(facts: Facts, framework: Framework) -> tuple[Breach, ...]:
    graded = [code for code in facts.breaches if not is_denied(framework, facts, code)]
    return tuple(sorted({root_of(framework, facts.audience, code) for code in graded}, key=lambda each: each.code))


def _moved_by_record(rule: EscalationRule, facts: Facts, framework: Framework, record: Counted) -> Iterator[Step]:
    """The steps of a rule that rests on the earlier record: one for each breach that it moves."""
    needs = rule.needs
    for breach in _roots(facts, framework):
        if not _fits(rule, breach, facts, framework):
            continue
        entries = _entries(rule, breach, facts, framework, record.inside)
        mark = needs.or_fact if needs.or_fact is not None and facts.holds(needs.or_fact) else None
        if not entries and mark is None:
            continue
        grade = rule.becomes
        again = _continued(framework, facts, breach) if rule.by_persists_from else None
        if again is not None:
            grade = framework.grade_of(facts.audience, again.code)
        text = f"“{breach.text}” moves to category {grade}, because {rule.when}."
        if entries:
            text += f" It rests on {entries_in_words(entries)}; {look_back_in_words(facts.look_back_from)}."
        if mark is not None:
            text += f" It is marked as {MARKED[mark]}."
        yield Step(rule.code, text, rule.source, rule.duties, tuple(each.id for each in entries), grade)


def _entries(
    rule: EscalationRule, breach: Breach, facts: Facts, framework: Framework, inside: Iterable[Earlier]
) -> tuple[Earlier, ...]:
    needs = rule.needs
    fitting = tuple(
        each
        for each in inside
        if each.kind == needs.earlier and (not needs.earlier_grades or each.grade in needs.earlier_grades)
    )
    if not fitting or not needs.same_breach:
        return fitting
    family = _family(framework, facts, breach)
    return tuple(each for each in fitting if not family.isdisjoint(each.breaches))


def _family(framework: Framework, facts: Facts, root: Breach) -> frozenset[str]:
    """The breach and all that repeat it."""
    return frozenset(
        each.code
        for category in framework.categories(facts.audience)
        for each in category.breaches
        if root_of(framework, facts.audience, each.code).code == root.code
    )


def _continued(framework: Framework, facts: Facts, root: Breach) -> Breach | None:
    """The breach that this one becomes when it is repeated."""
    return next(
        (
            each
            for category in framework.categories(facts.audience)
            for each in category.breaches
            if each.persists_from == root.code
        ),
        None,
    )


def _rules(facts: Facts, framework: Framework, kind: str) -> Iterator[EscalationRule]:
    return (each for each in framework.escalation.rules if each.audience == facts.audience and each.needs.kind == kind)


def _all_facts(rule: EscalationRule, facts: Facts) -> bool:
    return all(facts.holds(each) for each in rule.needs.facts)


def _step(rule: EscalationRule, text: str) -> Step:
    return Step(rule.code, text, rule.source, rule.duties, grade=rule.becomes)
