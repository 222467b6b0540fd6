"""Step: a known tag carried below each antenna, seen n of m times."""

from collections import Counter

from edge_agent.provision import tickets
from edge_agent.provision.answers import text
from edge_agent.provision.observed import observed
from edge_agent.provision.tickets import Pass
from edge_agent.provision.visit import Result, Visit

_SHOWN = 4


async def walking(visit: Visit) -> Result:
    """Each known pass against the tags that its antenna saw."""
    kinds = visit.facts("draft").get("devices", {})
    if not any(kind.startswith("etc_") for kind in kinds.values()):
        return Result("skipped", "this unit has no tag reader")
    path = visit.answers.get(
        "walk.passes", "File with the passes of known tags (empty: none)", text, ""
    )
    seen = observed(visit).tags
    if not path:
        return Result("skipped", "no known tag was carried past", {"tags_seen": len(seen)})
    wanted = tickets.passes(path)
    antennas = {}
    for antenna in sorted({each.antenna for each in wanted}):
        antennas[str(antenna)] = _counted(antenna, wanted, seen)
    facts = {"antennas": antennas, "tags_seen": len(seen), "tags": _masked(wanted)}
    missed = [name for name, each in antennas.items() if each["seen"] < each["of"]]
    if missed:
        return Result("doubtful", f"missed passes at antenna {', '.join(missed)}", facts)
    return Result("ok", "", facts)


def _counted(antenna: int, wanted: list[Pass], seen: list[dict[str, object]]) -> dict[str, int]:
    mine = [each for each in wanted if each.antenna == antenna]
    rows = [row for row in seen if row["antenna"] == antenna]
    used: set[int] = set()
    for each in mine:
        same = [row if row["epc"] == each.epc.upper() else row | {"at_ms": -1} for row in rows]
        index = tickets.nearest(each.at_ms, same, used)
        if index is not None:
            used.add(index)
    return {"seen": len(used), "of": len(mine)}


def _masked(wanted: list[Pass]) -> dict[str, int]:
    """Tags by their last digits: enough to tell test tags apart, too little to follow anybody."""
    return dict(Counter(f"…{each.epc.upper()[-_SHOWN:]}" for each in wanted))
