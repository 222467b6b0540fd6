"""The wire to a running simulator: JSON orders on its standard input, an answer for each.

    {"fault": "silence", "on": true, "share": 0.5}     {"clear": true}
    {"done": {…the order…}}                            {"refused": "…", "why": "…"}

A simulator's first line says where it listens; its standard output carries answers after that.
"""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO, Protocol, Self

READY_S = 30.0
ANSWER_S = 5.0
STOP_S = 10.0


class LinkError(Exception):
    """A simulator did not start, or does not answer; the text says which."""


class Link(Protocol):
    """Somebody who takes orders."""

    async def send(self, order: dict[str, Any]) -> str | None:
        """Give an order; None when done, else why it was refused.

        Raises:
            LinkError: No answer.
        """


class Simulator:
    """One simulator as a process of ours.

    Attributes:
        ready: Its first line.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self.ready: dict[str, Any] = {}
        self.process = process
        self._turn = asyncio.Lock()
        self._owed = 0  # answers that nobody waits for any more

    @classmethod
    async def start(cls, name: str, words: Sequence[str], errors: BinaryIO | None = None) -> Self:
        """Run ``edge-sim words…`` and wait for its first line.

        Args:
            name: What errors call it.
            words: Which simulator, and its options.
            errors: Where its standard error goes; None leaves it where ours goes.

        Raises:
            LinkError: It ended or said nothing in time.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "edge_agent.simulators",
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
        simulator = cls(name, process)
        try:
            simulator.ready = await simulator._read(READY_S)
        except BaseException:
            await simulator.stop()
            raise
        return simulator

    async def send(self, order: dict[str, Any]) -> str | None:
        """See ``Link``."""
        answer = await self._ask(order)
        return str(answer.get("why", "no reason")) if "refused" in answer else None

    async def report(self) -> dict[str, Any]:
        """What it has counted; empty where it counts nothing.

        Raises:
            LinkError: No answer.
        """
        answer = (await self._ask({"report": True})).get("report")
        return answer if isinstance(answer, dict) else {}

    async def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        async with self._turn:
            stdin = self.process.stdin
            if stdin is None or self.process.returncode is not None:
                raise LinkError(f"{self.name} has ended")
            try:
                stdin.write(json.dumps(order).encode() + b"\n")
                await stdin.drain()
            except ConnectionError as error:
                raise LinkError(f"{self.name} takes no orders") from error
            self._owed += 1
            while self._owed:
                answer = await self._read(ANSWER_S)
                self._owed -= bool(answer.keys() & {"done", "refused", "report"})
        return answer

    async def stop(self) -> None:
        """Ask it to end, insist after a while."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), STOP_S)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
            with contextlib.suppress(ConnectionError):
                await self.process.stdin.wait_closed()

    async def _read(self, patience_s: float) -> dict[str, Any]:
        stdout = self.process.stdout
        if stdout is None:
            raise LinkError(f"{self.name} has no output")
        try:
            line = await asyncio.wait_for(stdout.readline(), patience_s)
        except TimeoutError as error:
            raise LinkError(f"{self.name} said nothing for {patience_s:g} s") from error
        if not line:
            raise LinkError(f"{self.name} has ended")
        try:
            answer = json.loads(line)
        except ValueError as error:
            raise LinkError(f"{self.name} said {line[:80]!r}, which is no JSON") from error
        if not isinstance(answer, dict):
            raise LinkError(f"{self.name} said {line[:80]!r}, which is no object")
        return answer
