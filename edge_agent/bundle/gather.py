"""Collects what tells something about the unit, each part redacted before it is kept."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from edge_agent import __version__, settings, status
from edge_agent.bundle import tape
from edge_agent.bundle.pack import Member
from edge_agent.bundle.standins import masked
from edge_agent.config.problems import REFERENCE_FORMS
from edge_agent.config.secrets import values
from edge_agent.doctor.check import Finding
from edge_agent.errors import EdgeError
from edge_agent.redact import MASK, Redactor, names_secret
from edge_agent.spool.inspect import summary

LOG_LINES = 20_000
_LOG_BYTES = 32_000_000
"""Of a file's end that is read at all: a log without rotation may be larger than the memory."""
_ASSIGNED = re.compile(r"([\w-]+)\s*=\s*(\"[^\"\n]*\"|'[^'\n]*')")
_JOURNAL_S = 4.0
_KERNEL = (Path("/proc/meminfo"), Path("/proc/loadavg"), Path("/proc/mounts"), Path("/proc/uptime"))


def gather(
    config: Path, state_dir: Path, findings: list[Finding], log: Path | None
) -> tuple[list[Member], list[str]]:
    """Members of a bundle, the most telling first, and words about what could not be had.

    Args:
        config: The site file.
        state_dir: Where the agent's doors and queue lie.
        findings: Of the doctor.
        log: The agent's log; the journal's when left out.
    """
    verdict = settings.examine(config)
    redactor = Redactor(values(verdict.settings) if verdict.settings else ())
    clean = _cleaner(redactor)
    missing: list[str] = []

    def had(what: str, get: Callable[[], bytes]) -> bytes:
        try:
            return get()
        except (EdgeError, OSError, subprocess.SubprocessError) as error:
            missing.append(f"{what}: {redactor.text(str(error))}")
            return b""

    doctor = [redactor.value(each.as_json()) for each in findings]
    members = [
        Member("about.json", _json(_about())),
        Member("doctor.json", clean(_json({"checks": doctor}))),
        Member("site.toml", clean(_site(verdict.content))),
        Member("status.json", clean(had("status", lambda: _status(state_dir)))),
        Member("spool.json", had("spool", lambda: _spool(state_dir))),
        # Already without plates and tags, and what looks like one in it is a stand-in.
        Member("readings.ndjson", had("readings", lambda: tape.ask(state_dir)), tail=True),
        Member("kernel.txt", clean(_kernel())),
        Member("log.txt", clean(had("log", lambda: _log(log))), tail=True),
    ]
    return [member for member in members if member.content], missing


def _cleaner(redactor: Redactor) -> Callable[[bytes], bytes]:
    def clean(content: bytes) -> bytes:
        text = content.decode(errors="replace")
        return "\n".join(masked(redactor.text(line)) for line in text.split("\n")).encode()

    return clean


def _site(content: bytes) -> bytes:
    """The file as written; it may be broken, and hold in the clear what it should refer to."""

    def mask(found: re.Match[str]) -> str:
        key, value = found[1], found[2]
        inline = names_secret(key) and not value[1:].startswith(REFERENCE_FORMS)
        return found[0].replace(value, f'"{MASK}"') if inline else found[0]

    return _ASSIGNED.sub(mask, content.decode(errors="replace")).encode()


def _about() -> dict[str, Any]:
    packages = {each.metadata["Name"]: each.version for each in distributions()}
    return {
        "software": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "packages": dict(sorted(packages.items())),
    }


def _status(state_dir: Path) -> bytes:
    return status.ask(state_dir).model_dump_json(indent=1).encode()


def _spool(state_dir: Path) -> bytes:
    found = summary(state_dir / "spool.db")
    streams = {
        each.name: {
            "rows": each.rows,
            "high": each.high,
            "ranges": each.ranges,
            "oldest": each.oldest_t,
            "damaged": each.damaged,
        }
        for each in found.streams
    }
    return _json({"epoch": found.epoch, "bytes": found.file_bytes, "streams": streams})


def _kernel() -> bytes:
    parts = []
    for path in _KERNEL:
        try:
            parts.append(f"== {path}\n{path.read_text(encoding='utf-8', errors='replace')}")
        except OSError as error:
            parts.append(f"== {path}: {error.strerror}\n")
    return "\n".join(parts).encode()


def _log(file: Path | None) -> bytes:
    if file is not None:
        with file.open("rb") as log:
            start = max(0, log.seek(0, os.SEEK_END) - _LOG_BYTES)
            log.seek(start)
            lines = log.read(_LOG_BYTES).split(b"\n")
        # Half a line could hide half a secret from who looks for whole ones.
        return b"\n".join(lines[1 if start else 0 :][-LOG_LINES:])
    words = [
        "journalctl",
        "-u",
        "edge-agent",
        "-n",
        str(LOG_LINES),
        "-o",
        "short-iso",
        "--no-pager",
    ]
    done = subprocess.run(words, capture_output=True, timeout=_JOURNAL_S, check=False)
    return done.stdout


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
