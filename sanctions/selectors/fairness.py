"""The figures of one school year: proposals against decisions. Duties S3, G2 (CC 5, CM 4.5.2, NS 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.utils import timezone

from sanctions.models import Decision
from sanctions.rules.departing import Departure
from sanctions.rules.facts import NEEDS
from sanctions.rules.fairness import WITH, WITHOUT, Alike, Days, Figures, Line, figures, staff_figures
from schools.roles import Permission
from schools.viewer import Viewer

TOOK = ExpressionWrapper(F("case__decided_at") - F("case__recorded_at"), output_field=DurationField())


class Median(Aggregate):
    """The middle one, as Postgres works it out."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """A school year, by its first day."""

    starts_on: date

    @property
    def label(self) -> str:
        """2025/26."""
        return f"{self.starts_on.year}/{(self.starts_on.year + 1) % 100:02}"

    @property
    def begins(self) -> datetime:
        """Its first moment, by the school's own clock."""
        return timezone.make_aware(datetime.combine(self.starts_on, time()))

    @property
    def next(self) -> "SchoolYear":
        """The one after it."""
        return SchoolYear(self.starts_on.replace(year=self.starts_on.year + 1))


@dataclass(frozen=True, slots=True)
class YearFigures:
    """The figures of one year, masked; of staff only for whoever answers for them."""

    year: SchoolYear
    pupils: Figures
    staff: Line | None


def year_figures(*, viewer: Viewer, year: SchoolYear, known: Q, with_staff: bool) -> YearFigures:
    """The figures of a year, masked. Four queries, six with staff. Raises NotAllowed.

    ``known`` narrows decisions, by their ``case_id``, to the cases that count for this viewer: this app cannot tell.
    Everything is as it stood on the year's last day, whatever was decided anew since.
    """
    viewer.must(Permission.SEE_FAIRNESS)
    pupils = _standing(viewer, year, "pupil").filter(known)
    return YearFigures(
        year,
        figures(_alike(pupils), _days(pupils)),
        staff_figures(_ways(_standing(viewer, year, "staff").filter(known))) if with_staff else None,
    )


def _standing(viewer: Viewer, year: SchoolYear, audience: str) -> QuerySet[Decision]:
    """The decision that stood at the end of the year, for each case first decided in it. None where it was quashed.

    One query, for which they are. Asked in one with the figures, "none is later" is a third turn through the same table
    where Postgres does not know yet how many rows there are: minutes for some hundred cases that are minutes old.
    """
    end = year.next.begins
    newest = (
        Decision.objects.filter(
            school_id=viewer.school_id,
            at__lt=end,
            case__audience=audience,
            case__decided_at__gte=year.begins,
            case__decided_at__lt=end,
            case__withdrawn_at__isnull=True,
        )
        .order_by("case_id", "-number")
        .distinct("case_id")
        .values_list("pk", "kind")
    )
    standing = [pk for pk, kind in newest if kind != "quashed"]
    return Decision.objects.filter(school_id=viewer.school_id, pk__in=standing).order_by()


def _alike(rows: QuerySet[Decision]) -> list[Alike]:
    counted = rows.values_list("case__proposed", "grade", "case__year_group", "case__needs").annotate(Count("pk"))
    return [Alike(proposed, decided, group, frozenset(needs), n) for proposed, decided, group, needs, n in counted]


def _days(rows: QuerySet[Decision]) -> Days:
    """Two queries: one of the whole and by need, one by year group."""
    asked: dict[str, Any] = {"of_all": Median(TOOK)}
    for need in NEEDS:
        has = Q(case__needs__contains=[need])
        asked |= {f"{WITH}_{need}": Median(TOOK, filter=has), f"{WITHOUT}_{need}": Median(TOOK, filter=~has)}
    found: Mapping[str, timedelta | None] = rows.aggregate(**asked)
    by_year_group = rows.values_list("case__year_group").annotate(median=Median(TOOK))
    return Days(
        found["of_all"],
        dict(by_year_group),
        {(need, has): found[f"{has}_{need}"] for need in NEEDS for has in (WITH, WITHOUT)},
    )


def _ways(rows: QuerySet[Decision]) -> dict[Departure, int]:
    return dict(rows.values_list("departure").annotate(Count("pk")))
