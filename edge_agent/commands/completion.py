"""``edge-agent completion``: words for the shell's Tab key, asked for as they are needed.

The script that a shell loads is a few lines: it calls back with the words typed so far. So verbs,
options, kinds and the devices of the very site file in question are always the true ones.
"""

import argparse
import itertools
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from edge_agent import cli
from edge_agent.commands import options
from edge_agent.exits import Exit

SCRIPTS = {
    "bash": """\
_edge_agent() {
    local typed=("${COMP_WORDS[@]:1:COMP_CWORD}")
    mapfile -t COMPREPLY < <(edge-agent completion words "${typed[@]}" 2>/dev/null)
}
complete -o default -F _edge_agent edge-agent
""",
    "zsh": """\
#compdef edge-agent
_edge_agent() {
    local -a found
    found=("${(@f)$(edge-agent completion words "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n "$found" ]]; then compadd -a found; else _files; fi
}
compdef _edge_agent edge-agent
""",
    "fish": """\
complete -c edge-agent -a '(edge-agent completion words (commandline -opc)[2..] (commandline -ct))'
""",
}
_SHELLS = tuple(SCRIPTS)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "shell",
        choices=(*_SHELLS, "words"),
        metavar="SHELL",
        help="bash, zsh or fish; for example: edge-agent completion bash > "
        "/usr/share/bash-completion/completions/edge-agent",
    )
    parser.add_argument("typed", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    if args.shell == "words":
        print("\n".join(words(args.typed)))
    else:
        print(SCRIPTS[args.shell], end="")
    return Exit.OK


def words(typed: Sequence[str]) -> list[str]:
    """What the last, unfinished word may become; empty means: a file, or anything."""
    *before, last = typed or [""]
    verb = next((word for word in before if not word.startswith("-")), None)
    if verb is None:
        found: Iterator[str] = iter([*cli.VERBS, "--help", "--version"])
    elif verb not in cli.VERBS:
        return []
    else:
        parser = argparse.ArgumentParser(prog=verb)
        cli.verb(verb).configure(parser)
        found = _for_verb(parser, before, last)
    return sorted({word for word in found if word.startswith(last)})


def _for_verb(parser: argparse.ArgumentParser, before: Sequence[str], last: str) -> Iterator[str]:
    actions = list(parser._actions)  # noqa: SLF001 - argparse has no public list of them
    flags = {flag: action for action in actions for flag in action.option_strings}
    asked = flags.get(before[-1]) if before else None
    if asked is not None and asked.nargs != 0:
        yield from map(str, asked.choices or ())
    elif last.startswith("-"):
        yield from flags
    else:
        for action in actions:
            if not action.option_strings:
                yield from _for_place(action, before)


def _for_place(action: argparse.Action, before: Sequence[str]) -> Iterator[str]:
    wanted = str(action.metavar).split("|")
    if action.choices is not None:
        yield from map(str, action.choices)
    if "KIND" in wanted:
        from edge_agent import registry  # noqa: PLC0415 - pydantic comes with it

        yield from registry.kinds()
    if "DEVICE" in wanted:
        yield from _devices(before)


def _devices(before: Sequence[str]) -> Iterator[str]:
    """Ids in the site file, however broken the rest of it is."""
    given = [after for word, after in itertools.pairwise(before) if word == "--config"]
    file = Path(given[-1]) if given else options.CONFIG
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("device", {})
    except (OSError, ValueError):
        return
    yield from table if isinstance(table, dict) else ()
