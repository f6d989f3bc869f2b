"""One incident: what the record says, how it came to say so, and what was sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from dispatch.selectors import Delivery, delivery_of
from incidents.models import Evidence, Incident, Revision, Status, Transition
from incidents.printing import KINDS_OF_PERSON, PARTS
from incidents.rules.answers import ticked_flags
from incidents.rules.wording import compare, label_of
from incidents.selectors.guidance import Guidance, guidance_on
from packs import loader
from packs.schema import Form, FormField, Pack
from schools.models import School
from schools.roles import Role
from schools.selectors import coordinator_name, post_holders
from schools.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that a version changed, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline. ``changed``: the form's names of answers; their content is on a version's page."""

    title: str
    at: datetime
    who: str = ""
    detail: str = ""
    changed: tuple[str, ...] = ()
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One piece of evidence, without its bytes."""

    evidence_id: UUID
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class InvolvedPerson:
    """Somebody in the case, in words."""

    name: str
    group: str
    kind: str
    part: str


@dataclass(frozen=True, slots=True)
class Record:
    """An incident as its page shows it."""

    incident_id: UUID
    reference: str
    status: str
    pack: Pack
    revision: int
    sent_revision: int | None
    logged_at: datetime
    recorded_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    started_by: str
    content: Mapping[str, Any]
    school: School
    coordinator: str
    people: tuple[InvolvedPerson, ...]
    guidance: Guidance
    evidence: tuple[KeptFile, ...]
    deliveries: tuple[Delivery, ...]
    timeline: tuple[Event, ...]

    @property
    def form(self) -> Form:
        """The edition of the form it was recorded under."""
        return self.pack.form

    @property
    def is_open(self) -> bool:
        """Whether it is not closed."""
        return self.status != Status.CLOSED

    @property
    def is_changed_since_sent(self) -> bool:
        """Whether the authority has an older version than this."""
        return self.sent_revision is not None and self.sent_revision < self.revision

    @property
    def is_sent(self) -> bool:
        """Whether the newest version was queued for the authority."""
        return self.sent_revision == self.revision


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a record, to be read only."""

    incident_id: UUID
    reference: str
    number: int
    newest: int
    at: datetime
    who: str
    reason: str
    changes: tuple[Change, ...]
    pack: Pack
    content: Mapping[str, Any]
    recorded_at: datetime | None
    school: School
    coordinator: str


@dataclass(frozen=True, slots=True)
class Heading:
    """By what a page about an incident calls it."""

    incident_id: UUID
    reference: str
    status: str


def record_of(*, viewer: Viewer, incident_id: UUID, now: datetime) -> Record:
    """The record, its evidence, deliveries and timeline. Seven queries. Raises Incident.DoesNotExist.

    To be called by a service that leaves the audit row (``open_incident``).
    """
    newest = Revision.objects.filter(incident=OuterRef("pk"), number=OuterRef("revision")).values("content")
    incident = (
        Incident.objects.visible_to(viewer)
        .select_related("school", "started_by")
        .defer("search")
        .annotate(content=Subquery(newest))
        .get(pk=incident_id)
    )
    content: dict[str, Any] = incident.content  # type: ignore[attr-defined]
    revisions = list(incident.revisions.defer("content").select_related("by").order_by("number"))
    transitions = list(incident.transitions.select_related("by").order_by("at"))
    evidence = list(incident.evidence.select_related("added_by").order_by("added_at"))
    deliveries = delivery_of(viewer=viewer, subject_id=incident.pk, now=now)
    pack = loader.get(incident.pack_code, incident.pack_version)
    posts = {Role.COORDINATOR, *(Role(step.post) for step in pack.guidance.steps if step.post)}
    today = timezone.localdate(now)
    holders = post_holders(viewer=viewer, posts=posts, today=today)
    return Record(
        incident_id=incident.pk,
        reference=incident.reference,
        status=incident.status,
        pack=pack,
        revision=incident.revision,
        sent_revision=incident.sent_revision,
        logged_at=incident.logged_at,
        recorded_at=incident.recorded_at,
        due_at=incident.due_at,
        closed_at=incident.closed_at,
        started_by=incident.started_by.full_name,
        content=content,
        school=incident.school,
        coordinator=next((each.name for each in holders if each.post == Role.COORDINATOR), ""),
        people=people_in(content),
        guidance=guidance_on(
            viewer=viewer,
            pack=pack,
            types=content["types"],
            flags=ticked_flags(pack.form, content),
            today=today,
            holders=holders,
        ),
        evidence=tuple(_file(each) for each in evidence),
        deliveries=deliveries,
        timeline=_timeline(pack.form, revisions, transitions, evidence, deliveries),
    )


