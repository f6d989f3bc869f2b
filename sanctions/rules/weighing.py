"""What else the head teacher weighs: it moves nothing by itself. Duties S2, S3, P13 (CC 5, CM 4.5.2, CM 5). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from packs.schema import Framework, Grade
from sanctions.rules.facts import NEEDS, Facts
from sanctions.rules.looking_back import Counted
from sanctions.rules.words import entries_in_words, look_back_in_words


@dataclass(frozen=True, slots=True)
class Weigh:
    """One thing to weigh, in a sentence."""

    code: str
    text: str


def weighed(facts: Facts, framework: Framework, record: Counted, grade: Grade | None) -> tuple[Weigh, ...]:
    """What else counts for a decision about these facts, in a fixed order. Pure; raises nothing."""
    return tuple(Weigh(code, text) for code, text in _said(facts, framework, record, grade))


def _said(facts: Facts, framework: Framework, record: Counted, grade: Grade | None) -> Iterator[tuple[str, str]]:
    if facts.is_accident and (facts.is_extreme or facts.was_distributed):
        yield (
            "contradictory",
            "It is put down as an accident, and also as extreme or passed on. Look at the facts again.",
        )
    if facts.is_accidental and facts.is_deliberate:
        yield "both", "It is put down as begun by accident and continued by choice: the choice is what is graded."
    if not record.inside:
        yield "first", "Nothing earlier counts: no warning and no decision inside the look-back."
    if record.expired:
        before = look_back_in_words(facts.look_back_from)
        yield "expired", f"Not counted, because {before}: {entries_in_words(record.expired)}."
    if record.same_day_or_later:
        late = entries_in_words(record.same_day_or_later)
        yield "same_day", f"Not counted, because it was given on the day it happened or after it: {late}."
    unwarned = [each for each in record.inside if each.kind == "decision" and each.grade == "A"]
    warned = {each.reference for each in record.inside if each.kind == "warning"}
    without = [each for each in unwarned if each.reference not in warned]
    if without and grade == "A":
        yield "no_warning", f"No warning was given with {entries_in_words(without)}, so it does not move the case up."
    if facts.needs:
        needs = ", ".join(NEEDS.get(each, each) for each in sorted(facts.needs))
        yield "needs", f"On the school's record: {needs}. Were they able to understand and keep the rule?"
    if facts.audience == "pupil" and facts.year_group:
        yield "age", f"They are in {facts.year_group}: what can be expected at that age?"
    if facts.audience == "staff" and facts.is_accident:
        yield "staff_accident", "It is put down as an accident: was it reported as soon as it was noticed?"
    if facts.audience == "pupil" and not facts.breaches.isdisjoint(framework.restorative.breaches):
        if facts.restorative_tried:
            yield "restorative_tried", "Putting things right between them has been tried before."
        elif grade is not None:
            yield "restorative", f"{framework.restorative.text} It has not been tried yet."
    if grade is not None:
        yield "harm", "What harm was done, and to whom? The answer should be in proportion to it."
