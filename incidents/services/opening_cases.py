"""Opening the pages about deciding: reads that leave a trace. Duties D1, S2 (CM 3.2, CC 2.3.1)."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from incidents.models import CaseOf
from incidents.selectors.cases_shown import CaseLine, CasePage, Heading, Overview, TaskShown
from incidents.selectors.deciding import case_page, heading_of, overview_of
from incidents.selectors.measures import Measures, measures_of
from schools.viewer import NotAllowed, Viewer


@dataclass(frozen=True, slots=True)
class SeveralCases:
    """Cases that are decided about as one act. ``first``: the page of one of them; None where none can be."""

    heading: Heading
    lines: tuple[CaseLine, ...]
    first: CasePage | None


def open_deciding(*, by: Viewer, incident_id: UUID) -> Overview:
    """Every case of an incident, and an audit row. Three queries. Raises Incident.DoesNotExist."""
    with transaction.atomic():
        found = overview_of(viewer=by, incident_id=incident_id, now=timezone.now())
        _audit(by, "incident.deciding_opened", "incident", incident_id, {"rows": len(found.cases)})
    return found


def open_case(*, by: Viewer, incident_id: UUID, case_id: UUID, seen: UUID | None = None) -> CasePage:
    """One case, whole, and an audit row. Ten queries at most. Raises CaseOf.DoesNotExist."""
    with transaction.atomic():
        found = case_page(viewer=by, incident_id=incident_id, case_id=case_id, now=timezone.now(), seen=seen)
        _audit(by, "incident.case_opened", "incident", incident_id, {"case": str(case_id), "facts": found.facts_number})
    return found


def open_to_decide(*, by: Viewer, incident_id: UUID, case_id: UUID) -> CasePage:
    """The same, for whoever decides in it. Eleven queries at most.

    Raises Incident.DoesNotExist, NotAllowed for whoever only reads it, CaseOf.DoesNotExist.
    """
    with transaction.atomic():
        if not heading_of(viewer=by, incident_id=incident_id).may_decide:
            raise NotAllowed
        return open_case(by=by, incident_id=incident_id, case_id=case_id)


def open_to_confirm(*, by: Viewer, incident_id: UUID, case_id: UUID) -> CasePage:
    """The same, for whoever runs the case or decides in it. Raises as ``open_to_decide``."""
    with transaction.atomic():
        if not heading_of(viewer=by, incident_id=incident_id).may_confirm:
            raise NotAllowed
        return open_case(by=by, incident_id=incident_id, case_id=case_id)


def open_to_do(*, by: Viewer, incident_id: UUID, case_id: UUID, task_id: UUID) -> tuple[CasePage, TaskShown]:
    """A case and one of the things that must follow, for whoever it is for, runs the case or decides in it.

    Raises Incident.DoesNotExist, NotAllowed, CaseOf.DoesNotExist. Who may do nothing there is not told what there is.
    """
    with transaction.atomic():
        heading = heading_of(viewer=by, incident_id=incident_id)
        try:
            page = open_case(by=by, incident_id=incident_id, case_id=case_id)
        except CaseOf.DoesNotExist:
            if heading.may_confirm:
                raise
            raise NotAllowed from None
        found = next((each for each in page.tasks if each.task_id == task_id), None)
        if found is None and heading.may_confirm:
            raise CaseOf.DoesNotExist
        if found is None or not found.is_theirs:
            raise NotAllowed
    return page, found


def open_together(*, by: Viewer, incident_id: UUID, case_ids: Collection[str]) -> SeveralCases:
    """Those of an incident's cases that were chosen, where they can be decided about as one, and an audit row.

    Eleven queries at most, however many they are. Raises Incident.DoesNotExist, NotAllowed for whoever only reads it.
    """
    with transaction.atomic():
        found = open_deciding(by=by, incident_id=incident_id)
        if not found.heading.may_decide:
            raise NotAllowed
        chosen = [tuple(each for each in group.cases if str(each.case_id) in case_ids) for group in found.together]
        lines = next((each for each in chosen if len(each) > 1), ())
        # Of two kinds of proposal none is taken for the other.
        if sum(map(len, chosen)) != len(lines):
            lines = ()
        first = (
            case_page(viewer=by, incident_id=incident_id, case_id=lines[0].case_id, now=timezone.now())
            if lines
            else None
        )
    return SeveralCases(found.heading, lines, first)


def open_measures(*, by: Viewer) -> Measures:
    """What runs and who must carry it out, and an audit row. Three queries at most. Raises NotAllowed."""
    with transaction.atomic():
        found = measures_of(viewer=by, now=timezone.now())
        rows = len(found.to_carry_out) + len(found.running)
        _audit(by, "measures.read", "sanction", None, {"rows": rows})
    return found


def _audit(by: Viewer, action: str, kind: str, object_id: UUID | None, detail: dict[str, int | str]) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type=kind,
        object_id=object_id,
        detail=detail,
    )
