"""A unit with devices of five kinds and a broker, all simulated: well, then with planted faults."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from edge_agent.simulators.plugin.process import Program
from tests.brokers import amqtt, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

_TCP = ("--tcp", "127.0.0.1:0")
_CAMERA = ("--site", "junction", "--camera", "cam1", "--size", "640x360", "--fps", "8")
_SIMULATED = {
    "ctl1": ("signal", *_TCP),
    "etc1": ("etc", "--llrp", "127.0.0.1:0"),
    "wim1": ("wim", *_TCP, "--per-hour", "7200"),
    "cab1": ("cabinet", *_TCP),
    "cam1": ("camera", *_CAMERA, "--user", "viewer"),
}
_PASSWORD = "p@ss word"  # noqa: S105 - the simulator's own


class Unit:
    """Site file and state folder, and the doctor's word on them."""

    def __init__(self, folder: Path, urls: dict[str, dict[str, Any]], broker: str) -> None:
        self.file = folder / "unit.toml"
        self.state = folder / "state"
        self.secret = folder / "camera-password"
        self.secret.write_text(_PASSWORD + "\n", encoding="utf-8")
        self.urls = {name: ready["url"] for name, ready in urls.items()}
        self.ready = urls
        self.broker = broker
        self.heal()

    def heal(self) -> None:
        self.state.mkdir(mode=0o750, exist_ok=True)
        self.state.chmod(0o750)
        self.secret.chmod(0o600)
        self.write(self.broker, self.urls)

    def write(self, broker: str, urls: dict[str, str]) -> None:
        unit, profile = next(iter(self.ready["cab1"]["profiles"].items()))
        self.file.write_text(
            f"""\
version = 1
unit = {{ province = "hanoi", site = "nts", id = "u1" }}
uplink = {{ broker = "{broker}", protocol = "3.1.1" }}
[device.ctl1]
kind = "signal_modbus"
url = "{urls["ctl1"]}"
profile = "{self.ready["ctl1"]["profile"]}"
[device.etc1]
kind = "etc_llrp"
url = "{urls["etc1"]}"
[device.wim1]
kind = "wim_modbus"
url = "{urls["wim1"]}"
unit_id = {self.ready["wim1"]["unit"]}
[device.cab1]
kind = "modbus_map"
url = "{urls["cab1"]}"
unit_id = {unit}
profile = "{profile}"
[device.cam1]
kind = "camera"
url = "{urls["cam1"]}"
username = "viewer"
password = "file:{self.secret}"
detector = "motion"
lines = {{ main = [0.5, 0.0, 0.5, 1.0] }}
""",
            encoding="utf-8",
        )
        self.file.chmod(0o640)

    def doctor(self) -> tuple[int, dict[str, dict[str, Any]]]:
        words = ["doctor", "--config", str(self.file), "--state-dir", str(self.state), "--json"]
        done = subprocess.run(
            [sys.executable, "-m", "edge_agent", *words],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.stdout, done.stderr
        checks = json.loads(done.stdout.splitlines()[-1])["checks"]
        return done.returncode, {each["id"]: each for each in checks}


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unit]:
    folder = tmp_path_factory.mktemp("unit")
    with ExitStack() as stack:
        broker = stack.enter_context(amqtt())
        ready = {}
        for name, words in _SIMULATED.items():
            more: tuple[str, ...] = ()
            if name == "cam1":
                secret = folder / "simulated-password"
                secret.write_text(_PASSWORD + "\n", encoding="utf-8")
                secret.chmod(0o600)
                more = ("--password-file", str(secret))
            program = Program(name, ("edge_agent.simulators", *words, *more), folder, speaks=True)
            stack.callback(program.stop)
            ready[name] = program.ready
        yield Unit(folder, ready, broker)


def test_a_unit_that_is_well_passes(unit: Unit) -> None:
    unit.heal()
    code, found = unit.doctor()
    made = {name for name, each in found.items() if each["ok"] is not None}
    assert len(made) >= 40
    bad = [each for each in found.values() if each["ok"] is False and each["severity"] == "error"]
    assert (code, bad) == (0, [])
    for device in _SIMULATED:
        assert found[f"device.{device}.answers"]["ok"] is True
    assert found["device.cam1.decodes"]["ok"] is True
    assert found["broker-publish"]["ok"] is True


def test_five_planted_faults_are_found_and_no_other(unit: Unit) -> None:
    unit.heal()
    _, before = unit.doctor()
    nowhere = free_port()
    unit.write(f"mqtt://127.0.0.1:{nowhere}", unit.urls | {"ctl1": f"tcp://127.0.0.1:{nowhere}"})
    unit.file.chmod(0o646)
    unit.state.chmod(0o757)
    unit.secret.chmod(0o604)
    code, after = unit.doctor()
    unit.heal()
    assert code == 1
    fresh = {
        name
        for name, each in after.items()
        if each["ok"] is False and before[name]["ok"] is not False
    }
    # A camera whose password may not be used does not answer either: it is the same fault twice.
    assert fresh - {"device.cam1.answers", "site-file-doubts"} == {
        "broker-port",
        "device.ctl1.answers",
        "site-file-mode",
        "state-mode",
        "secrets",
    }
    assert all(after[name]["next"] for name in fresh)
