"""The n-th call to the disk fails: nothing is told that is not durable, nothing told is lost."""

import subprocess
import tempfile
from pathlib import Path

from tests.needs import find
from tests.torture.fault import Fault, Outcome, Scale
from tests.torture.store_kit import Ledger, Verdict, WriterProcess, judge

_EVENTS = 60
_END_S = 20.0
_FIRST_SYNC = 8
_FIRST_WRITE = 60
"""Earlier calls make the database; when they fail it cannot be opened, and says so."""


def _once(scale: Scale) -> Outcome:
    """One call fails, then all is well again: everything must be there in the end."""
    tries = [("fdatasync", f"EIO:when={_FIRST_SYNC + n}") for n in range(25)]
    tries += [("pwrite64", f"ENOSPC:when={_FIRST_WRITE + 5 * n}") for n in range(25)]
    tries += [("pwrite64", f"EIO:when={_FIRST_WRITE + 5 * n}") for n in range(25)]
    return _tally(tries if scale is Scale.LONG else tries[::13], complete=True)


def _for_good(scale: Scale) -> Outcome:
    """From the n-th sync on none succeeds: no commit may be told that has not had its own."""
    tries = [("fdatasync", f"EIO:when={_FIRST_SYNC + n}+") for n in range(25)]
    return _tally(tries if scale is Scale.LONG else tries[::10], complete=False)


def _tally(tries: list[tuple[str, str]], *, complete: bool) -> Outcome:
    lost = duplicates = events = 0
    slowest = 0.0
    for call, inject in tries:
        ledger, verdict = _run(call, inject)
        events += len(ledger.ids)
        lost += len(verdict.lost)
        if complete:
            lost += _EVENTS - len(ledger.ids)
        else:
            lost += max(0, ledger.commits - int(inject.partition("=")[2].rstrip("+")))
        duplicates += verdict.duplicates
        slowest = max(slowest, verdict.open_s)
    return Outcome(len(tries), lost, duplicates, slowest, f"{events} events told")


def _run(call: str, inject: str) -> tuple[Ledger, Verdict]:
    strace = find("strace")
    assert strace is not None
    ledger = Ledger()
    with tempfile.TemporaryDirectory(prefix="edge-torture-") as folder:
        path = Path(folder) / "s.db"
        under = [strace, "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
        under += ["-e", f"inject={call}:error={inject}"]
        writer = WriterProcess(path, ledger, "--events", str(_EVENTS), "--window", "0", under=under)
        writer.wait(_END_S)
        return ledger, judge(path, ledger)


def _needs() -> tuple[str, ...]:
    strace = find("strace")
    if strace is None:
        return ("strace",)
    tried = subprocess.run([strace, "-o", "/dev/null", "true"], capture_output=True, check=False)
    return ("strace",) if tried.returncode == 0 else ("strace", "permission to trace")


FAULTS = [
    Fault("spool: n-th call fails", "12", False, _once, needs=_needs()),
    Fault("spool: disk dies at n-th sync", "12", False, _for_good, needs=_needs()),
]
