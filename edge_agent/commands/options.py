"""Options that several verbs share, with the same names and defaults everywhere."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

CONFIG = Path("/etc/edge-agent/unit.toml")
STATE = Path("/var/lib/edge-agent")


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config FILE``."""
    parser.add_argument(
        "--config",
        type=Path,
        default=CONFIG,
        metavar="FILE",
        help="site file (default %(default)s)",
    )


def add_state_dir(parser: argparse.ArgumentParser) -> None:
    """``--state-dir DIR``; systemd's StateDirectory when it is set."""
    state = Path(os.environ.get("STATE_DIRECTORY") or STATE)
    parser.add_argument(
        "--state-dir",
        type=Path,
        default=state,
        metavar="DIR",
        help="where spool, last good configuration and status socket lie (default %(default)s)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON for machines")


def add_seconds(parser: argparse.ArgumentParser) -> None:
    """``--seconds N``."""
    parser.add_argument(
        "--seconds", type=_positive, metavar="N", help="stop by itself after N seconds"
    )


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return value


def print_json(value: Any) -> None:
    """One line of JSON."""
    print(json.dumps(value, ensure_ascii=False, separators=(",", ":")), flush=True)
