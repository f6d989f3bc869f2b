"""What waits for somebody when they come in: one answer for the first page, whoever they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from dispatch import selectors as dispatch
from dispatch.selectors import Delivery
from incidents.models import Incident, IncidentQuerySet, Status
from incidents.rules.statuses import OPEN
from incidents.selectors.log import LogRow, as_rows
from incidents.selectors.reports import OwnReport, own_reports
from schools.models import School, Term
from schools.roles import Permission
from schools.viewer import Viewer

OPEN_SHOWN = 100
SENT_SHOWN = 8
# Without terms on record, what counts as lately.
LATELY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Figures:
    """A few counts of the school's incidents; ``lately`` is the running term, or 90 days where no term is on record."""

    lately: int
    open: int
    overdue: int
    term: str


@dataclass(frozen=True, slots=True)
class Today:
    """Everything the first page shows. What is not for this viewer is empty."""

    now: datetime
    urgent: tuple[LogRow, ...] = ()
    due: tuple[LogRow, ...] = ()
    troubles: tuple[Delivery, ...] = ()
    concerns: tuple[LogRow, ...] = ()
    to_close: tuple[LogRow, ...] = ()
    sent: tuple[Delivery, ...] = ()
    figures: Figures | None = None
    own: tuple[OwnReport, ...] = ()
    lacks_officer: bool = False
    lacks_passphrase: bool = False


def today_of(*, viewer: Viewer, now: datetime) -> Today:
    """The first page. Seven queries for whoever reads incidents, one for other staff, none for the rest.

    ``urgent``: reported, not picked up, somebody at immediate risk. ``due``: recorded and not sent, or changed since,
    by their clock. ``troubles``: messages to look at. ``concerns``: reported, oldest first. ``to_close``: sent and
    arrived, not closed.
    """
    if viewer.may(Permission.READ_INCIDENTS):
        return _of_a_reader(viewer, now)
    if viewer.may(Permission.SEE_OWN_REPORTS):
        return Today(now, own=own_reports(viewer=viewer))
    return Today(now)


def _of_a_reader(viewer: Viewer, now: datetime) -> Today:
    rows = Incident.objects.visible_to(viewer)
    unsent = Q(sent_revision__isnull=True) | Q(sent_revision__lt=F("revision"))
    at_work = Q(status__in=[Status.RECORDED, Status.IN_PROGRESS])
    waiting = as_rows(
        rows.filter(Q(status=Status.REPORTED) | (at_work & unsent)).order_by("due_at", "logged_at"), OPEN_SHOWN
    )
    reported = [row for row in waiting if row.status == Status.REPORTED]
    sent_and_open = rows.filter(status=Status.IN_PROGRESS, sent_revision=F("revision")).order_by("logged_at", "id")
    troubles = dispatch.troubles(viewer=viewer, now=now)
    recent = dispatch.recent(viewer=viewer, limit=SENT_SHOWN, now=now)
    known = _known(rows, (*troubles, *recent))
    school, term, term_starts_on = _school(viewer, timezone.localdate(now))
    in_trouble = {each.document.subject_id for each in troubles}
    manages = viewer.may(Permission.MANAGE_SCHOOL)
    return Today(
        now,
        urgent=tuple(row for row in reported if row.immediate_risk),
        due=tuple(row for row in waiting if row.status != Status.REPORTED),
        troubles=tuple(each for each in troubles if each.document.subject_id in known),
        concerns=tuple(row for row in reported if not row.immediate_risk),
        to_close=tuple(row for row in as_rows(sent_and_open, OPEN_SHOWN) if row.incident_id not in in_trouble),
        sent=tuple(each for each in recent if each.document.subject_id in known),
        figures=_figures(rows, now, term, term_starts_on),
        lacks_officer=manages and not school.officer_email,
        lacks_passphrase=manages and not school.has_passphrase,
    )


def _known(rows: IncidentQuerySet, deliveries: Iterable[Delivery]) -> set[UUID]:
    """Of what these messages are about, the incidents that the viewer may know of. One query."""
    subjects = {each.document.subject_id for each in deliveries}
    return set(rows.filter(pk__in=subjects).values_list("pk", flat=True))


def _school(viewer: Viewer, today: date) -> tuple[School, str, date | None]:
    """The school and its running term. One query."""
    term = Term.objects.filter(school=OuterRef("pk"), starts_on__lte=today, ends_on__gte=today).order_by("-starts_on")
    school = School.objects.annotate(
        term_name=Subquery(term.values("name")[:1]), term_starts_on=Subquery(term.values("starts_on")[:1])
    ).get(pk=viewer.school_id)
    return school, school.term_name or "", school.term_starts_on


def _figures(rows: IncidentQuerySet, now: datetime, term: str, starts_on: date | None) -> Figures:
    """One query, over this term's incidents and the open ones only."""
    first_moment = now - LATELY if starts_on is None else timezone.make_aware(datetime.combine(starts_on, time.min))
    since = Q(logged_at__gte=first_moment)
    is_open = Q(status__in=sorted(OPEN))
    counts = rows.filter(since | is_open).aggregate(
        lately=Count("pk", filter=since),
        open=Count("pk", filter=is_open),
        overdue=Count("pk", filter=is_open & Q(due_at__lt=now, sent_revision__isnull=True)),
    )
    return Figures(**counts, term=term)
