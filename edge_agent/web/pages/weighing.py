"""The last vehicles that were weighed, axle by axle, and the last toll tags."""

from starlette.responses import Response

from edge_agent.web.drawing.axles import axles
from edge_agent.web.pages.passages import newest
from edge_agent.web.visit import Visit

_WEIGHED, _TAGS = 8, 30


async def page(visit: Visit) -> Response:
    """Both from the passages that they belong to."""
    answer = await visit.house.agent.passages()
    events = newest(answer.snapshot)
    weighed = [event for event in events if event.get("axles")][:_WEIGHED]
    return await visit.page(
        "weighing.html",
        weighed=[(event, axles(event["axles"], visit.word)) for event in weighed],
        tagged=[event for event in events if event.get("tag")][:_TAGS],
        trouble=answer.trouble,
    )
