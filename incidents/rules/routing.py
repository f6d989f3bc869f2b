"""Who handles a case, who reads it and who must not know. Duties R1, R4 to R7, R10, S5 (CC 4.1, CM 4.1, NE).

The table is the pack's (``routing.yaml``); here it meets one case and one school. No Django, no clock, no database.
Deny beats allow: whoever is in ``Routes.denied`` does not know of the case, whatever post they hold.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from packs.schema.routing import SUBJECT_IS_ALSO, DecisionKind, RoutingAddition, RoutingLine, RoutingTable, Subject
from schools.roles import GOVERNOR_POSTS, ROLE_NAMES, Role
from schools.standing import Standing

Why = Literal["subject", "about", "affected", "relative", "post"]

# What a case can be said to be about before anybody is named: the word in the table, and the post if it is one.
ABOUT: Mapping[str, tuple[Subject, Role | None]] = MappingProxyType(
    {
        "staff": ("staff", None),
        "coordinator": ("staff", Role.COORDINATOR),
        "dsl": ("staff", Role.DSL),
        "head_teacher": ("head_teacher", Role.HEAD_TEACHER),
        "governor": ("governor", None),
        "chair_of_governors": ("chair_of_governors", Role.CHAIR_OF_GOVERNORS),
    }
)


class UnknownAbout(LookupError):
    """A case cannot be about this."""


@dataclass(frozen=True, slots=True)
class Involved:
    """One person of a case: the id where they are on the school's lists, the part they played, and what they are."""

    person_id: UUID | None
    part: str
    """subject, affected, witness or reporter."""
    kind: str
    """pupil, staff or other."""


@dataclass(frozen=True, slots=True)
class Case:
    """What routing goes by."""

    involved: tuple[Involved, ...] = ()
    types: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    about: str = ""
    """A key of ``ABOUT``; empty: about nobody who works at the school or governs it."""
    in_confidence: bool = False
    """A member of staff told it for the head teacher alone."""
    considered_as: frozenset[str] = frozenset()
    """Answers to "could the incident be considered as": the edition of 2012 has grooming only there."""
    meant: frozenset[UUID] = frozenset()
    """Who held the post that ``about`` names when that was said. They stay out when it passes on to somebody else."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Where a case goes. Posts are for reading; ``denied`` is for people, and beats every post they hold."""

    line: str
    handler_post: Role
    """``LA_OFFICER`` when nobody at the school is left."""
    readers: frozenset[Role]
    """The posts whose holders read it, the handler's among them."""
    facts_to: frozenset[Role]
    """The posts whose holders are told that there is such a case, and no more."""
    told: frozenset[Role]
    """The posts that it is brought before at once: the handler, and who must look after a child now."""
    kept_out: frozenset[Role]
    denied: Mapping[UUID, Why] = field(hash=False)
    decisions: frozenset[DecisionKind]
    decider: Role | None
    """The post that decides on sanctions, and reads the case for that; None: nobody at the school can. Duty S2."""
    nobody_left: bool
    why: tuple[str, ...]
    """Codes of the line and the additions, and who was passed over; ``sentences`` puts them in words."""


def case_of(
    answers: Mapping[str, Any],
    *,
    about: str = "",
    in_confidence: bool = False,
    meant: Iterable[UUID] = (),
    namesakes: Mapping[str, Collection[UUID]] = MappingProxyType({}),
    besides: Iterable[Involved] = (),
) -> Case:
    """The case that a record's answers tell of; answers as in ``incidents.rules.answers``. Pure; raises nothing.

    ``namesakes``: for a name that was typed and not chosen from the lists, who of the school is called that. Until
    somebody says which of them it is, each is taken for the one who is meant: a report names people by typing.
    ``besides``: who is in it though the answers do not say so any more.
    """
    named = (
        Involved(person_id, each["part"], each["kind"])
        for each in answers.get("people") or ()
        for person_id in _who(each, namesakes)
    )
    return Case(
        involved=(*named, *besides),
        types=frozenset(answers.get("types") or ()),
        flags=frozenset(key for key, value in answers.items() if value is True),
        about=about,
        in_confidence=in_confidence,
        considered_as=frozenset(answers.get("deliberate_considered_as") or ()),
        meant=frozenset(meant),
    )


