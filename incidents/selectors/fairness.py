"""Whether like cases were decided alike, for whoever may ask: the head teacher, and governors in figures of years past.

Duties S3, G2, R7 (CC 5, CM 4.5.2, NS 3, NE).
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from incidents.models import CaseOf, Conflict
from incidents.selectors.like_cases import may_compare
from sanctions.selectors.fairness import SchoolYear, YearFigures, year_figures
from schools.roles import Permission
from schools.rules.school_years import school_year_start
from schools.viewer import Viewer

YEARS = 5


class NoSuchYear(LookupError):
    """A year of which there are no figures for this viewer."""


@dataclass(frozen=True, slots=True)
class FairnessPage:
    """One year, and which others can be asked for."""

    shown: YearFigures
    years: tuple[SchoolYear, ...]
    may_compare: bool
    is_running: bool
    """The year is not over: its figures still change."""


def years_for(viewer: Viewer, today: date) -> tuple[SchoolYear, ...]:
    """The school years whose figures this viewer may see, newest first. Pure.

    The head teacher knows the cases, and sees the year that runs. Whoever does not, sees years that are over: to watch
    figures change from one day to the next would tell of the one case that was decided between. The years are those of
    the calendar, not those with cases in them.
    """
    running = school_year_start(today).year
    newest = running if may_compare(viewer) else running - 1
    return tuple(SchoolYear(date(newest - back, 9, 1)) for back in range(YEARS))


def fairness_page(*, viewer: Viewer, today: date, year: int | None = None) -> FairnessPage:
    """The figures of one year, the newest unless another is asked for. Three queries, for the head teacher four.

    Raises NotAllowed, NoSuchYear.
    """
    viewer.must(Permission.SEE_FAIRNESS)
    years = years_for(viewer, today)
    chosen = years[0] if year is None else next((each for each in years if each.starts_on.year == year), None)
    if chosen is None:
        raise NoSuchYear
    compares = may_compare(viewer)
    return FairnessPage(
        shown=year_figures(viewer=viewer, year=chosen, known=counts_for(viewer, chosen), with_staff=compares),
        years=years,
        may_compare=compares,
        is_running=chosen.starts_on == school_year_start(today),
    )


def counts_for(viewer: Viewer, year: SchoolYear) -> Q:
    """The cases that a viewer's figures are made of, by ``case_id``. Duty R7 (NE). No query of its own.

    The head teacher's are of what the head teacher may know of. A governor, who knows of none, is given figures of all
    but those that they are kept from, as subject, relative or holder of a post: deny beats allow.
    """
    if may_compare(viewer):
        return Q(case_id__in=CaseOf.objects.visible_to(viewer).values("case_id"))
    roles = sorted(role.value for role in viewer.roles)
    denied = Q(incident__kept_out__overlap=roles) | Q(incident_id__in=Conflict.objects.of(viewer).values("incident_id"))
    those = CaseOf.objects.filter(
        denied,
        school_id=viewer.school_id,
        case__decided_at__gte=year.begins,
        case__decided_at__lt=year.next.begins,
    )
    return ~Q(case_id__in=those.values("case_id"))
