"""The table of cells, as a file: what is simulated, and which limits hold."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent.simulators.readings.layout import SITES
from edge_agent.simulators.readings.manners import LIGHTS
from edge_agent.simulators.score.items import InputError

_KEYS: dict[str, type] = {
    "site": str,
    "light": str,
    "flow": int,
    "seed": int,
    "stops": bool,
    "clock_off": str,
    "settle_s": int,
    "thresholds": str,
    "hour": str,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One row.

    Attributes:
        flow: Vehicles an hour that come in on each lane; None for the site's usual.
        stops: Whether some drivers stop on the road.
        clock_off: ``DEVICE=MS``; empty when all clocks are right.
        settle_s: Left out at the beginning: the unit first has to find out which clocks are right.
        thresholds: File of limits.
        hour: File of limits on top that only an hour has enough vehicles for.
    """

    name: str
    site: str
    light: str
    flow: int | None
    seed: int
    stops: bool
    clock_off: str
    settle_s: int
    thresholds: Path
    hour: Path | None

    def words(self) -> list[str]:
        """Options of ``edge-sim readings``."""
        words = ["--site", self.site, "--light", self.light, "--seed", str(self.seed)]
        words += ["--flow", str(self.flow)] if self.flow is not None else []
        words += [] if self.stops else ["--no-stops"]
        return [*words, *(["--clock-off", self.clock_off] if self.clock_off else [])]


def read(path: Path) -> list[Cell]:
    """Read the file: a ``[cell.<name>]`` table each; limits lie beside it.

    Raises:
        InputError: It makes no sense.
        OSError: It cannot be read.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {error}") from error
    cells = tables.get("cell")
    if tables.keys() != {"cell"} or not isinstance(cells, dict) or not cells:
        raise InputError(f"{path}: tables [cell.<name>] and nothing else")
    return [_cell(path, name, table) for name, table in cells.items()]


def _cell(path: Path, name: str, table: Any) -> Cell:
    if not isinstance(table, dict):
        raise InputError(f"{path}: cell {name} is a table")
    for key, value in table.items():
        if key not in _KEYS or type(value) is not _KEYS[key]:
            raise InputError(f"{path}: cell {name}: {key} = {value!r}: one of {', '.join(_KEYS)}")
    site, light = str(table.get("site", "")), str(table.get("light", "day"))
    for word, known in ((site, SITES), (light, tuple(LIGHTS))):
        if word not in known:
            raise InputError(f"{path}: cell {name}: {word!r}: one of {', '.join(known)}")
    if "thresholds" not in table:
        raise InputError(f"{path}: cell {name}: thresholds: which file of limits?")
    return Cell(
        name,
        site,
        light,
        table.get("flow"),
        int(table.get("seed", 7)),
        bool(table.get("stops", True)),
        str(table.get("clock_off", "")),
        int(table.get("settle_s", 60)),
        path.parent / str(table["thresholds"]),
        path.parent / str(table["hour"]) if "hour" in table else None,
    )
