"""``edge-sim``: simulated roadside devices, one subcommand a folder.

A folder with a ``command.py`` (``SUMMARY``, ``configure(parser)``, ``run(args) -> int``) is a
subcommand, named as the folder with ``-`` for ``_``; its code is imported only when it is the one
that runs.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from edge_agent import __version__


def commands() -> list[str]:
    """Names of the folders that are subcommands, without importing them."""
    here = Path(__file__).parent
    return sorted(file.parent.name.replace("_", "-") for file in here.glob("*/command.py"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand; returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="edge-sim", description="Simulated roadside devices.")
    parser.add_argument("--version", action="version", version=f"edge-sim {__version__}")
    added = parser.add_subparsers(dest="command", metavar="DEVICE", required=True)
    wanted = next((word for word in words if not word.startswith("-")), None)
    for name in commands():
        # With a known first word only that folder is loaded: --help of all is the slow case.
        if wanted in (None, name):
            module = _load(name)
            sub = added.add_parser(name, help=module.SUMMARY, description=module.SUMMARY)
            module.configure(sub)
        else:
            added.add_parser(name)
    args = parser.parse_args(words)
    result: int = _load(args.command).run(args)
    return result


def _load(name: str) -> ModuleType:
    return importlib.import_module(f"edge_agent.simulators.{name.replace('-', '_')}.command")


if __name__ == "__main__":
    sys.exit(main())
