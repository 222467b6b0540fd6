"""Blurred, covered, moved: what people, birds and screws do to a camera, told once it is sure.

Each second's view is held against what is usual. Three things may be wrong with it: structure is
gone and nothing took its place (covered where the rest is as ever, blurred where all of it fades
and light and dark stay where they were), fine edges faded more than coarse ones (blurred), or the
structure is there, but elsewhere (moved). Traffic only ever hides a part, with edges of its own;
light changes how strong edges are, hardly where they run and never how fine they are.
"""

from collections import Counter, deque
from dataclasses import dataclass
from math import hypot
from typing import Literal

from edge_agent.vision.frame import Grey
from edge_agent.vision.watching.outline import Gaze, Look
from edge_agent.vision.watching.shift import SAME
from edge_agent.vision.watching.usual import Likeness, Usual

_RECENT = 9
"""Looks that say which flaw it is: the first still hold something of the view before."""

_DAY_S = 86_400.0
_VISITS_MOST = 8

Flaw = Literal["blurred", "covered", "moved"]


@dataclass(frozen=True, slots=True)
class TamperSettings:
    """What counts as a flaw, and for how long; shares of 1 unless they end in ``_s``.

    Attributes:
        every_s: Between two looks.
        hold_s: How long a flaw must last: longer than an exposure's jump or a lorry's turn.
        clear_s: How long a picture must be good again.
        visit_s: A flaw that is over by itself within so long was a visitor: before a close camera
            a bus at the stop line is a bag over the lens.
        patience_s: How long a flaw must last where there was a visitor within the last day; twice
            as long with each further one, up to ``longest_s``.
        accept_s: Until an odd view that is no flaw is taken for the usual one.
        part: Of the structured cells bare: something covers a part.
        most: The same: something covers all, or nothing is in focus.
        intact: Structure that other cells keep beside a cover.
        trace: Coarse structure that the strongest blur leaves and a cover does not.
        alike: Correlation of light and dark that blur leaves and a cover does not.
        sharp: Fine edges left of what coarse ones keep, below which the picture is blurred.
        still: Shift, share of the width, up to which fine edges can be compared.
        here: Likeness with the usual view below which a camera may have moved.
        there: Likeness at another place, twice that here, that proves it.
        strange: Likeness, and structure left, below which it looks at something else: heavy rain
            on a bare road is as unlike, but the road still shows through.
        full: Structure of any kind, of the usual amount, that blur and covers never leave.
        good: Likeness above which a view teaches what is usual.
    """

    every_s: float = 1.0
    hold_s: float = 25.0
    clear_s: float = 8.0
    visit_s: float = 180.0
    patience_s: float = 120.0
    longest_s: float = 960.0
    accept_s: float = 120.0
    part: float = 0.2
    most: float = 0.65
    intact: float = 0.6
    trace: float = 0.06
    alike: float = 0.42
    sharp: float = 0.55
    still: float = 0.003
    here: float = 0.3
    there: float = 0.2
    strange: float = 0.2
    full: float = 0.4
    good: float = 0.5


