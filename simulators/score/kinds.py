"""The table of what is scored: one row a kind of event. A new kind is a new row."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from edge_agent.simulators.score.items import Item, Line, Names, Stored

PLATE_PX = 90
"""Width of a plate in the picture from which it has to be read; narrower ones may be."""

SHOWS = 0.3
"""Share of a vehicle that shows before it can be counted: who is hidden by a lorry all the way over
the line need not be."""

_WAKES_KG = 500
"""A scale may pass over whatever is lighter."""

_SEEN_AS = {"minibus": "bus", "light_truck": "truck", "tractor_trailer": "truck"}
"""Classes that nobody tells apart in a picture."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A row.

    Attributes:
        window_ms: A stored thing further than this from a true one is another thing.
        true: Items that the truth holds; its lines are in the order of time.
        stored: Items that a stored event holds.
    """

    name: str
    window_ms: int
    true: Callable[[Iterable[Line], Names], Iterable[Item]]
    stored: Callable[[Stored], Iterable[Item]]


def _group(name: str, what: str, numbers: range, words: Mapping[str, str]) -> Kind:
    """Signal heads of one sort; the contract has them all under numbers of one map."""

    def true(truth: Iterable[Line], names: Names) -> Iterable[Item]:
        for line in _of(truth, what):
            device, aspect = _device(line, names), str(line["aspect"])
            number = line["overlap" if what == "overlap" else "phase"] + numbers.start
            yield Item(line["t"], (device, str(number), words.get(aspect, aspect)), device)

    def stored(event: Stored) -> Iterable[Item]:
        body = event.body
        if body["st"] == "signal":
            device = str(body["d"])
            for number in body["chg"]:
                if number in numbers:
                    key = (device, str(number), str(body["ph"][str(number)]))
                    yield Item(body["t"], key, device, committed=event.committed)

    return Kind(name, 1000, true, stored)


def _true_crossing(truth: Iterable[Line], names: Names) -> Iterable[Item]:
    for line in _of(truth, "crossing"):
        lane = str(line.get("spot") or names.lane_of(str(line["line"]), line.get("lane")))
        direction = names.direction.get(str(line["direction"]), str(line["direction"]))
        device = names.device.get(str(line["line"])) or _device(line, names)
        cls = _SEEN_AS.get(str(line["cls"]), str(line["cls"]))
        yield Item(
            line["t"], (lane, direction), device, lane, cls,
            speed=line.get("spd"), direction=direction, asked=line.get("shown", 1.0) >= SHOWS,
        )  # fmt: skip


def _stored_passage(event: Stored) -> Iterable[Item]:
    """Each crossing that went into a passage: a lane may have several lines."""
    body = event.body
    if body["st"] != "passage":
        return
    lane, direction = str(body["lane"]), str(body["dir"])
    cls = _SEEN_AS.get(str(body["cls"]), str(body["cls"]))
    for part in body["parts"]:
        if part.get("k", "camera") == "camera":
            yield Item(
                body["t"] + part.get("dt", 0), (lane, direction), str(part["d"]), lane, cls,
                event.committed, speed=body["spd"], direction=direction,
            )  # fmt: skip


def _true_plate(truth: Iterable[Line], names: Names) -> Iterable[Item]:
    """Plates as a camera's picture truly showed them, whole, with their greatest width."""
    for line in _of(truth, "plate"):
        device = _device(line, names)
        middle = (line["from"] + line["to"]) // 2
        asked = line["px"] >= PLATE_PX
        yield Item(middle, (str(line["text"]),), device, asked=asked)


def _stored_plate(event: Stored) -> Iterable[Item]:
    body = event.body
    if body["st"] == "passage" and body.get("plate"):
        # Of several cameras the last one is the one below the gantry.
        part = [part for part in body["parts"] if part.get("k", "camera") == "camera"][-1]
        t, text = body["t"] + part.get("dt", 0), str(body["plate"].get("t"))
        yield Item(t, (text,), str(part["d"]), committed=event.committed)


def _true_tag(truth: Iterable[Line], names: Names) -> Iterable[Item]:
    for line in _of(truth, "tag-in"):
        antenna = str(line["antenna"])
        reader, _, port = antenna.rpartition("-")
        device = names.device.get(antenna) or names.device.get(reader, reader)
        yield Item(line["t"], (device, port, str(line["epc"])), device, port)


def _stored_tag(event: Stored) -> Iterable[Item]:
    body = event.body
    if body["st"] == "tag":
        device, port = str(body["d"]), str(body["ant"])
        key = (device, port, str(body["epc"]))
        yield Item(body["t"], key, device, port, committed=event.committed)


def _true_axles(truth: Iterable[Line], names: Names) -> Iterable[Item]:
    rolling: dict[tuple[object, object], list[Line]] = {}
    for line in _of(truth, "axle"):
        whose = (line["station"], line["vehicle"])
        if line["axle"] == 1:
            rolling[whose] = []
        axles = rolling.get(whose)
        if axles is not None:
            axles.append(line)
    for (station, _), axles in rolling.items():
        first, device = axles[0], names.device.get(str(station), str(station))
        lane = str(first["lane"])
        weights = tuple(axle["left"] + axle["right"] for axle in axles)
        cls = str(len(axles))
        asked = sum(weights) >= _WAKES_KG
        yield Item(first["t"], (device, lane), device, lane, cls, weights=weights, asked=asked)


def _stored_axles(event: Stored) -> Iterable[Item]:
    body = event.body
    if body["st"] == "axles":
        device, lane = str(body["d"]), str(body["lane"])
        # What the station itself does not trust is not held against it.
        weights = tuple(
            None
            if body.get("flags") or axle["l"] is None or axle["r"] is None
            else axle["l"] + axle["r"]
            for axle in body["ax"]
        )
        cls = str(len(weights))
        yield Item(body["t"], (device, lane), device, lane, cls, event.committed, weights)


def _true_condition(truth: Iterable[Line], names: Names) -> Iterable[Item]:
    for line in _of(truth, "condition"):
        device = _device(line, names)
        state = "raised" if line["active"] else "cleared"
        yield Item(line["t"], (device, str(line["code"]), state), device)


def _stored_alarm(event: Stored) -> Iterable[Item]:
    body = event.body
    if body["st"] == "alarm":
        # What is kept from people tells by `on` whether its condition holds.
        told = {True: "raised", False: "cleared", None: str(body["state"])}[body.get("on")]
        key = (str(body["d"]), str(body["code"]), told)
        yield Item(body["t"], key, key[0], committed=event.committed)


def _of(truth: Iterable[Line], what: str) -> Iterator[Line]:
    return (line for line in truth if line["what"] == what)


def _device(line: Line, names: Names) -> str:
    told = str(line.get("device") or line.get("controller") or "")
    return names.device.get(told, told)


KINDS: tuple[Kind, ...] = (
    _group("phase", "phase", range(100), {}),
    _group("overlap", "overlap", range(100, 200), {}),
    _group("walk", "ped", range(200, 300), {"walk": "g", "clear": "fg", "dont": "r"}),
    Kind("crossing", 1500, _true_crossing, _stored_passage),
    Kind("plate", 4000, _true_plate, _stored_plate),
    Kind("tag", 2000, _true_tag, _stored_tag),
    Kind("axles", 1000, _true_axles, _stored_axles),
    Kind("condition", 5000, _true_condition, _stored_alarm),
)
