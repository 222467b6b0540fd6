"""Composition root: settings in, running house out. The only file that knows everyone.

    device → Supervisor → Recorder (Interpreter) → Spool → Uplink → broker → centre

Everything here runs on one event loop; what blocks lives behind a thread of its own (spool, MQTT)
or in a process (vision). Stopping goes in the direction of the flow: drivers, open intervals,
uplink with a deadline, spool.
"""

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

import structlog

from edge_agent import __version__, keepsake, registry, survey
from edge_agent.alarming.desk import AlarmDesk
from edge_agent.bundle.tape import SOCKET as READINGS
from edge_agent.bundle.tape import Tape
from edge_agent.clock import Clock, SystemClock
from edge_agent.custody import Custody, House, pictures_s
from edge_agent.device.readings import InventoryReading, Reading
from edge_agent.diagnosis.clinic import Clinic
from edge_agent.errors import Problem
from edge_agent.health import measure
from edge_agent.history.recent import SOCKET as PASSAGES
from edge_agent.history.recent import Recent
from edge_agent.history.store import FOLDER, History
from edge_agent.notices import Notices
from edge_agent.notify import Notifier
from edge_agent.passage.heading import Heading
from edge_agent.passage.interpreter import Interpreter
from edge_agent.recorder import Recorder
from edge_agent.roadwatch import RoadWatch
from edge_agent.settings import UnitSettings
from edge_agent.spool.model import Row
from edge_agent.spool.spool import Spool
from edge_agent.status import Snapshot
from edge_agent.supervisor import DeviceStatus, Supervisor
from edge_agent.timekeeping import ClockWatch
from edge_agent.uplink.session import Announcement
from edge_agent.uplink.uplink import Uplink
from edge_agent.vitals import Vitals
from edge_agent.windows import open_windows

TICK_S = 1.0
PUMP_S = 0.1
"""So much later than it could have left may a passage leave."""
HEALTH_S = 60.0
HISTORY_S = 300.0
"""Of history, so much may be lost in a power cut; the spool loses nothing."""
ANSWER_S = 30.0
"""A spool that does not come back within this is stuck; the watchdog is then not fed."""


