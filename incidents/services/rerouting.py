"""Where a case goes, worked out anew: with every save, and whenever somebody's post or family tie changes.

Which line fits is for ``incidents.rules.routing`` to say; here it meets the rows: who is shut out, who is told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from audit import services as audit
from dispatch.notices import could_not_queue, could_queue_after_all, queue_notice
from incidents import projection
from incidents.models import (
    Conflict,
    ConflictWhy,
    Handover,
    HandoverWhy,
    Incident,
    Involvement,
    Revision,
    Status,
    Told,
    ToldKind,
)
from incidents.rules.routing import Involved, Routes, case_of, route
from incidents.rules.statuses import OPEN
from packs import loader
from schools import selectors as schools
from schools.addresses import UnsafeAddress
from schools.models import Post
from schools.roles import Role
from schools.selectors.namesakes import family_names, namesakes
from schools.selectors.officer import officer_address
from schools.standing import Standing
from schools.viewer import Viewer

OFFICER_TOLD = "officer_told"
BATCH = 500
# A case of any other line is about somebody who works here, or was told in confidence.
COMMON_LINE = "everything"
ToldKey = tuple[UUID, str, str]


@dataclass(frozen=True, slots=True)
class _Act:
    """Who routes a case anew, when, and why; nobody: somebody's post or family tie changed."""

    by: Viewer | None
    at: datetime
    why: HandoverWhy = HandoverWhy.ROUTED
    reason: str = ""


# The lines that go past somebody for the post they hold, and whom such a case is about when it is not the head.
_HEAD_LINE = "head_or_governor_subject"
_ABOUT_A_POST = {_HEAD_LINE: "governor", "chair_subject": "chair_of_governors"}
# The parts that put somebody in conflict.
_PARTS = frozenset({ConflictWhy.SUBJECT.value, ConflictWhy.AFFECTED.value})


@dataclass(slots=True)
class _Known:
    """What is on record of some cases: who is in conflict, and which posts were told what."""

    conflicts: dict[UUID, list[Conflict]] = field(default_factory=dict)
    told: set[ToldKey] = field(default_factory=set)
    namesakes: Mapping[str, Collection[UUID]] = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    """What the record said until now; None: the same."""


@dataclass(slots=True)
class _Rows:
    """What follows from routing, gathered over some cases and written at once."""

    ended: defaultdict[int, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    conflicts: list[Conflict] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)

    def write(self) -> None:
        """At most one query for each kind of row, and one for each revision at which conflicts ended."""
        for revision, ids in self.ended.items():
            Conflict.objects.filter(pk__in=ids).update(until_revision=revision)
        if self.conflicts:
            Conflict.objects.bulk_create(self.conflicts)
        if self.told:
            Told.objects.bulk_create(self.told)
        if self.handovers:
            Handover.objects.bulk_create(self.handovers)


def reroute(
    incident: Incident,
    *,
    content: Mapping[str, Any],
    at: datetime,
    by: Viewer | None,
    why: HandoverWhy = HandoverWhy.ROUTED,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
) -> Routes:
    """Where a locked case goes now, with all that follows from it; the caller saves ``projection.DIRECTED``.

    Whoever is in conflict is shut out from this moment on, the next in line takes over, and whoever must be told is.
    ``content`` is what the record says now, ``before`` what it said until now, if that was something else. Duties R4 to
    R7, R10, S5 (CM 4.1, 4.4, NE, CC 5.2.2). Of a new case four queries at most; of one on record four where nothing
    changes, nine at most; and six more where nobody is left. One more where a name is typed that nobody has been chosen
    for.
    """
    standing = schools.standing(incident.school_id, timezone.localdate(at))
    known = _known([incident.pk]) if incident.handler_post else _Known()
    known.namesakes, known.before = namesakes(school_id=incident.school_id, names=_typed_names(content)), before
    rows = _Rows()
    routes = _turn(incident, content, standing, known, rows, _Act(by, at, why, reason))
    rows.write()
    return routes


def _turn(
    incident: Incident, content: Mapping[str, Any], standing: Standing, known: _Known, rows: _Rows, act: _Act
) -> Routes:
    """Route one case, and gather what follows."""
    before, from_post = _shown(incident), incident.handler_post
    current = known.conflicts.get(incident.pk, [])
    routes = _routes(incident, content, standing, known)
    projection.direct(incident, routes)
    is_news = _shut_out(incident, current, routes.denied, rows) or before != _shown(incident)
    _tell(incident, routes, standing, known, rows, act)
    if not from_post:
        return routes
    if incident.handler_post != from_post or act.why is not HandoverWhy.ROUTED:
        rows.handovers.append(_handover(incident, from_post, standing, routes, act))
    if is_news:
        _audit("incident.rerouted", incident, act, {"from": from_post, "to": incident.handler_post})
    return routes


def _shown(incident: Incident) -> list[Any]:
    return [getattr(incident, name) for name in projection.DIRECTED]