class Tamper:
    """State of one camera.

    Attributes:
        flaw: What is wrong with its view; "" for nothing, None until that is known.
        shift: Share of the picture's width by which a moved camera moved; None when it looks
            at something else.
        suspected: What the last look found, sure or not.
        bare: Share of the picture that shows nothing.
        width: Of the pictures, pixels.
    """

    def __init__(self, settings: TamperSettings | None = None) -> None:
        self._settings = settings or TamperSettings()
        self._gaze = Gaze()
        self._usual = Usual()
        self._form: tuple[int, ...] = ()
        self._looked_t: float | None = None
        self._level_s = 0.0
        """How sure a flaw is: rises to ``hold_s`` while one is seen and falls to 0 without."""
        self._told_s = self._patient_s = 0.0
        self._visits = 0
        self._odd_s = 0.0
        self._recent: deque[Flaw] = deque(maxlen=_RECENT)
        self.flaw: Flaw | Literal[""] | None = None
        self.suspected: Flaw | None = None
        self.shift: float | None = None
        self.bare = 0.0
        self.width = 0

    def step(self, t: float, picture: Grey) -> None:
        """Offer a frame; one a second is looked at."""
        before = self._looked_t
        if before is not None and 0 <= t - before < self._settings.every_s:
            return
        self._looked_t, self.width = t, picture.shape[1]
        look = self._gaze.look(t, picture)
        if look is None:
            return
        # After a pause of the stream one look is one look.
        seconds = 0.0 if before is None else min(max(0.0, t - before), 2 * self._settings.every_s)
        if look.fine.shape != self._form:
            self._form, self._usual = look.fine.shape, Usual()
        found = self._usual.compare(look)
        if found is None:
            self._usual.learn(look, seconds)
            return
        self.suspected = self._judge(found, look)
        self._weigh(self.suspected, seconds)
        self._learn(found, look, seconds)

    def _judge(self, found: Likeness, look: Look) -> Flaw | None:
        flaw = self._flaw_of(found)
        if flaw in {"covered", "moved"} and self._usual.seen_before(look):
            self._usual.accept(look)
            return None
        return flaw

    def _flaw_of(self, found: Likeness) -> Flaw | None:
        own, match = self._settings, found.match
        self.bare = found.bare
        elsewhere = match.best >= max(own.there, 2 * match.here)
        if match.here < own.here and elsewhere and found.bare < own.most:
            return self._displaced(*match.shift)
        if max(match.here, found.intact) < own.strange and (
            found.bare < own.part or found.own >= own.full
        ):
            self.shift = None
            return "moved"
        if found.bare >= own.part:
            return self._hidden(found)
        if found.sharp < own.sharp and match.far < own.still:
            return "blurred"
        return self._displaced(0.0, 0.0)

    def _hidden(self, found: Likeness) -> Flaw:
        own = self._settings
        if found.intact >= own.intact:
            return "covered"
        trace = own.trace if found.bare >= own.most else 2 * own.trace
        return "blurred" if found.coarse >= trace or found.light >= own.alike else "covered"

    def _displaced(self, across: float, down: float) -> Flaw | None:
        """Moved when this shift and what crept in over the hours make a distance together."""
        crept = self._usual.crept
        self.shift = hypot(crept[0] + across, crept[1] + down)
        return "moved" if self.shift > SAME else None

    def _weigh(self, flaw: Flaw | None, seconds: float) -> None:
        own = self._settings
        self._patient_s = max(0.0, self._patient_s - seconds)
        if not self._patient_s:
            self._visits = 0
        hold_s = own.hold_s
        if self._visits:
            hold_s = min(own.longest_s, own.patience_s * 2 ** (self._visits - 1))
        if flaw is None:
            self._level_s = max(0.0, self._level_s - seconds * hold_s / own.clear_s)
        else:
            self._level_s = min(hold_s, self._level_s + seconds)
            self._recent.append(flaw)
        if self._level_s == 0.0:
            if self.flaw and self._told_s <= own.visit_s:
                self._patient_s = _DAY_S
                self._visits = min(self._visits + 1, _VISITS_MOST)
            self._recent.clear()
            self.flaw, self._told_s = "", 0.0
        elif self._level_s >= hold_s or self.flaw:
            self.flaw = Counter(self._recent).most_common(1)[0][0]
            self._told_s += seconds

    def _learn(self, found: Likeness, look: Look, seconds: float) -> None:
        own = self._settings
        if self._level_s:
            self._odd_s = 0.0
        elif (
            found.match.here >= own.good
            and found.bare < own.part / 2
            and found.sharp >= (1 + own.sharp) / 2
        ):
            self._odd_s = 0.0
            self._usual.learn(look, seconds)
        else:
            self._odd_s += seconds
            if self._odd_s >= own.accept_s:
                self._odd_s = 0.0
                self._usual.accept(look)
