"""Looking things up: the log, people, one's own reports. Reads that leave a trace."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from audit import services as audit
from incidents.selectors.log import Filters, LogPage, PageKey, log_page
from incidents.selectors.record import Heading, heading_of
from incidents.selectors.reports import OwnReport, Receipt, ReportSheet, begun_report, own_reports, receipt
from incidents.selectors.routing import RoutingShown, routing_of
from incidents.selectors.sheets import RecordSheet, record_sheet
from schools.roles import Permission
from schools.selectors import PersonFound, find_people
from schools.viewer import NotAllowed, Viewer


@dataclass(frozen=True, slots=True)
class Handled:
    """A case and who handles it, for the pages of whoever does."""

    heading: Heading
    routing: RoutingShown


def read_log(*, by: Viewer, filters: Filters, key: PageKey | None = None) -> LogPage:
    """A page of the log, and an audit row that says who looked. Duties D1, R8 (CM 3.2, CC 4.1).

    One query more than ``log_page``. The row says whether the log was narrowed, never to what. Raises NotAllowed.
    """
    by.must(Permission.READ_INCIDENTS)
    with transaction.atomic():
        page = log_page(viewer=by, filters=filters, key=key)
        detail = {"rows": len(page.rows), "narrowed": not filters.is_empty, "further": key is not None}
        _audit(by, "log.read", "log", None, detail)
    return page


def search_people(*, by: Viewer, words: str) -> tuple[PersonFound, ...]:
    """The people of the school that these words fit, and an audit row without the words. Two queries.

    The caller has asked whether this viewer may.
    """
    with transaction.atomic():
        found = find_people(viewer=by, words=words)
        _audit(by, "people.searched", "person", None, {"found": len(found)})
    return found


def read_newest(*, by: Viewer, incident_id: UUID) -> RecordSheet:
    """A record as somebody else has saved it meanwhile, and an audit row. Three queries.

    Raises NotAllowed, and DoesNotExist when it is not there or not this viewer's to know.
    """
    with transaction.atomic():
        sheet = record_sheet(viewer=by, incident_id=incident_id)
        _audit(by, "incident.newest_opened", "incident", incident_id, {"revision": sheet.revision})
    return sheet


def read_handled(*, by: Viewer, incident_id: UUID) -> Handled:
    """Who handles a case, for whoever does and is about to change that, and an audit row. Seven queries.

    Raises NotAllowed for whoever only reads it, and DoesNotExist when it is not there or not this viewer's to know.
    """
    with transaction.atomic():
        routing = routing_of(viewer=by, incident_id=incident_id)
        if not routing.is_mine:
            raise NotAllowed
        heading = heading_of(viewer=by, incident_id=incident_id)
        _audit(by, "incident.routing_opened", "incident", incident_id, {})
    return Handled(heading, routing)


def read_own_reports(*, by: Viewer) -> tuple[OwnReport, ...]:
    """One's own reports and drafts, and an audit row. Two queries. Raises NotAllowed."""
    with transaction.atomic():
        found = own_reports(viewer=by)
        _audit(by, "report.own_listed", "incident", None, {"rows": len(found)})
    return found


def read_receipt(*, by: Viewer, incident_id: UUID, today: date) -> Receipt:
    """The receipt of one's own report, and an audit row. Three queries. Raises Incident.DoesNotExist."""
    with transaction.atomic():
        given = receipt(viewer=by, incident_id=incident_id, today=today)
        _audit(by, "report.receipt_opened", "incident", incident_id, {})
    return given


def read_draft(*, by: Viewer, incident_id: UUID) -> ReportSheet:
    """One's own unsent report, and an audit row. Three queries. Raises NotAllowed, Incident.DoesNotExist."""
    with transaction.atomic():
        sheet = begun_report(viewer=by, incident_id=incident_id)
        _audit(by, "report.draft_opened", "incident", incident_id, {})
    return sheet


def _audit(by: Viewer, action: str, kind: str, object_id: UUID | None, detail: dict[str, int | bool]) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type=kind,
        object_id=object_id,
        detail=detail,
    )
