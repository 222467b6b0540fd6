"""``edge-sim demo``: broker, devices, agent and centre on this machine, with a score."""

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live

from edge_agent.simulators.demo import judge, score, tell
from edge_agent.simulators.demo.beside import Beside
from edge_agent.simulators.demo.device import Place, Scene
from edge_agent.simulators.demo.page import Page
from edge_agent.simulators.demo.processes import DemoError
from edge_agent.simulators.demo.proof import proof
from edge_agent.simulators.demo.scenario import applied
from edge_agent.simulators.demo.scenes import ROAD, SITES
from edge_agent.simulators.demo.stage import Play, perform
from edge_agent.simulators.demo.table import LiveTable
from edge_agent.simulators.faults.script import Script, ScriptError, read
from edge_agent.simulators.score.items import InputError

SUMMARY = "a junction, a unit and a centre on this machine, scored against the truth"

_DEFAULTS = {"seconds": 60.0, "light": "day", "rain": False}
_LIGHTS = ("day", "dusk", "night")

WARM_MS = 90_000
"""The world has been running for so long when its devices come up: its roads are full."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add("--site", choices=sorted(SITES), help="all devices of a site of the simulated world")
    add("--scenario", type=Path, metavar="DIR", help="a folder with site, faults and thresholds")
    add("--seconds", type=float, help="length of the run; default 60")
    add("--json", action="store_true", help="only one line at the end, as JSON")
    add("--seed", type=int, help="of the simulated road; default: one of its site")
    add(
        "--broker",
        choices=("embedded", "mosquitto"),
        default="embedded",
        help="embedded: pure Python, keeps nothing; mosquitto: the installed one",
    )
    add("--faults", type=Path, metavar="FILE", help="with --site: what fails when (TOML)")
    add("--thresholds", type=Path, metavar="FILE", help="with --site: limits instead of its own")
    add("--light", choices=_LIGHTS, help="with --site: of its cameras; default day")
    add("--rain", action="store_true", default=None, help="with --site: it rains")
    add("--no-page", action="store_true", help="without the unit's own page")
    add("--keep", type=Path, help="keep databases, truth and logs in this folder")


def run(arguments: argparse.Namespace) -> int:
    """Run the demo.

    Returns:
        0 when nothing was lost or doubled and a site's limits are met, 1 otherwise, 2 for a file
        that makes no sense, 70 when it could not run.
    """
    console = Console(stderr=arguments.json)
    with _folder(arguments.keep) as folder:
        try:
            arguments = _whole(arguments)
            if arguments.site is None:
                return _road(arguments, folder, console)
            return _site(arguments, folder, console)
        except DemoError as error:
            console.print(f"the demo could not run: {error}", style="bold red")
            console.print(f"logs: {folder}" if arguments.keep else "see the logs with --keep DIR")
            return 70
        except (ScriptError, InputError, OSError) as error:
            console.print(f"edge-sim demo: {error}", style="bold red")
            return 2


def _whole(arguments: argparse.Namespace) -> argparse.Namespace:
    """With those of a scenario, and defaults for what nobody gave."""
    if arguments.scenario is not None:
        arguments = applied(arguments.scenario, arguments)
    given = {key: value for key, value in vars(arguments).items() if value is not None}
    whole = argparse.Namespace(**{**vars(arguments), **_DEFAULTS, **given})
    if whole.site is not None and whole.site not in SITES:
        raise InputError(f"no site {whole.site!r}; there are {', '.join(SITES)}")
    if whole.light not in _LIGHTS:
        raise InputError(f"no light {whole.light!r}; there are {', '.join(_LIGHTS)}")
    if whole.seed is None:
        whole.seed = (ROAD if whole.site is None else SITES[whole.site]).seed
    return whole


def _road(arguments: argparse.Namespace, folder: Path, console: Console) -> int:
    if arguments.faults or arguments.thresholds:
        raise InputError("--faults and --thresholds are for a --site")
    place = Place(None, arguments.seed, 0, folder)
    show = _Show(arguments, console)
    outcome = asyncio.run(show.perform(ROAD, place, None))
    result = {"page": show.address} | score.summary(
        outcome.stored,
        outcome.recorded,
        score.truth(place.truth("ctl1")),
        score.truth(place.truth("cam1")),
    )
    if arguments.json:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        tell.road(console, result, arguments.keep)
    whole = result["lost"] == 0 and result["duplicates"] == 0 and result["stored"] > 0
    return 0 if whole else 1


def _site(arguments: argparse.Namespace, folder: Path, console: Console) -> int:
    scene = SITES[arguments.site]
    limits = judge.limits(arguments.thresholds, arguments.site)
    names = [device.name for device in scene.devices]
    script: Script | None = read(arguments.faults, names) if arguments.faults else None
    start_ms = time.time_ns() // 1_000_000 // 1000 * 1000 - WARM_MS
    scenery = ("--light", arguments.light, *(("--rain",) if arguments.rain else ()))
    place = Place(scene.site, arguments.seed, start_ms, folder, scenery)
    beside = Beside(script)
    show = _Show(arguments, console)
    outcome = asyncio.run(show.perform(scene, place, beside))
    for camera, lag_ms in judge.late_pictures(scene, place, outcome).items():
        beside.pace.note(camera, lag_ms)
    true = judge.truth(scene, place, outcome)
    if arguments.keep:
        judge.written(true, outcome, folder)
    judgement = judge.judge(true, outcome, limits)
    refused = beside.refused()
    proven = proof(folder / "state")
    ok = judgement.ok and not refused and proven["ok"]
    result: dict[str, Any] = {
        "site": scene.name,
        "seed": arguments.seed,
        "start_ms": start_ms,
        "seconds": arguments.seconds,
        "page": show.address,
        "ok": ok,
        **judgement.result,
        "evidence": proven,
        "realtime": beside.pace.as_json(),
        "faults": {"given": len(beside.played), "refused": refused},
    }
    if arguments.json:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        tell.site(console, result, judgement, arguments.keep)
    return 0 if ok else 1


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="edge-demo-") as folder:
        yield Path(folder)


class _Show:
    """Draws a play while it goes on.

    Attributes:
        address: Of the unit's page; None where there was none.
    """

    def __init__(self, arguments: argparse.Namespace, console: Console) -> None:
        self._arguments = arguments
        self._console = console
        self._table = LiveTable(arguments.seconds)
        self._quiet = arguments.json or not console.is_terminal
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        self.address: str | None = None

    async def perform(self, scene: Scene, place: Place, beside: Beside | None) -> Any:
        """Play it; its outcome."""
        play = Play(
            scene,
            place,
            self._arguments.seconds,
            self._arguments.broker,
            self._step,
            self._table.add,
            self._look,
            beside,
            None if self._arguments.no_page else self._opened,
        )
        with self._live_at_last():
            return await perform(play)

    @contextlib.contextmanager
    def _live_at_last(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._live.stop()

    def _look(self, elapsed: float) -> None:
        if not self._quiet:
            self._live.start()
            self._live.update(self._table.render(elapsed))

    def _opened(self, page: Page | str) -> None:
        if isinstance(page, str):
            self._step(f"no page: {page}")
            return
        self.address = page.url
        if not self._arguments.json:
            tell.page(self._console, page)

    def _step(self, words: str) -> None:
        if not self._arguments.json:
            self._console.print(f"· {words}", style="dim")
