"""What the unit looks at in itself: is its time right, does its spool write, how is its box?"""

from pathlib import Path

import structlog

from edge_agent.diagnosis.unit import UnitIlls
from edge_agent.health import measure
from edge_agent.recorder import Recorder
from edge_agent.spool.spool import Spool
from edge_agent.timekeeping import ClockWatch
from edge_agent.uplink.uplink import Uplink

BOX_EVERY = 10
"""Looks between two at the box: what is asked of its sensors takes a little time."""


class Vitals:
    """Tells what it finds as conditions of the unit.

    Args:
        watch: Of the clock.
        spool: Of the events.
        recorder: Takes the conditions.
        uplink: Told to read anew what was mended.
        state_dir: On whose disk all is kept.
    """

    def __init__(
        self,
        watch: ClockWatch,
        spool: Spool,
        recorder: Recorder,
        uplink: Uplink,
        state_dir: Path,
    ) -> None:
        self._watch = watch
        self._spool = spool
        self._recorder = recorder
        self._uplink = uplink
        self._state_dir = state_dir
        self._ills = UnitIlls(recorder.unit, recorder.alarms.rules)
        self._looks = 0
        self._log = structlog.get_logger("agent")

    async def look(self) -> None:
        """Look once."""
        await self._look_at_clock()
        self._look_at_spool()
        if self._looks % BOX_EVERY == 0:
            self._look_at_box()
        self._looks += 1

    def _look_at_box(self) -> None:
        for ill in self._ills.look(measure(self._state_dir)):
            self._recorder.say(ill.code, ill.active, ill.text, ill.do, severity=ill.severity)

    async def _look_at_clock(self) -> None:
        for step in self._watch.look():
            mended = await self._spool.restamp(step.before_mono_ns, step.delta_ms)
            self._uplink.reread()
            self._log.warning("time set", by_ms=step.delta_ms, mended=mended)
        source = self._watch.source
        self._recorder.say(
            "clock",
            source in ("none", "rtc"),
            "UTC is not set" if source == "none" else "UTC runs free, not synchronised",
            "Check the NTP server and the network, or set the clock by GNSS.",
        )

    def _look_at_spool(self) -> None:
        failing = self._spool.gauge().failing
        self._recorder.say(
            "spool",
            failing is not None,
            failing or "",
            "Check the disk: full, read-only or failing. Events wait in memory meanwhile.",
            severity="critical",
        )
