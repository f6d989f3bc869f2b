"""Closing an incident, and opening it again."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from incidents.models import AdviceKind, Incident, Status
from incidents.services.problems import AdviceMissing, OutcomeMissing, ReasonMissing, WrongStatus
from incidents.services.recording import locked, move, newest_content
from schools.roles import Permission
from schools.viewer import Viewer

_WHO_ADVISES = {AdviceKind.LADO: "the LADO", AdviceKind.POLICE: "the police"}


def close(*, by: Viewer, incident_id: UUID) -> Incident:
    """Close an incident whose outcome is written and whose newest version was sent. Duties R2, R4, R14 (CC 4.1, NS 10).

    What was decided about the advice that it needs is on record. Seven queries. Raises NotAllowed,
    Incident.DoesNotExist, OutcomeMissing, AdviceMissing, WrongStatus.
    """
    by.must(Permission.HANDLE_INCIDENTS)
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
        missing = advice_missing(incident)
        if missing:
            raise AdviceMissing(missing)
        incident.closed_at = now
        _move(by, incident, Status.CLOSED, "incident.closed")
    return incident


def reopen(*, by: Viewer, incident_id: UUID, reason: str) -> Incident:
    """Open a closed incident again. Raises NotAllowed, Incident.DoesNotExist, ReasonMissing, WrongStatus."""
    by.must(Permission.HANDLE_INCIDENTS)
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        incident = locked(by, incident_id)
        if incident.status != Status.CLOSED:
            raise WrongStatus("This incident is open.")
        incident.closed_at = None
        _move(by, incident, Status.IN_PROGRESS, "incident.reopened", reason=reason.strip()[:2000])
    return incident


def advice_missing(incident: Incident) -> tuple[str, ...]:
    """Whose advice the case needs and has no decision about, in words. One query, none where it needs none."""
    needed = [AdviceKind.LADO] if incident.needs_lado else []
    needed += [AdviceKind.POLICE] if incident.needs_police_advice else []
    if not needed:
        return ()
    given = set(incident.advice.values_list("kind", flat=True))
    return tuple(_WHO_ADVISES[kind] for kind in needed if kind not in given)


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
