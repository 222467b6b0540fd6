"""Programs of the demo: started with their output caught, stopped in order, never left behind."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from edge_agent.simulators.faults.link import LinkError, Simulator

_LEASHED = (sys.executable, "-m", "edge_agent.simulators.demo.leash")
READY_S = 90.0
"""An unhurried machine needs two seconds; a loaded one many."""
STOP_S = 40.0


class DemoError(Exception):
    """A program of the demo did not do its part; the text says which and where its log is."""


@dataclass(slots=True)
class Program:
    """One running program.

    Attributes:
        name: What the demo calls it.
        process: The process.
        log: File with what it printed on standard error (and output, after its ready line).
        ready: Its first line, for programs that speak JSON when they are ready.
        link: Takes orders, where it is a simulator.
    """

    name: str
    process: asyncio.subprocess.Process
    log: Path
    ready: dict[str, Any]
    link: Simulator | None = None

    def last_words(self) -> str:
        """The last line of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "none"

    async def stop(self) -> int:
        """Ask it to end, insist after a while; its exit code."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), STOP_S)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        return self.process.returncode or 0


class Cast:
    """The programs of one demo, ended together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs: list[Program] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for program in reversed(self._programs):
            await program.stop()

    async def module(self, name: str, module: str, *argv: str, speaks: bool = True) -> Program:
        """Start ``python -m module argv…``, see ``start``."""
        return await self.start(name, sys.executable, "-m", module, *argv, speaks=speaks)

    async def simulator(self, name: str, *words: str) -> Program:
        """Start ``edge-sim words…`` and wait for its ready line.

        Raises:
            DemoError: It ended early or said nothing in time.
        """
        log = self._folder / f"{name}.log"
        with log.open("wb") as file:
            try:
                link = await Simulator.start(name, words, file)
            except LinkError as error:
                text = log.read_text(encoding="utf-8", errors="replace").strip()
                last = text.splitlines()[-1] if text else "no word of why"
                raise DemoError(f"{error}: {last}") from error
        program = Program(name, link.process, log, link.ready, link)
        self._programs.append(program)
        return program

    async def start(self, name: str, *argv: str, speaks: bool) -> Program:
        """Start a program; waits for its ready line when it ``speaks``.

        It ends with this process, however that comes about; and its standard input stays open until
        then.

        Raises:
            DemoError: It ended early or said nothing in time.
        """
        log = self._folder / f"{name}.log"
        with log.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                *_LEASHED,
                *argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE if speaks else file,
                stderr=file,
            )
        program = Program(name, process, log, {})
        self._programs.append(program)
        if speaks:
            program.ready = await self._hear(program)
        return program

    def died(self) -> Sequence[Program]:
        """Programs that ended by themselves."""
        return [each for each in self._programs if each.process.returncode is not None]

    async def _hear(self, program: Program) -> dict[str, Any]:
        stdout = program.process.stdout
        if stdout is None:
            raise DemoError(f"{program.name} has no output to listen to")
        try:
            line = await asyncio.wait_for(stdout.readline(), READY_S)
        except TimeoutError as error:
            raise DemoError(f"{program.name} said nothing for {READY_S:.0f} s") from error
        try:
            ready: dict[str, Any] = json.loads(line)
        except ValueError as error:
            text = program.log.read_text(encoding="utf-8", errors="replace").strip()
            last = text.splitlines()[-1] if text else line.decode(errors="replace").strip()
            raise DemoError(f"{program.name} did not start: {last or 'no word of why'}") from error
        return ready