def _who(person: Mapping[str, str], namesakes: Mapping[str, Collection[UUID]]) -> Collection[UUID | None]:
    if person["person_id"]:
        return [UUID(person["person_id"])]
    return [*namesakes.get(person["name"], ())] or [None]


def route(table: RoutingTable, case: Case, standing: Standing, chosen: Role | None = None) -> Routes:
    """Where a case goes in a school as it stands today. Duties R1, R4 to R7, R10, S5 (CC 4.1, 5.2.2, CM 4.1, 4.4, NE).

    ``chosen`` is the post it was handed on to: it keeps the case as long as it stands in the line that the case
    has now, and has somebody left. The order of the people involved does not matter. Pure; raises UnknownAbout.
    """
    subjects = _subject_words(case, standing)
    line = next(each for each in table.lines if _fits(each, subjects, case))
    denied = _denied(case, standing, line)
    handler, why = _handler(line, standing, denied, chosen)
    decider = _decider(line, standing, denied, handler)
    readers = {*map(Role, line.read_by), handler, *([decider] if decider else [])} - {Role.LA_OFFICER}
    told = {handler}
    facts_to: set[Role] = set()
    decisions: set[DecisionKind] = set()
    for each in table.additions:
        if not _adds(each, line, subjects, case):
            continue
        why.append(each.code)
        decisions.update(each.decisions)
        facts_to.update(post for post in map(Role, each.facts_to) if _has_somebody(post, standing, denied))
        first = next((post for post in map(Role, each.first_of) if _has_somebody(post, standing, denied)), None)
        if first is not None:
            readers.add(first)
            told.add(first)
        elif each.first_of:
            why.append(f"{each.code}.nobody")
    return Routes(
        line=line.code,
        handler_post=handler,
        readers=frozenset(readers),
        facts_to=frozenset(facts_to),
        told=frozenset(told),
        kept_out=frozenset(map(Role, line.kept_from)),
        denied=denied,
        decisions=frozenset(decisions),
        decider=decider,
        nobody_left=handler is Role.LA_OFFICER,
        why=tuple(why),
    )


def may_take(table: RoutingTable, routes: Routes, standing: Standing) -> tuple[Role, ...]:
    """The posts that a case can be handed on to, in the order of its line. Duty R7 (NE). Pure; raises UnknownLine."""
    line = table.entry(routes.line)
    if not isinstance(line, RoutingLine):
        return ()
    posts = (Role(post) for post in line.handled_by)
    return tuple(
        post for post in posts if post is not routes.handler_post and _has_somebody(post, standing, routes.denied)
    )


def holders_left(posts: Iterable[Role], routes: Routes, standing: Standing) -> frozenset[UUID]:
    """Who holds one of these posts and may know of the case: with ``routes.readers``, everybody who reads it. Pure."""
    return frozenset(
        person_id for post in posts for person_id in standing.holders_of(post) if person_id not in routes.denied
    )


def sentences(table: RoutingTable, why: Iterable[str]) -> tuple[str, ...]:
    """Why a case goes where it goes, for those who read it. Pure; raises UnknownLine for a code of another table."""
    return tuple(_sentence(table, code) for code in why)


_PASSED_OVER = {
    "vacant": "Nobody is {post} at present, so the next in line takes over.",
    "involved": (
        "Whoever is {post} is involved, related to somebody who is, or must not know, so the next in line takes over."
    ),
}


def _sentence(table: RoutingTable, code: str) -> str:
    first, _, second = code.partition(".")
    if first in _PASSED_OVER:
        return _PASSED_OVER[first].format(post=ROLE_NAMES[Role(second)])
    if first == "handed_on":
        return "It was handed on."
    if first == "nobody_left":
        return "Nobody at the school is left to handle it, so the local authority's officer is told."
    entry = table.entry(first)
    if second == "nobody" and isinstance(entry, RoutingAddition):
        posts = " or ".join(ROLE_NAMES[Role(post)] for post in entry.first_of)
        return f"No {posts} can be told of it, so whoever handles it makes the referral themselves."
    return entry.text


def _subject_words(case: Case, standing: Standing) -> frozenset[Subject]:
    """What the subjects are to the school, with what each of these is besides."""
    words: set[Subject] = set()
    for person_id in _subjects(case) | _meant(case, standing):
        words.update(_words_of(person_id, standing))
    if any(each.part == "subject" and each.kind == "staff" for each in case.involved):
        words.add("staff")
    if case.about:
        words.add(_about(case)[0])
    return frozenset().union(*(SUBJECT_IS_ALSO[word] for word in words))


