"""Many looks at one vehicle's plate: which to read, what they agree on, when it is enough.

One picture of a plate may be blurred, dazzled or half hidden; a vehicle that drives by gives ten.
The largest, sharpest and most frontal are read, each once; what each reader saw votes place by
place. A text is believed when the looks that agree with it, but for one character, carry it. Pure:
no network, no clock.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge_agent.clock import Stamp
from edge_agent.device.readings import NoPlate, PlateColour
from edge_agent.vision.frame import Bgr, Grey

Slots = NDArray[np.floating]
"""Places × characters: what each place of a plate is, as probabilities."""
Box = tuple[int, int, int, int]


class Reading(Protocol):
    """What a reader says of a plate, see ``plates.reader.PlateReading``."""

    @property
    def text(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def candidates(self) -> tuple[str, ...]: ...
    @property
    def formats(self) -> tuple[str, ...]: ...


Decode = Callable[[Slots], Reading]


@dataclass(frozen=True, slots=True)
class LookSettings:
    """When looks suffice.

    Attributes:
        kept: Unread looks that are kept of a vehicle.
        most: Looks that are read of a vehicle at most.
        first: So many are read whatever their quality; later ones must be ``better``.
        better: Times the quality of the best look read so far.
        settled: Looks that must agree before reading stops, at
        sure: confidence or more.
        alone: Confidence at which a single look is believed.
        several: The same for a vote of two looks or more.
        stranger: The same for a text that fits no format of the national grammar.
        share: Part of the votes that must agree with the text.
        shortest: Characters of a text that may be a plate's.
    """

    kept: int = 3
    most: int = 10
    first: int = 3
    better: float = 1.15
    settled: int = 3
    sure: float = 0.9
    alone: float = 0.8
    several: float = 0.65
    stranger: float = 0.9
    share: float = 0.5
    shortest: int = 4


@dataclass(frozen=True, slots=True)
class Look:
    """One sight of a plate.

    Attributes:
        at: When its picture was taken.
        box: Of the plate in that picture at full size.
        crop: What a reader is given.
        quality: The larger the better to read; compares within one vehicle.
        tint: The plate in colour, where the stream has it.
    """

    at: Stamp
    box: Box
    crop: Grey
    quality: float
    tint: Bgr | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A look and what the reader made of it."""

    look: Look
    slots: Slots
    text: str
    confidence: float
    colour: tuple[PlateColour | None, float] = (None, 0.0)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the looks say together.

    Attributes:
        reading: Of the vote.
        looks: How many agree with it.
        best: The clearest of them.
        colour: By the same vote.
    """

    reading: Reading
    looks: int
    best: Look
    colour: PlateColour | None


@dataclass(slots=True)
class Looks:
    """One vehicle's looks.

    Args:
        decode: Probabilities to text, constrained by the grammar.

    Attributes:
        near: Ever large enough to look for a plate.
        found: Plates found so far, too small ones too.
        tried: How often a plate was looked for.
    """

    decode: Decode
    settings: LookSettings = field(default_factory=LookSettings)
    near: bool = False
    found: int = 0
    tried: int = 0
    _waiting: list[Look] = field(default_factory=list)
    _reads: list[Read] = field(default_factory=list)
    _verdict: "Agreed | NoPlate | None" = None

    @property
    def reads(self) -> int:
        """Looks read so far."""
        return len(self._reads)

    @property
    def settled(self) -> bool:
        """Whether more looks would change nothing."""
        if len(self._reads) >= self.settings.most:
            return True
        if len(self._reads) < self.settings.settled:
            return False
        verdict = self.verdict()
        return (
            isinstance(verdict, Agreed)
            and verdict.looks >= self.settings.settled
            and verdict.reading.confidence >= self.settings.sure
            and bool(verdict.reading.formats)
        )

    def offer(self, look: Look) -> None:
        """Keep a look if it is among the best that were not read yet."""
        self._waiting.append(look)
        self._waiting.sort(key=lambda one: one.quality, reverse=True)
        del self._waiting[self.settings.kept :]

    def next(self) -> Look | None:
        """The look most worth reading; None when none is."""
        if not self._waiting or self.settled:
            return None
        best = self._waiting[0]
        if len(self._reads) >= self.settings.first:
            known = max(read.look.quality for read in self._reads)
            weak = not isinstance(self.verdict(), Agreed)
            if not weak and best.quality < self.settings.better * known:
                return None
        return best

    def took(self, read: Read) -> None:
        """A look was read."""
        self._waiting = [look for look in self._waiting if look is not read.look]
        self._reads.append(read)
        self._verdict = None

    def verdict(self) -> Agreed | NoPlate:
        """What is known by now."""
        if self._verdict is None:
            self._verdict = self._vote()
        if self._verdict != "not-tried":
            return self._verdict
        if not self.near:
            return "too-small"
        if self._waiting or not self.tried:
            return "not-tried"
        return "too-small" if self.found else "not-found"

    def _vote(self) -> Agreed | NoPlate:
        """Vote place by place among the looks of the commonest length."""
        if not self._reads:
            return "not-tried"
        legible = [read for read in self._reads if len(read.text) >= self.settings.shortest]
        if not legible:
            return "unreadable"
        weight: dict[int, float] = defaultdict(float)
        for read in legible:
            weight[len(read.text)] += read.confidence
        length = max(weight, key=lambda one: weight[one])
        voters = [read for read in legible if len(read.text) == length]
        votes = np.array([max(read.confidence, 1e-3) for read in voters])
        mean = np.tensordot(votes / votes.sum(), np.stack([read.slots for read in voters]), 1)
        return self._judge(self.decode(mean), legible)

    def _judge(self, reading: Reading, legible: list[Read]) -> Agreed | NoPlate:
        """Whether enough of the looks stand behind what they say together."""
        agreeing = [read for read in legible if _within_one(read.text, reading.text)]
        carried = sum(read.confidence for read in agreeing)
        if not agreeing or carried < self.settings.share * sum(one.confidence for one in legible):
            return "disagree"
        if len(reading.text) < self.settings.shortest:
            return "unreadable"
        if reading.confidence < self._needed(reading, len(agreeing)):
            return "disagree" if self._split() else "unreadable"
        exact = [read for read in agreeing if read.text == reading.text] or agreeing
        best = max(exact, key=lambda read: read.confidence * read.look.quality)
        return Agreed(reading, len(agreeing), best.look, _colour(agreeing))

    def _needed(self, reading: Reading, agreeing: int) -> float:
        if not reading.formats:
            return self.settings.stranger
        return self.settings.alone if agreeing == 1 else self.settings.several

    def _split(self) -> bool:
        """Whether looks are sure, each of something else."""
        sure = {read.text for read in self._reads if read.confidence >= self.settings.several}
        return len(sure) > 1


def _within_one(a: str, b: str) -> bool:
    """Whether two texts are the same but for one character: changed, missing or too much."""
    if a == b:
        return True
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    short, long = sorted((a, b), key=len)
    return len(long) - len(short) == 1 and any(
        long[:i] + long[i + 1 :] == short for i in range(len(long))
    )


def _colour(reads: list[Read]) -> PlateColour | None:
    """The colour with most confidence; None unless it has more than all others together."""
    votes: dict[PlateColour | None, float] = defaultdict(float)
    for read in reads:
        colour, confidence = read.colour
        votes[colour] += confidence
    best = max(votes, key=lambda one: votes[one])
    return best if votes[best] > sum(votes.values()) / 2 else None
