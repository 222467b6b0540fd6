"""The visit as a page: its steps, the chosen one's form and result, pictures and reports."""

import asyncio
from pathlib import Path

from starlette.responses import Response

from edge_agent.provision.record import FOLDER
from edge_agent.provision.vietnamese import in_vietnamese
from edge_agent.web.gate import Refusal
from edge_agent.web.pages.provision.facts import standing
from edge_agent.web.visit import Visit

_REPORTS = {
    "pdf": ("acceptance/acceptance.pdf", "application/pdf"),
    "html": ("acceptance/acceptance.html", "text/html; charset=utf-8"),
    "json": ("acceptance/acceptance.json", "application/json"),
    "key": ("acceptance/unit.pub.pem", "application/x-pem-file"),
    "csr": ("../identity/unit.csr", "application/x-pem-file"),
}
_NOTHING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9">'
    b'<rect width="16" height="9" fill="#888"/><path d="M4 2l8 5M12 2l-8 5" stroke="#fff"/></svg>'
)


async def page(visit: Visit) -> Response:
    """All of it; while a step is made, that part refreshes itself."""
    stand = await asyncio.to_thread(standing, visit)
    told = in_vietnamese if visit.language == "vi" else str
    mine = stand.holder is None or stand.holder.who == visit.name
    return await visit.page(
        "provision.html",
        stand=stand,
        mine=mine,
        told=told,
        every=1000 if stand.phase != "idle" else 0,
    )


async def picture(visit: Visit) -> Response:
    """A picture of this visit; a crossed field where there is none."""
    folder = visit.house.state_dir / FOLDER / "pictures"
    name = visit.request.query_params.get("name", "")
    content = await asyncio.to_thread(_listed, folder, name)
    if content is None:
        return Response(_NOTHING, media_type="image/svg+xml")
    return Response(content, media_type="image/png")


async def report(visit: Visit) -> Response:
    """A file to take away: the acceptance, or the request for a certificate."""
    wanted = visit.request.query_params.get("file", "")
    if wanted not in _REPORTS:
        return await page(visit)
    name, kind = _REPORTS[wanted]
    path = visit.house.state_dir / FOLDER / name
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError:
        raise Refusal(404, "refused-no-report") from None
    headers = {"content-disposition": f'attachment; filename="{path.name}"'}
    return Response(content, media_type=kind, headers=headers)


def _listed(folder: Path, name: str) -> bytes | None:
    """Only what stands in the folder under this very name: nothing is made a path of."""
    for file in folder.glob("*.png"):
        if file.name == name:
            return file.read_bytes()
    return None
