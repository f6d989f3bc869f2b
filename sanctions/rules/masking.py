"""Tables of counts from which no small number can be worked out. Duties S3, G2, D1 (CC 5, NS 3, CM 3.2). Pure.

A count below five is shown as “fewer than 5”, and nought is such a count: that nobody of a group was treated in a way
says something of everybody in it. Where sums would give a small count away, further counts are not shown.

What is held to be safe is proved, not hoped: for every count that is not shown there is another set of tables that
agrees with everything that is shown, in which that very count is another one. So nobody can work it out, from whatever
tables were handed in together. Tables that share a total have to be handed in together; tables that have nobody in
common need not. Where there are no such other tables yet, as few more counts as can be are not shown either.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

FEW = 5
TOTAL = ""
"""The row, or column, of the totals."""
Key = tuple[str, str, str]
"""A count: what it belongs to, its row and its column."""
# How far another set of tables is looked for. What is not found in so many steps counts as not there: more is masked.
STEPS = 400
# What it costs to mask a count inside a table, and how much is spent on one proof: as little as will do.
INSIDE = 10
SPENT = (10, 20, 30, 40, 60, 90, 150, 300, 1_000, 10_000, 100_000)


class DoNotAddUp(ValueError):
    """Tables that are said to share a total have different ones, or a count is below nought."""


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by row and column; what is not named is nought. Totals are worked out, and shown as well."""

    name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]
    total_of: str = ""
    """Tables with the same word here have the same people in them: they share the total."""
    columns_of: str = ""
    """And with the same word here the totals of their columns as well."""
    filled: frozenset[str] = frozenset()
    """Rows that are only there because somebody is in them, so that everybody knows they are not empty."""
    rather: frozenset[str] = frozenset()
    """Columns that are masked before others where something must be: those that tell least."""

    def key(self, row: str, column: str) -> Key:
        """Which count stands there. Totals that are shared have the same key in every table."""
        if row == TOTAL and column == TOTAL:
            return (f"total of {self.total_of}" if self.total_of else self.name, TOTAL, TOTAL)
        if row == TOTAL and self.columns_of:
            return (f"columns of {self.columns_of}", TOTAL, column)
        return (self.name, row, column)


@dataclass(frozen=True, slots=True)
class Sum:
    """That one count is the sum of others."""

    total: Key
    parts: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as it may be shown: the number, or that it is small, or nothing at all."""

    value: int | None
    is_few: bool = False

    @property
    def text(self) -> str:
        """In words."""
        if self.value is not None:
            return f"{self.value:,}"
        return f"fewer than {FEW}" if self.is_few else "not shown"


@dataclass(frozen=True, slots=True)
class MaskedTable:
    """A table in which every count may be shown to anybody who may see the table."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Shown]

    def at(self, row: str, column: str) -> Shown:
        """What is shown there; ``TOTAL`` for totals."""
        return self.cells[row, column]


@dataclass(frozen=True)
class Sheet:
    """Every count of some tables, each once, and how they add up."""

    counts: Mapping[Key, int]
    sums: tuple[Sum, ...]
    least: Mapping[Key, int] = field(default_factory=dict)
    """What everybody knows a count is at least, where that is more than nought."""
    rather: frozenset[Key] = frozenset()
    """What is masked before other counts of its kind."""

    @cached_property
    def sums_of(self) -> dict[Key, list[tuple[int, int]]]:
        """For each count the sums it is in, and whether it adds to it (1) or is its total (-1)."""
        found: dict[Key, list[tuple[int, int]]] = {key: [] for key in self.counts}
        for number, each in enumerate(self.sums):
            found[each.total].append((number, -1))
            for part in each.parts:
                found[part].append((number, 1))
        return found

    def bounds(self, key: Key) -> tuple[int, int | None]:
        """What everybody may know of a count that is not shown: “fewer than 5” says that much, and so does its lack."""
        return (self.least.get(key, 0), FEW - 1) if self.counts[key] < FEW else (FEW, None)


def mask(*tables: Table, sums: Iterable[Sum] = ()) -> dict[str, MaskedTable]:
    """The tables, by name, as they may be shown together. Duties S3, G2. Pure; raises DoNotAddUp.

    ``sums``: how counts of different tables add up, where that is more than what they share.
    """
    sheet = sheet_of(tables, sums)
    hidden = masked(sheet)

    def shown(key: Key) -> Shown:
        count = sheet.counts[key]
        return Shown(None, count < FEW) if key in hidden else Shown(count)

    return {
        table.name: MaskedTable(
            table.rows,
            table.columns,
            {
                (row, column): shown(table.key(row, column))
                for row in (*table.rows, TOTAL)
                for column in (*table.columns, TOTAL)
            },
        )
        for table in tables
    }


def sheet_of(tables: Iterable[Table], sums: Iterable[Sum] = ()) -> Sheet:
    """Every count of the tables with their totals. Pure; raises DoNotAddUp."""
    counts: dict[Key, int] = {}
    lines: dict[Sum, None] = {}
    least: dict[Key, int] = {}
    rather: set[Key] = set()
    for table in tables:
        for row in (*table.rows, TOTAL):
            for column in (*table.columns, TOTAL):
                count = _count(table, row, column)
                if count < 0 or counts.setdefault(table.key(row, column), count) != count:
                    raise DoNotAddUp(table.name)
        for row in (*table.rows, TOTAL):
            lines[Sum(table.key(row, TOTAL), tuple(table.key(row, each) for each in table.columns))] = None
        for column in (*table.columns, TOTAL):
            lines[Sum(table.key(TOTAL, column), tuple(table.key(each, column) for each in table.rows))] = None
        least |= {table.key(row, TOTAL): 1 for row in table.filled}
        rather |= {table.key(row, column) for row in (*table.rows, TOTAL) for column in table.rather}
    lines |= dict.fromkeys(sums)
    for each in lines:
        if counts[each.total] != sum(counts[part] for part in each.parts):
            raise DoNotAddUp(each.total[0])
    return Sheet(counts, tuple(lines), least, frozenset(rather))


