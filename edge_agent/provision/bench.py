"""The instruments on a real unit."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edge_agent import registry, status
from edge_agent.clock import Clock
from edge_agent.config.unit import UnitSettings
from edge_agent.device.readings import AxlesReading, Reading, SignalReading, TagReading
from edge_agent.device.view import View
from edge_agent.discover.proposal import Proposal
from edge_agent.discover.search import search
from edge_agent.discover.where import Where
from edge_agent.doctor.devices import as_seen_here
from edge_agent.doctor.examine import examine
from edge_agent.doctor.gather import gather
from edge_agent.errors import StatusError
from edge_agent.provision import service
from edge_agent.provision.visit import Observed
from edge_agent.status import Snapshot

_PATIENCE_S = 30.0
_MOST_ROWS = 5000


class RealBench:
    """Speaks to devices, the agent and the operating system."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def search(self, where: Where) -> list[Proposal]:
        """The kinds that can be used here, over the ground that was given."""
        kinds = []
        for name in registry.kinds():
            with contextlib.suppress(registry.RegistryError):
                kinds.append(registry.load(name))
        return (await search(where, kinds, self._clock)).proposals

    async def drive(self, settings: UnitSettings, seconds: float) -> Observed:
        """As the unit would; what later steps judge is kept."""
        seen = Observed()

        def keep(device: str, reading: Reading) -> None:
            at = reading.at.utc_ms
            match reading:
                case AxlesReading() if len(seen.axles) < _MOST_ROWS:
                    axles = [_sum(axle.left, axle.right) for axle in reading.axles]
                    row = {"lane": reading.lane, "gross_kg": reading.gross, "axles_kg": axles}
                    seen.axles.append({"device": device, "at_ms": at, **row})
                case TagReading() if len(seen.tags) < _MOST_ROWS:
                    tag = {"antenna": reading.antenna, "epc": reading.epc, "reads": reading.reads}
                    seen.tags.append({"device": device, "at_ms": at, **tag})
                case SignalReading() if len(seen.signals) < _MOST_ROWS:
                    phases = {str(n): str(colour) for n, colour in reading.phases.items()}
                    seen.signals.append({"device": device, "at_ms": at, "phases": phases})
                case _:
                    pass

        found = await as_seen_here(settings, self._clock, seconds, keep)
        for name, each in found.items():
            seen.devices[name] = {
                "answered": bool(each["answered"]),
                "identity": each["identity"],
                "cause": "" if each["answered"] else str(each["cause"]),
                "readings": dict(sorted(each["readings"].items())),
                "wrong": list(each["wrong"]),
            }
        return seen

    async def still(self, view: View, file: Path) -> str:
        """See ``provision.still``."""
        said = await _child("still", {"view": asdict(view), "file": str(file)}, _PATIENCE_S)
        return str(said["trouble"])

    async def lamps(
        self, view: View, heads: Mapping[str, Any], seconds: float
    ) -> tuple[str, list[dict[str, Any]]]:
        """See ``provision.lamps``."""
        asked = {"view": asdict(view), "heads": dict(heads), "seconds": seconds}
        said = await _child("lamps", asked, seconds + _PATIENCE_S)
        return str(said["trouble"]), list(said.get("rows", []))

    def restart(self, how: str, config: Path, state_dir: Path) -> None:
        """See ``service``."""
        service.restart(how, config, state_dir)

    def snapshot(self, state_dir: Path) -> Snapshot | None:
        """How the agent is; None when none answers."""
        try:
            return status.ask(state_dir)
        except StatusError:
            return None

    def guard(self, config: Path, state_dir: Path) -> None:
        """A process of its own waits for the deadline: this one may be gone by then."""
        words = ["provision", "--watch", "--config", str(config), "--state-dir", str(state_dir)]
        service.detached(words, state_dir / "provision" / "guard.log")

    async def doctor(self, config: Path, state_dir: Path) -> list[dict[str, Any]]:
        """All findings; the cameras' pictures are remembered as they are aimed now."""
        facts = await gather(config, state_dir, self._clock, offline=False, remember=True)
        return [finding.as_json() for finding in examine(facts)]


async def _child(module: str, asked: dict[str, Any], patience_s: float) -> dict[str, Any]:
    """Ask a process that looks through a camera, and is killed when it hangs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"edge_agent.provision.{module}",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        # By stdin, not by argument: the password would show in the process list.
        async with asyncio.timeout(patience_s):
            out, _ = await process.communicate(json.dumps(asked).encode() + b"\n")
        said: dict[str, Any] = json.loads(out)
    except TimeoutError:
        return {"trouble": f"no picture within {patience_s:.0f} s"}
    except ValueError:
        return {"trouble": f"looking through it failed, code {process.returncode}"}
    else:
        return said
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _sum(left: int | None, right: int | None) -> int | None:
    """Both wheels of an axle; None where one of them is not known."""
    return None if left is None or right is None else left + right
