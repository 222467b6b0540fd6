"""Whose turn it is: on a page nobody holds a lock between two steps, and yet somebody is at it."""

from dataclasses import asdict, dataclass
from pathlib import Path

from edge_agent.provision.lines import moment
from edge_agent.provision.record import ProvisionError, read, write

_OVER_MS = 4 * 3600 * 1000
"""Who has done nothing for so long has gone home."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is at it. Times are UTC, ms."""

    who: str
    since_ms: int
    last_ms: int


class Taken(ProvisionError):  # noqa: N818 - reads as the state it is
    """Somebody else is at it."""

    def __init__(self, holder: Holder, since: str) -> None:
        super().__init__(
            f"{holder.who} has been provisioning this unit since {since}; wait, or take over"
            " knowingly with --take-over"
        )
        self.holder = holder


class Turn:
    """A file that says who is at it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "turn.json"

    def holder(self, now_ms: int) -> Holder | None:
        """Who is at it; None for nobody."""
        said = read(self._file)
        try:
            holder = Holder(**said) if said else None
        except TypeError:
            return None
        # A clock that was set back says nothing of how long ago that was.
        return holder if holder and now_ms - holder.last_ms < _OVER_MS else None

    def take(self, who: str, now_ms: int, *, over: bool = False) -> Holder:
        """Begin, or go on.

        Raises:
            Taken: Somebody else is at it, and it is not to be taken over.
        """
        known = self.holder(now_ms)
        if known is not None and known.who != who and not over:
            raise Taken(known, moment(known.since_ms))
        since = known.since_ms if known is not None and known.who == who else now_ms
        mine = Holder(who, since, now_ms)
        write(self._file, asdict(mine))
        return mine

    def end(self) -> None:
        """Nobody is at it."""
        self._file.unlink(missing_ok=True)
