"""Run the faults and print a row for each: tried, lost, duplicates, recovery time.

Exit code: 0 all hold, 1 something was lost or a negative control saw nothing, 2 wrong usage.
"""

import argparse
import json
import sys
import time
import traceback
from dataclasses import dataclass

from tests.families import modules, silence
from tests.needs import missing
from tests.torture.fault import Fault, Outcome, Scale


@dataclass(frozen=True)
class Row:
    """One fault's line in the table. Without an outcome, ``why`` says why there is none."""

    fault: Fault
    outcome: Outcome | None
    seconds: float = 0.0
    why: str = ""
    skipped: bool = False

    @property
    def verdict(self) -> str:
        if self.skipped:
            return "skipped"
        if self.outcome is None:
            return "ERROR"
        if self.fault.held(self.outcome):
            return "fails, as it must" if self.fault.negative_control else "holds"
        return "BLIND" if self.fault.negative_control else "BROKEN"

    @property
    def good(self) -> bool:
        return self.skipped or (self.outcome is not None and self.fault.held(self.outcome))

    def text(self) -> str:
        name = f"{self.fault.name:<34} {self.fault.row:>6}"
        if self.outcome is None:
            return f"{name}  {self.verdict}: {self.why}"
        done = self.outcome
        recovery = "-" if done.recovery_s is None else f"{done.recovery_s:.1f} s"
        return (
            f"{name} {done.tried:>7} {done.lost:>6} {done.duplicates:>6} {recovery:>9}"
            f" {self.seconds:>6.0f} s  {self.verdict}{'; ' if done.note else ''}{done.note}"
        )

    def record(self) -> dict[str, object]:
        done = self.outcome
        return {
            "fault": self.fault.name,
            "row": self.fault.row,
            "tried": done.tried if done else 0,
            "lost": done.lost if done else None,
            "duplicates": done.duplicates if done else None,
            "recovery_s": done.recovery_s if done else None,
            "negative_control": self.fault.negative_control,
            "verdict": self.verdict,
            "note": done.note if done else self.why,
        }


def _attempt(fault: Fault, scale: Scale) -> Row:
    absent = missing(fault.needs)
    if absent:
        return Row(fault, None, why=f"needs {', '.join(absent)}", skipped=True)
    began = time.monotonic()
    try:
        outcome = fault.run(scale)
    except Exception as error:  # noqa: BLE001 - one broken fault must not hide the others' rows
        traceback.print_exc()
        return Row(fault, None, time.monotonic() - began, f"{type(error).__name__}: {error}")
    return Row(fault, outcome, time.monotonic() - began)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev torture", description=__doc__)
    parser.add_argument("--long", action="store_true", help="the full numbers; hours")
    parser.add_argument("--json", action="store_true", help="last line: the rows as JSON")
    parser.add_argument("--only", action="append", metavar="WORD", help="names that hold WORD")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Run, print, judge."""
    options = _arguments(argv)
    faults: list[Fault] = [
        fault for module in modules("tests.torture", "FAULTS") for fault in module.FAULTS
    ]
    if options.only:
        faults = [fault for fault in faults if any(word in fault.name for word in options.only)]
    if options.list or not faults:
        print(*(fault.name for fault in faults), sep="\n")
        return 0 if faults else 2
    silence()
    scale = Scale.LONG if options.long else Scale.SHORT
    print(
        f"{'fault':<34} {'row':>6} {'tried':>7} {'lost':>6} {'dupl.':>6}"
        f" {'recovery':>9} {'took':>8}"
    )
    rows = []
    for fault in faults:
        rows.append(_attempt(fault, scale))
        print(rows[-1].text(), flush=True)
    bad = [row.fault.name for row in rows if not row.good]
    skipped = [row.fault.name for row in rows if row.skipped]
    print(f"{len(rows) - len(bad) - len(skipped)} hold, {len(skipped)} skipped, {len(bad)} bad")
    if options.json:
        done = [row.record() for row in rows if not row.skipped]
        print(json.dumps({"rows": done, "skipped": skipped, "bad": bad}))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
