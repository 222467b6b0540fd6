"""The whole agent, killed again and again while a controller goes on switching its lamps.

The ledger: after each kill the spool's files are copied and every event in the copy is written
down as recorded. At the end each of them must lie at the centre, once.
"""

import contextlib
import random
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.centre.centre import Broker, Centre
from edge_agent.centre.sqlite_store import SqliteStore
from edge_agent.spool import inspect
from tests.bench.whole import Plc, process, site_file
from tests.brokers import Mosquitto
from tests.torture.fault import Fault, Outcome, Scale
from tests.torture.scene import audit

KILLS = {Scale.SHORT: 30, Scale.LONG: 1000}
UP_S = 20.0
RECOVERY_S = 5.0
DRAIN_S = 30.0


@dataclass
class Ledger:
    """Ids of events that lay in the spool when the agent died."""

    recorded: set[str] = field(default_factory=set)

    def read(self, state: Path) -> None:
        """Look at a copy: opening the files themselves would help them recover."""
        with tempfile.TemporaryDirectory() as name:
            for file in state.glob("spool.db*"):
                shutil.copy(file, name)
            for row in inspect.rows(Path(name) / "spool.db"):
                start = row.body.index(b'"id":"') + 6
                self.recorded.add(row.body[start : start + 26].decode())


def _kill_at_random(scale: Scale) -> Outcome:
    seed = time.time_ns() % 1_000_000
    dice = random.Random(seed)
    ledger, slowest = Ledger(), 0.0
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "killed"
        folder.mkdir()
        broker = stack.enter_context(Mosquitto())
        pace = ["tests.bench.plc", str(seed), "0.02", "0.08"]
        plc = Plc(stack.enter_context(process(*pace, output=True)))
        site = site_file(folder, plc.port, broker.port, 50)
        argv = ["edge_agent", "run", "--config", str(site), "--state-dir", str(folder / "state")]
        store = SqliteStore(folder / "centre.db")
        stack.callback(store.close)
        with Centre(Broker(f"mqtt://127.0.0.1:{broker.port}"), store) as centre:
            assert centre.ready(10)
            for _ in range(KILLS[scale]):
                before = centre.tally()["stored"]
                began = time.monotonic()
                with process(*argv) as agent:
                    _wait(centre, before, agent)
                    slowest = max(slowest, time.monotonic() - began)
                    time.sleep(dice.uniform(0.0, 0.8))
                    agent.send_signal(signal.SIGKILL)
                    agent.wait()
                ledger.read(folder / "state")
            # One last life without a kill: what is left must reach the centre.
            with process(*argv):
                end = time.monotonic() + DRAIN_S
                while time.monotonic() < end:
                    lost, twice = audit(folder / "centre.db", ledger.recorded)
                    if not lost:
                        break
                    time.sleep(0.5)
        lost, twice = audit(folder / "centre.db", ledger.recorded)
    late = "" if slowest <= RECOVERY_S else f"up again only after {slowest:.1f} s"
    note = late or f"{KILLS[scale]} kills, seed {seed}"
    return Outcome(len(ledger.recorded), lost + bool(late), twice, slowest, note)


def _wait(centre: Centre, before: int, agent: subprocess.Popen[str]) -> None:
    """Until an event of this life is at the centre."""
    end = time.monotonic() + UP_S
    while centre.tally()["stored"] == before:
        if agent.poll() is not None:
            raise RuntimeError(f"the agent ended by itself with {agent.returncode}")
        if time.monotonic() > end:
            raise RuntimeError(f"no event within {UP_S:.0f} s of a start")
        time.sleep(0.01)


FAULTS = [
    Fault("agent killed at random", "8", False, _kill_at_random, needs=("mosquitto",)),
]
