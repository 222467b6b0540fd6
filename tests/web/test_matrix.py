"""Every route × every role: who may, who may not, and what stands before the page."""

import re

import httpx2 as httpx
import pytest
from starlette.responses import Response

from edge_agent.web.access.role import Role
from edge_agent.web.gate import HEADERS, Front, Row
from edge_agent.web.routes import ROUTES, menu
from edge_agent.web.static_files import files
from tests.web.unit import BESIDE, HOST, ORIGIN, Unit

REACHED = {200, 303, 400, 403, 404, 409, 422, 503}


def _id(row: Row) -> str:
    return f"{row.method} {row.path}"


@pytest.mark.parametrize("role", Role, ids=lambda role: role.word)
@pytest.mark.parametrize("row", ROUTES, ids=_id)
async def test_a_route_lets_in_whom_its_row_says(there: Unit, row: Row, role: Role) -> None:
    there.account("boss", Role.ADMIN)
    browser = await there.logged_in(role) if role else there.browser()
    if not role:
        await browser.get("/login")
    answer = await (browser.get(row.path) if row.method == "GET" else browser.post(row.path))
    turned_away = (
        (answer.status_code == 303 and answer.headers["location"] == "/login")
        or answer.status_code == 401
        or 'data-why="refused-role"' in answer.text
    )
    if row.path == "/logout":
        assert (answer.status_code == 303) is (role >= row.least)
    else:
        assert turned_away is (role < row.least), (answer.status_code, answer.text[:200])
    if role >= row.least:
        assert answer.status_code in REACHED


@pytest.mark.parametrize("row", [row for row in ROUTES if row.method == "POST"], ids=_id)
@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("0" * 64, {}),
        (None, {"origin": "https://elsewhere.test"}),
        (None, {"sec-fetch-site": "cross-site"}),
        (None, {"origin": "null"}),
    ],
    ids=["no token", "wrong token", "other origin", "cross-site", "null origin"],
)
async def test_a_form_from_elsewhere_changes_nothing(
    there: Unit, row: Row, token: str | None, headers: dict[str, str]
) -> None:
    browser = await there.logged_in(Role.ADMIN)
    before = (await there.house.safe.read(9))["total"]
    if token is not None:
        browser.token = token
    answer = await browser.post(row.path, None, **headers)
    assert answer.status_code == 403
    assert 'data-why="refused-token"' in answer.text
    assert (await there.house.safe.read(9))["total"] == before


@pytest.mark.parametrize("row", [row for row in ROUTES if row.method == "GET"], ids=_id)
async def test_every_page_wears_the_headers_and_no_inline_script(there: Unit, row: Row) -> None:
    browser = await there.logged_in(Role.ADMIN)
    answer = await browser.get(row.path)
    assert answer.status_code in ({303, 403, 404} if row.path in BESIDE else {200})
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?![^>]+src=)|<style|\sstyle=|\son\w+=|javascript:", answer.text)
    assert re.findall(r'(?:src|href|action)="(?!/|#)([^"]*)"', answer.text) == []


@pytest.mark.parametrize(
    "host",
    [
        "",
        "elsewhere.test",
        f"{HOST}.elsewhere.test",
        "127.0.0.1",
        "[::1]:8443",
        f"elsewhere@{HOST}",
    ],
)
async def test_by_another_name_nobody_is_served(there: Unit, host: str) -> None:
    answer = await there.browser().get("/login", host=host)
    assert answer.status_code == 421
    assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"]


async def test_the_port_and_the_case_of_the_name_do_not_matter(there: Unit) -> None:
    assert (await there.browser().get("/login", host="UNIT.test:8443")).status_code == 200


async def test_unknown_pages_and_methods_are_refused_in_words(there: Unit) -> None:
    browser = await there.logged_in(Role.VIEWER)
    missing = await browser.get("/../etc/passwd")
    assert missing.status_code == 404
    assert missing.headers["x-frame-options"] == "DENY"
    assert (await browser.post("/passages")).status_code == 405


async def test_without_a_password_the_first_page_is_the_first_use(there: Unit) -> None:
    answer = await there.browser().get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/first")


async def test_a_tab_that_refreshes_itself_is_told_that_its_session_is_over(there: Unit) -> None:
    assert (await there.browser().get("/", **{"x-part": "live"})).status_code == 401


async def test_a_cookie_is_kept_from_scripts_and_from_other_sites(there: Unit) -> None:
    answer = await there.browser().get("/login")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-edge=")
    assert all(word in cookie for word in ("secure", "httponly", "samesite=strict", "path=/"))
    assert "domain" not in cookie


def test_the_menu_leads_to_pages_only() -> None:
    gets = {row.path for row in ROUTES if row.method == "GET"}
    assert {link.path for link in menu()} <= gets


def test_whatever_changes_something_is_a_post_and_the_rest_needs_somebody() -> None:
    public = {(row.method, row.path) for row in ROUTES if row.least is Role.NOBODY}
    assert public == {
        ("GET", "/login"),
        ("POST", "/login"),
        ("GET", "/first"),
        ("POST", "/first"),
        ("POST", "/preferences"),
    }
    assert len({(row.method, row.path) for row in ROUTES}) == len(ROUTES)


async def test_static_files_are_known_by_their_digest_alone(there: Unit) -> None:
    page = (await there.browser().get("/login")).text
    names = re.findall(r'"(/static/[^"]+)"', page)
    assert len(names) == 3
    for name in names:
        answer = await there.browser().get(name)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert (await there.browser().get("/static/page.css")).status_code == 404
    assert (await there.browser().get("/static/..%2Frender.py")).status_code == 404


def test_scripts_are_small() -> None:
    scripts = [content for name, (content, _) in files().items() if name.endswith(".js")]
    assert scripts
    assert sum(map(len, scripts)) < 25_000


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 8192, 20_000])
async def test_an_answer_in_pieces_is_the_whole_answer(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    front = Front(Response(content), frozenset({HOST}))
    transport = httpx.ASGITransport(app=front)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        assert (await client.get("/")).content == content
