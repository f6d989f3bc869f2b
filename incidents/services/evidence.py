"""Evidence files: checked, sealed with their hash, served only as attachments. Never an indecent image."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit import services as audit
from incidents.models import Evidence, EvidenceContent, Incident, Status
from incidents.services.problems import WrongStatus
from incidents.services.recording import locked
from packs import loader
from schools.files import FileRefused, check_file
from schools.roles import Permission
from schools.rules.files import tidy_filename
from schools.sealing import SealBroken, seal, unseal
from schools.viewer import Viewer


class UploadsBarred(FileRefused):
    """The incident may involve indecent images: nothing is taken, whatever it is. Duties P7, P8 (NS 11.2, 11.3)."""


class EvidenceAltered(RuntimeError):
    """The bytes no longer have the hash they were sealed with."""

    def __init__(self) -> None:
        super().__init__("This file is not what was stored. Tell the service's administrator.")


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file taken out of its seal."""

    filename: str
    media_type: str
    content: bytes


def refuse_when_barred(*, by: Viewer, incident_id: UUID) -> None:
    """Ask before reading a single byte of an upload, and put on record who tried where none may be added.

    One query. Raises UploadsBarred, Incident.DoesNotExist.
    """
    incident = Incident.objects.visible_to(by).get(pk=incident_id)
    if incident.uploads_barred:
        audit.refused(
            "evidence.barred",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=incident.pk,
        )
    _refuse_barred(incident)


def add_evidence(*, by: Viewer, incident_id: UUID, filename: str, content: bytes) -> Evidence:
    """Check, seal and keep a file. Duties P14, L3 (CM 4.4). Nine queries at most.

    Raises NotAllowed, Incident.DoesNotExist, WrongStatus (closed), UploadsBarred, FileRefused.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    with transaction.atomic():
        incident = locked(by, incident_id)
        _refuse_barred(incident)
        if incident.status == Status.CLOSED:
            raise WrongStatus("This incident is closed. Open it again to add evidence.")
        allowed = check_file(filename, content)
        if incident.evidence.count() >= settings.EVIDENCE_MAX_FILES:
            raise FileRefused(f"An incident keeps at most {settings.EVIDENCE_MAX_FILES} files.")
        digest = hashlib.sha256(content).hexdigest()
        if incident.evidence.filter(sha256=digest).exists():
            raise FileRefused("This file is already kept with the incident.")
        evidence = Evidence.objects.create(
            school_id=by.school_id,
            incident=incident,
            filename=tidy_filename(filename),
            media_type=allowed.media_type,
            size_bytes=len(content),
            sha256=digest,
            added_by_id=by.person_id,
            added_at=timezone.now(),
        )
        EvidenceContent.objects.create(school_id=by.school_id, evidence=evidence, sealed=seal(content))
        audit.record(
            "evidence.added",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=incident.pk,
            detail={"evidence": str(evidence.pk), "sha256": digest},
        )
    return evidence


def open_evidence(*, by: Viewer, incident_id: UUID, evidence_id: UUID) -> OpenedFile:
    """Take a file out of its seal, for download. Audited. Four queries.

    What was kept before the incident was marked as one with indecent images is not opened any more: nobody views it
    here. Raises Incident.DoesNotExist, UploadsBarred, Evidence.DoesNotExist, EvidenceAltered.
    """
    with transaction.atomic():
        incident = Incident.objects.visible_to(by).get(pk=incident_id)
        _refuse_barred(incident)
        evidence = incident.evidence.select_related("content").get(pk=evidence_id)
        try:
            content = unseal(evidence.content.sealed)
        except SealBroken:
            raise EvidenceAltered from None
        if hashlib.sha256(content).hexdigest() != evidence.sha256:
            raise EvidenceAltered
        audit.record(
            "evidence.opened",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=incident.pk,
            detail={"evidence": str(evidence.pk)},
        )
    return OpenedFile(evidence.filename, evidence.media_type, content)


def _refuse_barred(incident: Incident) -> None:
    if incident.uploads_barred:
        raise UploadsBarred(loader.get(incident.pack_code, incident.pack_version).form.uploads_barred_reason)
