"""One incident: what the record says, how it came to say so, and what was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from dispatch.selectors import Delivery, delivery_of
from incidents.models import Evidence, Incident, Revision, Status
from incidents.printing import KINDS_OF_PERSON, PARTS, Organisation, contact_in_words
from incidents.rules.answers import ticked_flags
from incidents.rules.wording import compare
from incidents.selectors.guidance import Guidance, guidance_on
from incidents.selectors.readers import readings_of
from incidents.selectors.timeline import Event, fields_of, timeline_of
from incidents.selectors.told import way_stored
from packs import loader
from packs.schema import Form, Pack
from schools.models import School
from schools.prepared import Prepared
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
    organisation: Organisation
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


_INCIDENT_COLUMNS = (
    "reference", "status", "pack_code", "pack_version", "revision", "sent_revision",
    "logged_at", "recorded_at", "due_at", "closed_at", "content",
    "handler_post", "read_by", "kept_out", "about",
    "started_by__given_name", "started_by__family_name",
    "school__name", "school__address", "school__phone", "school__email",
)  # fmt: skip
_NEWEST = Revision.objects.filter(incident=OuterRef("pk"), number=OuterRef("revision")).values("content")
_INCIDENT = Prepared(
    lambda viewer, incident_id: (
        Incident.objects.visible_to(viewer)
        .filter(pk=incident_id)
        .annotate(content=Subquery(_NEWEST))
        .values_list(*_INCIDENT_COLUMNS)
    )
)
_EVIDENCE = Prepared(
    lambda incident_id: (
        Evidence.objects.filter(incident_id=incident_id)
        .order_by("added_at", "pk")
        .values_list(
            "pk", "filename", "media_type", "size_bytes", "sha256", "added_at",
            "added_by__given_name", "added_by__family_name",
        )
    )
)  # fmt: skip


def record_of(*, viewer: Viewer, incident_id: UUID, now: datetime) -> Record:
    """The record, its evidence, deliveries and timeline. Nine queries at most. Raises Incident.DoesNotExist.

    To be called by a service that leaves the audit row (``open_incident``).
    """
    found = _INCIDENT.rows(viewer, incident_id)
    if not found:
        raise Incident.DoesNotExist
    row = dict(zip(_INCIDENT_COLUMNS, found[0], strict=True))
    content: dict[str, Any] = row["content"]
    evidence = tuple(map(_file, _EVIDENCE.rows(incident_id)))
    deliveries = delivery_of(viewer=viewer, subject_id=incident_id, now=now)
    pack = loader.get(row["pack_code"], row["pack_version"])
    way = way_stored(row["handler_post"], row["read_by"], row["kept_out"], row["about"])
    posts = {Role.COORDINATOR, way.handler, *(Role(step.post) for step in pack.guidance.steps if step.post)}
    today = timezone.localdate(now)
    holders = post_holders(viewer=viewer, posts=posts, today=today)
    return Record(
        incident_id=incident_id,
        reference=row["reference"],
        status=row["status"],
        pack=pack,
        revision=row["revision"],
        sent_revision=row["sent_revision"],
        logged_at=row["logged_at"],
        recorded_at=row["recorded_at"],
        due_at=row["due_at"],
        closed_at=row["closed_at"],
        started_by=f"{row['started_by__given_name']} {row['started_by__family_name']}",
        content=content,
        organisation=Organisation(
            name=row["school__name"],
            address=row["school__address"],
            officer_name=next((each.name for each in holders if each.post == Role.COORDINATOR), ""),
            officer_contact=contact_in_words(row["school__phone"], row["school__email"]),
        ),
        people=people_in(content),
        guidance=guidance_on(
            viewer=viewer,
            pack=pack,
            types=content["types"],
            flags=ticked_flags(pack.form, content),
            today=today,
            holders=holders,
            way=way,
        ),
        evidence=evidence,
        deliveries=deliveries,
        timeline=timeline_of(
            pack.form,
            incident_id,
            [
                *(Event("Evidence added", each.added_at, each.added_by) for each in evidence),
                *readings_of(
                    viewer=viewer,
                    incident_id=incident_id,
                    document_ids=[each.document.document_id for each in deliveries],
                ),
            ],
            deliveries,
        ),
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


def _changes(form: Form, before: Mapping[str, Any], version: Revision) -> tuple[Change, ...]:
    keys = tuple(each.key for each in fields_of(form, version.changed))
    return tuple(Change(each.label, each.yours, each.theirs) for each in compare(form, keys, before, version.content))


def _file(row: Sequence[Any]) -> KeptFile:
    *facts, given_name, family_name = row
    return KeptFile(*[*facts, f"{given_name} {family_name}"])
