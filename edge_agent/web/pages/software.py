"""What runs here, in which version: agent, networks, system."""

import platform

from starlette.responses import Response

from edge_agent import __version__
from edge_agent.web.sources.chores import ours
from edge_agent.web.visit import Visit

_CHORE = "models"
_LIMIT_S = 120.0


async def page(visit: Visit) -> Response:
    """Networks are proved once, when somebody first asks."""
    chores = visit.house.chores
    done = chores.last(_CHORE)
    if done is None:
        chores.start(_CHORE, ours("models", "verify", "--json"), _LIMIT_S)
    release = platform.freedesktop_os_release() if _knows_release() else {}
    return await visit.page(
        "software.html",
        own=__version__,
        python=platform.python_version(),
        kernel=f"{platform.system()} {platform.release()} {platform.machine()}",
        system=release.get("PRETTY_NAME", ""),
        models=((done.answer or {}) if done else {}).get("models", []),
        trouble=done.trouble if done else "",
        running=chores.running(_CHORE),
    )


def _knows_release() -> bool:
    try:
        platform.freedesktop_os_release()
    except OSError:
        return False
    return True
