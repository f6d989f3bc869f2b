"""What a member of staff sees of their own reports: that each was picked up, not what was decided. Duty R1."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from incidents.models import Draft, Incident, Status
from schools.viewer import Viewer


@dataclass(frozen=True, slots=True)
class OwnReport:
    """One report of one's own: its reference and whether somebody has picked it up."""

    incident_id: UUID
    reference: str
    logged_at: datetime
    is_draft: bool
    is_picked_up: bool


def own_reports(*, viewer: Viewer) -> tuple[OwnReport, ...]:
    """The viewer's reports and drafts, newest first, at most 50. One query."""
    rows = Incident.objects.own_of(viewer).order_by("-logged_at", "-id")[:50]
    return tuple(_own(row) for row in rows)


def own_report(*, viewer: Viewer, incident_id: UUID) -> OwnReport:
    """One's own report, for its receipt. One query. Raises Incident.DoesNotExist."""
    return _own(Incident.objects.own_of(viewer).get(pk=incident_id))


def report_draft(*, viewer: Viewer, incident_id: UUID) -> dict[str, Any]:
    """What was typed into an unsent report. One query. Raises Draft.DoesNotExist."""
    draft = Draft.objects.get(
        incident_id=incident_id,
        incident__status=Status.DRAFT,
        school_id=viewer.school_id,
        user_id=viewer.user_id,
        section="",
    )
    content: dict[str, Any] = draft.content
    return content


def page_draft(*, viewer: Viewer, incident_id: UUID, page_code: str) -> Draft | None:
    """What this user typed on a page of a record and did not save. One query."""
    return Draft.objects.filter(
        incident_id=incident_id, school_id=viewer.school_id, user_id=viewer.user_id, section=page_code
    ).first()


def _own(row: Incident) -> OwnReport:
    return OwnReport(
        incident_id=row.pk,
        reference=row.reference,
        logged_at=row.logged_at,
        is_draft=row.status == Status.DRAFT,
        is_picked_up=row.status not in {Status.DRAFT, Status.REPORTED},
    )
