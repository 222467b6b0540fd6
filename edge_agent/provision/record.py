"""What a visit has brought so far: small JSON files, each whole or not there."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edge_agent import durable
from edge_agent.errors import EdgeError

FOLDER = "provision"
_MADE = (FOLDER, "identity", "aims", "unit.key", "unit.pub")
"""What a visit makes in the state folder."""


class ProvisionError(EdgeError):
    """Provisioning cannot go on; the text says why and what to do."""


class Record:
    """The folder of a visit.

    Attributes:
        folder: ``state_dir/provision``.
        pictures: Where pictures of this visit lie.
    """

    def __init__(self, state_dir: Path) -> None:
        self.folder = state_dir / FOLDER
        self.pictures = self.folder / "pictures"
        for folder in (
            state_dir,
            self.folder,
            self.folder / "steps",
            self.folder / "forms",
            self.pictures,
        ):
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)

    def answers(self) -> dict[str, Any]:
        """What was answered so far, by key."""
        return read(self.folder / "answers.json") or {}

    def answer(self, key: str, value: Any) -> None:
        """Keep an answer."""
        write(self.folder / "answers.json", self.answers() | {key: value})

    def replace_answers(self, answers: dict[str, Any]) -> None:
        """Keep these and no others."""
        write(self.folder / "answers.json", answers)

    def result(self, step: str) -> dict[str, Any] | None:
        """A step's result; None when it has not ended, or its file was damaged."""
        return read(self.folder / "steps" / f"{step}.json")

    def done(self, step: str, result: dict[str, Any]) -> None:
        """Keep a step's result."""
        write(self.folder / "steps" / f"{step}.json", result)

    def side(self, name: str) -> dict[str, Any] | None:
        """A file that a step keeps beside its result; None when there is none."""
        return read(self.folder / name)

    def forget(self, step: str) -> None:
        """The step shall be done anew."""
        (self.folder / "steps" / f"{step}.json").unlink(missing_ok=True)

    def clear(self) -> None:
        """Begin a new visit; snapshots stay."""
        made = (file for name in ("steps", "forms") for file in (self.folder / name).glob("*.json"))
        for file in (self.folder / "answers.json", self.folder / "now.json", *made):
            file.unlink(missing_ok=True)
        for file in self.pictures.glob("*"):
            file.unlink()

    def hand_over(self) -> None:
        """Give what root has made here to whom the state folder belongs: the agent reads it."""
        state = self.folder.parent
        owner = state.stat()
        if os.geteuid() != 0 or owner.st_uid == 0:
            return
        for made in (state / name for name in _MADE):
            for path in (made, *made.rglob("*")) if made.exists() else ():
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)

    @contextmanager
    def held(self, who: str, since: str) -> Iterator[None]:
        """One technician at a time; the lock goes with the process that holds it.

        Raises:
            ProvisionError: Somebody else is at it: who, and since when.
        """
        descriptor = lock_file(self.folder / "lock")
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                try:
                    other = json.loads(os.pread(descriptor, 4096, 0))
                except ValueError:
                    other = {}  # taken a moment ago, and not yet written
                name, at = other.get("who", "somebody"), other.get("since", "an unknown time")
                raise ProvisionError(
                    f"{name} has been provisioning this unit since {at}"
                    f" (process {other.get('pid')}); wait, or end that session"
                ) from None
            os.ftruncate(descriptor, 0)
            said = {"who": who, "since": since, "pid": os.getpid()}
            os.pwrite(descriptor, json.dumps(said, ensure_ascii=False).encode(), 0)
            yield
        finally:
            os.close(descriptor)


def lock_file(path: Path) -> int:
    """Open a file that is there to be locked; who owns the folder may lock it, too."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def write(path: Path, value: Any) -> None:
    """Replace a JSON file so that a power cut leaves the old one or the new one."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    install(path, text.encode("utf-8"), 0o640)


def install(path: Path, content: bytes, mode: int) -> None:
    """Replace a file durably: the old one or the new one, never half.

    Raises:
        OSError: The disk is full, read-only or gone; the old file is as it was.
    """
    durable.replace(path, content, mode, as_neighbours=True)


def read(path: Path) -> dict[str, Any] | None:
    """A JSON file that holds a table; None when it is not there or not that."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        # Not ours, or a disk that lies: set aside for whoever wants to know, and done anew.
        path.replace(path.with_suffix(".broken"))
        return None
    return value if isinstance(value, dict) else None
