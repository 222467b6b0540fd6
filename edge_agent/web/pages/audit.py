"""What was changed here, by whom; the chain of lines is proved each time it is shown."""

from starlette.responses import Response

from edge_agent.web.visit import Visit

_SHOWN = 200


async def page(visit: Visit) -> Response:
    """The last lines."""
    record = await visit.house.safe.read(_SHOWN)
    return await visit.page("audit.html", record=record)
