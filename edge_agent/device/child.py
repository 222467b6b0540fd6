"""A child process that speaks lines: started, watched, and killed when it must be.

What cannot be trusted with the agent's own process (native video code, a driver under suspicion)
runs in a child. It gets one line of JSON on stdin and writes lines of JSON on stdout: a reading,
``{"beat": <count of useful things done>}`` at least once a second, ``{"degraded": …}``,
``{"answer": <number>, …}`` to what it was asked, or ``{"error": {"cause", "detail"}}`` as its last
word. It ends when its stdin closes.
"""

import asyncio
import itertools
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from edge_agent.device.driver import Emit, Log
from edge_agent.device.pictures import Answer, Picture, Wanted, question
from edge_agent.device.readings import Reading, from_wire
from edge_agent.device.stderr import StderrDrain
from edge_agent.errors import Cause, DeviceError

_LINE_LIMIT = 65536
_PAGE = os.sysconf("SC_PAGE_SIZE")
_DETAIL = 160


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What a child may take.

    Attributes:
        memory_mb: Resident memory; more gets it killed with Cause.OVERLOAD.
        start_s: Time from start to the first line.
        beat_s: Longest silence on stdout afterwards.
        term_s: Time between SIGTERM and SIGKILL.
    """

    memory_mb: int = 256
    start_s: float = 10.0
    beat_s: float = 5.0
    term_s: float = 2.0


def _ignore(_cause: Cause | None, _detail: str) -> None:
    pass


class _Asked:
    """A question and as much of its answer as has come."""

    def __init__(self) -> None:
        self.done: asyncio.Future[list[Picture]] = asyncio.get_running_loop().create_future()
        self._answer = Answer()

    def take(self, piece: Mapping[str, Any]) -> None:
        if self.done.done():
            return
        try:
            self._answer.take(piece)
            if self._answer.complete:
                self.done.set_result(self._answer.pictures())
        except ValueError as error:
            self.fail(DeviceError(Cause.PROTOCOL, str(error)))

    def fail(self, error: DeviceError) -> None:
        if not self.done.done():
            self.done.set_exception(error)


@dataclass
class ChildProcess:
    """One run of a child.

    Attributes:
        argv: Command; must hold no secret, every user of the box can read it.
        config: Sent as the first line on stdin.
        alive: Called when the count in a beat has grown.
        degraded: Called with what the child says of itself.
    """

    argv: Sequence[str]
    config: Mapping[str, Any]
    log: Log
    alive: Callable[[], None]
    degraded: Callable[[Cause | None, str], None] = _ignore
    limits: ChildLimits = field(default_factory=ChildLimits)
    _count: int = field(default=-1, init=False)
    _stdin: asyncio.StreamWriter | None = field(default=None, init=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count, init=False)
    _asked: dict[int, _Asked] = field(default_factory=dict, init=False)

    async def ask(self, wanted: Wanted) -> list[Picture]:
        """Ask the running child for pictures and wait for all of its answer.

        Raises:
            DeviceError: It does not run, or ended meanwhile.
        """
        if self._stdin is None:
            raise DeviceError(Cause.GONE, "it is not running")
        number = next(self._numbers)
        asked = self._asked[number] = _Asked()
        try:
            line = json.dumps({"ask": number} | question(wanted)).encode() + b"\n"
            with suppress(BrokenPipeError, ConnectionResetError):  # it died: run() tells why
                self._stdin.write(line)
            return await asked.done
        finally:
            del self._asked[number]

    async def run(self, emit: Emit) -> NoReturn:
        """Run until cancelled; the child is gone when this returns, whatever happened.

        Raises:
            DeviceError: The child's own last word; SILENT without beats, OVERLOAD beyond its
                limits, PROTOCOL when it writes something else, CRASH when it died.
        """
        process = await self._start()
        drain = StderrDrain(self.log)
        try:
            async with asyncio.TaskGroup() as group:
                name = f"child {process.pid}"
                group.create_task(drain.run(_reader(process.stderr)), name=f"{name} stderr")
                group.create_task(self._watch_memory(process.pid), name=f"{name} memory")
                group.create_task(self._talk(process, emit, drain), name=f"{name} stdout")
        except* DeviceError as errors:
            raise _first(errors) from None
        finally:
            self._stdin = None
            for asked in self._asked.values():
                asked.fail(DeviceError(Cause.GONE, "it ended before it had answered"))
            await asyncio.shield(self._end(process))
        raise AssertionError("a child's tasks end only by raising")

    async def _start(self) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self.argv,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                limit=_LINE_LIMIT,
                start_new_session=True,
            )
        except OSError as error:  # no such program, no descriptors, no memory left
            detail = f"child process cannot be started: {error.strerror or error}"
            raise DeviceError(Cause.CRASH, detail) from error

    async def _talk(self, process: Process, emit: Emit, drain: StderrDrain) -> NoReturn:
        stdin = process.stdin
        assert stdin is not None  # noqa: S101 - asked for with PIPE
        with suppress(BrokenPipeError, ConnectionResetError):  # it died: stdout tells why
            stdin.write(json.dumps(self.config).encode() + b"\n")
            await stdin.drain()
            self._stdin = stdin
        lines = _reader(process.stdout)
        patience = self.limits.start_s
        while line := await self._next_line(lines, patience):
            patience = self.limits.beat_s
            self._take(line, emit)
        await self._explain_death(process, drain)

    async def _next_line(self, lines: asyncio.StreamReader, patience: float) -> bytes:
        try:
            async with asyncio.timeout(patience):
                return await lines.readline()
        except TimeoutError:
            detail = f"child process without a sign of life for {patience:g} s"
            raise DeviceError(Cause.SILENT, detail) from None
        except ValueError:
            detail = f"child process wrote a line longer than {_LINE_LIMIT} bytes"
            raise DeviceError(Cause.PROTOCOL, detail) from None

    def _take(self, line: bytes, emit: Emit) -> None:
        # Understood first, acted upon second: what a listener raises is not the child's doing.
        match _understood(line):
            case int(count):
                if count > self._count:
                    self._count = count
                    self.alive()
            case Limp(cause, detail):
                self.degraded(cause, detail)
            case Piece(number, content):
                asked = self._asked.get(number)
                if asked is not None:  # else nobody waits for it any more
                    asked.take(content)
            case DeviceError() as last_word:
                raise last_word
            case reading:
                emit(reading)

    async def _explain_death(self, process: Process, drain: StderrDrain) -> NoReturn:
        try:
            async with asyncio.timeout(self.limits.term_s):
                code = await process.wait()
        except TimeoutError:
            detail = "child process closed its output but lives"
            raise DeviceError(Cause.CRASH, detail) from None
        words = f"ended with code {code}" if code >= 0 else f"killed by {_signal_name(-code)}"
        last = f": {drain.last[-_DETAIL:]}" if drain.last else ""
        raise DeviceError(Cause.CRASH, f"child process {words}{last}")

    async def _watch_memory(self, pid: int) -> NoReturn:
        while True:
            await asyncio.sleep(1.0)
            used_mb = resident_mb(pid)
            if used_mb > self.limits.memory_mb:
                detail = f"child process holds {used_mb} MB, allowed {self.limits.memory_mb} MB"
                raise DeviceError(Cause.OVERLOAD, detail)

    async def _end(self, process: Process) -> None:
        """Ask, wait, kill: the whole process group, so that no grandchild stays."""
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode is None:
            _signal_group(process.pid, signal.SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.limits.term_s):
                    await process.wait()
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()
        # Pipes that nobody reads to their end stay open for ever, and asyncio has no public way
        # to let go of them: three descriptors for each child that shouted.
        process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001


def resident_mb(pid: int) -> int:
    """Resident memory of a process, MB; 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * _PAGE // 1_000_000


