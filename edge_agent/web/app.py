"""The application: the matrix behind the gate, the files of the page, and the watch over trials."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from edge_agent.web.gate import Front, guarded
from edge_agent.web.house import House
from edge_agent.web.routes import ROUTES, menu
from edge_agent.web.static_files import files
from edge_agent.web.visit import Visit
from edge_agent.web.words import language_of


def build(house: House) -> ASGIApp:
    """ASGI; its lifespan undoes trials that nobody confirms."""
    routes = [
        Route(row.path, guarded(row, house), methods=[row.method], name=f"{row.method} {row.path}")
        for row in ROUTES
    ]
    routes.append(Route("/static/{name}", static, methods=["GET"]))
    app = Starlette(
        routes=routes,
        lifespan=lambda _app: _life(house),
        exception_handlers={404: _refused(house), 405: _refused(house), 500: _failed},
    )
    app.state.menu = menu()
    return Front(app, house.hosts)


async def static(request: Request) -> Response:
    """Style sheet, script and sign; the name carries a digest, so it may be kept for ever."""
    found = files().get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    content, kind = found
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=kind, headers=headers)


@contextlib.asynccontextmanager
async def _life(house: House) -> AsyncIterator[None]:
    # Two wait for the agent and the disk as well as many would, and each takes memory.
    few = ThreadPoolExecutor(2, thread_name_prefix="web")
    asyncio.get_running_loop().set_default_executor(few)
    watch = asyncio.create_task(house.trials.watch(), name="trials")
    try:
        yield
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await house.chores.close()


def _refused(house: House):  # type: ignore[no-untyped-def]  # noqa: ANN202 - Starlette's own type
    async def handler(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 404)
        language = language_of(
            request.cookies.get("lang"), request.headers.get("accept-language", "")
        )
        visit = Visit(request, house, "", None, language, request.cookies.get("theme", "auto"))
        return await visit.page("refused.html", status, why=f"refused-{status}")

    return handler


async def _failed(_request: Request, _error: Exception) -> Response:
    """A bug: Starlette logs it; nothing of it is told to the browser."""
    return Response("500\n", 500, media_type="text/plain")
