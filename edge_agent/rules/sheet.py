"""The tables in words: rows for a terminal, and the page of the documentation."""

from collections.abc import Iterator
from datetime import date

from edge_agent.rules.chain import Loaded, Tables

MARK = "<!-- written by `edge-agent rules --markdown` -->"


def rows(tables: Tables, day: date) -> Iterator[tuple[str, ...]]:
    """A head, then a row a table: what it is, and what it is worth on a day."""
    yield ("rule", "version", "from", "to", "state", "digest", "source")
    for one in tables:
        table = one.table
        yield (
            table.kind,
            f"{table.id} {table.version}",
            table.valid_from.isoformat(),
            table.valid_to.isoformat(),
            tables.state(one, day),
            one.digest[:12],
            table.source,
        )


def markdown(tables: Tables) -> str:
    """The newest table of each rule, with all its bands; ends with a line break."""
    lines = [
        MARK,
        "",
        "| rule, version | days | verified | clause | judged |",
        "|---|---|---|---|---|",
    ]
    for kind in sorted(tables.chains):
        lines += _table(tables.chains[kind][-1])
    return "\n".join(lines) + "\n"


def _table(one: Loaded) -> Iterator[str]:
    table = one.table
    head = (
        f"{table.kind}: {table.id} {table.version}",
        f"{table.valid_from} – {table.valid_to}",
        "yes" if table.verified else "no",
    )
    for clause, words in table.words():
        yield f"| {' | '.join((*head, clause, words))} |"
        head = ("", "", "")
