"""The cheapest pairs of two groups, each member in one pair at most.

Few of the many pairs are possible at all, so the problem falls apart into small islands; each is
solved exactly (Kuhn–Munkres with potentials, O(n³) of the island).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_NEVER = 1e9

Table = list[list[float]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A row and its column.

    Attributes:
        margin: By how much all together would cost more if these two were not paired: small where
            another way of pairing is nearly as good.
    """

    row: int
    column: int
    margin: float


def assign(costs: Mapping[tuple[int, int], float], miss: float) -> list[Pair]:
    """Pairs of least total cost.

    Args:
        costs: Cost of each possible pair; what is not named is impossible.
        miss: Cost of leaving one row, or one column, alone: a pair dearer than two misses is none.
    """
    worth = {pair: cost for pair, cost in costs.items() if cost < 2 * miss}
    pairs: list[Pair] = []
    for island in _islands(worth):
        if len(island) == 1:
            row, column = island[0]
            pairs.append(Pair(row, column, 2 * miss - worth[row, column]))
            continue
        rows = sorted({row for row, _ in island})
        columns = sorted({column for _, column in island})
        table = [
            [worth.get((row, column), _NEVER) for column in columns] + [2 * miss] * len(rows)
            for row in rows
        ]
        chosen = _solve(table)
        best = _total(table, chosen)
        pairs += [
            Pair(rows[row], columns[column], _without(table, row, column) - best)
            for row, column in enumerate(chosen)
            if column < len(columns)
        ]
    return pairs


def _without(table: Table, row: int, column: int) -> float:
    """Least total when these two may not be paired."""
    kept, table[row][column] = table[row][column], _NEVER
    total = _total(table, _solve(table))
    table[row][column] = kept
    return total


def _total(table: Table, chosen: list[int]) -> float:
    return sum(table[row][column] for row, column in enumerate(chosen))


def _islands(pairs: Mapping[tuple[int, int], float]) -> Iterator[list[tuple[int, int]]]:
    of_row: dict[int, list[int]] = {}
    of_column: dict[int, list[int]] = {}
    for row, column in pairs:
        of_row.setdefault(row, []).append(column)
        of_column.setdefault(column, []).append(row)
    seen: set[int] = set()
    for start in of_row:
        if start in seen:
            continue
        seen.add(start)
        island: list[tuple[int, int]] = []
        todo = [start]
        while todo:
            row = todo.pop()
            for column in of_row[row]:
                island.append((row, column))
                for other in of_column[column]:
                    if other not in seen:
                        seen.add(other)
                        todo.append(other)
        yield island


def _solve(table: Table) -> list[int]:  # noqa: C901 - one algorithm
    """Column of each row; there are at least as many columns as rows."""
    rows, columns = len(table), len(table[0])
    row_price = [0.0] * (rows + 1)
    column_price = [0.0] * (columns + 1)
    row_of = [0] * (columns + 1)  # 1-based; 0: free
    way = [0] * (columns + 1)
    for row in range(1, rows + 1):
        row_of[0] = row
        at = 0
        least = [_NEVER * 10] * (columns + 1)
        used = [False] * (columns + 1)
        while row_of[at]:
            used[at] = True
            costs, price = table[row_of[at] - 1], row_price[row_of[at]]
            step, next_ = _NEVER * 10, 0
            for column in range(1, columns + 1):
                if used[column]:
                    continue
                reduced = costs[column - 1] - price - column_price[column]
                if reduced < least[column]:
                    least[column], way[column] = reduced, at
                if least[column] < step:
                    step, next_ = least[column], column
            for column in range(columns + 1):
                if used[column]:
                    row_price[row_of[column]] += step
                    column_price[column] -= step
                else:
                    least[column] -= step
            at = next_
        while at:
            row_of[at] = row_of[way[at]]
            at = way[at]
    chosen = [0] * rows
    for column in range(1, columns + 1):
        if row_of[column]:
            chosen[row_of[column] - 1] = column - 1
    return chosen
