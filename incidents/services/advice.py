"""Advice from the LADO and from the police: that it was considered, what was decided and why."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from incidents.models import DECISIONS, Advice, AdviceKind, Decision, Status
from incidents.services.handing_on import reason_given
from incidents.services.problems import UnknownDecision, WrongStatus
from incidents.services.recording import locked
from schools.roles import Permission
from schools.viewer import Viewer


def record_advice(*, by: Viewer, incident_id: UUID, kind: str, decision: str, reason: str) -> Advice:
    """Put on record what was decided about advice. Duties R4, P8, P14 (CM 4.1, 4.4, NS 11.3). Four queries.

    ``kind`` is ``lado`` or ``police``; a later decision stands beside the earlier one, which stays. Raises NotAllowed,
    Incident.DoesNotExist, UnknownDecision, ReasonMissing, WrongStatus on a closed incident.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    if kind not in AdviceKind or decision not in DECISIONS[AdviceKind(kind)]:
        raise UnknownDecision
    said = reason_given(reason, "Say why it was decided so.")
    with transaction.atomic():
        incident = locked(by, incident_id)
        if incident.status == Status.CLOSED:
            raise WrongStatus("This incident is closed. Open it again to put advice on record.")
        advice = Advice.objects.create(
            school_id=by.school_id,
            incident=incident,
            kind=AdviceKind(kind),
            decision=Decision(decision),
            reason=said,
            by_id=by.person_id,
            at=timezone.now(),
        )
        audit.record(
            "incident.advice_recorded",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=incident.pk,
            detail={"kind": kind, "decision": decision},
        )
    return advice
