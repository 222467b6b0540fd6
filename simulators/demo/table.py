"""The demo on a terminal: what comes in at the centre, as it comes."""

from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from edge_agent.simulators.demo.score import Stored, percentile

SHOWN = 12


class LiveTable:
    """Keeps the last events and the totals; ``render`` draws them."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last: deque[Stored] = deque(maxlen=SHOWN)
        self._totals: Counter[str] = Counter()
        self._latencies: deque[int] = deque(maxlen=500)

    def add(self, event: Stored) -> None:
        """Take one event that the centre has committed."""
        self._last.append(event)
        self._totals[event.stream] += 1
        if event.stream in {"signal", "passage"}:
            self._latencies.append(event.latency_ms)

    def render(self, elapsed_s: float) -> Group:
        """The picture now."""
        table = Table(expand=True, show_edge=False)
        for name, width in (("time", 12), ("device", 8), ("event", 9), ("number", 7)):
            table.add_column(name, width=width)
        table.add_column("what")
        table.add_column("ms", justify="right", width=6)
        for event in self._last:
            body = event.body
            moment = datetime.fromtimestamp(int(body["t"]) / 1000, UTC)
            table.add_row(
                moment.strftime("%H:%M:%S.%f")[:-3],
                str(body["d"]),
                event.stream,
                str(body["sq"]),
                words(body),
                str(event.latency_ms),
            )
        totals = "  ".join(f"{name} {n}" for name, n in sorted(self._totals.items()))
        p50, p99 = percentile(self._latencies, 0.5), percentile(self._latencies, 0.99)
        head = f"stored at the centre: {totals or 'nothing yet'}"
        tail = f"{elapsed_s:.0f} of {self._seconds:.0f} s   delay ms p50 {p50} p99 {p99}"
        return Group(Text(head, style="bold"), table, Text(tail, style="dim"))


def words(body: dict[str, Any]) -> str:
    """One event in words for a person."""
    teller = _WORDS.get(body["st"])
    return teller(body) if teller is not None else ""


def _passage(body: dict[str, Any]) -> str:
    parts = "+".join(part["d"] for part in body["parts"])
    return f"{body['cls']} on {body['lane']}, direction {body['dir']}: {parts}"


def _agg(body: dict[str, Any]) -> str:
    counted = body["n"]
    total = "not measured" if counted is None else sum(each["n"] for each in counted)
    return f"{body['lane']} by {body['src']}: {total} in {body['dur'] / 1000:.0f} s"


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "passage": _passage,
    "unpaired": lambda body: f"{body['k']} on {body['lane']}: {body['why']}",
    "violation": lambda body: f"{body['kind']} on {body['lane']}: {body['cls']}, {body['grade']}",
    "evidence": lambda body: f"{body.get('pics', 0)} pictures in {body.get('name') or 'nothing'}",
    "incident": lambda body: f"{body['kind']} {body['state']}",
    "signal": lambda body: "  ".join(f"{phase}:{aspect}" for phase, aspect in body["ph"].items()),
    "agg": _agg,
    "alarm": lambda body: f"{body['code']} {body['state']}",
    "dev": lambda body: " ".join(filter(None, (body["state"], body["cause"]))),
}
