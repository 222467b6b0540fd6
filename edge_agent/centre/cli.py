"""``edge-centre``: receive and store, list what is missing, export."""

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from edge_agent.centre.centre import Broker, Centre
from edge_agent.centre.keeper import Kept, Watch
from edge_agent.centre.sealed import SealedError, load_opener, open_lines
from edge_agent.centre.sqlite_store import SqliteStore
from edge_agent.centre.store import StoreError

_EPILOG = """\
exit codes: 0 done; 1 gaps found (gaps), or not to be opened (open); 2 wrong usage;
3 the database cannot be used; 4 the broker refused or was never reached (run)

run --json prints one line for every stored event,
  {"event": {…as received…}, "root": "its/1/…", "received_ms": …, "committed_ms": …}
and at the end {"summary": {"stored", "duplicates", "conflicts", "refused", "ignored", "unknown",
"lost", "missing", "receipts"}}.
"""


_LOOK_S = 0.5


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``edge-centre``."""
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except StoreError as error:
        print(f"edge-centre: {error}", file=sys.stderr)
        return 3
    except BrokenPipeError:
        # Somebody closed our stdout, e.g. `| head`; silence the interpreter's own complaint.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="edge-centre",
        description="The receiving end: validates, removes duplicates, stores, sends receipts.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    run = verbs.add_parser("run", help="receive until stopped")
    run.add_argument("--broker", required=True, help="mqtt://host[:port] or mqtts://host[:port]")
    run.add_argument("--db", required=True, type=Path, help="SQLite file; made when missing")
    run.add_argument("--username")
    run.add_argument("--password-file", type=Path, help="the first line is the password")
    run.add_argument("--ca", type=Path, help="PEM of the authorities to trust")
    run.add_argument("--cert", type=Path, help="PEM of our certificate")
    run.add_argument("--key", type=Path, help="PEM of its key")
    run.add_argument("--json", action="store_true", help="a line an event instead of the table")
    run.add_argument("--seconds", type=float, help="stop after so long")
    run.set_defaults(run=_run)

    gaps = verbs.add_parser("gaps", help="list the numbers that are missing, by unit and stream")
    gaps.add_argument("--db", required=True, type=Path)
    gaps.add_argument("--json", action="store_true")
    gaps.set_defaults(run=_gaps)

    export = verbs.add_parser("export", help="write every stored event as NDJSON")
    export.add_argument("--db", required=True, type=Path)
    export.add_argument("--stream", help="only this one")
    export.add_argument(
        "--times", action="store_true", help="say with each when it came: as run --json does"
    )
    export.set_defaults(run=_export)

    opened = verbs.add_parser("open", help="open plates and tags that units sealed to this centre")
    opened.add_argument(
        "texts", nargs="*", metavar="SEALED", help="without: NDJSON events on stdin"
    )
    opened.add_argument("--key", required=True, type=Path, help="PEM of the private key (X25519)")
    opened.add_argument(
        "--as", choices=("plate", "tag"), default="plate", dest="domain", help="what SEALED hides"
    )
    opened.set_defaults(run=_open)
    return parser


def _run(options: argparse.Namespace) -> int:
    try:
        broker = Broker(
            options.broker,
            options.username,
            _password(options.password_file),
            options.ca,
            options.cert,
            options.key,
        )
        broker.address()
    except (OSError, ValueError) as error:
        print(f"edge-centre: {error}", file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    store = SqliteStore(options.db)
    try:
        centre = Centre(broker, store, _printer(stop) if options.json else None)
    except OSError as error:  # a certificate or key that cannot be read
        store.close()
        print(f"edge-centre: {error}", file=sys.stderr)
        return 2
    with centre:
        if options.json:
            _wait(centre, stop, options.seconds)
        else:
            # Imported here: --json must work where rich is not installed.
            from edge_agent.centre.table import show  # noqa: PLC0415

            show(centre, broker.url, stop, options.seconds)
        reached = centre.reached
    if options.json:
        print(json.dumps({"summary": summary(centre)}))
    store.close()
    if not reached:
        print(f"edge-centre: {centre.denied or 'the broker was never reached'}", file=sys.stderr)
        return 4
    return 0


def summary(centre: Centre) -> dict[str, int]:
    """What the centre did since it started, and what is missing in its store."""
    tally = centre.tally()
    names = {"duplicates": "duplicate", "conflicts": "conflict"}
    counted = ("stored", "duplicates", "conflicts", "refused", "ignored", "unknown", "lost")
    return {
        **{name: tally[names.get(name, name)] for name in counted},
        "missing": sum(
            high - low + 1 for account in centre.accounts() for low, high in account.gaps()
        ),
        "receipts": centre.receipts,
    }


def _password(path: Path | None) -> str | None:
    if path is None:
        return None
    return path.read_text(encoding="utf-8").partition("\n")[0]


def _wait(centre: Centre, stop: threading.Event, seconds: float | None) -> None:
    end = None if seconds is None else time.monotonic() + seconds
    while centre.alive and not stop.is_set() and (end is None or time.monotonic() < end):
        stop.wait(_LOOK_S if end is None else min(_LOOK_S, max(0.0, end - time.monotonic())))


def _printer(stop: threading.Event) -> Watch:
    def write(kept: Kept) -> None:
        try:
            _print(kept)
        except BrokenPipeError:
            stop.set()  # nobody reads any more, e.g. `| head`; what has come is stored

    return write


def _print(kept: Kept) -> None:
    head = json.dumps(
        {
            "root": kept.event.key.unit.root,
            "received_ms": kept.received_ns // 1_000_000,
            "committed_ms": kept.committed_ns // 1_000_000,
        }
    )
    print(f'{{"event": {kept.event.body.decode()}, {head[1:]}', flush=True)


def _gaps(options: argparse.Namespace) -> int:
    store = SqliteStore(options.db, read_only=True)
    found = 0
    for account in store.accounts():
        for low, high in account.gaps():
            found += high - low + 1
            if options.json:
                entry = {
                    "root": account.key.unit.root,
                    "ep": account.key.ep,
                    "st": account.key.st,
                    "frm": low,
                    "to": high,
                }
                print(json.dumps(entry))
            else:
                key = account.key
                print(f"{key.unit.root} {key.st} (epoch {key.ep}): {low}…{high}")
    store.close()
    if not options.json:
        print(f"{found} missing")
    return 1 if found else 0


def _export(options: argparse.Namespace) -> int:
    store = SqliteStore(options.db, read_only=True)
    for event in store.events(stream=options.stream):
        if options.times:
            head = json.dumps({"root": event.root, "received_ms": event.received_ms})
            print(f'{{"event": {event.body}, {head[1:]}')
        else:
            print(event.body)
    store.close()
    return 0


def _open(options: argparse.Namespace) -> int:
    try:
        opener = load_opener(options.key)
        for text in options.texts:
            print(opener.open(options.domain, text))
    except SealedError as error:
        print(f"edge-centre: {error}", file=sys.stderr)
        return 1
    if options.texts:
        return 0
    failed = 0
    for number, (line, wrong) in enumerate(open_lines(opener, sys.stdin), 1):
        print(line)
        if wrong:
            failed += 1
            print(f"edge-centre: line {number}: {wrong}", file=sys.stderr)
    return 1 if failed else 0
