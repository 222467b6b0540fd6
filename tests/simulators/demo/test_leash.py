import signal
import subprocess
import sys
import time
from pathlib import Path

from edge_agent.simulators.demo import leash

_DEMO = f"""
import subprocess, sys
words = [sys.executable, "-m", "{leash.__name__}", *sys.argv[1:]]
child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
print(child.pid, child.stdout.readline(), flush=True)
child.wait()
"""
_AGENT = "import signal; print('ready', flush=True); signal.pause()"


def _lives(pid: int) -> bool:
    """Whether it runs; one that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2][1] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_a_killed_demo_had_started_ends() -> None:
    words = [sys.executable, "-c", _DEMO, sys.executable, "-c", _AGENT]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        pid, word = demo.stdout.readline().split()
        assert word == "ready"
        assert _lives(int(pid))
        demo.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while _lives(int(pid)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _lives(int(pid))


def test_a_command_that_is_not_there_is_named() -> None:
    words = [sys.executable, "-m", leash.__name__, "no-such-command"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "FileNotFoundError" in done.stderr
