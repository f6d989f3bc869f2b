"""Incidents, made the way people make them: through the services."""

import uuid
from typing import Any

from incidents.models import Incident
from incidents.services.recording import open_record
from incidents.services.reporting import report_incident
from schools.viewer import Viewer


def answers(**changes: Any) -> dict[str, Any]:
    """What a short report says."""
    return {
        "happened_on": "2026-11-18",
        "happened_at": "10:40",
        "location": "in_setting",
        "involved": ["child"],
        "types": ["bullying"],
        "description": "A message was sent round the class and laughed at.",
        **changes,
    }


def report(by: Viewer, **changes: Any) -> Incident:
    """A concern that a member of staff has reported and nobody has picked up."""
    return report_incident(by=by, incident_id=uuid.uuid4(), answers=answers(**changes))


def incident(by: Viewer, **changes: Any) -> Incident:
    """A record that the co-ordinator has opened; with nothing else said, it is complete and may be sent."""
    said = answers(**{"reported_by": "Robin Vale", **changes})
    return open_record(by=by, incident_id=uuid.uuid4(), answers=said)
