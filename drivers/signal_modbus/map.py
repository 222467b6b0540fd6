"""The map of a controller as data: which cell means what. Read from ``profiles/*.toml``."""

import tomllib
from itertools import combinations
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edge_agent.device.readings import Severity
from edge_agent.device.registers import Bit, Cell, Number, overlaps

PROFILES = Path(__file__).parent / "profiles"
_CODE = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_NAME = r"^[A-Za-z0-9_-]{1,32}$"


OWN_CODES = ("lamp-conflict", "conflict", "head-uneven", "all-dark")
"""Conditions that the driver finds by itself; a map cannot use their codes."""


class MapError(ValueError):
    """A map file that cannot be used; ``complaints`` are pairs of dotted key and words."""

    def __init__(self, complaints: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in complaints))
        self.complaints = complaints


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Phase(_Part):
    """A signal group; several heads of one colour are several bits."""

    number: int = Field(ge=1, le=64, description="Phase number as the junction's plan calls it.")
    name: str = Field(default="", description="For people.")
    red: tuple[Bit, ...] = Field(min_length=1, description="Red lamp outputs.")
    yellow: tuple[Bit, ...] = Field(default=(), description="Yellow; none on pedestrian heads.")
    green: tuple[Bit, ...] = Field(min_length=1, description="Green lamp outputs.")

    def lamps(self) -> dict[str, Bit]:
        """Every lamp by name."""
        return {
            f"phase {self.number} {colour} {head}": bit
            for colour in ("red", "yellow", "green")
            for head, bit in enumerate(getattr(self, colour), start=1)
        }


class Detector(_Part):
    """A vehicle detector: presence, a free-running counter, or both."""

    name: str = Field(pattern=_NAME, description="Unique in the map.")
    presence: Bit | None = Field(default=None, description="On while a vehicle is there.")
    counter: Number | None = Field(
        default=None, description="u16 or u32 that grows by one a vehicle and wraps."
    )
    most_per_s: float = Field(
        default=3.0, gt=0, le=50, description="More vehicles a second are not believed."
    )

    @model_validator(mode="after")
    def _has_something(self) -> Self:
        if self.presence is None and self.counter is None:
            raise ValueError(f"detector {self.name} needs presence, counter or both")
        counter = self.counter
        if counter is not None:
            if counter.type not in ("u16", "u32"):
                raise ValueError("a counter is u16 or u32")
            if counter.scale != 1 or counter.offset != 0:
                raise ValueError("a counter is not scaled")
        return self


class Alarm(_Part):
    """A fault bit and what to tell people."""

    code: str = Field(pattern=_CODE, max_length=32, description="Unique in the map.")
    at: Bit = Field(description="Where it is.")
    severity: Severity = Field(default="warning", description="info, warning or critical.")
    text: str = Field(default="", max_length=200, description="Words for maintenance staff.")
    do: str = Field(default="", max_length=200, description="What to do about it.")


class Figure(_Part):
    """A named figure: a voltage, a temperature."""

    name: str = Field(pattern=_NAME, description="Unique in the map.")
    at: Number = Field(description="Where it is; scaled to a whole number of `unit`.")


class Map(_Part):
    """Everything that is known of a controller's registers."""

    version: int = Field(ge=1, le=1, description="Version of this file format.")
    title: str = Field(min_length=1, description="Whose map this is.")
    source: str = Field(min_length=1, description="Where the addresses come from.")
    phase: tuple[Phase, ...] = Field(min_length=1)
    detector: tuple[Detector, ...] = ()
    alarm: tuple[Alarm, ...] = ()
    figure: tuple[Figure, ...] = ()
    conflicts: tuple[tuple[int, int], ...] = Field(
        default=(), description="Pairs of phases that must never both show green or yellow."
    )
    plan: Number | None = Field(default=None, description="Plan number in force.")
    cycle: Number | None = Field(default=None, description="Cycle counter, scaled to ms.")
    mode: Number | None = Field(default=None, description="Control mode.")
    mode_names: dict[str, str] = Field(
        default_factory=dict, description="Raw mode to word; others appear as the number."
    )
    uptime: Number | None = Field(
        default=None, description="Seconds since the controller started; tells a restart."
    )
    gap: int = Field(
        default=16,
        ge=0,
        le=100,
        description="Unused registers, or 16 times as many bits, that one read may span; 0: none.",
    )
    most: int | None = Field(
        default=None, ge=2, le=2000, description="Cells that the device gives in one reply."
    )

    def lamps(self) -> dict[str, Bit]:
        """Every lamp of every phase by name."""
        return {name: bit for phase in self.phase for name, bit in phase.lamps().items()}

    def status(self) -> dict[str, Cell]:
        """Everything but lamps that is read with every poll."""
        cells: dict[str, Cell | None] = {
            "plan": self.plan,
            "cycle": self.cycle,
            "mode": self.mode,
            "uptime": self.uptime,
        }
        for detector in self.detector:
            cells[f"detector {detector.name} presence"] = detector.presence
            cells[f"detector {detector.name} counter"] = detector.counter
        cells |= {f"alarm {alarm.code}": alarm.at for alarm in self.alarm}
        return {name: cell for name, cell in cells.items() if cell is not None}

    def figures(self) -> dict[str, Number]:
        """What is read now and then."""
        return {f"figure {figure.name}": figure.at for figure in self.figure}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        wrong = [
            *_twice("phase", [str(phase.number) for phase in self.phase]),
            *_twice("detector", [detector.name for detector in self.detector]),
            *_twice("alarm", [*OWN_CODES, *(alarm.code for alarm in self.alarm)]),
            *_twice("figure", [figure.name for figure in self.figure]),
        ]
        numbers = {phase.number for phase in self.phase}
        for pair in self.conflicts:
            wrong += [f"conflicts: no phase {number}" for number in pair if number not in numbers]
            if pair[0] == pair[1]:
                wrong.append(f"conflicts: phase {pair[0]} with itself")
        cells: dict[str, Cell] = {**self.lamps(), **self.status(), **self.figures()}
        wrong += [f"{a} and {b} lie on the same cell" for a, b in overlaps(cells)]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


def _twice(what: str, names: list[str]) -> list[str]:
    again = {a for a, b in combinations(names, 2) if a == b}
    return [f"{what} {name} appears twice" for name in sorted(again)]


def path_of(profile: str) -> Path:
    """The file of a profile: a name in ``profiles/``, or a path of its own."""
    if "/" in profile or profile.endswith(".toml"):
        return Path(profile)
    return PROFILES / f"{profile}.toml"


def load_map(profile: str) -> Map:
    """Read and check a map.

    Raises:
        MapError: With every complaint.
    """
    path = path_of(profile)
    if not path.is_absolute():
        raise MapError([("profile", f"{path}: not an absolute path")])
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        known = ", ".join(sorted(file.stem for file in PROFILES.glob("*.toml")))
        wrong = f"{path}: {error.strerror}; known profiles: {known}, or the path of a .toml file"
        raise MapError([("profile", wrong)]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MapError([("profile", f"{path}: {error}")]) from None
    try:
        return Map.model_validate(data)
    except ValidationError as error:
        raise MapError(
            [
                ("profile", f"{path}: {_dotted(problem['loc'])}{problem['msg']}")
                for problem in error.errors()
            ]
        ) from None


def _dotted(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc)) + ": " if loc else ""
