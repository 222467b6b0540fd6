"""``edge-agent verify``: is this evidence as the unit sealed it? Needs its public key only."""

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edge_agent.commands import options
from edge_agent.commands.words import size
from edge_agent.evidence.examine import Examination, Finding, examine
from edge_agent.evidence.keys import load_public
from edge_agent.evidence.manifest import Device
from edge_agent.evidence.verify import Package
from edge_agent.exits import Exit

_WHO = ("vehicle", "plate", "tag")
"""Facts that tell whom it is about."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a package, or a folder with packages and their ledger",
    )
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE.pem", help="the unit's public key"
    )
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="a ledger that lies elsewhere")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """OK and a summary, or the first thing that is wrong with each."""
    result = examine(args.paths, load_public(args.key), args.ledger)
    if args.json:
        options.print_json(_as_json(result))
    else:
        _print(result)
    return Exit.NEGATIVE if result.findings else Exit.OK


def _as_json(result: Examination) -> dict[str, Any]:
    return {
        "ok": not result.findings,
        "packages": [
            {
                "path": str(path),
                "digest": package.digest,
                "manifest": package.manifest.model_dump(mode="json", exclude={"files"}),
                "files": [
                    {"name": file.name, "role": file.role, "size": file.size}
                    for file in package.manifest.files
                ],
            }
            for path, package in result.packages.items()
        ],
        "links": result.links,
        "findings": [asdict(found) | {"path": str(found.path)} for found in result.findings],
    }


def _print(result: Examination) -> None:
    for path, package in result.packages.items():
        print(f"OK      {path}")
        print("\n".join(f"        {line}" for line in _summary(package)))
    for found in result.findings:
        print(f"WRONG   {found.path}")
        print(f"        {found.part}: {found.wrong}{_range(found)}")
    if result.links is not None:
        print(
            f"chain   {result.links} links, none missing" if not result.findings else "chain   read"
        )
    elif result.packages:
        print("chain   no ledger here: each package proves itself, not that none is missing")


def _range(found: Finding) -> str:
    if found.start is None or found.end is None:
        return ""
    return f" (bytes {found.start}–{max(found.start, found.end - 1)} of the package)"


def _summary(package: Package) -> list[str]:
    """Who, what, when, by which rule, measured against allowed, seen by what, in which chain."""
    manifest = package.manifest
    about = manifest.about
    sure = "unknown" if about.when.tq is None else f"±{about.when.tq} ms"
    table = f", table {about.rule.table[:16]}…" if about.rule.table else ""
    facts = dict(about.facts)
    who = [f"{name} {facts.pop(name)}" for name in _WHO if name in facts]
    lines = [("what", f"{about.kind} in lane {about.lane}, unit {manifest.unit}")]
    lines += [("who", ", ".join(who))] if who else []
    lines += [
        ("when", f"{_moment(about.when.t)} ({sure}, {about.when.ts})"),
        ("rule", f"{about.rule.id} {about.rule.version}: {about.rule.source}{table}"),
    ]
    lines += [
        ("measured", str(facts.pop(name))) for name in sorted(facts) if name.startswith("measured ")
    ]
    lines += [("", f"{name} {value}") for name, value in sorted(facts.items())]
    lines += [("seen by", _device(device)) for device in about.devices]
    lines += [("with", f"{name} {value}") for name, value in sorted(about.software.items())]
    lines += [("file", f"{file.name}  {file.role}  {size(file.size)}") for file in manifest.files]
    if about.copy_of:
        lines.append(("copy", f"masked copy of {about.copy_of[:16]}…"))
    lines.append(("link", f"{manifest.chain.n}, signed by key {manifest.key}"))
    return [f"{label:<9} {words}" for label, words in lines]


def _device(device: Device) -> str:
    calibrated = f", calibrated {device.calibrated}" if device.calibrated else ""
    valid = f", valid to {device.valid_to}" if device.valid_to else ""
    serial = f" no. {device.serial}" if device.serial else ""
    return f"{device.id} ({device.kind}{serial}{calibrated}{valid})"


def _moment(t_ms: int) -> str:
    try:
        return datetime.fromtimestamp(t_ms / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return f"{t_ms} ms since 1970"
