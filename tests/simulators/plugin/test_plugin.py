"""The plugin as an integrator has it: a test of his own, in a process of its own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

HOUSE = ROOT / "simulators" / "plugin"


def run(folder: Path, text: str, *more: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_theirs.py").write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *more],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.mark.slow
def test_what_the_readme_shows_passes(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", (HOUSE / "README.md").read_text(), re.DOTALL)
    body = shown.partition("):\n")[2]
    assert len(body.splitlines()) <= 10
    done = run(tmp_path, shown, "-p", "no:asyncio", "--strict-markers", "-W", "error")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_who_does_not_use_it_pays_nothing(tmp_path: Path) -> None:
    unused = """
import sys
def test_nothing_of_ours_is_loaded():
    ours = {name for name in sys.modules if name.startswith("edge_agent.")}
    assert ours <= {"edge_agent.simulators", "edge_agent.simulators.plugin"}
    assert not {"paho", "numpy", "cv2", "rich"} & set(sys.modules)
"""
    done = run(tmp_path, unused)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mistakes_are_told_in_words(tmp_path: Path) -> None:
    wrong = """
import pytest
@pytest.mark.edge_site("moon")
def test_site(edge_world): ...
@pytest.mark.edge_site("toll-plaza")
def test_device(edge_ctl1): ...
def test_fault(edge_ctl2, edge_faults):
    edge_faults.order("ctl2", "no-such-fault")
"""
    done = run(tmp_path, wrong)
    assert done.returncode == 1
    assert "no site 'moon'; there are junction" in done.stdout
    assert "toll-plaza has no 'ctl1': " in done.stdout
    assert "ctl2 refused" in done.stdout
    assert "one of silence" in done.stdout


def test_devices_of_a_test_are_of_one_world_and_leave_nothing_behind(tmp_path: Path) -> None:
    theirs = """
import pathlib, socket
def test_of_one_world(edge_world, edge_ctl2, edge_faults):
    assert edge_ctl2.ready["ready"]
    host, port = edge_ctl2.url.removeprefix("tcp://").rsplit(":", 1)
    socket.create_connection((host, int(port))).close()
    true = [e for e in edge_world.truth() if e.get("controller") == "ctl2" and e["what"] == "phase"]
    told = [e for e in edge_ctl2.truth() if e["what"] == "phase"]
    assert {(e["t"], e["aspect"]) for e in told if e["t"] > true[0]["t"]} <= {
        (e["t"], e["aspect"]) for e in true}
    script = edge_world.place.folder / "faults.toml"
    script.write_text('version = 1\\n[[step]]\\nat = "100ms"\\ndevice = "ctl2"\\nfault = "dark"\\n')
    edge_faults.play(script)
    for _ in range(100):
        if any(e.get("aspect") == "d" for e in edge_ctl2.truth()):
            break
        __import__("time").sleep(0.05)
    else:
        assert False, edge_ctl2.truth()[-3:]
    pathlib.Path("pid").write_text(str(edge_ctl2._process.pid))
"""
    done = run(tmp_path, theirs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not Path("/proc", (tmp_path / "pid").read_text()).exists()
