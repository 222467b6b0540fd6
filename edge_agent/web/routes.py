"""The matrix: every route of the page, and the least role that it takes. There are no others."""

from typing import NamedTuple

from edge_agent.web.access.role import Role
from edge_agent.web.gate import Row
from edge_agent.web.pages import (
    accounts,
    alarms,
    audit,
    cameras,
    config,
    doctor,
    entry,
    evidence,
    log,
    overview,
    passages,
    signals,
    software,
    traffic,
    weighing,
)
from edge_agent.web.pages.provision import page as provision
from edge_agent.web.pages.provision import work as provisioning

NOBODY, VIEWER, TECHNICIAN, ADMIN = Role

ROUTES: tuple[Row, ...] = (
    Row("GET", "/login", NOBODY, entry.login_form),
    Row("POST", "/login", NOBODY, entry.login),
    Row("GET", "/first", NOBODY, entry.first_form),
    Row("POST", "/first", NOBODY, entry.first),
    Row("POST", "/preferences", NOBODY, entry.preferences),
    Row("POST", "/logout", VIEWER, entry.logout),
    Row("GET", "/", VIEWER, overview.page),
    Row("GET", "/alarms", VIEWER, alarms.page),
    Row("POST", "/alarms/shelve", TECHNICIAN, alarms.shelve),
    Row("POST", "/alarms/unshelve", TECHNICIAN, alarms.unshelve),
    Row("GET", "/cameras", VIEWER, cameras.page),
    Row("GET", "/cameras/picture", VIEWER, cameras.picture),
    Row("GET", "/cameras/plain", TECHNICIAN, cameras.plain, own=True),
    Row("GET", "/cameras/plain/picture", TECHNICIAN, cameras.plain_picture, own=True),
    Row("POST", "/cameras/unveil", TECHNICIAN, cameras.unveil),
    Row("POST", "/cameras/veil", TECHNICIAN, cameras.veil),
    Row("GET", "/passages", VIEWER, passages.page),
    Row("GET", "/traffic", VIEWER, traffic.page),
    Row("GET", "/signals", VIEWER, signals.page),
    Row("GET", "/weighing", VIEWER, weighing.page),
    Row("GET", "/software", VIEWER, software.page),
    Row("GET", "/password", VIEWER, accounts.own_form),
    Row("POST", "/password", VIEWER, accounts.own),
    Row("GET", "/doctor", TECHNICIAN, doctor.page),
    Row("POST", "/doctor", TECHNICIAN, doctor.run),
    Row("GET", "/evidence", TECHNICIAN, evidence.page),
    Row("POST", "/evidence", TECHNICIAN, evidence.verify),
    Row("GET", "/log", TECHNICIAN, log.page),
    Row("GET", "/config", TECHNICIAN, config.page),
    Row("POST", "/config/check", TECHNICIAN, config.check),
    Row("POST", "/config/apply", TECHNICIAN, config.apply),
    Row("POST", "/config/confirm", TECHNICIAN, config.confirm),
    Row("POST", "/config/undo", TECHNICIAN, config.undo),
    Row("GET", "/provision", TECHNICIAN, provision.page),
    Row("GET", "/provision/picture", TECHNICIAN, provision.picture),
    Row("GET", "/provision/report", TECHNICIAN, provision.report),
    Row("POST", "/provision/make", TECHNICIAN, provisioning.make),
    Row("POST", "/provision/stop", TECHNICIAN, provisioning.stop),
    Row("POST", "/provision/confirm", TECHNICIAN, provisioning.confirm),
    Row("POST", "/provision/undo", TECHNICIAN, provisioning.undo),
    Row("POST", "/provision/take", TECHNICIAN, provisioning.take),
    Row("POST", "/provision/mark", TECHNICIAN, provisioning.mark),
    Row("GET", "/accounts", ADMIN, accounts.page),
    Row("POST", "/accounts", ADMIN, accounts.put),
    Row("POST", "/accounts/remove", ADMIN, accounts.remove),
    Row("GET", "/audit", ADMIN, audit.page),
)


class Link(NamedTuple):
    """An entry of the menu."""

    path: str
    key: str
    least: Role


_MENU = (
    "/", "/alarms", "/cameras", "/passages", "/traffic", "/signals", "/weighing", "/doctor",
    "/evidence", "/provision", "/config", "/log", "/software", "/accounts", "/audit",
)  # fmt: skip


def menu() -> tuple[Link, ...]:
    """In the order in which it is shown."""
    least = {row.path: row.least for row in ROUTES if row.method == "GET"}
    return tuple(Link(path, f"nav-{path.strip('/') or 'overview'}", least[path]) for path in _MENU)
