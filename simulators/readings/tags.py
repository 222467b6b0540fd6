"""What toll readers say: a pass is told when its tag has been silent for the reader's window."""

from collections.abc import Iterator
from random import Random

from edge_agent.simulators.readings.facts import Facts
from edge_agent.simulators.readings.layout import Antenna, Layout
from edge_agent.simulators.readings.manners import Manners
from edge_agent.simulators.readings.said import DeviceClocks, Said, Subject, Wire
from edge_agent.simulators.world.chance import stream
from edge_agent.simulators.world.truth import TruthEvent

WINDOW_MS = 1000
_EVERY_MS = 40


class Readers:
    """All toll readers of a site."""

    def __init__(self, layout: Layout, seed: int, manners: Manners, clocks: DeviceClocks) -> None:
        self._seed = seed
        self._manners = manners
        self._clocks = clocks
        self._antennas = {
            antenna.station: (antenna, lane.name)
            for lane in layout.lanes
            for antenna in lane.antennas
        }
        self._beside: dict[tuple[str, int], tuple[Antenna, str]] = {
            (antenna.device, antenna.port): (antenna, lane)
            for antenna, lane in self._antennas.values()
        }

    def gone(self, event: TruthEvent, facts: Facts) -> Iterator[Said]:
        """What is said of a tag that has left the field of an antenna."""
        known = self._antennas.get(event["antenna"])
        if known is None:
            return
        antenna, lane = known
        rng = stream(self._seed, "hears", event["antenna"], facts.number)
        own = self._manners
        began, ended = event["from"], event["t"]
        if rng.random() >= own.tag_missed:
            yield self._pass(antenna, lane, event["epc"], began, ended, facts, rng)
            if rng.random() < own.tag_twice:
                again = ended + WINDOW_MS + 500 * rng.random()
                yield self._pass(antenna, lane, event["epc"], again, again + 80, facts, rng)
        if rng.random() < own.tag_second:
            other = f"{event['epc'][:-12]}F{event['epc'][-11:]}"
            yield self._pass(antenna, lane, other, began + 30, ended - 30, facts, rng)
        side = self._beside.get((antenna.device, antenna.port + rng.choice((-1, 1))))
        if side is not None and rng.random() < own.tag_across:
            yield self._pass(*side, event["epc"], began + 100, began + 180, facts, rng)

    def _pass(
        self,
        antenna: Antenna,
        lane: str,
        epc: str,
        began: float,
        ended: float,
        facts: Facts,
        rng: Random,
    ) -> Said:
        first = began + _EVERY_MS * rng.random()
        last = max(first, ended - _EVERY_MS * rng.random())
        reading: Wire = {
            "at": self._clocks.stamp(antenna.device, first, 5),
            "antenna": antenna.port,
            "epc": epc,
            "reads": 1 + int((last - first) / _EVERY_MS),
            "rssi": -48 - int(14 * rng.random()),
            "seen_ms": int(last - first),
            "tid": "",
            "type": "tag",
        }
        told = max(last, ended) + WINDOW_MS + 50 + 200 * rng.random()
        number = f"{antenna.port}-{reading['at']['utc_ms']}"
        place = f"{antenna.device}/{antenna.port}"
        about = Subject(int(began), number, "tag", facts.number, lane, place)
        return Said(int(told), antenna.device, reading, about)
