"""How the unit is: what is wrong first, then each device, then what it lives on."""

from typing import Any

from starlette.responses import Response

from edge_agent.web.visit import Visit

_RANK = {"down": 0, "degraded": 1, "starting": 2, "ok": 3, "disabled": 4}
_SEVERITY = {"critical": 0, "warning": 1, "info": 2}


async def page(visit: Visit) -> Response:
    """All of it refreshes itself."""
    now = (await visit.house.agent.status()).snapshot
    if now is None:
        return await visit.page("overview.html", devices=[], alarms=[], worst="none")
    devices = sorted(
        now.get("devices", []), key=lambda each: (_RANK.get(each["state"], 0), each["id"])
    )
    alarms = sorted(
        now.get("alarms", []),
        key=lambda each: (_SEVERITY.get(each["severity"], 0), each["since_ms"]),
    )
    return await visit.page(
        "overview.html",
        devices=devices,
        alarms=alarms,
        worst=worst(devices, alarms),
    )


def worst(devices: list[dict[str, Any]], alarms: list[dict[str, Any]]) -> str:
    """``ok``, ``warning`` or ``critical``: what a glance from across the road must tell."""
    if any(alarm["severity"] == "critical" for alarm in alarms):
        return "critical"
    troubled = any(device["state"] in ("down", "degraded") for device in devices)
    return "warning" if troubled or alarms else "ok"
