"""Step: scales against known weights. Errors are told, nothing is corrected."""

import tomllib
from importlib import resources
from statistics import fmean, stdev
from typing import Any

from edge_agent.provision import tickets
from edge_agent.provision.answers import text
from edge_agent.provision.observed import observed
from edge_agent.provision.tickets import Ticket
from edge_agent.provision.visit import Result, Visit

_FEWEST = 3


async def weighing(visit: Visit) -> Result:
    """Each ticket against the reading of its vehicle."""
    seen = observed(visit)
    scales = sorted({row["device"] for row in seen.axles})
    kinds = visit.facts("draft").get("devices", {})
    if not any(kind.startswith("wim_") for kind in kinds.values()):
        return Result("skipped", "this unit has no weigh-in-motion station")
    path = visit.answers.get("weigh.tickets", "File with known weights (empty: none)", text, "")
    if not path:
        return Result("skipped", "no vehicles of known weight", {"vehicles": len(seen.axles)})
    known = tickets.tickets(path)
    facts: dict[str, Any] = {"scheme": _scheme()["scheme"], "vehicles": len(seen.axles)}
    worst: int | None = None
    per_device = {}
    for device in scales:
        rows = [row for row in seen.axles if row["device"] == device]
        per_device[device] = judged(rows, known)
        count = per_device[device]["matched"]
        worst = count if worst is None else min(worst, count)
    facts["stations"] = per_device
    if worst is None:
        return Result("doubtful", "no vehicle was weighed while the devices were driven", facts)
    if worst < _FEWEST:
        return Result("doubtful", f"fewer than {_FEWEST} vehicles of known weight passed", facts)
    if any(each["class"] == "" for each in per_device.values()):
        return Result("doubtful", "errors are larger than any class allows: calibrate", facts)
    return Result("ok", "", facts)


def judged(rows: list[dict[str, Any]], known: list[Ticket]) -> dict[str, Any]:
    """Errors of one station, per mille of the known weight: of gross, and of single axles."""
    used: set[int] = set()
    gross: list[int] = []
    axles: list[int] = []
    for ticket in known:
        fitting = [row if row["lane"] == ticket.lane else row | {"at_ms": -1} for row in rows]
        index = tickets.nearest(ticket.at_ms, fitting, used)
        if index is None or rows[index]["gross_kg"] is None:
            continue
        used.add(index)
        gross.append(round(1000 * (rows[index]["gross_kg"] - ticket.gross_kg) / ticket.gross_kg))
        said = rows[index]["axles_kg"]
        if len(said) == len(ticket.axles_kg):
            axles += [
                round(1000 * (found - true) / true)
                for found, true in zip(said, ticket.axles_kg, strict=True)
                if found is not None and true > 0
            ]
    return {
        "tickets": len(known),
        "matched": len(gross),
        "gross": _spread(gross),
        "axles": _spread(axles),
        "class": class_of(gross),
    }


def class_of(gross: list[int]) -> str:
    """The best class whose width holds every error of gross weight; empty for none.

    What share of a larger number of runs would hold is not said: that depends on the test.
    """
    if not gross:
        return ""
    worst = max(abs(error) for error in gross)
    widths: dict[str, int] = _scheme()["gross_per_cent"]
    fit = [name for name, per_cent in widths.items() if worst <= 10 * per_cent]
    return min(fit, key=lambda name: widths[name], default="")


def _spread(errors: list[int]) -> dict[str, int]:
    if not errors:
        return {"count": 0}
    return {
        "count": len(errors),
        "mean_permille": round(fmean(errors)),
        "deviation_permille": round(stdev(errors)) if len(errors) > 1 else 0,
        "worst_permille": max(errors, key=abs),
    }


def _scheme() -> dict[str, Any]:
    file = resources.files("edge_agent.provision") / "accuracy.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
