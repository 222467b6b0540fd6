"""Step: every device driven for a while, as the unit would; later steps judge what was said."""

from dataclasses import asdict

from edge_agent import settings
from edge_agent.provision.answers import seconds
from edge_agent.provision.record import write
from edge_agent.provision.visit import Observed, Result, Visit

FILE = "observed.json"
_USUAL_S = 20


async def live(visit: Visit) -> Result:
    """Who answers, who it is, what came."""
    span = visit.answers.get(
        "live.seconds",
        "Seconds to listen; drive test vehicles and walk tags now",
        seconds,
        _USUAL_S,
    )
    unit = settings.load(visit.draft)
    seen = await visit.bench.drive(unit, span)
    write(visit.record.folder / FILE, asdict(seen))
    silent = sorted(name for name, each in seen.devices.items() if not each["answered"])
    facts = {"seconds": span, "devices": seen.devices}
    if silent:
        return Result("doubtful", f"does not answer: {', '.join(silent)}", facts)
    return Result("ok", "", facts)


def observed(visit: Visit) -> Observed:
    """What the live test saw."""
    found = visit.record.side(FILE)
    return Observed(**found) if found else Observed()
