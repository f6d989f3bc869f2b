"""Who is told: before a report is sent, for each answer to whom it is about; and afterwards, who was told a fact."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from incidents.models import Incident, Told, ToldKind
from incidents.rules.posts import IN_ORDER, capital, listed, the
from incidents.rules.routing import ABOUT, Case, Routes, route
from incidents.rules.turning import Way
from packs import loader
from packs.schema import Pack
from packs.schema.routing import FACT_POSTS
from schools.roles import Role
from schools.selectors import standing
from schools.standing import Standing
from schools.viewer import Viewer

_AT_RISK = frozenset({"safeguarding"})
# Whatever of the form brings the safeguarding lead in, in words: harm to a child, extremism, illegal material.
_AT_RISK_WORDS = "where a child may be at risk or it may be against the law"
# What only whoever writes it knows: said where a member of staff is named by no post.
_CHOOSE_THE_POST = "If it is the co-ordinator or the safeguarding lead, choose that instead: then they cannot read it."


@dataclass(frozen=True, slots=True)
class WhoIsTold:
    """Where a report would go in this school today. ``words``: for each answer, empty for nobody here, a few sentences.

    ``alone``: whom it reaches when it is told in confidence, such as "the head teacher"; ``alone_words`` says so.
    """

    pack: Pack
    standing: Standing
    words: Mapping[str, str]
    alone: str
    alone_words: str

    def way(self, *, about: str, in_confidence: bool, types: Collection[str], flags: Collection[str]) -> Way:
        """Where it would go as far as it is written, for the advice beside the form. No query."""
        case = Case(types=frozenset(types), flags=frozenset(flags), about=about, in_confidence=in_confidence)
        routed = route(self.pack.routing, case, self.standing)
        return way_of(routed, about)

    def reaches(self, viewer: Viewer, about: str) -> bool:
        """Whether this viewer would read it. No query."""
        routed = route(self.pack.routing, Case(about=about), self.standing)
        return (
            viewer.person_id not in routed.denied
            and not viewer.roles.isdisjoint(routed.readers)
            and viewer.roles.isdisjoint(routed.kept_out)
        )


def who_is_told(*, viewer: Viewer, pack: Pack, today: date, in_confidence: bool = False) -> WhoIsTold:
    """Who would be told of a report, before it is sent. Two queries. Duties R1, R4, R5, R10 (CC 4.5.4, CM 4.4).

    It follows from the posts alone: nobody is named yet, and it says nothing about any case.
    """
    here = standing(viewer.school_id, today)
    confident = Case(in_confidence=True)
    routed = route(pack.routing, confident, here)
    return WhoIsTold(
        pack=pack,
        standing=here,
        words={about: _words(pack, Case(about=about, in_confidence=in_confidence), here) for about in ("", *ABOUT)},
        alone=the(routed.handler_post),
        alone_words=_words(pack, confident, here),
    )


def who_is_told_of(*, viewer: Viewer, incident_id: UUID, today: date) -> WhoIsTold:
    """The same for a case that somebody handles, under the edition it was recorded in. Three queries.

    Raises Incident.DoesNotExist.
    """
    rows = Incident.objects.visible_to(viewer).values_list("pack_code", "pack_version", "in_confidence")
    code, version, in_confidence = rows.get(pk=incident_id)
    return who_is_told(viewer=viewer, pack=loader.get(code, version), today=today, in_confidence=in_confidence)


def way_of(routed: Routes, about: str) -> Way:
    """What the advice goes by of a route; the holder of the post that it is about is nobody to turn to."""
    return _way(routed.handler_post, routed.readers, routed.kept_out, about)


def way_stored(handler_post: str, read_by: Collection[str], kept_out: Collection[str], about: str) -> Way:
    """The same of a case as it stands in its row."""
    return _way(Role(handler_post), frozenset(map(Role, read_by)), frozenset(map(Role, kept_out)), about)


def _way(handler: Role, readers: frozenset[Role], kept_out: frozenset[Role], about: str) -> Way:
    post = ABOUT[about][1] if about else None
    silent = kept_out if post is None else kept_out | {post}
    return Way(handler, readers - silent, silent - {handler})


def _words(pack: Pack, case: Case, here: Standing) -> str:
    routed = route(pack.routing, case, here)
    at_risk = route(pack.routing, replace(case, flags=_AT_RISK), here)
    readers = _held(routed.readers - {routed.handler_post}, routed, here)
    besides = _held(at_risk.readers - routed.readers, at_risk, here)
    post = ABOUT[case.about][1] if case.about else None
    silent = [each for each in IN_ORDER if here.holders_of(each) and (each in routed.kept_out or each is post)]
    sentences = [_goal(routed)]
    if readers:
        sentences.append(f"{capital(listed(readers))} can read it too.")
    if case.in_confidence:
        besides_them = f", but {_AT_RISK_WORDS} {listed(besides)} can" if besides else ""
        sentences.append(f"Nobody else at the school can read it{besides_them}.")
    elif besides:
        sentences.append(f"{capital(_AT_RISK_WORDS)}, {listed(besides)} can read it as well.")
    if silent:
        sentences.append(f"{capital(listed(silent))} {'is' if len(silent) == 1 else 'are'} not told.")
    if case.about == "staff":
        sentences.append(_CHOOSE_THE_POST)
    return " ".join(sentences)


def _goal(routed: Routes) -> str:
    if routed.nobody_left:
        return "Nobody at the school can take it up, so the local authority's officer is told that it waits."
    return f"It goes to {the(routed.handler_post)}."


def _held(posts: Collection[Role], routed: Routes, here: Standing) -> list[Role]:
    """Those of these posts that somebody holds who may know of it, in the order in which they are named."""
    return [
        post
        for post in IN_ORDER
        if post in posts and any(person_id not in routed.denied for person_id in here.holders_of(post))
    ]


def officer_was_told(*, viewer: Viewer, incident_ids: Collection[UUID]) -> frozenset[UUID]:
    """Of the cases that nobody at the school can handle, those of which the authority's officer was told. Duty R7.

    One query, none for no case. Whether the viewer may know of these is asked before one comes here.
    """
    if not incident_ids:
        return frozenset()
    rows = Told.objects.filter(school_id=viewer.school_id, kind=ToldKind.OFFICER, incident_id__in=incident_ids)
    return frozenset(rows.values_list("incident_id", flat=True))


@dataclass(frozen=True, slots=True)
class Fact:
    """That there was a case, by the post to which it was said, and when. Nothing else of it is known."""

    post: str
    at: datetime


# The posts that are told that there is a case, and no more.
_TOLD_FACTS = frozenset(map(Role, FACT_POSTS))


def facts_told(*, viewer: Viewer) -> tuple[Fact, ...]:
    """The facts that this viewer was told by a post they hold today, newest first, at most 20. Duty S5 (CC 5.2.2).

    One query, none for whoever holds no such post.
    """
    if viewer.roles.isdisjoint(_TOLD_FACTS):
        return ()
    rows = Told.objects.visible_to(viewer).filter(kind=ToldKind.FACT, post__in=sorted(FACT_POSTS))
    return tuple(Fact(post, at) for post, at in rows.order_by("-at", "id").values_list("post", "at")[:20])
