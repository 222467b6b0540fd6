"""What a camera at the roadside does wrong, on demand."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """One way to fail."""

    FREEZE = "freeze"
    """The same picture again and again."""
    BLACK = "black"
    """A black picture."""
    STALL = "stall"
    """The connection stays, nothing comes: no pictures, no answers."""
    DROP = "drop"
    """Connections are closed as soon as they exist."""
    REFUSE = "refuse"
    """401 to everything, whatever the password."""
    SLOW = "slow"
    """A quarter of the rate; the rest is dropped."""
    CORRUPT = "corrupt"
    """Bytes of the stream are flipped."""


@dataclass(frozen=True, slots=True)
class Episode:
    """A fault from a second of the run on, for some seconds."""

    fault: Fault
    start_s: float
    seconds: float


def episode(text: str) -> Episode:
    """Read ``name@start+seconds``, for example ``freeze@10+5``.

    Raises:
        ValueError: It is not of that form.
    """
    name, at, rest = text.partition("@")
    start, plus, seconds = rest.partition("+")
    if not at or not plus or name not in set(Fault):
        names = ", ".join(Fault)
        raise ValueError(f"{text!r}: NAME@START+SECONDS with NAME one of {names}")
    return Episode(Fault(name), float(start), float(seconds))


class Faults:
    """Which faults hold now."""

    def __init__(self) -> None:
        self._active: set[Fault] = set()
        self.changed = asyncio.Event()

    def __contains__(self, fault: Fault) -> bool:
        return fault in self._active

    def begin(self, fault: Fault) -> None:
        """From now on."""
        self._active.add(fault)
        self._tell()

    def end(self, fault: Fault) -> None:
        """No longer."""
        self._active.discard(fault)
        self._tell()

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def play(self, episodes: Sequence[Episode]) -> None:
        """Begin and end each at its time."""

        async def one(what: Episode) -> None:
            await asyncio.sleep(what.start_s)
            self.begin(what.fault)
            await asyncio.sleep(what.seconds)
            self.end(what.fault)

        async with asyncio.TaskGroup() as group:
            for what in episodes:
                group.create_task(one(what), name=f"fault {what.fault}")
