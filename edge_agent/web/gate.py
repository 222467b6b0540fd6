"""Stands before every page: right host, right size, right role, a form of ours; locks the rest out.

Which role a route needs is a table (``routes.ROUTES``), held here and nowhere else.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge_agent.errors import EdgeError
from edge_agent.web.access.role import Role
from edge_agent.web.access.sessions import fresh_cookie
from edge_agent.web.house import House
from edge_agent.web.visit import COOKIE, LIVE, Visit
from edge_agent.web.words import language_of

BODY_MAX = 1_200_000
"""Bytes of a form: a site file of a megabyte, as large as the judge takes one."""
FIELDS_MAX = 200
PART_NS, PARTS_MAX = 900_000_000, 100
OK = 200
PIECE = 4096
"""Bytes that are handed to TLS at once: it keeps a buffer as large as the largest, for each tab."""
THEMES = ("auto", "light", "dark")

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_log = logging.getLogger("web")

Page = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the matrix: who may do this, and what does it.

    Attributes:
        own: What is shown is for this browser alone, whatever others of its role see.
    """

    method: str
    path: str
    least: Role
    page: Page
    own: bool = False


class Refusal(Exception):  # noqa: N818 - reads as the thing it is
    """A page will not do it; shown in words.

    Attributes:
        status: HTTP.
        key: Of the words.
    """

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status = status
        self.key = key


class Front:
    """ASGI: refuses foreign hosts, and puts the headers of security on every answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            body = message.get("body", b"")
            for at in range(0, len(body) - PIECE, PIECE):
                await send(
                    {"type": message["type"], "body": body[at : at + PIECE], "more_body": True}
                )
            if len(body) > PIECE:
                body = body[(len(body) - 1) // PIECE * PIECE :]
                message = {**message, "body": body}
            await send(message)

        # Another site's name that leads here (DNS rebinding) would be same-origin to itself.
        host = Request(scope).headers.get("host", "").lower()
        if _name(host) not in self._hosts:
            refused = PlainTextResponse("This unit is not called that way.\n", 421)
            await refused(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)


def guarded(row: Row, house: House) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a row: nothing of the page runs before all is in order."""

    async def endpoint(request: Request) -> Response:
        visit = _visit(request, house)
        try:
            if visit.role < row.least:
                return await _turned_away(visit)
            if row.method == "POST":
                visit.form = await _form(request)
                _ours(visit)
            alike = visit.live and not row.own
            response = await (_shared(visit, row) if alike else row.page(visit))
        except Refusal as refusal:
            response = await visit.page("refused.html", refusal.status, why=refusal.key)
        except ClientDisconnect:
            return Response(status_code=400)
        except (EdgeError, OSError) as error:
            _log.exception("page failed: %s %s", row.method, row.path)
            response = await visit.page(
                "refused.html", 503, why="refused-failed", detail=str(error)
            )
        if request.cookies.get(COOKIE) != visit.cookie:
            _give(response, visit.cookie)
        return response

    return endpoint


async def _shared(visit: Visit, row: Row) -> Response:
    """The live part of a page, drawn once a second for all who look at the same.

    It holds no form and nobody's name: it is the same for everybody of a role and language.
    """
    parts, now = visit.house.parts, visit.house.clock.mono_ns()
    url = visit.request.url
    key = (url.path, url.query, visit.language, visit.role.word)
    known = parts.get(key)
    if known is not None and now - known[0] < PART_NS:
        return Response(known[1], media_type="text/html; charset=utf-8")
    response = await row.page(visit)
    if response.status_code == OK:
        if len(parts) >= PARTS_MAX:
            parts.clear()
        parts[key] = (now, bytes(response.body))
    return response


def _visit(request: Request, house: House) -> Visit:
    given = request.cookies.get(COOKIE, "")
    click = request.headers.get(LIVE) is None
    session = house.sessions.of(given, house.clock.mono_ns(), click=click) if given else None
    account = house.accounts.get(session.name) if session else None
    if session and (account is None or account.role is not session.role):
        house.sessions.end(given)
        session = None
    theme = request.cookies.get("theme", "auto")
    language = language_of(request.cookies.get("lang"), request.headers.get("accept-language", ""))
    return Visit(
        request, house, given or fresh_cookie(), session, language,
        theme if theme in THEMES else "auto",
    )  # fmt: skip


async def _turned_away(visit: Visit) -> Response:
    if visit.session is not None:
        return await visit.page("refused.html", 403, why="refused-role")
    if visit.live or visit.request.method != "GET":
        return PlainTextResponse(visit.word("refused-login"), 401)
    return RedirectResponse("/login" if visit.house.accounts.all() else "/first", 303)


async def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", ""):
        raise Refusal(415, "refused-form")
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > BODY_MAX:
        raise Refusal(413, "refused-large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            raise Refusal(413, "refused-large")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict"
        )
    except ValueError:
        raise Refusal(400, "refused-form") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Refusal(400, "refused-form")
    return fields


def _ours(visit: Visit) -> None:
    """A form counts only when it came from a page of ours in this very browser."""
    headers = visit.request.headers
    origin = headers.get("origin")
    foreign = headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if origin is not None and origin != f"https://{headers.get('host', '')}":
        foreign = True
    given = visit.request.cookies.get(COOKIE, "")
    if foreign or not visit.house.sessions.holds(given, visit.form.get("token", "")):
        raise Refusal(403, "refused-token")


def _give(response: Response, cookie: str) -> None:
    response.set_cookie(COOKIE, cookie, secure=True, httponly=True, samesite="strict", path="/")


def _name(host: str) -> str:
    """Without the port: ``[::1]:8443`` is ``::1``."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
