"""Pairing on one core: how many readings a second, and what a day of them leaves in memory.

The toll plaza's lanes at 1800 vehicles an hour each, as its devices would tell of it; the whole
interpreter runs, on a clock that the readings drive.
"""

import gc
import json
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from edge_agent.clock import Stamp
from edge_agent.commands.replay_readings import DrivenClock
from edge_agent.contract.envelope import Event
from edge_agent.contract.events import Passage
from edge_agent.device.readings import Reading, from_wire
from edge_agent.passage.heading import Heading
from edge_agent.passage.interpreter import Interpreter
from edge_agent.passage.lanes import LaneSettings
from edge_agent.simulators.readings.layout import layout
from edge_agent.simulators.readings.sitefile import site_file
from edge_agent.simulators.readings.teller import Asked, Teller
from tests.bench.measure import Figure, Measure

SUITE = "passage"
START_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
_PUMP_MS = 100
_LEAST_PER_S = 5000
_MOST_GROWTH = 1.15

Said = tuple[int, str, Reading]


def _told(minutes: int) -> list[Said]:
    """What the devices say, in the order in which it comes."""
    teller = Teller(Asked("toll-plaza", 1, START_MS, flow=1800.0))
    return [
        (said.at_ms, said.device, from_wire(json.dumps(said.reading).encode()))
        for _, batch in teller.tell(START_MS + minutes * 60_000)
        for said in batch
    ]


def _interpreter(clock: DrivenClock) -> Interpreter:
    tables = tomllib.loads(site_file(layout("toll-plaza")))["lane"]
    lanes = {name: LaneSettings.model_validate(table) for name, table in tables.items()}
    interpreter = Interpreter(Heading("bench", clock), lanes)
    for device in layout("toll-plaza").devices:
        interpreter.device(device, state="ok", cause=None, detail="", since_ms=0, last_ms=None)
    return interpreter


def _clock() -> DrivenClock:
    return DrivenClock(START_MS, START_MS - 60_000)


def _run(interpreter: Interpreter, clock: DrivenClock, said: Iterable[Said], every_ms: int) -> int:
    """Passages that came of it."""
    passages, due = 0, clock.utc_ms()
    for at_ms, device, reading in said:
        while due <= at_ms:
            clock.set(due)
            passages += _passages(interpreter.pump())
            if due % 1000 < every_ms:
                interpreter.tick()
            due += every_ms
        clock.set(at_ms)
        passages += _passages(interpreter.read(device, reading))
    return passages


def _passages(events: Sequence[Event]) -> int:
    return sum(isinstance(event, Passage) for event in events)


def _speed(quick: bool) -> list[Figure]:
    said = _told(4 if quick else 15)
    best = 0.0
    for _ in range(2):
        clock = _clock()
        interpreter = _interpreter(clock)
        began = time.process_time()
        passages = _run(interpreter, clock, said, _PUMP_MS)
        best = max(best, len(said) / (time.process_time() - began))
    return [
        Figure(
            "readings paired and told, a second",
            best,
            "readings/s",
            f"≥ {_LEAST_PER_S} on one core",
            best >= _LEAST_PER_S,
            f"{len(said)} readings, {passages} passages",
        )
    ]


def _later(reading: Reading, by_ms: int, number: int) -> Reading:
    """The same reading some time on, as another one of its device."""
    at = Stamp(
        reading.at.utc_ms + by_ms, reading.at.mono_ns + by_ms * 1_000_000, reading.at.spread_ms
    )
    match reading.type:
        case "crossing":
            return replace(reading, at=at, run=f"{number:04x}")
        case "axles":
            return replace(reading, at=at, number=reading.number + 100_000 * number)
        case "tag":
            return replace(reading, at=at, epc=f"{number:06X}{reading.epc[6:]}")
        case _:
            return replace(reading, at=at)


def _rss_kb() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4


def _memory(quick: bool) -> list[Figure]:
    """Each hour has minutes of the densest traffic, and nobody for the rest."""
    said = _told(1 if quick else 3)
    clock = _clock()
    interpreter = _interpreter(clock)
    after: list[int] = []
    for hour in range(24):
        shift = hour * HOUR_MS
        again = [(at + shift, dev, _later(reading, shift, hour)) for at, dev, reading in said]
        _run(interpreter, clock, again, 1000)
        del again
        after.append(_rss_kb())
    growth = after[-1] / after[0]
    return [
        Figure(
            "memory after a day, against its first hour",
            growth,
            "×",
            f"≤ {_MOST_GROWTH}",
            growth <= _MOST_GROWTH,
            f"{after[0] // 1024} MiB, then {after[-1] // 1024} MiB; {24 * len(said)} readings",
        )
    ]


MEASURES = (Measure("pairing-speed", _speed), Measure("pairing-memory", _memory))
