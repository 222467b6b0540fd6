"""What each phase of each controller showed in the last minutes, as strips of time."""

from starlette.responses import Response

from edge_agent.web.drawing.strip import strip
from edge_agent.web.visit import Visit

SHOWN_MS = 180_000


async def page(visit: Visit) -> Response:
    """A strip for each controller."""
    answer = await visit.house.agent.passages()
    told = answer.snapshot or {}
    now = (await visit.house.agent.status()).snapshot
    until = int(now["now_ms"]) if now else visit.house.clock.utc_ms()
    zone = await visit.house.agent.zone()
    down = {
        each["id"]: int(each["since_ms"])
        for each in (now or {}).get("devices", [])
        if each["state"] == "down"
    }
    by_device: dict[str, list[dict[str, object]]] = {}
    for event in told.get("signals", []):
        by_device.setdefault(str(event["d"]), []).append(event)
    strips = {
        device: strip(events, until - SHOWN_MS, until, zone, visit.word, down.get(device))
        for device, events in sorted(by_device.items())
    }
    latest = {device: events[-1] for device, events in by_device.items()}
    return await visit.page("signals.html", strips=strips, latest=latest, trouble=answer.trouble)
