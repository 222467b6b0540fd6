"""A rule fires in a running agent, and a camera that it drives shows the moment."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import pytest

from edge_agent.agent import Agent
from edge_agent.contract.events import Excess, Rule
from edge_agent.contract.verdicts import RuleKind
from edge_agent.evidence.examine import examine
from edge_agent.evidence.keys import load_public
from edge_agent.evidence.verify import Package
from edge_agent.passage.fused import Fused
from edge_agent.settings import load
from edge_agent.spool import inspect
from tests.brokers import free_port
from tests.simulators.camera.kit import camera

SITE = """
version = 1
[unit]
province = "p"
site = "s"
id = "u1"
[uplink]
broker = "mqtt://127.0.0.1:{broker}"
[metrics]
enabled = false
[device.cam1]
kind = "camera"
url = "{url}"
detector = "motion"
serial = "C-7"
lines = {{ main = [0.5, 0.0, 0.5, 1.0] }}
[lane.n1]
rules = ["speeding"]
limit_kmh = 30
lines = [{{ device = "cam1", line = "main" }}]
"""


@dataclass(frozen=True)
class _Verdict:
    kind: RuleKind = "speeding"
    rule: Rule = Rule(id="test", ver="1", src="a test", tab="0" * 64)  # noqa: RUF009 - frozen
    grade: Literal["enforcement", "statistics"] = "enforcement"
    excess: Sequence[Excess] = (Excess(of="speed", val=612, lim=300),)
    why: Sequence[str] = ()


@dataclass
class _Judge:
    """Finds everybody guilty, once."""

    judged: list[Fused] = field(default_factory=list)

    def judge(self, fused: Fused) -> Sequence[_Verdict]:
        self.judged.append(fused)
        return [_Verdict()] if len(self.judged) == 1 else []


@asynccontextmanager
async def _running(folder: Path, url: str) -> AsyncIterator[tuple[Agent, _Judge]]:
    site = folder / "unit.toml"
    site.write_text(SITE.format(broker=free_port(), url=url))
    agent, judge = Agent(load(site), state_dir=folder, fingerprint="0" * 16), _Judge()
    agent._interpreter._judge = judge
    task = asyncio.create_task(agent.run(), name="agent")
    try:
        yield agent, judge
    finally:
        agent.stop()
        await task


@pytest.mark.slow
async def test_from_the_camera_to_a_package_that_proves_itself(tmp_path: Path) -> None:
    async with camera(flow=500) as cam, _running(tmp_path, cam.url) as (agent, judge):
        async with asyncio.timeout(60):
            while not agent._recorder.events["evidence"]:  # noqa: ASYNC110 - processes work
                await asyncio.sleep(0.05)
        assert agent._custody.desk.counts["sealed"] == 1
    rows = {row.stream: json.loads(row.body) for row in inspect.rows(tmp_path / "spool.db")}
    told, violation = rows["evidence"], rows["violation"]
    assert (told["of"], told["pics"], told.get("why", "")) == (violation["id"], 3, "")
    result = examine([tmp_path / "evidence"], load_public(tmp_path / "unit.pub"))
    assert result.findings == []
    (package,) = result.packages.values()
    assert package.digest == told["sha"]
    (device,) = package.manifest.about.devices
    assert (device.id, device.kind, device.serial) == ("cam1", "camera", "C-7")
    assert package.manifest.about.facts["measured 1"] == "speed 61.2 km/h, allowed 30.0 km/h"
    _shows_the_vehicle(package, judge.judged[0])


def _shows_the_vehicle(package: Package, fused: Fused) -> None:
    """The frame of the crossing has the accused on the line in the middle."""
    shown = {one["file"]: one for one in json.loads(package.files["pictures.json"])}
    at = shown["cam1-at.jpg"]
    assert abs(at["mono_ns"] - fused.at.mono_ns) < 2e8
    (accused,) = [one for one in at["vehicles"] if one["accused"]]
    x1, _, x2, _ = accused["box"]
    assert x1 - 40 < 160 < x2 + 40
    frames = [
        cv2.imdecode(np.frombuffer(package.files[f"cam1-{name}.jpg"], np.uint8), cv2.IMREAD_COLOR)
        for name in ("before", "at", "after")
    ]
    assert all(frame is not None and frame.shape == (180, 320, 3) for frame in frames)
    moments = [shown[f"cam1-{name}.jpg"]["mono_ns"] for name in ("before", "at", "after")]
    assert moments == sorted(moments)
