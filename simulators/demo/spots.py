"""Where in the unit's lanes a thing truly happened: which lane has that line, antenna or scale."""

from collections.abc import Mapping

from edge_agent.simulators.demo.device import Table
from edge_agent.simulators.score.items import Line


class Spots:
    """The lanes of a scene, by what looks at them.

    Args:
        lanes: Lane to its table.
    """

    def __init__(self, lanes: Mapping[str, Table]) -> None:
        self._lanes = lanes
        self._by_source: dict[tuple[str, str], str] = {}
        for name, lane in lanes.items():
            for kind, key in (("lines", "line"), ("tags", "antenna"), ("scales", "lane")):
                for source in lane.get(kind, ()):
                    self._by_source[source["device"], str(source[key])] = name

    def witness(self, event: Line) -> str | None:
        """The device that could see a rule being broken; None where none looks."""
        place, lane = str(event.get("line") or event.get("station")), str(event.get("lane"))
        reader, _, antenna = str(event.get("antenna", "")).rpartition("-")
        wanted = {(reader, antenna), (place, lane)}
        for device, source in self._by_source:
            if (device, source) in wanted or source in {place, f"{place}-{lane}"}:
                return device
        return None

    def of(self, device: str, event: Line) -> dict[str, object]:
        """``spot``, the unit's lane, and ``judge``, its rules; nothing where no lane has it."""
        words: tuple[str, ...]
        match event["what"]:
            case "crossing":
                words = (f"{event['line']}-{event.get('lane')}", str(event["line"]))
            case "tag-in":
                words = (str(event["antenna"]).rpartition("-")[2],)
            case "axle":
                words = (str(event["lane"]),)
            case _:
                return {}
        found = next((w for w in words if (device, w) in self._by_source), None)
        if found is None:
            return {}
        lane = self._by_source[device, found]
        return {"spot": lane, "judge": list(self._lanes[lane].get("rules", ()))}
