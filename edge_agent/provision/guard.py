"""What was applied and not confirmed in time is undone, whoever has gone away meanwhile.

A file says what waits for confirmation. Its deadline is on the clock that runs since the machine
was started, so that a step of the wall clock neither shortens nor lengthens it; a restart of the
machine counts as a deadline that has passed.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from edge_agent.provision.record import ProvisionError, lock_file, write
from edge_agent.provision.snapshots import Snapshots

CONFIRM_S = 90
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Pending:
    """An application that waits.

    Attributes:
        snapshot: What comes back.
        deadline_ns: On the boot clock.
        boot: Of which start of the machine.
        how: How the agent is restarted.
    """

    snapshot: str
    deadline_ns: int
    boot: str
    how: str
    who: str


def boot_ns() -> int:
    """Since the machine was started, sleeping included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class Guard:
    """Holds the pending application of a unit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "pending.json"

    def pending(self) -> Pending | None:
        """What waits for confirmation."""
        try:
            return Pending(**json.loads(self._file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def expect(self, snapshot: str, how: str, who: str, seconds: float = CONFIRM_S) -> Pending:
        """From now on the clock runs."""
        boot = _BOOT.read_text(encoding="ascii").strip()
        pending = Pending(snapshot, boot_ns() + round(seconds * 1e9), boot, how, who)
        write(self._file, asdict(pending))
        return pending

    def confirm(self) -> Pending:
        """Let it stay.

        Raises:
            ProvisionError: Nothing waits: it was confirmed, or undone already.
        """
        with self._alone():
            pending = self.pending()
            if pending is None:
                raise ProvisionError("nothing waits for confirmation: confirmed or undone already")
            if self.left_s(pending) <= 0:
                raise ProvisionError("the time to confirm is over; it is being undone")
            self._file.unlink()
        return pending

    def cancel(self) -> None:
        """Nothing was applied after all."""
        self._file.unlink(missing_ok=True)

    def hurry(self) -> None:
        """Undo it now: whoever waits for the deadline finds it passed.

        Raises:
            ProvisionError: Nothing waits.
        """
        with self._alone():
            pending = self.pending()
            if pending is None:
                raise ProvisionError("nothing waits for confirmation: confirmed or undone already")
            write(self._file, asdict(replace(pending, deadline_ns=0)))

    def left_s(self, pending: Pending) -> float:
        """Seconds until it is undone; 0 and less when it should be."""
        if pending.boot != _BOOT.read_text(encoding="ascii").strip():
            return 0.0
        return (pending.deadline_ns - boot_ns()) / 1e9

    def undo(self, config: Path, restart: Callable[[str], None]) -> str | None:
        """Put the former site file back and let the agent run on it.

        Args:
            config: The site file.
            restart: Restarts the agent in the way that is given.

        Returns:
            The id of the snapshot; None when nothing waits: somebody else has undone it.
        """
        with self._alone():
            pending = self.pending()
            if pending is None:
                return None
            kept = Snapshots(self._folder).put_back(pending.snapshot, config)
            restart(pending.how)
            # Only now: killed in between, it is put back once more, which changes nothing.
            self._file.unlink(missing_ok=True)
            return kept.id

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Several may watch, and one undoes: two restarts at once would make two agents."""
        descriptor = lock_file(self._folder / "guard.lock")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
