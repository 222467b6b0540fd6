"""``edge-agent replay``: a recording through the very code that a live device goes through.

A video is counted, readings become events. No child process and no pacing: as fast as it goes, with
time taken from the file.
"""

import argparse
import math
import sys
from pathlib import Path
from typing import Any, get_args

from edge_agent.clock import Stamp, SystemClock
from edge_agent.commands import options, replay_bundle, replay_readings
from edge_agent.device.readings import CrossingReading
from edge_agent.errors import DeviceError, EdgeError
from edge_agent.exits import Exit
from edge_agent.progress import Progress
from edge_agent.vision import annotate, offline, quiet
from edge_agent.vision.equipment import Equipment, equip
from edge_agent.vision.geometry import Segment
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.scene import Anchor, Scene, direction_words
from edge_agent.vision.showing import cards, shown
from edge_agent.vision.source import Source
from edge_agent.vision.wanted import DetectorName, EyesConfig


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "bundle",
        type=Path,
        nargs="?",
        metavar="BUNDLE",
        help="what `edge-agent bundle` made: its last minutes, through a unit as it was",
    )
    what.add_argument("--video", type=Path, metavar="FILE", help="recording of a camera")
    what.add_argument(
        "--readings",
        type=Path,
        metavar="FILE",
        help="what devices said (NDJSON), through a unit as --config has it; events to --out",
    )
    options.add_config(parser)
    parser.add_argument(
        "--line",
        type=_line,
        action="append",
        metavar="X1,Y1,X2,Y2",
        help="counting line in pixels of the video; may be given several times",
    )
    parser.add_argument(
        "--fps", type=_rate, default=10.0, metavar="N", help="analysed frames a second (10)"
    )
    parser.add_argument(
        "--detector",
        choices=get_args(DetectorName),
        help="what finds vehicles; net, or motion where there is no network",
    )
    parser.add_argument(
        "--plates",
        action=argparse.BooleanOptionalAction,
        help="read number plates; without it they are read when there are networks for it",
    )
    parser.add_argument(
        "--plate-min-px", type=int, default=48, metavar="N", help="narrower ones are not read (48)"
    )
    parser.add_argument(
        "--anchor",
        choices=get_args(Anchor),
        default="centre",
        help="point of a vehicle that crosses (centre)",
    )
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of another manifest")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the video with what was seen, or the events"
    )
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Count, then print."""
    if args.bundle is not None:
        return replay_bundle.run(args)
    if args.readings is not None:
        return replay_readings.run(args)
    if not args.line:
        print("edge-agent replay: --video needs --line X1,Y1,X2,Y2", file=sys.stderr)
        return Exit.CONFIG
    quiet.set_up()
    motion = args.detector == "motion" and not args.plates
    try:
        source = Source(args.video.resolve().as_uri(), colour=not motion)
    except DeviceError as error:
        raise EdgeError(error.detail) from error
    try:
        result = _replay(source, args, _equipped(args))
    finally:
        source.close()
    if args.json:
        options.print_json(result)
    else:
        _print(result)
    return Exit.OK


def _equipped(args: argparse.Namespace) -> Equipment:
    """What was asked for, or, where nothing was, the best that is here."""
    plates = args.plates if args.plates is not None else args.detector != "motion"
    config = EyesConfig(
        args.detector or "net",
        plates=plates,
        plate_min_px=args.plate_min_px,
        budget_s=math.inf,
        models=args.models,
    )
    eyes = equip(config, SystemClock().mono_ns)
    for condition in eyes.look(Stamp(0, 0)):
        if not condition.active:
            continue
        if args.detector or args.plates or args.models:
            raise EdgeError(f"{condition.text}; {condition.do}")
        print(f"edge-agent: {condition.text}", file=sys.stderr)
    return eyes


class _Tally:
    """Crossings of every line by direction on the screen and by class; plates in their order."""

    def __init__(self, segments: dict[str, Segment]) -> None:
        self.words = {name: direction_words(segment) for name, segment in segments.items()}
        self.lines: dict[str, dict[str, dict[str, int]]] = {
            name: {word: {} for word in pair} for name, pair in self.words.items()
        }
        self.plates: list[dict[str, Any]] = []
        self.unread: dict[str, int] = {}

    def add(self, crossing: CrossingReading) -> None:
        word = self.words[crossing.line][crossing.direction == "ba"]
        classes = self.lines[crossing.line][word]
        classes[crossing.vehicle.value] = classes.get(crossing.vehicle.value, 0) + 1
        plate = crossing.plate
        if plate is None:
            self.unread[crossing.no_plate] = self.unread.get(crossing.no_plate, 0) + 1
            return
        self.plates.append(
            {
                "t": crossing.at.utc_ms / 1000,
                "line": crossing.line,
                "direction": word,
                "class": crossing.vehicle.value,
                "text": plate.text,
                "confidence": plate.confidence / 1000,
                "looks": plate.looks,
                "candidates": list(plate.candidates),
                "formats": list(plate.formats),
                "colour": plate.colour,
            }
        )

    def total(self) -> dict[str, dict[str, int]]:
        """Over all lines."""
        result: dict[str, dict[str, int]] = {}
        for line in self.lines.values():
            for word, classes in line.items():
                sums = result.setdefault(word, {})
                for vehicle, count in classes.items():
                    sums[vehicle] = sums.get(vehicle, 0) + count
        return result


def _replay(source: Source, args: argparse.Namespace, eyes: Equipment) -> dict[str, Any]:
    facts = source.facts
    segments = _segments(args.line, facts.width, facts.height)
    tally = _Tally(segments)
    pipeline = Pipeline(
        _scene(segments, facts.width, facts.height, args.anchor),
        eyes.detector,
        run=args.video.name,
        lookout=eyes.lookout,
        no_plate=eyes.no_plate,
    )
    seen_with = eyes.versions()
    title = f"{args.video.name}   seen with {' '.join(seen_with)}"
    film = annotate.Film(args.out, args.fps, segments, title) if args.out else None
    analysed, frame = 0, None
    try:
        with Progress("replay", facts.frames, every_s=None) as bar:
            for frame in offline.frames(source, args.fps):
                analysed += 1
                bar.show(source.decoded, f"{_sum(tally.total())} counted")
                crossings = _crossings(pipeline.feed(frame), tally)
                if film:
                    film.crossed(crossings, cards(pipeline, crossings))
                    film.add(frame, shown(pipeline, frame), tally.total())
    finally:
        if film:
            film.close()
    if frame is None:
        raise EdgeError(f"{args.video}: no picture could be decoded")
    _crossings(pipeline.finish(frame), tally)
    counts = tally.total()
    return {
        "video": str(args.video),
        "size": [facts.width, facts.height],
        "seen_with": seen_with,
        "frames": {"decoded": source.decoded, "analysed": analysed, "announced": facts.frames},
        "counts": counts,
        "totals": {word: sum(classes.values()) for word, classes in counts.items()},
        "lines": {
            name: {
                "line": [*segment.a, *segment.b],
                "ab": tally.words[name][0],
                "ba": tally.words[name][1],
                "counts": tally.lines[name],
            }
            for name, segment in segments.items()
        },
        "plates": tally.plates,
        "unread": tally.unread,
    }


def _crossings(readings: list[Any], tally: _Tally) -> list[CrossingReading]:
    found = [reading for reading in readings if isinstance(reading, CrossingReading)]
    for crossing in found:
        tally.add(crossing)
    return found


def _sum(counts: dict[str, dict[str, int]]) -> int:
    return sum(sum(classes.values()) for classes in counts.values())


def _segments(
    lines: list[tuple[float, float, float, float]], width: int, height: int
) -> dict[str, Segment]:
    for line in lines:
        x1, y1, x2, y2 = line
        if not (0 <= min(x1, x2) <= max(x1, x2) <= width) or not (
            0 <= min(y1, y2) <= max(y1, y2) <= height
        ):
            text = ",".join(f"{value:g}" for value in line)
            raise EdgeError(f"line {text} lies outside the picture of {width}x{height}")
    return {
        f"line{number}": Segment((x1, y1), (x2, y2))
        for number, (x1, y1, x2, y2) in enumerate(lines, 1)
    }


def _scene(segments: dict[str, Segment], width: int, height: int, anchor: Anchor) -> Scene:
    lines = {
        name: (s.a[0] / width, s.a[1] / height, s.b[0] / width, s.b[1] / height)
        for name, s in segments.items()
    }
    return Scene(lines, anchor=anchor)


def _line(text: str) -> tuple[float, float, float, float]:
    parts = text.split(",")
    try:
        x1, y1, x2, y2 = (float(part) for part in parts)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: four numbers X1,Y1,X2,Y2") from None
    if (x1, y1) == (x2, y2):
        raise argparse.ArgumentTypeError(f"{text!r}: a line needs two different points")
    return x1, y1, x2, y2


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 120:  # noqa: PLR2004 - faster than any camera at the road
        raise argparse.ArgumentTypeError(f"{text!r}: a number above 0, at most 120")
    return value


def _print(result: dict[str, Any]) -> None:
    frames = result["frames"]
    print(f"{result['video']}: {frames['decoded']} frames, {frames['analysed']} analysed")
    for name, words in result["seen_with"].items():
        print(f"  {name}: {words}")
    for line in result["lines"].values():
        print("line", ",".join(f"{value:g}" for value in line["line"]))
        for direction, classes in line["counts"].items():
            detail = ", ".join(f"{vehicle} {count}" for vehicle, count in classes.items())
            print(f"  {direction:<14} {sum(classes.values()):5d}  {detail}".rstrip())
    for plate in result["plates"]:
        also = f", or {' '.join(plate['candidates'])}" if plate["candidates"] else ""
        print(
            f"plate {plate['text']:<10} {plate['confidence']:.2f} by {plate['looks']} looks,"
            f" {plate['class']} at {plate['t']:.1f} s{also}"
        )
    unread = {why: count for why, count in result["unread"].items() if why != "off"}
    if unread:
        print("no plate:", ", ".join(f"{why} {count}" for why, count in unread.items()))
