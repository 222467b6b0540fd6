"""Steps: what each camera shows, its lines drawn on it, and how well its points fix the road."""

from dataclasses import asdict
from typing import Any

from edge_agent import registry, settings
from edge_agent.device.view import View
from edge_agent.errors import ConfigError
from edge_agent.provision.visit import Result, Visit
from edge_agent.secret import SecretError

_ERROR_PX = 50
"""Tenths of a pixel: points that fit worse were mistyped or mismeasured."""
_PLATE_PX = 48
"""Plates narrower than this are not read unless the site file says otherwise."""


async def lanes(visit: Visit) -> Result:
    """A picture of each camera with its lines."""
    from edge_agent.provision.heat import draw  # noqa: PLC0415 - OpenCV is an extra

    views, facts, pictures, dark = _views(visit), {}, [], []
    for name, view in views.items():
        still = visit.record.pictures / f"{name}.png"
        trouble = await visit.bench.still(view, still)
        facts[name] = trouble or "ok"
        if trouble:
            dark.append(name)
            continue
        drawn = f"{name}-lines.png"
        draw(still, visit.record.pictures / drawn, _lines(visit, name, view))
        pictures.append(drawn)
    if not views:
        return Result("skipped", "this unit has no camera")
    if dark:
        return Result("doubtful", f"no picture of {', '.join(dark)}", facts, tuple(pictures))
    return Result("ok", "", facts, tuple(pictures))


async def calibration(visit: Visit) -> Result:
    """Reprojection error and plate widths of each camera that has measured points."""
    from edge_agent.provision.heat import calibrate  # noqa: PLC0415 - as above

    facts: dict[str, Any] = {}
    pictures, doubts = [], []
    for name, view in _views(visit).items():
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


def _views(visit: Visit) -> dict[str, View]:
    found = {}
    for name, device in settings.load(visit.draft).device.items():
        try:
            view = registry.load(device.kind).view(device)
        except (SecretError, ConfigError):
            continue  # the live test has told of it
        if view is not None:
            found[name] = view
    return found


def _lines(visit: Visit, name: str, view: View) -> dict[str, tuple[float, ...]]:
    device = settings.load(visit.draft).device[name]
    names = getattr(device, "lines", {})
    return dict(zip(names, view.lines, strict=True))
