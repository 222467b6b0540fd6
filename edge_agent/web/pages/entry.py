"""Coming in and going out: first password by the console's code, login, language and light."""

import re

from starlette.responses import Response

from edge_agent.web.access import code
from edge_agent.web.access.accounts import NAME, Account, Refused
from edge_agent.web.access.limits import LONGEST, SHORTEST
from edge_agent.web.access.role import Role
from edge_agent.web.gate import THEMES
from edge_agent.web.visit import COOKIE, Visit
from edge_agent.web.words import LANGUAGES

_YEAR_S = 365 * 86_400
_PATH = re.compile(r"/[a-z]*")


async def login_form(visit: Visit) -> Response:
    """Name and password."""
    return await visit.page("login.html", wrong="", wait=0)


async def login(visit: Visit) -> Response:
    """A session when both are right; else one waits, longer each time."""
    name, typed = visit.form.get("name", ""), visit.form.get("password", "")
    waiting = _wait_s(visit, name)
    if waiting:
        return await visit.page("login.html", 429, wrong="login-wait", wait=waiting)
    account = visit.house.accounts.get(name)
    stored = account.hashed if account else ""
    fits = len(typed) <= LONGEST and await visit.house.safe.fits(typed, stored)
    if account is None or not fits:
        wait = await _wrong(visit, name)
        return await visit.page("login.html", 403, wrong="login-wrong", wait=wait)
    visit.house.by_name.right(name)
    visit.house.by_address.right(visit.address)
    _begin(visit, account)
    await visit.house.safe.note(account.name, "login", address=visit.address)
    return visit.to("/")


async def first_form(visit: Visit) -> Response:
    """The way in for whoever stands at the console: new unit, or password lost."""
    ready = code.waiting(visit.house.folder)
    return await visit.page("first.html", wrong="", wait=0, ready=ready, name="admin")


async def first(visit: Visit) -> Response:
    """With the code: an administrator with a password of their own."""
    house, form = visit.house, visit.form
    name = form.get("name", "").strip().lower()
    wrong, status, wait = "", 403, _wait_s(visit, "")
    if wait:
        wrong, status = "login-wait", 429
    elif unfit := unfit_password(form.get("password", ""), form.get("again", "")):
        wrong, status = unfit, 400
    elif not NAME.fullmatch(name):
        wrong, status = "account-bad-name", 400
    elif not code.use(house.folder, form.get("code", "")):
        wrong, wait = "first-wrong-code", await _wrong(visit, "")
    else:
        hashed = await house.safe.hashed(form["password"])
        account = Account(name, Role.ADMIN, hashed, house.clock.utc_ms())
        try:
            await house.safe.note(name, "first-password", address=visit.address)
            house.accounts.put(account)
        except Refused as refused:
            wrong, status = str(refused), 400
        else:
            house.sessions.end_all(name)
            _begin(visit, account)
            return visit.to("/", "said-first")
    ready = code.waiting(house.folder)
    return await visit.page("first.html", status, wrong=wrong, wait=wait, ready=ready, name=name)


async def logout(visit: Visit) -> Response:
    """Over."""
    visit.house.sessions.end(visit.cookie)
    return visit.to("/login", "said-logout")


async def preferences(visit: Visit) -> Response:
    """Language and light, kept in the browser."""
    back = visit.form.get("back", "/")
    response = visit.to(back if _PATH.fullmatch(back) else "/")
    for name, allowed in (("lang", LANGUAGES), ("theme", THEMES)):
        chosen = visit.form.get(name, "")
        if chosen in allowed:
            response.set_cookie(
                name, chosen, max_age=_YEAR_S, secure=True, httponly=True, samesite="lax"
            )
    return response


def unfit_password(typed: str, again: str) -> str:
    """Why a password will not do, as a key of the words; empty when it will."""
    if not SHORTEST <= len(typed) <= LONGEST:
        return "password-length"
    if typed != again:
        return "password-differs"
    return "password-simple" if len(set(typed)) < SHORTEST // 2 else ""


def _begin(visit: Visit, account: Account) -> None:
    """A new cookie with the new rights: one that was slipped in before is worth nothing."""
    house = visit.house
    house.sessions.end(visit.request.cookies.get(COOKIE, ""))
    visit.cookie = house.sessions.begin(account.name, account.role, house.clock.mono_ns())


def _wait_s(visit: Visit, name: str) -> int:
    now = visit.house.clock.mono_ns()
    by_name = visit.house.by_name.wait_s(name, now) if name else 0.0
    return round(max(by_name, visit.house.by_address.wait_s(visit.address, now)) + 0.49)


async def _wrong(visit: Visit, name: str) -> int:
    house, now = visit.house, visit.house.clock.mono_ns()
    wait = house.by_address.wrong(visit.address, now)
    if name:
        wait = max(wait, house.by_name.wrong(name[:64], now))
    if wait:
        await house.safe.note(
            "", "locked-out", name=name[:64], address=visit.address, s=round(wait)
        )
    return round(wait)
