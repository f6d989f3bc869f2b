"""What the pages of the record's form need: its edition, what it says, what somebody typed and has not saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from incidents import access
from incidents.models import Draft, Evidence, Incident, Revision
from incidents.rules.answers import ticked_flags
from incidents.rules.turning import Way
from incidents.selectors.guidance import Guidance, guidance_on
from incidents.selectors.record import KeptFile
from incidents.selectors.reports import Kept
from incidents.selectors.told import way_stored
from packs import loader
from packs import rules as pack_rules
from packs.schema import Pack
from schools.models import School
from schools.roles import Permission
from schools.viewer import NotAllowed, Viewer


@dataclass(frozen=True, slots=True)
class RecordSheet:
    """The newest version of a record, for its form. ``school`` is the row for the block that fills itself."""

    incident_id: UUID
    reference: str
    status: str
    pack: Pack
    revision: int
    sent_revision: int | None
    recorded_at: datetime | None
    due_at: datetime | None
    content: Mapping[str, Any]
    saved_by: str
    saved_at: datetime
    school: School
    uploads_barred: str
    way: Way

    @property
    def was_sent(self) -> bool:
        """Whether the authority has some version of it."""
        return self.sent_revision is not None

    @property
    def is_sent(self) -> bool:
        """Whether the authority was sent this very version."""
        return self.sent_revision == self.revision

    @property
    def is_closed(self) -> bool:
        """Whether nothing may be changed before it is opened again."""
        return self.status == "closed"


@dataclass(frozen=True, slots=True)
class Edition:
    """Under which edition of the form a record was made, and whether the authority has some version of it."""

    pack: Pack
    was_sent: bool


def record_sheet(*, viewer: Viewer, incident_id: UUID) -> RecordSheet:
    """The newest version of a record, for whoever writes in it. One query.

    Raises NotAllowed, also for who only reads it, and DoesNotExist where it is not to be known.
    """
    viewer.must(Permission.HANDLE_INCIDENTS)
    row = Revision.objects.select_related("incident", "incident__school", "by").get(
        incident__in=Incident.objects.visible_to(viewer).filter(pk=incident_id), number=F("incident__revision")
    )
    incident = row.incident
    if not access.may_run(viewer, incident.handler_post):
        raise NotAllowed
    pack = loader.get(incident.pack_code, incident.pack_version)
    flags = ticked_flags(pack.form, row.content)
    return RecordSheet(
        incident_id=incident.pk,
        reference=incident.reference,
        status=incident.status,
        pack=pack,
        revision=incident.revision,
        sent_revision=incident.sent_revision,
        recorded_at=incident.recorded_at,
        due_at=incident.due_at,
        content=row.content,
        saved_by=row.by.full_name,
        saved_at=row.at,
        school=incident.school,
        uploads_barred=pack_rules.uploads_barred(pack, row.content["types"], flags) or "",
        way=way_stored(incident.handler_post, incident.read_by, incident.kept_out, incident.about),
    )


def edition_of(*, viewer: Viewer, incident_id: UUID) -> Edition:
    """The edition of a record's form. One query. Raises NotAllowed, Incident.DoesNotExist."""
    viewer.must(Permission.HANDLE_INCIDENTS)
    row = Incident.objects.visible_to(viewer).get(pk=incident_id)
    if not access.may_run(viewer, row.handler_post):
        raise NotAllowed
    return Edition(loader.get(row.pack_code, row.pack_version), row.sent_revision is not None)


def page_draft(*, viewer: Viewer, incident_id: UUID, page_code: str) -> Kept | None:
    """What this user typed on a page of a record and did not save. One query."""
    row = Draft.objects.filter(
        incident_id=incident_id, school_id=viewer.school_id, user_id=viewer.user_id, section=page_code
    ).first()
    return Kept(row.content, row.updated_at, row.base_revision) if row else None


def evidence_of(*, viewer: Viewer, incident_id: UUID) -> tuple[KeptFile, ...]:
    """The files kept with an incident, oldest first. One query."""
    rows = Evidence.objects.filter(
        incident__in=Incident.objects.visible_to(viewer).filter(pk=incident_id)
    ).select_related("added_by")
    return tuple(
        KeptFile(
            evidence_id=row.pk,
            filename=row.filename,
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
            added_at=row.added_at,
            added_by=row.added_by.full_name,
        )
        for row in rows.order_by("added_at", "pk")
    )


def guidance_for_record(*, viewer: Viewer, sheet: RecordSheet, today: date) -> Guidance:
    """What to do now about a record as it stands. One query."""
    flags = ticked_flags(sheet.pack.form, sheet.content)
    return guidance_on(
        viewer=viewer,
        pack=sheet.pack,
        types=sheet.content["types"],
        flags=flags,
        today=today,
        with_sources=True,
        way=sheet.way,
    )
