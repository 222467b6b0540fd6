"""Things to compare: one item a true or a stored thing, however its file spells it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Line = Mapping[str, Any]


class InputError(ValueError):
    """A file that is not what it should be; the text names file and line."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened, or that somebody says happened.

    Attributes:
        t: UTC, ms.
        key: What must be equal for two items to be the same thing.
        device: Whose it is, for the table; empty when not told.
        lane: Likewise.
        cls: What may be confused; None where there is nothing to confuse.
        committed: UTC ms of the centre's commit; None for true ones and where not told.
        weights: Of a weighed vehicle's axles, kg; None for one that cannot be trusted.
        speed: 0.1 km/h; None where nothing is measured.
        direction: For the table of counts.
        asked: False for a true thing that nobody has to notice and everybody may.
    """

    t: int
    key: tuple[str, ...]
    device: str = ""
    lane: str = ""
    cls: str | None = None
    committed: int | None = None
    weights: tuple[int | None, ...] = ()
    speed: int | None = None
    direction: str = ""
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Names:
    """How the site file calls what the truth calls otherwise; what is not listed is called alike.

    Attributes:
        device: Truth's device, controller or line to the unit's device.
        lane: Truth's line, or ``line/lane number``, to the unit's lane.
        direction: ``ab`` and ``ba`` to the unit's words.
    """

    device: Mapping[str, str]
    lane: Mapping[str, str]
    direction: Mapping[str, str]

    def lane_of(self, line: str, number: object) -> str:
        """The unit's lane for a lane of a true line."""
        return self.lane.get(f"{line}/{number}", self.lane.get(line, line))


SAME = Names({}, {}, {})


@dataclass(frozen=True, slots=True)
class Stored:
    """One event at the centre: its body, and UTC ms of its commit, or else of when it came."""

    body: Line
    committed: int | None


def read_truth(path: Path) -> Iterator[Line]:
    """Lines of a truth file; a last line without its end is left out, its writer was stopped.

    Raises:
        InputError: A line is no JSON object with ``t`` and ``what``.
    """
    for number, line, whole in _lines(path):
        record = _record(line)
        if record is None or "what" not in record or not isinstance(record.get("t"), int):
            if whole:
                raise InputError(f'{path}:{number}: no object with "t" and "what": {line[:60]}')
            return
        yield record


def read_stored(path: Path) -> Iterator[Stored]:
    """Events of ``edge-centre export`` or ``edge-centre run --json``.

    The former tells how late each was only with ``--times``: then by when it came.

    Raises:
        InputError: A line is no event.
    """
    for number, line, whole in _lines(path):
        record = _record(line)
        if record is not None and "summary" in record:
            continue
        body = record if record is None else record.get("event", record)
        if not isinstance(body, dict) or not {"st", "sq", "t"} <= body.keys():
            if whole:
                raise InputError(f"{path}:{number}: no stored event: {line[:60]}")
            return
        times = record or {}
        yield Stored(body, times.get("committed_ms", times.get("received_ms")))


def _lines(path: Path) -> Iterator[tuple[int, str, bool]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, line.strip(), line.endswith("\n")


def _record(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def merged(paths: Iterable[Path]) -> list[Line]:
    """Truth of several devices as one, in the order of time."""
    return sorted((line for path in paths for line in read_truth(path)), key=lambda line: line["t"])
