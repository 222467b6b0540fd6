"""The simulated serial module on a pseudo-terminal."""

import asyncio
import os
import pty
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from edge_agent.simulators.etc.faults import WIRE, Faults
from edge_agent.simulators.etc.field import TagField
from edge_agent.simulators.etc.module import Module, take

_TICK_S = 0.01
_HOT, _RETURN_LOSS = 0x504, 0x505


class SerialPort:
    """A module behind a pty, or behind nothing while it is unplugged."""

    def __init__(
        self, module: Module, field: TagField, utc_ms: Callable[[], float], faults: Faults
    ) -> None:
        self.module = module
        self.faults = faults
        self._field = field
        self._utc_ms = utc_ms
        self._master = self._slave = -1
        self._link: Path | None = None
        self._buffer = bytearray()
        self._cycle_ms = 0.0
        self._plug_ms = 0.0
        self._trouble = 0
        self._task: asyncio.Task[None] | None = None

    async def open(self, link: Path | None = None) -> str:
        """Plug it in, with a stable link to its pty if wanted; returns the URL for a driver."""
        self._link = link
        name = self._plug()
        self._task = asyncio.create_task(self._tick(), name=f"module {name}")
        return f"pty://{link or name}"

    async def close(self) -> None:
        """Stop; twice is harmless."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._unplug()

    def switch(self, order: dict[str, Any]) -> None:
        """Obey an order of the command; ValueError when it is unclear."""
        name, on = order.get("fault"), bool(order.get("on", True))
        if order.get("clear"):
            self.faults.clear()
            self._trouble = 0
            self._field.dead.clear()
        elif name in WIRE:
            self.faults.switch(order)
        elif name == "unplug":
            self._unplug()
            self._plug_ms = self._utc_ms() + 1000 * float(order.get("value", 0))
        elif name == "reboot":
            self.module.power_on()
        elif name in ("hot", "antenna"):
            self._trouble = (_HOT if name == "hot" else _RETURN_LOSS) if on else 0
            (self._field.dead.update if on else self._field.dead.difference_update)(
                self.module.ports
            )
        else:
            known = (*WIRE, "unplug", "reboot", "hot", "antenna")
            raise ValueError(f"fault {name!r}: one of {', '.join(known)}")

    def counts(self) -> dict[str, int]:
        """What happened so far."""
        return {**self.module.counts, **self.faults.applied}

    def _plug(self) -> str:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._master)
        os.set_blocking(self._master, False)
        name = os.ttyname(self._slave)
        if self._link is not None:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(name)
        asyncio.get_running_loop().add_reader(self._master, self._on_readable)
        return name

    def _unplug(self) -> None:
        if self._master < 0:
            return
        asyncio.get_running_loop().remove_reader(self._master)
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1
        self._buffer.clear()
        self.module.power_on()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            now_ms = self._utc_ms()
            if self._master < 0:
                self._field.skip_to(int(now_ms))
                if now_ms >= self._plug_ms:
                    self._plug()
                continue
            for frame in self.module.report(self._field.reads(int(now_ms)), self._cycle_ms):
                self._report(frame)
            if self.module.streaming and now_ms - self._cycle_ms >= self.module.cycle_ms:
                self._cycle_ms = now_ms
                if not self.faults.due("no-keepalive"):
                    self._write(self.module.cycle_end(*([self._trouble] if self._trouble else [])))

    def _report(self, frame: bytes) -> None:
        if self.faults.due("garbage"):
            self._write(self.faults.noise())
        if self.faults.due("half"):
            frame = frame[: len(frame) // 2]
        if self.faults.due("damage"):
            frame = self.faults.damaged(frame)
        self._write(frame * (2 if self.faults.due("duplicate") else 1))

    def _on_readable(self) -> None:
        with suppress(BlockingIOError):
            self._buffer += os.read(self._master, 4096)
        while (asked := take(self._buffer)) is not None:
            if self.faults.due("silence"):
                continue
            was = self.module.streaming
            reply = self.module.answer(*asked)
            if self.module.streaming and not was:
                self._cycle_ms = self._utc_ms()
            self._write(reply)

    def _write(self, data: bytes) -> None:
        if self._master >= 0:
            with suppress(BlockingIOError):  # nobody reads: a line does not wait either
                os.write(self._master, data)