def masked(sheet: Sheet) -> frozenset[Key]:
    """The counts that are not shown: the small ones, and as many more as it takes. Pure; raises nothing."""
    hidden = {key for key, count in sheet.counts.items() if count < FEW}
    prices = _prices(sheet)
    proved: set[Key] = set()
    # Totals first: what has to be masked for them serves the counts inside as well.
    waiting = sorted(hidden, key=lambda key: (-prices[key], key))
    while waiting:
        key = waiting.pop(0)
        if key in proved:
            continue
        found = otherwise(sheet, hidden, key) or _cheapest(sheet, hidden, key, prices)
        if found is None:
            # No way was found in time: nothing at all is shown, and there is nothing to work anything out from.
            return frozenset(sheet.counts)
        # What was proved stays so when more is masked.
        proved |= found.keys()
        hidden |= found.keys()
    return frozenset(hidden)


def otherwise(sheet: Sheet, hidden: Iterable[Key], key: Key) -> dict[Key, int] | None:
    """How the counts could differ, this one among them, and everything shown stay as it is: by how much each does.

    None where no way is found. Pure; raises nothing.
    """
    movable = frozenset(hidden)
    for step in (1, -1):
        if _may(sheet, key, step):
            found = _Search(sheet, movable).from_here({key: step})
            if found is not None:
                return found
    return None


def _count(table: Table, row: str, column: str) -> int:
    rows = table.rows if row == TOTAL else (row,)
    columns = table.columns if column == TOTAL else (column,)
    return sum(table.counts.get((each, other), 0) for each in rows for other in columns)


def _prices(sheet: Sheet) -> dict[Key, int]:
    """What it costs to mask a count: little inside a table, more for a total, most for what many tables share."""
    totals = Counter(each.total for each in sheet.sums)
    return {key: (INSIDE - (key in sheet.rather)) * max(1, 10 * totals[key]) for key in sheet.counts}


def _cheapest(sheet: Sheet, hidden: Iterable[Key], key: Key, prices: Mapping[Key, int]) -> dict[Key, int] | None:
    """As ``otherwise``, where more may be masked for it: first few counts inside tables, then more, then totals.

    None where no way is found in time.
    """
    masked_yet = frozenset(hidden)
    cost = {each: 0 if each in masked_yet else price for each, price in prices.items()}
    for most in SPENT:
        movable = frozenset(each for each in sheet.counts if cost[each] <= most)
        for step in (1, -1):
            if _may(sheet, key, step):
                found = _Search(sheet, movable, cost).from_here({key: step}, most)
                if found is not None:
                    return found
    return None


def _may(sheet: Sheet, key: Key, step: int) -> bool:
    low, high = sheet.bounds(key)
    count = sheet.counts[key] + step
    return low <= count and (high is None or count <= high)


class _Search:
    """Looks for other tables: one count is changed by one, then whatever does not add up any more is mended."""

    def __init__(self, sheet: Sheet, movable: frozenset[Key], cost: Mapping[Key, int] | None = None) -> None:
        self.sheet = sheet
        self.movable = movable
        self.cost = cost or {}
        self.left = STEPS

    def from_here(self, changes: dict[Key, int], most: int = 0) -> dict[Key, int] | None:
        """The changes with what mends them, for so much at most; None where none is found."""
        off: dict[int, int] = {}
        for key, step in changes.items():
            self.put(off, key, step)
        return self._mended(changes, off, most)

    def _mended(self, changes: dict[Key, int], off: Mapping[int, int], most: int) -> dict[Key, int] | None:
        if not off:
            return changes
        if self.left <= 0:
            return None
        self.left -= 1
        ways = min((self.ways(changes, number, by) for number, by in sorted(off.items())), key=len)
        tried = []
        for order, (key, step) in enumerate(ways):
            cost = self.cost.get(key, 0)
            if cost > most:
                continue
            after = dict(off)
            self.put(after, key, step)
            # Of counts that are as good as each other the smallest is masked: it tells least.
            tried.append((len(after), cost, self.sheet.counts[key] if cost else 0, order, key, step, after))
        for _, cost, _, _, key, step, after in sorted(tried, key=lambda each: each[:4]):
            found = self._mended({**changes, key: step}, after, most - cost)
            if found is not None:
                return found
        return None

    def ways(self, changes: Mapping[Key, int], number: int, by: int) -> Sequence[tuple[Key, int]]:
        """What could be changed to bring a sum that is off by so much a step nearer."""
        return list(self._each_way(changes, self.sheet.sums[number], 1 if by > 0 else -1))

    def _each_way(self, changes: Mapping[Key, int], line: Sum, sign: int) -> Iterator[tuple[Key, int]]:
        for key, step in ((line.total, sign), *((part, -sign) for part in line.parts)):
            if key in self.movable and key not in changes and _may(self.sheet, key, step):
                yield key, step

    def put(self, off: dict[int, int], key: Key, step: int) -> None:
        """Change a count by a step: which sums are off by how much then."""
        for number, sign in self.sheet.sums_of[key]:
            off[number] = off.get(number, 0) + sign * step
            if not off[number]:
                del off[number]
