"""Which detection continues which track: the assignment with the greatest sum of scores.

Exact, and quick where it matters: a pair that scores at least as much as both its members' next
best chances together is in some optimal assignment (any assignment without it can be changed to
have it without loss), so such pairs are taken at once. Only true conflicts reach the
shortest-augmenting-path solver (Jonker and Volgenant, 1987).
"""

from collections import defaultdict
from collections.abc import Iterable
from heapq import heappop, heappush

import numpy as np

from edge_agent.vision.frame import Floats, Ints

Scores = dict[int, dict[int, float]]
"""By row and column, or the other way round."""


def assign(rows: Ints, columns: Ints, scores: Floats) -> tuple[Ints, Ints]:
    """Best pairs of rows and columns.

    Args:
        rows: Row of each allowed pair, …
        columns: … its column, …
        scores: … and its score, above 0.

    Returns:
        Row and column of each chosen pair, in no particular order.
    """
    if not len(rows):
        return rows, columns
    # Most pairs have nobody else to choose.
    lone = (np.bincount(rows)[rows] == 1) & (np.bincount(columns)[columns] == 1)
    if lone.all():
        return rows, columns
    rest = ~lone
    pairs = zip(rows[rest].tolist(), columns[rest].tolist(), scores[rest].tolist(), strict=True)
    won = np.array(_settle(pairs), np.int64).reshape(-1, 2)
    return np.append(rows[lone], won[:, 0]), np.append(columns[lone], won[:, 1])


def _settle(pairs: Iterable[tuple[int, int, float]]) -> list[tuple[int, int]]:
    """Take sure pairs until none is left, then solve the rest.

    Conflicts are few and small: dictionaries are quicker here than matrices.
    """
    by_row: Scores = defaultdict(dict)
    by_column: Scores = defaultdict(dict)
    for row, column, score in pairs:
        by_row[row][column] = by_column[column][row] = score
    taken = []
    asked = list(by_row)
    while asked:
        row = asked.pop()
        choice = by_row.get(row)
        if not choice:
            continue
        column = max(choice, key=choice.__getitem__)
        rivals = by_column[column]
        if choice[column] < _next_best(choice, column) + _next_best(rivals, row):
            continue
        taken.append((row, column))
        # Whoever wanted one of the two chooses anew, and so do the rivals of those.
        del by_row[row], by_column[column]
        for other in choice.keys() - {column}:
            del by_column[other][row]
            asked += by_column[other]
        for other in rivals.keys() - {row}:
            del by_row[other][column]
            asked.append(other)
    return taken + _solve({row: choice for row, choice in by_row.items() if choice})


def _next_best(scores: dict[int, float], but: int) -> float:
    best = 0.0
    for key, score in scores.items():
        if score > best and key != but:
            best = score
    return best


def _solve(options: Scores) -> list[tuple[int, int]]:
    """Let in row after row along the path that loses least; prices keep each step's loss from 0 up.

    That makes Dijkstra's search the right one. Choices get one more entry here, to go without.
    """
    for row, choice in options.items():
        choice[~row] = 0.0  # a column of the row's own
    row_price = {row: max(choice.values()) for row, choice in options.items()}
    column_price: dict[int, float] = defaultdict(float)
    held: dict[int, int] = {}
    owner: dict[int, int] = {}
    for newcomer in options:
        # For each column what the sum loses on the way to it, and the row to come from.
        reached: dict[int, tuple[float, int]] = {}
        fringe: list[tuple[float, int, int]] = []
        row, loss = newcomer, 0.0
        while True:
            paid = loss + row_price[row]
            for column, score in options[row].items():
                if column not in reached:
                    heappush(fringe, (paid + column_price[column] - score, column, row))
            loss, column, source = heappop(fringe)
            while column in reached:
                loss, column, source = heappop(fringe)
            reached[column] = loss, source
            if column not in owner:
                break
            row = owner[column]
        row_price[newcomer] -= loss
        for passed in reached.keys() & owner.keys():
            saved = loss - reached[passed][0]
            column_price[passed] += saved
            row_price[owner[passed]] -= saved
        given: int | None = column
        while given is not None:  # each hands its column to the one before it on the path
            row = reached[given][1]
            owner[given] = row
            held[row], given = given, held.get(row)
    return [(row, column) for row, column in held.items() if column >= 0]