class Agent:
    """One unit's house. Build it, then ``run`` it once."""

    def __init__(
        self,
        settings: UnitSettings,
        *,
        state_dir: Path,
        fingerprint: str,
        problems: Sequence[Problem] = (),
        clock: Clock | None = None,
    ) -> None:
        """Nothing starts and nothing is opened yet.

        Args:
            settings: In force.
            state_dir: Where spool and status socket lie.
            fingerprint: Of the settings' file.
            problems: Why the file as written is not in force; empty when it is.
            clock: Time; the system's when left out.
        """
        self._settings = settings
        self._state_dir = state_dir
        self._problems = problems
        self._clock: Clock = clock or SystemClock()
        self._log = structlog.get_logger("agent").bind(unit=settings.unit.id)
        self._stop = asyncio.Event()
        self._notifier = Notifier()
        self._watch = ClockWatch(self._clock)
        self._devices = {name: device for name, device in settings.device.items() if device.enabled}
        heading = Heading(settings.unit.id, self._clock, settings.unit.test)
        scores, trouble = keepsake.load(state_dir / keepsake.FILE)
        if trouble:
            self._log.warning("clocks are judged anew", file=keepsake.FILE, why=trouble)
        self._alarms = AlarmDesk(settings.alarms, state_dir, self._clock)
        self._custody = Custody(
            settings, state_dir, heading, fingerprint=fingerprint, software=__version__
        )
        desk = self._custody.desk
        road = RoadWatch(settings, heading, desk.violation, desk.incident)
        self._interpreter = Interpreter(
            heading,
            settings.lane,
            veil=self._custody.veil,
            judge=road.judge,
            on_violation=desk.violation,
            scores=scores,
            alarms=self._alarms.book,
        )
        kinds = {name: each.kind for name, each in settings.device.items()}
        self._notices = Notices(heading, fingerprint, kinds)
        self._history = History(state_dir / FOLDER, settings.history, self._clock)
        self._tape = Tape(self._clock)
        self._recent = Recent(self._notices.boot, settings.unit.timezone)
        self._spool = Spool(
            state_dir / "spool.db", settings.spool, self._clock, settings.unit.id, self._on_commit
        )
        unit, clinic = settings.unit.id, Clinic.of(settings.unit.id, settings.lane)
        self._recorder = Recorder(
            unit, self._clock, self._interpreter, self._spool, self._on_inventory, road, clinic
        )
        self._alarms.tell = self._recorder.alarm
        self._supervisor = Supervisor(
            self._clock,
            self._on_reading,
            self._on_status,
            durable=self._spool.flush,
            pictures_s=pictures_s(settings.lane),
            window=state_dir,
        )
        self._uplink = Uplink(
            settings.uplink,
            settings.unit.topics,
            self._spool,
            self._clock,
            self._announce,
            self._recorder.condition,
        )
        self._custody.join(
            House(
                self._recorder.event,
                self._spool.flush,
                self._supervisor.photographer,
                self._notices.known,
                self._recorder.say,
            )
        )
        self._vitals = Vitals(self._watch, self._spool, self._recorder, self._uplink, state_dir)
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Ask for an orderly end."""
        self._stop.set()

    async def run(self) -> None:
        """Serve until stopped.

        Raises:
            SpoolError: Nothing can be recorded, so nothing is started.
        """
        self._loop = asyncio.get_running_loop()
        report = await self._loop.run_in_executor(None, self._spool.open)
        self._log.info("spool open", epoch=report.epoch, rows=report.rows, ms=round(report.took_ms))
        if report.set_aside is not None:
            self._log.error("spool was corrupt", aside=report.set_aside, saved=report.salvaged)
        try:
            await self._custody.open()
            async with contextlib.AsyncExitStack() as stack:
                doors = {PASSAGES: self._recent.answer, READINGS: self._tape.answer}
                more = self._settings.metrics, self._recorder.say, self._alarms.answer
                metrics = await open_windows(stack, self._state_dir, self.snapshot, doors, *more)
                if metrics is not None:
                    self._log.info("metrics", url=metrics)
                self._notifier.ready(f"{len(self._devices)} devices")
                await self._flow()
        finally:
            self._notifier.stopping()
            await self._spool.close()
            await self._write_history()
            self._log.info("stopped")

    def snapshot(self) -> Snapshot:
        """How the unit is now."""
        return survey.take(
            settings=self._settings,
            notices=self._notices,
            clock=self._clock,
            steps=self._watch.steps,
            statuses=self._supervisor.statuses(),
            figures=self._recorder.figures,
            gauge=self._spool.gauge(),
            epoch=self._spool.epoch,
            uplink=self._uplink.status(),
            alarms=self._recorder.alarms,
            events=self._recorder.events,
            unit=measure(self._state_dir),
            problems=len(self._problems),
        )

    # --- life ---

    async def _flow(self) -> None:
        """Everything that moves; ends in the direction of the flow."""
        kinds = [
            (name, registry.load(device.kind), device) for name, device in self._devices.items()
        ]
        self._recorder.say("config", bool(self._problems), self._config_words())
        async with asyncio.TaskGroup() as outer:
            uplink = outer.create_task(self._uplink.run(), name="uplink")
            async with asyncio.TaskGroup() as inner:
                work = [
                    inner.create_task(self._supervisor.run(kinds), name="supervisor"),
                    inner.create_task(self._pump(), name="pump"),
                    inner.create_task(self._tick(), name="tick"),
                    inner.create_task(self._report_health(), name="health"),
                    inner.create_task(self._remember(), name="history"),
                    inner.create_task(self._custody.run(), name="custody"),
                ]
                await self._stop.wait()
                self._log.info("stopping")
                for task in work:
                    task.cancel()
            self._recorder.pump(everything=True)
            self._recorder.tick(everything=True)
            await self._custody.close()
            await self._keep()
            await self._spool.flush()
            uplink.cancel()

    async def _pump(self) -> None:
        """Vehicles that are due leave."""
        while True:
            await self._clock.sleep(PUMP_S)
            self._recorder.pump()

    async def _keep(self) -> None:
        """Sensors' clocks and alarms, for the next run; a full disk may forget them."""
        path = self._state_dir / keepsake.FILE
        try:
            await asyncio.to_thread(keepsake.save, path, self._interpreter.scores)
        except OSError as error:
            self._log.warning("clocks not kept", why=error.strerror)
        await self._alarms.keep()

    async def _tick(self) -> None:
        """Once a second: intervals, clock, and the proof that work moves."""
        fed = self._clock.mono_ns()
        while True:
            await self._clock.sleep(TICK_S)
            await self._vitals.look()
            self._recorder.tick()
            watchdog_s = self._notifier.watchdog_s
            now = self._clock.mono_ns()
            if watchdog_s is not None and now - fed >= watchdog_s / 3 * 1e9:
                # Through the spool's thread and back: a loop that merely spins feeds nothing.
                async with asyncio.timeout(ANSWER_S):
                    await self._spool.flush()
                self._notifier.watchdog()
                fed = now

    async def _report_health(self) -> None:
        while True:
            states = {name: each.state for name, each in self._supervisor.statuses().items()}
            unit = measure(self._state_dir)
            self._recorder.memory(unit.rss_kb)
            spool, figures = self._spool.gauge(), self._recorder.figures
            payload = self._notices.health(unit, spool, states, figures)
            self._uplink.notice(self._settings.unit.topics.health, payload, qos=0, retain=False)
            await self._keep()
            await self._clock.sleep(HEALTH_S)

    async def _remember(self) -> None:
        while True:
            await self._clock.sleep(HISTORY_S)
            trouble = await self._write_history()
            do = "Check the disk. Reports of this time will have a gap; nothing else is touched."
            self._recorder.say("history", bool(trouble), trouble, do)

    async def _write_history(self) -> str:
        try:
            await asyncio.to_thread(self._history.write)
        except OSError as error:
            return f"nothing can be remembered: {error.strerror or error}"
        return ""

    # --- what comes in ---

    def _on_reading(self, device: str, reading: Reading) -> None:
        self._tape.reading(device, reading)
        self._custody.desk.reading(device, reading)
        self._recorder.reading(device, reading)

    def _on_status(self, status: DeviceStatus) -> None:
        self._tape.state(status.id, status.state)
        self._recorder.status(status)

    # --- what goes out ---

    def _on_commit(self, rows: Sequence[Row]) -> None:
        """In the spool's thread: remember, and cross over to the loop."""
        for row in rows:
            self._history.keep(row.stream, row.body)
            self._recent.keep(row.stream, row.body)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._committed, rows)

    def _committed(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._notices.committed(row)
        self._uplink.nudge()

    def _on_inventory(self, device: str, reading: InventoryReading) -> None:
        if self._notices.inventory(device, reading):
            topic = self._settings.unit.topics.about
            self._uplink.notice(topic, self._about(), qos=1, retain=True)

    def _about(self) -> bytes:
        return self._notices.about(
            self._recorder.lanes, self._spool.epoch, receipts=self._spool.receipts
        )

    def _announce(self) -> list[Announcement]:
        topics = self._settings.unit.topics
        own = [
            Announcement(topics.state, self._notices.state("online"), 1, True),
            Announcement(topics.about, self._about(), 1, True),
        ]
        return own + [
            Announcement(f"{topics.root}/{sub}", payload, 1, True)
            for sub, payload in self._notices.retained().items()
        ]

    def _config_words(self) -> str:
        if not self._problems:
            return ""
        first = self._problems[0]
        return f"running on the last good file; {first.file}:{first.line}: {first.wrong}"


async def run_unit(
    settings: UnitSettings, *, state_dir: Path, fingerprint: str, problems: Sequence[Problem] = ()
) -> int:
    """Run a unit until SIGTERM or SIGINT; the exit code."""
    agent = Agent(settings, state_dir=state_dir, fingerprint=fingerprint, problems=problems)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, agent.stop)
    await agent.run()
    return 0
