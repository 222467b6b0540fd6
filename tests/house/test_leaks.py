"""The leak check sees leaks: each kind is made on purpose in a pytest of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
SETTINGS = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""
LEAKS = {
    "thread": """
import threading, time
def test_it():
    threading.Thread(target=time.sleep, args=(3,), name="lost-thread").start()
""",
    "child": """
import subprocess
KEPT = []
def test_it():
    KEPT.append(subprocess.Popen(["sleep", "3"]))
""",
    "socket": """
import socket
KEPT = []
def test_it():
    KEPT.append(socket.socket())
""",
    "task": """
import asyncio
async def test_it():
    test_it.kept = asyncio.create_task(asyncio.sleep(20), name="lost-task")
""",
}
CLEAN_USE = """
import asyncio, socket, subprocess, threading
import pytest

@pytest.fixture(scope="module")
def wide():
    with socket.socket() as held, subprocess.Popen(["sleep", "60"]) as child:
        yield held
        child.kill()

def test_first(wide): ...

async def test_second(wide):
    task = asyncio.create_task(asyncio.sleep(0.05))
    await asyncio.to_thread(threading.get_ident)
    await asyncio.sleep(0)
"""


def _pytest(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    shortened = CONFTEST.read_text().replace("GRACE_S = 3.0", "GRACE_S = 0.3")
    (folder / "conftest.py").write_text(shortened)
    (folder / "pytest.ini").write_text(SETTINGS)
    (folder / "test_it.py").write_text(source)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("thread", "thread lost-thread"),
        ("child", "child process"),
        ("socket", "open socket:"),
        ("task", "lost-task"),
    ],
)
def test_a_leak_fails_the_test(kind: str, said: str, tmp_path: Path) -> None:
    result = _pytest(tmp_path, LEAKS[kind])
    assert result.returncode == 1, result.stdout
    assert "left behind" in result.stdout
    assert said in result.stdout


@pytest.mark.slow
def test_wide_fixtures_and_things_that_end_by_themselves_are_no_leak(tmp_path: Path) -> None:
    result = _pytest(tmp_path, CLEAN_USE)
    assert result.returncode == 0, result.stdout
