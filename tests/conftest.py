"""Every test leaves the process as it found it: no task, thread, child or socket stays behind.

The state is taken after wider fixtures are up (they outlive the test) and compared after the
test's own fixtures and its event loop are down.
"""

import asyncio
import gc
import inspect
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
import structlog

# A machine that is busy for a moment has not found a bug.
hypothesis.settings.register_profile("house", deadline=None, print_blob=True)
hypothesis.settings.load_profile("house")

GRACE_S = 3.0
"""What ends by itself gets this long: a noisy machine is not a leak."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--built", type=Path, help="folder with sdist and wheel to test")


@dataclass(frozen=True)
class Census:
    """What lives in this process and below it."""

    threads: frozenset[threading.Thread]
    children: frozenset[str]
    sockets: frozenset[str]

    @classmethod
    def take(cls) -> "Census":
        return cls(
            frozenset(thread for thread in threading.enumerate() if not thread.daemon),
            frozenset(_children()),
            frozenset(_sockets()),
        )

    def new_since(self, before: "Census") -> list[str]:
        return [
            *(f"thread {thread.name}" for thread in self.threads - before.threads),
            *(f"child process {_command(pid)}" for pid in self.children - before.children),
            *(f"open {socket}" for socket in self.sockets - before.sockets),
        ]


def _children() -> list[str]:
    """Ids of live child processes; one that has ended and only waits to be reaped is no leak."""
    lists = Path("/proc/self/task").glob("*/children")
    pids = [pid for each in lists for pid in _read(each).split()]
    return [pid for pid in pids if _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2][1:2] != "Z"]


def _sockets() -> list[str]:
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target.startswith(("socket:", "/dev/ptmx")):
            found.append(f"{target} (fd {entry.name})")
    return found


def _command(pid: str) -> str:
    return f"{pid}: {_read(Path(f'/proc/{pid}/cmdline')).replace(chr(0), ' ')[:100]}"


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


_BEFORE = pytest.StashKey[Census]()


@pytest.fixture(autouse=True)
def _census(request: pytest.FixtureRequest) -> None:
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        request.getfixturevalue("_no_task_left")
    request.node.stash[_BEFORE] = Census.take()


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command's run within the test says for the whole process how it logs."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture
async def _no_task_left() -> AsyncIterator[None]:
    yield
    here = asyncio.current_task()
    deadline = time.monotonic() + GRACE_S
    while time.monotonic() < deadline:
        left = asyncio.all_tasks() - {here}
        if not left:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"left behind: {', '.join(sorted(task.get_name() for task in left))}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    yield
    before = item.stash.get(_BEFORE, None)
    if before is not None:
        left = _settled(lambda: Census.take().new_since(before))
        if left:
            pytest.fail(f"left behind: {'; '.join(left)}")


def _settled(look: Callable[[], list[str]]) -> list[str]:
    """What is still there after the grace; garbage that only waits to be collected is not."""
    left = look()
    if left:
        # Collected here, a socket in a cycle would be warned of in the test that comes next.
        with warnings.catch_warnings(action="ignore", category=ResourceWarning):
            gc.collect()
    deadline = time.monotonic() + GRACE_S
    while (left := look()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left
