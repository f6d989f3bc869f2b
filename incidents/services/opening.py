"""Opening a case: its page, an older version, what was sent of it. Reads that leave a trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from dispatch import services as dispatch
from dispatch.models import Document
from dispatch.selectors import document_of
from dispatch.services import OpenedPdf
from incidents.models import Incident
from incidents.printing import Organisation, Snapshot, snapshot_of
from incidents.report_json import Json, report_json
from incidents.selectors.finalised import finalised_of
from incidents.selectors.record import Record, Version, record_of, version_of
from incidents.services.sending import organisation_of
from packs.schema import Pack
from schools.viewer import Viewer


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """A record as its page shows it, and as it would be printed now."""

    record: Record
    printed: Snapshot


@dataclass(frozen=True, slots=True)
class OpenedVersion:
    """An older version of a record, and as its edition prints it."""

    version: Version
    printed: Snapshot


def open_incident(*, by: Viewer, incident_id: UUID) -> OpenedRecord:
    """The whole record with its timeline, and an audit row: who read it. Ten queries at most. Duty D1 (CM 3.2).

    Raises Incident.DoesNotExist when it is not there or not this viewer's to know.
    """
    now = timezone.now()
    with transaction.atomic():
        record = record_of(viewer=by, incident_id=incident_id, now=now)
        _audit(by, "incident.opened", record.incident_id, record.revision)
    return OpenedRecord(
        record,
        _printed(
            pack=record.pack,
            content=record.content,
            organisation=record.organisation,
            reference=record.reference,
            revision=record.revision,
            recorded_at=record.recorded_at,
            now=now,
        ),
    )


def open_version(*, by: Viewer, incident_id: UUID, number: int) -> OpenedVersion:
    """One version of a record and what it changed, and an audit row. Four queries. Duty D1 (CM 3.2).

    Raises Incident.DoesNotExist, Revision.DoesNotExist.
    """
    now = timezone.now()
    with transaction.atomic():
        version = version_of(viewer=by, incident_id=incident_id, number=number, now=now)
        _audit(by, "incident.version_opened", version.incident_id, number)
    return OpenedVersion(
        version,
        _printed(
            pack=version.pack,
            content=version.content,
            organisation=organisation_of(version.school, officer_name=version.coordinator),
            reference=version.reference,
            revision=number,
            recorded_at=version.recorded_at,
            now=now,
        ),
    )


def open_report_pdf(*, by: Viewer, incident_id: UUID, revision: int) -> OpenedPdf:
    """The PDF of a version that was sent; dispatch leaves the audit row. Four queries. Duties D1, R8 (CM 3.2, CC 4.1).

    Raises Incident.DoesNotExist, Document.DoesNotExist, and from dispatch NotDrawnYet, PdfAltered.
    """
    with transaction.atomic():
        if not Incident.objects.visible_to(by).filter(pk=incident_id).exists():
            raise Incident.DoesNotExist
        document = document_of(viewer=by, subject_id=incident_id, revision=revision)
        if document is None:
            raise Document.DoesNotExist
        return dispatch.open_pdf(by=by, document_id=document.document_id)


def open_report_json(*, by: Viewer, incident_id: UUID, revision: int) -> Json:
    """A version that was sent, for another system, and an audit row. Three queries. Duty D1 (CM 3.2).

    Raises Incident.DoesNotExist, Document.DoesNotExist for a version that was never sent.
    """
    with transaction.atomic():
        finalised = finalised_of(viewer=by, incident_id=incident_id, revision=revision)
        _audit(by, "incident.downloaded", incident_id, revision)
    return report_json(finalised)


def _printed(
    *,
    pack: Pack,
    content: Mapping[str, Any],
    organisation: Organisation,
    reference: str,
    revision: int,
    recorded_at: datetime | None,
    now: datetime,
) -> Snapshot:
    return snapshot_of(
        pack=pack,
        answers=content,
        organisation=organisation,
        reference=reference,
        revision=revision,
        recorded_at=timezone.localtime(recorded_at).isoformat() if recorded_at else "",
        printed_at=timezone.localtime(now).isoformat(),
    )


def _audit(by: Viewer, action: str, incident_id: UUID, revision: int) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="incident",
        object_id=incident_id,
        detail={"revision": revision},
    )
