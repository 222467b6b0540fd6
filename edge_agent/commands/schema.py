"""``edge-agent schema``: the JSON Schema of the site file, for editors and integrators."""

import argparse
import json

from edge_agent import registry
from edge_agent.config.schema import site_file
from edge_agent.exits import Exit


def configure(parser: argparse.ArgumentParser) -> None:
    """No options: there is one schema."""


def run(args: argparse.Namespace) -> int:  # noqa: ARG001 - every verb has this signature
    print(json.dumps(site_file(registry), indent=2, ensure_ascii=False))
    return Exit.OK
