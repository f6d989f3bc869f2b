"""No small count can be worked out of what is shown. Duties S3, G2, D1 (CC 5, NS 3, CM 3.2)."""

import itertools
import random
from collections.abc import Iterator

import pytest

from sanctions.rules.masking import (
    FEW,
    TOTAL,
    DoNotAddUp,
    Key,
    MaskedTable,
    Sheet,
    Sum,
    Table,
    mask,
    masked,
    otherwise,
    sheet_of,
)

# Counts as schools have them: mostly few or none, now and then many.
LIKELY = (0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 8, 12, 20, 40)


def table(counts: list[list[int]], name: str = "t", **more: object) -> Table:
    rows = tuple(f"r{number}" for number in range(len(counts)))
    columns = tuple(f"c{number}" for number in range(len(counts[0])))
    cells = {(row, column): counts[i][j] for i, row in enumerate(rows) for j, column in enumerate(columns)}
    return Table(name, rows, columns, cells, **more)  # type: ignore[arg-type]


def words(shown: MaskedTable) -> list[list[str]]:
    return [[shown.at(row, column).text for column in (*shown.columns, TOTAL)] for row in (*shown.rows, TOTAL)]


def drawn(chance: random.Random, rows: int, columns: int) -> list[list[int]]:
    return [[chance.choice(LIKELY) for _ in range(columns)] for _ in range(rows)]


# --- what is said ----------------------------------------------------------------------------------------------------


def test_large_counts_are_shown_with_their_totals() -> None:
    assert words(mask(table([[5, 6], [7, 8]]))["t"]) == [["5", "6", "11"], ["7", "8", "15"], ["12", "14", "26"]]


def test_a_small_count_takes_three_others_with_it() -> None:
    few, hidden = f"fewer than {FEW}", "not shown"
    shown = words(mask(table([[3, 20, 9], [30, 6, 9], [9, 9, 9]]))["t"])
    assert shown[0] == [few, "20", hidden, "32"]
    assert sum(text == hidden for row in shown for text in row) == 3
    assert sum(text == few for row in shown for text in row) == 1
    assert shown[3] == ["42", "35", "27", "104"]


def test_nought_is_a_small_count() -> None:
    shown = mask(table([[0, 10], [10, 10]]))["t"]
    assert shown.at("r0", "c0").text == "fewer than 5"
    assert shown.at("r0", "c1").value is None


@pytest.mark.parametrize("counts", [[[0, 0], [0, 0]], [[0]], [[4]], [[2, 1], [0, 1]]], ids=str)
def test_a_table_of_few_shows_nothing_at_all(counts: list[list[int]]) -> None:
    assert {text for row in words(mask(table(counts))["t"]) for text in row} == {"fewer than 5"}


def test_two_small_counts_do_not_guard_each_other_where_their_sum_gives_them_away() -> None:
    # 4 and 4 of 8: whoever reads “fewer than 5” twice beside 8 knows both.
    shown = mask(table([[4, 4, 9], [9, 9, 9]]))["t"]
    assert shown.at("r0", TOTAL).value is None or shown.at("r0", "c2").value is None
    # And nought and nought of nought.
    shown = mask(table([[0, 0, 9], [9, 9, 9]]))["t"]
    assert shown.at("r0", TOTAL).value is None or shown.at("r0", "c2").value is None


def test_totals_that_are_shared_are_one_count() -> None:
    one = table([[3, 30], [20, 20]], "one", total_of="all", columns_of="ways")
    other = table([[13, 25], [10, 25]], "other", total_of="all", columns_of="ways")
    shown = mask(one, other)
    for column in ("c0", "c1", TOTAL):
        assert shown["one"].at(TOTAL, column) == shown["other"].at(TOTAL, column)
    assert all(each.value is not None for each in shown["other"].cells.values())


def test_a_small_total_is_not_given_away_by_the_other_table() -> None:
    # Three went that way: neither table may add up to it.
    one = table([[1, 30], [2, 20]], "one", total_of="all", columns_of="ways")
    other = table([[0, 25], [3, 25]], "other", total_of="all", columns_of="ways")
    shown = mask(one, other)
    for each in ("one", "other"):
        assert shown[each].at(TOTAL, "c0").text == "fewer than 5"
        assert shown[each].at(TOTAL, "c1").value is None or shown[each].at(TOTAL, TOTAL).value is None


