"""The ledger outside of the spool, the writer's process, and disks that can be hurt."""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.clock import SystemClock
from edge_agent.contract.spans import Spans
from edge_agent.spool import Row, Spool, SpoolPolicy
from edge_agent.spool.inspect import rows as spool_rows
from tests.needs import find, missing
from tests.spool.kit import UNIT

ROOT = Path(__file__).parents[2]
IMAGE_MB = 24


@dataclass
class Ledger:
    """What the writer has told, kept where no fault reaches."""

    ids: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """Id to stream, number and commit."""
    numbers: dict[tuple[str, int], str] = field(default_factory=dict)
    forgotten: dict[str, Spans] = field(default_factory=lambda: defaultdict(Spans))
    reused: int = 0
    commits: int = 0
    opened_ms: list[float] = field(default_factory=list)
    _tail: bytes = b""

    def new_life(self) -> None:
        """The writer starts again; half a line of the last one is worth nothing."""
        self._tail = b""

    def hear(self, data: bytes) -> None:
        *lines, self._tail = (self._tail + data).split(b"\n")
        for line in lines:
            kind, *words = line.decode().split()
            if kind == "o":
                self.opened_ms.append(float(words[0]))
            elif kind == "a":
                self.forgotten[words[0]].add(int(words[1]), int(words[2]))
            else:
                self._commit(words[1:])

    def _commit(self, words: Sequence[str]) -> None:
        self.commits += 1
        for stream, number, event in zip(words[::3], words[1::3], words[2::3], strict=True):
            sq = int(number)
            if sq and self.numbers.setdefault((stream, sq), event) != event:
                self.reused += 1
            self.ids[event] = (stream, sq, self.commits)

    def owed(self) -> dict[str, int]:
        """Ids that must be there, and their commits."""
        return {
            event: commit
            for event, (stream, sq, commit) in self.ids.items()
            if sq not in self.forgotten[stream]
        }


@dataclass(frozen=True)
class Verdict:
    """The ledger against the spool."""

    lost: list[int]
    """Commits of events that are gone."""
    duplicates: int
    open_s: float


class WriterProcess:
    """``store_writer`` as a child; its stdout goes to the ledger."""

    def __init__(
        self, path: Path, ledger: Ledger, *options: str, under: Sequence[str] = ()
    ) -> None:
        ledger.new_life()
        self._ledger = ledger
        self._child = subprocess.Popen(
            [*under, sys.executable, "-m", "tests.torture.store_writer", str(path), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if under else None,
        )
        assert self._child.stdout is not None
        self._pipe = self._child.stdout.fileno()
        os.set_blocking(self._pipe, False)

    def listen(self, seconds: float) -> None:
        """Hear the writer out for a time, or until it ends."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self._pipe], [], [], left)
            if ready and not self._hear():
                return

    def listen_until_commits(self, count: int, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while self._ledger.commits < count:
            if time.monotonic() > deadline or self._child.poll() is not None:
                raise RuntimeError(f"the writer made {self._ledger.commits} commits, not {count}")
            self.listen(0.02)

    def freeze(self) -> None:
        """Stop it where it is; what it has told until then counts."""
        self._child.send_signal(signal.SIGSTOP)
        while (
            Path(f"/proc/{self._child.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T"
        ):
            time.sleep(0.0005)
        while self._hear():
            pass

    def thaw(self) -> None:
        self._child.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._child.kill()
        self._child.wait()
        while self._hear():
            pass
        self._close()

    def wait(self, seconds: float) -> str:
        """Until it ends by itself; returns what it said on stderr."""
        deadline = time.monotonic() + seconds
        while self._child.poll() is None and time.monotonic() < deadline:
            self.listen(0.05)
        if self._child.poll() is None:
            self.kill()
            return "did not end"
        while self._hear():
            pass
        said = self._child.stderr.read().decode() if self._child.stderr else ""
        self._close()
        return said

    def _hear(self) -> bool:
        try:
            data = os.read(self._pipe, 1 << 20)
        except BlockingIOError:
            return False
        self._ledger.hear(data)
        return bool(data)

    def _close(self) -> None:
        for stream in (self._child.stdout, self._child.stderr):
            if stream is not None:
                stream.close()


def judge(path: Path, ledger: Ledger) -> Verdict:
    """Open the spool as the agent would after the fault, and compare."""
    began = time.perf_counter()
    rows = _all_rows(path)
    open_s = time.perf_counter() - began
    there = {json.loads(row.body)["id"] for row in rows}
    lost = [commit for event, commit in ledger.owed().items() if event not in there]
    return Verdict(lost, len(rows) - len(there) + ledger.reused, open_s)


def _all_rows(path: Path) -> list[Row]:
    spool = Spool(path, SpoolPolicy(ballast_mb=0, max_mb=8), SystemClock(), UNIT)
    spool.open()
    try:
        return list(spool_rows(path))
    finally:
        spool._writer.stop(5)
        spool._threads.shutdown()


class LoopDisk:
    """An ext4 file system in a file, mounted; its copy is the disk after a power cut."""

    def __init__(self, folder: Path, *, inodes: int | None = None) -> None:
        self.image = folder / "disk.img"
        self.mount = folder / "disk"
        self.mount.mkdir()
        with self.image.open("wb") as file:
            file.truncate(IMAGE_MB * 1024 * 1024)
        count = [] if inodes is None else ["-N", str(inodes)]
        # Blocks of 4 KiB, as on every disk of size, and nothing left to write in the background.
        form = ["-b", "4096", "-m", "0", "-J", "size=4"]
        form += ["-E", "lazy_itable_init=0,lazy_journal_init=0"]
        _command("mkfs.ext4", "-q", "-F", *form, *count, str(self.image))
        _command("mount", "-o", "loop", str(self.image), str(self.mount))

    def remount(self, *options: str) -> None:
        _command("mount", "-o", ",".join(("remount", *options)), str(self.mount))

    @contextlib.contextmanager
    def after_power_cut(self) -> Iterator[Path]:
        """The disk as it would be found: a copy of the device, mounted anew."""
        with tempfile.TemporaryDirectory(dir=self.image.parent) as folder:
            copy, mount = Path(folder) / "cut.img", Path(folder) / "cut"
            shutil.copyfile(self.image, copy)
            mount.mkdir()
            _command("mount", "-o", "loop", str(copy), str(mount))
            try:
                yield mount
            finally:
                _command("umount", str(mount))

    def close(self) -> None:
        _command("umount", str(self.mount))


@contextlib.contextmanager
def loop_disk(*, inodes: int | None = None) -> Iterator[LoopDisk]:
    """A disk that can be cut; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="edge-torture-") as folder:
        disk = LoopDisk(Path(folder), inodes=inodes)
        try:
            yield disk
        finally:
            disk.close()


def loop_needs() -> tuple[str, ...]:
    """What a loop disk needs; names "loop devices" where this machine has none to give."""
    needs = ("root", "mkfs.ext4", "mount")
    if missing(needs) or Path("/dev/loop-control").exists():
        return needs
    return (*needs, "loop devices")


def _command(program: str, *arguments: str) -> None:
    path = find(program)
    assert path is not None
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")
