"""What a technician does in a visit: make a step, confirm or undo, take over, mark a pass."""

import asyncio
import json
from collections.abc import Callable

from starlette.responses import Response

from edge_agent import durable
from edge_agent.provision.forms import IDS
from edge_agent.provision.guard import Guard
from edge_agent.provision.record import ProvisionError, Record
from edge_agent.provision.turn import Taken, Turn
from edge_agent.web.gate import Refusal
from edge_agent.web.pages.provision.facts import CHORE, GIVEN, end, maker
from edge_agent.web.sources.chores import ours
from edge_agent.web.visit import Visit

HERE = "/provision"
_LIMIT_S = 8 * 24 * 3600.0
"""A soak may last for a week."""
_MOST_MARKED = 200
_EPC_DIGITS, _MOST_ANTENNA = 128, 255


def worker(visit: Visit, form: str) -> list[str]:
    """The program that makes a step."""
    house = visit.house
    return ours(
        "provision", "--form", form, "--who", visit.name,
        "--config", str(house.config), "--state-dir", str(house.state_dir),
    )  # fmt: skip


async def make(visit: Visit) -> Response:
    """Begin a step with what was typed; who goes away finds its result later."""
    house, step = visit.house, visit.form.get("step", "")
    record = _mine(visit)
    if step not in IDS or any(record.result(each) is None for each in IDS[: IDS.index(step)]):
        raise Refusal(409, "conflict-step")
    if house.chores.running(CHORE) or maker(record) is not None:
        raise Refusal(409, "conflict-running")
    if step == "apply" and house.trials.now() is not None:
        raise Refusal(409, "conflict-trial")
    await house.safe.note(visit.name, "provision-step", step=step)
    fields = {key: typed for key, typed in visit.form.items() if key not in ("token", "step")}
    file = record.folder / "form.json"
    await asyncio.to_thread(
        durable.replace, file, json.dumps({"step": step, "fields": fields}).encode()
    )
    house.chores.start(CHORE, worker(visit, str(file)), _LIMIT_S)
    return visit.to(HERE)


async def stop(visit: Visit) -> Response:
    """End the step that is being made; it can be made again."""
    record = _mine(visit)
    await visit.house.safe.note(visit.name, "provision-stopped")
    await _end(record)
    return visit.to(HERE, "said-stopped")


async def confirm(visit: Visit) -> Response:
    """Keep what was applied."""
    guard = _pending(visit)
    await visit.house.safe.note(visit.name, "provision-confirmed")
    return await _ended(visit, guard.confirm, "said-confirmed")


async def undo(visit: Visit) -> Response:
    """Do not wait for the deadline: what watches over it undoes it now."""
    guard = _pending(visit)
    await visit.house.safe.note(visit.name, "provision-undone")
    return await _ended(visit, guard.hurry, "said-undone")


async def take(visit: Visit) -> Response:
    """Take over, knowing from whom; what the other was making ends, and can be made again."""
    house = visit.house
    record, now_ms = Record(house.state_dir), house.clock.utc_ms()
    turn = Turn(record.folder)
    known = turn.holder(now_ms)
    former = known.who if known else ""
    # Who was told of another name than the one that is at it by now has not been told.
    if visit.form.get("from", "") != former:
        raise Refusal(409, "conflict-turn")
    await house.safe.note(visit.name, "provision-taken-over", former=former)
    if former not in ("", visit.name):
        await _end(record)
    turn.take(visit.name, now_ms, over=True)
    return visit.to(HERE, "said-taken-over")


async def mark(visit: Visit) -> Response:
    """A known tag passes below an antenna at this moment: the walk test holds it to that."""
    record = _mine(visit)
    epc, antenna = visit.form.get("epc", "").strip().upper(), visit.form.get("antenna", "")
    hexadecimal = epc != "" and set(epc) <= set("0123456789ABCDEF")
    if not hexadecimal or len(epc) > _EPC_DIGITS or not _is_antenna(antenna):
        raise Refusal(400, "refused-mark")
    row = {"at_ms": visit.house.clock.utc_ms(), "antenna": int(antenna), "epc": epc}
    await asyncio.to_thread(_append, record, json.dumps(row))
    return visit.to(HERE, "said-marked")


def _mine(visit: Visit) -> Record:
    """The record, when nobody else is at it."""
    record = Record(visit.house.state_dir)
    try:
        Turn(record.folder).take(visit.name, visit.house.clock.utc_ms())
    except Taken:
        raise Refusal(409, "conflict-taken") from None
    return record


def _pending(visit: Visit) -> Guard:
    """Of what was applied and is neither kept nor undone yet."""
    guard = Guard(_mine(visit).folder)
    if guard.pending() is None:
        raise Refusal(409, "conflict-over")
    return guard


async def _ended(visit: Visit, how: Callable[[], object], said: str) -> Response:
    try:
        await asyncio.to_thread(how)
    except ProvisionError as error:
        raise Refusal(409, "conflict-over") from error
    return visit.to(HERE, said)


async def _end(record: Record) -> None:
    try:
        await asyncio.to_thread(end, record)
    except PermissionError:
        raise Refusal(409, "conflict-other-account") from None


def _is_antenna(typed: str) -> bool:
    return typed.isascii() and typed.isdecimal() and 1 <= int(typed[:4]) <= _MOST_ANTENNA


def _append(record: Record, line: str) -> None:
    folder = record.folder / GIVEN
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "walk.passes"
    known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    durable.replace(path, "".join(f"{each}\n" for each in [*known, line][-_MOST_MARKED:]).encode())
