"""Counts over a day and speeds of the last vehicles, as plots."""

from starlette.responses import Response

from edge_agent.web.drawing.bars import bars
from edge_agent.web.drawing.scatter import Dot, scatter
from edge_agent.web.pages.passages import newest
from edge_agent.web.sources.chores import Done, ours_module
from edge_agent.web.visit import Visit

_LIMIT_S = 20.0
_EVERY_MS = 60_000


async def page(visit: Visit) -> Response:
    """Speeds from the agent's memory; counts from what it remembers on its disk."""
    answer = await visit.house.agent.passages()
    events = newest(answer.snapshot)
    zone = await visit.house.agent.zone()
    dots = [
        Dot(event["t"], event["spd"] / 10, event["cls"])
        for event in events
        if event.get("spd") is not None
    ]
    done = _counts(visit)
    counted = (done.answer or {}) if done else {}
    return await visit.page(
        "traffic.html",
        speeds=scatter(dots, zone, visit.word) if dots else None,
        classes=sorted({dot.kind for dot in dots}),
        counts=bars(counted, zone, visit.word) if counted.get("lanes") else None,
        counted=counted,
        trouble=answer.trouble or (done.trouble if done else ""),
    )


def _counts(visit: Visit) -> Done | None:
    """Read by a process that ends, once a minute while somebody looks."""
    chores, now = visit.house.chores, visit.house.clock.utc_ms()
    done = chores.last("counts")
    if done is None or now - done.at_ms > _EVERY_MS:
        words = ours_module("edge_agent.web.tally", str(visit.house.state_dir), str(now))
        chores.start("counts", words, _LIMIT_S)
    return done
