"""One incident: what the record says, how it came to say so, and what was sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.selectors import Delivery, delivery_of
from incidents.models import Evidence, Incident, Revision, Status, Transition
from incidents.rules.answers import ticked_flags
from incidents.rules.pages import page_of
from packs import loader
from packs import rules as pack_rules
from packs.schema import Form, Pack, Step
from schools.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Change:
    """One field that a revision changed."""

    label: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline."""

    title: str
    at: datetime
    who: str
    detail: str = ""
    changes: tuple[str, ...] = ()
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
class Record:
    """An incident as its page shows it."""

    incident_id: UUID
    reference: str
    status: str
    status_label: str
    pack: Pack
    revision: int
    sent_revision: int | None
    logged_at: datetime
    recorded_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    started_by: str
    content: dict[str, Any]
    uploads_barred: str
    guidance: tuple[Step, ...]
    evidence: tuple[KeptFile, ...]
    deliveries: tuple[Delivery, ...]
    timeline: tuple[Event, ...]

    @property
    def form(self) -> Form:
        """The edition of the form it was recorded under."""
        return self.pack.form

    @property
    def is_changed_since_sent(self) -> bool:
        """Whether the authority has an older version than this."""
        return self.sent_revision is not None and self.sent_revision < self.revision

    @property
    def is_sent(self) -> bool:
        """Whether the newest version was queued for the authority."""
        return self.sent_revision == self.revision


def record_of(*, viewer: Viewer, incident_id: UUID) -> Record:
    """The record, its evidence, deliveries and timeline. Seven queries. Raises Incident.DoesNotExist.

    To be called by a service that leaves the audit row (``open_incident``) or before a write.
    """
    incident = Incident.objects.visible_to(viewer).select_related("started_by").get(pk=incident_id)
    revisions = list(incident.revisions.select_related("by").order_by("number"))
    transitions = list(incident.transitions.select_related("by").order_by("at"))
    evidence = list(incident.evidence.select_related("added_by").order_by("added_at"))
    deliveries = delivery_of(viewer=viewer, subject_id=incident.pk)
    pack = loader.get(incident.pack_code, incident.pack_version)
    content = revisions[-1].content
    flags = ticked_flags(pack.form, content)
    return Record(
        incident_id=incident.pk,
        reference=incident.reference,
        status=incident.status,
        status_label=Status(incident.status).label,
        pack=pack,
        revision=incident.revision,
        sent_revision=incident.sent_revision,
        logged_at=incident.logged_at,
        recorded_at=incident.recorded_at,
        due_at=incident.due_at,
        closed_at=incident.closed_at,
        started_by=incident.started_by.full_name,
        content=content,
        uploads_barred=pack_rules.uploads_barred(pack, content["types"], flags) or "",
        guidance=pack_rules.guidance_for(pack, content["types"], flags),
        evidence=tuple(_file(each) for each in evidence),
        deliveries=deliveries,
        timeline=_timeline(pack.form, revisions, transitions, evidence),
    )


def content_of(*, viewer: Viewer, incident_id: UUID) -> tuple[Incident, dict[str, Any]]:
    """The incident and what its newest revision says, for a page of the form. Two queries.

    Raises Incident.DoesNotExist.
    """
    incident = Incident.objects.visible_to(viewer).get(pk=incident_id)
    revision = Revision.objects.get(incident=incident, number=incident.revision)
    return incident, revision.content


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
    form: Form, revisions: list[Revision], transitions: list[Transition], evidence: list[Evidence]
) -> tuple[Event, ...]:
    events = [
        Event(
            "Opened again" if row.reason and row.to_status == Status.IN_PROGRESS else _TITLES[row.to_status],
            row.at,
            row.by.full_name,
            detail=row.reason,
        )
        for row in transitions
    ]
    events += [
        Event(
            f"Version {row.number} saved",
            row.at,
            row.by.full_name,
            detail=row.reason,
            changes=tuple(label_of(form, key) for key in row.changed),
            revision=row.number,
        )
        for row in revisions
        if row.changed
    ]
    events += [Event("Evidence added", row.added_at, row.added_by.full_name) for row in evidence]
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))


def label_of(form: Form, key: str) -> str:
    """What the form calls a field; the text that specifies an option is called by its page."""
    for field in form.fields():
        if field.key == key:
            return field.label
        if key in field.specify_keys:
            return f"{field.label}: other"
    return page_of(key).title
