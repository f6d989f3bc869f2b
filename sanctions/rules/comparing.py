"""What differs between two frameworks, in plain sentences. Duty S1 (CC 5, CM 5). Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packs.schema import AUDIENCES, Audience, Breach, Category, Escalation, Framework, Grade, Obligation, SanctionType
from sanctions.rules.frameworks import AUDIENCE_WORDS

NATURES: Mapping[str | None, str] = {None: "", "deliberate": ", on purpose", "accidental": ", by accident"}
Listed = Mapping[str, tuple[Grade, Breach]]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where it is, and what it is in a sentence."""

    where: str
    text: str
    part: str = ""
    """The part of the framework: ``pupil-A``, ``sanctions``, ``look-back``, ``form-staff``, ``policy``."""


def difference(old: Framework, new: Framework) -> tuple[Change, ...]:
    """What the new framework changes, by code, in the order of the pages. Pure; raises nothing."""
    return tuple(_changes(old, new))


def look_back_text(escalation: Escalation) -> str:
    """How far back an earlier warning or decision counts, as a phrase. Duty S4. Pure."""
    if escalation.look_back == "whole_time":
        return "the whole time at the school"
    if escalation.look_back == "days":
        days = escalation.look_back_days
        if not days:
            return "a number of days that is not given yet"
        return "the day before" if days == 1 else f"the {days:,} days before"
    return "the current school year"


def _changes(old: Framework, new: Framework) -> Iterator[Change]:
    for audience in AUDIENCES:
        yield from _of_audience(old, new, audience)
    yield from (Change("Sanctions", text, "sanctions") for text in _of_types(old.sanction_types, new.sanction_types))
    before, after = look_back_text(old.escalation), look_back_text(new.escalation)
    if before != after:
        yield Change("Look-back", f"What counts is {after}; it was {before}.", "look-back")
    for audience in AUDIENCES:
        where = f"{AUDIENCE_WORDS[audience]}, what the form suggests"
        yield from (Change(where, text, f"form-{audience}") for text in _of_form(old, new, audience))
    yield from _of_policy(old, new)


def _of_audience(old: Framework, new: Framework, audience: Audience) -> Iterator[Change]:
    before, after = _listed(old, audience), _listed(new, audience)
    names = {each.code: each.text for each in (*old.sanction_types, *new.sanction_types)}
    for was, now in zip(old.categories(audience), new.categories(audience), strict=True):
        said = (
            *_of_switch(was, now),
            *(f"{_quoted(each)} is taken out." for each in was.breaches if each.code not in after),
            *(text for each in now.breaches for text in _of_breach(each, now.grade, before, after)),
            *_of_sources(was, now),
            *_of_order(was, now),
            *_of_sanctions(was, now, names),
            *_of_obligations(was.obligations, now.obligations),
        )
        where = f"{AUDIENCE_WORDS[audience]}, category {now.grade}"
        yield from (Change(where, text, f"{audience}-{now.grade}") for text in said)


def _listed(framework: Framework, audience: Audience) -> Listed:
    return {each.code: (row.grade, each) for row in framework.categories(audience) for each in row.breaches}


def _of_switch(was: Category, now: Category) -> Iterator[str]:
    if was.enabled != now.enabled:
        yield "The category is switched on." if now.enabled else "The category is switched off."
    if was.meaning != now.meaning:
        yield f"It means “{now.meaning}”; it was “{was.meaning}”."
    if was.source != now.source:
        yield f"Its clauses of the policy are {_together(now.source)}; they were {_together(was.source)}."


def _of_breach(breach: Breach, grade: Grade, before: Listed, after: Listed) -> Iterator[str]:
    if breach.code not in before:
        yield f"{_quoted(breach)} is new."
        return
    came_from, was = before[breach.code]
    if came_from != grade:
        yield f"{_quoted(breach)} is moved here from category {came_from}."
    if was.text != breach.text:
        yield f"{_quoted(breach)} is reworded; it was {_quoted(was)}."
    if set(was.clauses) != set(breach.clauses):
        yield (
            f"{_quoted(breach)} breaks {_together(breach.clauses)} of the agreements; it was {_together(was.clauses)}."
        )
    if was.nature != breach.nature:
        how = "counts" if breach.nature is None else "does not count any more"
        yield f"{_quoted(breach)} {how} where staff were told."
    if was.persists_from != breach.persists_from:
        if breach.persists_from is None:
            yield f"{_quoted(breach)} is not a repetition of another breach any more."
        else:
            root = after.get(breach.persists_from)
            yield f"{_quoted(breach)} is a repetition of {_quoted(root[1]) if root else 'a breach not listed'}."


def _of_sources(was: Category, now: Category) -> Iterator[str]:
    """Breaches whose clause of the policy differs, where that is not said of the whole category."""
    before = {each.code: each.source for each in was.breaches}
    for each in now.breaches:
        earlier = before.get(each.code, each.source)
        if earlier != each.source and (earlier, each.source) != (was.source, now.source):
            yield f"{_quoted(each)} is graded by {_together(each.source)}; it was {_together(earlier)}."


