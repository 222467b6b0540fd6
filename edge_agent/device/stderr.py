"""What a child process says on stderr: into the log, but never faster than a log should grow."""

import asyncio
from dataclasses import dataclass, field

from edge_agent.device.driver import Log
from edge_agent.errors import Cause, DeviceError

_CHUNK = 65536
_LINE = 500


@dataclass
class StderrDrain:
    """Reads, logs some, counts the rest, and gives up on a child that does nothing but shout.

    Beyond ``bytes_s`` it stops reading for the rest of the second, so that a flood blocks in the
    child's own pipe and costs nobody else.

    Attributes:
        lines_s: Lines logged a second; the others are counted.
        bytes_s: Bytes read a second.
        flood_s: Seconds in a row at that limit after which the child is stopped.
        last: The last line, for a post-mortem.
        suppressed: Lines not logged, since the start.
    """

    log: Log
    lines_s: int = 10
    bytes_s: int = 262_144
    flood_s: int = 5
    last: str = field(default="", init=False)
    suppressed: int = field(default=0, init=False)

    async def run(self, stream: asyncio.StreamReader) -> None:
        """Read to the end.

        Raises:
            DeviceError: OVERLOAD after ``flood_s`` seconds of flood.
        """
        loop = asyncio.get_running_loop()
        floods = 0
        more = True
        while more:
            until = loop.time() + 1.0
            more, full = await self._one_second(stream, until)
            floods = floods + 1 if full else 0
            if floods >= self.flood_s:
                raise DeviceError(Cause.OVERLOAD, f"child process floods its log: {self.last}")
            if full:
                await asyncio.sleep(max(0.0, until - loop.time()))

    async def _one_second(self, stream: asyncio.StreamReader, until: float) -> tuple[bool, bool]:
        """Whether there may be more, and whether the second's share of bytes was used up."""
        taken = logged = suppressed = 0
        rest = b""
        more = True
        try:
            async with asyncio.timeout_at(until):
                while taken < self.bytes_s:
                    chunk = await stream.read(min(_CHUNK, self.bytes_s - taken))
                    if not chunk:
                        more = False
                        break
                    taken += len(chunk)
                    *lines, rest = (rest + chunk).split(b"\n")
                    rest = rest[-_LINE:]
                    for line in lines:
                        self._remember(line)
                        if logged < self.lines_s:
                            logged += 1
                            self.log.info("child", said=self.last)
                        else:
                            suppressed += 1
        except TimeoutError:
            pass
        if rest:
            self._remember(rest)
            self.log.info("child", said=self.last)
        if suppressed:
            self.suppressed += suppressed
            self.log.warning("child said more than is logged", lines=suppressed)
        return more, taken >= self.bytes_s

    def _remember(self, line: bytes) -> None:
        text = line[-_LINE:].decode("utf-8", "replace").strip()
        if text:
            self.last = text
