"""Eyes on recordings of the simulated world: counts by class and direction, plates read.

World → painter → H.264 → decoder → the pipeline of ``edge-agent replay`` with the networks as
shipped → what truly happened. Needs no network and no data; the first run records the films.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_agent.device.readings import CrossingReading, Reading
from edge_agent.simulators.render_set.labels import CLASSES as CLASS_NAMES
from edge_agent.simulators.score.cameras import cameras, matched
from edge_agent.simulators.score.figures import Span, percentile
from edge_agent.simulators.score.items import SAME, Stored
from edge_agent.simulators.score.kinds import PLATE_PX, SHOWS
from edge_agent.simulators.score.match import Matching
from edge_agent.simulators.world_video.film import Film
from edge_agent.vision import offline, quiet
from edge_agent.vision.equipment import Equipment, MotionOnly, equip
from edge_agent.vision.frame import CLASSES, WIDEST, Detections, Detector, Frame
from edge_agent.vision.ground import Ground
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.scene import Scene
from edge_agent.vision.source import Source
from edge_agent.vision.wanted import EyesConfig
from tests.bench.measure import Figure, Measure
from tests.bench.world_films import QUEUES, SEEDS, Recorded, counting, plates, recorded
from tests.bench.world_sheet import Moment, write_sheet

SUITE = "vision"
_FPS = 10.0
_SETTLE_MS, _DRAIN_MS = 3000, 3000
_BUDGET_S = 0.3 / _FPS
"""Of a frame's time for plates, as a live camera has it; here of processor time."""
_SPECK_PX = 8.0
_LANES = (("junction", "anpr-s"), ("toll-plaza", "anpr-front"), ("toll-plaza", "anpr-rear"))
_CLASS_OF = {kind.value: position for position, kind in enumerate(CLASSES)}


@dataclass(frozen=True)
class Watched:
    """A recording and what the unit said of it, both as the score takes them."""

    tape: Recorded
    truth: list[dict[str, Any]]
    stored: list[Stored]

    @property
    def when(self) -> Span:
        """What is scored: not the first and last seconds."""
        return Span(_SETTLE_MS, round(self.tape.film.seconds * 1000) - _DRAIN_MS)

    def figures(self) -> dict[str, dict[str, Any]]:
        """By line where vehicles are counted, by camera where plates are read."""
        return cameras(self.truth, self.stored, SAME, self.when)

    def matched(self, kind: str) -> Matching:
        """Pairs, missed and invented things of one kind."""
        return matched(kind, self.truth, self.stored, SAME, self.when)


Equip = Callable[[EyesConfig, Callable[[], int]], Equipment]


def watch(tape: Recorded, eyes: Equip = equip) -> Watched:
    """Analyse a recording as a live camera would be."""
    config = EyesConfig(plates=tape.film.camera.plates, budget_s=_BUDGET_S)
    truth = [{**line, "device": _whose(tape, line.get("line", ""))} for line in tape.truth]
    readings = _readings(tape, eyes(config, time.process_time_ns))
    return Watched(tape, truth, [_stored(one, tape) for one in readings])


def _whose(tape: Recorded, line: str) -> str:
    """Plates are their camera's; counts are told line by line."""
    return tape.film.camera.name if tape.film.camera.plates else line


def _readings(tape: Recorded, eyes: Equipment) -> Iterator[CrossingReading]:
    quiet.set_up()
    source = Source(tape.video.resolve().as_uri(), colour=True)
    pipeline = Pipeline(
        Scene(tape.film.lines, {}, "foot"),
        eyes.detector,
        "bench",
        ground=Ground([tuple(mark) for mark in tape.facts["ground"]]),
        lookout=eyes.lookout,
        no_plate=eyes.no_plate,
    )
    frame = None
    try:
        for frame in offline.frames(source, _FPS):
            yield from _crossings(pipeline.feed(frame))
        if frame is not None:
            yield from _crossings(pipeline.finish(frame))
    finally:
        source.close()


def _crossings(readings: list[Reading]) -> Iterator[CrossingReading]:
    """Crossings in the film: of those worked back to before its first picture no truth is known."""
    return (one for one in readings if isinstance(one, CrossingReading) and one.at.utc_ms >= 0)


