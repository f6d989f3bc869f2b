"""Opening the pages of a record's form: reads that leave a trace. Its other pages are in ``opening``."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from incidents.printing import Organisation, Snapshot, snapshot_of
from incidents.rules.answers import Problem
from incidents.rules.pages import Page, everything_wrong, page
from incidents.selectors.guidance import Guidance
from incidents.selectors.record import KeptFile
from incidents.selectors.reports import Kept
from incidents.selectors.sheets import RecordSheet, evidence_of, guidance_for_record, page_draft, record_sheet
from incidents.services.sending import organisation_of
from packs.schema import Pack
from schools.roles import Permission
from schools.selectors import coordinator_name, pack_of, school_of
from schools.viewer import Viewer


@dataclass(frozen=True, slots=True)
class BlankRecord:
    """What the first page of a new record shows: the edition, and the block that fills itself."""

    pack: Pack
    organisation: Organisation


@dataclass(frozen=True, slots=True)
class OpenPage:
    """One page of a record's form. What a page does not show is empty."""

    sheet: RecordSheet
    page: Page
    draft: Kept | None
    organisation: Organisation | None = None
    guidance: Guidance | None = None
    evidence: tuple[KeptFile, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """The whole record as it will be printed, and what keeps it from being sent."""

    sheet: RecordSheet
    snapshot: Snapshot
    missing: tuple[tuple[Page, Problem], ...]


def blank_record(*, by: Viewer) -> BlankRecord:
    """The first page of a new record. Three queries. Raises NotAllowed."""
    by.must(Permission.RECORD_INCIDENTS)
    school = school_of(viewer=by)
    name = coordinator_name(school_id=by.school_id, today=timezone.localdate())
    return BlankRecord(pack_of(viewer=by), organisation_of(school, officer_name=name))


def open_page(*, by: Viewer, incident_id: UUID, page_code: str) -> OpenPage:
    """One page of a record, to be filled in, and an audit row that says who read it. Four queries at most.

    Raises NotAllowed, UnknownPage, and DoesNotExist when it is not there or not this viewer's to know.
    """
    wanted = page(page_code)
    with transaction.atomic():
        sheet = record_sheet(viewer=by, incident_id=incident_id)
        opened = _page(by, sheet, wanted)
        _audit(by, "incident.page_opened", incident_id, sheet.revision)
    return opened


def check_record(*, by: Viewer, incident_id: UUID) -> CheckedRecord:
    """The whole record before it is sent, and an audit row that says who read it. Three queries.

    Raises NotAllowed, and DoesNotExist when it is not there or not this viewer's to know.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    with transaction.atomic():
        sheet = record_sheet(viewer=by, incident_id=incident_id)
        name = coordinator_name(school_id=by.school_id, today=today)
        _audit(by, "incident.checked", incident_id, sheet.revision)
    return CheckedRecord(
        sheet=sheet,
        snapshot=snapshot_of(
            pack=sheet.pack,
            answers=sheet.content,
            organisation=organisation_of(sheet.school, officer_name=name),
            reference=sheet.reference,
            revision=sheet.revision,
            recorded_at=_local(sheet.recorded_at),
            printed_at=_local(now),
            supersedes=sheet.sent_revision or 0,
        ),
        missing=everything_wrong(sheet.pack.form, sheet.content, today=today),
    )


def _page(by: Viewer, sheet: RecordSheet, wanted: Page) -> OpenPage:
    today = timezone.localdate()
    organisation: Organisation | None = None
    guidance: Guidance | None = None
    evidence: tuple[KeptFile, ...] = ()
    match wanted.code:
        case "details":
            name = coordinator_name(school_id=by.school_id, today=today)
            organisation = organisation_of(sheet.school, officer_name=name)
        case "what-happened":
            guidance = guidance_for_record(viewer=by, sheet=sheet, today=today)
        case "action":
            evidence = evidence_of(viewer=by, incident_id=sheet.incident_id)
    draft = page_draft(viewer=by, incident_id=sheet.incident_id, page_code=wanted.code)
    return OpenPage(sheet, wanted, draft, organisation, guidance, evidence)


def _local(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat() if moment else ""


def _audit(by: Viewer, action: str, incident_id: UUID, revision: int) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="incident",
        object_id=incident_id,
        detail={"revision": revision},
    )
