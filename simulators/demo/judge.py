"""A played site against its world: figures of each device, and whether they are good enough."""

from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from edge_agent.simulators.demo.device import Device, Place, Scene
from edge_agent.simulators.demo.score import percentile
from edge_agent.simulators.demo.spots import Spots
from edge_agent.simulators.demo.stage import Outcome
from edge_agent.simulators.score import report, thresholds
from edge_agent.simulators.score.cameras import cameras
from edge_agent.simulators.score.figures import Row, span
from edge_agent.simulators.score.items import Line, Stored, read_truth
from edge_agent.simulators.score.thresholds import Thresholds, Verdict
from edge_agent.simulators.score.whole import whole
from edge_agent.simulators.world.truth import line
from edge_agent.simulators.world.world import World

SETTLE_MS = 5000
"""Left out after the first stored event: devices that are found later are not missed."""

DRAIN_MS = 2000

_LIVE = frozenset({"signal", "passage", "axles"})


def limits(path: Path | None, site: str) -> Thresholds:
    """The given file of limits, or the site's own.

    Raises:
        InputError: It makes no sense.
        OSError: It cannot be read.
    """
    own = files("edge_agent.simulators.demo") / "limits" / f"{site}.toml"
    return thresholds.read(Path(str(own)) if path is None else path)


def truth(scene: Scene, place: Place, outcome: Outcome) -> list[Line]:
    """What happened while the unit ran, as far as a device of the scene could see it.

    It is the world's own truth, and what only simulators know: when a camera showed a crossing, and
    conditions that a device has beyond the world (a cabinet's door).
    """
    assert place.site is not None  # noqa: S101 - only sites are judged
    world = World(place.site, place.seed, place.start_ms)
    there = {device.name: device.unseen for device in scene.devices}
    spots = Spots(scene.lanes)
    lines: list[Line] = []
    for event in world.advance_to(outcome.ended_ms):
        whose = spots.witness(event) if event["what"] == "violation" else _whose(event)
        if whose in there and event["what"] not in there[whose]:
            lines.append({**event, "device": whose, **spots.of(whose, event)})
    for device in scene.devices:
        told = ("condition", "crossing", "plate") if device.films else ("condition",)
        lines += [
            {**event, **spots.of(device.name, event)}
            for event in _own(place, device)
            if event["what"] in told
        ]
    since = outcome.began_ms - SETTLE_MS
    inside = (line for line in lines if since <= int(line["t"]) <= outcome.ended_ms)
    return sorted(inside, key=lambda event: int(event["t"]))


def late_pictures(scene: Scene, place: Place, outcome: Outcome) -> dict[str, int]:
    """Camera to the latest picture of a crossing while the unit ran: ms after it happened."""
    return {
        device.name: max(
            (
                int(event["t"]) - int(event["at"])
                for event in _own(place, device)
                if event["what"] == "crossing" and event["t"] >= outcome.began_ms
            ),
            default=0,
        )
        for device in scene.devices
        if device.films
    }


def _own(place: Place, device: Device) -> list[Line]:
    path = place.truth(device.name)
    return [{**event, "device": device.name} for event in read_truth(path)] if path.exists() else []


def _whose(event: Line) -> str | None:
    """The device that senses an event of the world; None for what only a picture shows."""
    match event["what"]:
        case "tag-in" | "tag-out":
            return str(event["antenna"]).rpartition("-")[0]
        case "axle" | "weighed":
            return str(event["station"])
        case "phase" | "overlap" | "ped" | "detector":
            return str(event["controller"])
    return None


def judge(true: Sequence[Line], outcome: Outcome, limit: Thresholds) -> "Judgement":
    """Score and hold against the limits."""
    stored = [Stored(event.body, event.committed_ms) for event in outcome.stored]
    when = span(true, stored, SETTLE_MS, DRAIN_MS)
    rows = whole(true, stored, limit.names, when)
    seen = {} if when is None else cameras(true, stored, limit.names, when)
    return Judgement(outcome, rows, thresholds.judge(limit.demands, rows), seen)


class Judgement:
    """Figures of one play.

    Attributes:
        rows: As ``edge-sim score`` has them.
        verdicts: One for each limit.
        result: For machines.
    """

    def __init__(
        self,
        outcome: Outcome,
        rows: list[Row],
        verdicts: list[Verdict],
        seen: dict[str, dict[str, Any]],
    ) -> None:
        self.rows = rows
        self.verdicts = verdicts
        stored, recorded = outcome.stored, sum(outcome.recorded.values())
        numbers = {(event.stream, int(event.body["sq"])) for event in stored}
        late = [event.latency_ms for event in stored if event.stream in _LIVE]
        self.result: dict[str, Any] = {
            "recorded": recorded,
            "stored": len(stored),
            "lost": recorded - len(numbers),
            "duplicates": len(stored) - len({str(event.body["id"]) for event in stored}),
            "given_up": sum(int(e.body["n"]) for e in stored if e.stream == "loss"),
            "streams": dict(sorted(Counter(event.stream for event in stored).items())),
            "latency_ms": {"p50": percentile(late, 0.5), "p99": percentile(late, 0.99)},
            "devices": _devices(rows),
            "cameras": seen,
            "passages": next(
                (row.values for row in rows if (row.kind, row.scope) == ("passage", "all")), {}
            ),
            "violations": {
                row.name: row.values
                for row in rows
                if (row.kind, row.scope) == ("violation", "rule")
            },
            "fused": max(
                (event.body for event in stored if event.stream == "passage"),
                key=lambda body: len(body["parts"]),
                default=None,
            ),
            "demands": report.as_json(rows, verdicts)["demands"],
        }

    @property
    def lost(self) -> int:
        """Recorded by the unit and not at the centre."""
        return int(self.result["lost"])

    @property
    def duplicates(self) -> int:
        """Stored more than once."""
        return int(self.result["duplicates"])

    def figures(self, device: str, kind: str) -> dict[str, Any]:
        """Figures of one kind of thing of one device; empty where there is nothing to measure."""
        found: dict[str, Any] = self.result["devices"].get(device, {}).get(kind, {})
        return found

    @property
    def ok(self) -> bool:
        """Nothing lost, nothing doubled, every limit met."""
        whole = self.result["lost"] == 0 and self.result["duplicates"] == 0
        return whole and self.result["stored"] > 0 and all(each.ok for each in self.verdicts)


def _devices(rows: Sequence[Row]) -> dict[str, dict[str, dict[str, Any]]]:
    """Device to kind of thing to its figures; what there is nothing to measure for is left out."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        if row.scope == "device":
            figures = {name: value for name, value in row.values.items() if value is not None}
            found.setdefault(row.name, {})[row.kind] = figures
    return dict(sorted(found.items()))


def written(true: Sequence[Line], outcome: Outcome, folder: Path) -> tuple[Path, Path]:
    """Both sides as files that ``edge-sim score`` reads: truth and stored."""
    ours, theirs = folder / "truth.jsonl", folder / "stored.jsonl"
    ours.write_text("".join(line(dict(event)) + "\n" for event in true), encoding="utf-8")
    rows = ({"event": e.body, "committed_ms": e.committed_ms} for e in outcome.stored)
    theirs.write_text("".join(line(row) + "\n" for row in rows), encoding="utf-8")
    return ours, theirs
