"""The session with an LLRP reader: set up, listen, make passes of reads. It never writes a tag."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from edge_agent.clock import BUILD_EPOCH_MS, stamp
from edge_agent.device.driver import DeviceContext, Driver, Emit
from edge_agent.device.readings import FigureReading, FiguresReading, InventoryReading
from edge_agent.device.tagwindow import TagRead, TagWindow, reading
from edge_agent.drivers.etc_llrp import codec
from edge_agent.drivers.etc_llrp.codec import Notice, TagReport
from edge_agent.drivers.etc_llrp.conditions import Conditions
from edge_agent.drivers.etc_llrp.numbers import Type
from edge_agent.drivers.etc_llrp.readerclock import ReaderClock
from edge_agent.drivers.etc_llrp.session import RefusedError, Session
from edge_agent.drivers.etc_llrp.settings import Settings
from edge_agent.drivers.etc_llrp.wire import Message, WireError
from edge_agent.errors import Cause, DeviceError

_S = 1_000_000_000
_FIGURES_NS = 60 * _S
_ROSPEC = 1
_STARTED = 0
_IDENTIFICATION, _ANTENNAS = 1, 2
_UNTIMED_MS = 1000
"""Spread of a read of which the reader tells no time: it may have kept the report for a while."""

_MISSED_KEEPALIVES = 2.5
_UNREADABLE = 5
"""Messages in a row that make no sense before the reader is given up."""

_MAKERS = {161: "Motorola", 5771: "Zebra", 17996: "Alien", 25882: "Impinj", 26554: "Kathrein"}
"""Private enterprise numbers of IANA."""


class EtcLlrp(Driver):
    """Reads one reader."""

    def __init__(self, settings: Settings, context: DeviceContext) -> None:
        self._settings = settings
        self._context = context
        self._clock = context.clock
        self._window = TagWindow(settings.window_ms, settings.max_ms)
        self._reader_clock = ReaderClock()
        self._conditions = Conditions()
        self._counts: Counter[str] = Counter()
        self._emit: Emit = _nowhere
        self._restart = False
        self._unreadable = 0

    async def run(self, emit: Emit) -> None:
        self._emit = emit
        try:
            async with self._connected() as session:
                emit(await self._inventory(session))
                await self._set_up(session)
                await self._listen(session)
        finally:
            for pass_ in self._window.flush():
                emit(reading(pass_, self._clock))

    async def probe(self) -> InventoryReading:
        """Capabilities only: a ROSpec that runs goes on, and nothing is configured."""
        async with self._connected() as session:
            inventory = await self._inventory(session)
            with suppress(RefusedError):
                await session.ask(Type.CLOSE_CONNECTION, b"")
            return inventory

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Session]:
        settings = self._settings
        session = await Session.open(
            settings.endpoint, self._clock, settings.timeout_s, self._unasked
        )
        try:
            yield session
        finally:
            # Best effort: a reader that hears it takes the next client at once.
            with suppress(DeviceError):
                session.tell(Type.CLOSE_CONNECTION)
            session.close()

    async def _inventory(self, session: Session) -> InventoryReading:
        asked_ns = self._clock.mono_ns()
        answer = await session.ask(Type.GET_READER_CAPABILITIES, codec.get_capabilities())
        self._reader_clock.round_trip(self._clock.mono_ns() - asked_ns)
        serial = ""
        try:
            told = codec.capabilities(answer.body)
            with suppress(RefusedError):
                about = await session.ask(Type.GET_READER_CONFIG, codec.get_config(_IDENTIFICATION))
                serial = codec.identification(about.body)
        except WireError as error:
            raise DeviceError(Cause.PARSE, str(error)) from None
        return InventoryReading(
            stamp(self._clock),
            maker=_MAKERS.get(told.maker, f"enterprise {told.maker}"),
            model=str(told.model),
            serial=serial,
            versions={"firmware": told.firmware, "antennas": str(told.antennas)},
        )

    async def _set_up(self, session: Session) -> None:
        settings = self._settings
        if settings.version == "1.1":
            await self._agree(session)
        keepalive_ms = round(settings.keepalive_s * 1000)
        try:
            await session.ask(Type.SET_READER_CONFIG, codec.set_config(keepalive_ms))
        except RefusedError:
            # Some readers know fewer events; without keepalives we could not go on.
            self._counts["events-refused"] += 1
            await session.ask(Type.SET_READER_CONFIG, codec.set_config(keepalive_ms, ()))
        await self._look_at_antennas(session)
        # Whatever an earlier client left running goes: there is one client, and it is us.
        await session.ask(Type.DELETE_ROSPEC, codec.rospec_id(0))
        rospec = codec.add_rospec(
            _ROSPEC,
            settings.antennas,
            settings.report_every,
            settings.session,
            settings.population,
        )
        await session.ask(Type.ADD_ROSPEC, rospec)
        await session.ask(Type.ENABLE_ROSPEC, codec.rospec_id(_ROSPEC))
        await session.ask(Type.START_ROSPEC, codec.rospec_id(_ROSPEC))
        session.tell(Type.ENABLE_EVENTS_AND_REPORTS)
        self._restart = False

    async def _agree(self, session: Session) -> None:
        """Speak 1.1 where the reader can."""
        try:
            told = await session.ask(Type.GET_SUPPORTED_VERSION, b"", version=2)
            if codec.supported_version(told.body) >= 2:  # noqa: PLR2004 - 1.1 on the wire
                await session.ask(Type.SET_PROTOCOL_VERSION, b"\x02", version=2)
                session.version = 2
        except RefusedError:
            self._counts["version-refused"] += 1
        except WireError as error:
            raise DeviceError(Cause.PARSE, str(error)) from None

    async def _look_at_antennas(self, session: Session) -> None:
        try:
            answer = await session.ask(Type.GET_READER_CONFIG, codec.get_config(_ANTENNAS))
            connected = codec.antennas(answer.body)
        except (RefusedError, WireError):
            self._counts["antennas-untold"] += 1
            return
        self._tell_antennas(connected)

    async def _listen(self, session: Session) -> None:
        """Until cancelled or lost."""
        patience_ns = round(_MISSED_KEEPALIVES * self._settings.keepalive_s * _S)
        heard_ns = figures_ns = self._clock.mono_ns()
        while True:
            now_ns = self._clock.mono_ns()
            if now_ns >= figures_ns:
                figures_ns = now_ns + _FIGURES_NS
                self._tell_figures(session)
            due_ns = min(figures_ns, heard_ns + patience_ns, self._window.next_ns() or figures_ns)
            if await session.listen(max(0.0, (due_ns - now_ns) / _S)):
                heard_ns = self._clock.mono_ns()
                self._context.alive()
            elif self._clock.mono_ns() >= heard_ns + patience_ns:
                seconds = patience_ns / _S
                raise DeviceError(
                    Cause.TIMEOUT, f"no sign of life from the reader in {seconds:g} s"
                )
            self._tell_ended()
            if self._restart:
                self._restart = False
                self._counts["rospec-restarts"] += 1
                await session.ask(Type.START_ROSPEC, codec.rospec_id(_ROSPEC))

    def _tell_ended(self) -> None:
        for pass_ in self._window.due(self._clock.mono_ns()):
            self._emit(reading(pass_, self._clock))
        for condition in self._conditions.due(stamp(self._clock)):
            self._emit(condition)

    # What comes unasked.

    def _unasked(self, message: Message, arrived_ns: int) -> None:
        try:
            match message.type:
                case Type.RO_ACCESS_REPORT:
                    # Whole or not at all: half a message would hide that the rest is unreadable.
                    for report in tuple(codec.tag_reports(message.body)):
                        self._tag(report, arrived_ns)
                case Type.READER_EVENT_NOTIFICATION:
                    self._event(codec.notice(message.body), arrived_ns)
                case _:
                    self._counts["messages-unknown"] += 1
        except WireError as error:
            self._counts["messages-unreadable"] += 1
            self._unreadable += 1
            if self._unreadable >= _UNREADABLE:
                raise DeviceError(Cause.PARSE, str(error)) from None
        else:
            self._unreadable = 0

    def _tag(self, report: TagReport, arrived_ns: int) -> None:
        antennas = self._settings.antennas
        antenna = report.antenna or (antennas[0] if len(antennas) == 1 else None)
        if antenna is None:
            self._counts["tags-without-antenna"] += 1
            return
        self._counts["reports"] += 1
        if report.first_us is None or report.last_us is None:
            self._counts["tags-untimed"] += 1
            first_ns, last_ns, spread_ms = arrived_ns, arrived_ns, _UNTIMED_MS
        else:
            place = self._reader_clock.place
            last_ns, spread_ms = place(report.last_us, arrived_ns, uptime=report.uptime)
            first_ns = max(0, last_ns - 1000 * max(0, report.last_us - report.first_us))
        read = TagRead(antenna, report.epc, first_ns, last_ns, report.reads, report.rssi, spread_ms)
        for pass_ in self._window.see(read, arrived_ns):
            self._emit(reading(pass_, self._clock))

    def _event(self, notice: Notice, arrived_ns: int) -> None:
        if notice.closing:
            raise DeviceError(Cause.GONE, "the reader closes the connection")
        if notice.us is not None and notice.attempt is not None:
            self._reader_clock.greeting(notice.us, arrived_ns, uptime=notice.uptime)
        if notice.rospec.get(_ROSPEC, _STARTED) != _STARTED:
            self._restart = True
        self._tell_antennas(notice.antennas)
        for condition in self._conditions.events(notice, stamp(self._clock)):
            self._emit(condition)

    def _tell_antennas(self, connected: dict[int, bool]) -> None:
        wanted = self._settings.antennas
        told = {n: fine for n, fine in connected.items() if not wanted or n in wanted}
        for condition in self._conditions.antennas(told, stamp(self._clock)):
            self._emit(condition)

    def _tell_figures(self, session: Session) -> None:
        at = stamp(self._clock)
        offset_ns, why = self._reader_clock.offset_ns(), None
        offset_ms: int | None = None
        if offset_ns is None or self._reader_clock.uptime:
            why = "reader-without-utc"
        elif self._clock.quality().source == "none" or at.utc_ms < BUILD_EPOCH_MS:
            why = "own-clock-not-set"
        else:
            reader_ms = (at.mono_ns - offset_ns) // 1_000_000
            offset_ms = reader_ms - at.utc_ms
        self._emit(FigureReading(at, "clock-offset", offset_ms, "ms", why))
        figures = {
            **self._counts,
            **session.counts,
            "passes-open": len(self._window),
            "passes-early": self._window.early,
            "clock-steps": self._reader_clock.steps,
        }
        self._emit(FiguresReading(at, figures))


def _nowhere(_reading: object) -> None:
    """Where readings go while only a probe runs."""
