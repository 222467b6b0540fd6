"""Eyes: tracker against its best-known peer, counting error, cost of a camera's child."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edge_agent.clock import Stamp
from edge_agent.device.readings import CrossingReading
from edge_agent.simulators.world.strip import passings
from edge_agent.vision.frame import Detections, Frame, Ints
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.scene import Scene
from edge_agent.vision.tracking.tracker import Tracker
from tests.bench.measure import Figure, Measure
from tests.bench.vision_child import blocked, footprint
from tests.bench.vision_road import Seen, View, film, road, switches

SUITE = "vision"

PEER = "trackers"
_RUNS = 3
"""The quickest counts, here as for the peers."""
_FPS = 10.0
_FILLED = 15.0
"""Seconds until the first vehicles have driven the whole road."""
_ROADS = (11, 12, 13)
_COUNTED = (10, 11, 12)
"""Seeds of the roads scored, for identities and for counts: never tune anything on them."""
_BLANK = np.zeros((360, 640), np.uint8)


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "edge-agent-bench" / PEER


def peer_python() -> Path | None:
    """The interpreter of the peer's own environment, made when it can be; None when it cannot."""
    place = _cache()
    python = place / "bin" / "python"
    if python.exists():
        return python
    try:
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True, timeout=120)
        install = [str(python), "-m", "pip", "install", "-q", PEER]
        subprocess.run(install, check=True, timeout=300, capture_output=True)
    except (subprocess.SubprocessError, OSError):
        python.unlink(missing_ok=True)  # half a peer is none; the next run tries again
        return None
    return python


def _track(frames: Sequence[Seen]) -> tuple[float, list[tuple[Ints, Ints]]]:
    """CPU seconds, and per frame who each detection is and the number it was given."""
    tracker = Tracker()
    seconds = 0.0
    told = []
    for frame in frames:
        before = time.process_time()
        tracks = tracker.update(frame.t, frame.found)
        seconds += time.process_time() - before
        known = tracks.seen & tracks.confirmed
        numbers = {
            tuple(box): number
            for box, number in zip(
                tracks.boxes[known].tolist(), tracks.ids[known].tolist(), strict=True
            )
        }
        given = [numbers.get(tuple(box), -1) for box in frame.found.boxes.tolist()]
        told.append((frame.who, np.array(given, np.int64)))
    return seconds, told


