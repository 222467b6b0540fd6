"""``edge-agent rules``: the tables by which vehicles are judged, and what each is worth today."""

import argparse
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from edge_agent.commands import options
from edge_agent.commands.words import table
from edge_agent.exits import Exit
from edge_agent.rules.chain import Loaded, Tables
from edge_agent.rules.sheet import markdown, rows
from edge_agent.rules.tables import load, read


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tables",
        type=Path,
        metavar="DIR",
        help="the unit's own tables, as [rules] tables in the site file names them",
    )
    parser.add_argument(
        "--check", type=Path, metavar="FILE", help="judge one table alone: every flaw, by its line"
    )
    parser.add_argument(
        "--day",
        type=date.fromisoformat,
        default=datetime.now(UTC).date(),
        metavar="YYYY-MM-DD",
        help="tell what they are worth on this day (default today)",
    )
    parser.add_argument(
        "--markdown", action="store_true", help="print the page of the documentation"
    )
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """OK when every rule can be enforced on the day; a flawed table is a configuration error."""
    if args.check is not None:
        one = read(args.check)
        tables = Tables({one.table.kind: (one,)})
    else:
        tables = load(args.tables)
    if args.markdown:
        print(markdown(tables), end="")
        return Exit.OK
    troubles = tables.troubles(tables.chains, args.day)
    if args.check is not None and args.day < one.table.valid_from:
        troubles = []  # it will be in force some day; today nothing is wrong with it
    expiry = tables.next_expiry(args.day)
    if args.json:
        told = [_plain(tables, one, args.day) for one in tables]
        options.print_json(
            {"ok": not troubles, "tables": told, "troubles": troubles, "next_expiry": _iso(expiry)}
        )
    else:
        print(*table(list(rows(tables, args.day))), sep="\n")
        print(f"\nnext expiry: {_iso(expiry) or 'none'}")
        print(*(f"for statistics only: {words}" for words in troubles), sep="\n")
    return Exit.NEGATIVE if troubles else Exit.OK


def _plain(tables: Tables, one: Loaded, day: date) -> dict[str, Any]:
    head = one.table.model_dump(
        mode="json",
        include={
            "id", "kind", "version", "valid_from", "valid_to", "verified", "verified_by", "source",
            "url", "note",
        },
    )  # fmt: skip
    return head | {"state": tables.state(one, day), "digest": one.digest, "file": one.file}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