def _routes(incident: Incident, content: Mapping[str, Any], standing: Standing, known: _Known) -> Routes:
    """Who held the post that the case is about stays out, also when the post has passed on to somebody else.

    And so does who was taken for a name that was typed, whatever they are called by now: see ``_taken_for_a_name``.
    """
    conflicts = known.conflicts.get(incident.pk, [])
    meant = [each.person_id for each in conflicts if incident.about and each.why == ConflictWhy.ABOUT]
    case = case_of(
        content,
        about=incident.about,
        in_confidence=incident.in_confidence,
        meant=meant,
        namesakes=known.namesakes,
        besides=_taken_for_a_name(conflicts, known.before or content, content),
    )
    chosen = Role(incident.chosen_post) if incident.chosen_post else None
    table = loader.get(incident.pack_code, incident.pack_version).routing
    return route(table, case, standing, chosen)


def _in_it(content: Mapping[str, Any]) -> list[dict[str, str]]:
    return [each for each in content.get("people") or () if each["part"] in _PARTS]


def _typed_names(content: Mapping[str, Any]) -> frozenset[str]:
    """Names of subjects and of those affected that nobody of the lists has been chosen for."""
    return frozenset(each["name"] for each in _in_it(content) if not each["person_id"] and each["name"])


def _taken_for_a_name(
    conflicts: Iterable[Conflict], before: Mapping[str, Any], content: Mapping[str, Any]
) -> tuple[Involved, ...]:
    """Whoever was shut out by a typed name, as long as no such name was taken away: nobody gets in by being renamed."""
    typed = _typed_names(before)
    if not typed or not typed <= _typed_names(content):
        return ()
    chosen = {each["person_id"] for each in _in_it(before)}
    return tuple(
        Involved(each.person_id, each.why, "")
        for each in conflicts
        if each.why in _PARTS and str(each.person_id) not in chosen
    )


def _remember(incident: Incident, content: Mapping[str, Any], standing: Standing, known: _Known) -> bool:
    """A case about the head or a governor stays one when they lose the post meanwhile: whoever handles it keeps it.

    Whether that had to be written down.
    """
    line = incident.why[0] if incident.why else ""
    if line not in _ABOUT_A_POST or _routes(incident, content, standing, known).line == line:
        return False
    current = known.conflicts.get(incident.pk, [])
    subjects = [each.person_id for each in current if each.why == ConflictWhy.SUBJECT]
    led = Post.objects.filter(school_id=incident.school_id, person__in=subjects, post=Role.HEAD_TEACHER.value)
    incident.about = "head_teacher" if line == _HEAD_LINE and led.exists() else _ABOUT_A_POST[line]
    incident.save(update_fields=["about"])
    return True


def _shut_out(incident: Incident, current: list[Conflict], denied: Mapping[UUID, str], rows: _Rows) -> bool:
    """Who is in conflict from this revision on and who is no longer; whether that is news."""
    gone = [each.pk for each in current if denied.get(each.person_id) != each.why]
    kept = {each.person_id for each in current if each.pk not in gone}
    come = [
        Conflict(
            school_id=incident.school_id,
            incident_id=incident.pk,
            person_id=person_id,
            why=why,
            since_revision=incident.revision,
        )
        for person_id, why in denied.items()
        if person_id not in kept
    ]
    if gone:
        rows.ended[incident.revision] += gone
    rows.conflicts += come
    return bool(gone or come)


def _tell(incident: Incident, routes: Routes, standing: Standing, known: _Known, rows: _Rows, act: _Act) -> None:
    """Tell each post once: whoever holds it then and is not in conflict. Duties R6, S5."""
    wanted = [(post, ToldKind.READER) for post in sorted(routes.told - {routes.handler_post})]
    wanted += [(post, ToldKind.FACT) for post in sorted(routes.facts_to)]
    for post, kind in wanted:
        if (incident.pk, post.value, kind.value) in known.told:
            continue
        for person_id in standing.holders_of(post):
            if person_id not in routes.denied:
                rows.told.append(_told(incident, post, person_id, kind, act.at))
    was_told = (incident.pk, Role.LA_OFFICER.value, ToldKind.OFFICER.value) in known.told
    if routes.nobody_left and not was_told and _tell_officer(incident, act):
        rows.told.append(_told(incident, Role.LA_OFFICER, None, ToldKind.OFFICER, act.at))


def _told(incident: Incident, post: Role, person_id: UUID | None, kind: ToldKind, at: datetime) -> Told:
    return Told(
        school_id=incident.school_id, incident_id=incident.pk, post=post.value, person_id=person_id, kind=kind, at=at
    )


def _tell_officer(incident: Incident, act: _Act) -> bool:
    """A mail without names or facts.

    Where there is no usable address, the service administrators are shown that one is missing, and it is tried again
    with the next routing, each night at the latest.
    """
    address = officer_address(school_id=incident.school_id, now=act.at)
    try:
        queue_notice(OFFICER_TOLD, school_id=incident.school_id, to=address, object_id=incident.pk)
    except UnsafeAddress:
        could_not_queue(OFFICER_TOLD, school_id=incident.school_id, object_id=incident.pk)
        return False
    could_queue_after_all(OFFICER_TOLD, school_id=incident.school_id, object_id=incident.pk)
    _audit("incident.officer_told", incident, act, {})
    return True


