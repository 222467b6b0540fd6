"""``edge-agent bundle``: one small file that tells somebody far away what this unit is like."""

import argparse
import asyncio
import time
from pathlib import Path

from edge_agent import logs
from edge_agent.bundle.gather import gather
from edge_agent.bundle.pack import MOST_BYTES, pack
from edge_agent.clock import SystemClock
from edge_agent.commands import options
from edge_agent.commands.words import size
from edge_agent.doctor.examine import examine
from edge_agent.doctor.gather import gather as look
from edge_agent.exits import Exit


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "no passwords, plates or tags are in it; `edge-agent replay FILE` plays it again"
    )
    options.add_config(parser)
    options.add_state_dir(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="default: bundle-<time>.zip in this folder"
    )
    parser.add_argument(
        "--log", type=Path, metavar="FILE", help="log, when it is not the journal's"
    )
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    logs.configure("error")
    out = args.out or Path(f"bundle-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.zip")
    clock = SystemClock()
    # Offline: a bundle is made in seconds, and must not disturb what it tells about.
    facts = asyncio.run(look(args.config, args.state_dir, clock, offline=True, remember=False))
    members, missing = gather(args.config, args.state_dir, examine(facts), args.log)
    cut = pack(out, members)
    took = out.stat().st_size
    if args.json:
        names = [member.name for member in members]
        told = {"file": str(out), "bytes": took, "members": names, "missing": missing, "cut": cut}
        options.print_json(told)
    else:
        print(f"{out}: {size(took)} of {size(MOST_BYTES)}, {len(members)} parts")
        for words in (*missing, *cut):
            print(f"  not in it: {words}")
    return Exit.OK
