"""Which evidence there is, as the unit's ledger lists it; that it holds is proved elsewhere."""

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER, LEDGER, PUBLIC = "evidence", "ledger.jsonl", "unit.pub"
"""As the agent names them, in its state directory."""
SHOWN = 200
_LINE_MAX = 65_536


@dataclass(frozen=True, slots=True)
class Piece:
    """A package.

    Attributes:
        n: Link of the ledger.
        gone: Why it was dropped; empty while it is kept.
        copy: Whether plates that are no matter of the case are hidden in it.
    """

    n: int
    sealed_ms: int
    kind: str
    file: str
    size: int
    copy: bool
    gone: str = ""


def pieces(state_dir: Path) -> list[Piece]:
    """The last packages, newest first; empty when nothing was ever sealed."""
    found: dict[int, Piece] = {}
    try:
        with (state_dir / FOLDER / LEDGER).open("rb") as file:
            while raw := file.readline(_LINE_MAX):
                _take(raw, found)
                if len(found) > SHOWN:
                    del found[min(found)]
    except FileNotFoundError:
        return []
    return sorted(found.values(), key=lambda piece: -piece.n)


def _take(raw: bytes, found: dict[int, Piece]) -> None:
    try:
        line = json.loads(raw)
        facts, n = line["facts"], int(line["n"])
        if line["what"] == "sealed":
            found[n] = Piece(
                n, int(line["t"]), str(facts["kind"]), str(facts["file"]), int(facts["size"]),
                "copy_of" in facts,
            )  # fmt: skip
        elif line["what"] == "dropped" and facts["link"] in found:
            old = found[facts["link"]]
            found[old.n] = Piece(
                old.n, old.sealed_ms, old.kind, old.file, old.size, old.copy, str(facts["why"])
            )
    except (ValueError, KeyError, TypeError):
        # A line that is none is the proof's business: it names it. Here it is only not shown.
        return
