"""Which detection continues which track: the assignment with the greatest sum of scores.

Exact, and quick where it matters: a pair that scores at least as much as both its members' next
best chances together is in some optimal assignment (any assignment without it can be changed to
have it without loss), so such pairs are taken at once. Only true conflicts reach the
shortest-augmenting-path solver (Jonker and Volgenant, 1987).
"""

import numpy as np

from edge_agent.vision.frame import Floats, Ints


def assign(scores: Floats) -> tuple[Ints, Ints]:
    """Best pairs of rows and columns.

    Args:
        scores: R×C; a pair with a score of 0 or less is not allowed.

    Returns:
        Row and column of each pair, in no particular order.
    """
    allowed = scores > 0
    by_row, by_column = allowed.sum(axis=1), allowed.sum(axis=0)
    # Most pairs have nobody else to choose: one candidate each, each other.
    lone = allowed & (by_row == 1)[:, None] & (by_column == 1)
    lone_rows, lone_columns = np.nonzero(lone)
    rows: list[Ints] = [lone_rows]
    columns: list[Ints] = [lone_columns]
    by_row[lone_rows] = 0
    by_column[lone_columns] = 0
    left_rows, left_columns = np.flatnonzero(by_row), np.flatnonzero(by_column)
    scores = np.maximum(scores[np.ix_(left_rows, left_columns)], 0.0)
    while scores.size:
        best = scores.argmax(axis=1)
        index = np.arange(len(best))
        value = scores[index, best]
        others = scores.copy()
        others[index, best] = 0.0
        next_of_row = others.max(axis=1)
        # For the chosen column, the best score of any other row.
        rival = scores[:, best].copy()
        rival[index, index] = 0.0
        sure = np.flatnonzero((value > 0) & (value >= next_of_row + rival.max(axis=0)))
        # Two rows may claim one column only when they tie with nothing else to choose: first wins.
        _, first = np.unique(best[sure], return_index=True)
        sure = sure[first]
        if not len(sure):
            break
        rows.append(left_rows[sure])
        columns.append(left_columns[best[sure]])
        keep_rows = np.delete(index, sure)
        keep_columns = np.delete(np.arange(scores.shape[1]), best[sure])
        scores = scores[np.ix_(keep_rows, keep_columns)]
        left_rows, left_columns = left_rows[keep_rows], left_columns[keep_columns]
        alive_rows, alive_columns = (scores > 0).any(axis=1), (scores > 0).any(axis=0)
        scores = scores[np.ix_(alive_rows, alive_columns)]
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
    columns = np.flatnonzero(owner[:width] >= 0)
    rows = owner[columns]
    real = scores[rows, columns] > 0
    return rows[real], columns[real]
