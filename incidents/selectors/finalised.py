"""One version of a record as it was frozen for the officer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from dispatch.models import Document
from incidents.models import Incident, Revision
from incidents.report_json import SCHOOL_KEYS, Finalised
from packs import loader
from schools.viewer import Viewer


def finalised_of(*, viewer: Viewer, incident_id: UUID, revision: int) -> Finalised:
    """The frozen version: the school's block comes from the document, the answers from the revision. Two queries.

    Raises Incident.DoesNotExist, Document.DoesNotExist for a version that was never sent. To be called by a service
    that leaves the audit row.
    """
    content = Revision.objects.filter(incident=OuterRef("pk"), number=revision).values("content")
    incident = Incident.objects.visible_to(viewer).defer("search").annotate(said=Subquery(content)).get(pk=incident_id)
    document = Document.objects.defer("pdf_sealed", "attachment").get(
        school_id=viewer.school_id, subject_id=incident.pk, revision=revision
    )
    snapshot: Mapping[str, Any] = document.snapshot
    return Finalised(
        incident_id=incident.pk,
        reference=incident.reference,
        revision=revision,
        supersedes=snapshot["record"]["supersedes"],
        logged_at=_iso(incident.logged_at),
        recorded_at=_iso(incident.recorded_at),
        due_at=_iso(incident.due_at),
        finalised_at=_iso(document.created_at),
        pack=loader.get(incident.pack_code, incident.pack_version),
        content=incident.said,  # type: ignore[attr-defined]
        school=_school_block(snapshot),
        pdf_sha256=document.pdf_sha256,
        pdf_pages=document.pdf_pages,
    )


def _school_block(snapshot: Mapping[str, Any]) -> dict[str, str]:
    """The organisation block as it was printed."""
    printed = [field for section in snapshot["sections"] for field in section["fields"]]
    return {field["key"]: field.get("text", "") for field in printed if field["key"] in SCHOOL_KEYS}


def _iso(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""
