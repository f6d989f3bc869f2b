"""Incidents, their revisions, the people in them and the evidence kept."""

from incidents.models.evidence import Evidence, EvidenceContent
from incidents.models.incident import Draft, Incident, IncidentQuerySet, Involvement, Part, Status
from incidents.models.revision import Revision, Transition

__all__ = [
    "Draft",
    "Evidence",
    "EvidenceContent",
    "Incident",
    "IncidentQuerySet",
    "Involvement",
    "Part",
    "Revision",
    "Status",
    "Transition",
]
