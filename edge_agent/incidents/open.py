"""One thing that may go wrong at one place: whether it holds, and what is to be said of it.

An incident holds while anybody says so. It is raised when it has held for ``on_s``, and cleared
when nobody has said so for ``off_s``; one that comes back soon after it was cleared flaps, and
waits longer before it is cleared again.
"""

from dataclasses import dataclass, field
from typing import Literal

from edge_agent.clock import Stamp

State = Literal["raised", "updated", "cleared"]

_NS = 1_000_000_000
FLAPS_S = 300
"""What comes back within this time was never over."""
MOST_PATIENCE = 8
"""Times ``off_s`` that a flapping incident waits at most."""
UPDATE_S = 10
"""Seconds between two updates at least."""


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds for which it must hold before it is raised, and must not before it is cleared."""

    on_s: float
    off_s: float


@dataclass(frozen=True, slots=True)
class Said:
    """Who says that it holds.

    Attributes:
        since: From when on.
        until_ns: Monotonic moment until which that is believed without another word; None: until
            it is taken back.
        text: Words for people.
        picture: SHA-256 of a picture of it, or empty.
    """

    since: Stamp
    until_ns: int | None = None
    text: str = ""
    picture: str = ""


@dataclass(slots=True)
class Watched:
    """State of one incident.

    Attributes:
        number: Its id while it is open; empty otherwise.
        flaps: How often it came back soon.
    """

    delays: Delays
    number: str = ""
    flaps: int = 0
    _said: dict[str, Said] = field(default_factory=dict)
    _since: Stamp | None = None
    _quiet_ns: int | None = None
    _cleared_ns: int | None = None
    _patience: int = 1
    _told: tuple[int, str] = (0, "")
    _told_ns: int = 0

    def say(self, who: str, said: Said) -> None:
        """Somebody says that it holds."""
        known = self._said.get(who)
        since = said.since if known is None else known.since
        self._said[who] = Said(since, said.until_ns, said.text, said.picture)

    def unsay(self, who: str) -> None:
        """Somebody takes it back; nothing when nothing was said."""
        self._said.pop(who, None)

    def unsay_all(self, about: str) -> None:
        """Nobody whose name begins so can say anything any more."""
        for who in [who for who in self._said if who.startswith(about)]:
            del self._said[who]

    @property
    def count(self) -> int:
        """How many say so."""
        return len(self._said)

    @property
    def since(self) -> Stamp | None:
        """When it began; None while it does not hold."""
        return self._since

    @property
    def text(self) -> str:
        """The words of who said it first."""
        return min(self._said.values(), key=_begun).text if self._said else self._told[1]

    @property
    def picture(self) -> str:
        """A picture of it; empty when nobody has one."""
        return next((said.picture for said in self._said.values() if said.picture), "")

    @property
    def seen_by(self) -> tuple[str, ...]:
        """Who says so, without what each of them numbers."""
        return tuple(dict.fromkeys(who.partition("/")[0] for who in self._said))

    def step(self, now: Stamp) -> State | None:
        """What is to be told now."""
        for who, said in list(self._said.items()):
            if said.until_ns is not None and now.mono_ns >= said.until_ns:
                del self._said[who]
        if not self._said:
            return self._quiet(now)
        self._quiet_ns = None
        self._since = self._since or min((said.since for said in self._said.values()), key=_when)
        if self.number:
            return self._update(now)
        if now.mono_ns - self._since.mono_ns < self.delays.on_s * _NS:
            return None
        self._flap(now)
        self._note(now)
        return "raised"

    def close(self) -> None:
        """It was told as cleared."""
        self.number = ""
        self._since = None

    def _quiet(self, now: Stamp) -> State | None:
        if not self.number:
            self._since = None
            return None
        if self._quiet_ns is None:
            self._quiet_ns = now.mono_ns
        if now.mono_ns - self._quiet_ns < self.delays.off_s * self._patience * _NS:
            return None
        self._quiet_ns, self._cleared_ns = None, now.mono_ns
        return "cleared"

    def _update(self, now: Stamp) -> State | None:
        if self._told == (self.count, self.text) or now.mono_ns - self._told_ns < UPDATE_S * _NS:
            return None
        self._note(now)
        return "updated"

    def _note(self, now: Stamp) -> None:
        self._told, self._told_ns = (self.count, self.text), now.mono_ns

    def _flap(self, now: Stamp) -> None:
        if self._cleared_ns is not None and now.mono_ns - self._cleared_ns < FLAPS_S * _NS:
            self.flaps += 1
            self._patience = min(2 * self._patience, MOST_PATIENCE)
        else:
            self._patience = 1


def _when(at: Stamp) -> int:
    return at.mono_ns


def _begun(said: Said) -> int:
    return said.since.mono_ns
