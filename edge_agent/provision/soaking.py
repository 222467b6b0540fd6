"""Step: the unit left alone for a while, and what it did meanwhile."""

from typing import Any

from edge_agent.provision.answers import seconds
from edge_agent.provision.visit import Result, Visit
from edge_agent.status import Snapshot

_USUAL_S = 600
_EVERY_S = 5.0


async def soaking(visit: Visit) -> Result:
    """Look every few seconds; restarts, devices that fell, memory that grew."""
    span = visit.answers.get("soak.seconds", "Seconds to leave it alone", seconds, _USUAL_S)
    looks: list[Snapshot | None] = [visit.bench.snapshot(visit.state_dir)]
    for _ in range(max(1, round(span / _EVERY_S))):
        await visit.clock.sleep(min(_EVERY_S, span))
        looks.append(visit.bench.snapshot(visit.state_dir))
    seen = [look for look in looks if look is not None]
    missed = len(looks) - len(seen)
    facts: dict[str, Any] = {"seconds": span, "looks": len(looks), "missed": missed}
    if len(seen) < 2:  # noqa: PLR2004 - a beginning and an end
        return Result("doubtful", "the agent did not answer", facts)
    first, last = seen[0], seen[-1]
    down = sorted(part.id for part in last.devices if part.state == "down")
    before = {part.id: part.restarts for part in first.devices}
    restarts = sum(part.restarts - before.get(part.id, 0) for part in last.devices)
    facts |= {
        "restarts": max(0, restarts),
        "agent_restarted": int(len({look.pid for look in seen}) > 1),
        "events": sum(last.events.values()) - sum(first.events.values()),
        "unsent": last.spool.unsent or 0,
        "connected": sum(look.uplink.connected for look in seen),
        "rss_kb": last.process.rss_kb or 0,
        "rss_grown_kb": (last.process.rss_kb or 0) - (first.process.rss_kb or 0),
        "down": down,
    }
    if missed or facts["agent_restarted"]:
        return Result("doubtful", "the agent ended or did not answer meanwhile", facts)
    if down:
        return Result("doubtful", f"down: {', '.join(down)}", facts)
    return Result("ok", "", facts)
