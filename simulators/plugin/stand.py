"""Everything that one test needs of the suite: devices of a site, broker, centre, unit, ledger."""

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from edge_agent.centre.centre import Broker, Centre
from edge_agent.centre.keeper import Kept
from edge_agent.centre.sqlite_store import SqliteStore
from edge_agent.simulators.demo import judge
from edge_agent.simulators.demo.device import Place
from edge_agent.simulators.demo.judge import Judgement
from edge_agent.simulators.demo.scenes import SITES
from edge_agent.simulators.demo.score import Stored
from edge_agent.simulators.demo.site import site_file
from edge_agent.simulators.demo.stage import Outcome
from edge_agent.simulators.faults import script
from edge_agent.simulators.plugin.process import Device, Program, ProgramError
from edge_agent.simulators.score.items import Line
from edge_agent.simulators.score.thresholds import Thresholds
from edge_agent.simulators.world.world import World

WARM_MS = 90_000
SETTLE_S = 10.0
_LOOK_S = 0.05


class Stand:
    """A site of the simulated world with some of its devices, and what listens to them.

    Everything is started when it is first asked for and ended with the stand.

    Attributes:
        place: Site, seed, beginning of the world, and the folder with all files.
        devices: Name to device, those that were started.
    """

    def __init__(self, site: str, seed: int, folder: Path) -> None:
        if site not in SITES:
            raise ValueError(f"no site {site!r}; there are {', '.join(SITES)}")
        now_ms = time.time_ns() // 1_000_000
        self.place = Place(site, seed, now_ms // 1000 * 1000 - WARM_MS, folder)
        self.devices: dict[str, Device] = {}
        self._scene = SITES[site]
        self._ends = contextlib.ExitStack()
        self._broker: Program | None = None
        self._centre: Recorded | None = None
        self._unit: Program | None = None
        self.began_ms = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def device(self, name: str) -> Device:
        """A device of the site, running.

        Raises:
            ValueError: The site has none of this name.
        """
        if name not in self.devices:
            rows = {row.name: row for row in self._scene.devices}
            if name not in rows:
                raise ValueError(f"{self._scene.name} has no {name!r}: {', '.join(rows)}")
            if not self.place.secret.exists():
                self.place.secret.touch(mode=0o600)
                self.place.secret.write_text(f"p@ss:w/rd#%{secrets.token_hex(4)}\n")
            words = rows[name].argv(self.place)
            folder, truth = self.place.folder, self.place.truth(name)
            self.devices[name] = Device(name, words, folder, truth)
            self._ends.callback(self.devices[name].stop)
        return self.devices[name]

    def broker(self) -> Program:
        """A broker in pure Python."""
        if self._broker is None:
            argv = ["edge_agent.simulators.broker"]
            self._broker = Program("broker", argv, self.place.folder, speaks=True)
            self._ends.callback(self._broker.stop)
        return self._broker

    def centre(self) -> "Recorded":
        """A centre that listens at the broker."""
        if self._centre is None:
            self._centre = self._ends.enter_context(
                Recorded(self.broker().url, self.place.folder / "centre.db")
            )
        return self._centre

    def unit(self) -> Program:
        """The agent with all devices started so far, told of them by a site file."""
        if self._unit is None:
            self.centre()
            uplink = {"broker": self.broker().url, "protocol": self.broker().ready["protocol"]}
            ready = {name: device.ready for name, device in self.devices.items()}
            text = site_file(self._scene.only(ready), self.place, uplink, ready)
            config, state = self.place.folder / "site.toml", self.place.folder / "state"
            config.write_text(text, encoding="utf-8")
            argv = ["edge_agent", "run", "--config", str(config), "--state-dir", str(state)]
            self.began_ms = _utc_ms()
            self._unit = Program("unit", argv, self.place.folder, speaks=False)
            self._ends.callback(self._unit.stop)
        return self._unit

    def finish(self, limits: Path | None = None) -> Judgement:
        """Stop the unit, wait for the centre, and hold what it stored against the truth.

        Args:
            limits: A thresholds file as of ``edge-sim score``; none demands nothing but wholeness.

        Raises:
            ProgramError: The unit did not end well.
        """
        ended_ms = _utc_ms()
        code = self.unit().stop()
        if code != 0:
            raise ProgramError(f"the unit ended with code {code}: {self.unit().last_words()}")
        recorded = self._recorded()
        stored = self.centre()
        end = time.monotonic() + SETTLE_S
        while len(stored.numbers()) < sum(recorded.values()) and time.monotonic() < end:
            time.sleep(_LOOK_S)
        outcome = Outcome(stored.events(), recorded, self.began_ms, ended_ms)
        scene = self._scene.only(self.devices)
        wanted = Thresholds() if limits is None else judge.limits(limits, scene.name)
        true = judge.truth(scene, self.place, outcome)
        judge.written(true, outcome, self.place.folder)
        return judge.judge(true, outcome, wanted)

    def truth(self) -> list[Line]:
        """What truly happened in this world until now."""
        world = World(self.place.site or "", self.place.seed, self.place.start_ms)
        return list(world.advance_to(_utc_ms()))

    def _recorded(self) -> dict[str, int]:
        state = str(self.place.folder / "state")
        argv = ["edge_agent", "spool", "show", "--state-dir", state, "--json"]
        shown = Program("spool", argv, self.place.folder, speaks=True)
        shown.stop()
        return {each["name"]: int(each["high"]) for each in shown.ready["streams"]}


class Recorded:
    """A centre, and all that it has stored."""

    def __init__(self, url: str, db: Path) -> None:
        self.url = url
        self._store = SqliteStore(db)
        self._events: list[Stored] = []
        self._guard = threading.Lock()
        self._centre = Centre(Broker(url), self._store, self._keep)

    def __enter__(self) -> Self:
        self._centre.start()
        if not self._centre.ready(15.0):
            self._centre.stop()
            self._store.close()
            raise ProgramError(f"the centre cannot subscribe: {self._centre.denied}")
        return self

    def __exit__(self, *_: object) -> None:
        self._centre.stop()
        self._store.close()

    def events(self, stream: str | None = None, device: str | None = None) -> list[Stored]:
        """What is stored so far, in the order of commits."""
        with self._guard:
            events = list(self._events)
        return [
            event
            for event in events
            if stream in (None, event.stream) and device in (None, event.body["d"])
        ]

    def numbers(self) -> set[tuple[str, int]]:
        """Stream and number of everything stored."""
        return {(event.stream, int(event.body["sq"])) for event in self.events()}

    def wait(
        self,
        stream: str,
        device: str | None = None,
        where: Callable[[Mapping[str, Any]], bool] = lambda _body: True,
        *,
        after: int = 0,
        within_s: float = 30.0,
    ) -> Mapping[str, Any]:
        """The first event of a stream (and device) that fits; waits for it.

        Args:
            stream: Such as ``signal``, ``tag``, ``dev``.
            device: Whose; None for anybody's.
            where: What its body must be.
            after: Only events of this UTC ms and later.
            within_s: How long to wait.

        Raises:
            ProgramError: None came in time; the text has the last that did not fit.
        """
        end = time.monotonic() + within_s
        while True:
            found = [event.body for event in self.events(stream, device)]
            for body in found:
                if body["t"] >= after and where(body):
                    return body
            if time.monotonic() > end:
                last = json.dumps(found[-1]) if found else "none at all"
                raise ProgramError(f"no such {stream} event in {within_s:g} s; the last: {last}")
            time.sleep(_LOOK_S)

    def _keep(self, kept: Kept) -> None:
        with self._guard:
            self._events.append(Stored(json.loads(kept.event.body), kept.committed_ns // 1_000_000))


class Faults:
    """Makes running devices fail: now, or by a script."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._players: list[threading.Thread] = []
        self._stop = threading.Event()
        self.refused: list[str] = []

    def order(self, device: str, fault: str, *, on: bool = True, **more: Any) -> None:
        """Switch a fault; the device's README has their names.

        Raises:
            ProgramError: The device does not know it.
        """
        self._stand.device(device).ask({"fault": fault, "on": on, **more})

    def clear(self, device: str) -> None:
        """End all faults of a device."""
        self._stand.device(device).ask({"clear": True})

    def play(self, path: Path) -> None:
        """Play a script of ``edge-sim faults`` beside the test, from now on.

        Raises:
            script.ScriptError: It makes no sense.
        """
        read = script.read(path, self._stand.devices)
        thread = threading.Thread(target=self._play, args=(read,), name="faults")
        self._players.append(thread)
        thread.start()

    def close(self) -> None:
        """Give no more orders."""
        self._stop.set()
        for thread in self._players:
            thread.join()

    def _play(self, read: script.Script) -> None:
        began = time.monotonic()
        for order in read.timeline():
            if self._stop.wait(max(0.0, began + order.at_s - time.monotonic())):
                return
            try:
                self._stand.device(order.device).ask(order.body)
            except ProgramError as error:
                self.refused.append(str(error))


def _utc_ms() -> int:
    return time.time_ns() // 1_000_000
