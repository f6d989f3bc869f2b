"""Whether like cases were decided alike, in figures that point to no child. Duties S3, G2 (CC 5, CM 4.5.2, NS 3). Pure.

Each case counts once, in the school year in which it was first decided, as its decision stood on the last day of that
year; what was quashed on appeal by then is no decision and does not count. So the figures of a year that is over never
change, and no case is in two of them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from packs.schema import GRADES, Grade
from sanctions.rules.departing import Departure, departure
from sanctions.rules.facts import NEEDS
from sanctions.rules.masking import TOTAL, MaskedTable, Shown, Sum, Table, mask

NOTHING = "-"
"""The row, or column, of no category at all."""
LETTERS = (NOTHING, *GRADES)
WITH, WITHOUT = "with", "without"
PUPILS = "pupils"
# A difference is put into words from here on; below it is noise in the numbers that a school has.
NOTABLE_POINTS, NOTABLE_CASES = 15, 10
NO_YEAR_GROUP = "Not recorded"
WAYS: Mapping[Departure, str] = {"down": "lighter", "none": "as proposed", "up": "graver"}
DEPARTURES: tuple[Departure, ...] = tuple(WAYS)
AWAY: tuple[Departure, ...] = ("down", "up")

OF_WHOM: Mapping[str, str] = {
    "in_care": "of children looked after by the local authority",
    "young_carer": "of young carers",
}
"""Where it is not something that somebody has: how a sentence names those cases."""


@dataclass(frozen=True, slots=True)
class Alike:
    """How many cases had all of this in common."""

    proposed: str
    decided: str
    """The category, as it stood at the end of the year; empty: none."""
    year_group: str
    needs: frozenset[str]
    count: int

    @property
    def way(self) -> Departure:
        """How the decision stands to the proposal."""
        return departure(_grade(self.proposed), _grade(self.decided))


@dataclass(frozen=True, slots=True)
class Days:
    """How long it took from the first record to the first decision, half of the cases being quicker."""

    all: timedelta | None = None
    by_year_group: Mapping[str, timedelta] = field(default_factory=dict)
    by_need: Mapping[tuple[str, str], timedelta | None] = field(default_factory=dict)
    """By need, and ``WITH`` or ``WITHOUT`` it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One group of cases: how many, and which way they were decided."""

    label: str
    cases: Shown
    down: Shown
    none: Shown
    up: Shown
    days: int | None
    """Median days to decide; None where the group is small, or not shown."""

    def of(self, way: Departure) -> Shown:
        """How many were decided this way."""
        return {"down": self.down, "none": self.none, "up": self.up}[way]

    def share(self, way: Departure) -> int | None:
        """How many of a hundred were; None where that would give a number away."""
        count, cases = self.of(way).value, self.cases.value
        return None if count is None or not cases else round(100 * count / cases)

    @property
    def share_down(self) -> int | None:
        """How many of a hundred were decided lighter than proposed."""
        return self.share("down")

    @property
    def share_up(self) -> int | None:
        """How many of a hundred were decided graver."""
        return self.share("up")

    @property
    def days_text(self) -> str:
        """How long it took, in words."""
        if self.days is None:
            return "not shown"
        return "under a day" if self.days == 0 else f"{self.days} day{'' if self.days == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class NeedLines:
    """Those with something on record that the decision has to weigh, against those without."""

    code: str
    title: str
    with_it: Line
    without: Line

    @property
    def lines(self) -> tuple[Line, Line]:
        """Both, to be compared."""
        return self.with_it, self.without


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one school year about pupils, masked: they may be shown to whoever may see any of them."""

    all: Line
    grades: MaskedTable
    """Proposed (rows) and decided (columns), by ``LETTERS``."""
    year_groups: tuple[Line, ...]
    needs: tuple[NeedLines, ...]
    said: tuple[str, ...]
    """What stands out, in sentences, where the numbers allow it."""

    @property
    def is_few(self) -> bool:
        """Whether there are too few cases to show anything."""
        return self.all.cases.is_few


