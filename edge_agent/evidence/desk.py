"""The desk where evidence is put together: beside the loop, one violation after the other.

A violation is remembered on the disk, its pictures are fetched while the cameras still have them,
the signal's trace is awaited, then all is sealed in the vault's thread and told by an event. What
cannot be had is left out and said; when too much is under way a violation gets no package, which
is said and counted, too.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from edge_agent.clock import Clock, Stamp, stamp
from edge_agent.contract.verdicts import Evidence, Incident, Violation
from edge_agent.device.pictures import Photographer, Wanted
from edge_agent.device.readings import Reading, SignalReading
from edge_agent.errors import DeviceError, EvidenceError
from edge_agent.evidence.dossier import Case
from edge_agent.evidence.manifest import Device
from edge_agent.evidence.pending import Owed
from edge_agent.evidence.scene import Scene
from edge_agent.evidence.seal import Sealed
from edge_agent.evidence.settings import EvidenceSettings
from edge_agent.evidence.trace import AROUND_S, SignalLog
from edge_agent.evidence.vault import Vault
from edge_agent.passage.fused import Fused
from edge_agent.passage.heading import Heading
from edge_agent.passage.lanes import LaneSettings

MOST = 48
"""Violations and incidents under way; a plaza in trouble has a few a minute."""
MOST_BYTES = 48_000_000
"""Of pictures in hand; above it nobody waits for the rest of a signal's trace."""
DEADLINE_S = 4.0
"""For one camera's pictures."""
PATIENCE_S = 5.0
"""A camera that is busy has not looked at its last frames yet; it is asked again for so long."""

_WHY = 120
_AGAIN_S = 1.0
_SETTLE_S = 0.4
"""After the last moment, so that its frame has been kept."""


@dataclass(frozen=True)
class Surroundings:
    """What the desk needs of the house.

    Attributes:
        photographer: Who can show pictures of a device now.
        device: What a device is, for the manifest.
        software: Versions and digests in force.
        record: Takes an event on its way to the spool.
        durable: Returns when all that was recorded lies on the disk.
    """

    photographer: Callable[[str], Photographer | None]
    device: Callable[[str], Device]
    software: Callable[[], Mapping[str, str]]
    record: Callable[[Evidence], None]
    durable: Callable[[], Awaitable[None]]


