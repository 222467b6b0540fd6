"""What a score must reach, and how the site calls things: a TOML file.

[crossing]                      # a kind
recall = 0.95                   # at least
latency_ms_p99 = 2000           # at most
true = 20                       # at least so many, or nothing was tested

[crossing.device.cam1]          # or one device, [crossing.lane.main], [violation.rule.speeding]
recall = 0.9

[stored]
missing = 0
duplicates = 0

[names.lane]                    # the truth's word = the site file's word
"s-speed" = "main"
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent.simulators.score import passages, violations
from edge_agent.simulators.score.figures import FIGURES, Row
from edge_agent.simulators.score.items import SAME, InputError, Names
from edge_agent.simulators.score.kinds import KINDS

_LEAST = (
    "true", "recall", "precision", "class_accuracy", "complete", "joined", "clock_off_told",
)  # fmt: skip
_WHOLE = ("missing", "given_up", "duplicates")
_SCOPES = ("device", "lane", "rule")
_FIGURES = {
    **{kind.name: tuple(figure for figure in FIGURES if figure != "stored") for kind in KINDS},
    "passage": tuple(figure for figure in passages.FIGURES if figure != "stored"),
    "violation": tuple(figure for figure in violations.FIGURES if figure != "stored"),
}
"""What may be demanded of each kind; what is not at least is at most."""
_NAMES = ("device", "lane", "direction")


@dataclass(frozen=True, slots=True)
class Demand:
    """One figure of one row, and its limit."""

    kind: str
    scope: str
    name: str
    figure: str
    limit: float

    @property
    def title(self) -> str:
        place = f"{self.scope} {self.name}: " if self.name else ""
        sign = "≥" if self.figure in _LEAST else "≤"
        return f"{self.kind} {place}{self.figure} {sign} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a demand is met; ``value`` is None where there was nothing to measure."""

    demand: Demand
    value: float | None
    ok: bool


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The file, read."""

    demands: tuple[Demand, ...] = ()
    names: Names = SAME


def judge(demands: Iterable[Demand], rows: Sequence[Row]) -> list[Verdict]:
    """Hold each demand against its row; what could not be measured is not met."""
    values = {(row.kind, row.scope, row.name): row.values for row in rows}
    verdicts = []
    for demand in demands:
        value = values.get((demand.kind, demand.scope, demand.name), {}).get(demand.figure)
        if value is None:
            ok = False
        elif demand.figure in _LEAST:
            ok = value >= demand.limit
        else:
            ok = value <= demand.limit
        verdicts.append(Verdict(demand, value, ok))
    return verdicts


def read(path: Path) -> Thresholds:
    """Read the file.

    Raises:
        InputError: It is not TOML, or says something that nobody understands; all of it, a line
            each, as ``file:line: what``.
    """
    text = path.read_text(encoding="utf-8")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {error}") from error
    names = tables.pop("names", {})
    problems = list(_check_names(names))
    demands: list[Demand] = []
    for kind, table in tables.items():
        if kind == "stored":
            demands += _demands(kind, "all", "", table, _WHOLE, problems)
        elif kind in _FIGURES and isinstance(table, dict):
            demands += _of_kind(kind, table, problems)
        else:
            problems.append((kind, f"no such kind{_nearest(kind, [*_FIGURES, 'stored', 'names'])}"))
    if problems:
        raise InputError("\n".join(f"{path}:{_line(text, key)}: {what}" for key, what in problems))
    return Thresholds(tuple(demands), Names(*(names.get(each, {}) for each in _NAMES)))


Problems = list[tuple[str, str]]


def _of_kind(kind: str, table: Mapping[str, Any], problems: Problems) -> Iterator[Demand]:
    own = {key: value for key, value in table.items() if key not in _SCOPES}
    yield from _demands(kind, "all", "", own, _FIGURES[kind], problems)
    for scope in _SCOPES:
        for name, part in table.get(scope, {}).items():
            yield from _demands(kind, scope, name, part, _FIGURES[kind], problems)


def _demands(
    kind: str,
    scope: str,
    name: str,
    table: object,
    figures: Sequence[str],
    problems: Problems,
) -> Iterator[Demand]:
    if not isinstance(table, dict):
        problems.append((name or kind, f"{name or kind} is a table of figures, not {table!r}"))
        return
    for figure, limit in table.items():
        if figure not in figures:
            problems.append((figure, f"{figure}: no such figure{_nearest(figure, figures)}"))
        elif isinstance(limit, bool) or not isinstance(limit, int | float) or limit < 0:
            problems.append((figure, f"{figure} is a number of 0 or more, not {limit!r}"))
        else:
            yield Demand(kind, scope, name, figure, float(limit))


def _check_names(names: object) -> Iterator[tuple[str, str]]:
    if not isinstance(names, dict):
        yield "names", "names is a table of tables"
        return
    for key, table in names.items():
        if key not in _NAMES:
            yield key, f"names.{key}: no such list{_nearest(key, _NAMES)}"
        elif not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
            yield key, f"names.{key} maps words to words"


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"


def _line(text: str, key: str) -> int:
    """Line on which a key first stands; 1 when it cannot be told."""
    found = re.compile(rf"""^\s*(\[.*)?["']?{re.escape(key)}["']?\s*(=|\]|\.)""")
    for number, line in enumerate(text.splitlines(), start=1):
        if found.match(line):
            return number
    return 1
