"""``edge-agent drivers``: every driver folder with its one-line summary."""

import argparse

from edge_agent import registry
from edge_agent.commands import options
from edge_agent.exits import Exit


def configure(parser: argparse.ArgumentParser) -> None:
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    rows = []
    for name in registry.kinds():
        try:
            rows.append({"kind": name, "summary": registry.load(name).summary, "why": None})
        except registry.RegistryError as error:
            # One folder whose parts are not installed must not hide the others.
            rows.append({"kind": name, "summary": None, "why": error.wrong})
    if args.json:
        options.print_json(rows)
        return Exit.OK
    width = max((len(name) for name in registry.kinds()), default=0)
    for row in rows:
        print(f"{row['kind']:<{width}}  {row['summary'] or 'not usable: ' + str(row['why'])}")
    return Exit.OK
