"""The life of a simulator: ready, obeying, ended. Orders and answers are a JSON object a line."""

import asyncio
import json
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

Order = dict[str, Any]
Answer = Order | None
"""What is printed besides ``done``; None for no more than that."""


async def serve(
    ready: Order, act: Callable[[Order], Answer], *work: Coroutine[Any, Any, object]
) -> None:
    """Say ``ready``, then work and obey until SIGTERM, SIGINT, ``quit`` or the end of the orders.

    What the work raises ends it and comes out in an ExceptionGroup.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    say({"ready": True, **ready})

    async def orders() -> None:
        await obey(act)
        ended.set()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in (*work, orders())]
        await ended.wait()
        for task in tasks:
            task.cancel()


async def obey(act: Callable[[Order], Answer]) -> None:
    """Carry out orders until standard input ends or one says ``quit``.

    Where nobody can write orders (a file, /dev/null, no input at all) this waits for ever: such a
    simulator ends at SIGTERM.

    Args:
        act: Carries one order out; raises ValueError, KeyError, TypeError or AttributeError with
            words when it cannot be.
    """
    async for line in _lines():
        try:
            order = json.loads(line)
            if order.get("quit"):
                return
            answer = act(order)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            say({"refused": line.decode("utf-8", "replace").strip(), "why": str(error)})
        else:
            say({"done": order} if answer is None else answer)


def say(message: Order) -> None:
    """Print a line for whoever started the simulator."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def _lines() -> AsyncIterator[bytes]:
    if not _can_speak():
        await asyncio.Event().wait()
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line


def _can_speak() -> bool:
    """Whether standard input is a pipe, a socket or a terminal."""
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)
