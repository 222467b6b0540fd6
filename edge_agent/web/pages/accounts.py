"""Who may come in: an administrator decides; everybody changes their own password."""

from starlette.responses import Response

from edge_agent.web.access.accounts import Account, Refused
from edge_agent.web.access.limits import LONGEST
from edge_agent.web.access.role import Role, role_of
from edge_agent.web.gate import Refusal
from edge_agent.web.pages.entry import unfit_password
from edge_agent.web.visit import Visit

_ROLES = (Role.VIEWER, Role.TECHNICIAN, Role.ADMIN)


async def page(visit: Visit) -> Response:
    """All accounts."""
    return await _page(visit, 200, "")


async def put(visit: Visit) -> Response:
    """A new account, or another role or password for one that is there."""
    form, house = visit.form, visit.house
    name = form.get("name", "").strip().lower()
    wrong = unfit_password(form.get("password", ""), form.get("again", ""))
    if wrong:
        return await _page(visit, 400, wrong)
    try:
        role = role_of(form.get("role", ""))
        hashed = await house.safe.hashed(form["password"])
        await house.safe.note(visit.name, "account-set", account=name[:64], role=role.word)
        house.accounts.put(Account(name, role, hashed, house.clock.utc_ms()))
    except ValueError:
        return await _page(visit, 400, "refused-form")
    except Refused as refused:
        return await _page(visit, 400, str(refused))
    if name != visit.name:
        house.sessions.end_all(name)
    return visit.to("/accounts", "said-account-set")


async def remove(visit: Visit) -> Response:
    """Forget one; whoever it is is out at once."""
    name = visit.form.get("name", "")
    if name == visit.name:
        return await _page(visit, 400, "account-yourself")
    try:
        await visit.house.safe.note(visit.name, "account-removed", account=name[:64])
        visit.house.accounts.remove(name)
    except Refused as refused:
        return await _page(visit, 400, str(refused))
    visit.house.sessions.end_all(name)
    return visit.to("/accounts", "said-account-removed")


async def own_form(visit: Visit) -> Response:
    """Change one's own password."""
    return await visit.page("password.html", wrong="")


async def own(visit: Visit) -> Response:
    """The old one must be known: an unlocked phone is no password."""
    form, house = visit.form, visit.house
    account = house.accounts.get(visit.name)
    if account is None:
        raise Refusal(403, "refused-login")
    wrong = unfit_password(form.get("password", ""), form.get("again", ""))
    now, old = house.clock.mono_ns(), form.get("old", "")[:LONGEST]
    if house.by_name.wait_s(account.name, now):
        wrong = "login-wait"
    elif not wrong and not await house.safe.fits(old, account.hashed):
        house.by_name.wrong(account.name, now)
        wrong = "password-old-wrong"
    if wrong:
        return await visit.page("password.html", 400, wrong=wrong)
    hashed = await house.safe.hashed(form["password"])
    await house.safe.note(visit.name, "password-changed")
    house.accounts.put(Account(account.name, account.role, hashed, house.clock.utc_ms()))
    return visit.to("/", "said-password")


async def _page(visit: Visit, status: int, wrong: str) -> Response:
    return await visit.page(
        "accounts.html",
        status,
        accounts=visit.house.accounts.all(),
        roles=[role.word for role in _ROLES],
        wrong=wrong,
        typed=visit.form.get("name", ""),
    )
