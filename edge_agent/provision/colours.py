"""Step: what lamps a camera sees, against what the controller says, over three cycles."""

from collections.abc import Mapping, Sequence
from typing import Any

from edge_agent.provision.answers import table
from edge_agent.provision.observed import observed
from edge_agent.provision.tickets import nearest
from edge_agent.provision.visit import Result, Visit

CYCLES = 3
_GREEN = "g"


async def colours(visit: Visit) -> Result:
    """Compared where somebody tells what was seen; else skipped, and why."""
    kinds = visit.facts("draft").get("devices", {})
    controllers = sorted(name for name, kind in kinds.items() if kind.startswith("signal_"))
    if not controllers:
        return Result("skipped", "this unit has no signal controller")
    seen = visit.answers.get("colours", "Changes that were seen (empty: none)", table, {})
    if not seen:
        return Result("skipped", "no camera is told where its lamps are", {"asked": controllers})
    said = observed(visit).signals
    facts = {name: agreement(rows, _of(said, name)) for name, rows in seen.items()}
    short = [name for name, each in facts.items() if each["cycles"] < CYCLES]
    wrong = [name for name, each in facts.items() if each["agreed"] < each["of"]]
    if wrong:
        return Result("doubtful", f"lamps and words differ at {', '.join(wrong)}", facts)
    if short:
        return Result("doubtful", f"fewer than {CYCLES} cycles of {', '.join(short)}", facts)
    return Result("ok", "", facts)


def agreement(
    seen: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """How many changes that were seen the controller told, too.

    Args:
        seen: Rows at_ms, phase, colour, as a person or a camera saw them.
        said: Rows at_ms, phases, as the controller said.
    """
    used: dict[int, set[int]] = {}
    agreed = 0
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
            agreed += 1
    greens = [
        sum(int(row["phase"]) == phase and row["colour"] == _GREEN for row in seen)
        for phase in changes
    ]
    return {"agreed": agreed, "of": len(seen), "cycles": min(greens, default=0)}


def _changes(said: Sequence[Mapping[str, Any]], phase: int) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = []
    for row in said:
        colour = row["phases"].get(str(phase))
        if colour is not None and (not changes or changes[-1]["colour"] != colour):
            changes.append({"at_ms": row["at_ms"], "colour": colour})
    return changes


def _of(said: Sequence[Mapping[str, Any]], device: str) -> list[Mapping[str, Any]]:
    return [row for row in said if row["device"] == device]
