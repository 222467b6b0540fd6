"""``edge-agent sample``: the annotated table of one kind, straight from its driver folder."""

import argparse
from importlib import resources

from edge_agent import registry
from edge_agent.errors import ConfigError, EdgeError, Problem
from edge_agent.exits import Exit


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help="as listed by `edge-agent drivers`")


def run(args: argparse.Namespace) -> int:
    try:
        sample = resources.files(registry.module_of(args.kind)) / "sample.toml"
    except registry.RegistryError as error:
        wrong = Problem(
            "command line", 0, "KIND", args.kind, error.wrong, error.allowed, error.next
        )
        raise ConfigError([wrong]) from error
    if not sample.is_file():
        raise EdgeError(f"the driver {args.kind} brings no sample")
    print(sample.read_text(encoding="utf-8"), end="")
    return Exit.OK