def _handover(incident: Incident, from_post: str, standing: Standing, routes: Routes, act: _Act) -> Handover:
    holders = (each for each in standing.holders_of(routes.handler_post) if each not in routes.denied)
    return Handover(
        school_id=incident.school_id,
        incident_id=incident.pk,
        from_post=from_post,
        to_post=incident.handler_post,
        to_person_id=next(holders, None),
        why=act.why,
        reason=act.reason,
        by_id=act.by.person_id if act.by else None,
        at=act.at,
    )


def _audit(action: str, incident: Incident, act: _Act, detail: Mapping[str, str]) -> None:
    audit.record(
        action,
        school_id=incident.school_id,
        actor_id=act.by.user_id if act.by else None,
        object_type="incident",
        object_id=incident.pk,
        detail={"revision": incident.revision, **detail},
        at=act.at,
    )


def _known(incident_ids: Collection[UUID]) -> _Known:
    """Two queries."""
    conflicts: defaultdict[UUID, list[Conflict]] = defaultdict(list)
    for each in Conflict.objects.filter(incident__in=incident_ids, until_revision__isnull=True):
        conflicts[each.incident_id].append(each)
    told = Told.objects.filter(incident__in=incident_ids).values_list("incident_id", "post", "kind")
    return _Known(conflicts, set(told))


def reroute_school(school_id: UUID, person_ids: Collection[UUID], today: date) -> int:
    """Route anew what a change of these people may touch, and return how many cases went elsewhere. Duties R4 to R7.

    Every open case, and every closed one that names them, shuts them out or does not go the common way; with nobody
    given, every case there is. Two queries, and for each 500 cases seven, one for each kind of row that comes and for
    each way they went; and an audit row for each case that changed.
    """
    with transaction.atomic():
        cases = Incident.objects.filter(school_id=school_id).exclude(status=Status.DRAFT)
        if person_ids:
            cases = cases.filter(_touched_by(school_id, person_ids))
        # Always in the same order, so that two of these runs wait for each other instead of locking each other out.
        found = list(cases.order_by("pk").values_list("pk", flat=True))
        return sum(_reroute_batch(school_id, found[at : at + BATCH], today) for at in range(0, len(found), BATCH))


def reroute_people(school_id: UUID, person_ids: Collection[UUID], today: date) -> None:
    """What ``schools.changes`` calls when somebody's post, membership or family tie changed."""
    if person_ids:
        reroute_school(school_id, person_ids, today)


def _touched_by(school_id: UUID, person_ids: Collection[UUID]) -> Q:
    named = Involvement.objects.filter(school_id=school_id, person__in=person_ids).values("incident_id")
    shut_out = Conflict.objects.filter(school_id=school_id, person__in=person_ids).values("incident_id")
    is_uncommon = ~Q(why__0=COMMON_LINE) | Q(nobody_left=True)
    touched = Q(status__in=sorted(OPEN)) | Q(pk__in=named) | Q(pk__in=shut_out) | is_uncommon
    for family in family_names(school_id=school_id, person_ids=person_ids):
        typed = Involvement.objects.filter(school_id=school_id, person__isnull=True, name__icontains=family)
        touched |= Q(pk__in=typed.values("incident_id"))
    return touched


def _reroute_batch(school_id: UUID, incident_ids: list[UUID], today: date) -> int:
    cases = list(
        Incident.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=incident_ids)
        .defer("search")
        .order_by("pk")
    )
    # Asked only now that nobody else writes: whoever was waited for may have saved, or changed who stands where.
    contents = _newest_contents(cases)
    cases = [each for each in cases if each.pk in contents]
    standing = schools.standing(school_id, today)
    known, rows, act = _known(incident_ids), _Rows(), _Act(None, timezone.now())
    typed = {name for content in contents.values() for name in _typed_names(content)}
    known.namesakes = namesakes(school_id=school_id, names=typed)
    alike: defaultdict[str, list[Incident]] = defaultdict(list)
    for incident in cases:
        before, content = _shown(incident), contents[incident.pk]
        stays = _remember(incident, content, standing, known)
        routes = _turn(incident, content, standing, known, rows, act)
        if stays:
            rows.handovers.append(_handover(incident, incident.handler_post, standing, routes, act))
        if before != _shown(incident):
            alike[repr(_shown(incident))].append(incident)
    rows.write()
    for those in alike.values():
        columns = dict(zip(projection.DIRECTED, _shown(those[0]), strict=True))
        Incident.objects.filter(pk__in=[each.pk for each in those]).update(**columns)
    return sum(map(len, alike.values()))


def _newest_contents(cases: Collection[Incident]) -> dict[UUID, dict[str, Any]]:
    """What each record says now. One query. A case that says nothing stays where it is: it would be about nobody."""
    newest = Q(number=F("incident__revision"), incident__in=[each.pk for each in cases])
    return dict(Revision.objects.filter(newest).order_by().values_list("incident_id", "content"))
