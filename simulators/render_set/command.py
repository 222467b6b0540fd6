"""``edge-sim render-set``: pictures with truth, to train on."""

import argparse
import sys
from pathlib import Path
from typing import get_args

from edge_agent.progress import Progress
from edge_agent.simulators.render_set.mount import LIGHTS
from edge_agent.simulators.render_set.sites import Where
from edge_agent.simulators.render_set.writer import Wanted, write_set

SUMMARY = "write pictures of streets by chance, with the truth about them, to train on"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="DIR", help="folder; what is there is kept")
    add("--frames", type=_number, default=200, help="how many pictures (%(default)s)")
    add("--seed", type=int, default=1, help="of everything in them (%(default)s)")
    add("--size", type=_size, default=(1280, 720), metavar="WxH", help="picture (1280x720)")
    add(
        "--light",
        type=_lights,
        default=_lights("day:45,dusk:20,night:20,rain:15"),
        metavar="NAME[:SHARE],…",
        help=f"of {', '.join(LIGHTS)} (day:45,dusk:20,night:20,rain:15)",
    )
    add(
        "--kind",
        choices=("vehicles", "plates", "both", *get_args(Where)),
        default="both",
        help="cameras that watch, that read plates, or both, on streets by chance; sites: those of"
        " the simulated sites; gates: their plate cameras, with long vehicles close by; bridges:"
        " views from footbridges; seldom: roads with many bicycles and light lorries (%(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Write until the set is whole."""
    wanted = Wanted(args.frames, args.seed, args.size, args.light, args.kind)
    written = False
    try:
        with Progress("render", wanted.frames) as progress:
            for done in write_set(args.out, wanted):
                progress.show(done, f"{done} of {wanted.frames}")
                written = True
    except (OSError, ValueError) as error:
        sys.stderr.write(f"edge-sim render-set: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("stopped; the same command goes on from here\n")
        return 130
    if not written:
        sys.stderr.write("nothing was missing\n")
    return 0


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r}: a number of pictures")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    wide, _, high = text.lower().partition("x")
    if not (wide.isdecimal() and high.isdecimal()) or min(int(wide), int(high)) < 64:
        raise argparse.ArgumentTypeError(f"{text!r}: WIDTHxHEIGHT, 64 or more")
    return int(wide), int(high)


def _lights(text: str) -> tuple[tuple[str, float], ...]:
    found = []
    for part in text.split(","):
        name, _, share = part.partition(":")
        if name not in LIGHTS:
            raise argparse.ArgumentTypeError(f"{name!r}: one of {', '.join(LIGHTS)}")
        try:
            found.append((name, float(share or 1)))
        except ValueError:
            raise argparse.ArgumentTypeError(f"{part!r}: NAME:SHARE") from None
    return tuple(found)
