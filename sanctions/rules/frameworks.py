"""A framework as it is kept, and what keeps one from being published. Duty S1 (CC 5, CM 5). Pure.

The content is plain data, the dataclasses of ``packs.schema.framework`` field by field, so that a version that was
published can be read for as long as a decision rests on it.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from packs.schema import AUDIENCES, GRADES, Audience, Breach, Category, Framework, Grade, Obligation, Post, SanctionType
from sanctions.rules.departing import height

Content = Mapping[str, Any]
AUDIENCE_WORDS: Mapping[Audience, str] = {"pupil": "Pupils", "staff": "Staff"}
TEXT_MAX_LENGTH = 300
"""Of a breach, an obligation and the meaning of a category, in characters."""
SANCTION_MAX_LENGTH = 200
MAX_BREACHES = 40
MAX_OWN_OBLIGATIONS = 20
MAX_HOURS = 24 * 90
MAX_DAYS = 365 * 5
_UNKEPT = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class NotFramework(ValueError):
    """What was kept cannot be read as a framework."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a framework from being published, in a sentence.

    ``part`` is where it can be seen to: ``pupil-A``, ``sanction-<code>``, ``look-back``, ``form-staff``; ``policy`` for
    what the policy lays down.
    """

    part: str
    message: str


def content_of(framework: Framework) -> dict[str, Any]:
    """The framework as it is kept. Pure; raises nothing."""
    kept: dict[str, Any] = _plain(framework)
    return kept


def framework_from(content: Content) -> Framework:
    """The framework that was kept, exactly. Pure; raises NotFramework.

    What a later edition of the schema added may be missing where it has a default.
    """
    framework: Framework = _read(Framework, content, "framework")
    for audience in AUDIENCES:
        if tuple(each.grade for each in framework.categories(audience)) != GRADES:
            raise NotFramework(f"The categories for {audience} are not A to D.")
    return framework


def canonical(content: Content) -> bytes:
    """The one certain form of a framework's content: sorted keys, no spaces, UTF-8. Pure."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_of(content: Content) -> str:
    """The hash that names this very framework. Pure."""
    return hashlib.sha256(canonical(content)).hexdigest()


def codes_of(framework: Framework) -> frozenset[str]:
    """Every code of a breach, sanction or obligation that it gives. Pure."""
    categories = (*framework.pupil, *framework.staff)
    return frozenset(
        [
            *(each.code for each in framework.sanction_types),
            *(each.code for each in framework.no_blame),
            *(each.code for category in categories for each in category.breaches),
            *(each.code for category in categories for each in category.obligations),
        ]
    )


def laid_down(policy: Framework, audience: Audience, grade: Grade) -> tuple[Obligation, ...]:
    """The obligations that the policy has a category carry. Duties S5, R4, P14 (CC 5.2.2, CM 4.4, CM 5). Pure.

    One that the policy leaves to the school is graver than all below it, so it carries those of the gravest of them.
    """
    return _gravest_up_to(policy, audience, grade).obligations


def _gravest_up_to(policy: Framework, audience: Audience, grade: Grade) -> Category:
    """The category itself where the policy uses it, or the gravest one below that it does use."""
    rows = [each for each in policy.categories(audience) if height(each.grade) <= height(grade)]
    return next((each for each in reversed(rows) if each.enabled), rows[-1])


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


@cache
def _shape(kind: type) -> tuple[Mapping[str, Any], frozenset[str]]:
    needed = (each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING)
    return get_type_hints(kind), frozenset(needed)


def _read(kind: Any, value: Any, where: str) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        hints, needed = _shape(kind)
        if not isinstance(value, Mapping) or not needed <= value.keys() <= hints.keys():
            raise NotFramework(f"{where} is not whole.")
        return kind(**{name: _read(hints[name], each, f"{where}.{name}") for name, each in value.items()})
    origin = get_origin(kind)
    if origin is tuple:
        if not isinstance(value, list):
            raise NotFramework(f"{where} is no list.")
        return tuple(_read(get_args(kind)[0], each, where) for each in value)
    if origin is Literal:
        if not isinstance(value, str) or value not in get_args(kind):
            raise NotFramework(f"{where} has a value that it cannot have.")
        return value
    if origin in {Union, UnionType}:
        rest = [each for each in get_args(kind) if each is not type(None)]
        return None if value is None else _read(rest[0], value, where)
    if type(value) is not kind:
        raise NotFramework(f"{where} has a value that it cannot have.")
    return value


