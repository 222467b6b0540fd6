"""``edge-agent provision``: bring a unit into service; run it again to go on where it was left."""

import argparse
import asyncio
import getpass
import json
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

from edge_agent import logs
from edge_agent.clock import SystemClock
from edge_agent.commands import options
from edge_agent.commands.words import moment
from edge_agent.errors import EdgeError
from edge_agent.evidence.keys import load_public
from edge_agent.exits import Exit
from edge_agent.provision import engine, filled, service, twin
from edge_agent.provision.accepting import PUBLIC
from edge_agent.provision.answers import Remembered, Script, Terminal, text
from edge_agent.provision.bench import RealBench
from edge_agent.provision.filled import Filled
from edge_agent.provision.forms import FORMS, IDS, form_of
from edge_agent.provision.guard import Guard
from edge_agent.provision.migrate import migrate_file
from edge_agent.provision.record import ProvisionError, Record, write
from edge_agent.provision.snapshots import Snapshots
from edge_agent.provision.steps import STEPS
from edge_agent.provision.turn import Turn
from edge_agent.provision.visit import Visit
from edge_agent.provision.working import Working

_LARGEST = 1_000_000
_AGAIN_S = 2.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "ended at any moment, it goes on at the step where it was; nothing is half applied"
    )
    options.add_config(parser)
    options.add_state_dir(parser)
    what = parser.add_mutually_exclusive_group()
    add = what.add_argument
    add("--script", type=Path, metavar="FILE", help="TOML file with the answers")
    add("--form", type=Path, metavar="FILE", help="one step as the page sends it; FILE is removed")
    add("--confirm", action="store_true", help="keep what was just applied")
    add(
        "--undo",
        metavar="ID",
        help="put a former site file back and restart; `last` for the latest",
    )
    add("--snapshots", action="store_true", help="list former site files")
    add("--verify", type=Path, metavar="FILE", help="prove a signed acceptance and its files")
    add(
        "--migrate",
        action="store_true",
        help="bring the site file to today's layout; undo with --undo",
    )
    add(
        "--watch",
        action="store_true",
        help="undo what is not confirmed in time (started by itself, and by systemd)",
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE.pem", help="unit's public key for --verify"
    )
    parser.add_argument("--who", default="", help="the technician's name")
    parser.add_argument(
        "--take-over", action="store_true", help="go on where somebody else is at it"
    )
    parser.add_argument("--again", action="store_true", help="forget the last visit and begin anew")
    parser.add_argument("--step", choices=[s.id for s in STEPS], help="make this step again")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """OK when it is done; NEGATIVE when something is doubtful or wrong."""
    logs.configure("error")
    if args.verify:
        return _verify(args.verify, args.key)
    record = Record(args.state_dir)
    if args.watch:
        return _watch(record, args.config, args.state_dir)
    if args.undo:
        return _undo(record, args)
    if args.confirm or args.snapshots or args.migrate:
        _settle(record, args)
        return Exit.OK
    if args.form:
        return _form(record, args)
    return _visit(record, args)


def _settle(record: Record, args: argparse.Namespace) -> None:
    snapshots = Snapshots(record.folder)
    if args.confirm:
        pending = Guard(record.folder).confirm()
        print(f"kept; `edge-agent provision --undo {pending.snapshot}` takes it back")
    elif args.migrate:
        kept = snapshots.take(args.config, _now_ms(), _who(args), "before migration")
        changed = migrate_file(args.config)
        print(f"brought up to date; {kept.id} is what was" if changed else "nothing to do")
    else:
        for kept in snapshots.all():
            print(f"{kept.id}  {moment(kept.utc_ms)}  {kept.who}: {kept.why}")


def _who(args: argparse.Namespace) -> str:
    return text(args.who or getpass.getuser())


def _visit(record: Record, args: argparse.Namespace) -> int:
    who = _who(args)
    source: Script | Terminal = Terminal()
    if args.script:
        content = _script(args.script)
        who = args.who or text(content.get("technician", who))
        source = Script(content)
    if args.again:
        record.clear()
    elif args.step:
        _forget(record, args.step)
    turn, clock = Turn(record.folder), SystemClock()
    turn.take(who, _now_ms(), over=args.take_over)
    visit = Visit(
        args.config.resolve(), args.state_dir.resolve(), who, record, Remembered(source, record),
        RealBench(clock), clock, lambda words: print(words, flush=True),
    )  # fmt: skip
    results = asyncio.run(engine.run(visit, STEPS))
    turn.end()
    done = results["acceptance"].facts
    if args.json:
        states = {name: {"state": each.state, "why": each.why} for name, each in results.items()}
        options.print_json({"steps": states, "acceptance": dict(done), "inputs": source.inputs})
    else:
        print(f"report  {done['report']}\npage    {done['page']}\nsigned  {done['signed']}")
    return Exit.NEGATIVE if results["acceptance"].state == "doubtful" else Exit.OK


