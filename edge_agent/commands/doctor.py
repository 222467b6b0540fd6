"""``edge-agent doctor``: what ails this unit, what it means, and what to do next."""

import argparse
import asyncio
import os
import sys

from edge_agent import logs
from edge_agent.clock import SystemClock
from edge_agent.commands import options
from edge_agent.config.secrets import values
from edge_agent.doctor.check import GROUPS, Finding, Language
from edge_agent.doctor.examine import examine, failed
from edge_agent.doctor.gather import gather
from edge_agent.exits import Exit

_MARK = {
    (True, "error"): "ok", (True, "warning"): "ok", (True, "info"): "ok",
    (False, "error"): "FAIL", (False, "warning"): "WARN", (False, "info"): "note",
}  # fmt: skip
_COLOUR = {"ok": "32", "FAIL": "31;1", "WARN": "33;1", "note": "36", "-": "2"}
_VI = {"ok": "đạt", "FAIL": "LỖI", "WARN": "LƯU Ý", "note": "chú ý", "-": "-"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "exit code 1 when a check fails; while no agent runs the devices are driven"
    options.add_config(parser)
    options.add_state_dir(parser)
    parser.add_argument(
        "--offline", action="store_true", help="look at the unit alone: no device, no network"
    )
    parser.add_argument(
        "--warnings-as-errors", action="store_true", help="exit code 1 for warnings too"
    )
    parser.add_argument(
        "--remember",
        action="store_true",
        help="keep the cameras' pictures: they are aimed as they should be",
    )
    parser.add_argument("--lang", choices=("en", "vi"), default=_language(), help="%(default)s")
    parser.add_argument("--all", action="store_true", help="show what could not be checked, too")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """OK when nothing fails."""
    redactor = logs.configure("error")
    facts = asyncio.run(
        gather(
            args.config,
            args.state_dir,
            SystemClock(),
            offline=args.offline,
            remember=args.remember,
        )
    )
    if facts.settings is not None:
        redactor = logs.configure("error", secrets=values(facts.settings))
    findings = examine(facts, args.lang)
    bad = failed(findings, strict=args.warnings_as_errors)
    if args.json:
        checks = [redactor.value(finding.as_json()) for finding in findings]
        options.print_json({"checks": checks})
    else:
        for line in _lines(findings, args.lang, everything=args.all):
            print(redactor.text(line))
    return Exit.NEGATIVE if bad else Exit.OK


def _lines(findings: list[Finding], language: Language, *, everything: bool) -> list[str]:
    lines, group = [], None
    for each in findings:
        if each.ok is None and not everything:
            continue
        if each.group != group:
            group = each.group
            lines += ["", GROUPS[each.group][language]]
        mark = "-" if each.ok is None else _MARK[each.ok, each.severity]
        lines.append(f"  {_painted(mark, language)} {each.id:<34} {each.value}")
        if each.ok is False:
            lines.append(f"         {each.meaning}")
            if each.next:
                lines.append(f"         → {each.next}")
    made = [each for each in findings if each.ok is not None]
    wrong = [each for each in made if each.ok is False]
    skipped = len(findings) - len(made)
    total = (
        f"{len(made)} kiểm tra, {len(wrong)} không đạt, {skipped} không kiểm tra được"
        if language == "vi"
        else f"{len(made)} checks, {len(wrong)} not passed, {skipped} could not be made"
    )
    return [*lines[1:], "", total]


def _painted(mark: str, language: Language) -> str:
    word = f"{_VI[mark] if language == 'vi' else mark:<5}"
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return word
    return f"\x1b[{_COLOUR[mark]}m{word}\x1b[0m"


def _language() -> Language:
    return "vi" if os.environ.get("LANG", "").startswith("vi") else "en"
