"""Programs of a test: started, spoken to and ended without an event loop."""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

READY_S = 30.0
ANSWER_S = 10.0
STOP_S = 15.0


class ProgramError(AssertionError):
    """A program did not do its part; a test that sees it fails."""


class Program:
    """One running program of the suite.

    Attributes:
        name: What errors call it.
        ready: Its first line, where it speaks JSON; else empty.
        log: File with its standard error.
    """

    def __init__(self, name: str, argv: Sequence[str], folder: Path, *, speaks: bool) -> None:
        """Start ``python -m argv…``; returns when it is ready.

        Raises:
            ProgramError: It ended early or said nothing in time.
        """
        self.name = name
        self.log = folder / f"{name}.log"
        self.ready: dict[str, Any] = {}
        self._lines: queue.Queue[str | None] = queue.Queue()
        with self.log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *argv],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )
        self._listener = threading.Thread(target=self._listen, name=f"hear {name}")
        self._listener.start()
        if speaks:
            try:
                self.ready = self._hear(READY_S)
            except BaseException:
                self.stop()
                raise

    @property
    def url(self) -> str:
        """Where it listens."""
        return str(self.ready["url"])

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """Give an order; its answer.

        Raises:
            ProgramError: It was refused, or not answered.
        """
        stdin = self._process.stdin
        if stdin is None or self._process.poll() is not None:
            raise ProgramError(f"{self.name} has ended")
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        answer = self._hear(ANSWER_S)
        while not answer.keys() & {"done", "refused", "report"}:
            answer = self._hear(ANSWER_S)
        if "refused" in answer:
            raise ProgramError(f"{self.name} refused {order}: {answer.get('why')}")
        return answer

    def stop(self) -> int:
        """Ask it to end, insist after a while; its exit code."""
        process = self._process
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._listener.join()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
        return process.returncode

    def last_words(self) -> str:
        """The last line of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "no word of why"

    def _listen(self) -> None:
        stdout = self._process.stdout
        for line in stdout or ():
            self._lines.put(line)
        self._lines.put(None)

    def _hear(self, patience_s: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=patience_s)
        except queue.Empty:
            raise ProgramError(f"{self.name} said nothing for {patience_s:g} s") from None
        if line is None:
            self._lines.put(None)
            raise ProgramError(f"{self.name} has ended: {self.last_words()}")
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError:
            raise ProgramError(f"{self.name} said {line[:80]!r}, which is no JSON") from None
        return answer


class Device(Program):
    """A simulated device.

    Attributes:
        truth_file: What really happens there, JSON lines, flushed one by one.
    """

    def __init__(self, name: str, words: Sequence[str], folder: Path, truth: Path) -> None:
        super().__init__(name, ["edge_agent.simulators", *words], folder, speaks=True)
        self.truth_file = truth

    def truth(self) -> list[dict[str, Any]]:
        """What has happened so far."""
        if not self.truth_file.exists():
            return []
        lines = self.truth_file.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1]]
