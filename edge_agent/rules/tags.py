"""The list of toll tags and the plates that they were issued for. An EPC itself tells no plate."""

import re
from pathlib import Path

from edge_agent.contract.vehicles import EPC, PLATE_TEXT
from edge_agent.errors import ConfigError, Problem

_EPC = re.compile(EPC)
_PLATE = re.compile(PLATE_TEXT)
_MOST_TOLD = 12


def load(file: Path) -> dict[str, str]:
    """Plate by EPC.

    A line is ``EPC,PLATE``; empty lines and those that begin with ``#`` say nothing. What stands in
    the file is never told in an error, for it is about people.

    Raises:
        ConfigError: With the lines that are wrong.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([_problem(file, 0, f"cannot be read: {error}")]) from None
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        epc, _, plate = (part.strip().upper() for part in line.partition(","))
        if not _EPC.match(epc) or not _PLATE.match(plate):
            problems.append(_problem(file, number, "no tag and plate"))
        elif found.setdefault(epc, plate) != plate:
            problems.append(_problem(file, number, "a tag that has another plate already"))
    if problems:
        raise ConfigError(problems[:_MOST_TOLD])
    return found


def _problem(file: Path, line: int, wrong: str) -> Problem:
    return Problem(
        str(file),
        line,
        "",
        "",
        wrong,
        "EPC,PLATE a line: hexadecimal, and a plate without separators; each tag once",
        "mend or remove the line",
    )
