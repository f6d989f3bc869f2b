"""What waits for somebody when they come in: one answer for the first page, whoever they are."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, When
from django.utils import timezone

from aup.selectors.waiting import Waiting, waiting_for
from dispatch import selectors as dispatch
from dispatch.selectors import Delivery
from incidents.models import Advice, AdviceKind, Incident, IncidentQuerySet, Status
from incidents.rules.statuses import OPEN
from incidents.selectors.log import LogRow, as_rows
from incidents.selectors.reports import OwnReport, own_reports
from incidents.selectors.told import Fact, facts_told, officer_was_told
from incidents.selectors.waiting_cases import SanctionsWaiting, sanctions_waiting
from schools.models import School, Term
from schools.roles import Permission, Role
from schools.viewer import Viewer

OPEN_SHOWN = 100
KNOWN_SHOWN = 8
SENT_SHOWN = 8
# Without terms on record, what counts as lately.
LATELY = timedelta(days=90)
# Who reads the cases of a whole school; others read only what was routed past these.
_SEE_THE_SCHOOL = frozenset({Role.COORDINATOR, Role.HEAD_TEACHER, Role.DSL, Role.DEPUTY_DSL})


@dataclass(frozen=True, slots=True)
class Figures:
    """A few counts of the school's incidents; ``lately`` is the running term, or 90 days where no term is on record."""

    lately: int
    open: int
    overdue: int
    term: str


@dataclass(frozen=True, slots=True)
class Today:
    """Everything the first page shows. What is not for this viewer is empty.

    What waits for the viewer, whose post handles these: ``urgent``: reported, not picked up, somebody at immediate
    risk. ``due``: recorded and not sent, or changed since, by their clock. ``troubles``: messages to look at.
    ``concerns``: reported, oldest first. ``undecided``: recorded, and a decision about advice is not.
    ``to_close``: sent and arrived, not closed.

    What the viewer is to know: ``nobody_left``: cases that nobody at the school can handle, and of which of them the
    authority's officer was told. ``known``: open ones that
    others handle, the most urgent first, ``has_more`` where there are others. ``known_troubles``: their messages.
    ``facts``: that there was a case, and no more.
    """

    now: datetime
    urgent: tuple[LogRow, ...] = ()
    due: tuple[LogRow, ...] = ()
    troubles: tuple[Delivery, ...] = ()
    concerns: tuple[LogRow, ...] = ()
    undecided: tuple[LogRow, ...] = ()
    to_close: tuple[LogRow, ...] = ()
    nobody_left: tuple[LogRow, ...] = ()
    officer_was_told: frozenset[UUID] = frozenset()
    known: tuple[LogRow, ...] = ()
    known_troubles: tuple[Delivery, ...] = ()
    has_more: bool = False
    facts: tuple[Fact, ...] = ()
    sent: tuple[Delivery, ...] = ()
    sees_the_school: bool = False
    figures: Figures | None = None
    own: tuple[OwnReport, ...] = ()
    agreements: Waiting = field(default_factory=Waiting)
    sanctions: SanctionsWaiting = field(default_factory=SanctionsWaiting)
    lacks_officer: bool = False
    lacks_passphrase: bool = False


def sees_the_school(viewer: Viewer) -> bool:
    """Whether the viewer's post reads the cases of the school, and not only what was routed past these. No query."""
    return not viewer.roles.isdisjoint(_SEE_THE_SCHOOL)


def today_of(*, viewer: Viewer, now: datetime) -> Today:
    """The first page. Nine queries at most for whoever reads incidents, one for other staff, none for the rest.

    Besides, up to nine for agreements that wait (``aup.selectors.waiting``), up to three for sanctions
    (``waiting_cases``), and one for whoever can be told facts alone (duty S5, CC 5.2.2). Duties R1, R4 to R7 (CC 4.1,
    CM 4.1, 4.4, NE).
    """
    facts, agreements = facts_told(viewer=viewer), waiting_for(viewer=viewer)
    sanctions = sanctions_waiting(viewer=viewer, now=now)
    if viewer.may(Permission.READ_INCIDENTS):
        return replace(_of_a_reader(viewer, now, facts), agreements=agreements, sanctions=sanctions)
    if viewer.may(Permission.SEE_OWN_REPORTS):
        own = own_reports(viewer=viewer)
        return Today(now, own=own, facts=facts, agreements=agreements, sanctions=sanctions)
    return Today(now, facts=facts, agreements=agreements, sanctions=sanctions)


