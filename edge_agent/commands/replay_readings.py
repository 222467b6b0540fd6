"""``edge-agent replay --readings``: what devices said, once more, on a clock that the file drives.

One JSON object a line, in the order in which things reached the unit::

    {"device": "cam1", "at_ms": <UTC ms>, "reading": {…as a driver's child writes it…}}
    {"device": "cam1", "at_ms": <UTC ms>, "state": "down"}

Out come the events as ``edge-centre export --times`` tells them; ``received_ms`` and
``committed_ms`` are when they left by the file's time. Plates and tags stay readable: the file that
went in has them, too.
"""

import argparse
import itertools
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TextIO

from pydantic import ValidationError

from edge_agent import settings
from edge_agent.alarming.book import AlarmBook
from edge_agent.alarming.rules import Rules
from edge_agent.clock import TimeQuality
from edge_agent.commands import options
from edge_agent.contract import wire
from edge_agent.contract.envelope import Event
from edge_agent.device.readings import (
    FiguresReading,
    InventoryReading,
    Reading,
    from_wire,
)
from edge_agent.errors import EdgeError
from edge_agent.exits import Exit
from edge_agent.passage.heading import Heading
from edge_agent.passage.interpreter import Interpreter
from edge_agent.progress import Progress
from edge_agent.rules import start as rules
from edge_agent.settings import UnitSettings

