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
from edge_agent.evidence.verify import Package
from edge_agent.exits import Exit


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
    manifest = package.manifest
    about = manifest.about
    sure = "unknown" if about.when.tq is None else f"±{about.when.tq} ms"
    lines = [
        f"{about.kind} in lane {about.lane}, unit {manifest.unit}, link {manifest.chain.n}",
        f"at {_moment(about.when.t)} ({sure}, {about.when.ts})",
        f"rule {about.rule.id} {about.rule.version}: {about.rule.source}",
    ]
    lines += [f"{name} {value}" for name, value in sorted(about.facts.items())]
    for device in about.devices:
        calibrated = f", calibrated {device.calibrated}" if device.calibrated else ""
        valid = f", valid to {device.valid_to}" if device.valid_to else ""
        serial = f" no. {device.serial}" if device.serial else ""
        lines.append(f"seen by {device.id} ({device.kind}{serial}{calibrated}{valid})")
    lines += [f"{file.name}  {file.role}  {size(file.size)}" for file in manifest.files]
    if about.copy_of:
        lines.append(f"masked copy of {about.copy_of[:16]}…")
    return lines


def _moment(t_ms: int) -> str:
    try:
        return datetime.fromtimestamp(t_ms / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return f"{t_ms} ms since 1970"