def _words_of(person_id: UUID, standing: Standing) -> Iterable[Subject]:
    posts = standing.posts_of(person_id)
    if Role.CHAIR_OF_GOVERNORS in posts:
        yield "chair_of_governors"
    if Role.HEAD_TEACHER in posts:
        yield "head_teacher"
    if person_id in standing.governors or not posts.isdisjoint(GOVERNOR_POSTS):
        yield "governor"
    if person_id in standing.staff or posts:
        yield "staff"


def _about(case: Case) -> tuple[Subject, Role | None]:
    try:
        return ABOUT[case.about]
    except KeyError:
        raise UnknownAbout from None


def _subjects(case: Case) -> frozenset[UUID]:
    return frozenset(each.person_id for each in case.involved if each.part == "subject" and each.person_id)


def _meant(case: Case, standing: Standing) -> frozenset[UUID]:
    """Who the case is about by the post they hold or held, though nobody has been named."""
    post = _about(case)[1] if case.about else None
    return frozenset() if post is None else case.meant.union(standing.holders_of(post))


def _denied(case: Case, standing: Standing, line: RoutingLine) -> Mapping[UUID, Why]:
    """Who must not know, each with the first reason there is. Duty R7 (NE)."""
    subjects = _subjects(case)
    meant = _meant(case, standing)
    affected = frozenset(each.person_id for each in case.involved if each.part == "affected" and each.person_id)
    relatives = frozenset().union(*(standing.relatives_of(each) for each in subjects | meant | affected))
    posts = frozenset().union(*(standing.holders_of(Role(post)) for post in line.kept_from))
    reasons: tuple[tuple[Why, frozenset[UUID]], ...] = (
        ("subject", subjects),
        ("about", meant),
        ("affected", affected),
        ("relative", relatives),
        ("post", posts),
    )
    denied: dict[UUID, Why] = {}
    for why, people in reasons:
        for person_id in sorted(people):
            denied.setdefault(person_id, why)
    return MappingProxyType(denied)


def _handler(
    line: RoutingLine, standing: Standing, denied: Mapping[UUID, Why], chosen: Role | None
) -> tuple[Role, list[str]]:
    """The post that handles it, and the codes that say why."""
    why = [line.code]
    if (
        chosen is not None
        and chosen is not Role.LA_OFFICER
        and chosen.value in line.handled_by
        and _has_somebody(chosen, standing, denied)
    ):
        return chosen, [*why, "handed_on"]
    for post in map(Role, line.handled_by):
        if _has_somebody(post, standing, denied):
            return post, why
        if post is not Role.LA_OFFICER:
            why.append(f"{'involved' if standing.holders_of(post) else 'vacant'}.{post.value}")
    return Role.LA_OFFICER, [*why, "nobody_left"]


def _decider(line: RoutingLine, standing: Standing, denied: Mapping[UUID, Why], handler: Role) -> Role | None:
    """Who decides on sanctions: nobody does where they are involved. Duties S2, R7 (CC 2.3.1, CM 2.3.1, NE).

    Past the head teacher whoever handles the case decides it, so that it can be handed on whole.
    """
    if Role.HEAD_TEACHER.value not in line.decided_by and handler.value in line.decided_by:
        return handler
    for post in map(Role, line.decided_by):
        if _has_somebody(post, standing, denied):
            return post
        if post is Role.HEAD_TEACHER and not standing.holders_of(post):
            return None
    return None


def _has_somebody(post: Role, standing: Standing, denied: Mapping[UUID, Why]) -> bool:
    return any(person_id not in denied for person_id in standing.holders_of(post))


def _fits(line: RoutingLine, subjects: frozenset[Subject], case: Case) -> bool:
    return (not line.subjects or not subjects.isdisjoint(line.subjects)) and (
        case.in_confidence or not line.in_confidence
    )


def _adds(each: RoutingAddition, line: RoutingLine, subjects: frozenset[Subject], case: Case) -> bool:
    if each.lines and line.code not in each.lines:
        return False
    if each.subjects and subjects.isdisjoint(each.subjects):
        return False
    ticked = (
        not case.types.isdisjoint(each.types)
        or not case.flags.isdisjoint(each.flags)
        or not case.considered_as.isdisjoint(each.considered_as)
    )
    return ticked or not (each.types or each.flags or each.considered_as)
