"""One alarm: what its condition says, what has settled, who keeps it from people, what was told."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading

State = Literal["raised", "cleared", "shelved"]

NS = 1_000_000_000
CHATTER = 5
CHATTER_S = 300
"""So many times in so long: it chatters, and stays raised until it has been quiet."""
QUIET_S = 120


@dataclass(frozen=True, slots=True)
class Shelf:
    """Somebody has put an alarm away for a while."""

    who: str
    why: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm is to be told anew.

    Attributes:
        state: ``shelved`` is not for people: by somebody (``shelf``), or as a consequence
            (``cause``). It is told all the same whenever ``on`` changes: nothing is lost.
        on: Whether its condition holds.
        at: When that came, or when it was put away.
        since: Since when its condition is so, as the condition says, not as the delay has it.
        reading: What was last said of it.
        cause: ``device/code`` of the alarm whose consequence it is.
        times: How often it came lately, where it chatters; else 0.
    """

    about: str
    code: str
    state: State
    on: bool
    at: Stamp
    since: Stamp
    reading: ConditionReading
    shelf: Shelf | None = None
    cause: str = ""
    times: int = 0


@dataclass(slots=True)
class Alarm:
    """State of one; the book moves it.

    Attributes:
        reading: The last word, as it is; ``on`` is what delays and chatter leave of it.
        since: Since when it is ``on`` or not.
        came: When it came, the last minutes.
        due_ns: When the last word settles; None when it has.
        cause: Whose consequence it is now; empty while it stands for itself.
        free_ns: When it stands for itself again, its cause being over.
        told: State, ``on`` and cause as last told; None before the first word.
        heard: False while only an earlier run knows of it.
    """

    about: str
    reading: ConditionReading
    since: Stamp
    on: bool | None = None
    came: deque[int] = field(default_factory=deque)
    due_ns: int | None = None
    shelf: Shelf | None = None
    cause: str = ""
    free_ns: int | None = None
    told: tuple[State, bool, str] | None = None
    heard: bool = True

    @property
    def code(self) -> str:
        """Of the condition."""
        return self.reading.code

    @property
    def name(self) -> str:
        """Among all of the unit."""
        return f"{self.about}/{self.code}"

    @property
    def state(self) -> State:
        """What people are to see of it."""
        if self.shelf is not None:
            return "shelved"
        if not self.on:
            return "cleared"
        return "shelved" if self.cause else "raised"

    def chatters(self, now_ns: int) -> bool:
        """Whether it came too often lately."""
        while self.came and self.came[0] < now_ns - CHATTER_S * NS:
            self.came.popleft()
        return len(self.came) >= CHATTER

    def tell(self, at: Stamp) -> Change:
        """What is to be told now."""
        cause = "" if self.shelf is not None else self.cause
        self.told = (self.state, bool(self.on), cause)
        times = len(self.came) if self.on and len(self.came) >= CHATTER else 0
        return Change(
            self.about, self.code, self.state, bool(self.on), at, self.since, self.reading,
            self.shelf, cause, times,
        )  # fmt: skip

    @property
    def is_news(self) -> bool:
        """Whether something else was told last."""
        cause = "" if self.shelf is not None else self.cause
        return self.told != (self.state, bool(self.on), cause)
