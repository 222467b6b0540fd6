"""The service file, judged by systemd itself: no warning, and a sandbox that holds."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import find

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "edge-agent.service"
ANALYZE = find("systemd-analyze")
TIGHT = 2.0

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")


def _verify(folder: Path, text: str) -> str:
    """Everything systemd complains about; its exit code is 0 even for a misspelt key."""
    installed = re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", text, flags=re.MULTILINE)
    unit = folder / UNIT.name
    unit.write_text(installed)
    result = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    return result.stderr + result.stdout


@needs_systemd
def test_systemd_has_nothing_to_complain_about(tmp_path: Path) -> None:
    assert _verify(tmp_path, UNIT.read_text()) == ""


@needs_systemd
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("WatchdogSec=", "WatchDogSec="),
        ("ProtectSystem=strict", "ProtectSystem=strictly"),
        ("@system-service", "@system-servise"),
    ],
)
def test_a_misspelling_would_be_seen(right: str, wrong: str, tmp_path: Path) -> None:
    text = UNIT.read_text()
    assert right in text
    assert _verify(tmp_path, text.replace(right, wrong)) != ""


@needs_systemd
def test_the_sandbox_is_tight() -> None:
    assert _exposure(UNIT) <= TIGHT


@needs_systemd
def test_the_measure_sees_a_looser_sandbox(tmp_path: Path) -> None:
    loose = tmp_path / UNIT.name
    loose.write_text(UNIT.read_text().replace("ProtectSystem=strict", "").replace("User=", "#"))
    assert _exposure(loose) > TIGHT


def _exposure(unit: Path) -> float:
    result = subprocess.run(
        [str(ANALYZE), "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d+)", result.stdout)
    assert found, result.stdout[-500:]
    return float(found.group(1))


@needs_systemd
def test_the_quality_of_the_clock_can_be_asked() -> None:
    text = UNIT.read_text()
    assert "ProtectClock" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    filters = re.findall(r"^SystemCallFilter=(?!~)(.*)$", text, re.MULTILINE)
    assert {"adjtimex", "clock_adjtime"} <= {call for line in filters for call in line.split()}


def test_paths_and_names_agree_with_the_command_line() -> None:
    text = UNIT.read_text()
    assert "ExecStart=/opt/edge-agent/bin/edge-agent run --config /etc/edge-agent/unit.toml" in text
    assert "Type=notify" in text
    assert "StateDirectory=edge-agent" in text


PROBE = """
import ctypes, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0:  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
    sys.exit(77)
import cv2, numpy, sqlite3, ssl
callback = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 5)
writer = cv2.VideoWriter(sys.argv[1], cv2.VideoWriter_fourcc(*"MJPG"), 10, (320, 240))
for shade in range(10):
    writer.write(numpy.full((240, 320, 3), shade, numpy.uint8))
writer.release()
seen, picture = cv2.VideoCapture(sys.argv[1]).read()
cv2.createBackgroundSubtractorMOG2().apply(cv2.resize(picture, (160, 120)))
sys.exit(0 if seen and callback() == 5 else 1)
"""


def test_what_the_agent_loads_needs_no_writable_code(tmp_path: Path) -> None:
    assert "MemoryDenyWriteExecute=yes" in UNIT.read_text()
    result = subprocess.run(
        [sys.executable, "-c", PROBE, str(tmp_path / "x.avi")],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode == 77:
        pytest.skip("this kernel cannot refuse writable code to one process (PR_SET_MDWE)")
    assert result.returncode == 0, result.stderr