# --- what keeps one from being published ------------------------------------------------------------------------------


def faults(
    framework: Framework,
    *,
    clauses: Collection[str],
    policy: Framework,
    answers: Collection[tuple[str, str]],
    carriers: Collection[Post],
) -> tuple[Fault, ...]:
    """What keeps a framework from being published. Duties S1, S4, R3, S5 (CC 5, CM 5). Pure; raises nothing.

    ``clauses``: ids of the clauses of the agreements. ``policy``: the framework that ships with the pack, whose
    obligations may be added to and never taken out or weakened, and whose rules stay. ``answers``: fields and options
    of the pack's form. ``carriers``: the posts that have a page of the sanctions that they carry out.
    """
    return tuple(_faults(framework, clauses, policy, answers, carriers))


def _faults(
    framework: Framework,
    clauses: Collection[str],
    policy: Framework,
    answers: Collection[tuple[str, str]],
    carriers: Collection[Post],
) -> Iterator[Fault]:
    types = frozenset(each.code for each in framework.sanction_types)
    for audience in AUDIENCES:
        for category in framework.categories(audience):
            part = f"{audience}-{category.grade}"
            where = f"{AUDIENCE_WORDS[audience]}, category {category.grade}"
            own, carried = policy.category(audience, category.grade), _gravest_up_to(policy, audience, category.grade)
            said = (
                *_of_category(category, own, types),
                *(each for breach in category.breaches for each in _of_breach(breach, audience, framework, clauses)),
                *_of_obligations(category, carried),
            )
            yield from (Fault(part, f"{where}: {each}") for each in said)
        yield from _twice(framework, audience)
    yield from _of_sanction_types(framework.sanction_types, policy.sanction_types, carriers)
    yield from _of_rules(framework, policy)
    for audience in AUDIENCES:
        yield from _of_form(framework, audience, answers)


def _of_category(category: Category, own: Category, types: frozenset[str]) -> Iterator[str]:
    if not category.enabled:
        if own.enabled:
            yield "the policy uses this category, so it stays switched on."
        if category.breaches or category.sanctions or category.obligations:
            yield "it is switched off and not empty. Switch it on, or take out what it holds."
        return
    if own.enabled and (category.meaning, category.source) != (own.meaning, own.source):
        yield "its meaning is the policy's and stays."
    yield from _of_text("the meaning", category.meaning, TEXT_MAX_LENGTH)
    if not category.breaches:
        yield "no breach belongs to it yet."
    if len(category.breaches) > MAX_BREACHES:
        yield f"keep it to {MAX_BREACHES} breaches."
    if not category.sanctions:
        yield "no sanction may follow it yet."
    for code in dict.fromkeys(category.sanctions):
        if code not in types:
            yield f"it allows a sanction that there is not (“{code}”)."
        if category.sanctions.count(code) > 1:
            yield f"it allows the same sanction twice (“{code}”)."


def _of_breach(breach: Breach, audience: Audience, framework: Framework, clauses: Collection[str]) -> Iterator[str]:
    name = f"“{_short(breach.text)}”" if breach.text.strip() else "a breach"
    yield from _of_text(name, breach.text, TEXT_MAX_LENGTH)
    if not breach.clauses:
        yield f"{name} names no clause of an agreement. Choose which it breaks."
    for each in breach.clauses:
        if each not in clauses:
            yield f"{name} names a clause that no agreement has (“{each}”)."
    if breach.persists_from is not None:
        here = framework.grade_of(audience, breach.code)
        there = {
            each.code: category.grade for category in framework.categories(audience) for each in category.breaches
        }.get(breach.persists_from)
        if there is None:
            yield f"{name} repeats a breach that is not listed any more."
        elif height(there) >= height(here):
            yield f"{name} repeats a breach of category {there}. It can only repeat one of a lower category."
        elif (root := _never_moved(framework, audience, breach)) is not None:
            yield (
                f"{name} could never count: no rule of the policy moves “{_short(root.text)}” up. "
                "List it as a breach that stands by itself."
            )