class Desk:
    """Loop thread only; nothing here waits for a disk.

    Attributes:
        counts: Since start: ``sealed``, ``without-pictures``, ``refused`` (too many at once),
            ``failed`` (the disk, or the ledger).
    """

    def __init__(
        self,
        settings: EvidenceSettings,
        vault: Vault,
        heading: Heading,
        clock: Clock,
        house: Surroundings,
    ) -> None:
        self._settings = settings
        self._vault = vault
        self._heading = heading
        self._clock = clock
        self._house = house
        self._log = structlog.get_logger("evidence")
        self._signals = SignalLog()
        self._cases: dict[asyncio.Task[None], Case | Scene] = {}
        self._closing = asyncio.Event()
        self.counts: Counter[str] = Counter()

    @property
    def under_way(self) -> int:
        """Violations and incidents that wait for their package."""
        return len(self._cases)

    def reading(self, device: str, reading: Reading) -> None:
        """Hear what a device said."""
        if isinstance(reading, SignalReading):
            self._signals.say(device, reading)

    def violation(self, event: Violation, fused: Fused, lane: LaneSettings) -> None:
        """A rule fired; returns at once."""
        wanted = self._settings.seal
        if wanted == "nothing" or (wanted == "enforcement" and event.grade != "enforcement"):
            return
        self._begin(Case(event, fused, lane))

    def incident(self, event: Incident, cameras: Sequence[str], at: Stamp) -> None:
        """Something is on the road; returns at once.

        Args:
            event: As it is raised.
            cameras: Who may show it; with none there is nothing to keep.
            at: When they shall.
        """
        if self._settings.seal == "all" and cameras:
            self._begin(Scene(event, cameras, at.mono_ns))

    def _begin(self, case: Case | Scene) -> None:
        event = case.event
        if len(self._cases) >= MOST or self._closing.is_set():
            self.counts["refused"] += 1
            self._tell(event.id, case.where, None, 0, "too much at once")
            return
        task = asyncio.create_task(self._work(case), name=f"evidence {event.id}")
        self._cases[task] = case
        task.add_done_callback(self._cases.pop)

    async def begin(self) -> None:
        """Say what an earlier run left owing: a power cut came between violation and package."""
        try:
            owed = await self._vault.run(self._vault.owed)
        except (EvidenceError, OSError) as error:
            self._log.error("evidence cannot be sealed", why=str(error))
            return
        for one, sealed in owed:
            why = "" if sealed is not None else "the unit stopped before it was sealed"
            self._tell(one.event, one.lane, sealed, 0, why)
        if owed:
            await self._house.durable()
            for one, _ in owed:
                await self._vault.run(self._vault.settled, one.event)

    async def end(self, patience_s: float = 5.0) -> None:
        """Seal what is under way with what there is; the rest is told at the next start."""
        self._closing.set()
        if self._cases:
            await asyncio.wait(list(self._cases), timeout=patience_s)
        for task in list(self._cases):
            task.cancel()

    async def _work(self, case: Case | Scene) -> None:
        event = case.event
        try:
            await self._vault.run(self._vault.owe, Owed(event.id, event.kind, case.where, event.t))
            await self._collect(case)
            await self._trace(case)
            about = case.about(self._house.device, self._house.software())
            sealed = await self._vault.run(self._vault.seal, about, case.files())
        except Exception as error:  # noqa: BLE001 - one violation's trouble must cost no other its
            # package, and must be told whatever it is: as an event, in the log and in the count.
            self.counts["failed"] += 1
            self._log.error("evidence not sealed", of=event.id, why=str(error))
            self._tell(event.id, case.where, None, 0, f"not sealed: {error}")
            return
        self.counts["sealed"] += 1
        self.counts["without-pictures"] += not case.count
        why = "; ".join(f"without {what}: {words}" for what, words in case.absent.items())
        self._tell(event.id, case.where, sealed, case.count, why)
        await self._house.durable()
        try:
            await self._vault.run(self._vault.settled, event.id)
        except OSError:
            return  # told once more at the next start, which harms nobody

    async def _collect(self, case: Case | Scene) -> None:
        wanted = case.wanted()
        if not wanted:
            case.absent["pictures"] = "no camera saw it"
            return
        last = max(max(one.moments.values()) for one in wanted.values())
        await self._until(last, _SETTLE_S)
        async with asyncio.TaskGroup() as group:
            for device, some in wanted.items():
                group.create_task(self._ask(case, device, some), name=f"pictures {device}")

    async def _ask(self, case: Case | Scene, device: str, wanted: Wanted) -> None:
        photographer = self._house.photographer(device)
        if photographer is None:
            case.absent[device] = "it shows no pictures now"
            return
        patient_ns = max(wanted.moments.values()) + PATIENCE_S * 1e9
        try:
            while True:
                pictures = await photographer.pictures(wanted, DEADLINE_S)
                missing = set(wanted.moments) - {picture.name for picture in pictures}
                if not missing or self._closing.is_set() or self._clock.mono_ns() > patient_ns:
                    break
                await self._until(self._clock.mono_ns(), _AGAIN_S)
        except DeviceError as error:
            case.absent[device] = str(error)
            return
        case.pictures[device] = pictures
        if missing:
            case.absent[device] = f"no frame {', '.join(sorted(missing))}"

    async def _trace(self, case: Case | Scene) -> None:
        if case.signal is None:
            return
        at = case.judged_ns
        if sum(other.bytes for other in self._cases.values()) < MOST_BYTES:
            await self._until(at, AROUND_S)
        case.trace = self._signals.around(case.signal, at)
        if not case.trace:
            case.absent[case.signal] = "it said nothing"
        elif self._clock.mono_ns() < at + AROUND_S * 1e9:
            case.absent["signal"] = "the trace ends early"

    async def _until(self, mono_ns: int, more_s: float) -> None:
        """Until so long after a moment, or until the unit stops."""
        left_s = (mono_ns - self._clock.mono_ns()) / 1e9 + more_s
        if left_s <= 0 or self._closing.is_set():
            return
        sleep = asyncio.ensure_future(self._clock.sleep(left_s))
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait({sleep, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            closing.cancel()

    def _tell(self, of: str, lane: str, sealed: Sealed | None, pics: int, why: str) -> None:
        self._house.record(
            Evidence(
                **self._heading.of(lane, stamp(self._clock)),
                of=of,
                sha=None if sealed is None else sealed.digest,
                name="" if sealed is None else sealed.path.name,
                n=None if sealed is None else sealed.n,
                size=None if sealed is None else sealed.size,
                pics=pics,
                why=why[:_WHY],
            )
        )
