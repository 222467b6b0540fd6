"""What is wrong with the picture, told when it changes."""

from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading
from edge_agent.vision.watch import PictureWatch


class PictureConditions:
    """Remembers what was said of a camera's picture."""

    def __init__(self) -> None:
        self._said: dict[str, bool] = {}

    def news(self, watch: PictureWatch, at: Stamp) -> list[ConditionReading]:
        """Verdicts that are new or have changed."""
        readings = []
        for verdict in watch.verdicts():
            if self._said.get(verdict.code) != verdict.active:
                self._said[verdict.code] = verdict.active
                readings.append(
                    ConditionReading(
                        at, verdict.code, verdict.active, "warning", verdict.text, verdict.do
                    )
                )
        return readings