def _peers(python: Path, frames: Sequence[Seen], fps: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frames.npz"
        arrays: dict[str, Any] = {"fps": np.array(fps), "count": np.array(len(frames))}
        for index, frame in enumerate(frames):
            arrays[f"boxes{index}"] = frame.found.boxes
            arrays[f"scores{index}"] = frame.found.scores
        np.savez(path, **arrays)
        script = Path(__file__).with_name("vision_peer.py")
        done = subprocess.run(
            [str(python), str(script), str(path)], check=True, capture_output=True, timeout=300
        )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@dataclass(frozen=True)
class _Score:
    """What a tracker took and got wrong on some roads."""

    seconds: float = 0.0
    switched: int = 0

    def __add__(self, other: "_Score") -> "_Score":
        return _Score(self.seconds + other.seconds, self.switched + other.switched)


def _filmed(seed: int, seconds: float) -> list[Seen]:
    """100 vehicles in the picture, most of them motorbikes, when the road has filled."""
    view = View(road(speed=10, length=120, lanes=6, per_lane=3000, seed=seed), 1280, _FPS)
    return [seen for seen in film(view, _FILLED + seconds, seed) if seen.t > _FILLED]


def _own_score(frames: Sequence[Seen]) -> _Score:
    runs = [_track(frames) for _ in range(_RUNS)]
    return _Score(min(run[0] for run in runs), switches(runs[0][1]))


def _peer_scores(python: Path, frames: Sequence[Seen]) -> dict[str, _Score]:
    scores = {}
    for name, peer in _peers(python, frames, _FPS).items():
        given = [np.array(numbers, np.int64) for numbers in peer["numbers"]]
        who = [frame.who for frame in frames]
        scores[name] = _Score(peer["seconds"], switches(list(zip(who, given, strict=True))))
    return scores


def tracker(quick: bool) -> list[Figure]:
    """100 vehicles at ten frames a second on roads that the tracker's numbers do not come from."""
    roads = [_filmed(seed, 15 if quick else 30) for seed in _ROADS]
    count = sum(len(frames) for frames in roads)
    boxes = sum(len(frame.who) for frames in roads for frame in frames)
    before = [_own_score(frames) for frames in roads]
    python = peer_python()
    if python is None:
        own_ms = 1000 * sum(before, _Score()).seconds / count
        note = f"skipped: {PEER} could not be installed; own time {own_ms:.2f} ms"
        return [Figure("tracker: time / ByteTrack", 0.0, "×", "≤ 1/8", False, note)]
    peers = [_peer_scores(python, frames) for frames in roads]
    # The peers take ten times as long: what else the machine does must not hit but one of the two.
    after = [_own_score(frames) for frames in roads]
    own = sum(
        (min(pair, key=lambda one: one.seconds) for pair in zip(before, after, strict=True)),
        _Score(),
    )
    own_ms = 1000 * own.seconds / count
    sort = sum((scores["sort"] for scores in peers), _Score())
    byte = sum((scores["bytetrack"] for scores in peers), _Score())
    ratio = own.seconds / byte.seconds
    return [
        Figure(
            "tracker: time / ByteTrack",
            ratio,
            "×",
            "≤ 1/8",
            ratio <= 1 / 8,
            f"{own_ms:.2f} against {1000 * byte.seconds / count:.2f} ms a frame "
            f"of {boxes / count:.0f} vehicles",
        ),
        Figure(
            "tracker: identity switches",
            own.switched,
            "",
            f"≤ {sort.switched} of SORT",
            own.switched <= sort.switched,
            f"in {boxes} boxes of {len(roads)} roads; ByteTrack {byte.switched}",
        ),
    ]


class _Told:
    """A detector that says what it is told to."""

    def __init__(self) -> None:
        self.now = Detections.none()

    def detect(self, _frame: Frame) -> Detections:
        return self.now

    def cut(self) -> bool:
        return False


def count_error(line_x: float, speed: float, seconds: float, seeds: Sequence[int]) -> float:
    """Sum over roads and directions of wrong counts, as a share of the true ones."""
    wrong = true = 0
    for seed in seeds:
        strip = road(speed=speed, length=36, lanes=2, per_lane=1400, seed=seed)
        view = View(strip, 640, 10)
        told = _Told()
        pipeline = Pipeline(Scene({"line": (line_x, -1, line_x, 3)}), told, "bench")
        found: list[CrossingReading] = []
        for seen in film(view, seconds + 5, seed):
            told.now = seen.found
            at = Stamp(round(seen.t * 1000), round(seen.t * 1e9))
            readings = pipeline.feed(Frame(_BLANK, _BLANK, seen.t, at))
            found += [reading for reading in readings if isinstance(reading, CrossingReading)]
        truth = itertools.takewhile(
            lambda passing: passing.t < seconds, passings(strip, line_x * strip.settings.length)
        )
        ways = [passing.way for passing in truth]
        for direction, way in (("ba", 1), ("ab", -1)):
            counted = sum(
                one.direction == direction and one.at.utc_ms < seconds * 1000 for one in found
            )
            wrong += abs(counted - ways.count(way))
            true += ways.count(way)
    return wrong / true


def counting(quick: bool) -> list[Figure]:
    """A road of 66 % motorbikes at 10 frames a second, slow and fast traffic."""
    seconds, seeds = (120.0, _COUNTED[:1]) if quick else (300.0, _COUNTED)
    middle = max(count_error(0.5, speed, seconds, seeds) for speed in (9.0, 14.0))
    edge = max(count_error(60 / 640, speed, seconds, seeds) for speed in (9.0, 14.0))
    return [
        Figure("counting error, line mid-frame", 100 * middle, "%", "≤ 1 %", middle <= 0.01),
        Figure("counting error, line 60 px from the edge", 100 * edge, "%", "≤ 5 %", edge <= 0.05),
    ]


def child(_quick: bool) -> list[Figure]:
    """The camera's child at 1280x720, and how soon it is back after its stream blocked."""
    cost = asyncio.run(footprint(seconds=8.0))
    back_s = asyncio.run(blocked())
    return [
        Figure("camera child: resident memory", cost.rss_mb, "MB", "≤ 220", cost.rss_mb <= 220),
        Figure(
            "camera child: CPU at 720p, 15 fps, 10 analysed",
            cost.cpu_share,
            "core",
            "reported",
            True,
            f"latency p99 {cost.latency_p99_ms} ms, {cost.shed} shed",
        ),
        Figure("camera child: killed and back", back_s, "s", "≤ 10", back_s <= 10),
    ]


MEASURES = [
    Measure("tracker", tracker),
    Measure("counting", counting),
    Measure("camera-child", child),
]