def _stored(reading: CrossingReading, tape: Recorded) -> Stored:
    """As a passage at the centre, as far as it is scored."""
    body: dict[str, Any] = {
        "st": "passage",
        "t": reading.at.utc_ms,
        "lane": reading.line,
        "dir": reading.direction,
        "cls": reading.vehicle.value,
        "spd": reading.speed,
        "parts": [{"d": _whose(tape, reading.line)}],
    }
    if reading.plate is None:
        return Stored(body | {"why": {"plate": reading.no_plate}}, None)
    return Stored(body | {"plate": {"t": reading.plate.text}}, None)


class TrueEyes(MotionOnly):
    """Sees the boxes that truly were there: what is then wrong is the tracker's and the counter's.

    Args:
        tape: A recording whose truth has them.
    """

    def __init__(self, tape: Recorded) -> None:
        super().__init__()
        self._seen = {line["t"]: line["vehicles"] for line in tape.truth if line["what"] == "seen"}
        self._scale = min(1.0, WIDEST / tape.film.size[0])
        self.detector: Detector = self

    def detect(self, frame: Frame) -> Detections:
        """Of those that show, and are more than specks."""
        at = min(self._seen, key=lambda t: abs(t - frame.at.utc_ms))
        rows = [
            (np.array(row[2:6]) * self._scale, _CLASS_OF[CLASS_NAMES[row[1]]])
            for row in self._seen[at]
            if row[6] >= SHOWS and (row[5] - row[3]) * self._scale >= _SPECK_PX
        ]
        if not rows:
            return Detections.none()
        boxes, classes = zip(*rows, strict=True)
        return Detections(np.stack(boxes), np.full(len(rows), 0.9), np.array(classes, np.int64))

    def cut(self) -> bool:
        """Never."""
        return False


def count_error(watched: Sequence[Watched], line: str) -> tuple[float, int, str]:
    """Wrong counts by class and direction as a share of the true ones, how many, and in words."""
    wrong = true = 0
    net: Counter[str] = Counter()
    for one in watched:
        for classes in one.figures()[line]["counts"].values():
            for cls, n in classes.items():
                wrong += abs(n["stored"] - n["true"])
                true += n["true"]
                net[cls] += n["stored"] - n["true"]
    words = ", ".join(f"{cls} {off:+d}" for cls, off in sorted(net.items()) if off)
    return wrong / max(1, true), true, words


def speed_error(watched: Sequence[Watched]) -> tuple[float, int]:
    """Median error of the speeds told, per cent of the true ones, and how many were told."""
    errors = sorted(
        100 * abs(told.speed - true.speed) / true.speed
        for one in watched
        for true, told in one.matched("crossing").pairs
        if true.speed and told.speed is not None
    )
    return percentile(errors, 0.5) or 0.0, len(errors)


def plates_read(watched: Sequence[Watched]) -> tuple[Counter[str], str]:
    """Shown, read, unread and wrong plates of all recordings, and why those unread are so."""
    total: Counter[str] = Counter()
    why: Counter[str] = Counter()
    for one in watched:
        for own in one.figures().values():
            total.update(own["plates"])
            why.update(own["why"])
    return total, ", ".join(f"{reason} {n}" for reason, n in why.most_common())


def counting_sheet(watched: Sequence[Watched], name: str = "counting") -> str:
    """Moments at which a vehicle was missed or invented, as one picture; returns its path."""
    moments = []
    for one in watched:
        found = one.matched("crossing")
        told = [(item, "missed") for item in found.missed] + [(i, "invented") for i in found.extra]
        moments += [
            Moment(one.tape.video, item.t, f"{word}: {item.cls} {item.device} {item.direction}")
            for item, word in told
        ]
    return write_sheet(moments, name)


def plates_sheet(watched: Sequence[Watched], name: str) -> str:
    """Plates that were not read, or read as another, as one picture; returns its path."""
    moments = []
    for one in watched:
        found = one.matched("plate")
        told = [(item, "unread") for item in found.missed] + [(i, "wrong") for i in found.extra]
        moments += [
            Moment(one.tape.video, item.t, f"{word}: {item.key[-1]}") for item, word in told
        ]
    return write_sheet(moments, f"plates-{name}")


