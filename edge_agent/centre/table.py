"""The live table of ``edge-centre run``."""

import threading
import time
from collections import defaultdict

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from edge_agent.centre.centre import Centre
from edge_agent.centre.register import Account

_EVERY_S = 0.5


def show(centre: Centre, url: str, stop: threading.Event, seconds: float | None) -> None:
    """Draw until told to stop, or so long."""
    end = None if seconds is None else time.monotonic() + seconds
    with Live(console=Console(), refresh_per_second=4, transient=False) as live:
        while centre.alive and not stop.is_set() and (end is None or time.monotonic() < end):
            live.update(picture(centre, url))
            stop.wait(_EVERY_S)
        live.update(picture(centre, url))


def picture(centre: Centre, url: str) -> Group:
    """The table as it is now."""
    table = Table(expand=True, title_justify="left")
    for name in ("unit", "state", "stream"):
        table.add_column(name)
    for name in ("stored", "missing", "lost", "duplicates", "conflicts"):
        table.add_column(name, justify="right")
    rows: dict[tuple[str, str], list[Account]] = defaultdict(list)
    for account in centre.accounts():
        rows[account.key.unit.root, account.key.st].append(account)
    units = centre.units()
    last = ""
    for (root, stream), accounts in sorted(rows.items()):
        unit = units.get(root)
        state = getattr(unit.notice, "state", "?") if unit is not None else "?"
        missing = sum(high - low + 1 for a in accounts for low, high in a.gaps())
        table.add_row(
            root.removeprefix("its/1/") if root != last else "",
            state if root != last else "",
            stream,
            str(sum(a.held.total for a in accounts)),
            Text(str(missing), style="red" if missing else ""),
            str(sum(a.closed.total for a in accounts)),
            str(sum(a.duplicates for a in accounts)),
            str(sum(a.conflicts for a in accounts)),
        )
        last = root
    tally = centre.tally()
    line = (
        f"{'connected to' if centre.connected else 'no connection to'} {url}; stored"
        f" {tally['stored']}, refused {tally['refused']}, receipts {centre.receipts}"
    )
    return Group(Text(line), table)