def version_of(*, viewer: Viewer, incident_id: UUID, number: int, now: datetime) -> Version:
    """One version of a record and what it changed. Three queries. Raises Incident.DoesNotExist, Revision.DoesNotExist.

    To be called by a service that leaves the audit row (``open_version``).
    """
    incident = Incident.objects.visible_to(viewer).select_related("school").defer("search").get(pk=incident_id)
    versions = {
        each.number: each for each in incident.revisions.select_related("by").filter(number__in=[number - 1, number])
    }
    if number not in versions:
        raise Revision.DoesNotExist
    version, before = versions[number], versions.get(number - 1)
    pack = loader.get(incident.pack_code, incident.pack_version)
    return Version(
        incident_id=incident.pk,
        reference=incident.reference,
        number=number,
        newest=incident.revision,
        at=version.at,
        who=version.by.full_name,
        reason=version.reason,
        changes=_changes(pack.form, before.content if before else {}, version),
        pack=pack,
        content=version.content,
        recorded_at=incident.recorded_at,
        school=incident.school,
        coordinator=coordinator_name(school_id=incident.school_id, today=timezone.localdate(now)),
    )


def heading_of(*, viewer: Viewer, incident_id: UUID) -> Heading:
    """The reference and status of an incident. One query. Raises Incident.DoesNotExist."""
    rows = Incident.objects.visible_to(viewer).values_list("pk", "reference", "status")
    return Heading(*rows.get(pk=incident_id))


def people_in(content: Mapping[str, Any]) -> tuple[InvolvedPerson, ...]:
    """The people of a record, in words."""
    return tuple(
        InvolvedPerson(
            name=each["name"],
            group=each["group"],
            kind=KINDS_OF_PERSON.get(each["kind"], each["kind"]),
            part=PARTS.get(each["part"], each["part"]),
        )
        for each in content["people"]
    )


def _fields_of(form: Form, keys: Iterable[str]) -> tuple[FormField, ...]:
    """The questions that these answers belong to, in the order of the form; the text of an "other" to its question."""
    wanted = set(keys)
    return tuple(each for each in form.fields() if each.key in wanted or not wanted.isdisjoint(each.specify_keys))


def _changes(form: Form, before: Mapping[str, Any], version: Revision) -> tuple[Change, ...]:
    keys = tuple(each.key for each in _fields_of(form, version.changed))
    return tuple(Change(each.label, each.yours, each.theirs) for each in compare(form, keys, before, version.content))


def _file(row: Evidence) -> KeptFile:
    return KeptFile(
        evidence_id=row.pk,
        filename=row.filename,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        added_at=row.added_at,
        added_by=row.added_by.full_name,
    )


_TITLES = {
    Status.REPORTED.value: "Reported",
    Status.RECORDED.value: "Recorded",
    Status.IN_PROGRESS.value: "In progress",
    Status.CLOSED.value: "Closed",
}


def _timeline(
    form: Form,
    revisions: list[Revision],
    transitions: list[Transition],
    evidence: list[Evidence],
    deliveries: tuple[Delivery, ...],
) -> tuple[Event, ...]:
    """Newest first."""
    events = [
        Event(
            "Opened again" if row.reason and row.to_status == Status.IN_PROGRESS else _TITLES[row.to_status],
            row.at,
            row.by.full_name,
            detail=row.reason,
            revision=row.revision if row is transitions[0] else None,
        )
        for row in transitions
    ]
    events += [
        Event(
            f"Version {row.number} saved",
            row.at,
            row.by.full_name,
            detail=row.reason,
            changed=tuple(label_of(form, field) for field in _fields_of(form, row.changed)),
            revision=row.number,
        )
        for row in revisions
        if row.changed
    ]
    events += [Event("Evidence added", row.added_at, row.added_by.full_name) for row in evidence]
    for each in deliveries:
        events.append(Event(f"Version {each.revision} queued for the local authority", each.queued_at, each.queued_by))
        if each.accepted_at:
            events.append(Event(f"Version {each.revision} accepted by the authority's mail server", each.accepted_at))
        if each.acknowledged_at:
            events.append(Event(f"Version {each.revision} acknowledged", each.acknowledged_at, each.acknowledged_by))
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))
