"""Who handles a case, who reads it and why, for its page and for whoever hands it on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from incidents import access
from incidents.models import Advice, AdviceKind, Conflict, Decision, Handover, HandoverWhy, Incident
from incidents.rules.posts import capital, the
from incidents.rules.routing import ABOUT, Routes, may_take, sentences
from packs import loader
from schools.prepared import Prepared
from schools.roles import ROLE_NAMES, Role
from schools.selectors import PostHolder, acting_holders
from schools.standing import Standing
from schools.viewer import Viewer

_WHOSE_ADVICE = {
    AdviceKind.LADO: "Advice from the LADO",
    AdviceKind.POLICE: "Advice from the police",
}


@dataclass(frozen=True, slots=True)
class DecisionRecorded:
    """What was decided about advice, in words."""

    label: str
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """A decision about advice that a case needs, or that was recorded: the newest last."""

    kind: str
    label: str
    needed: bool
    recorded: tuple[DecisionRecorded, ...]

    @property
    def is_missing(self) -> bool:
        """Whether the case cannot be closed without it."""
        return self.needed and not self.recorded


@dataclass(frozen=True, slots=True)
class HandoverShown:
    """One change of who handles a case. ``who``: nobody, where somebody's post or family tie changed."""

    title: str
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoutingShown:
    """Where a case is and how it came there. ``kept_out`` and ``may_hand_on_to`` are for whoever handles it."""

    handler_post: str
    handler_label: str
    handler_names: tuple[str, ...]
    is_mine: bool
    readers: tuple[tuple[str, tuple[str, ...]], ...]
    why: tuple[str, ...]
    kept_out: tuple[str, ...]
    decisions: tuple[DecisionShown, ...]
    handovers: tuple[HandoverShown, ...]
    may_hand_on_to: tuple[tuple[Role, str], ...]
    nobody_left: bool
    about: str
    in_confidence: bool


_COLUMNS = (
    "pack_code", "pack_version", "handler_post", "why", "read_by", "kept_out", "needs_lado", "needs_police_advice",
    "nobody_left", "about", "in_confidence",
)  # fmt: skip
_INCIDENT = Prepared(
    lambda viewer, incident_id: Incident.objects.visible_to(viewer).filter(pk=incident_id).values_list(*_COLUMNS)
)
_SHUT_OUT = Prepared(
    lambda incident_id: Conflict.objects.filter(incident_id=incident_id, until_revision__isnull=True).values_list(
        "person_id"
    )
)
_ADVICE = Prepared(
    lambda incident_id: (
        Advice.objects.filter(incident_id=incident_id)
        .order_by("at", "pk")
        .values_list("kind", "decision", "reason", "by__given_name", "by__family_name", "at")
    )
)
_HANDOVERS = Prepared(
    lambda incident_id: (
        Handover.objects.filter(incident_id=incident_id)
        .order_by("at", "pk")
        .values_list("from_post", "to_post", "why", "reason", "by__given_name", "by__family_name", "at")
    )
)


def routing_of(*, viewer: Viewer, incident_id: UUID) -> RoutingShown:
    """Where a case is, for whoever reads it. Five queries. Duties R4 to R7. Raises Incident.DoesNotExist.

    To be called beside a service that leaves the audit row. Who is in conflict is named to nobody.
    """
    found = _INCIDENT.rows(viewer, incident_id)
    if not found:
        raise Incident.DoesNotExist
    row = dict(zip(_COLUMNS, found[0], strict=True))
    holders = acting_holders(viewer=viewer, today=timezone.localdate())
    shut_out = {person_id for (person_id,) in _SHUT_OUT.rows(incident_id)}
    left = _names_left(holders, shut_out)
    handler, is_mine = Role(row["handler_post"]), access.may_run(viewer, row["handler_post"])
    readers = [role for role in left if role in row["read_by"] and role is not handler]
    table = loader.get(row["pack_code"], row["pack_version"]).routing
    return RoutingShown(
        handler_post=handler.value,
        handler_label=label_of(handler),
        handler_names=left.get(handler, ()),
        is_mine=is_mine,
        readers=tuple((label_of(role), left[role]) for role in readers),
        why=sentences(table, row["why"]),
        kept_out=_kept_out(row, holders, left) if is_mine else (),
        decisions=_decisions(incident_id, row),
        handovers=tuple(_handover(*each) for each in _HANDOVERS.rows(incident_id)),
        may_hand_on_to=tuple(
            (role, label_of(role)) for role in may_take(table, _routes(row, shut_out), _standing(holders))
        )
        if is_mine
        else (),
        nobody_left=row["nobody_left"],
        about=row["about"],
        in_confidence=row["in_confidence"],
    )


