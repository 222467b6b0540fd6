"""What a camera sees with, and seeing by motion alone, which loads no network."""

from collections.abc import Callable
from typing import Protocol

from edge_agent.clock import Stamp
from edge_agent.device.pictures import Box
from edge_agent.device.readings import ConditionReading, NoPlate
from edge_agent.vision.frame import Detector, Grey
from edge_agent.vision.lookout import Lookout
from edge_agent.vision.motion import MotionDetector
from edge_agent.vision.wanted import REFUSED, EyesConfig


class Equipment(Protocol):
    """What a camera's process asks of its eyes, see ``eyes.Eyes``."""

    detector: Detector
    lookout: Lookout | None
    no_plate: NoPlate

    @property
    def finds_standing(self) -> bool:
        """Whether vehicles are found that do not move."""

    def plates_in(self, picture: Grey) -> list[Box]:
        """Plates in a whole picture, pixels; none where nothing was loaded that finds them.

        Raises:
            ModelError: The network fails.
        """

    def look(self, at: Stamp) -> list[ConditionReading]: ...
    def versions(self) -> dict[str, str]: ...
    def changed(self) -> bool: ...


class MotionOnly:
    """Eyes without a network.

    Args:
        trouble: Why there is none although one was asked for.
    """

    def __init__(self, trouble: str = "") -> None:
        self.detector: Detector = MotionDetector()
        self.lookout: Lookout | None = None
        self.no_plate: NoPlate = "no-model" if trouble else "off"
        self._trouble: str | None = trouble
        self.finds_standing = False

    def plates_in(self, _picture: Grey) -> list[Box]:
        """Nothing can."""
        return []

    def look(self, at: Stamp) -> list[ConditionReading]:
        """Say once what is wrong, or that nothing is any more."""
        text, self._trouble = self._trouble, None
        if text is None:
            return []
        do = "install the [vision] extra" if text else ""
        return [ConditionReading(at, REFUSED, bool(text), "warning", text, do)]

    def versions(self) -> dict[str, str]:
        """For the inventory."""
        return {"detector": "motion"}

    def changed(self) -> bool:
        """Nothing can."""
        return False


def equip(
    config: EyesConfig, now_ns: Callable[[], int], opened: Callable[[], None] = lambda: None
) -> Equipment:
    """Open the networks, once a process.

    Args:
        config: Which ones.
        now_ns: A clock that runs with the work.
        opened: Called after each, for somebody who waits for a sign of life.
    """
    if config.bare:
        return MotionOnly()
    try:
        # Not at the top: onnxruntime takes memory and time that motion alone can do without.
        from edge_agent.vision.eyes import Eyes  # noqa: PLC0415
    except ImportError as error:
        return MotionOnly(f"{error.name} is not installed: vehicles are found by motion")
    return Eyes(config, now_ns, opened)
