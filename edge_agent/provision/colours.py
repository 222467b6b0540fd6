"""Step: what lamps a camera sees, against what the controller says, over three cycles."""

import asyncio
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from edge_agent import registry, settings
from edge_agent.provision.answers import table
from edge_agent.provision.observed import observed
from edge_agent.provision.tickets import nearest
from edge_agent.provision.visit import Result, StepFailed, Visit

CYCLES = 3
_USUAL_S = 300.0
"""Three cycles of a slow junction."""
_GREEN = "g"


async def colours(visit: Visit) -> Result:
    """Compared where a camera sees them, or a person noted them; else skipped, and why."""
    kinds = visit.facts("draft").get("devices", {})
    controllers = sorted(name for name, kind in kinds.items() if kind.startswith("signal_"))
    if not controllers:
        return Result("skipped", "this unit has no signal controller")
    asked = visit.answers.get("colours", "Where lamps are seen (empty: nowhere)", table, {})
    if not asked:
        return Result("skipped", "no camera is told where its lamps are", {"asked": controllers})
    facts: dict[str, Any] = {}
    for name, way in asked.items():
        if name not in controllers:
            known = ", ".join(controllers)
            raise StepFailed(f"colours.{name[:40]}: no such controller; there are {known}")
        if isinstance(way, list):
            facts[name] = agreement(way, _of(observed(visit).signals, name))
        else:
            facts[name] = await _watched(visit, name, way)
    wrong = [name for name, each in facts.items() if each["agreed"] < each["of"]]
    short = [name for name, each in facts.items() if each["cycles"] < CYCLES]
    if wrong:
        return Result("doubtful", f"lamps and words differ at {', '.join(wrong)}", facts)
    if short:
        return Result("doubtful", f"fewer than {CYCLES} cycles of {', '.join(short)}", facts)
    return Result("ok", "", facts)


async def _watched(visit: Visit, name: str, way: Mapping[str, Any]) -> dict[str, int]:
    """The camera looks while the controller is driven."""
    unit = settings.load(visit.draft)
    camera = unit.device.get(str(way.get("camera")))
    view = None if camera is None else registry.load(camera.kind).view(camera)
    heads = way.get("heads")
    if view is None or not isinstance(heads, Mapping) or not heads:
        raise StepFailed(f"colours.{name}: camera = a camera, heads = phase to its two corners")
    alone = unit.model_copy(update={"device": {name: unit.device[name]}})
    seconds = float(way.get("seconds", _USUAL_S))
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(visit.bench.lamps(view, heads, seconds))
        driving = group.create_task(visit.bench.drive(alone, seconds))
    trouble, seen = looking.result()
    if trouble:
        raise StepFailed(f"colours.{name}: {trouble}")
    return agreement(seen, _of(driving.result().signals, name))


def agreement(
    seen: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """How many changes that were seen the controller told, too, and how late they were seen.

    ``late_ms`` is the median; of a camera it is what its ``delay_ms`` should be, as exactly as the
    controller tells its changes.

    Args:
        seen: Rows at_ms, phase, colour, as a person or a camera saw them.
        said: Rows at_ms, phases, as the controller said.
    """
    used: dict[int, set[int]] = {}
    late: list[int] = []
    changes = {phase: _changes(said, phase) for phase in {int(row["phase"]) for row in seen}}
    for row in seen:
        phase = int(row["phase"])
        rows = [
            each if each["colour"] == row["colour"] else each | {"at_ms": -1}
            for each in changes[phase]
        ]
        index = nearest(int(row["at_ms"]), rows, used.setdefault(phase, set()))
        if index is not None:
            used[phase].add(index)
            late.append(int(row["at_ms"]) - int(rows[index]["at_ms"]))
    greens = [
        sum(int(row["phase"]) == phase and row["colour"] == _GREEN for row in seen)
        for phase in changes
    ]
    told = {"agreed": len(late), "of": len(seen), "cycles": min(greens, default=0)}
    return told | ({"late_ms": round(statistics.median(late))} if late else {})


def _changes(said: Sequence[Mapping[str, Any]], phase: int) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = []
    for row in said:
        colour = row["phases"].get(str(phase))
        if colour is not None and (not changes or changes[-1]["colour"] != colour):
            changes.append({"at_ms": row["at_ms"], "colour": colour})
    return changes


def _of(said: Sequence[Mapping[str, Any]], device: str) -> list[Mapping[str, Any]]:
    return [row for row in said if row["device"] == device]
