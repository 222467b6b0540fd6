"""Tags in the fields of antennas, and the reads that a reader makes of them.

A source says when tags come and go; the field lets each be read again and again while it is there.
Chance comes from one stream a stay, so the same stays give the same reads.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Event = dict[str, Any]
Truth = Callable[[Event], None]


class Source(Protocol):
    """Who comes and goes.

    Attributes:
        ports: Name of each antenna to its number at the reader.
    """

    ports: Mapping[str, int]

    def advance_to(self, utc_ms: int) -> list[Event]:
        """``tag-in`` and ``tag-out`` since the last call, in order of time."""


@dataclass(frozen=True, slots=True)
class Read:
    """One read of one tag."""

    t: float
    port: int
    epc: str
    rssi: int


@dataclass
class _Stay:
    epc: str
    port: int
    since: float
    chance: random.Random
    due: float
    until: float | None = None
    reads: int = 0


@dataclass
class TagField:
    """Everything in front of one reader.

    Attributes:
        every_ms: Mean time between two reads of one tag.
        dead: Antennas that read nothing.
    """

    source: Source
    truth: Truth
    every_ms: float = 40.0
    dead: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._stays: dict[tuple[str, str], _Stay] = {}

    def skip_to(self, utc_ms: int) -> None:
        """Let time pass without a reader."""
        self._move(utc_ms)

    def reads(self, utc_ms: int) -> list[Read]:
        """All reads up to this moment that were not told yet, in order of time."""
        ended = self._move(utc_ms)
        found: list[Read] = []
        for stay in (*ended, *self._stays.values()):
            end = utc_ms if stay.until is None else min(utc_ms, stay.until)
            while stay.due <= end:
                if stay.port not in self.dead:
                    stay.reads += 1
                    found.append(Read(stay.due, stay.port, stay.epc, _rssi(stay)))
                stay.due += self.every_ms * (0.5 + stay.chance.random())
        found.sort(key=lambda read: read.t)
        return found

    def _move(self, utc_ms: int) -> list[_Stay]:
        ended = []
        for event in self.source.advance_to(utc_ms):
            key = str(event["antenna"]), str(event["epc"])
            port = self.source.ports[key[0]]
            self.truth(event | {"port": port})
            if event["what"] == "tag-in":
                chance = random.Random(f"{key} {event['t']}")
                first = event["t"] + self.every_ms * chance.random()
                self._stays[key] = _Stay(key[1], port, event["t"], chance, first)
            elif (stay := self._stays.pop(key, None)) is not None:
                stay.until = event["t"]
                ended.append(stay)
        return ended


def _rssi(stay: _Stay) -> int:
    """Stronger while it comes nearer, with the noise of a windscreen."""
    return -64 + min(14, int((stay.due - stay.since) / 20)) - stay.chance.randrange(4)


class SeededTags:
    """A plain list of made-up tags, each different, that come at a steady rate.

    Args:
        seed: Part of each EPC.
        per_s: Tags a second.
        stay_ms: How long each is in the field.
        ports: Numbers of the antennas, taken in turn.
        start_ms: UTC of the first.
        total: No more come after this many; None for ever.
    """

    def __init__(
        self,
        seed: int,
        per_s: float,
        stay_ms: int,
        ports: tuple[int, ...],
        start_ms: int,
        total: int | None = None,
    ) -> None:
        self.ports: Mapping[str, int] = {f"ant{port}": port for port in ports}
        self._names = tuple(self.ports)
        self._seed = seed
        self._gap_ms = 1000 / per_s
        self._stay_ms = stay_ms
        self._start_ms = start_ms
        self._total = total
        self._come = 0
        self._gone = 0

    def advance_to(self, utc_ms: int) -> list[Event]:
        events = []
        while self._more() and self._t(self._come) <= utc_ms:
            events.append(self._event("tag-in", self._come, 0))
            self._come += 1
        while self._gone < self._come and self._t(self._gone) + self._stay_ms <= utc_ms:
            events.append(self._event("tag-out", self._gone, self._stay_ms))
            self._gone += 1
        return sorted(events, key=lambda event: event["t"])

    def _more(self) -> bool:
        return self._total is None or self._come < self._total

    def _t(self, number: int) -> int:
        return self._start_ms + round(number * self._gap_ms)

    def _event(self, what: str, number: int, after_ms: int) -> Event:
        return {
            "t": self._t(number) + after_ms,
            "what": what,
            "antenna": self._names[number % len(self._names)],
            "epc": f"3034{self._seed % 65536:04X}{number:016X}",
            "vehicle": number + 1,
        }


class WorldTags:
    """The tags that pass one reader of a site of the simulated world."""

    def __init__(self, site: str, seed: int, start_ms: int, reader: str | None = None) -> None:
        from edge_agent.simulators.world.world import World  # noqa: PLC0415 - long to load

        self._world = World(site, seed, start_ms)
        antennas = self._world.site.antennas
        readers = sorted({antenna.reader for antenna in antennas})
        name = reader or (readers[0] if readers else "")
        self.ports: Mapping[str, int] = {a.name: a.port for a in antennas if a.reader == name}
        if not self.ports:
            raise ValueError(f"{site} has no reader {name!r}: one of {', '.join(readers)}")

    def advance_to(self, utc_ms: int) -> list[Event]:
        return [
            event
            for event in self._world.advance_to(utc_ms)
            if event["what"] in ("tag-in", "tag-out") and event["antenna"] in self.ports
        ]
