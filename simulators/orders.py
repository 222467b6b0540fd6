"""Orders to a running simulator: a JSON object a line in, an answer a line out."""

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

Order = dict[str, Any]
Answer = Order | None
"""What is printed besides ``done``; None for no more than that."""


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
