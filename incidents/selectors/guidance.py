"""What to do now, with the names of those to tell. Duty I1 (CC 4, CM 4, NS 11, PR flowchart)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from incidents.rules.turning import Turn, Way, turns, way_from
from incidents.selectors.told import who_is_told
from packs import loader
from packs import rules as pack_rules
from packs.schema import Pack
from schools.roles import Permission
from schools.selectors import PostHolder, pack_of, post_holders
from schools.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Advice:
    """One step, who to turn to for it (empty when nobody holds the post) and, if asked for, the clauses it rests on."""

    text: str
    who: str
    source: str


@dataclass(frozen=True, slots=True)
class Guidance:
    """The steps for the types and flags ticked so far. ``is_calm``: nothing beyond what holds for every incident."""

    steps: tuple[Advice, ...]
    is_calm: bool
    uploads_barred: str


def guidance_on(
    *,
    viewer: Viewer,
    pack: Pack,
    types: Collection[str],
    flags: Collection[str],
    today: date,
    with_sources: bool = False,
    holders: tuple[PostHolder, ...] | None = None,
    way: Way | None = None,
    is_sent: bool = False,
    turning: bool = True,
) -> Guidance:
    """What to do now about these types and flags, under this pack. One query, none where the ``holders`` are given.

    Clauses are for whoever runs incidents; a teaching assistant is not shown them. Nobody is sent to somebody who must
    not know: ``way`` says where the case goes, where that is past the co-ordinator (duties R4, R5, R7, R10). Once
    it ``is_sent`` nothing is said any more about where it goes. Without ``turning`` it is only what one does alone.
    """
    steps = turns(pack_rules.guidance_for(pack, types, flags), general=pack.guidance.general, way=way)
    if is_sent:
        steps = tuple(step for step in steps if step.post is None or not step.is_general)
    if not turning:
        steps = tuple(step for step in steps if step.post is None)
    if holders is None:
        posts = {step.post for step in steps if step.post}
        holders = post_holders(viewer=viewer, posts=posts, today=today) if posts else ()
    return Guidance(
        steps=tuple(
            Advice(step.text, _who(viewer, step, holders), ", ".join(step.source) if with_sources else "")
            for step in steps
        ),
        is_calm=all(step.urgency != "at_once" or step.is_general for step in steps),
        uploads_barred=pack_rules.uploads_barred(pack, types, flags) or "",
    )


def guidance_while_typing(
    *,
    viewer: Viewer,
    pack_key: str,
    types: Collection[str],
    flags: Collection[str],
    today: date,
    with_sources: bool = False,
    about: str = "",
    in_confidence: bool = False,
    way_code: str = "",
) -> Guidance:
    """The same for a form that is being filled in; ``pack_key`` (``camden_2021 1``) is the edition it shows.

    For a report ``about`` and ``in_confidence`` say where it will go, for a record the ``way_code`` of its page where
    it is. Four queries at most. Raises NotAllowed.
    """
    if not viewer.may(Permission.REPORT_INCIDENT):
        viewer.must(Permission.HANDLE_INCIDENTS)
    pack = _pack(viewer, pack_key)
    way = way_from(way_code)
    if way is None and (about or in_confidence):
        told = who_is_told(viewer=viewer, pack=pack, today=today)
        way = told.way(about=about, in_confidence=in_confidence, types=types, flags=flags)
    return guidance_on(
        viewer=viewer, pack=pack, types=types, flags=flags, today=today, with_sources=with_sources, way=way
    )


def _pack(viewer: Viewer, pack_key: str) -> Pack:
    for pack in loader.editions():
        if key_of(pack) == pack_key:
            return pack
    return pack_of(viewer=viewer)


def key_of(pack: Pack) -> str:
    """How a page names the edition it shows."""
    return f"{pack.code} {pack.version}"


def _who(viewer: Viewer, step: Turn, holders: tuple[PostHolder, ...]) -> str:
    names = [
        f"{each.name} (you)" if each.person_id == viewer.person_id else each.name
        for each in holders
        if each.post == step.post
    ]
    return " or ".join(names)
