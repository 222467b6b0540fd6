"""sllurp, somebody else's LLRP client, against our reader: in its own environment and process."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.simulators.etc.process import simulator

_SLLURP = "sllurp==3.0.5"
_CLIENT = Path(__file__).with_name("sllurp_client.py")


def _home() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    tag = f"{sys.version_info.major}{sys.version_info.minor}"
    return Path(cache) / "edge-agent-tests" / f"sllurp-3.0.5-py{tag}"


@pytest.fixture(scope="module")
def python() -> str:
    """The interpreter of an environment that holds sllurp and nothing of ours."""
    home = _home()
    interpreter = home / "bin" / "python"
    if not (home / "ready").exists():
        try:
            home.mkdir(parents=True, exist_ok=True)
            venv.create(home, clear=True, with_pip=True)
            subprocess.run(
                [interpreter, "-m", "pip", "install", "--quiet", _SLLURP],
                check=True,
                timeout=90,
                capture_output=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"{_SLLURP} cannot be installed here: {error}")
        (home / "ready").touch()
    return str(interpreter)


def test_sllurp_reads_our_reader(python: str, tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    with simulator("--llrp", "127.0.0.1:0", "--per-s", "10", "--truth", str(truth)) as reader:
        host, _, port = reader.url.removeprefix("tcp://").rpartition(":")
        done = subprocess.run(
            [python, _CLIENT, host, port, "3"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        counts = reader.report()
    tags = json.loads(done.stdout)
    passed = {json.loads(line)["epc"] for line in truth.read_text().splitlines()}
    assert len(tags) > 20
    seen = {str(tag.get("EPC") or tag.get("EPC-96")).upper() for tag in tags}
    assert len(seen) > 10
    assert seen <= passed
    assert {tag["AntennaID"] for tag in tags} <= {1, 2, 3, 4}
    assert all(-70 < tag["PeakRSSI"] < -40 for tag in tags)
    assert counts["asked-20"] >= 1
    assert counts["asked-24"] >= 1
