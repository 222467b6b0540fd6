"""Letting the agent run on a new site file: by systemd, by whoever starts it anew, or by us.

``service``: systemd is asked, which takes root. ``manager``: the agent is ended, and what started
it starts it anew; it needs the agent's account alone. ``process``: we start it.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from edge_agent import status
from edge_agent.errors import StatusError
from edge_agent.provision.record import ProvisionError, write

_UNIT = "edge-agent.service"
_STOP_S = 15.0
_LOOK_S = 0.1


def usual() -> str:
    """``service`` or ``manager`` where systemd runs and knows our unit, else ``process``."""
    running = Path("/run/systemd/system").is_dir() and shutil.which("systemctl") is not None
    known = running and any(
        (Path(folder) / _UNIT).exists()
        for folder in ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
    )
    if not known:
        return "process"
    return "service" if os.geteuid() == 0 else "manager"


def restart(how: str, config: Path, state_dir: Path) -> None:
    """Stop the agent that runs, start one on the file as it is now.

    Raises:
        ProvisionError: systemd refuses, or the agent that runs does not end.
    """
    if how == "service":
        done = subprocess.run(
            # Not waited for: whether it runs on the new file is looked at anyway.
            [shutil.which("systemctl") or "/usr/bin/systemctl", "--no-block", "restart", _UNIT],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise ProvisionError(f"systemctl restart {_UNIT}: {done.stderr.strip()[:200]}")
        return
    if how == "manager":
        _end(state_dir)
        return
    # The agent is known by its words: the same folder must always be called the same.
    config, state_dir = config.resolve(), state_dir.resolve()
    stop(state_dir)
    if config.exists():
        _start(config, state_dir)


def _end(state_dir: Path) -> None:
    """Ask the agent that runs to end in order; one that does not run is being started anyway."""
    try:
        number = status.ask(state_dir).pid
    except StatusError:
        return
    try:
        os.kill(number, signal.SIGTERM)
    except PermissionError:
        raise ProvisionError(f"the agent (process {number}) belongs to another account") from None
    except ProcessLookupError:
        return


def stop(state_dir: Path) -> None:
    """End the agent that ``restart`` started here; harmless when there is none."""
    file = _pid_file(state_dir)
    try:
        number = int(file.read_text(encoding="ascii").strip().strip('"'))
    except (FileNotFoundError, ValueError):
        return
    if _is_agent(number, state_dir):
        os.kill(number, signal.SIGTERM)
        end = time.monotonic() + _STOP_S
        while _is_agent(number, state_dir) and time.monotonic() < end:
            with suppress(ChildProcessError):
                os.waitpid(number, os.WNOHANG)
            time.sleep(_LOOK_S)
        if _is_agent(number, state_dir):
            raise ProvisionError(f"the agent (process {number}) does not end; look at its log")
    file.unlink(missing_ok=True)


def detached(words: Sequence[str], log: Path) -> int:
    """Start ``edge-agent`` with these words so that it outlives this visit; its process id.

    Not by ``subprocess``, which wants to see the end of what it starts.
    """
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDWR, 0)
    errors = (os.POSIX_SPAWN_OPEN, 2, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "edge_agent", *words],
        os.environ,
        file_actions=[nothing, (os.POSIX_SPAWN_DUP2, 0, 1), errors],
        setsid=True,
    )


def _start(config: Path, state_dir: Path) -> None:
    words = ["run", "--config", str(config), "--state-dir", str(state_dir)]
    number = detached(words, state_dir / "provision" / "agent.log")
    write(_pid_file(state_dir), str(number))


def _pid_file(state_dir: Path) -> Path:
    return state_dir / "provision" / "agent.pid"


def _is_agent(number: int, state_dir: Path) -> bool:
    """Whether this process is our agent on this folder: a number alone may be anybody's by now."""
    try:
        said = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        zombie = b") Z " in Path(f"/proc/{number}/stat").read_bytes()
    except OSError:
        return False
    return not zombie and b"edge_agent" in said and str(state_dir).encode() in said
