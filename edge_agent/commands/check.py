"""``edge-agent check``: judge a site file without touching a device."""

import argparse
from pathlib import Path

from edge_agent import settings
from edge_agent.commands import options
from edge_agent.config.render import as_json, as_text
from edge_agent.errors import ConfigError, Problem
from edge_agent.exits import Exit
from edge_agent.rules import start


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, nargs="?", default=options.CONFIG, metavar="FILE", help="site file"
    )
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    verdict = settings.examine(args.file)
    errors = verdict.errors if verdict.settings is None else _rules(verdict.settings)
    ok = not errors and not (args.strict and verdict.warnings)
    if args.json:
        options.print_json(
            {
                "file": str(args.file),
                "ok": ok,
                "fingerprint": verdict.fingerprint if verdict.content else None,
                "errors": as_json(errors),
                "warnings": as_json(verdict.warnings),
            }
        )
    else:
        for problems, word in ((errors, "error"), (verdict.warnings, "warning")):
            if problems:
                print(as_text(problems, f"{_count(len(problems), word)}:"))
        if ok:
            print(f"{args.file}: sound, fingerprint {verdict.fingerprint}")
    return Exit.OK if ok else Exit.CONFIG


def _rules(unit: settings.UnitSettings) -> list[Problem]:
    """What is wrong with the unit's tables of rules and its list of tags."""
    try:
        start.judge(unit.rules, unit.lane, unit.device, unit.unit.timezone)
    except ConfigError as error:
        return error.problems
    return []


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
