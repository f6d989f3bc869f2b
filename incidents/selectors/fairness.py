"""Whether like cases were decided alike, for whoever may ask: the head teacher, and governors in figures of years past.

Duties S3, G2, R7 (CC 5, CM 4.5.2, NS 3, NE).
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from incidents.models import CaseOf
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
    """The figures of one year, the newest unless another is asked for. Four queries, for the head teacher six.

    Raises NotAllowed, NoSuchYear.
    """
    viewer.must(Permission.SEE_FAIRNESS)
    years = years_for(viewer, today)
    chosen = years[0] if year is None else next((each for each in years if each.starts_on.year == year), None)
    if chosen is None:
        raise NoSuchYear
    compares = may_compare(viewer)
    return FairnessPage(
        shown=year_figures(viewer=viewer, year=chosen, known=counts_for(viewer), with_staff=compares),
        years=years,
        may_compare=compares,
        is_running=chosen.starts_on == school_year_start(today),
    )


def counts_for(viewer: Viewer) -> Q:
    """The cases that a viewer's figures are made of, by ``case_id``. Duty R7 (NE). No query of its own.

    The head teacher's are of what the head teacher may know of. Governors know of none, and all of them are given the
    same masked figures of a year: were a case left out for one of them, two of them could tell it by comparing theirs,
    and one of them by comparing last month's.
    """
    if may_compare(viewer):
        return Q(case_id__in=CaseOf.objects.visible_to(viewer).values("case_id"))
    return Q()
