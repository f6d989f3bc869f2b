"""Handing a case on: whoever handles it gives it to another post of its line, with a reason, and the history stays."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from incidents import projection
from incidents.models import HandoverWhy, Incident, Status
from incidents.services.problems import CannotTakeIt, ReasonMissing, WrongStatus
from incidents.services.recording import locked, newest_content
from incidents.services.rerouting import reroute
from schools.roles import Permission, Role
from schools.viewer import Viewer

REASON_MAX_LENGTH = 2_000


def hand_on(*, by: Viewer, incident_id: UUID, to_post: Role, reason: str) -> Incident:
    """Give a case to another post of its line. Whoever gave it may lose sight of it. Duty R7 (NE).

    It stays there until the case goes another way, or that post has nobody left. Twelve queries at most. Raises
    NotAllowed, Incident.DoesNotExist, ReasonMissing, WrongStatus on a closed one, CannotTakeIt.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    said = reason_given(reason, "Say why you hand it on.")
    with transaction.atomic():
        incident = open_case(by, incident_id)
        if to_post == incident.handler_post:
            raise CannotTakeIt
        incident.chosen_post = to_post.value
        turn(by, incident, HandoverWhy.HANDED_ON, said)
        if incident.handler_post != to_post:
            # Kept out, in conflict, vacant or of another line: all of it is rolled back.
            raise CannotTakeIt
        keep_trace(by, "incident.handed_on", incident)
    return incident


def open_case(by: Viewer, incident_id: UUID) -> Incident:
    """The case for writing. Two queries. Raises NotAllowed, Incident.DoesNotExist, WrongStatus on a closed one."""
    incident = locked(by, incident_id)
    if incident.status == Status.CLOSED:
        raise WrongStatus("This incident is closed. Open it again before you change who handles it.")
    return incident


def turn(by: Viewer, incident: Incident, why: HandoverWhy, reason: str) -> None:
    """Route a case anew because somebody said so, and save where it goes."""
    reroute(incident, content=newest_content(incident), at=timezone.now(), by=by, why=why, reason=reason)
    incident.save(update_fields=["about", *projection.DIRECTED])


def reason_given(reason: str, missing: str) -> str:
    """The reason as it is kept. Raises ReasonMissing, with these words."""
    said = reason.strip()[:REASON_MAX_LENGTH]
    if not said:
        raise ReasonMissing(missing)
    return said


def keep_trace(by: Viewer, action: str, incident: Incident) -> None:
    """The audit row of somebody's decision about where a case goes."""
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="incident",
        object_id=incident.pk,
        detail={"revision": incident.revision, "to": incident.handler_post},
    )
