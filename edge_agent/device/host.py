"""``python -m edge_agent.device.host``: one driver in a process of its own.

Reads one line of JSON from stdin (module, id, task, settings), writes the line protocol of
``edge_agent.device.child`` to stdout, and ends when stdin closes.
"""

import asyncio
import ctypes
import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from edge_agent.clock import SystemClock
from edge_agent.device.driver import DeviceContext, Driver, DriverKind
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import Reading, to_wire
from edge_agent.errors import Cause, DeviceError

_PR_SET_PDEATHSIG = 1
_BEAT_S = 0.5


class _Voice:
    """Lines to the parent; one write a line, so that lines never mix."""

    def __init__(self) -> None:
        self._out = sys.stdout.buffer
        self.useful = 0

    def reading(self, reading: Reading) -> None:
        self.useful += 1
        self._line(to_wire(reading))

    def alive(self) -> None:
        self.useful += 1

    def degraded(self, cause: Cause | None, detail: str) -> None:
        self._json({"degraded": {"cause": cause, "detail": detail}})

    def error(self, cause: Cause, detail: str) -> None:
        self._json({"error": {"cause": cause, "detail": detail}})

    async def beat(self) -> None:
        while True:
            self._json({"beat": self.useful})
            await asyncio.sleep(_BEAT_S)

    def _json(self, message: dict[str, Any]) -> None:
        self._line(json.dumps(message).encode())

    def _line(self, line: bytes) -> None:
        self._out.write(line + b"\n")
        self._out.flush()


class _StderrLog:
    """The Log of a driver in a child: the parent rate-limits and keeps it."""

    def __init__(self, level: str = "") -> None:
        self._level = level

    def debug(self, event: str, **facts: Any) -> None:
        del event, facts  # the parent's level is not known here; a child's debug is never wanted

    def info(self, event: str, **facts: Any) -> None:
        self._say("info", event, facts)

    def warning(self, event: str, **facts: Any) -> None:
        self._say("warning", event, facts)

    def error(self, event: str, **facts: Any) -> None:
        self._say("error", event, facts)

    def _say(self, level: str, event: str, facts: dict[str, Any]) -> None:
        words = " ".join(f"{name}={value}" for name, value in facts.items())
        sys.stderr.write(f"{level}: {event} {words}".rstrip() + "\n")


def _die_with_parent() -> None:
    """The kernel kills this process when the parent dies, even by SIGKILL."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


async def _work(config: dict[str, Any], voice: _Voice) -> None:
    kind: DriverKind = importlib.import_module(config["module"]).KIND
    ports = PortBook()
    context = DeviceContext(
        id=config["id"],
        clock=SystemClock(),
        log=_StderrLog(),
        ports=ports,
        alive=voice.alive,
        degraded=voice.degraded,
    )
    driver = kind.build(kind.settings.model_validate(config["settings"]), context)
    beats = asyncio.create_task(voice.beat(), name="beat")
    try:
        await _until_stdin_closes(_task(driver, config["task"], voice))
    except DeviceError as error:
        voice.error(error.cause, error.detail)
    finally:
        beats.cancel()
        await ports.close()


def _task(driver: Driver, task: str, voice: _Voice) -> "asyncio.Task[None]":
    async def probe() -> None:
        voice.reading(await driver.probe())

    work = probe() if task == "probe" else driver.run(voice.reading)
    return asyncio.create_task(work, name=task)


async def _until_stdin_closes(task: "asyncio.Task[None]") -> None:
    loop = asyncio.get_running_loop()

    def cancel() -> None:
        if not task.done():
            task.cancel()

    _on_stdin_closed(lambda: loop.call_soon_threadsafe(cancel))
    try:
        await task
    except asyncio.CancelledError:
        return


def _on_stdin_closed(then: Callable[[], object]) -> None:
    def wait() -> None:
        # Not sys.stdin: its lock, held by a daemon thread, is fatal at interpreter shutdown.
        while os.read(0, 4096):
            pass
        then()

    threading.Thread(target=wait, name="stdin", daemon=True).start()


def main() -> int:
    """Host one driver; the exit code is 0 whenever its last word could be told."""
    _die_with_parent()
    config = json.loads(sys.stdin.buffer.readline())
    asyncio.run(_work(config, _Voice()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
