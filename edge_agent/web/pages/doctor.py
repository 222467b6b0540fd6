"""What ails the unit: the doctor is run beside the page, and its words are shown."""

from starlette.responses import Response

from edge_agent.web.sources.chores import ours
from edge_agent.web.visit import Visit

_LIMIT_S = 180.0
_ORDER = {"error": 0, "warning": 1, "info": 2}


async def page(visit: Visit) -> Response:
    """The last findings, and whether it is being run."""
    chores = visit.house.chores
    name = _name(visit)
    done = chores.last(name)
    checks = (done.answer or {}).get("checks", []) if done else []
    groups: dict[str, list[dict[str, object]]] = {}
    for check in checks:
        groups.setdefault(check["group"], []).append(check)
    failed = sorted(
        (check for check in checks if check["ok"] is False),
        key=lambda check: _ORDER.get(check["severity"], 0),
    )
    return await visit.page(
        "doctor.html", done=done, groups=groups, failed=failed, running=chores.running(name)
    )


async def run(visit: Visit) -> Response:
    """Begin; who goes away meanwhile finds the result later."""
    house = visit.house
    words = ours(
        "doctor", "--json", "--lang", visit.language,
        "--config", str(house.config), "--state-dir", str(house.state_dir),
    )  # fmt: skip
    if visit.form.get("offline"):
        words.append("--offline")
    house.chores.start(_name(visit), words, _LIMIT_S)
    return visit.to("/doctor")


def _name(visit: Visit) -> str:
    return f"doctor {visit.language}"
