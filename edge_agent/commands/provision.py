"""``edge-agent provision``: bring a unit into service; run it again to go on where it was left."""

import argparse
import asyncio
import getpass
import time
import tomllib
from pathlib import Path
from typing import Any

from edge_agent import logs
from edge_agent.clock import SystemClock
from edge_agent.commands import options
from edge_agent.commands.words import moment
from edge_agent.evidence.keys import load_public
from edge_agent.exits import Exit
from edge_agent.provision import engine, service, twin
from edge_agent.provision.accepting import PUBLIC
from edge_agent.provision.answers import Remembered, Script, Terminal, text
from edge_agent.provision.bench import RealBench
from edge_agent.provision.guard import Guard
from edge_agent.provision.migrate import migrate_file
from edge_agent.provision.record import ProvisionError, Record
from edge_agent.provision.snapshots import Snapshots
from edge_agent.provision.steps import STEPS
from edge_agent.provision.visit import Visit

_LARGEST = 1_000_000


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "ended at any moment, it goes on at the step where it was; nothing is half applied"
    )
    options.add_config(parser)
    options.add_state_dir(parser)
    what = parser.add_mutually_exclusive_group()
    add = what.add_argument
    add("--script", type=Path, metavar="FILE", help="TOML file with the answers")
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
        help="undo what is not confirmed in time (started by itself)",
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE.pem", help="unit's public key for --verify"
    )
    parser.add_argument("--who", default="", help="the technician's name")
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
        at = [step.id for step in STEPS].index(args.step)
        for step in STEPS[at:]:
            record.forget(step.id)
    clock = SystemClock()
    visit = Visit(
        args.config.resolve(), args.state_dir.resolve(), who, record, Remembered(source, record),
        RealBench(clock), clock, lambda words: print(words, flush=True),
    )  # fmt: skip
    results = asyncio.run(engine.run(visit, STEPS))
    done = results["acceptance"].facts
    if args.json:
        states = {name: {"state": each.state, "why": each.why} for name, each in results.items()}
        options.print_json({"steps": states, "acceptance": dict(done), "inputs": source.inputs})
    else:
        print(f"report  {done['report']}\npage    {done['page']}\nsigned  {done['signed']}")
    return Exit.NEGATIVE if results["acceptance"].state == "doubtful" else Exit.OK


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
        (record.folder / "pending.json").unlink(missing_ok=True)
        service.restart(service.usual(), args.config, args.state_dir)
    print(f"{kept.id} is back; `edge-agent provision --undo {now.id}` takes this back")
    return Exit.OK


def _watch(record: Record, config: Path, state_dir: Path) -> int:
    guard = Guard(record.folder)
    while (pending := guard.pending()) is not None:
        left_s = guard.left_s(pending)
        if left_s <= 0:
            guard.undo(config)
            service.restart(pending.how, config, state_dir)
            return Exit.NEGATIVE
        time.sleep(min(1.0, left_s))
    return Exit.OK


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
