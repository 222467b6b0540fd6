"""``edge-sim demo``: broker, controller, camera, agent and centre on this machine, with a score."""

import argparse
import asyncio
import contextlib
import json
import secrets
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live

from edge_agent.centre.centre import Broker, Centre
from edge_agent.centre.keeper import Kept
from edge_agent.centre.sqlite_store import SqliteStore
from edge_agent.simulators.demo import score
from edge_agent.simulators.demo.processes import Cast, DemoError, Program
from edge_agent.simulators.demo.score import Stored
from edge_agent.simulators.demo.site import Wiring, site_file
from edge_agent.simulators.demo.table import LiveTable

SUMMARY = "a junction, a unit and a centre on this machine, scored against the truth"

SETTLE_S = 10.0
"""How long the centre may take to hear the last events after the agent has stopped."""

_CAMERA_USER = "viewer"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--seconds", type=float, default=60, help="length of the run; default 60")
    parser.add_argument("--json", action="store_true", help="only one line at the end, as JSON")
    parser.add_argument("--seed", type=int, default=7, help="of the simulated road")
    parser.add_argument(
        "--broker",
        choices=("embedded", "mosquitto"),
        default="embedded",
        help="embedded: pure Python, keeps nothing; mosquitto: the installed one",
    )
    parser.add_argument("--keep", type=Path, help="keep databases, truth and logs in this folder")


def run(arguments: argparse.Namespace) -> int:
    """Run the demo; 0 when nothing was lost or doubled, 1 otherwise, 70 when it could not run."""
    console = Console(stderr=arguments.json)
    with _folder(arguments.keep) as folder:
        try:
            result = asyncio.run(_Demo(arguments, folder, console).play())
        except DemoError as error:
            console.print(f"the demo could not run: {error}", style="bold red")
            console.print(f"logs: {folder}" if arguments.keep else "see the logs with --keep DIR")
            return 70
    if arguments.json:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        _tell(console, result, arguments.keep)
    whole = result["lost"] == 0 and result["duplicates"] == 0 and result["stored"] > 0
    return 0 if whole else 1


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="edge-demo-") as folder:
        yield Path(folder)


