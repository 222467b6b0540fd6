"""Which detection continues which track: the assignment with the greatest sum of scores.

Exact, and quick where it matters: a pair that scores at least as much as both its members' next
best chances together is in some optimal assignment (any assignment without it can be changed to
have it without loss), so such pairs are taken at once. Only true conflicts reach the
shortest-augmenting-path solver (Jonker and Volgenant, 1987).
"""

import numpy as np

from edge_agent.vision.frame import Floats, Ints


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
    its_rows, row = _numbered(rows[rest])
    its_columns, column = _numbered(columns[rest])
    conflict = np.zeros((len(its_rows), len(its_columns)))
    conflict[row, column] = scores[rest]
    r, c = _settle(conflict)
    return (
        np.concatenate([rows[lone], its_rows[r]]),
        np.concatenate([columns[lone], its_columns[c]]),
    )


def _numbered(values: Ints) -> tuple[Ints, Ints]:
    """The different values, ascending, and for each value its position among them."""
    different = np.bincount(values).nonzero()[0]
    position = np.empty(different[-1] + 1, np.int64)
    position[different] = np.arange(len(different))
    return different, position[values]


def _settle(scores: Floats) -> tuple[Ints, Ints]:
    """Take sure pairs until none is left, then solve the rest."""
    rows: list[Ints] = []
    columns: list[Ints] = []
    left_rows, left_columns = np.arange(scores.shape[0]), np.arange(scores.shape[1])
    while scores.size:
        best = scores.argmax(axis=1)
        index = np.arange(len(best))
        value = scores[index, best]
        others = scores.copy()
        others[index, best] = 0.0
        # For the chosen column, the best score of any other row.
        rival = scores[:, best]
        rival[index, index] = 0.0
        claim = (value > 0) & (value >= others.max(axis=1) + rival.max(axis=0))
        sure = claim.nonzero()[0]
        # Two rows claim one column only when they tie with nothing else to choose: one wins.
        owner = np.zeros(scores.shape[1], np.int64)
        owner[best[sure]] = sure
        sure = sure[owner[best[sure]] == sure]
        if not len(sure):
            break
        rows.append(left_rows[sure])
        columns.append(left_columns[best[sure]])
        scores[sure] = 0.0
        scores[:, best[sure]] = 0.0
        alive_rows = np.flatnonzero(scores.any(axis=1))
        alive_columns = np.flatnonzero(scores.any(axis=0))
        scores = scores[alive_rows][:, alive_columns]
        left_rows, left_columns = left_rows[alive_rows], left_columns[alive_columns]
    if scores.size:
        r, c = _solve(scores)
        rows.append(left_rows[r])
        columns.append(left_columns[c])
    return np.concatenate(rows), np.concatenate(columns)


def _solve(scores: Floats) -> tuple[Ints, Ints]:
    """Shortest augmenting paths with potentials; pairs that score 0 are left out."""
    if scores.shape[0] > scores.shape[1]:
        c, r = _solve(scores.T)
        return r, c
    count, width = scores.shape
    cost = scores.max() - scores
    row_price = np.zeros(count + 1)
    column_price = np.zeros(width + 1)
    owner = np.full(width + 1, -1)
    for row in range(count):
        owner[width] = row
        column = width
        shortest = np.full(width, np.inf)
        came_from = np.full(width, width)
        done = np.zeros(width + 1, bool)
        while owner[column] >= 0:
            done[column] = True
            at = owner[column]
            reduced = cost[at] - row_price[at] - column_price[:width]
            better = ~done[:width] & (reduced < shortest)
            shortest[better] = reduced[better]
            came_from[better] = column
            following = int(np.where(done[:width], np.inf, shortest).argmin())
            delta = shortest[following]
            row_price[owner[done]] += delta
            column_price[done] -= delta
            shortest[~done[:width]] -= delta
            column = following
        while column != width:
            before = int(came_from[column])
            owner[column] = owner[before]
            column = before
    columns = (owner[:width] >= 0).nonzero()[0]
    rows = owner[columns]
    real = scores[rows, columns] > 0
    return rows[real], columns[real]
