"""Which of a lane's sensors have a clock that can be believed.

Each reading is held against the vehicles that the lane's first camera saw.
"""

import math
from collections import deque
from collections.abc import Iterator

from edge_agent.passage.pairing.cost import MISS, begin, cost
from edge_agent.passage.pairing.place import LanePlan
from edge_agent.passage.pairing.sight import Sight
from edge_agent.passage.pairing.trust import FITS_SIGMA, Trust

_AROUND_MS = 6000.0
_NEAR_MS = 3000.0
"""Further off nothing fits, however uncertain."""
_JUDGED_MS = 1000.0
"""By then every sensor's reading of the same moment has come, if it comes in time at all."""
_RECENT_MS = 30_000.0
_MOST = 2000
"""Readings kept to be judged: a broken sensor's flood must not fill the memory."""


class Clocks:
    """The clocks of one lane.

    Args:
        plan: Where the sensors are, in the direction of driving.
        trusts: What is known of pairs of devices; lanes that share devices share it. A device is
            what stands before the slash of a place's key.

    Attributes:
        anchor: Place that the others are held against: the first camera, else the first sensor.
        heard: Places that said anything.
    """

    def __init__(self, plan: LanePlan, trusts: dict[str, Trust] | None = None) -> None:
        self._plan = plan
        cameras = [place.key for place in plan.places if place.kind == "camera"]
        self.anchor = cameras[0] if cameras else plan.places[0].key
        shared = {} if trusts is None else trusts
        self._trust = {
            place.key: shared.setdefault(self._pair(place.key), Trust()) for place in plan.places
        }
        self.heard: set[str] = set()
        self._recent: deque[Sight] = deque(maxlen=_MOST)
        self._unjudged: deque[Sight] = deque(maxlen=_MOST)

    def _pair(self, place: str) -> str:
        return f"{place.partition('/')[0]} by {self.anchor.partition('/')[0]}"

    def believed(self, place: str) -> bool:
        """Whether readings of this place may be paired."""
        trust = self._trust[place]
        return place == self.anchor or trust.trusted is True or trust.likely

    def of(self, place: str) -> tuple[bool | None, float | None]:
        """Whether a place's clock is believed, and by how many ms it seems to be off."""
        if place == self.anchor:
            return True, None
        trust = self._trust[place]
        return trust.trusted, trust.shift_ms() if trust.trusted is False else None

    def saw(self, sight: Sight) -> None:
        """Take a reading as evidence."""
        self.heard.add(sight.place)
        if sight.place == self.anchor:
            self._recent.append(sight)
        else:
            self._unjudged.append(sight)

    def judge(self, now_ms: float, typical: float) -> None:
        """Does each reading lie where an anchor's vehicle must be?

        Args:
            now_ms: Monotonic.
            typical: Speed of a vehicle that nobody measured, m/s.
        """
        while self._recent and self._recent[0].t_ms < now_ms - _RECENT_MS:
            self._recent.popleft()
        waiting = []
        for sight in self._unjudged:
            if sight.t_ms > now_ms - _JUDGED_MS:
                waiting.append(sight)
                continue
            if sight.t_ms < now_ms - _RECENT_MS + _AROUND_MS:
                continue  # a late one: those among whom it was are forgotten
            differences = tuple(self._differences(sight, typical))
            fits, sigma = self._fits(sight, typical)
            density = len(differences) / (2 * _AROUND_MS)
            self._trust[sight.place].saw(
                fits=fits,
                by_chance=1 - math.exp(-density * 2 * FITS_SIGMA * sigma),
                differences_ms=differences,
            )
        self._unjudged = deque(waiting, maxlen=_MOST)

    def _fits(self, sight: Sight, typical: float) -> tuple[bool, float]:
        """Whether an anchor's vehicle was there then, and the sigma of "then", ms."""
        anchor, place = self._plan.by_key[self.anchor], self._plan.by_key[sight.place]
        sigma = 0.0
        drive_ms = (place.at - anchor.at) / (sight.speed or typical) * 1000
        near_ms = max(_NEAR_MS, abs(drive_ms))
        for other in self._recent:
            if abs(sight.t_ms - other.t_ms - drive_ms) > near_ms:
                continue
            if anchor.at <= place.at:
                known = begin(other, anchor, self._plan, typical)
                value = cost(known, sight, place)
            else:
                known = begin(sight, place, self._plan, typical)
                value = cost(known, other, anchor)
            if value is not None:
                sigma = value.sigma_ms
                if abs(value.residual_ms) <= FITS_SIGMA * sigma and value.total < 2 * MISS:
                    return True, sigma
        return False, sigma

    def _differences(self, sight: Sight, typical: float) -> Iterator[float]:
        gone = self._plan.by_key[sight.place].at - self._plan.by_key[self.anchor].at
        drive_ms = gone / (sight.speed or typical) * 1000
        for other in self._recent:
            difference = sight.t_ms - other.t_ms - drive_ms
            if abs(difference) <= _AROUND_MS:
                yield difference
