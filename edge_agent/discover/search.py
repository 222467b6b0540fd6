"""The search: every place at once, at each place one way after the other, all within a deadline.

Nothing here can write: the ways are the drivers' own (``drivers/<kind>/discover.py``), built on
codecs that know reads alone, and on listening.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from edge_agent.clock import Clock
from edge_agent.device.discovery import Found, Medium, Recogniser, Spot, line_url
from edge_agent.device.driver import DriverKind
from edge_agent.discover.bus import Sweep
from edge_agent.discover.proposal import Proposal, settled
from edge_agent.discover.where import Where
from edge_agent.errors import DeviceError

_CONNECT_S = 0.7
_BREATH_S = 0.2
"""A device with room for one client needs a moment to notice that we left."""
_AT_ONCE = 64
_PROVED = 90
_RESERVE_S = 2.0
"""Left of the deadline for what is under way."""

Way = tuple[str, Recogniser]
Tell = Callable[[float, str], None]


@dataclass
class Outcome:
    """What a search brought.

    Attributes:
        proposals: Conflicts named, sorted by kind and address.
        places: How many places were tried, by medium.
        open: How many of them had somebody.
        unasked: What was left out for want of time, in words.
        seconds: How long it took.
    """

    proposals: list[Proposal] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    open: int = 0
    unasked: list[str] = field(default_factory=list)
    seconds: float = 0.0


async def search(
    where: Where,
    kinds: Sequence[DriverKind],
    clock: Clock,
    tell: Tell = lambda _share, _note: None,
    known: Mapping[str, Any] | None = None,
) -> Outcome:
    """Look everywhere.

    Args:
        where: The ground.
        kinds: Whose devices are looked for.
        clock: For the drivers' codecs.
        tell: Takes the share of places that are done, and a note.
        known: Devices of the site file, which are named where they are found again.
    """
    run = _Run(where, kinds, clock, tell)
    began = time.monotonic()
    await run.everything()
    run.outcome.proposals = settled(run.found, {kind.name: kind for kind in kinds}, known or {})
    run.outcome.seconds = round(time.monotonic() - began, 1)
    return run.outcome


class _Run:
    def __init__(self, where: Where, kinds: Sequence[DriverKind], clock: Clock, tell: Tell) -> None:
        self._where, self._clock, self._tell = where, clock, tell
        self._kinds = kinds
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._deadline = asyncio.get_running_loop().time() + where.seconds - _RESERVE_S
        self._done = self._total = 0
        self.found: list[Proposal] = []
        self.outcome = Outcome()

    async def everything(self) -> None:
        """Start all places side by side; a place that hangs is left at the deadline."""
        where = self._where
        tcp = [(host, port) for host in where.hosts for port in self._ports("tcp", "modbus")]
        udp = [(host, port) for host in where.hosts for port in self._ports("udp")]
        self.outcome.places = {"tcp": len(tcp), "udp": len(udp), "serial": len(where.lines)}
        work: dict[str, Any] = {f"tcp://{_host(h)}:{p}": self._tcp(h, p) for h, p in tcp}
        work |= {f"udp://{_host(h)}:{p}": self._udp(h, p) for h, p in udp}
        work |= {line: self._line(line) for line in where.lines}
        if where.around is not None:
            work["announcements"] = self._announcements()
        self._total = len(work)
        names = {asyncio.create_task(each, name=name): name for name, each in work.items()}
        if not names:
            return
        try:
            _, late = await asyncio.wait(names, timeout=where.seconds)
        finally:
            for task in names:
                task.cancel()
            results = await asyncio.gather(*names, return_exceptions=True)
        self.outcome.unasked += [f"{names[task]}: not done in time" for task in late]
        for result in results:
            if isinstance(result, Exception):
                raise result  # a bug in a way of looking; what a device does wrong is caught there

    def _ports(self, *media: Medium) -> tuple[int, ...]:
        if self._where.ports:
            return self._where.ports
        usual = (port for _, way in self._ways(*media) for port in way.ports)
        return tuple(dict.fromkeys(usual))

    def _ways(self, *media: Medium) -> list[Way]:
        return [
            (kind.name, way)
            for kind in self._kinds
            for way in kind.discovery.recognisers
            if way.medium in media
        ]

    async def _tcp(self, host: str, port: int) -> None:
        url = f"tcp://{_host(host)}:{port}"
        async with self._gate:
            there = await _answers(host, port)
        if there:
            self.outcome.open += 1
            await asyncio.sleep(_BREATH_S)
            # Devices of this port first, then those that speak first: listening disturbs nobody.
            ways = sorted(
                self._ways("tcp"), key=lambda way: (port not in way[1].ports, not way[1].speaks)
            )
            modbus_first = any(port in way.ports for _, way in self._ways("modbus"))
            proved = modbus_first and await self._units(url)
            proved = proved or await self._look(ways, url)
            if not proved and not modbus_first:
                await self._units(url)
        self._tick(url)

    async def _udp(self, host: str, port: int) -> None:
        url = f"udp://{_host(host)}:{port}"
        async with self._gate:
            there = await self._look(self._ways("udp"), url)
        self.outcome.open += there
        self._tick(url)

    async def _line(self, line: str) -> None:
        proved = False
        for kind, way in sorted(self._ways("serial"), key=lambda way: not way[1].speaks):
            for baud, parity in way.lines:
                url = line_url(line, baud, parity)
                proved = proved or await self._look([(kind, way)], url)
        if not proved:
            async for kind, address, (unit, found) in self._sweep().over_line(line):
                self._add(kind, address, found, unit)
                proved = True
        self.outcome.open += proved
        self._tick(line)

    async def _announcements(self) -> None:
        assert self._where.around is not None  # noqa: S101 - the caller has looked
        for kind in self._kinds:
            if kind.discovery.announce is not None:
                for found in await kind.discovery.announce(self._where.around):
                    self._add(kind.name, found.url, found)
        self._tick("announcements")

    async def _look(self, ways: Sequence[Way], url: str) -> bool:
        """Show a place to each way until one has proof; whether anybody recognised it."""
        spot = Spot(url, self._clock, username=self._where.username, password=self._where.password)
        recognised = False
        for kind, way in ways:
            if asyncio.get_running_loop().time() >= self._deadline:
                self.outcome.unasked.append(f"{url}: as {kind}")
                continue
            found = None
            with suppress(DeviceError):
                found = await way.look(spot)
            if found is not None:
                self._add(kind, found.url or url, found)
                recognised = True
                if found.confidence >= _PROVED:
                    break
        return recognised

    async def _units(self, url: str) -> bool:
        proved = False
        async for kind, (unit, found) in self._sweep().over_tcp(url):
            self._add(kind, url, found, unit)
            proved = True
        return proved

    def _sweep(self) -> Sweep:
        return Sweep(
            self._clock,
            self._where.units,
            self._ways("modbus"),
            self._deadline,
            self.outcome.unasked.append,
        )

    def _add(self, kind: str, url: str, found: Found, unit: int | None = None) -> None:
        table = dict(found.table)
        if "username" in table and self._where.reference:
            table["password"] = self._where.reference
        self.found.append(
            Proposal(
                kind, url, unit, found.identity, found.confidence, found.why, table,
                serial=found.serial,
            )
        )  # fmt: skip
        self._tell(self._done / max(1, self._total), f"{kind} at {url}")

    def _tick(self, note: str) -> None:
        self._done += 1
        self._tell(self._done / max(1, self._total), note)


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def _answers(host: str, port: int) -> bool:
    """Whether somebody listens; the connection is given up at once."""
    try:
        async with asyncio.timeout(_CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_CONNECT_S):
            await writer.wait_closed()
    return True
