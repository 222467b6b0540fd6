"""Does what needs cryptography, in a process that ends: hashes, and the record of changes.

    python -m edge_agent.web.access.vault FOLDER < request.json

The page would keep a quarter of its memory for ever for what is wanted a few times a day. The
request comes on stdin, for a process list shows arguments; the answer is one line of JSON.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edge_agent.errors import EvidenceError
from edge_agent.web.access import password
from edge_agent.web.access.audit import Audit


def answer(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """What was asked for; ``trouble`` where it cannot be had."""
    try:
        match request:
            case {"do": "hash", "password": str(typed)}:
                return {"hash": password.hashed(typed)}
            case {"do": "fits", "password": str(typed), "hash": str(stored)}:
                # Where there is no such account it must take as long.
                fits = password.fits(typed, stored or password.nobodys())
                return {"fits": fits and bool(stored)}
            case {"do": "note", "t": int(t), "who": str(who), "what": str(what), "facts": dict(f)}:
                Audit(folder, t).note(t, who, what, f)
                return {}
            case {"do": "read", "t": int(t), "last": int(last)}:
                return {"record": asdict(Audit(folder, t).read(last))}
    except (OSError, EvidenceError) as error:
        return {"trouble": str(error)}
    return {"trouble": "not a request"}


if __name__ == "__main__":
    said = answer(Path(sys.argv[1]), json.loads(sys.stdin.read()))
    sys.stdout.write(json.dumps(said, separators=(",", ":")) + "\n")
