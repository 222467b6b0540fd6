"""Steps: what would change, and the change itself, undone by itself unless somebody confirms it."""

import difflib
from urllib.parse import urlsplit

from edge_agent import settings
from edge_agent.provision import service
from edge_agent.provision.answers import text, yes
from edge_agent.provision.forms import CONFIRM, HOW
from edge_agent.provision.guard import Guard
from edge_agent.provision.migrate import migrated
from edge_agent.provision.record import ProvisionError, install
from edge_agent.provision.snapshots import Snapshots
from edge_agent.provision.visit import Result, StepFailed, Visit

_LOOK_S = 0.5
_START_S = 45.0
_LONGEST_DIFF = 400


async def dry_run(visit: Visit) -> Result:
    """The site file of now against the one that would be."""
    old = _text(visit)
    new = visit.draft.read_text(encoding="utf-8")
    diff = list(
        difflib.unified_diff(
            migrated(old).splitlines() if old else [],
            new.splitlines(), "now", "then", lineterm="", n=1,
        )
    )  # fmt: skip
    for line in diff[:_LONGEST_DIFF]:
        visit.tell(f"    {line}")
    added = sum(line.startswith("+") and not line.startswith("+++") for line in diff)
    removed = sum(line.startswith("-") and not line.startswith("---") for line in diff)
    facts = {"diff": diff[:_LONGEST_DIFF], "added": added, "removed": removed}
    if not diff:
        return Result("ok", "nothing would change", facts)
    visit.answers.get("apply.agreed", "Apply this", _must, True)
    return Result("ok", f"{added} lines more, {removed} less", facts)


async def apply(visit: Visit) -> Result:
    """Keep what was, install, restart, look, have it confirmed; else what was comes back."""
    how = visit.answers.get("apply.how", "Restart the agent as", _how, service.usual())
    guard, folder = Guard(visit.record.folder), visit.record.folder
    # Made again, it is asked again: a yes of before was about another file.
    visit.answers.forget(CONFIRM)
    fingerprint = settings.examine(visit.draft).fingerprint
    if guard.pending() is not None:
        # Killed between applying and confirming: as it was, and once more.
        guard.undo(visit.config, lambda _how: None)
    kept = Snapshots(folder).take(visit.config, visit.clock.utc_ms(), visit.who, "provision")
    pending = guard.expect(kept.id, how, visit.who)
    visit.bench.guard(visit.config, visit.state_dir)
    mode = visit.config.stat().st_mode & 0o777 if visit.config.exists() else 0o640
    try:
        install(visit.config, visit.draft.read_bytes(), mode)
    except OSError as error:
        guard.cancel()
        why = f"{visit.config} cannot be written: {error.strerror}"
        raise StepFailed(why) from error
    visit.bench.restart(how, visit.config, visit.state_dir)
    trouble = await _trouble(visit, fingerprint, guard.left_s(pending))
    if trouble or not _confirmed(visit):
        guard.undo(
            visit.config, lambda how: visit.bench.restart(how, visit.config, visit.state_dir)
        )
        visit.answers.forget(CONFIRM)
        raise StepFailed(f"undone: {trouble or 'nobody confirmed it'}; snapshot {kept.id} is back")
    _keep(visit, guard, fingerprint)
    facts = {"snapshot": kept.id, "fingerprint": fingerprint, "how": how}
    return Result("ok", "", facts)


def _keep(visit: Visit, guard: Guard, fingerprint: str) -> None:
    """Confirm, unless somebody did so meanwhile by ``provision --confirm``."""
    if guard.pending() is None and settings.examine(visit.config).fingerprint == fingerprint:
        return
    try:
        guard.confirm()
    except ProvisionError:
        visit.answers.forget(CONFIRM)  # the yes came too late; next time it is asked again
        raise


def _confirmed(visit: Visit) -> bool:
    question = "The unit runs and reaches its broker. Keep it"
    kept: bool = visit.answers.get(CONFIRM, question, yes)
    return kept


async def _trouble(visit: Visit, fingerprint: str, left_s: float) -> str:
    """Wait until the agent runs on the new file and reaches its broker; why it does not."""
    broker = settings.load(visit.config).uplink.broker
    waited, seen = 0.0, "the agent does not answer"
    while waited < min(_START_S, left_s):
        now = visit.bench.snapshot(visit.state_dir)
        if now is not None and now.config != fingerprint:
            seen = "the agent runs on another site file"
        elif now is not None and not now.uplink.connected:
            why = f": {now.uplink.trouble}" if now.uplink.trouble else ""
            seen = f"no way to the broker {urlsplit(broker).hostname}{why}"
        elif now is not None:
            return ""
        await visit.clock.sleep(_LOOK_S)
        waited += _LOOK_S
    return seen


def _text(visit: Visit) -> str:
    return visit.config.read_text(encoding="utf-8") if visit.config.exists() else ""


def _how(given: object) -> str:
    words = text(given)
    if words not in HOW:
        raise ValueError(f"one of {', '.join(HOW)}")
    return words


def _must(given: object) -> bool:
    if not yes(given):
        raise ValueError("then end here with Ctrl-C; nothing has changed")
    return True
