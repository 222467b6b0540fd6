"""The agent's last words."""

from starlette.responses import Response

from edge_agent.web.visit import Visit

_LEVELS = ("debug", "info", "warning", "error", "critical")


async def page(visit: Visit) -> Response:
    """The newest first, from a level on."""
    entries, trouble = await visit.house.log.tail()
    level = visit.request.query_params.get("level", "")
    least = _LEVELS.index(level) if level in _LEVELS else 0
    shown = [each for each in entries if each.level not in _LEVELS[:least]]
    return await visit.page(
        "log.html", entries=shown, trouble=trouble, levels=_LEVELS[1:4], level=_LEVELS[least]
    )