def _forget(record: Record, step: str) -> None:
    """Make this step again, asking anew what it asks, and those after it with what they know."""
    for later in IDS[IDS.index(step) :]:
        record.forget(later)
    asked = form_of(step).keys
    record.replace_answers({k: said for k, said in record.answers().items() if k not in asked})


def _form(record: Record, args: argparse.Namespace) -> int:
    """One step, as somebody filled it in on the page, which reads how it went beside the record."""
    said = json.loads(args.form.read_bytes())
    args.form.unlink()
    step, fields = said["step"], said["fields"]
    config, state_dir, clock = args.config.resolve(), args.state_dir.resolve(), SystemClock()
    working, guard = Working(record, clock, step), Guard(record.folder)

    def confirmed() -> bool:
        working.state("asking")
        draft = record.folder / "draft.toml"
        return filled.wait_for_word(guard, lambda: config.read_bytes() == draft.read_bytes())

    try:
        hidden = {field.key for form in FORMS for field in form.fields if field.kind == "secret"}
        shown = {name: typed for name, typed in fields.items() if name not in hidden}
        write(record.folder / "forms" / f"{step}.json", shown)
        technician = (record.side("forms/identity.json") or {}).get("technician")
        visit = Visit(
            config, state_dir, text(technician or _who(args)), record,
            Remembered(Filled(step, fields, record, confirmed), record), RealBench(clock), clock,
            working.tell,
        )  # fmt: skip
        results = asyncio.run(engine.run(visit, STEPS, only=step, forget=form_of(step).keys))
    except (EdgeError, OSError, ValueError) as error:
        working.state("stopped", str(error))
        return Exit.NEGATIVE
    if step == IDS[-1]:
        Turn(record.folder).end()
    working.state("done")
    return Exit.OK if results[step].state != "doubtful" else Exit.NEGATIVE


def _script(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
        if len(content) > _LARGEST:
            raise ProvisionError(f"{path}: larger than {_LARGEST} bytes: is this the right file?")
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProvisionError(f"{path}: {error}") from None


def _undo(record: Record, args: argparse.Namespace) -> int:
    who = _who(args)
    snapshots = Snapshots(record.folder)
    all_ = snapshots.all()
    wanted = all_[-1].id if args.undo == "last" and all_ else args.undo
    with record.held(who, moment(_now_ms())):
        now = snapshots.take(args.config, _now_ms(), who, f"before undo to {wanted}"[:200])
        kept = snapshots.put_back(wanted, args.config)
        Guard(record.folder).cancel()
        service.restart(service.usual(), args.config, args.state_dir)
    print(f"{kept.id} is back; `edge-agent provision --undo {now.id}` takes this back")
    return Exit.OK


def _watch(record: Record, config: Path, state_dir: Path) -> int:
    guard, undone = Guard(record.folder), False

    def restart(how: str) -> None:
        # As root systemd is asked: at boot there may be no agent yet that could be ended.
        best = service.usual() if how == "manager" else how
        service.restart(best, config, state_dir)

    while (pending := guard.pending()) is not None:
        left_s = guard.left_s(pending)
        if left_s > 0:
            time.sleep(min(1.0, left_s))
        else:
            try:
                undone = guard.undo(config, restart) is not None or undone
            except (ProvisionError, OSError) as error:
                print(f"cannot be undone yet: {error}", file=sys.stderr, flush=True)
                time.sleep(_AGAIN_S)
    return Exit.NEGATIVE if undone else Exit.OK


def _verify(path: Path, key: Path | None) -> int:
    public = key or path.with_name(PUBLIC)
    wrong = twin.verify(path, load_public(public))
    if key is None:
        print(
            f"note: proved with {public}, which lies beside it; give the key that you know: --key"
        )
    for each in wrong:
        print(f"WRONG   {each}")
    if not wrong:
        print(f"OK      {path}")
    return Exit.NEGATIVE if wrong else Exit.OK


def _now_ms() -> int:
    return SystemClock().utc_ms()
