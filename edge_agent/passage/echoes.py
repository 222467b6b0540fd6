"""A device that stutters: what it says a second time, word for word, is no second reading."""

from collections import Counter, OrderedDict

from edge_agent.device.readings import AxlesReading, CrossingReading, Reading, TagReading

_REMEMBERED = 512
"""Readings of one device: minutes of the densest traffic."""

_OfVehicle = CrossingReading | TagReading | AxlesReading


class Echoes:
    """The last readings of each device.

    Attributes:
        counts: Repetitions since start, by device.
    """

    def __init__(self) -> None:
        self._heard: dict[str, OrderedDict[_OfVehicle, None]] = {}
        self.counts: Counter[str] = Counter()

    def repeats(self, device: str, reading: Reading) -> bool:
        """Whether the device said this already; counted when it did."""
        if not isinstance(reading, _OfVehicle) or reading not in self._heard.get(device, ()):
            return False
        self.counts[device] += 1
        return True

    def note(self, device: str, reading: Reading) -> None:
        """A reading was taken."""
        if isinstance(reading, _OfVehicle):
            heard = self._heard.setdefault(device, OrderedDict())
            heard[reading] = None
            if len(heard) > _REMEMBERED:
                heard.popitem(last=False)