def _never_moved(framework: Framework, audience: Audience, breach: Breach) -> Breach | None:
    """What this one repeats in the end, where no rule on earlier warnings or decisions speaks of it."""
    listed = {each.code: (row.grade, each) for row in framework.categories(audience) for each in row.breaches}
    grade, passed = framework.grade_of(audience, breach.code), set[str]()
    while breach.persists_from in listed and breach.code not in passed:
        passed.add(breach.code)
        grade, breach = listed[breach.persists_from]
    needs = [
        each.needs for each in framework.escalation.rules if each.audience == audience and each.needs.kind == "earlier"
    ]
    return None if any(each.grade == grade or breach.code in each.breaches for each in needs) else breach


def _of_obligations(category: Category, carried: Category) -> Iterator[str]:
    """``carried``: the category of the policy whose obligations are carried here, this one or a less grave one."""
    obligations, own = category.obligations, carried.obligations if category.enabled else ()
    there = {each.code: each for each in obligations}
    for each in own:
        found = there.get(each.code)
        if found is None and category.grade != carried.grade:
            yield f"“{each.text}” follows in category {carried.grade} already, and so here. Save the page to add it."
        elif found is None:
            yield f"“{each.text}” is the policy's obligation and cannot be taken out."
        elif _is_weaker(found, each):
            yield f"“{each.text}” is the policy's obligation and cannot be weakened or reworded."
    policies = frozenset(each.code for each in own)
    added = [each for each in obligations if each.code not in policies]
    if len(added) > MAX_OWN_OBLIGATIONS:
        yield f"keep it to {MAX_OWN_OBLIGATIONS} obligations of your own."
    for each in added:
        name = f"“{_short(each.text)}”" if each.text.strip() else "an obligation"
        yield from _of_text(name, each.text, TEXT_MAX_LENGTH)
        if each.within_hours is not None and not 1 <= each.within_hours <= MAX_HOURS:
            yield f"{name} needs a number of hours from 1 to {MAX_HOURS:,}."
    for code in _doubles([each.code for each in obligations]):
        yield f"the obligation “{code}” is there twice."


def _is_weaker(found: Obligation, own: Obligation) -> bool:
    hours, at_most = found.within_hours, own.within_hours
    return (
        (found.text, found.owner, found.once) != (own.text, own.owner, own.once)
        or not set(own.duties) <= set(found.duties)
        or (at_most is not None and (hours is None or hours > at_most))
        or (hours is not None and hours < 1)
        or (own.at_once and not found.at_once)
        or (own.records_decision and not found.records_decision)
    )


def _twice(framework: Framework, audience: Audience) -> Iterator[Fault]:
    listed = [(category.grade, each) for category in framework.categories(audience) for each in category.breaches]
    where = AUDIENCE_WORDS[audience]
    for code in _doubles([each.code for _, each in listed]):
        grade = next(grade for grade, each in reversed(listed) if each.code == code)
        yield Fault(f"{audience}-{grade}", f"{where}: the breach “{code}” is there twice.")
    words = [" ".join(each.text.lower().split()) for _, each in listed]
    for text in _doubles([each for each in words if each]):
        grade, breach = next(pair for pair, said in zip(reversed(listed), reversed(words), strict=True) if said == text)
        yield Fault(f"{audience}-{grade}", f"{where}: “{_short(breach.text)}” is there twice, in the same words.")


