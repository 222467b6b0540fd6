"""Which evidence the unit keeps, and the proof that it is as it was sealed."""

import asyncio
from pathlib import Path

from starlette.responses import Response

from edge_agent.web.sources.chores import ours
from edge_agent.web.sources.sealed import FOLDER, PUBLIC, pieces
from edge_agent.web.visit import Visit

_CHORE = "verify"
_LIMIT_S = 300.0


async def page(visit: Visit) -> Response:
    """The list, with the result of the last proof beside it."""
    house = visit.house
    done = house.chores.last(_CHORE)
    answer = (done.answer or {}) if done else {}
    wrong = {Path(found["path"]).name: found["wrong"] for found in answer.get("findings", [])}
    proved = {Path(package["path"]).name for package in answer.get("packages", [])}
    return await visit.page(
        "evidence.html",
        pieces=await asyncio.to_thread(pieces, house.state_dir),
        done=done,
        ok=answer.get("ok"),
        links=answer.get("links"),
        findings=answer.get("findings", []),
        wrong=wrong,
        proved=proved - wrong.keys(),
        running=house.chores.running(_CHORE),
    )


async def verify(visit: Visit) -> Response:
    """Begin the proof of all packages and their chain."""
    state_dir = visit.house.state_dir
    words = ours("verify", str(state_dir / FOLDER), "--key", str(state_dir / PUBLIC), "--json")
    visit.house.chores.start(_CHORE, words, _LIMIT_S)
    return visit.to("/evidence")
