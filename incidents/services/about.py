"""Whom of the school a case is about: said by whoever reported it, put right by whoever handles it."""

from uuid import UUID

from django.db import transaction

from incidents.models import ConflictWhy, HandoverWhy, Incident
from incidents.services.handing_on import keep_trace, open_case, reason_given, turn
from incidents.services.reporting import refuse_unknown
from schools.roles import Permission
from schools.viewer import Viewer


def change_about(*, by: Viewer, incident_id: UUID, about: str, reason: str) -> Incident:
    """Put right whom of the school a case is about; it is routed anew at once. Duties R4, R5, R7. 15 queries at most.

    Empty: about nobody here. Saying what it says already changes nothing. Raises NotAllowed, Incident.DoesNotExist,
    ReasonMissing, UnknownAbout, WrongStatus on a closed one.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    said = reason_given(reason, "Say why you change whom it is about.")
    refuse_unknown(about)
    with transaction.atomic():
        incident = open_case(by, incident_id)
        if about == incident.about:
            return incident
        # Whoever held the post that it was thought to be about is not meant any more.
        meant = incident.conflicts.filter(why=ConflictWhy.ABOUT, until_revision__isnull=True)
        meant.update(until_revision=incident.revision)
        incident.about = about
        turn(by, incident, HandoverWhy.ABOUT, said)
        keep_trace(by, "incident.about_changed", incident)
    return incident