def test_tables_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(DoNotAddUp):
        mask(table([[1]], "one", total_of="all"), table([[2]], "other", total_of="all"))
    with pytest.raises(DoNotAddUp):
        mask(table([[-1, 9]]))
    one = table([[5, 6]])
    with pytest.raises(DoNotAddUp):
        mask(one, sums=[Sum(one.key("r0", "c0"), (one.key("r0", "c1"),))])


def test_a_row_that_is_only_there_because_somebody_is_in_it_is_known_not_to_be_empty() -> None:
    one = table([[1, 0], [20, 20]], filled=frozenset({"r0"}))
    sheet = sheet_of([one])
    hidden = masked(sheet)
    found = otherwise(sheet, hidden, one.key("r0", TOTAL))
    assert found is not None
    assert sheet.counts[one.key("r0", TOTAL)] + found[one.key("r0", TOTAL)] >= 1


def test_of_counts_that_will_do_the_one_that_tells_least_is_masked() -> None:
    one = table([[12, 40, 2]], rather=frozenset({"c1"}))
    assert [text != "not shown" for text in words(mask(one)["t"])[0]] == [True, False, True, True]


def test_the_same_tables_are_masked_the_same_way() -> None:
    counts = [[3, 20, 9], [30, 6, 9], [9, 9, 2]]
    assert words(mask(table(counts))["t"]) == words(mask(table([list(row) for row in counts]))["t"])


# --- what nobody can work out ----------------------------------------------------------------------------------------


def determined(sheet: Sheet, hidden: frozenset[Key], one: Table) -> list[Key]:
    """What can be worked out of one table: exact, and by another way than the rules go.

    The counts of a table with its totals are a flow: from the totals into rows, to columns, and back. A count that is
    not shown is fixed if and only if no circle leads through it along counts that may still change.
    """

    def ends(row: str, column: str) -> tuple[str, str]:
        left, right = f"row {row}", f"column {column}"
        # Between an inner row and an inner column the flow goes from row to column, and with each total it turns.
        return (left, right) if (row == TOTAL) == (column == TOTAL) else (right, left)

    arcs: list[tuple[str, str, Key]] = []
    for row in (*one.rows, TOTAL):
        for column in (*one.columns, TOTAL):
            key = one.key(row, column)
            if key not in hidden:
                continue
            start, end = ends(row, column)
            low, high = (sheet.least.get(key, 0), FEW - 1) if sheet.counts[key] < FEW else (FEW, None)
            if high is None or sheet.counts[key] < high:
                arcs.append((start, end, key))
            if sheet.counts[key] > low:
                arcs.append((end, start, key))

    def leads(start: str, end: str, without: Key) -> bool:
        seen, edge = {start}, [start]
        while edge:
            here = edge.pop()
            for a, b, key in arcs:
                if a == here and key != without and b not in seen:
                    seen.add(b)
                    edge.append(b)
        return end in seen

    return [key for key in hidden if not any(leads(b, a, key) for a, b, other in arcs if other == key)]


def test_of_ten_thousand_random_tables_nothing_can_be_worked_out() -> None:
    chance = random.Random(20261121)  # noqa: S311
    shapes = [(1, 2), (2, 2), (2, 3), (3, 3), (5, 5), (4, 3), (7, 3), (1, 1), (6, 2)]
    shown_count = 0
    for number in range(10_000):
        one = table(drawn(chance, *shapes[number % len(shapes)]))
        sheet = sheet_of([one])
        hidden = masked(sheet)
        assert all(key in hidden for key, count in sheet.counts.items() if count < FEW)
        assert determined(sheet, hidden, one) == [], one
        shown_count += len(sheet.counts) - len(hidden)
    # It would be no use to show nothing.
    assert shown_count > 60_000


