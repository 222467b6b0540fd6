"""A unit to provision without devices: a bench that answers at once, a clock that stands still."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge_agent import settings
from edge_agent.clock import SystemClock, TimeQuality
from edge_agent.config.unit import UnitSettings
from edge_agent.device.view import View
from edge_agent.discover.proposal import Proposal
from edge_agent.discover.where import Where
from edge_agent.provision.answers import Remembered, Script
from edge_agent.provision.record import Record
from edge_agent.provision.visit import Observed, Visit
from edge_agent.status import Snapshot
from tests.snapshots import snapshot

NOW_MS = 1_780_000_000_000
GROUND = [[0.2, 0.9, 0, 0], [0.8, 0.9, 7, 0], [0.4, 0.4, 0, 30], [0.6, 0.4, 7, 30]]

FOUND = [
    Proposal("camera", "rtsp://10.0.0.2:554/live", None, "Dome 4", 95, "describes a stream"),
    Proposal("etc_llrp", "tcp://10.0.0.3:5084", None, "Reader 9", 98, "welcome"),
    Proposal("wim_modbus", "tcp://10.0.0.4:502", 1, "Scale", 99, "mark"),
    Proposal("signal_ntcip", "udp://10.0.0.5:161", None, "ASC", 97, "phases", {"phases": [1, 2]}),
    Proposal("modbus_map", "tcp://10.0.0.6:502", 1, "Cab", 95, "fits", {"profile": "cabinet_v1"}),
    Proposal("etc_llrp", "tcp://10.0.0.7:5084", None, "Reader 9", 98, "welcome"),
]

SCRIPT: dict[str, Any] = {
    "unit": {"province": "hanoi", "site": "plaza", "id": "u1"},
    "search": {"net": ["10.0.0.0/29"], "announce": False, "serial": ["none"]},
    "uplink": {"broker": "mqtt://127.0.0.1:9"},
    "device": {
        "cam1": {"lines": {"main": [0.1, 0.8, 0.9, 0.8]}, "ground": GROUND},
        "ctl1": {"detectors": {}},
    },
    "lane": {"l1": {"lines": [{"device": "cam1", "line": "main"}]}},
    "live": {"seconds": 5},
    "apply": {"how": "process", "confirm": True},
    "soak": {"seconds": 10},
}

OBSERVED = Observed(
    devices={
        name: {"answered": True, "identity": name, "cause": "", "readings": {"x": 3}, "wrong": []}
        for name in ("cam1", "ctl1", "etc1", "etc2", "map1", "wim1")
    },
    axles=[
        {"device": "wim1", "at_ms": NOW_MS + 1000 * n, "lane": "1", "gross_kg": 10_000 + 100 * n,
         "axles_kg": [4000, 6000 + 100 * n]}
        for n in range(5)
    ],
    tags=[
        {"device": "etc1", "at_ms": NOW_MS + 5000 * n, "antenna": 1, "epc": "E200AB12", "reads": 4}
        for n in range(3)
    ],
    signals=[
        {"device": "ctl1", "at_ms": NOW_MS + 10_000 * n,
         "phases": {"1": "rg"[n % 2], "2": "gr"[n % 2]}}
        for n in range(8)
    ],
)  # fmt: skip


class StillClock(SystemClock):
    """Stands still; what sleeps is woken at once."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = 0.0

    def utc_ms(self) -> int:
        return NOW_MS

    def quality(self) -> TimeQuality:
        return TimeQuality("ntp", 3)

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds


@dataclass
class FakeBench:
    """Instruments that answer at once.

    Attributes:
        lost: Whether the broker is out of reach under the new site file.
        dark: Why the camera sees no lamps.
        dies_at: Name of the call at which the process is killed, once.
    """

    found: list[Proposal] = field(default_factory=lambda: list(FOUND))
    lost: bool = False
    dies_at: str = ""
    dark: str = ""
    calls: list[str] = field(default_factory=list)
    running: str = ""

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name == self.dies_at:
            self.dies_at = ""
            raise KeyboardInterrupt

    async def search(self, where: Where) -> list[Proposal]:
        self._call("search")
        assert where.hosts
        return self.found

    async def drive(self, settings: UnitSettings, seconds: float) -> Observed:
        self._call("drive")
        return OBSERVED

    async def still(self, view: View, file: Path) -> str:
        self._call("still")
        picture = np.full((360, 640, 3), 90, np.uint8)
        cv2.imwrite(str(file), picture)
        return ""

    async def lamps(
        self, view: View, heads: Mapping[str, Any], seconds: float
    ) -> tuple[str, list[dict[str, Any]]]:
        self._call("lamps")
        return self.dark, [
            {"at_ms": row["at_ms"] + 200, "phase": 1, "colour": row["phases"]["1"]}
            for row in OBSERVED.signals
        ]

    def restart(self, how: str, config: Path, state_dir: Path) -> None:
        self._call("restart")
        self.running = settings.examine(config).fingerprint if config.exists() else ""

    def snapshot(self, state_dir: Path) -> Snapshot | None:
        self._call("snapshot")
        if not self.running:
            return None
        now = snapshot()
        uplink = now.uplink.model_copy(update={"connected": not self.lost, "trouble": ""})
        devices = [part.model_copy(update={"state": "ok"}) for part in now.devices]
        changed = {"config": self.running, "uplink": uplink, "devices": devices}
        return now.model_copy(update=changed)

    def guard(self, config: Path, state_dir: Path) -> None:
        self._call("guard")

    async def doctor(self, config: Path, state_dir: Path) -> list[dict[str, Any]]:
        self._call("doctor")
        return [
            {"id": "unit.site", "group": "unit", "severity": "error", "ok": True, "value": "sound",
             "meaning": "", "next": ""}
        ]  # fmt: skip


def visit(
    folder: Path,
    bench: FakeBench | None = None,
    script: Mapping[str, Any] = SCRIPT,
    who: str = "Nguyễn Văn Ổn",
) -> Visit:
    """A visit in this folder; made again it goes on where the last one was."""
    state = folder / "state"
    record = Record(state)
    answers = Remembered(Script(script), record)
    return Visit(
        folder / "unit.toml", state, who, record, answers, bench or FakeBench(), StillClock()
    )
