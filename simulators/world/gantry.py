"""Plate cameras: mounted and focused as number plates ask for, one a lane."""

from math import sqrt

from edge_agent.simulators.world.geometry import Path
from edge_agent.simulators.world.network import Lane, Station
from edge_agent.simulators.world.site import EYE_LEVEL_M, CameraAt

_AWAY_M, _HIGH_M = 17.0, 6.0
"""A plate is then seen from some twenty degrees above: steep enough to clear the next vehicle."""
_SIZE = (1920, 1080)
_WIDE_M = 3.6
"""Width of road in the picture: a motorbike's plate (0.19 m) is then 100 pixels wide."""
_SHOWN_M = 4.0
"""Length of road on which a whole plate is in the picture."""


def reads_plates(
    name: str, line: str, path: Path, path_d: float, lane: Lane, at: float, *, front: bool = False
) -> CameraAt:
    """A camera over one lane, with a counting line where a plate is in the middle of its picture.

    Args:
        name: Of the camera.
        line: Of its counting line.
        path: The link's line on the ground.
        path_d: The ``d`` at which it runs.
        lane: The lane.
        at: Metres along the link where plates are read.
        front: It looks at those who come; else after those who have passed below it.
    """
    ahead = _AWAY_M if front else -_AWAY_M
    x, y, _, _ = path.at(at + ahead, lane.middle - path_d)
    look = path.at(at, lane.middle - path_d)[:2]
    reach = sqrt(_AWAY_M**2 + (_HIGH_M - EYE_LEVEL_M) ** 2)
    ends = (path.at(at, lane.low - path_d)[:2], path.at(at, lane.high - path_d)[:2])
    return CameraAt(
        name, x, y, _HIGH_M, look, round(_SIZE[0] / _WIDE_M * reach), _SIZE,
        lines={line: ends}, plates=True, lane=lane.number,
    )  # fmt: skip


def plate_stations(camera: CameraAt, at: float, *, front: bool = False) -> list[Station]:
    """What the world tells of a plate camera: plates in its picture, crossings of its line."""
    x, y = camera.look
    lanes = (camera.lane,)
    half = _SHOWN_M / 2
    return [
        Station(
            "plate", camera.name, at - half, at + half, lanes,
            pixels=camera.pixels(x, y), sees="front" if front else "rear",
        ),
        *(Station("line", line, at, at, lanes) for line in camera.lines),
    ]  # fmt: skip