def _of_a_reader(viewer: Viewer, now: datetime, facts: tuple[Fact, ...]) -> Today:
    known, mine = Incident.objects.visible_to(viewer), Incident.objects.run_by(viewer)
    unsent = Q(sent_revision__isnull=True) | Q(sent_revision__lt=F("revision"))
    at_work = Q(status__in=[Status.RECORDED, Status.IN_PROGRESS])
    waiting = as_rows(
        mine.filter(Q(status=Status.REPORTED) | (at_work & unsent)).order_by("due_at", "logged_at", "id"), OPEN_SHOWN
    )
    sent_and_open = mine.filter(status=Status.IN_PROGRESS, sent_revision=F("revision")).order_by("logged_at", "id")
    to_close = as_rows(sent_and_open, OPEN_SHOWN)
    undecided = _undecided([row for row in (*waiting, *to_close) if row.status != Status.REPORTED])
    others = _others(known.exclude(pk__in=mine.values("pk")))
    left = tuple(row for row in others if row.nobody_left)
    reported = [row for row in waiting if row.status == Status.REPORTED]
    troubles = dispatch.troubles(viewer=viewer, now=now, about=known.values("pk"))
    own = _own_among(mine, {each.document.subject_id for each in troubles})
    elsewhere = {each.document.subject_id for each in troubles} | {row.incident_id for row in undecided}
    school, term, term_starts_on = _school(viewer, timezone.localdate(now))
    manages = viewer.may(Permission.MANAGE_SCHOOL)
    return Today(
        now,
        urgent=tuple(row for row in reported if row.immediate_risk),
        due=tuple(row for row in waiting if row.status != Status.REPORTED),
        troubles=tuple(each for each in troubles if each.document.subject_id in own),
        concerns=tuple(row for row in reported if not row.immediate_risk),
        undecided=undecided,
        to_close=tuple(row for row in to_close if row.incident_id not in elsewhere),
        nobody_left=left,
        officer_was_told=officer_was_told(viewer=viewer, incident_ids=[row.incident_id for row in left]),
        known=tuple(row for row in others[:KNOWN_SHOWN] if not row.nobody_left),
        known_troubles=tuple(each for each in troubles if each.document.subject_id not in own),
        has_more=len(others) > KNOWN_SHOWN,
        facts=facts,
        sent=dispatch.recent(viewer=viewer, limit=SENT_SHOWN, now=now, about=known.values("pk")),
        sees_the_school=sees_the_school(viewer),
        figures=_figures(known, now, term, term_starts_on) if sees_the_school(viewer) else None,
        lacks_officer=manages and not school.officer_email,
        lacks_passphrase=manages and not school.has_passphrase,
    )


def _undecided(rows: Collection[LogRow]) -> tuple[LogRow, ...]:
    """Of the recorded ones, those that lack a decision about the LADO's or the police's advice. One query, or none."""
    needing = [row for row in rows if row.needs_lado or row.needs_police_advice]
    if not needing:
        return ()
    advice = Advice.objects.filter(incident_id__in=[row.incident_id for row in needing])
    recorded = set(advice.values_list("incident_id", "kind"))
    return tuple(
        row
        for row in needing
        if (row.needs_lado and (row.incident_id, AdviceKind.LADO.value) not in recorded)
        or (row.needs_police_advice and (row.incident_id, AdviceKind.POLICE.value) not in recorded)
    )


def _others(rows: IncidentQuerySet) -> tuple[LogRow, ...]:
    """What is open and handled by somebody else, the most urgent first. One query."""
    pressing = Case(
        When(status=Status.REPORTED, immediate_risk=True, then=0),
        When(due_at__isnull=False, sent_revision__isnull=True, then=1),
        When(status=Status.REPORTED, then=2),
        default=3,
    )
    in_order = ("-nobody_left", pressing, F("due_at").asc(nulls_last=True), "logged_at", "id")
    return as_rows(rows.filter(status__in=sorted(OPEN)).order_by(*in_order), KNOWN_SHOWN + 1)


def _own_among(mine: IncidentQuerySet, subjects: Collection[UUID]) -> set[UUID]:
    """Of what these messages are about, the incidents that the viewer handles. One query, none without messages."""
    return set(mine.filter(pk__in=subjects).values_list("pk", flat=True)) if subjects else set()


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
