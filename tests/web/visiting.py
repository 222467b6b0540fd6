"""A visit on the page's side: the real engine and forms, on a bench that answers at once."""

import asyncio
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge_agent import cli
from edge_agent.device.view import View
from edge_agent.provision.forms import IDS
from edge_agent.provision.record import Record
from edge_agent.status import Snapshot
from edge_agent.web.sources.chores import Done
from tests.provision.kit import FakeBench
from tests.provision.test_forms import TYPED
from tests.web.unit import Browser, Unit

FORMS = {**TYPED, "soak": {"soak.seconds": "0"}}
"""What is typed into each step's form."""


class Bench(FakeBench):
    """Its agent runs on whatever site file there is: each step comes in another process."""

    def snapshot(self, state_dir: Path) -> Snapshot | None:
        file = state_dir.parent / "etc" / "unit.toml"
        self.restart("process", file, state_dir)
        return super().snapshot(state_dir)


class Street(Bench):
    """Its cameras see a painted street."""

    async def still(self, view: View, file: Path) -> str:
        from tests.web.scene import answers  # noqa: PLC0415 - the painter takes seconds to load

        _, _, jpeg = answers()["plain"].partition(b"\n")
        street = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert street is not None
        assert cv2.imwrite(str(file), street)
        return ""


def inline(there: Unit, patch: pytest.MonkeyPatch, bench: FakeBench | None = None) -> None:
    """Steps are made in a thread of this process, on this bench."""
    made = bench or Bench()
    patch.setattr("edge_agent.commands.provision.RealBench", lambda _clock: made)

    others = there.house.chores._run

    async def run(words: list[str], limit_s: float) -> Done:
        if words[3:4] != ["provision"]:
            return await others(words, limit_s)
        await asyncio.to_thread(cli.main, words[3:])
        return Done(there.clock.utc_ms(), None)

    patch.setattr(there.house.chores, "_run", run)


def record(there: Unit) -> Record:
    return Record(there.house.state_dir)


async def finished(there: Unit) -> None:
    """The step that is being made has ended."""
    await asyncio.gather(*there.house.chores._running.values())


async def asking(there: Unit) -> None:
    """What was applied waits for a person's word."""
    while (record(there).side("now.json") or {}).get("state") != "asking":
        assert there.house.chores.running("provision"), record(there).side("now.json")
        await asyncio.sleep(0.01)


async def step(there: Unit, browser: Browser, name: str, **typed: str) -> dict[str, Any]:
    """Fill in a step's form and wait for its end; what was told of it."""
    answer = await browser.post("/provision/make", {"step": name, **FORMS.get(name, {}), **typed})
    assert answer.status_code == 303, answer.text
    if name == "apply":
        await asking(there)
        assert (await browser.post("/provision/confirm")).status_code == 303
    await finished(there)
    return record(there).side("now.json") or {}


async def until(there: Unit, browser: Browser, name: str) -> None:
    """All steps before this one."""
    for each in IDS[: IDS.index(name)]:
        assert (await step(there, browser, each))["state"] == "done", each
