"""A network in use that may be exchanged while the camera runs: the last good one goes on.

Somebody copies a new file and a new manifest into the folder. It is tried apart (digest, shapes,
dry run) and taken between two frames when it is sound; else it is refused with words, and nothing
changes. A folder that is bad from the start leaves the networks that came with this software.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading
from edge_agent.errors import ModelError
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.manifest import NAME, SHIPPED, Manifest
from edge_agent.vision.nets.session import Net

T = TypeVar("T")

EVERY_S = 5.0
"""Between two looks at the folder."""

_State = tuple[tuple[int, int, int], ...]
"""Of the files: when changed, how large, which. Empty where one is absent."""


@dataclass(frozen=True, slots=True)
class _Good(Generic[T]):
    net: Net
    entry: Entry
    tool: T


class Keeper(Generic[T]):
    """Keeps one network of a folder in use.

    Args:
        name: Of the entry.
        build: Makes what the pipeline uses (a detector, a reader) of a network and its entry.
        folder: Where the manifest lies; None takes what came with this software.
        providers: Hardware to try, see ``providers``.
        start: Runs the trial of a new network, somewhere; a thread of its own by default.

    Attributes:
        taken: How often a new network was taken.
        refused: How often one was refused.

    Raises:
        ModelError: Neither the folder nor this software has a sound network of that name.
    """

    def __init__(
        self,
        name: str,
        build: Callable[[Net, Entry], T],
        *,
        folder: Path | None = None,
        providers: Sequence[str] | None = None,
        start: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._name = name
        self._build = build
        self._folder = SHIPPED if folder is None else folder
        self._providers = providers
        self._start = start or _apart
        self._trial: Future[_Good[T]] | None = None
        self._due_ns = 0
        self.taken = 0
        self.refused = 0
        self._seen = self._tried = self._state()
        self._trouble: ModelError | None = None
        self._said: str | None = None
        try:
            self._good = self._open(self._folder)
        except ModelError as error:
            if self._folder == SHIPPED:
                raise
            self._refuse(error)
            self._good = self._open(SHIPPED)

    @property
    def tool(self) -> T:
        """What ``build`` made of the network in use."""
        return self._good.tool

    @property
    def net(self) -> Net:
        """The network in use."""
        return self._good.net

    @property
    def entry(self) -> Entry:
        """What the manifest says of the network in use."""
        return self._good.entry

    def look(self, at: Stamp) -> list[ConditionReading]:
        """Call between two frames: look at the folder now and then, take what has proved sound.

        Args:
            at: Now.

        Returns:
            The condition ``model-refused`` when it begins, changes its reason or ends.
        """
        if at.mono_ns >= self._due_ns:
            self._due_ns = at.mono_ns + round(EVERY_S * 1e9)
            self._look()
        if self._trial is not None and self._trial.done():
            self._finish(self._trial)
        return self._conditions(at)

    def _look(self) -> None:
        before, self._seen = self._seen, self._state()
        # Unchanged since the last look: nobody is copying just now.
        settled = before == self._seen
        if settled and self._seen != self._tried and self._trial is None:
            self._tried = self._seen
            trial = self._trial = Future()
            self._start(lambda: self._try(trial))

    def _try(self, trial: "Future[_Good[T]]") -> None:
        try:
            trial.set_result(self._open(self._folder))
        except Exception as error:  # noqa: BLE001 - kept, and raised where the trial is finished
            trial.set_exception(error)

    def _finish(self, trial: "Future[_Good[T]]") -> None:
        self._trial = None
        try:
            self._good = trial.result()
        except ModelError as error:
            self._refuse(error)
        except Exception as error:  # noqa: BLE001 - whatever a new network does, the old one goes on
            wrong = f"fails when it is tried: {type(error).__name__}: {error}"
            file = str(self._folder / NAME)
            self._refuse(ModelError(file, wrong, "a network that runs here", "report it"))
        else:
            self.taken += 1
            self._trouble = None

    def _open(self, folder: Path) -> _Good[T]:
        net, entry = Manifest(folder).open(self._name, providers=self._providers)
        return _Good(net, entry, self._build(net, entry))

    def _refuse(self, error: ModelError) -> None:
        self.refused += 1
        self._trouble = error

    def _state(self) -> _State:
        files = [self._folder / NAME]
        try:
            manifest = Manifest(self._folder)
            files.append(manifest.path(manifest.entry(self._name)))
        except ModelError:
            pass  # a manifest in the making: it will be told when it is tried
        return tuple(_fingerprint(path) for path in files)

    def _conditions(self, at: Stamp) -> list[ConditionReading]:
        error = self._trouble
        text = "" if error is None else f"{error.file}: {error.wrong}; the old network goes on"
        if text == (self._said or ""):
            return []
        self._said = text
        do = "" if error is None else f"allowed: {error.allowed}; {error.next}"
        return [ConditionReading(at, "model-refused", bool(text), "warning", text, do)]


def _apart(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="model-trial", daemon=True).start()


def _fingerprint(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)
