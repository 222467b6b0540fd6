"""Step: how well the measured points of each camera fix the road."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from edge_agent.provision.answers import table
from edge_agent.provision.revise import Content, camera, in_its_units, revise, views
from edge_agent.provision.visit import Result, Visit

_ERROR_PX = 50
"""Tenths of a pixel: points that fit worse were mistyped or mismeasured."""
_PLATE_PX = 48
"""Plates narrower than this are not read unless the site file says otherwise."""


async def calibration(visit: Visit) -> Result:
    """Reprojection error and plate widths of each camera that has measured points."""
    from edge_agent.provision.heat import calibrate  # noqa: PLC0415 - OpenCV is an extra

    measured = visit.answers.get("ground", "", table, {})
    if measured:
        revise(visit, "ground", lambda content: _put(content, measured))
    facts: dict[str, Any] = {}
    pictures, doubts = [], []
    for name, view in views(visit).items():
        still = visit.record.pictures / f"{name}.png"
        if not view.ground or not still.exists():
            facts[name] = "no measured points" if not view.ground else "no picture"
            continue
        drawn = f"{name}-plates.png"
        try:
            fit = calibrate(still, visit.record.pictures / drawn, view.ground)
        except ValueError as error:
            facts[name] = str(error)
            doubts.append(f"{name}: {error}")
            continue
        pictures.append(drawn)
        facts[name] = asdict(fit) | {"plate_px": list(fit.plate_px)}
        if fit.error_px > _ERROR_PX:
            doubts.append(f"{name}: point {fit.worst} does not fit the others")
        if view.plates and fit.plate_px[2] < _PLATE_PX:
            doubts.append(f"{name}: plates are never {_PLATE_PX} pixels wide")
    if not pictures and not doubts:
        return Result("skipped", "no camera has measured points", facts)
    return Result("doubtful" if doubts else "ok", "; ".join(doubts), facts, tuple(pictures))


def _put(content: Content, measured: Mapping[str, Any]) -> None:
    """``measured`` is camera to points: x, y as shares of the picture, X, Y in metres."""
    for name, points in measured.items():
        own = camera(content, name)
        own["ground"] = [
            [*in_its_units(own, [float(x), float(y)]), float(east), float(north)]
            for x, y, east, north in points
        ]
