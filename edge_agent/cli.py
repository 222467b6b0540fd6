"""``edge-agent``: parse, call the verb, turn what it raises into words and an exit code.

A verb is a module in ``commands`` with ``configure(parser)`` and ``run(args) -> int``; only the
one that is asked for is imported, so that ``--help`` stays quick on a small box.
"""

import argparse
import importlib
import keyword
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Protocol, cast

from edge_agent import __version__
from edge_agent.errors import ConfigError, DeviceError, EdgeError, StatusError, UplinkError
from edge_agent.exits import MEANING, Exit
from edge_agent.redact import in_text

VERBS: dict[str, str] = {
    "run": "run the unit: drivers, spool, uplink",
    "check": "judge a site file: every error at once, with line, value and what to do",
    "doctor": "what ails the unit: checks with their value, meaning and next action",
    "try": "drive one device and show its readings; nothing is stored or sent",
    "probe": "ask one device who it is, without writing anything to it",
    "discover": "find the devices around this unit without writing to any, as ready tables",
    "provision": "bring this unit into service step by step; goes on where it was left",
    "drivers": "list the kinds of devices that this installation can drive",
    "sample": "print an annotated [device.<id>] table of one kind",
    "schema": "print the JSON Schema of the site file",
    "contract": "write the contract for a central system: schemas, AsyncAPI, samples",
    "status": "ask the running agent how it is: since when, and why",
    "alarms": "list what is raised: since when, why, what to do; shelve one for a while",
    "passages": "list the vehicles that the running agent just saw; --follow goes on",
    "report": "write one HTML page about a period: traffic, violations, incidents, devices",
    "spool": "look into the durable queue, or export it",
    "web": "serve the unit's own page; `web code` prints the code that sets the first password",
    "bundle": "pack what tells about this unit into one small file, without secrets and plates",
    "evidence": "list what is sealed here; take it out masked or whole, or send it; on record",
    "rules": "list the tables of rules: what is in force, what is not verified, what expires next",
    "verify": "prove sealed evidence with the unit's public key alone, or name what is wrong",
    "replay": "run a recording through the same code as a live device",
    "read": "find and read the plates in photos",
    "eval": "score the eyes on labelled pictures, and show what they got wrong",
    "models": "list the networks of a folder and whether they are sound",
    "completion": "print shell completion for bash, zsh or fish",
}


class Verb(Protocol):
    """What a module in ``commands`` offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, args: argparse.Namespace) -> int: ...


def verb(name: str) -> Verb:
    """Import the verb's module."""
    module = f"{name}_" if keyword.iskeyword(name) else name
    return cast("Verb", importlib.import_module(f"edge_agent.commands.{module}"))


def build_parser(wanted: str | None) -> argparse.ArgumentParser:
    """The whole command line; the options of the wanted verb only."""
    parser = argparse.ArgumentParser(
        prog="edge-agent",
        description="Edge suite for roadside devices.",
        epilog="exit codes:\n" + "\n".join(f"  {code:>3}  {MEANING[code]}" for code in Exit),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"edge-agent {__version__}")
    _add_debug(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, summary in VERBS.items():
        sub = verbs.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
        )
        _add_debug(sub)
        if name == wanted:
            verb(name).configure(sub)
    return parser


def _add_debug(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--debug",
        action="store_true",
        default=argparse.SUPPRESS,
        help="show the traceback of an error",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; the result is the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    wanted = next((word for word in words if not word.startswith("-")), None)
    args = argparse.Namespace(debug="--debug" in words)
    try:
        build_parser(wanted).parse_args(words, args)
        return int(verb(args.verb).run(args))
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has gone. Keep Python from failing again at the last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:  # noqa: BLE001 - the last line of defence: words, no traceback
        if args.debug:
            traceback.print_exc()
        return explain(error)


def explain(error: Exception) -> Exit:
    """Print what went wrong to stderr; the exit code that goes with it."""
    match error:
        case ConfigError():
            from edge_agent.config.render import as_text  # noqa: PLC0415 - only when needed

            print(as_text(error.problems, str(error)), file=sys.stderr)
            return Exit.CONFIG
        case DeviceError() | UplinkError() | StatusError():
            code = Exit.UNREACHABLE
        case EdgeError() | OSError():
            code = Exit.NEGATIVE
        case _:
            words = f"bug: {type(error).__name__}: {error}; run again with --debug and report it"
            print(f"edge-agent: {in_text(words)}", file=sys.stderr)
            return Exit.BUG
    print(f"edge-agent: {in_text(str(error))}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
