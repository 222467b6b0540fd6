"""Fault orders to a running camera: JSON lines on standard input, an answer to each."""

import asyncio
import json
import os
import stat
import sys
from collections.abc import Callable
from typing import Any

from edge_agent.simulators.camera.faults import Fault, Faults


async def obey(faults: Faults, report: Callable[[], dict[str, Any]]) -> bool:
    """Obey until the input ends; True when it was told to quit.

    ``{"fault": name, "on": true|false}``, ``{"clear": true}``, ``{"report": true}``,
    ``{"quit": true}``. Without a pipe or a terminal on standard input nobody orders anything.
    """
    mode = os.fstat(sys.stdin.fileno()).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or sys.stdin.isatty()):
        return False
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        while line := await reader.readline():
            try:
                order = json.loads(line)
                if order.get("quit"):
                    return True
                if order.get("report"):
                    _print({"report": report()})
                    continue
                _switch(faults, order)
                _print({"done": order})
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                _print({"refused": line.decode("utf-8", "replace").strip(), "why": str(error)})
    finally:
        transport.close()
    return False


def _switch(faults: Faults, order: dict[str, Any]) -> None:
    if order.get("clear"):
        for fault in Fault:
            faults.end(fault)
        return
    name = order.get("fault")
    if name not in set(Fault):
        raise ValueError(f"fault {name!r}: one of {', '.join(Fault)}")
    (faults.begin if order.get("on", True) else faults.end)(Fault(name))


def _print(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
