"""Opening what is sensitive: reads that leave a trace."""

from uuid import UUID

from django.db import transaction

from audit import services as audit
from incidents.selectors.record import Record, record_of
from schools.viewer import Viewer


def open_incident(*, by: Viewer, incident_id: UUID) -> Record:
    """The whole record with its timeline, and an audit row that says who read it. Twelve queries at most.

    Raises Incident.DoesNotExist when it is not there or not this viewer's to know. Duty D1 (CM 3.2).
    """
    with transaction.atomic():
        record = record_of(viewer=by, incident_id=incident_id)
        audit.record(
            "incident.opened",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=record.incident_id,
            detail={"revision": record.revision},
        )
    return record
