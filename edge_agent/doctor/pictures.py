"""What the cameras' pictures are like, each looked at by a process that is killed when it hangs."""

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from edge_agent.device.view import Glance, View

FRAMES = 25
_PATIENCE_S = 20.0
_AT_ONCE = 2
"""Decoders side by side: a small box has four cores, and the agent needs some."""


async def look_all(views: Mapping[str, View], aims: Path, *, remember: bool) -> dict[str, Glance]:
    """Look through every camera.

    Args:
        views: By device.
        aims: Folder of the pictures that were taken when the cameras were aimed.
        remember: Take them now.
    """
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(name: str, view: View) -> Glance:
        async with gate:
            return await _look(view, aims / f"{name}.png", remember=remember)

    async with asyncio.TaskGroup() as group:
        tasks = {
            name: group.create_task(one(name, view), name=f"look {name}")
            for name, view in views.items()
        }
    return {name: task.result() for name, task in tasks.items()}


async def _look(view: View, aim: Path, *, remember: bool) -> Glance:
    asked = {
        "view": asdict(view),
        "frames": FRAMES,
        "remembered": str(aim),
        "remember": remember,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "edge_agent.vision.glance",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        # By stdin, not by argument: the password would show in the process list.
        async with asyncio.timeout(_PATIENCE_S):
            out, _ = await process.communicate(json.dumps(asked).encode() + b"\n")
        found = json.loads(out)
    except TimeoutError:
        return Glance(asked=FRAMES, trouble=f"no picture within {_PATIENCE_S:.0f} s")
    except ValueError:
        return Glance(asked=FRAMES, trouble=f"looking through it failed, code {process.returncode}")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if found["size"] is not None:
        found["size"] = tuple(found["size"])
    return Glance(**found)
