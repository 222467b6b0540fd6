"""The site file: look, change, judge, see the difference, put on trial, confirm or undo."""

import asyncio
import difflib
import os
import secrets
from typing import Any

from starlette.responses import Response

from edge_agent import durable
from edge_agent.web.change.trial import Conflict
from edge_agent.web.change.versions import fingerprint
from edge_agent.web.gate import Refusal
from edge_agent.web.sources.chores import ours
from edge_agent.web.visit import Visit

_LIMIT_S = 60.0
_DIFF_LINES_MAX = 5000


async def page(visit: Visit) -> Response:
    """The file as it is; or an older version in the editor, with the difference."""
    current = _current(visit)
    wanted = visit.request.query_params.get("version", "")
    content = visit.house.versions.get(int(wanted)) if wanted.isdecimal() else None
    return await _page(visit, content or current, fingerprint(current), older=content is not None)


async def check(visit: Visit) -> Response:
    """Judge what was typed; nothing is changed."""
    content = _typed(visit)
    verdict = await _judge(visit, content)
    return await _page(visit, content, visit.form.get("base", ""), verdict)


async def apply(visit: Visit) -> Response:
    """Put it on trial, when it is sound and nobody else was faster."""
    content, base = _typed(visit), visit.form.get("base", "")
    verdict = await _judge(visit, content)
    if not verdict["ok"]:
        return await _page(visit, content, base, verdict, status=422)
    try:
        await visit.house.trials.apply(content, base, visit.name)
    except Conflict as conflict:
        return await _page(visit, content, base, verdict, str(conflict), status=409)
    except OSError as error:
        raise Refusal(503, "refused-write") from error
    return visit.to("/config", "said-applied")


async def confirm(visit: Visit) -> Response:
    """Keep what is on trial."""
    try:
        await visit.house.trials.confirm(visit.form.get("fingerprint", ""), visit.name)
    except Conflict as conflict:
        raise Refusal(409, str(conflict)) from conflict
    return visit.to("/config", "said-confirmed")


async def undo(visit: Visit) -> Response:
    """Back to what was before."""
    try:
        await visit.house.trials.undo(visit.name, "asked for")
    except Conflict as conflict:
        raise Refusal(409, str(conflict)) from conflict
    return visit.to("/config", "said-undone")


def _current(visit: Visit) -> bytes:
    try:
        return visit.house.config.read_bytes()
    except OSError as error:
        raise Refusal(503, "refused-no-config") from error


def _typed(visit: Visit) -> bytes:
    """Browsers send text with the line ends of DOS."""
    return visit.form.get("text", "").replace("\r\n", "\n").encode()


async def _judge(visit: Visit, content: bytes) -> dict[str, Any]:
    """As ``edge-agent check`` does, for it is that which is asked."""
    house = visit.house
    trial = house.folder / f"check-{secrets.token_hex(8)}.toml"
    try:
        durable.replace(trial, content)
        done = await house.chores.result(trial.name, ours("check", "--json", str(trial)), _LIMIT_S)
    finally:
        house.chores.forget(trial.name)
        trial.unlink(missing_ok=True)
    if done.answer is None:
        raise Refusal(503, "refused-judge")
    return done.answer


async def _page(
    visit: Visit,
    content: bytes,
    base: str,
    verdict: dict[str, Any] | None = None,
    conflict: str = "",
    *,
    older: bool = False,
    status: int = 200,
) -> Response:
    current = _current(visit)
    return await visit.page(
        "config.html",
        status,
        file=str(visit.house.config),
        text=content.decode(errors="replace"),
        # Who looks at an older version begins anew; who was overtaken must look before applying.
        base=fingerprint(current) if older or conflict == "conflict-changed" else base,
        now=fingerprint(current),
        verdict=verdict,
        conflict=conflict,
        difference=await asyncio.to_thread(difference, current, content),
        versions=visit.house.versions.all(),
        writable=os.access(visit.house.config.parent, os.W_OK),
    )


def difference(before: bytes, after: bytes) -> list[tuple[str, str]]:
    """Lines of a unified diff: kind (``same``, ``gone``, ``new``, ``at``) and text."""
    old = before.decode(errors="replace").splitlines()
    new = after.decode(errors="replace").splitlines()
    if max(len(old), len(new)) > _DIFF_LINES_MAX:
        return [("at", f"{len(old)} → {len(new)}")] if before != after else []
    kinds = {"+": "new", "-": "gone", "@": "at"}
    lines = list(difflib.unified_diff(old, new, lineterm="", n=3))[2:]
    return [(kinds.get(line[:1], "same"), line) for line in lines]