def _counting(quick: bool) -> list[Figure]:
    """A busy arm by day, at dusk and in a rainy night."""
    watched = [watch(recorded(film)) for film in _arm(60.0)[: 1 if quick else None]]
    figures = _counted(watched, "counting", (0.01, 0.03))
    error, told = speed_error(watched)
    note = f"{told} speeds"
    return [
        *figures,
        Figure("world video: speed error, median", error, "%", "reported", True, note),
    ]


def _counting_long(_quick: bool) -> list[Figure]:
    """The same for twice as long; and one with more traffic than the arm lets by."""
    watched = [watch(recorded(film)) for film in _arm(120.0)]
    queue = [watch(recorded(counting(SEEDS[0], 120.0, "day", demand=QUEUES)))]
    return [
        *_counted(watched, "counting for long", (0.01, 0.03)),
        *_counted(queue, "counting in a standing queue", (None, None)),
    ]


def _arm(seconds: float) -> list[Film]:
    return [
        counting(SEEDS[0], seconds, "day"),
        counting(SEEDS[1], seconds, "dusk"),
        counting(SEEDS[2], seconds, "night", rain=True),
    ]


def _counted(
    watched: Sequence[Watched], what: str, most: tuple[float | None, float | None]
) -> list[Figure]:
    """Errors of both lines, and those of the same tracker and counter with the true boxes."""
    sure = [watch(one.tape, lambda *_, tape=one.tape: TrueEyes(tape)) for one in watched]
    sheet = counting_sheet(watched, what.replace(" ", "-"))
    figures = []
    for line, limit in zip(("middle", "edge"), most, strict=True):
        error, true, words = count_error(watched, line)
        each = [
            f"{one.tape.film.light} {100 * count_error([one], line)[0]:.1f} %" for one in watched
        ]
        tracking = 100 * count_error(sure, line)[0]
        figures.append(
            Figure(
                f"world video: {what}, error, line {line}",
                100 * error,
                "%",
                "reported" if limit is None else f"≤ {100 * limit:g} %",
                limit is None or error <= limit,
                f"{true} crossings; {'; '.join(each)}; {words}; with the true boxes"
                f" {tracking:.1f} %; {sheet}",
            )
        )
    return figures


def _plates(quick: bool) -> list[Figure]:
    """Three plate cameras at two sites, by day and by night."""
    return _plates_of(_LANES[: 1 if quick else None], SEEDS[:1], 60.0)


def _plates_long(_quick: bool) -> list[Figure]:
    """The same for twice as long, of two worlds."""
    return _plates_of(_LANES, SEEDS[:2], 120.0)


def _plates_of(
    places: Sequence[tuple[str, str]], seeds: Sequence[int], seconds: float
) -> list[Figure]:
    figures = []
    everything: Counter[str] = Counter()
    for light, least in (("day", 0.98), ("night", 0.95)):
        watched = [
            watch(recorded(plates(site, camera, seed, seconds, light)))
            for seed in seeds
            for site, camera in places
        ]
        total, why = plates_read(watched)
        everything += total
        read = total["read"] / max(1, total["shown"])
        sheet = plates_sheet(watched, light)
        figures.append(
            Figure(
                f"world video: plates ≥ {PLATE_PX} px read, {light}",
                read,
                "",
                f"≥ {least:g}",
                read >= least,
                f"{total['read']} of {total['shown']}; why not: {why}; {sheet}",
            )
        )
    told = everything["read"] + everything["wrong"]
    wrong = everything["wrong"] / max(1, told)
    note = f"{everything['wrong']} of {told}"
    figures.append(
        Figure("world video: plates wrong", 100 * wrong, "%", "≤ 0.2 %", wrong <= 0.002, note)
    )
    return figures


MEASURES = [
    Measure("world-counting", _counting),
    Measure("world-plates", _plates),
    Measure("world-counting-long", _counting_long, long=True),
    Measure("world-plates-long", _plates_long, long=True),
]