def _signal_group(pid: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, what)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class Piece(NamedTuple):
    """A part of an answer."""

    number: int
    content: dict[str, Any]


class Limp(NamedTuple):
    """A child says that it works in part."""

    cause: Cause | None
    detail: str


def _understood(line: bytes) -> Reading | int | Limp | Piece | DeviceError:
    try:
        match json.loads(line):
            case {"type": str()}:
                return from_wire(line)
            case {"beat": int(count)}:
                return count
            case {"answer": int(number)} as content:
                return Piece(number, content)
            case {"degraded": {"cause": cause, "detail": str(detail)}}:
                return Limp(None if cause is None else Cause(cause), detail)
            case {"error": {"cause": str(cause), "detail": str(detail)}}:
                return DeviceError(Cause(cause), detail)
    except ValueError:  # of JSON, UTF-8, a reading's schema or an unknown cause
        pass
    raise DeviceError(Cause.PROTOCOL, f"child process wrote {line[:_DETAIL]!r}")


def _reader(stream: asyncio.StreamReader | None) -> asyncio.StreamReader:
    assert stream is not None  # noqa: S101 - asked for with PIPE
    return stream


def _first(errors: ExceptionGroup[DeviceError]) -> DeviceError:
    error = errors.exceptions[0]
    return error if isinstance(error, DeviceError) else _first(error)
