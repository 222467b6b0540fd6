"""The alarms: raised first, then what is kept from people and why; shelving, with who, why, until.

The list refreshes itself and is the same for everybody, so the form stands below it, for the alarm
that somebody has chosen.
"""

from typing import Any

from starlette.responses import Response

from edge_agent.web.gate import Refusal
from edge_agent.web.visit import Visit

LENGTHS = (3600, 7200, 28_800, 86_400, 259_200, 604_800)
"""For how long an alarm may be shelved here, seconds."""
_WHY_MAX = 200


async def page(visit: Visit) -> Response:
    """All that stand, and a form where one was chosen."""
    told = (await visit.house.agent.alarms()).snapshot
    rows: list[dict[str, Any]] = told["alarms"] if told else []
    do, chosen = "", None
    for each in ("shelve", "unshelve"):
        wanted = visit.request.query_params.get(each)
        if wanted is not None:
            do, chosen = each, next((row for row in rows if row["id"] == wanted), None)
    return await visit.page(
        "alarms.html",
        table=told,
        raised=[row for row in rows if row["state"] == "raised"],
        shelved=[row for row in rows if row["shelf"]],
        following=[row for row in rows if row["state"] == "shelved" and not row["shelf"]],
        do=do,
        chosen=chosen,
        lengths=LENGTHS,
        why_max=_WHY_MAX,
    )


async def shelve(visit: Visit) -> Response:
    """Put one away: on record first, for what cannot be recorded is not done."""
    alarm, why = await _known(visit), visit.form.get("why", "").strip()
    length = visit.form.get("length", "")
    if not 0 < len(why) <= _WHY_MAX or length not in map(str, LENGTHS):
        raise Refusal(400, "refused-alarm-form")
    await visit.house.safe.note(
        visit.name, "alarm-shelved", alarm=alarm, why=why, for_s=int(length)
    )
    await _do(visit, {"do": "shelve", "id": alarm, "why": why, "for_s": int(length)})
    return visit.to("/alarms", "said-alarm-shelved")


async def unshelve(visit: Visit) -> Response:
    """Take one back."""
    alarm = await _known(visit)
    await visit.house.safe.note(visit.name, "alarm-unshelved", alarm=alarm)
    await _do(visit, {"do": "unshelve", "id": alarm})
    return visit.to("/alarms", "said-alarm-unshelved")


async def _known(visit: Visit) -> str:
    told = (await visit.house.agent.alarms()).snapshot
    if told is None:
        raise Refusal(503, "refused-alarm-agent")
    alarm = visit.form.get("id", "")
    if alarm not in {row["id"] for row in told["alarms"]}:
        raise Refusal(409, "refused-alarm")
    return alarm


async def _do(visit: Visit, asked: dict[str, Any]) -> None:
    told = await visit.house.agent.alarm(asked | {"who": visit.name})
    if told.snapshot is None or "trouble" in told.snapshot:
        raise Refusal(409, "refused-alarm-agent")