def _of_order(was: Category, now: Category) -> Iterator[str]:
    """Where the same breaches, sanctions or clauses stand in another order: nothing else says so."""
    for name, old, new in (
        ("breaches", [each.code for each in was.breaches], [each.code for each in now.breaches]),
        ("sanctions", list(was.sanctions), list(now.sanctions)),
        ("obligations", [each.code for each in was.obligations], [each.code for each in now.obligations]),
    ):
        both = set(old) & set(new)
        if [each for each in old if each in both] != [each for each in new if each in both]:
            yield f"The {name} stand in another order."
    clauses = {each.code: each.clauses for each in was.breaches}
    for each in now.breaches:
        earlier = clauses.get(each.code, each.clauses)
        if earlier != each.clauses and set(earlier) == set(each.clauses):
            yield f"The clauses of {_quoted(each)} stand in another order."


def _of_sanctions(was: Category, now: Category, names: Mapping[str, str]) -> Iterator[str]:
    for code in now.sanctions:
        if code not in was.sanctions:
            yield f"“{names.get(code, code)}” may follow."
    for code in was.sanctions:
        if code not in now.sanctions:
            yield f"“{names.get(code, code)}” may not follow any more."


def _of_obligations(was: Sequence[Obligation], now: Sequence[Obligation]) -> Iterator[str]:
    before, after = {each.code: each for each in was}, {each.code: each for each in now}
    for each in now:
        if each.code not in before:
            yield f"“{each.text}” must follow{_when(each)}."
        elif before[each.code] != each:
            yield f"“{each.text}” is changed: it must follow{_when(each)}{_reworded(before[each.code], each)}."
    yield from (f"“{each.text}” need not follow any more." for each in was if each.code not in after)


def _when(each: Obligation) -> str:
    return f" within {each.within_hours} hours" if each.within_hours else (" at once" if each.at_once else "")


def _reworded(was: Obligation, now: Obligation) -> str:
    return f"; it was “{was.text}”" if was.text != now.text else f"; before it was{_when(was) or ' without a time'}"


def _of_types(was: Sequence[SanctionType], now: Sequence[SanctionType]) -> Iterator[str]:
    before, after = {each.code: each for each in was}, {each.code: each for each in now}
    for each in now:
        if each.code not in before:
            yield f"“{each.text}” is new{_notes(each)}."
        elif before[each.code] != each:
            old = before[each.code]
            yield f"“{each.text}” is changed{_notes(each)}; it was “{old.text}”{_notes(old)}."
    yield from (f"“{each.text}” is taken out." for each in was if each.code not in after)
    if set(before) == set(after) and [each.code for each in was] != [each.code for each in now]:
        yield "The sanctions stand in another order."


def _notes(each: SanctionType) -> str:
    said = [
        *(["ends on a date"] if each.ends else []),
        *(["counts as a warning"] if each.counts_as_warning else []),
        *(["the head teacher alone"] if each.head_only else []),
        *([f"{each.tells.replace('_', ' ')} is told"] if each.tells else []),
        *([f"entered in the register of {each.register}"] if each.register else []),
        *(["it is said which"] if each.specify else []),
    ]
    return f" ({', '.join(said)})" if said else ""


def _of_form(old: Framework, new: Framework, audience: Audience) -> Iterator[str]:
    before, after = _lines(old, audience), _lines(new, audience)
    texts = {
        code: each.text
        for listed in (_listed(old, audience), _listed(new, audience))
        for code, (_, each) in listed.items()
    }
    yield from (f"{_said(each, texts)} is new." for each in after if each not in before)
    yield from (f"{_said(each, texts)} is taken out." for each in before if each not in after)
    if set(before) == set(after) and old.suggestions(audience) != new.suggestions(audience):
        yield "The lines stand in another order."


def _lines(framework: Framework, audience: Audience) -> list[tuple[str, str, str | None, str]]:
    return [
        (each.field, each.option, each.nature, breach)
        for each in framework.suggestions(audience)
        for breach in each.breaches
    ]


def _said(line: tuple[str, str, str | None, str], texts: Mapping[str, str]) -> str:
    _, option, nature, breach = line
    return f"That “{option.replace('_', ' ')}{NATURES[nature]}” suggests “{texts.get(breach, breach)}”"


def _of_policy(old: Framework, new: Framework) -> Iterator[Change]:
    """What only another edition of the policy changes."""
    where = "The policy's own"
    if old.escalation.rules != new.escalation.rules:
        yield Change(where, "What moves a case to another category differs.", "policy")
    if old.escalation.principle != new.escalation.principle:
        yield Change(where, "The principle is worded differently.", "policy")
    said = (old.escalation.look_back_note, old.escalation.look_back_choices)
    if said != (new.escalation.look_back_note, new.escalation.look_back_choices):
        yield Change(where, "What a school may choose for the look-back differs.", "policy")
    if old.no_blame != new.no_blame:
        yield Change(where, "What follows an accident that was told differs.", "policy")
    if old.restorative != new.restorative:
        yield Change(where, "Putting things right between pupils is worded or cited differently.", "policy")


def _quoted(breach: Breach) -> str:
    return f"“{breach.text}”"


def _together(parts: Iterable[str]) -> str:
    return ", ".join(parts) or "none"
