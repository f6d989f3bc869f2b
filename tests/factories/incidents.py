"""Incidents, made the way people make them: through the services."""

import uuid
from typing import Any

from incidents.models import Incident
from incidents.services.recording import open_record
from incidents.services.reporting import report_incident
from schools.models import Person
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


def report(by: Viewer, *, about: str = "", in_confidence: bool = False, **changes: Any) -> Incident:
    """A concern that a member of staff has reported and nobody has picked up."""
    said = answers(**changes)
    return report_incident(by=by, incident_id=uuid.uuid4(), answers=said, about=about, in_confidence=in_confidence)


def incident(by: Viewer, *, about: str = "", **changes: Any) -> Incident:
    """A record that the co-ordinator has opened; with nothing else said, it is complete and may be sent."""
    said = answers(**{"reported_by": "Robin Vale", **changes})
    return open_record(by=by, incident_id=uuid.uuid4(), answers=said, about=about)


def involved(who: Person, part: str, kind: str = "pupil") -> dict[str, str]:
    """Somebody of the school's lists as a record names them."""
    return {"person_id": str(who.pk), "name": who.full_name, "group": "", "kind": kind, "part": part}