def label_of(post: Role | str) -> str:
    """A post as a line of a page begins with it."""
    return capital(ROLE_NAMES[Role(post)])


def _names_left(holders: Iterable[PostHolder], shut_out: set[UUID]) -> dict[Role, tuple[str, ...]]:
    """For each post the names of those who hold it and are not in conflict, in the order of the posts."""
    names: dict[Role, tuple[str, ...]] = {}
    for each in holders:
        if each.person_id not in shut_out:
            names[each.post] = (*names.get(each.post, ()), each.name)
    return {role: names[role] for role in Role if role in names}


def _kept_out(
    row: Mapping[str, Any], holders: Iterable[PostHolder], left: Mapping[Role, tuple[str, ...]]
) -> tuple[str, ...]:
    """The posts that know nothing of it: by its line, by whom it is about, or because nobody in them is left to."""
    about = ABOUT[row["about"]][1] if row["about"] else None
    held = {each.post for each in holders}
    silent = {role for role in held if role in row["read_by"] and role not in left} | {about}
    return tuple(label_of(role) for role in Role if role in row["kept_out"] or role in silent)


def _decisions(incident_id: UUID, row: Mapping[str, Any]) -> tuple[DecisionShown, ...]:
    recorded: dict[str, tuple[DecisionRecorded, ...]] = {}
    for kind, decision, reason, given_name, family_name, at in _ADVICE.rows(incident_id):
        said = DecisionRecorded(capital(str(Decision(decision).label)), reason, f"{given_name} {family_name}", at)
        recorded[kind] = (*recorded.get(kind, ()), said)
    needed = {AdviceKind.LADO: row["needs_lado"], AdviceKind.POLICE: row["needs_police_advice"]}
    return tuple(
        DecisionShown(kind.value, label, needed[kind], recorded.get(kind.value, ()))
        for kind, label in _WHOSE_ADVICE.items()
        if needed[kind] or kind.value in recorded
    )


def _handover(
    from_post: str, to_post: str, why: str, reason: str, given_name: str | None, family_name: str | None, at: datetime
) -> HandoverShown:
    title = f"From {the(from_post)} to {the(to_post)}"
    if from_post == to_post:
        title = "Whom it is about was put right" if why == HandoverWhy.ABOUT else f"It stays with {the(to_post)}"
    return HandoverShown(title, reason, " ".join(filter(None, (given_name, family_name))), at)


def _routes(row: Mapping[str, Any], shut_out: set[UUID]) -> Routes:
    """As routing left them, as far as handing on asks: the line is the first of the codes that say why."""
    return Routes(
        line=row["why"][0],
        handler_post=Role(row["handler_post"]),
        readers=frozenset(map(Role, row["read_by"])),
        facts_to=frozenset(),
        told=frozenset(),
        kept_out=frozenset(map(Role, row["kept_out"])),
        denied=dict.fromkeys(shut_out, "subject"),
        decisions=frozenset(),
        decider=None,
        nobody_left=row["nobody_left"],
        why=tuple(row["why"]),
    )


def _standing(holders: Iterable[PostHolder]) -> Standing:
    held: dict[Role, tuple[UUID, ...]] = {}
    for each in holders:
        held[each.post] = (*held.get(each.post, ()), each.person_id)
    return Standing(holders=held)
