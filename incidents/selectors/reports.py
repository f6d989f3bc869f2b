"""What a member of staff sees of their own reports: that each was picked up, not what was decided. Duty R1."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from incidents.models import Draft, HandoverWhy, Incident, Revision, Status
from incidents.rules.answers import ticked_flags
from incidents.selectors.guidance import Guidance, guidance_on
from incidents.selectors.told import who_is_told
from packs import loader
from packs.schema import Pack
from schools.prepared import Prepared
from schools.roles import Permission
from schools.selectors import pack_of
from schools.viewer import Viewer


@dataclass(frozen=True, slots=True)
class OwnReport:
    """One report of one's own: its reference and whether somebody has picked it up."""

    incident_id: UUID
    reference: str
    logged_at: datetime
    is_draft: bool
    is_picked_up: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody has typed and not saved, as a form keeps it, and when."""

    content: Mapping[str, Any]
    saved_at: datetime
    base_revision: int


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """What the page of a report needs: its edition, what was typed so far, whether it was sent already."""

    pack: Pack
    draft: Kept | None = None
    is_reported: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody gets for a report, with what to do now about what they themselves wrote."""

    report: OwnReport
    guidance: Guidance


def own_reports(*, viewer: Viewer) -> tuple[OwnReport, ...]:
    """The viewer's reports and drafts, newest first, at most 50. One query. Raises NotAllowed."""
    viewer.must(Permission.SEE_OWN_REPORTS)
    rows = Incident.objects.own_of(viewer).order_by("-logged_at", "-id")[:50]
    return tuple(_own(row) for row in rows)


def unsent_reports(*, viewer: Viewer) -> tuple[OwnReport, ...]:
    """The viewer's drafts, newest first, at most five. One query."""
    rows = Incident.objects.own_of(viewer).filter(status=Status.DRAFT).order_by("-logged_at", "-id")[:5]
    return tuple(_own(row) for row in rows)


_BEGUN = Prepared(
    lambda viewer, incident_id: (
        Incident.objects.own_of(viewer).filter(pk=incident_id).values_list("pack_code", "pack_version", "status")
    )
)


def report_sheet(*, viewer: Viewer, incident_id: UUID | None = None) -> ReportSheet:
    """The sheet for a new report or, with the id that its form was given, for one that was begun. Two queries at most.

    A report is finished in the edition it was begun in. Raises NotAllowed.
    """
    viewer.must(Permission.REPORT_INCIDENT)
    for pack_code, pack_version, status in _BEGUN.rows(viewer, incident_id) if incident_id else ():
        return ReportSheet(loader.get(pack_code, pack_version), is_reported=status != Status.DRAFT)
    return ReportSheet(pack_of(viewer=viewer))


def begun_report(*, viewer: Viewer, incident_id: UUID) -> ReportSheet:
    """A report that was begun, with what was typed. Two queries. Raises NotAllowed, Incident.DoesNotExist."""
    viewer.must(Permission.REPORT_INCIDENT)
    row = Incident.objects.own_of(viewer).get(pk=incident_id)
    draft = Draft.objects.filter(incident=row, user_id=viewer.user_id, section="").first()
    return ReportSheet(
        pack=loader.get(row.pack_code, row.pack_version),
        draft=Kept(draft.content, draft.updated_at, draft.base_revision) if draft else None,
        is_reported=row.status != Status.DRAFT,
    )


def is_receipt_kept(*, viewer: Viewer, incident_id: UUID) -> bool:
    """Whether the viewer may see what became of their own report: not when it is about themselves. One query."""
    return Incident.objects.own_of(viewer).filter(pk=incident_id).exists()


def receipt(*, viewer: Viewer, incident_id: UUID, today: date) -> Receipt:
    """The receipt of one's own report. Five queries. Raises Revision.DoesNotExist.

    The advice follows from the report as it was sent: what was written since is not shown by it, and where whom it is
    about was put right, it sends nobody to anybody.
    """
    own = Incident.objects.own_of(viewer).exclude(status=Status.DRAFT).filter(pk=incident_id)
    first = Revision.objects.select_related("incident").get(incident__in=own, number=1)
    row, sent = first.incident, first.content
    pack = loader.get(row.pack_code, row.pack_version)
    types, flags = sent["types"], ticked_flags(pack.form, sent)
    told = who_is_told(viewer=viewer, pack=pack, today=today)
    return Receipt(
        report=_own(row),
        guidance=guidance_on(
            viewer=viewer,
            pack=pack,
            types=types,
            flags=flags,
            today=today,
            way=told.way(about=row.about, in_confidence=row.in_confidence, types=types, flags=flags),
            is_sent=True,
            turning=not is_about_changed(row),
        ),
    )


def is_about_changed(incident: Incident) -> bool:
    """Whether whom a case is about was put right since it was reported, or kept when a post was lost. One query."""
    kept = Q(why=HandoverWhy.ROUTED, from_post=F("to_post"))
    return incident.handovers.filter(Q(why=HandoverWhy.ABOUT) | kept).exists()


def _own(row: Incident) -> OwnReport:
    return OwnReport(
        incident_id=row.pk,
        reference=row.reference,
        logged_at=row.logged_at,
        is_draft=row.status == Status.DRAFT,
        is_picked_up=row.status not in {Status.DRAFT, Status.REPORTED},
    )
