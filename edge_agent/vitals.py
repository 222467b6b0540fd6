"""What the unit looks at in itself once a second: is its time right, does its spool write?"""

import structlog

from edge_agent.recorder import Recorder
from edge_agent.spool.spool import Spool
from edge_agent.timekeeping import ClockWatch
from edge_agent.uplink.uplink import Uplink


class Vitals:
    """Tells what it finds as conditions of the unit."""

    def __init__(self, watch: ClockWatch, spool: Spool, recorder: Recorder, uplink: Uplink) -> None:
        self._watch = watch
        self._spool = spool
        self._recorder = recorder
        self._uplink = uplink
        self._log = structlog.get_logger("agent")

    async def look(self) -> None:
        """Look once."""
        await self._look_at_clock()
        self._look_at_spool()

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
