"""Which sanctions run, for whoever carries them out and for the head teacher. Duties S1, S2, S3 (CC 2.3.1, 5, CM 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from dispatch.notices import NoLongerWanted, NoticeFacts
from incidents.models import CaseOf, Conflict
from sanctions.models import Sanction
from schools.models import Person
from schools.roles import Permission, Role
from schools.selectors import viewer_for
from schools.viewer import Viewer

# How long whoever gave something back goes on seeing that it was to be given back.
OVER_SHOWN = timedelta(days=14)
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: whose, what, and from when until when. Never the case, never why. ``state``: soon, runs or over."""

    sanction_id: UUID
    name: str
    group: str
    what: str
    starts_on: date
    ends_on: date | None
    over_on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class Running:
    """One sanction that runs towards a last day, with the case that it belongs to."""

    measure: Measure
    reference: str
    incident_id: UUID
    case_id: UUID


@dataclass(frozen=True, slots=True)
class Measures:
    """What the viewer carries out, and what runs in the cases that they decide on. Either may be None: not theirs."""

    to_carry_out: tuple[Measure, ...]
    running: tuple[Running, ...]
    carries_out: bool
    sees_running: bool


def measures_of(*, viewer: Viewer, now: datetime) -> Measures:
    """Every measure that is the viewer's to carry out or to know of. Two queries at most. Raises NotAllowed.

    Nobody is shown what is about themselves, or about a case that they are in conflict with.
    """
    viewer.must(Permission.SEE_MEASURES)
    sees_running = Role.HEAD_TEACHER in viewer.roles
    carries_out = Role.NETWORK_MANAGER in viewer.roles
    return Measures(
        to_carry_out=_to_carry_out(viewer, now) if carries_out else (),
        running=running_for(viewer, now) if sees_running else (),
        carries_out=carries_out,
        sees_running=sees_running,
    )


def running_for(viewer: Viewer, now: datetime) -> tuple[Running, ...]:
    """The sanctions with a last day that run in the cases a head teacher may know of. One query."""
    today = timezone.localdate(now)
    rows = (
        CaseOf.objects.visible_to(viewer)
        .filter(
            case__withdrawn_at__isnull=True,
            case__sanctions__ended_at__isnull=True,
            case__sanctions__ends_on__gte=today,
        )
        .order_by("case__sanctions__ends_on", "case__person__family_name", "case__sanctions__pk")
    )
    found = rows.values_list(*(f"case__{each}" for each in _COLUMNS), "incident__reference", "incident_id", "case_id")
    return tuple(Running(_measure(row[: len(_COLUMNS)], today), *row[len(_COLUMNS) :]) for row in found[:SHOWN])


def carried_out_by(viewer: Viewer, now: datetime) -> tuple[int, int]:
    """How many measures the viewer has to see to: those that run, and those that are over and to be given back lately.

    One query, none for whoever carries out nothing.
    """
    found = _to_carry_out(viewer, now) if Role.NETWORK_MANAGER in viewer.roles else ()
    return sum(each.state == "runs" for each in found), sum(each.state == "over" for each in found)


_COLUMNS = (
    "sanctions__pk", "person__given_name", "person__family_name", "person__pupil__class_name",
    "sanctions__text", "sanctions__starts_on", "sanctions__ends_on", "sanctions__ended_at",
)  # fmt: skip


def measure_text(facts: NoticeFacts) -> Mapping[str, object]:
    """Nothing but that there is something: asked when the mail is sent, and of whoever it is for. Three queries.

    Hours may lie between, and whoever carries things out may be kept from a case (threat T27): raises NoLongerWanted
    where the page behind it would not show the measure.
    """
    if facts.school_id is None or facts.object_id is None:
        raise NoLongerWanted
    holder = Person.objects.filter(school_id=facts.school_id, user__email=facts.to_address).first()
    if holder is None or holder.user_id is None:
        raise NoLongerWanted
    viewer = viewer_for(user_id=holder.user_id, today=timezone.localdate(), school_id=facts.school_id)
    if viewer is None or not _carried_out(viewer, timezone.now()).filter(pk=facts.object_id).exists():
        raise NoLongerWanted
    return {}


def _to_carry_out(viewer: Viewer, now: datetime) -> tuple[Measure, ...]:
    """What the viewer's posts carry out: what is to come or runs, and what is over lately. One query."""
    rows = _carried_out(viewer, now)
    rows = rows.annotate(
        is_over=Case(
            When(ended_at__isnull=False, then=Value("b")), default=Value("a"), output_field=CharField(max_length=1)
        )
    ).order_by("is_over", F("ends_on").asc(nulls_last=True), "case__person__family_name", "pk")
    found = rows.values_list(
        "pk", "case__person__given_name", "case__person__family_name", "case__person__pupil__class_name",
        "text", "starts_on", "ends_on", "ended_at",
    )  # fmt: skip
    today = timezone.localdate(now)
    return tuple(_measure(row, today) for row in found[:SHOWN])


def _carried_out(viewer: Viewer, now: datetime) -> QuerySet[Sanction]:
    posts = sorted(role.value for role in viewer.roles)
    denied = Conflict.objects.of(viewer).filter(incident__cases__case=OuterRef("case"))
    return (
        Sanction.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gte=now - OVER_SHOWN, begun_told_at__isnull=False),
            school_id=viewer.school_id,
            tells__in=posts,
            case__withdrawn_at__isnull=True,
        )
        .exclude(Exists(denied))
        .exclude(case__person_id=viewer.person_id)
    )


def _measure(row: Any, today: date) -> Measure:
    pk, given_name, family_name, group, text, starts_on, ends_on, ended_at = row
    is_over = ended_at is not None or (ends_on is not None and ends_on < today)
    return Measure(
        sanction_id=pk,
        name=f"{given_name} {family_name}",
        group=group or "",
        what=text,
        starts_on=starts_on,
        ends_on=ends_on,
        over_on=timezone.localdate(ended_at) if ended_at is not None else ends_on if is_over else None,
        state="over" if is_over else "soon" if starts_on > today else "runs",
    )