def figures(alike: Iterable[Alike], days: Days) -> Figures:
    """The figures of a year, masked as one whole: the tables share their totals. Duties S3, G2. Pure."""
    cases = list(alike)
    groups = sorted({each.year_group for each in cases}, key=_in_school_order)
    grades = Table("grades", LETTERS, LETTERS, _graded(cases), total_of=PUPILS)
    years = _ways_table(
        "years", groups, ((each.year_group or NOTHING, each.way, each.count) for each in cases), filled=True
    )
    needs = {
        need: _ways_table(
            need, (WITH, WITHOUT), ((WITH if need in each.needs else WITHOUT, each.way, each.count) for each in cases)
        )
        for need in NEEDS
    }
    shown = mask(grades, years, *needs.values(), sums=_by_way(grades, years))
    whole = _line("All pupils", shown["years"], TOTAL, days.all)
    by_group = tuple(
        _line(each or NO_YEAR_GROUP, shown["years"], each or NOTHING, days.by_year_group.get(each)) for each in groups
    )
    by_need = tuple(
        NeedLines(
            code,
            title,
            _line("On record", shown[code], WITH, days.by_need.get((code, WITH))),
            _line("Not on record", shown[code], WITHOUT, days.by_need.get((code, WITHOUT))),
        )
        for code, title in NEEDS.items()
    )
    return Figures(whole, shown["grades"], by_group, by_need, tuple(_said(whole, by_group, by_need)))


def staff_figures(ways: Mapping[Departure, int]) -> Line:
    """The same of staff, in one line: a school has too few of these to say more. They share nothing with the pupils."""
    shown = mask(_ways_table("staff", ("staff",), (("staff", way, count) for way, count in ways.items())))
    return _line("Staff", shown["staff"], TOTAL, None)


def _graded(cases: Iterable[Alike]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for each in cases:
        counts[each.proposed or NOTHING, each.decided or NOTHING] += each.count
    return counts


def _ways_table(
    name: str, rows: Iterable[str], cells: Iterable[tuple[str, Departure, int]], *, filled: bool = False
) -> Table:
    counts: Counter[tuple[str, str]] = Counter()
    for row, way, count in cells:
        counts[row, way] += count
    named = tuple(row or NOTHING for row in rows)
    shared = "" if name == "staff" else PUPILS
    return Table(
        name,
        named,
        DEPARTURES,
        counts,
        total_of=shared,
        columns_of=shared,
        filled=frozenset(named) if filled else frozenset(),
        # How many were decided as proposed is what a reader misses least.
        rather=frozenset({"none"}),
    )


def _by_way(grades: Table, years: Table) -> Iterator[Sum]:
    """What everybody can add up: proposed and decided together say which way it went."""
    for way in DEPARTURES:
        yield Sum(
            years.key(TOTAL, way),
            tuple(
                grades.key(proposed, decided)
                for proposed in LETTERS
                for decided in LETTERS
                if departure(_grade(proposed), _grade(decided)) == way
            ),
        )


def _line(label: str, table: MaskedTable, row: str, days: timedelta | None) -> Line:
    cases = table.at(row, TOTAL)
    return Line(
        label=label,
        cases=cases,
        down=table.at(row, "down"),
        none=table.at(row, "none"),
        up=table.at(row, "up"),
        days=None if cases.value is None or days is None else round(days / timedelta(days=1)),
    )


def _said(whole: Line, groups: Iterable[Line], needs: Iterable[NeedLines]) -> Iterator[str]:
    """Sentences about what stands out. Only shown numbers are in them."""
    parts = [
        f"{whole.of(way).text} ({whole.share(way)}%) were decided {WAYS[way]} than proposed"
        for way in AWAY
        if whole.share(way) is not None
    ]
    if parts:
        yield f"Of {whole.cases.text} decided cases, {' and '.join(parts)}."
    for each in needs:
        for way in AWAY:
            if _differs(each.with_it, each.without, way):
                yield (
                    f"Of {each.with_it.cases.text} cases {OF_WHOM.get(each.code, f'with {each.title} on record')}, "
                    f"{each.with_it.of(way).text} ({each.with_it.share(way)}%) were decided {WAYS[way]} than proposed; "
                    f"of {each.without.cases.text} others, {each.without.of(way).text} ({each.without.share(way)}%) "
                    "were."
                )
    for line in groups:
        for way in AWAY:
            if _differs(line, whole, way):
                yield (
                    f"Of {line.cases.text} cases in {line.label}, {line.of(way).text} ({line.share(way)}%) were "
                    f"decided {WAYS[way]} than proposed; of all {whole.cases.text}, {whole.of(way).text} "
                    f"({whole.share(way)}%) were."
                )


def _differs(one: Line, other: Line, way: Departure) -> bool:
    mine, theirs = one.share(way), other.share(way)
    if mine is None or theirs is None:
        return False
    smaller = min(one.cases.value or 0, other.cases.value or 0)
    return smaller >= NOTABLE_CASES and abs(mine - theirs) >= NOTABLE_POINTS


def _grade(letter: str) -> Grade | None:
    return letter if letter in GRADES else None


def _in_school_order(year_group: str) -> tuple[bool, int, str]:
    """Reception before Year 1, Year 2 before Year 10, and what is not recorded last."""
    number = re.search(r"\d+", year_group)
    return not year_group, int(number[0]) if number else 0, year_group
