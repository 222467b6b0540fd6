"""The table of what is scored: one row a kind of event. A new kind is a new row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from edge_agent.simulators.score.items import Item, Line, Names, Stored


@dataclass(frozen=True, slots=True)
class Kind:
    """A row.

    Attributes:
        window_ms: A stored thing further than this from a true one is another thing.
        true: Items that a line of truth holds.
        stored: Items that a stored event holds.
    """

    name: str
    window_ms: int
    true: Callable[[Line, Names], Iterable[Item]]
    stored: Callable[[Stored], Iterable[Item]]


def _true_phase(line: Line, names: Names) -> Iterable[Item]:
    if line["what"] == "phase":
        device = _device(line, names)
        yield Item(line["t"], (device, str(line["phase"]), str(line["aspect"])), device)


def _stored_phase(event: Stored) -> Iterable[Item]:
    body = event.body
    if body["st"] == "signal":
        for phase in body["chg"]:
            device, aspect = str(body["d"]), str(body["ph"][str(phase)])
            yield Item(body["t"], (device, str(phase), aspect), device, committed=event.committed)


def _true_crossing(line: Line, names: Names) -> Iterable[Item]:
    if line["what"] == "crossing":
        lane = names.lane_of(str(line["line"]), line.get("lane"))
        direction = names.direction.get(str(line["direction"]), str(line["direction"]))
        device = names.device.get(str(line["line"])) or _device(line, names)
        yield Item(line["t"], (lane, direction), device, lane, str(line["cls"]))


def _stored_passage(event: Stored) -> Iterable[Item]:
    body = event.body
    if body["st"] == "passage":
        lane, device = str(body["lane"]), str(body["parts"][0]["d"])
        key = (lane, str(body["dir"]))
        yield Item(body["t"], key, device, lane, str(body["cls"]), event.committed)


def _true_condition(line: Line, names: Names) -> Iterable[Item]:
    if line["what"] == "condition":
        device = _device(line, names)
        state = "raised" if line["active"] else "cleared"
        yield Item(line["t"], (device, str(line["code"]), state), device)


def _stored_alarm(event: Stored) -> Iterable[Item]:
    body = event.body
    if body["st"] == "alarm":
        key = (str(body["d"]), str(body["code"]), str(body["state"]))
        yield Item(body["t"], key, key[0], committed=event.committed)


def _device(line: Line, names: Names) -> str:
    told = str(line.get("device") or line.get("controller") or "")
    return names.device.get(told, told)


KINDS: tuple[Kind, ...] = (
    Kind("phase", 1000, _true_phase, _stored_phase),
    Kind("crossing", 1500, _true_crossing, _stored_passage),
    Kind("condition", 5000, _true_condition, _stored_alarm),
)
