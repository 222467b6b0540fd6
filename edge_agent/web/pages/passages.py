"""The vehicles as they come, plates and tags masked before they reach this process."""

from typing import Any

from starlette.responses import Response

from edge_agent.web.visit import Visit

_SHOWN = 60


async def page(visit: Visit) -> Response:
    """The newest first; of one lane where that is asked for."""
    answer = await visit.house.agent.passages()
    events = newest(answer.snapshot)
    lanes = sorted({str(event.get("lane", "")) for event in events})
    lane = visit.request.query_params.get("lane", "")
    chosen = [event for event in events if lane in ("", event.get("lane"))]
    return await visit.page(
        "passages.html", events=chosen[:_SHOWN], lanes=lanes, lane=lane if lane in lanes else "",
        trouble=answer.trouble, total=len(chosen),
    )  # fmt: skip


def newest(told: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The events of an answer, the last one first: a vehicle may be told of after a later one."""
    events = [event for _, event in reversed((told or {}).get("passages", []))]
    return sorted(events, key=lambda event: -int(event["t"]))