def linked(chance: random.Random, cases: int) -> tuple[list[Table], list[Sum]]:
    """The tables of a page: proposed by decided, and two that share its total and the ways it went."""
    made = [
        (chance.randrange(3), chance.randrange(3), chance.randrange(4), chance.random() < 0.3) for _ in range(cases)
    ]
    ways = [(made_of[1] > made_of[0]) - (made_of[1] < made_of[0]) for made_of in made]

    def counted(rows: int, columns: int, pairs: Iterator[tuple[int, int]]) -> list[list[int]]:
        counts = [[0] * columns for _ in range(rows)]
        for row, column in pairs:
            counts[row][column] += 1
        return counts

    grades = table(counted(3, 3, ((each[0], each[1]) for each in made)), "grades", total_of="all")
    shared = {"total_of": "all", "columns_of": "ways"}
    years = table(counted(4, 3, ((each[2], way + 1) for each, way in zip(made, ways, strict=True))), "years", **shared)
    needs = table(
        counted(2, 3, ((int(each[3]), way + 1) for each, way in zip(made, ways, strict=True))), "needs", **shared
    )
    sums = [
        Sum(
            years.key(TOTAL, f"c{way + 1}"),
            tuple(
                grades.key(f"r{row}", f"c{column}")
                for row in range(3)
                for column in range(3)
                if (column > row) - (column < row) == way
            ),
        )
        for way in (-1, 0, 1)
    ]
    return [grades, years, needs], sums


def test_nor_from_several_tables_of_a_page() -> None:
    chance = random.Random(5)  # noqa: S311
    shown_count = 0
    for number in range(600):
        tables, sums = linked(chance, chance.choice((0, 3, 7, 15, 40, 120, 400)) + number % 3)
        sheet = sheet_of(tables, sums)
        hidden = masked(sheet)
        shown_count += len(sheet.counts) - len(hidden)
        for key in hidden:
            agrees(sheet, hidden, key)
    assert shown_count > 2_000


def agrees(sheet: Sheet, hidden: frozenset[Key], key: Key) -> None:
    """That there is another page, on which everything shown is the same and this count is not."""
    found = otherwise(sheet, hidden, key)
    if found is None:
        assert hidden == sheet.counts.keys(), f"{key} can be worked out"
        return
    other = {each: count + found.get(each, 0) for each, count in sheet.counts.items()}
    assert other[key] != sheet.counts[key]
    for each, count in sheet.counts.items():
        if each not in hidden:
            assert other[each] == count
        assert (other[each] < FEW) == (count < FEW)
        assert other[each] >= sheet.least.get(each, 0)
    for line in sheet.sums:
        assert other[line.total] == sum(other[part] for part in line.parts)


@pytest.mark.parametrize("seed", range(20))
def test_by_trying_every_table_there_is(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    counts = [[chance.randrange(9) for _ in range(2)] for _ in range(2)]
    one = table(counts)
    sheet = sheet_of([one])
    hidden = masked(sheet)
    said: dict[Key, set[int]] = {key: set() for key in hidden}
    for a, b, c, d in itertools.product(range(12), repeat=4):
        values = (a, b, a + b, c, d, c + d, a + c, b + d, a + b + c + d)
        guess = dict(zip(KEYS, values, strict=True))
        if all(
            (guess[key] < FEW if count < FEW else guess[key] >= FEW) if key in hidden else guess[key] == count
            for key, count in sheet.counts.items()
        ):
            for key in hidden:
                said[key].add(guess[key])
    assert all(len(values) > 1 for values in said.values()), counts


KEYS = [("t", row, column) for row in ("r0", "r1", TOTAL) for column in ("c0", "c1", TOTAL)]


def test_a_large_page_is_masked_in_a_moment() -> None:
    chance = random.Random(1)  # noqa: S311
    shared = {"total_of": "all", "columns_of": "ways"}
    base = [chance.choices(range(3), weights=(2, 7, 1))[0] for _ in range(300)]
    tables = []
    for name, rows in (("years", 13), *((f"need {number}", 2) for number in range(6))):
        counts = [[0] * 3 for _ in range(rows)]
        for way in base:
            counts[chance.choices(range(rows), weights=range(1, rows + 1))[0]][way] += 1
        tables.append(table(counts, name, **shared))
    sheet = sheet_of(tables)
    hidden = masked(sheet)
    for key in hidden:
        agrees(sheet, hidden, key)
    assert len(hidden) < len(sheet.counts) // 2
