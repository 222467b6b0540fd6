"""What was read against what is written: distance, and which characters were taken for which."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

NOTHING = "–"
"""Stands in a pair for a character that was left out or made up."""


_WITHOUT_STROKE = re.compile(r"^(\d{2}M)D(?=[1-9]\d{5}$)")


def normal(text: str) -> str:
    """Upper case, without separators: as labels write a plate."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def meant(label: str) -> str:
    """What a label means, in normal form.

    Some were made with an alphabet that has no Đ. No series of plates has MD before six digits, so
    there it stands for MĐ, that of electric motorbikes; everywhere else D is D.
    """
    return _WITHOUT_STROKE.sub("\\1Đ", normal(label))


def distance(truth: str, read: str) -> int:
    """Characters to change, add or leave out (Levenshtein)."""
    return sum(1 for a, b in aligned(truth, read) if a != b)


def aligned(truth: str, read: str) -> list[tuple[str, str]]:
    """Pairs of characters along one cheapest alignment."""
    costs = _costs(truth, read)
    pairs: list[tuple[str, str]] = []
    row, column = len(truth), len(read)
    while row or column:
        here = costs[row][column]
        if (
            row
            and column
            and here == costs[row - 1][column - 1] + (truth[row - 1] != read[column - 1])
        ):
            row, column = row - 1, column - 1
            pairs.append((truth[row], read[column]))
        elif row and here == costs[row - 1][column] + 1:
            row -= 1
            pairs.append((truth[row], NOTHING))
        else:
            column -= 1
            pairs.append((NOTHING, read[column]))
    return pairs[::-1]


def confusions(readings: Iterable[tuple[str, str]], most: int = 20) -> list[tuple[str, str, int]]:
    """Which truth was taken for what, how often, the commonest first."""
    counted = Counter(pair for truth, read in readings for pair in _slips(truth, read))
    ranked = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [(truth, read, count) for (truth, read), count in ranked[:most]]


def _slips(truth: str, read: str) -> Iterator[tuple[str, str]]:
    return ((a, b) for a, b in aligned(truth, read) if a != b)


def _costs(truth: str, read: str) -> list[list[int]]:
    costs = [list(range(len(read) + 1))]
    for row, letter in enumerate(truth, 1):
        line = [row]
        for column, other in enumerate(read, 1):
            line.append(
                min(
                    costs[row - 1][column] + 1,
                    line[column - 1] + 1,
                    costs[row - 1][column - 1] + (letter != other),
                )
            )
        costs.append(line)
    return costs
