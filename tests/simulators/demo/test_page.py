"""What becomes of a demo without a page; that it has one, a played demo shows."""

import asyncio
from pathlib import Path
from typing import cast

from edge_agent.simulators.demo.page import FILE, Page, beside
from edge_agent.simulators.demo.processes import Cast, DemoError, Program


class Troupe:
    """Starts nothing: fails at once, or never ends."""

    def __init__(self, *, fails: bool) -> None:
        self._fails = fails
        self.asked = asyncio.Event()

    async def module(self, *_words: str) -> Program:
        self.asked.set()
        if self._fails:
            raise DemoError("page did not start: starlette is not installed")
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_demo_does_without_a_page_and_says_why(tmp_path: Path) -> None:
    troupe = Troupe(fails=True)
    told: asyncio.Queue[Page | str] = asyncio.Queue()
    async with beside(cast("Cast", troupe), tmp_path, told.put_nowait):
        said = await asyncio.wait_for(told.get(), 5)
    assert said == "page did not start: starlette is not installed"
    assert not (tmp_path / FILE).exists()


async def test_a_demo_that_ends_waits_for_no_page(tmp_path: Path) -> None:
    troupe = Troupe(fails=False)
    told: list[Page | str] = []
    async with beside(cast("Cast", troupe), tmp_path, told.append):
        await asyncio.wait_for(troupe.asked.wait(), 5)
    assert told == []
