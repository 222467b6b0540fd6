"""Cameras that drop, stall, refuse, freeze, send damaged bytes, or whose decoder hangs.

A try is lost when the device's state does not tell within 30 s, or is not well again within 10 s
after the cause has ended plus one pause of the supervisor.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress

from edge_agent.simulators.camera.faults import Fault as CameraFault
from tests.torture.camera_stand import CameraStand, camera_stand
from tests.torture.fault import Fault, Outcome, Scale

TOLD_S = 30.0
BACK_S = 10.0
_NEVER_S = 5.0


async def _bout(stand: CameraStand, what: CameraFault) -> tuple[bool, float | None]:
    """One episode of a camera's fault: whether it was told, and how soon all was well again."""
    stand.faults.begin(what)
    try:
        told = await stand.until(lambda: stand.state != "ok", TOLD_S)
    finally:
        stand.faults.end(what)
    back = await stand.until(lambda: stand.state == "ok", BACK_S)
    return told is not None, back


async def _stuck(stand: CameraStand, _what: CameraFault) -> tuple[bool, float | None]:
    """The child stops as if a decoder never returned; counted from the stop itself."""
    pid, opened = stand.child(), stand.opened
    if pid is None:
        return False, None
    os.kill(pid, signal.SIGSTOP)
    try:
        told = await stand.until(lambda: stand.state != "ok", BACK_S)
        rest = await stand.until(
            lambda: stand.opened > opened and stand.state == "ok", BACK_S - (told or 0)
        )
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    return told is not None, None if rest is None else rest + (told or 0)


async def _try(
    what: CameraFault,
    tries: int,
    bout: Callable[[CameraStand, CameraFault], "asyncio.Future[tuple[bool, float | None]]"],
) -> Outcome:
    lost, worst = 0, 0.0
    for _ in range(tries):
        # A new stand each time: the supervisor's pause grows with failures, as it should.
        async with camera_stand() as stand:
            told, back = await bout(stand, what)
            lost += not told or back is None
            worst = max(worst, back or BACK_S)
    return Outcome(tries, lost, 0, worst)


def _fault(name: str, what: CameraFault, short: int, long: int) -> Fault:
    def run(scale: Scale) -> Outcome:
        tries = short if scale is Scale.SHORT else long
        return asyncio.run(_try(what, tries, lambda s, w: asyncio.ensure_future(_bout(s, w))))

    return Fault(name, "16", negative_control=False, run=run)


def _hang(scale: Scale) -> Outcome:
    tries = 2 if scale is Scale.SHORT else 20
    return asyncio.run(
        _try(CameraFault.STALL, tries, lambda s, w: asyncio.ensure_future(_stuck(s, w)))
    )


def _unnoticed(_scale: Scale) -> Outcome:
    """Negative control: a fault that nobody watches for must show as lost."""

    async def run() -> Outcome:
        async with camera_stand() as stand:
            told = await stand.until(lambda: stand.state != "ok", _NEVER_S)
        return Outcome(1, int(told is None), 0, None, "no fault given, none may be told")

    return asyncio.run(run())


FAULTS = [
    _fault("camera-drop", CameraFault.DROP, 2, 50),
    _fault("camera-stall", CameraFault.STALL, 2, 50),
    _fault("camera-refuse", CameraFault.REFUSE, 2, 50),
    _fault("camera-freeze", CameraFault.FREEZE, 1, 10),
    _fault("camera-black", CameraFault.BLACK, 1, 10),
    Fault("camera-decoder-hangs", "16,23", negative_control=False, run=_hang),
    Fault("camera-control", "16", negative_control=True, run=_unnoticed),
]
