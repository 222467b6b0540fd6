"""The session with an NTCIP controller: looks at the lamps, takes its broadcast, never writes.

One loop asks. The broadcast, where there is one, arrives beside it and is the better witness: as
long as it is fresh the lamps are not asked for, and neither source continues the other's story.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from edge_agent.clock import Stamp
from edge_agent.device.driver import DeviceContext, Driver, Emit
from edge_agent.device.readings import (
    Colour,
    FigureReading,
    FiguresReading,
    InventoryReading,
    SignalReading,
)
from edge_agent.drivers.signal_ntcip import alarms, objects
from edge_agent.drivers.signal_ntcip.alarms import Alarms
from edge_agent.drivers.signal_ntcip.codec import CONTROL, FLASH, NOT_FLASHING, Measured
from edge_agent.drivers.signal_ntcip.conflicts import Conflicts
from edge_agent.drivers.signal_ntcip.detectors import Presence, batches
from edge_agent.drivers.signal_ntcip.identity import ask_identity
from edge_agent.drivers.signal_ntcip.lamps import Lamps
from edge_agent.drivers.signal_ntcip.receiver import Receiver, TscbmPort
from edge_agent.drivers.signal_ntcip.session import Answer, SnmpSession
from edge_agent.drivers.signal_ntcip.settings import NtcipSettings, address
from edge_agent.drivers.signal_ntcip.snmp import Value, Version
from edge_agent.drivers.signal_ntcip.tscbm import Frame
from edge_agent.drivers.signal_ntcip.watch import Look, Watch, Word
from edge_agent.errors import Cause, DeviceError
from edge_agent.secret import SecretError, reveal

_S = 1_000_000_000
_MS = 1_000_000
_FIGURES_S = 60
_BLINK_NS = 1_500_000_000
"""A blinking lamp is off for at most a second (1 Hz at the slowest); longer is dark."""
_FRAME_NS = 100_000_000
_LEAST_PATIENCE_NS = 200_000_000
_WRAP = 1 << 32
_NEAR_WRAP = 100 * 3600
_FREE, _TOP_PATTERN = 254, 253


class SignalNtcip(Driver):
    """Reads one controller."""

    def __init__(self, settings: NtcipSettings, context: DeviceContext) -> None:
        self._settings = settings
        self._context = context
        self._clock = context.clock
        self._lamps = Lamps(settings)
        self._presence = Presence(settings.detectors)
        self._volumes = batches(settings.detectors, settings.plausibility)
        self._alarms = Alarms()
        self._conflicts = Conflicts({}, ())
        self._watch = Watch(round(settings.gap_s * _S))
        self._counts: Counter[str] = Counter()
        self._patience_ns = max(_LEAST_PATIENCE_NS, round(1.5 * _S / settings.poll_hz))
        self._up_time: int | None = None
        self._status: dict[bytes, Value] = {}
        self._receiver: Receiver | None = None
        self._by_broadcast = False
        self._looked_ns: int | None = None
        self._every_ms: int | None = None

    async def run(self, emit: Emit) -> None:
        async with self._session() as session, self._broadcast(session, emit):
            emit(await self._inventory(session))
            await self._learn_conflicts(session)
            due_ns = slow_ns = figures_ns = self._clock.mono_ns()
            interval_ns = round(_S / self._settings.poll_hz)
            limping = False
            while True:
                try:
                    everything = self._clock.mono_ns() >= slow_ns
                    if everything:
                        slow_ns = self._clock.mono_ns() + round(self._settings.slow_s * _S)
                        await self._ask_slow(session, emit)
                    await self._ask_fast(session, emit)
                    if self._clock.mono_ns() >= figures_ns:
                        figures_ns = self._clock.mono_ns() + _FIGURES_S * _S
                        await self._tell_figures(session, emit)
                    if limping and everything:
                        # Only now has each question had its answer again.
                        limping = False
                        if self._by_broadcast:
                            self._context.degraded(None, "")
                except DeviceError as error:
                    if not self._hearing():
                        raise
                    limping = True
                    self._context.degraded(error.cause, f"only TSCBM arrives: {error.detail}")
                due_ns = await self._until(due_ns + interval_ns, interval_ns)

    async def probe(self) -> InventoryReading:
        async with self._session() as session:
            answer = await session.get_together(self._lamps.bundles)
            self._lamps.polled(answer.values)
            return await self._inventory(session)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[SnmpSession]:
        settings = self._settings
        host, port = address(settings.url)
        version = Version.V1 if settings.version == "1" else Version.V2C
        try:
            community = reveal(settings.community) if settings.community else "public"
        except SecretError as error:
            raise DeviceError(Cause.REFUSED, f"community: {error}") from None
        async with SnmpSession(
            host,
            port,
            version,
            community.encode(),
            self._clock,
            settings.timeout_s,
            settings.retries,
        ) as session:
            yield session

    @asynccontextmanager
    async def _broadcast(self, session: SnmpSession, emit: Emit) -> AsyncIterator[None]:
        settings = self._settings
        if settings.tscbm_port is None:
            yield
            return

        def on_frame(frame: Frame, made_ns: int, void: bool) -> None:
            self._take_frame(frame, made_ns, void, emit)

        self._receiver = Receiver(
            session.peer,
            self._clock,
            settings.tscbm_utc_offset_min,
            round(settings.gap_s * _S),
            on_frame,
        )
        port = await TscbmPort.open(settings.tscbm_bind, settings.tscbm_port, self._receiver)
        try:
            yield
        finally:
            port.abort()

    async def _ask_fast(self, session: SnmpSession, emit: Emit) -> None:
        hearing = self._hearing()
        if hearing and not self._presence.names:
            return
        presence = (self._presence.names,) if self._presence.names else ()
        answer = await session.get_together(
            presence if hearing else (*self._lamps.bundles, *presence)
        )
        self._context.alive()
        at = self._stamp(answer.asked_ns, answer.answered_ns)
        if not hearing and not self._hearing():
            self._look(session, answer, emit)
        for reading in self._presence.take(answer.values, at):
            emit(reading)

    def _look(self, session: SnmpSession, answer: Answer, emit: Emit) -> None:
        if self._by_broadcast:
            self._by_broadcast = False
            self._watch.lost()
            self._context.degraded(Cause.SILENT, "TSCBM does not arrive; asking instead")
        self._notice_restart(session, answer.values)
        self._status[objects.UNIT_FLASH_STATUS] = answer.values[objects.UNIT_FLASH_STATUS]
        self._see(answer.asked_ns, answer.answered_ns, self._lamps.polled(answer.values), emit)

    def _take_frame(self, frame: Frame, made_ns: int, void: bool, emit: Emit) -> None:
        self._context.alive()
        if void or not self._by_broadcast:
            self._watch.lost()
        if not self._by_broadcast:
            self._by_broadcast = True
            self._context.degraded(None, "")
        self._see(made_ns, made_ns, self._lamps.broadcast(frame), emit)

    def _see(self, from_ns: int, to_ns: int, aspects: dict[int, Colour], emit: Emit) -> None:
        before_ns, self._looked_ns = self._looked_ns, from_ns
        self._every_ms = None if before_ns is None else max(0, from_ns - before_ns) // _MS
        blinking = self._flashing() or any(
            colour in (Colour.FLASHING_RED, Colour.FLASHING_YELLOW) for colour in aspects.values()
        )
        patience_ns = _LEAST_PATIENCE_NS if self._by_broadcast else self._patience_ns
        if blinking:
            patience_ns = max(patience_ns, _BLINK_NS)
        word = self._watch.see(Look(from_ns, to_ns, aspects, patience_ns))
        if word is None:
            return
        signal = self._signal(word)
        emit(signal)
        conflict = self._conflicts.take(word.aspects, signal.at)
        if conflict is not None:
            emit(conflict)

    def _signal(self, word: Word) -> SignalReading:
        pattern = self._status.get(objects.COORD_PATTERN_STATUS)
        return SignalReading(
            self._stamp(word.earliest_ns, word.latest_ns),
            phases=word.aspects,
            changed=word.changed,
            plan=pattern if isinstance(pattern, int) and 0 < pattern <= _TOP_PATTERN else None,
            mode=self._mode(pattern),
            first=word.first,
            every_ms=self._every_ms,
        )

    def _mode(self, pattern: Value) -> str | None:
        if self._flashing():
            status = self._status.get(objects.UNIT_FLASH_STATUS)
            return f"flash-{FLASH.get(status, 'other') if isinstance(status, int) else 'other'}"
        if pattern == _FREE:
            return "free"
        control = self._status.get(objects.UNIT_CONTROL_STATUS)
        return CONTROL.get(control) if isinstance(control, int) else None

    async def _ask_slow(self, session: SnmpSession, emit: Emit) -> None:
        """Plan, mode, alarms, clock and detector counts."""
        names = [
            objects.SYS_UP_TIME,
            objects.UNIT_CONTROL_STATUS,
            objects.UNIT_FLASH_STATUS,
            objects.COORD_PATTERN_STATUS,
        ]
        if self._settings.alarms:
            names += alarms.NAMES
        answer = await session.get(names)
        self._context.alive()
        self._notice_restart(session, answer.values)
        self._status.update(answer.values)
        if self._settings.alarms:
            at = self._stamp(answer.asked_ns, answer.answered_ns)
            for condition in self._alarms.take(answer.values, at):
                emit(condition)
        for batch in self._volumes:
            answer = await session.get(batch.names)
            for reading in batch.take(answer.values, self._since_last_slow(answer)):
                emit(reading)

    def _since_last_slow(self, answer: Answer) -> Stamp:
        """A period that is seen to have ended did so since the look before."""
        earliest_ns = answer.asked_ns - round(self._settings.slow_s * _S)
        return self._stamp(earliest_ns, answer.answered_ns)

    def _notice_restart(self, session: SnmpSession, values: Mapping[bytes, Value]) -> None:
        """What was seen before a restart of the controller says nothing about after."""
        up_time = values.get(objects.SYS_UP_TIME)
        if not isinstance(up_time, int):
            return
        before, self._up_time = self._up_time, up_time
        if before is None or up_time >= before:
            return
        if before > _WRAP - _NEAR_WRAP and up_time < _NEAR_WRAP:
            return  # 497 days are over and the counter began again
        self._counts["controller-restarts"] += 1
        self._context.log.warning("controller restarted", up_s=up_time // 100)
        self._watch.lost()
        session.forget_absent()
        for batch in self._volumes:
            batch.lost()

    async def _tell_figures(self, session: SnmpSession, emit: Emit) -> None:
        figures = dict(self._counts) | {f"snmp-{k}": v for k, v in session.figures.items()}
        if self._receiver is not None:
            figures |= {f"tscbm-{k}": v for k, v in self._receiver.figures.items()}
        now_ns = self._clock.mono_ns()
        at = self._stamp(now_ns, now_ns)
        emit(FiguresReading(at, figures))
        offset, why = await self._clock_offset(session)
        if self._clock.quality().source == "none":
            offset, why = None, "own-clock-not-set"
        emit(FigureReading(at, "clock-offset", offset, "ms", why))

    async def _clock_offset(self, session: SnmpSession) -> Measured:
        """The controller's clock minus ours: by broadcast, else in whole seconds as it tells."""
        if self._receiver is not None and self._receiver.offset_ms is not None:
            if self._receiver.fresh:
                return Measured(self._receiver.offset_ms)
            return Measured(None, "no-tscbm")
        answer = await session.get((objects.GLOBAL_TIME,))
        seconds = answer.values[objects.GLOBAL_TIME]
        if not isinstance(seconds, int):
            return Measured(None, "not-in-controller")
        at = self._stamp(answer.asked_ns, answer.answered_ns)
        return Measured(seconds * 1000 + 500 - at.utc_ms)

    async def _inventory(self, session: SnmpSession) -> InventoryReading:
        identity = await ask_identity(session)
        return InventoryReading(
            self._stamp(identity.asked_ns, identity.answered_ns),
            maker=identity.maker,
            model=identity.model,
            versions=identity.versions,
        )

    async def _learn_conflicts(self, session: SnmpSession) -> None:
        phases = self._settings.phases
        groups = {objects.group_of(phase) for phase in phases}
        names = [
            tuple(objects.phase_concurrency(n) for n in phases if objects.group_of(n) == group)
            for group in sorted(groups)
        ]
        self._conflicts = Conflicts((await session.get_together(names)).values, phases)

    def _hearing(self) -> bool:
        return self._receiver is not None and self._receiver.fresh

    def _flashing(self) -> bool:
        status = self._status.get(objects.UNIT_FLASH_STATUS)
        return isinstance(status, int) and status != NOT_FLASHING

    async def _until(self, due_ns: int, interval_ns: int) -> int:
        """Wait for the next tick; ticks that passed meanwhile are counted, not caught up."""
        now_ns = self._clock.mono_ns()
        if now_ns > due_ns:
            missed = (now_ns - due_ns) // interval_ns
            self._counts["ticks-missed"] += missed
            due_ns += missed * interval_ns
        await self._clock.sleep(max(0.0, (due_ns - now_ns) / _S))
        return due_ns

    def _stamp(self, from_ns: int, to_ns: int) -> Stamp:
        """The middle of the interval, with half of it as spread."""
        from_ns, to_ns = min(from_ns, to_ns), max(from_ns, to_ns)
        middle_ns = (from_ns + to_ns) // 2
        ago_ms = round((self._clock.mono_ns() - middle_ns) / 1e6)
        spread_ms = -((from_ns - to_ns) // 2_000_000)
        return Stamp(self._clock.utc_ms() - ago_ms, middle_ns, spread_ms)