def _of_sanction_types(
    types: tuple[SanctionType, ...], own: tuple[SanctionType, ...], carriers: Collection[Post]
) -> Iterator[Fault]:
    there = {each.code: each for each in types}
    for each in own:
        if there.get(each.code) != each:
            yield Fault("policy", f"Sanctions: “{each.text}” is the policy's and stays as it is.")
    for code in _doubles([each.code for each in types]):
        yield Fault(f"sanction-{code}", f"Sanctions: “{code}” is there twice.")
    policies = frozenset(each.code for each in own)
    for each in types:
        if each.code not in policies:
            name = f"“{_short(each.text)}”" if each.text.strip() else "one of your own"
            for said in (*_of_text(name, each.text, SANCTION_MAX_LENGTH), *_of_telling(name, each, carriers)):
                yield Fault(f"sanction-{each.code}", f"Sanctions: {said}")


def _of_telling(name: str, kind: SanctionType, carriers: Collection[Post]) -> Iterator[str]:
    """Whoever is told has a page that says until when: so there is such a page, and a day when it ends."""
    if kind.tells is not None and not kind.ends:
        yield f"{name} tells a post and has no last day. Let it end on a date, or tell nobody."
    if kind.tells is not None and kind.tells not in carriers:
        yield f"{name} tells a post that has no page of running sanctions. Choose another one, or tell nobody."


def _of_rules(framework: Framework, policy: Framework) -> Iterator[Fault]:
    found, own = framework.escalation, policy.escalation
    laid_down = (own.rules, own.principle, own.look_back_choices, own.look_back_note)
    if (found.rules, found.principle, found.look_back_choices, found.look_back_note) != laid_down:
        yield Fault("policy", "What moves a case to another category is the policy's and stays.")
    for rule in own.rules:
        listed = {each.code for category in framework.categories(rule.audience) for each in category.breaches}
        for code in rule.needs.breaches:
            if code not in listed:
                text = policy.breach(rule.audience, code).text
                grade = policy.grade_of(rule.audience, code)
                message = f"“{text}” cannot be taken out: the policy's rule “{rule.when}” rests on it."
                yield Fault(f"{rule.audience}-{grade}", f"{AUDIENCE_WORDS[rule.audience]}: {message}")
    if found.look_back not in {own.look_back, *own.look_back_choices}:
        yield Fault("look-back", "Look-back: the policy does not offer this choice.")
    days = found.look_back_days
    if found.look_back == "days" and (days is None or not 1 <= days <= MAX_DAYS):
        yield Fault("look-back", f"Look-back: give a number of days from 1 to {MAX_DAYS:,}.")
    if framework.restorative != policy.restorative:
        yield Fault("policy", "Putting things right between pupils is the policy's and stays.")
    if any(each not in framework.no_blame for each in policy.no_blame):
        yield Fault("policy", "What follows an accident that was told is the policy's and stays.")


def _of_form(framework: Framework, audience: Audience, answers: Collection[tuple[str, str]]) -> Iterator[Fault]:
    part, where = f"form-{audience}", f"{AUDIENCE_WORDS[audience]}, what the form suggests"
    listed = {each.code for category in framework.categories(audience) for each in category.breaches}
    for each in framework.suggestions(audience):
        if (each.field, each.option) not in answers:
            yield Fault(part, f"{where}: choose what the form says in every line.")
        if not each.breaches or "" in each.breaches:
            yield Fault(part, f"{where}: choose a breach in every line.")
        for code in each.breaches:
            if code and code not in listed:
                yield Fault(part, f"{where}: a line names a breach that is not listed any more (“{code}”).")


def _of_text(name: str, text: str, limit: int) -> Iterator[str]:
    if not text.strip():
        yield f"{name} has no words yet. Write some, or take it out."
    elif len(text) > limit:
        yield f"shorten {name} to {limit} characters; it has {len(text):,}."
    elif _UNKEPT.search(text):
        yield f"{name} has characters that cannot be kept. Take them out."


def _doubles(codes: list[str]) -> list[str]:
    return [each for each in dict.fromkeys(codes) if codes.count(each) > 1]


def _short(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= 60 else f"{said[:59]}…"
