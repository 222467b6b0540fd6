"""``edge-agent status``: how the running agent is, since when and why."""

import argparse

from edge_agent import status
from edge_agent.commands import options
from edge_agent.commands.sheet import sheet
from edge_agent.exits import Exit


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "exit code 1 when a device is not ok or an alarm is raised, 3 without an agent"
    options.add_state_dir(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    snapshot = status.ask(args.state_dir)
    if args.json:
        print(snapshot.model_dump_json())
    else:
        print(sheet(snapshot))
    troubled = any(device.state in ("down", "degraded") for device in snapshot.devices)
    return Exit.NEGATIVE if troubled or snapshot.alarms else Exit.OK
