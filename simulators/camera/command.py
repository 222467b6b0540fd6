"""``edge-sim camera``: a camera on loopback; its first line of output says where, as JSON."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from edge_agent.simulators.camera.auth import Gate
from edge_agent.simulators.camera.faults import Episode, Faults, episode
from edge_agent.simulators.camera.feed import Feed, FileFeed, RoadFeed, RoadView
from edge_agent.simulators.camera.orders import obeying
from edge_agent.simulators.camera.rtsp import RtspServer
from edge_agent.simulators.orders import serve
from edge_agent.simulators.world.strip import Strip, StripSettings

SUMMARY = "an RTSP camera (H.264) that shows a simulated site or road, or plays a recording"
_PATH = "/live"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--rtsp", default="127.0.0.1:0", metavar="HOST:PORT", help="where to listen (%(default)s)")
    add("--file", type=Path, metavar="FILE", help="play a recording instead of the road")
    add("--site", metavar="NAME", help="show this site of the simulated world instead of the road")
    add("--camera", metavar="NAME", help="which camera of the site (default: its first)")
    add(
        "--light", choices=("day", "dusk", "night"), default="day", help="of the site (%(default)s)"
    )
    add("--rain", action="store_true", help="let it rain on the site")
    add("--zoom", type=float, default=1.0, help="times the site camera's focal length")
    add("--start-ms", type=int, help="UTC at which the world began (default: now)")
    add("--still", type=Path, metavar="DIR", help="write a still of each scene there and end")
    add("--once", action="store_true", help="play the recording once, from the first viewer on")
    add("--user", default="", help="ask for this user")
    add("--password-file", type=Path, metavar="FILE", help="its password: the file's first line")
    add("--auth", choices=("digest", "basic"), default="digest", help="how to ask (%(default)s)")
    add("--seed", type=int, default=7, help="seed of the road (%(default)s)")
    add("--size", type=_size, metavar="WxH", help="picture (640x360, of a site the camera's)")
    add("--fps", type=float, default=15.0, help="pictures a second of the road (%(default)s)")
    add("--flow", type=float, default=900.0, help="vehicles an hour and lane (%(default)s)")
    add("--profile", choices=("baseline", "main", "high"), default="high", help="of H.264")
    add("--truth", type=Path, metavar="FILE", help="write what truly happened, a JSON line each")
    add(
        "--fault",
        type=_episode,
        action="append",
        default=[],
        metavar="NAME@START+SECONDS",
        help="freeze, black, stall, drop, refuse, slow or corrupt for a while; may be repeated",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT, or until a recording played once is over."""
    if args.still is not None:
        return _stills(args)
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    faults = Faults()
    write, close = _ledger(args.truth)
    try:
        feed, facts = _feed(args, faults, write)
    except ValueError as error:
        sys.stderr.write(f"edge-sim camera: {error}\n")
        return 2
    server = RtspServer(feed, _gate(args), faults, _PATH)
    host, port = await _listen(server, args.rtsp)
    ready = {"url": f"rtsp://{host}:{port}{_PATH}", **facts}
    code = 0
    try:
        await serve(ready, obeying(faults, feed.report), feed.run(), _play(faults, args.fault))
    except* ValueError as errors:
        sys.stderr.write(f"edge-sim camera: {errors.exceptions[0]}\n")
        code = 2
    finally:
        await server.close()
        close()
    return code


async def _play(faults: Faults, episodes: list[Episode]) -> None:
    with suppress(asyncio.CancelledError):
        await faults.play(episodes)


def _feed(
    args: argparse.Namespace, faults: Faults, truth: Callable[[dict[str, Any]], None]
) -> tuple[Feed, dict[str, Any]]:
    """What it shows, and what its mounting says of that: counting line, points of the road.

    ``line``, ``lanes`` (its parts, a lane each) and ``ground`` are in shares of the picture;
    ``plates``: it is aimed at them.
    """
    if args.file is not None:
        return FileFeed(args.file, faults, loop=not args.once), {"line": None}
    if args.site is not None:
        return _world(args, faults, truth)
    width, height = args.size or (640, 360)
    view = RoadView(args.seed, width, height, args.fps, profile=args.profile)
    line = {"name": "main", "points": [0.5, 0.0, 0.5, 1.0]}
    strip = Strip(args.seed, StripSettings(per_lane=args.flow))
    return RoadFeed(view, strip, faults, truth), {"line": line}


def _world(
    args: argparse.Namespace, faults: Faults, truth: Callable[[dict[str, Any]], None]
) -> tuple[Feed, dict[str, Any]]:
    # The renderer and the world are long to load and not needed without a site.
    from edge_agent.simulators.camera.world_feed import Coding, WorldFeed  # noqa: PLC0415
    from edge_agent.simulators.render.renderer import Renderer  # noqa: PLC0415
    from edge_agent.simulators.render.watch import (  # noqa: PLC0415
        Watch,
        camera_of,
        ground_marks,
        picture_lines,
    )
    from edge_agent.simulators.world.world import World  # noqa: PLC0415

    start_ms = time.time_ns() // 1_000_000 if args.start_ms is None else args.start_ms
    world = World(args.site, args.seed, start_ms)
    camera = camera_of(world.site, args.camera)
    renderer = Renderer(
        world.site, camera, args.seed, args.light, rain=args.rain, size=args.size, zoom=args.zoom
    )
    view = renderer.view
    coding = Coding(view.width, view.height, args.fps, profile=args.profile)
    lines = picture_lines(camera, view)
    feed = WorldFeed(Watch(world, camera, renderer), coding, faults, truth)
    facts = {
        "line": lines[0] if lines else None,
        "lanes": picture_lines(camera, view, by_lane=True),
        "ground": ground_marks(view),
        "plates": camera.plates,
    }
    return feed, facts


def _stills(args: argparse.Namespace) -> int:
    from edge_agent.simulators.render.stills import write_stills  # noqa: PLC0415 - as above

    try:
        for path in write_stills(
            args.still, args.site or "junction", args.seed, args.camera,
            start_ms=args.start_ms or 0, size=args.size, zoom=args.zoom,
        ):  # fmt: skip
            print(path)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"edge-sim camera: {error}\n")
        return 2
    return 0


def _gate(args: argparse.Namespace) -> Gate:
    password = ""
    if args.password_file is not None:
        password = args.password_file.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    return Gate(args.user, password, args.auth)


async def _listen(server: RtspServer, text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return await server.start(host or "127.0.0.1", int(port))


def _ledger(path: Path | None) -> tuple[Callable[[dict[str, Any]], None], Callable[[], None]]:
    if path is None:
        return lambda _line: None, lambda: None
    file = path.open("w", encoding="utf-8", buffering=1)
    return lambda line: print(json.dumps(line, separators=(",", ":")), file=file), file.close


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: WIDTHxHEIGHT") from None
    if min(width, height) < 64 or width % 2 or height % 2:  # noqa: PLR2004 - H.264 4:2:0
        raise argparse.ArgumentTypeError(f"{text!r}: even numbers of 64 or more")
    return width, height


def _episode(text: str) -> Episode:
    try:
        return episode(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
