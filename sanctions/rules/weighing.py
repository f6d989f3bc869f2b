"""What else the head teacher weighs: it moves nothing by itself. Duties S2, S3, P13 (CC 5, CM 4.5.2, CM 5). Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from packs.schema import Fact, Framework, Grade
from sanctions.rules.departing import height
from sanctions.rules.facts import NEEDS, Earlier, Facts
from sanctions.rules.found import root_of
from sanctions.rules.looking_back import Counted
from sanctions.rules.words import MARKED, entries_in_words, look_back_in_words, quoted


@dataclass(frozen=True, slots=True)
class Weigh:
    """One thing to weigh, in a sentence."""

    code: str
    text: str


def weighed(
    facts: Facts,
    framework: Framework,
    record: Counted,
    grade: Grade | None,
    *,
    rested_on: Collection[str] = (),
    unwarned: Collection[Earlier] = (),
    ungraded: Collection[str] = (),
    on_purpose: Grade | None = None,
) -> tuple[Weigh, ...]:
    """What else counts for a decision about these facts, and what did not count and why, in a fixed order.

    ``rested_on``: ids of the earlier entries that moved the case. ``unwarned``: decisions that would have moved it, had
    a warning been given with them. ``ungraded``: texts of the graver breaches that an accident leaves ungraded.
    ``on_purpose``: what an accident that was not told would come to, had it been done on purpose. Pure; raises nothing.
    """
    # A decision and the warning that was given with it are one matter: it counted.
    counts = {each.reference for each in record.inside if each.id in rested_on}
    idle = [each for each in record.inside if each.reference not in counts and each not in unwarned]
    said = (
        *_of_the_facts(facts, ungraded),
        *_of_breaches(facts, framework),
        *_of_telling(grade, on_purpose),
        *_of_the_record(facts, record, idle, unwarned),
        *_of_the_person(facts, framework, grade),
    )
    return tuple(Weigh(code, text) for code, text in said)


def _of_the_facts(facts: Facts, ungraded: Collection[str]) -> Iterator[tuple[str, str]]:
    if facts.is_accident and (facts.is_extreme or facts.was_distributed):
        yield (
            "contradictory",
            "It is put down as an accident, and also as extreme or passed on. Look at the facts again.",
        )
    if facts.is_accidental and facts.is_deliberate:
        yield "both", "It is put down as begun by accident and continued by choice: the choice is what is graded."
    if facts.breaches and not facts.is_accidental and not facts.is_deliberate:
        said = "For an accident nobody is blamed." if facts.audience == "pupil" else "Ask before it is decided."
        yield "nature", f"Nobody has said whether it was on purpose or by accident. {said}"
    if ungraded:
        yield (
            "ungraded",
            f"Not graded, because it is put down as an accident: {quoted(ungraded)}. "
            "If it was on purpose, correct the facts.",
        )
    if facts.audience == "staff" and facts.is_accident:
        yield "staff_accident", "It is put down as an accident: was it reported as soon as it was noticed?"


def _of_breaches(facts: Facts, framework: Framework) -> Iterator[tuple[str, str]]:
    """Breaches that are accidents which staff were not told of, where the facts say otherwise."""
    otherwise: list[Fact] = []
    if facts.is_deliberate and not facts.is_accidental:
        otherwise.append("deliberate")
    if facts.holds("told"):
        otherwise.append("told")
    texts = [
        each.text
        for category in framework.categories(facts.audience)
        for each in category.breaches
        if each.code in facts.breaches and root_of(framework, facts.audience, each.code).nature == "accidental"
    ]
    if otherwise and texts:
        marked = " and ".join(MARKED[each] for each in otherwise)
        ending = "Look at the facts again." if facts.is_deliberate else "It is not graded."
        yield (
            "contradictory",
            f"An accident that staff were not told of is chosen: {quoted(texts)}. It is put down as {marked}. {ending}",
        )


def _of_telling(grade: Grade | None, on_purpose: Grade | None) -> Iterator[tuple[str, str]]:
    if on_purpose is not None and height(on_purpose) < height(grade):
        yield (
            "not_telling",
            f"On purpose the same would be category {on_purpose}. The policy's category {grade} is for not telling.",
        )


def _of_the_record(
    facts: Facts, record: Counted, idle: Collection[Earlier], unwarned: Collection[Earlier]
) -> Iterator[tuple[str, str]]:
    if not record.inside:
        yield "first", "Nothing earlier counts: no warning and no decision inside the look-back."
    if record.expired:
        before = look_back_in_words(facts.look_back_from)
        yield "expired", f"Not counted, because {before}: {entries_in_words(record.expired)}."
    if record.same_day_or_later:
        late = entries_in_words(record.same_day_or_later)
        yield "same_day", f"Not counted, because given on the day when this happened, or later: {late}."
    if unwarned:
        yield "no_warning", f"No warning was given with {entries_in_words(unwarned)}, so that alone moves nothing up."
    if idle:
        yield "idle", f"On the record, but no rule moves this case up for it: {entries_in_words(idle)}."


def _of_the_person(facts: Facts, framework: Framework, grade: Grade | None) -> Iterator[tuple[str, str]]:
    if facts.needs:
        needs = ", ".join(NEEDS.get(each, each) for each in sorted(facts.needs))
        yield "needs", f"On the school's record: {needs}. Were they able to understand and keep the rule?"
    if facts.audience == "pupil" and facts.year_group:
        yield "age", f"They are in {facts.year_group}: what can be expected at that age?"
    if facts.audience == "pupil" and not facts.breaches.isdisjoint(framework.restorative.breaches):
        if facts.restorative_tried:
            yield "restorative_tried", "Putting things right between them has been tried before."
        elif grade is not None:
            yield "restorative", f"{framework.restorative.text} It has not been tried yet."
    if grade is not None:
        yield "harm", "What harm was done, and to whom? The answer should be in proportion to it."