class _Demo:
    def __init__(self, arguments: argparse.Namespace, folder: Path, console: Console) -> None:
        self._arguments = arguments
        self._folder = folder
        self._console = console
        self._stored: list[Stored] = []
        self._table = LiveTable(arguments.seconds)

    async def play(self) -> dict[str, Any]:
        """Run everything; the summary."""
        async with Cast(self._folder) as cast:
            self._step("broker")
            broker, protocol = await self._broker(cast)
            self._step("signal controller (Modbus TCP)")
            controller = await self._controller(cast)
            self._step("camera (RTSP, H.264, password)")
            camera = await self._camera(cast)
            config = self._folder / "site.toml"
            config.write_text(self._site(broker, protocol, controller, camera), encoding="utf-8")
            store = SqliteStore(self._folder / "centre.db")
            try:
                with Centre(Broker(broker), store, self._watch()) as centre:
                    if not await asyncio.to_thread(centre.ready, 15.0):
                        raise DemoError(f"the centre cannot subscribe: {centre.denied}")
                    self._step("edge-agent run")
                    agent = await cast.module(
                        "agent",
                        "edge_agent",
                        "run",
                        "--config",
                        str(config),
                        "--state-dir",
                        str(self._folder / "state"),
                        speaks=False,
                    )
                    await self._show(cast)
                    await self._finish(agent)
                    recorded = await self._recorded(cast)
                    await self._settle(recorded)
            finally:
                store.close()
        return score.summary(
            self._stored,
            recorded,
            score.truth(self._folder / "signal-truth.jsonl"),
            score.truth(self._folder / "camera-truth.jsonl"),
        )

    async def _broker(self, cast: Cast) -> tuple[str, str]:
        """URL of a broker, and the version of MQTT to speak to it."""
        if self._arguments.broker == "embedded":
            ready = (await cast.module("broker", "edge_agent.simulators.broker")).ready
            return ready["url"], ready["protocol"]
        found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
        if found is None:
            raise DemoError("mosquitto is not installed: apt install mosquitto, or leave --broker")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        await cast.start("broker", found, "-p", str(port), speaks=False)
        return f"mqtt://127.0.0.1:{port}", "auto"

    async def _controller(self, cast: Cast) -> Program:
        return await cast.module(
            "signal",
            "edge_agent.simulators",
            "signal",
            "--tcp",
            "127.0.0.1:0",
            "--seed",
            str(self._arguments.seed),
            "--truth",
            str(self._folder / "signal-truth.jsonl"),
        )

    async def _camera(self, cast: Cast) -> Program:
        password = self._folder / "camera-password"
        password.touch(mode=0o600)
        # Every character that has broken somebody's RTSP URL.
        password.write_text(f"p@ss:w/rd#%{secrets.token_hex(4)}\n", encoding="utf-8")
        return await cast.module(
            "camera",
            "edge_agent.simulators",
            "camera",
            "--rtsp",
            "127.0.0.1:0",
            "--user",
            _CAMERA_USER,
            "--password-file",
            str(password),
            "--seed",
            str(self._arguments.seed),
            "--truth",
            str(self._folder / "camera-truth.jsonl"),
        )

    def _site(self, broker: str, protocol: str, controller: Program, camera: Program) -> str:
        return site_file(
            Wiring(
                broker=broker,
                protocol=protocol,
                controller=controller.ready["url"],
                camera=camera.ready["url"],
                camera_user=_CAMERA_USER,
                camera_password_file=str(self._folder / "camera-password"),
                line=camera.ready["line"],
            )
        )

    def _watch(self) -> Any:
        loop = asyncio.get_running_loop()

        def take(kept: Kept) -> None:
            body = json.loads(kept.event.body)
            loop.call_soon_threadsafe(self._take, Stored(body, kept.committed_ns // 1_000_000))

        return take

    def _take(self, event: Stored) -> None:
        self._stored.append(event)
        self._table.add(event)

    async def _show(self, cast: Cast) -> None:
        """Let it run for the agreed time, drawing what comes in."""
        began = time.monotonic()
        live = Live(console=self._console, refresh_per_second=4, transient=True)
        quiet = self._arguments.json or not self._console.is_terminal
        with contextlib.nullcontext() if quiet else live:
            while (elapsed := time.monotonic() - began) < self._arguments.seconds:
                died = cast.died()
                if died:
                    words = ", ".join(
                        f"{each.name} (code {each.process.returncode})" for each in died
                    )
                    raise DemoError(f"ended by itself: {words}; last words: {_last_words(died[0])}")
                if not quiet:
                    live.update(self._table.render(elapsed))
                await asyncio.sleep(0.25)

    async def _finish(self, agent: Program) -> None:
        """Stop the agent first: what it still holds must reach the centre."""
        code = await agent.stop()
        if code != 0:
            raise DemoError(f"the agent ended with code {code}: {_last_words(agent)}")

    async def _recorded(self, cast: Cast) -> dict[str, int]:
        """Highest number of each stream that the unit made durable, asked of the unit itself."""
        shown = await cast.module(
            "spool",
            "edge_agent",
            "spool",
            "show",
            "--state-dir",
            str(self._folder / "state"),
            "--json",
        )
        return {stream["name"]: int(stream["high"]) for stream in shown.ready["streams"]}

    async def _settle(self, recorded: dict[str, int]) -> None:
        """Wait until the centre has what was recorded, or time is up."""
        end = time.monotonic() + SETTLE_S
        while time.monotonic() < end:
            seen = {(event.stream, int(event.body["sq"])) for event in self._stored}
            if len(seen) >= sum(recorded.values()):
                return
            await asyncio.sleep(0.1)

    def _step(self, words: str) -> None:
        if not self._arguments.json:
            self._console.print(f"· {words}", style="dim")


def _last_words(program: Program) -> str:
    lines = program.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "none"


def _tell(console: Console, result: dict[str, Any], keep: Path | None) -> None:
    latency, phases = result["latency_ms"], result["truth"]["phases"]
    crossings = result["truth"]["crossings"]
    console.print()
    console.print(
        f"recorded {result['recorded']}  stored {result['stored']}  lost {result['lost']}  "
        f"duplicates {result['duplicates']}",
        style="bold",
    )
    console.print(f"by stream: {result['streams']}")
    console.print(f"delay from the street to the centre's disk: {latency}")
    console.print(
        f"phase changes: {phases['stored']} of {phases['true']} true ones, "
        f"time error p99 {phases['error_ms_p99']} ms"
    )
    console.print(f"vehicles: counted {crossings['stored']}, true {crossings['true']}")
    console.print()
    console.print("Where to look next:")
    where = keep if keep is not None else "DIR"
    if keep is None:
        console.print("  ./dev demo --keep DIR         keep site file, databases, truth and logs")
    console.print(f"  edge-agent check {where}/site.toml")
    console.print(f"  edge-agent spool show --state-dir {where}/state")
    console.print(f"  edge-centre gaps --db {where}/centre.db")
    console.print("  docs/contract/README.md       what a centre may rely on")