EPOCH = "00000000"
PUMP_MS, TICK_MS = 100, 1000
_TOLD = 5
_SHOWN_EVERY = 2000
_QUALITY = TimeQuality("ntp", 5)


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the file."""

    at_ms: int
    device: str
    what: Reading | Literal["ok", "degraded", "down"]


class DrivenClock:
    """Time as the file tells it; never backwards.

    Args:
        start_ms: UTC of the first line.
        boot_ms: UTC at which the monotonic clock of the file's stamps began.
    """

    def __init__(self, start_ms: int, boot_ms: float) -> None:
        self._boot_ms = boot_ms
        self._now_ms = start_ms

    def utc_ms(self) -> int:
        return self._now_ms

    def mono_ns(self) -> int:
        return round((self._now_ms - self._boot_ms) * 1_000_000)

    def quality(self) -> TimeQuality:
        return _QUALITY

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - a Clock has it
        raise RuntimeError("nobody waits in a replay")

    def set(self, now_ms: int) -> None:
        """Let time pass until then."""
        self._now_ms = max(now_ms, self._now_ms)


@dataclass(slots=True)
class Outcome:
    """What became of a file."""

    lines: int = 0
    read_bytes: int = 0
    bad: list[str] = field(default_factory=list)
    unfit: int = 0
    events: Counter[str] = field(default_factory=Counter)


class Replay:
    """One unit's interpreter, driven by a file.

    Args:
        site: Settings of the unit.
        write: Takes each line that comes out.
        clock: Stands at the first line.
        outcome: What becomes of it, filled in.
    """

    def __init__(
        self, site: UnitSettings, write: TextIO, clock: DrivenClock, outcome: Outcome
    ) -> None:
        self._unit = site.unit
        self._clock = clock
        self.outcome = outcome
        heading = Heading(site.unit.id, self._clock, site.unit.test)
        judge = rules.judge(site.rules, site.lane, site.device, site.unit.timezone)
        alarms = AlarmBook(Rules(site.alarms))
        self._interpreter = Interpreter(heading, site.lane, judge=judge, alarms=alarms)
        self._write = write
        self._numbers: Counter[str] = Counter()
        self._next_pump_ms = clock.utc_ms() + PUMP_MS
        self._next_tick_ms = clock.utc_ms() + TICK_MS
        for device in site.device:
            self._state(device, "ok")

    def take(self, said: Said) -> None:
        """One line: first time passes, then it is heard."""
        self._pass_time(said.at_ms)
        self.outcome.lines += 1
        if isinstance(said.what, str):
            self._state(said.device, said.what)
            return
        if isinstance(said.what, InventoryReading | FiguresReading):
            return
        try:
            self._tell(self._interpreter.read(said.device, said.what))
        except ValidationError:
            self.outcome.unfit += 1

    def finish(self) -> None:
        """Nothing more comes."""
        self._tell(self._interpreter.pump(everything=True))
        self._tell(self._interpreter.tick(everything=True))

    def _pass_time(self, until_ms: int) -> None:
        while (due_ms := min(self._next_pump_ms, self._next_tick_ms)) <= until_ms:
            self._clock.set(due_ms)
            if due_ms == self._next_pump_ms:
                self._next_pump_ms += PUMP_MS
                self._tell(self._interpreter.pump())
            else:
                self._next_tick_ms += TICK_MS
                self._tell(self._interpreter.tick())
        self._clock.set(until_ms)

    def _state(self, device: str, state: Literal["ok", "degraded", "down"]) -> None:
        now_ms = self._clock.utc_ms()
        cause = None if state == "ok" else "silent"
        self._tell(
            self._interpreter.device(
                device, state=state, cause=cause, detail="", since_ms=now_ms, last_ms=now_ms
            )
        )

    def _tell(self, events: Iterable[Event]) -> None:
        now_ms = self._clock.utc_ms()
        root = self._unit.topics.root
        times = json.dumps({"root": root, "received_ms": now_ms, "committed_ms": now_ms})[1:]
        for event in events:
            self._numbers[event.stream] += 1
            body = wire.encode(event, sq=self._numbers[event.stream], ep=EPOCH).decode()
            self._write.write(f'{{"event": {body}, {times}\n')
            self.outcome.events[event.stream] += 1


def run(args: argparse.Namespace) -> int:
    """Replay, then say what became of it."""
    site = settings.load(args.config)
    outcome = Outcome()
    try:
        size = args.readings.stat().st_size
        if args.out is None:
            _replay(site, args.readings, size, sys.stdout, outcome)
        else:
            with args.out.open("w", encoding="utf-8") as out:
                _replay(site, args.readings, size, out, outcome)
    except OSError as error:
        raise EdgeError(f"{error.filename}: {error.strerror}") from error
    for words in outcome.bad[:_TOLD]:
        print(words, file=sys.stderr)
    if len(outcome.bad) > _TOLD:
        print(f"… and {len(outcome.bad) - _TOLD} more lines that make no sense", file=sys.stderr)
    if args.json and args.out is not None:
        options.print_json(
            {
                "lines": outcome.lines,
                "bad": len(outcome.bad),
                "unfit": outcome.unfit,
                "events": dict(sorted(outcome.events.items())),
            }
        )
    else:
        events = ", ".join(f"{name} {n}" for name, n in sorted(outcome.events.items()))
        left = f", {len(outcome.bad)} bad and {outcome.unfit} unfit ones left out"
        print(
            f"{outcome.lines} lines{left if outcome.bad or outcome.unfit else ''}: {events}",
            file=sys.stderr,
        )
    return Exit.NEGATIVE if outcome.bad or outcome.unfit or not outcome.lines else Exit.OK


def _replay(site: UnitSettings, file: Path, size: int, out: TextIO, outcome: Outcome) -> None:
    lines = read(file, outcome)
    head: list[Said] = []
    for said in lines:
        head.append(said)
        if _boot_ms(said) is not None:
            break
    if not head:
        return
    boot_ms = _boot_ms(head[-1])
    start_ms = head[0].at_ms
    clock = DrivenClock(start_ms, start_ms if boot_ms is None else min(boot_ms, start_ms))
    replay = Replay(site, out, clock, outcome)
    with Progress("replay", size) as bar:
        for said in itertools.chain(head, lines):
            replay.take(said)
            if outcome.lines % _SHOWN_EVERY == 0:
                bar.show(outcome.read_bytes, f"{outcome.events['passage']} passages")
        replay.finish()
        bar.show(size, f"{outcome.events['passage']} passages")


def _boot_ms(said: Said) -> float | None:
    """When the clock of a line's stamp began; None where it has none."""
    if isinstance(said.what, str):
        return None
    return said.what.at.utc_ms - said.what.at.mono_ns / 1_000_000


def read(file: Path, outcome: Outcome) -> Iterator[Said]:
    """Lines that make sense; the others are put on record with their number."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            outcome.read_bytes += len(line)
            if not line.strip():
                continue
            try:
                yield parse(line)
            except ValueError as error:
                outcome.bad.append(f"{file}:{number}: {_first_words(error)}")


def parse(line: bytes) -> Said:
    """One line.

    Raises:
        ValueError: It is none; the text says why.
    """
    told = json.loads(line)
    if not isinstance(told, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the file's fault, not the caller's
    device, at_ms, state = told.get("device"), told.get("at_ms"), told.get("state")
    if not isinstance(device, str) or not isinstance(at_ms, int) or isinstance(at_ms, bool):
        raise ValueError('needs "device", a text, and "at_ms", whole milliseconds')  # noqa: TRY004
    if not 0 <= at_ms < 1 << 53:
        raise ValueError('"at_ms" is no time')
    if "reading" in told:
        return Said(at_ms, device, from_wire(json.dumps(told["reading"]).encode()))
    if state in ("ok", "degraded", "down"):
        return Said(at_ms, device, state)
    raise ValueError('needs "reading", or "state": ok, degraded or down')


def _first_words(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)
