"""What the cameras see now, plates masked; who must see one says why, and sees it for a minute.

A picture is made only while somebody looks: the camera's own process makes it, once a second.
"""

import asyncio
from typing import Any

from starlette.responses import RedirectResponse, Response

from edge_agent.web.access.role import Role
from edge_agent.web.drawing.sight import sight
from edge_agent.web.gate import Refusal
from edge_agent.web.sources.cameras import Kind, Seen
from edge_agent.web.visit import Visit

PLAIN_S = 60
REASON = (8, 200)
"""Characters of a reason."""
_KIND = "camera"


async def page(visit: Visit) -> Response:
    """All cameras, or one that is asked for."""
    known = await _known(visit)
    chosen = visit.request.query_params.get("of", "")
    shown = [device for device in known if chosen in ("", device["id"])] or known
    cards = await asyncio.gather(*(_card(visit, device, "view") for device in shown))
    return await visit.page(
        "cameras.html", cards=cards, names=[device["id"] for device in known],
        chosen=chosen if len(shown) < len(known) else "", plain_s=0,
        may=visit.role >= Role.TECHNICIAN, reason=REASON,
    )  # fmt: skip


async def plain(visit: Visit) -> Response:
    """One camera as it is, while the minute lasts."""
    name, left_s = _unveiled(visit)
    devices = [device for device in await _known(visit) if device["id"] == name]
    if not left_s or not devices:
        if visit.live:
            return Response(status_code=401)  # the page loads itself anew, and finds it masked
        return RedirectResponse("/cameras", 303)
    cards = [await _card(visit, devices[0], "plain")]
    return await visit.page(
        "cameras.html", cards=cards, names=[name], chosen=name, plain_s=left_s, may=False,
        reason=REASON,
    )  # fmt: skip


async def picture(visit: Visit) -> Response:
    """A picture that the page has told of."""
    return _jpeg(visit, "view")


async def plain_picture(visit: Visit) -> Response:
    """The same as it is: for whom it was unveiled, and of that camera."""
    name, left_s = _unveiled(visit)
    if not left_s or visit.request.query_params.get("of") != name:
        raise Refusal(403, "refused-masked")
    return _jpeg(visit, "plain")


async def unveil(visit: Visit) -> Response:
    """For a minute, for this browser, one camera; on record before anything is shown."""
    name, reason = visit.form.get("of", ""), " ".join(visit.form.get("reason", "").split())
    if visit.session is None or name not in {device["id"] for device in await _known(visit)}:
        raise Refusal(400, "refused-form")
    if not REASON[0] <= len(reason) <= REASON[1]:
        raise Refusal(400, "refused-reason")
    house = visit.house
    await house.safe.note(visit.name, "camera-unveiled", camera=name, reason=reason, s=PLAIN_S)
    visit.session.unveiled = name
    visit.session.unveiled_until_ns = house.clock.mono_ns() + PLAIN_S * 1_000_000_000
    return visit.to("/cameras/plain", "said-unveiled")


async def veil(visit: Visit) -> Response:
    """Enough seen."""
    if visit.session is not None:
        visit.session.unveiled_until_ns = 0
    return visit.to("/cameras")


def _unveiled(visit: Visit) -> tuple[str, int]:
    """Which camera, and seconds left; 0 when none."""
    session = visit.session
    if session is None:
        return "", 0
    left_ns = session.unveiled_until_ns - visit.house.clock.mono_ns()
    return session.unveiled, max(0, -(-left_ns // 1_000_000_000))


def _jpeg(visit: Visit, kind: Kind) -> Response:
    asked = visit.request.query_params
    name, at = asked.get("of", ""), asked.get("at", "")
    known = visit.house.cameras.picture(name, int(at), kind) if at.isdecimal() else None
    if known is None:
        return Response(status_code=404)
    return Response(known, media_type="image/jpeg")


async def _known(visit: Visit) -> list[dict[str, Any]]:
    now = (await visit.house.agent.status()).snapshot or {}
    return [device for device in now.get("devices", []) if device.get("kind") == _KIND]


async def _card(visit: Visit, device: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """What the page shows of one camera."""
    seen, trouble = None, ""
    if device["state"] not in ("down", "disabled"):
        seen, trouble = await visit.house.cameras.look(device["id"], kind)
    now = (await visit.house.agent.status()).snapshot or {}
    wrong = [
        alarm
        for alarm in now.get("alarms", [])
        if alarm["device"] == device["id"] and alarm["code"].startswith("picture-")
    ]
    return {
        "device": device,
        "seen": seen,
        "trouble": trouble,
        "age_s": _age_s(visit, seen) if seen else None,
        "drawn": sight(seen.head, _title(visit, device["id"], seen), visit.word) if seen else None,
        "wrong": wrong,
        "source": "/cameras/plain/picture" if kind == "plain" else "/cameras/picture",
    }


def _age_s(visit: Visit, seen: Seen) -> float:
    return max(0.0, (visit.house.clock.mono_ns() - seen.taken_ns) / 1e9)


def _title(visit: Visit, name: str, seen: Seen) -> str:
    """For who cannot see it: how many vehicles of which class."""
    counted: dict[str, int] = {}
    for vehicle in seen.head.get("vehicles", []):
        word = visit.word(f"class-{vehicle.get('cls', 'unknown')}")
        counted[word] = counted.get(word, 0) + 1
    said = ", ".join(f"{n} {word}" for word, n in sorted(counted.items()))
    return visit.word("camera-title", name=name, said=said or visit.word("camera-empty"))
