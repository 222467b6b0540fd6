"""All slow ills of a unit together: what is fed in, what is said when it changes."""

from collections.abc import Iterator, Mapping

from edge_agent.contract.envelope import Event
from edge_agent.contract.events import Axles, Passage
from edge_agent.device.readings import DetectorReading, Reading
from edge_agent.diagnosis.detectors import Detectors
from edge_agent.diagnosis.finding import Diagnosis
from edge_agent.diagnosis.memory import MemorySlope
from edge_agent.diagnosis.readrate import ReadRate
from edge_agent.diagnosis.scaledrift import ScaleDrift
from edge_agent.passage.lanes import LaneSettings


class Clinic:
    """Watches a unit.

    Args:
        unit: Id of the unit, for its own ills.
        antennas: Lane to its reader and antenna.
    """

    def __init__(self, unit: str, antennas: Mapping[str, tuple[str, int]]) -> None:
        self._unit = unit
        self.rates = ReadRate(antennas)
        self.scales = ScaleDrift()
        self.detectors = Detectors()
        self.memory = MemorySlope()
        self._said: dict[tuple[str, str], bool] = {}

    @staticmethod
    def of(unit: str, lanes: Mapping[str, LaneSettings]) -> "Clinic":
        """For the antennas that lanes name."""
        antennas = {
            lane: (each.tags[0].device, each.tags[0].antenna)
            for lane, each in lanes.items()
            if each.tags
        }
        return Clinic(unit, antennas)

    def reading(self, device: str, reading: Reading) -> None:
        """Take what a device said."""
        if isinstance(reading, DetectorReading):
            self.detectors.reading(device, reading)

    def event(self, event: Event) -> None:
        """Take what the unit publishes."""
        match event:
            case Passage():
                self.rates.passage(event)
            case Axles():
                self.scales.axles(event)
            case _:
                pass

    def changes(self, now_ns: int) -> Iterator[Diagnosis]:
        """What holds now and did not, or the other way round; an ill that never was is not said."""
        for each in self._all(now_ns):
            key = each.device, each.code
            if self._said.get(key, False) != each.active:
                self._said[key] = each.active
                yield each

    def _all(self, now_ns: int) -> Iterator[Diagnosis]:
        yield from self.rates.diagnoses()
        yield from self.scales.diagnoses()
        yield from self.detectors.diagnoses(now_ns)
        slope = self.memory.kb_per_day
        grows = self.memory.grows
        yield Diagnosis(
            self._unit,
            "memory-slope",
            grows,
            f"the agent's memory grows by {(slope or 0) / 1000:.0f} MB a day" if grows else "",
            "Make a bundle and send it in; a restart helps for a while." if grows else "",
        )
