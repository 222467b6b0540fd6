"""``edge-agent models``: the networks of a folder, each opened and tried as the unit would."""

import argparse
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from edge_agent.commands import options
from edge_agent.commands.words import size, table
from edge_agent.errors import ModelError
from edge_agent.exits import Exit
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.manifest import SHIPPED, Manifest, digest
from edge_agent.vision.nets.session import Net, blank, read

_RUNS = 7


@dataclass(frozen=True, slots=True)
class _Row:
    """What is known of one network.

    Attributes:
        wrong: Why it cannot be used; None when it can.
        ms: CPU time of a run, median.
        provider: What runs it.
        fallbacks: Why hardware that was asked for does not.
    """

    name: str
    task: str
    adapter: str
    file: str
    bytes: int | None
    sha256: str | None
    digest_ok: bool
    input: tuple[int | str, ...]
    classes: tuple[str, ...]
    licence: str
    card: bool
    wrong: str | None
    provider: str | None = None
    fallbacks: tuple[str, ...] = ()
    ms: float | None = None


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        choices=["list", "verify"],
        default="list",
        help="list: all that is known, with CPU time per run; verify: sound or not (default list)",
    )
    parser.add_argument(
        "--folder", type=Path, default=SHIPPED, metavar="DIR", help="default: what came with this"
    )
    parser.add_argument(
        "--provider",
        action="append",
        metavar="NAME",
        help="hardware: cuda, openvino…, NAME=LIBRARY.so for a plugin; several: best first",
    )
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """OK when every network can be used."""
    manifest = Manifest(args.folder)
    timed = args.what == "list"
    rows = [_row(manifest, entry, args.provider, timed) for entry in manifest.entries.values()]
    bad = [row for row in rows if row.wrong]
    if args.json:
        models = [asdict(row) for row in rows]
        options.print_json({"folder": str(args.folder), "ok": not bad, "models": models})
    elif args.what == "verify":
        for row in rows:
            print(f"{row.name}: {row.wrong or 'sound'}")
    else:
        _print(rows)
    return Exit.NEGATIVE if bad else Exit.OK


def _row(manifest: Manifest, entry: Entry, providers: list[str] | None, timed: bool) -> _Row:
    path = manifest.path(entry)
    content, wrong, net = None, None, None
    try:
        content = read(path)
        net, _entry = manifest.open(entry.name, providers=providers)
    except ModelError as error:
        wrong = f"{error.wrong}; allowed: {error.allowed}; {error.next}"
    found = None if content is None else digest(content)
    return _Row(
        name=entry.name,
        task=entry.task,
        adapter=entry.adapter,
        file=str(path),
        bytes=None if content is None else len(content),
        sha256=found,
        digest_ok=found == entry.sha256,
        input=entry.input.shape,
        classes=entry.names or tuple(entry.charset),
        licence=entry.licence,
        card=bool(entry.card) and (manifest.folder / entry.card).is_file(),
        wrong=wrong,
        provider=net.provider if net else None,
        fallbacks=tuple(net.fallbacks) if net else (),
        ms=_milliseconds(net, entry) if net and timed else None,
    )


def _milliseconds(net: Net, entry: Entry) -> float:
    zeros = blank(net, [entry.input.once])
    spent = []
    for _ in range(_RUNS):
        before = time.process_time()
        net.run(*zeros)
        spent.append(time.process_time() - before)
    return round(1000 * median(spent), 3)


def _print(rows: list[_Row]) -> None:
    if not rows:
        print("no models in this manifest")
        return
    head = ("name", "task", "size", "digest", "input", "classes", "licence", "runs on", "CPU ms")
    print(*table([head, *map(_cells, rows)]), sep="\n")
    for row in rows:
        if row.wrong:
            print(f"{row.name}: {row.wrong}")
        for fallback in row.fallbacks:
            print(f"{row.name}: {fallback}")


def _cells(row: _Row) -> tuple[str, ...]:
    classes = ", ".join(row.classes) if row.task == "detector" else "".join(row.classes)
    return (
        row.name,
        f"{row.task} ({row.adapter})",
        "–" if row.bytes is None else size(row.bytes),
        "ok" if row.digest_ok else "WRONG",
        "×".join(map(str, row.input)),
        classes if len(classes) <= 40 else f"{classes[:37]}… ({len(row.classes)})",  # noqa: PLR2004
        row.licence,
        row.provider or "–",
        "–" if row.ms is None else f"{row.ms:.2f}",
    )
