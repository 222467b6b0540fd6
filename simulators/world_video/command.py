"""``edge-sim world-video``: what a camera of a site would record, and what truly happened in it."""

import argparse
import sys
from pathlib import Path

from edge_agent.simulators.render.light import SCENES
from edge_agent.simulators.render.view import View
from edge_agent.simulators.render.watch import camera_of, picture_lines
from edge_agent.simulators.world.sites import SITES, build
from edge_agent.simulators.world_video.film import Film, shoot
from edge_agent.simulators.world_video.lines import Shares

SUMMARY = "record a camera of a simulated site, with the truth beside the recording"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="FILE.mp4", help="recording; truth: FILE.jsonl")
    add("--site", choices=sorted(SITES), default="junction", help="(%(default)s)")
    add("--camera", metavar="NAME", help="of the site (default: its first)")
    add("--seed", type=int, default=7, help="of the world (%(default)s)")
    add("--seconds", type=float, default=60.0, help="length (%(default)s)")
    add("--fps", type=float, default=10.0, help="pictures a second (%(default)s)")
    add("--size", type=_size, metavar="WxH", help="picture (default: the camera's)")
    add("--light", choices=SCENES, default="day", help="(%(default)s)")
    add("--rain", action="store_true", help="let it rain")
    add("--demand", type=float, default=1.0, help="traffic, times the usual (%(default)s)")
    add("--boxes", action="store_true", help="tell where every vehicle is, picture by picture")
    add(
        "--line",
        type=_line,
        action="append",
        metavar="NAME=X1,Y1,X2,Y2",
        help="counting line in shares of the picture (default: the camera's own)",
    )


def run(args: argparse.Namespace) -> int:
    """Record."""
    try:
        site = build(args.site)
        camera = camera_of(site, args.camera)
        size = args.size or camera.size
        own = picture_lines(camera, View.of(camera, size))
        lines: dict[str, Shares] = dict(args.line or [])
        if not lines:
            lines = {line["name"]: tuple(line["points"]) for line in own}
        film = Film(
            args.site, camera, args.seed, args.seconds, args.light, args.rain, args.fps, size,
            args.demand, lines=lines, boxes=args.boxes,
        )  # fmt: skip
        for done in shoot(film, args.out, args.out.with_suffix(".jsonl")):
            bar = "█" * round(30 * done / film.frames)
            text = f"\r{bar:<30} {done} of {film.frames} pictures   "
            print(text, end="", file=sys.stderr, flush=True)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"edge-sim world-video: {error}\n")
        return 2
    sys.stderr.write("\n")
    return 0


def _size(text: str) -> tuple[int, int]:
    wide, _, high = text.lower().partition("x")
    if not (wide.isdecimal() and high.isdecimal()) or int(wide) % 2 or int(high) % 2:
        raise argparse.ArgumentTypeError(f"{text!r}: WIDTHxHEIGHT, even numbers")
    return int(wide), int(high)


def _line(text: str) -> tuple[str, Shares]:
    name, _, ends = text.partition("=")
    try:
        x1, y1, x2, y2 = (float(part) for part in ends.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: NAME=X1,Y1,X2,Y2") from None
    if not name or not all(0 <= value <= 1 for value in (x1, y1, x2, y2)):
        raise argparse.ArgumentTypeError(f"{text!r}: a name, and shares from 0 to 1")
    return name, (x1, y1, x2, y2)
