"""Closing an incident, and opening it again."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from incidents.models import Incident, Status
from incidents.services.problems import OutcomeMissing, ReasonMissing, WrongStatus
from incidents.services.recording import locked, move, newest_content
from schools.roles import Permission
from schools.viewer import Viewer


def close(*, by: Viewer, incident_id: UUID) -> Incident:
    """Close an incident whose outcome is written and whose newest version was sent. Duties R2, R14 (CC 4.1, NS 10).

    Raises NotAllowed, Incident.DoesNotExist, OutcomeMissing, WrongStatus.
    """
    by.must(Permission.RECORD_INCIDENTS)
    now = timezone.now()
    with transaction.atomic():
        incident = locked(by, incident_id)
        if incident.status != Status.IN_PROGRESS:
            raise WrongStatus("Send the record to the local authority before you close the incident.")
        if incident.sent_revision != incident.revision:
            raise WrongStatus(
                "The record was changed after it was sent. Send the update before you close the incident."
            )
        if not newest_content(incident)["outcome"].strip():
            raise OutcomeMissing
        incident.closed_at = now
        _move(by, incident, Status.CLOSED, "incident.closed")
    return incident


def reopen(*, by: Viewer, incident_id: UUID, reason: str) -> Incident:
    """Open a closed incident again. Raises NotAllowed, Incident.DoesNotExist, ReasonMissing, WrongStatus."""
    by.must(Permission.RECORD_INCIDENTS)
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        incident = locked(by, incident_id)
        if incident.status != Status.CLOSED:
            raise WrongStatus("This incident is open.")
        incident.closed_at = None
        _move(by, incident, Status.IN_PROGRESS, "incident.reopened", reason=reason.strip()[:2000])
    return incident


def _move(by: Viewer, incident: Incident, to_status: Status, action: str, *, reason: str = "") -> None:
    move(by, incident, to_status, timezone.now(), reason=reason)
    incident.save(update_fields=["status", "closed_at"])
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="incident",
        object_id=incident.pk,
        detail={"revision": incident.revision},
    )
