"""``edge-agent contract``: what a central system needs to know, as files."""

import argparse
from pathlib import Path

from edge_agent.contract import publish
from edge_agent.exits import Exit


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder to write to; made if missing"
    )


def run(args: argparse.Namespace) -> int:
    publish.write(args.out)
    print(f"written: {args.out}")
    return Exit.OK
