"""Each driver's own sample against a simulator, as a technician tries a device on a bench.

Of the sample only the address is changed, and where the password lies.
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge_agent import registry
from edge_agent.simulators.plugin.process import Program
from tests.house.source import ROOT

pytestmark = pytest.mark.slow

_TCP = ("--tcp", "127.0.0.1:0")
_SITE = ("--site", "junction", "--camera", "cam1", "--size", "640x360", "--fps", "8")
_PASSWORD = 'p@ss:/#%25 w"x'  # noqa: S105 - the simulator's own
_TRIED = {
    "signal_modbus": (("signal", *_TCP), {"signal", "detector"}),
    "signal_ntcip": (("ntcip", "--udp", "127.0.0.1:0", "--period", "1"), {"signal", "detector"}),
    "camera": (("camera", *_SITE, "--user", "viewer"), {"crossing"}),
    "etc_llrp": (("etc", "--llrp", "127.0.0.1:0", "--per-s", "5"), {"tag"}),
    "etc_serial": (("etc", "--pty", "--region", "8", "--per-s", "5"), {"tag"}),
    "wim_modbus": (("wim", *_TCP, "--per-hour", "7200"), {"axles"}),
    "wim_line": (("wim", *_TCP, "--form", "line", "--per-hour", "7200"), {"axles"}),
    "modbus_map": (("cabinet", *_TCP), {"figure", "condition"}),
}
"""Words for edge-sim, and what kinds of reading come of it."""


def test_every_kind_is_tried() -> None:
    assert set(_TRIED) == set(registry.kinds())


def sample(kind: str, url: str, secret: Path) -> tuple[str, str]:
    """Its first device, and the sample for this address."""
    text = (ROOT / "drivers" / kind / "sample.toml").read_text(encoding="utf-8")
    text, addresses = re.subn(r'(?m)^url = ".*"', lambda _: f'url = "{url}"', text)
    assert addresses == 1
    text = re.sub(r'(?m)^password = ".*"', lambda _: f'password = "file:{secret}"', text)
    named = re.search(r"^\[device\.([\w-]+)\]", text, re.MULTILINE)
    assert named is not None
    return named[1], text


@pytest.mark.parametrize("kind", _TRIED)
def test_a_sample_reads_its_simulator(kind: str, tmp_path: Path) -> None:
    words, wanted = _TRIED[kind]
    secret = tmp_path / "password"
    secret.write_text(_PASSWORD + "\n", encoding="utf-8")
    secret.chmod(0o600)
    seconds = "3"
    if kind == "camera":
        # After so long the road is busy and its light is green; a background is learnt first, too.
        seconds, began = "6", time.time_ns() // 1_000_000 - 75_000
        words = (*words, "--password-file", str(secret), "--start-ms", str(began))
    simulator = Program(kind, ["edge_agent.simulators", *words], tmp_path, speaks=True)
    try:
        device, text = sample(kind, simulator.url, secret)
        config = tmp_path / "sample.toml"
        config.write_text(text, encoding="utf-8")
        argv = ["try", device, "--config", str(config), "--seconds", seconds, "--json"]
        done = subprocess.run(
            [sys.executable, "-m", "edge_agent", *argv],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    finally:
        simulator.stop()
    assert done.returncode == 0, done.stdout + done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["device"] for one in told} == {device}
    states = [(one["state"], one["detail"]) for one in told if one["type"] == "state"]
    assert states == [("ok", "")]
    assert wanted <= {one["type"] for one in told}, states
    assert _PASSWORD not in done.stdout + done.stderr
