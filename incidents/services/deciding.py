"""Deciding on sanctions for the people of an incident: whoever may know of the one may know of the other.

Duties S2, S3, R7 (CC 2.3.1, 5, CM 2.3.1, 5, NE). What a decision is, is for ``sanctions``; who may take it stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from incidents import access
from incidents.models import CaseOf, Incident
from incidents.services.cases import matter_of, set_clock
from incidents.services.recording import newest_content
from sanctions.models import Case, Decision, Restorative, Sanction, Task
from sanctions.rules.deciding import Choice
from sanctions.services import cases, deciding, following
from sanctions.services.matters import Confirmed
from schools.roles import Permission
from schools.viewer import NotAllowed, Viewer

# Considering advice is put on record once, with the incident, and seen from there.
CONSIDERED = {"lado": "consider_lado", "police": "consider_police"}


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """A case as it stood on the page: which one, and the proposal that was read."""

    case_id: UUID
    proposal_id: UUID


def may_decide(viewer: Viewer, incident: Incident) -> bool:
    """Whether this viewer decides on sanctions in a case that they may know of. Duties S2, R7. Pure."""
    return viewer.may(Permission.DECIDE_SANCTIONS) and incident.decider_post in {role.value for role in viewer.roles}


def may_confirm(viewer: Viewer, incident: Incident) -> bool:
    """Whether this viewer puts down the facts: whoever runs the case, or decides it. Pure."""
    return access.may_run(viewer, incident.handler_post) or may_decide(viewer, incident)


def confirm_facts(*, by: Viewer, incident_id: UUID, case_id: UUID, seen: int, facts: Confirmed) -> Case:
    """Confirm or correct the facts of one person's part. Duties S1, S3 (CC 5, CM 5). Nineteen queries at most.

    Raises Incident.DoesNotExist, Case.DoesNotExist, NotAllowed, and from sanctions MovedOn, AlreadyDecided,
    UnknownBreach.
    """
    with transaction.atomic():
        incident = _incident(by, incident_id, case_id)
        if not may_confirm(by, incident):
            raise NotAllowed
        case = cases.confirm_facts(by=by, case_id=case_id, matter=matter_of(incident), seen=seen, facts=facts)
        _set_clock(by, incident)
    return case


def decide(*, by: Viewer, incident_id: UUID, seen: CaseSeen, choice: Choice) -> Decision:
    """Decide one case. Duties S2, S3. 29 queries at most. Raises what ``decide_together`` raises."""
    return decide_together(by=by, incident_id=incident_id, choices={seen: choice})[0]


def decide_together(*, by: Viewer, incident_id: UUID, choices: Mapping[CaseSeen, Choice]) -> list[Decision]:
    """Decide several cases of one incident as one act: all of them stand, or none. Duties S2, S3.

    Raises Incident.DoesNotExist, Case.DoesNotExist, NotAllowed, and from sanctions FactsOpen, MovedOn, AlreadyDecided,
    CannotDecide.
    """
    with transaction.atomic():
        incident = _to_decide(by, incident_id, *(each.case_id for each in choices))
        matter = matter_of(incident)
        for each in choices:
            deciding.bring_up_to_date(by=by, case_id=each.case_id, matter=matter)
    with transaction.atomic():
        incident = _to_decide(by, incident_id, *(each.case_id for each in choices))
        matter = matter_of(incident)
        made = [
            deciding.decide(by=by, case_id=each.case_id, matter=matter, seen=each.proposal_id, choice=choice)
            for each, choice in sorted(choices.items(), key=lambda item: item[0].case_id)
        ]
        if len(made) > 1:
            _audit_together(by, incident, len(made))
        _set_clock(by, incident)
    return made


def revise(*, by: Viewer, incident_id: UUID, case_id: UUID, seen: int, choice: Choice) -> Decision:
    """Change a decision, with a reason. Duty S2. Raises as ``decide_together``, and NotDecided."""
    with transaction.atomic():
        incident = _to_decide(by, incident_id, case_id)
        made = deciding.revise(by=by, case_id=case_id, matter=matter_of(incident), seen=seen, choice=choice)
        _set_clock(by, incident)
    return made


def quash(*, by: Viewer, incident_id: UUID, case_id: UUID, seen: int, reason: str) -> Decision:
    """Take a decision back on appeal. Duties S2, S5. Raises as ``revise``, and ReasonMissing."""
    with transaction.atomic():
        incident = _to_decide(by, incident_id, case_id)
        made = deciding.quash(by=by, case_id=case_id, matter=matter_of(incident), seen=seen, reason=reason)
        _set_clock(by, incident)
    return made


def do_task(*, by: Viewer, incident_id: UUID, task_id: UUID, decision: str = "", how: str = "") -> Task:
    """Say that something which must follow was done; one for the incident is done for all its cases. Duty S1.

    Whoever owns it does that, whoever runs the case, or who decides it. Raises Incident.DoesNotExist,
    Task.DoesNotExist, NotAllowed, and from sanctions NothingToDo, NotWholeYet.
    """
    with transaction.atomic():
        incident = _incident(by, incident_id)
        those = _case_ids(incident)
        task = Task.objects.get(pk=task_id, case__in=those)
        if task.owner_post not in {role.value for role in by.roles} and not may_confirm(by, incident):
            raise NotAllowed
        return following.do_task(by=by, task_id=task_id, cases=those, decision=decision, how=how)


def lift(*, by: Viewer, incident_id: UUID, sanction_id: UUID, why: str) -> Sanction:
    """End a sanction early. Duty S3. Raises Incident.DoesNotExist, NotAllowed, and as ``following.lift``."""
    with transaction.atomic():
        incident = _to_decide(by, incident_id)
        return following.lift(by=by, sanction_id=sanction_id, cases=_case_ids(incident), why=why)


def review(*, by: Viewer, incident_id: UUID, restorative_id: UUID, worked: bool, outcome: str) -> Restorative:
    """Look again at what was agreed. Duty P13. Raises Incident.DoesNotExist, NotAllowed; see ``following.review``."""
    with transaction.atomic():
        incident = _incident(by, incident_id)
        if not may_confirm(by, incident):
            raise NotAllowed
        return following.review(
            by=by, restorative_id=restorative_id, cases=_case_ids(incident), worked=worked, outcome=outcome
        )


def _incident(by: Viewer, incident_id: UUID, *case_ids: UUID) -> Incident:
    """The incident for writing, with these cases in it. Three queries."""
    incident = Incident.objects.visible_to(by).select_for_update(of=("self",), no_key=True).get(pk=incident_id)
    # Asked again now that nobody else writes: whoever was waited for may have shut this viewer out.
    if not Incident.objects.visible_to(by).filter(pk=incident_id).exists():
        raise Incident.DoesNotExist
    if case_ids and CaseOf.objects.filter(incident=incident, case__in=case_ids).count() != len(set(case_ids)):
        raise Case.DoesNotExist
    return incident


def _to_decide(by: Viewer, incident_id: UUID, *case_ids: UUID) -> Incident:
    incident = _incident(by, incident_id, *case_ids)
    if not may_decide(by, incident):
        raise NotAllowed
    return incident


def _case_ids(incident: Incident) -> list[UUID]:
    return list(CaseOf.objects.filter(incident=incident).values_list("case_id", flat=True))


def _audit_together(by: Viewer, incident: Incident, count: int) -> None:
    """Beside the entry of each case: that it was one act."""
    audit.record(
        "incident.decided_together",
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="incident",
        object_id=incident.pk,
        detail={"cases": count},
    )


def _set_clock(by: Viewer, incident: Incident) -> None:
    set_clock(incident, newest_content(incident), at=timezone.now(), by=by, save=True)
