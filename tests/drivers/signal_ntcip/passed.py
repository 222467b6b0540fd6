"""Serves the subtree of NTCIP 1202 to net-snmp's snmpd, which runs this file (pass_persist).

The values lie in a JSON file, name to integer, read anew for each question; the protocol is that
of snmpd.conf(5): PING, get, getnext on standard input.
"""

import json
import sys
from pathlib import Path
from typing import TextIO


def _key(name: str) -> tuple[int, ...]:
    return tuple(int(arc) for arc in name.strip(".").split("."))


def _answer(values: dict[str, int], command: str, name: str) -> list[str]:
    ordered = {_key(text): text for text in values}
    asked = _key(name)
    if command == "getnext":
        later = sorted(key for key in ordered if key > asked)
        if not later:
            return ["NONE"]
        asked = later[0]
    if asked not in ordered:
        return ["NONE"]
    return ["." + ".".join(map(str, asked)), "integer", str(values[ordered[asked]])]


def serve(values: Path, ask: TextIO, tell: TextIO) -> None:
    """Answer until the input ends."""
    while command := ask.readline().strip():
        if command == "PING":
            words = ["PONG"]
        elif command == "set":
            ask.readline()
            ask.readline()
            words = ["not-writable"]
        else:
            known = json.loads(values.read_text(encoding="utf-8"))
            words = _answer(known, command, ask.readline().strip())
        tell.write("\n".join(words) + "\n")
        tell.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.stdin, sys.stdout)
