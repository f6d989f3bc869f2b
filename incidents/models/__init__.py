"""Incidents, their revisions, the people in them, the evidence kept, and where each case went."""

from incidents.models.evidence import Evidence, EvidenceContent
from incidents.models.incident import Draft, Incident, IncidentQuerySet, Involvement, Part, Status
from incidents.models.revision import Revision, Transition
from incidents.models.routing import (
    DECISIONS,
    Advice,
    AdviceKind,
    CaseOf,
    Conflict,
    ConflictWhy,
    Decision,
    Handover,
    HandoverWhy,
    Told,
    ToldKind,
)

__all__ = [
    "DECISIONS",
    "Advice",
    "AdviceKind",
    "CaseOf",
    "Conflict",
    "ConflictWhy",
    "Decision",
    "Draft",
    "Evidence",
    "EvidenceContent",
    "Handover",
    "HandoverWhy",
    "Incident",
    "IncidentQuerySet",
    "Involvement",
    "Part",
    "Revision",
    "Status",
    "Told",
    "ToldKind",
    "Transition",
]
