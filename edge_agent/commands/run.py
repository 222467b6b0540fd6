"""``edge-agent run``: the unit itself."""

import argparse
import asyncio
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from edge_agent import logs, settings
from edge_agent.commands import options
from edge_agent.config.secrets import values
from edge_agent.errors import SpoolError


def configure(parser: argparse.ArgumentParser) -> None:
    options.add_config(parser)
    options.add_state_dir(parser)
    options.add_seconds(parser)


def run(args: argparse.Namespace) -> int:
    args.state_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
    loaded = settings.load_or_last_good(args.config, args.state_dir)
    _tell(args.config, loaded, level=loaded.settings.log)
    with _alone(args.state_dir):
        return asyncio.run(_run(loaded, args.state_dir, args.seconds))


@contextmanager
def _alone(state_dir: Path) -> Iterator[None]:
    """Two agents on one folder would give the same numbers to different events.

    The folder itself is locked: that needs no room on the disk, and ends with the process.
    """
    folder = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SpoolError(
                f"{state_dir}: another agent runs on it; first `systemctl stop edge-agent`,"
                " or end whoever started it"
            ) from None
        yield
    finally:
        os.close(folder)


def _tell(file: Path, loaded: settings.Loaded, level: settings.LogTable) -> None:
    logs.configure(level.level, level.format, secrets=values(loaded.settings))
    log = structlog.get_logger("config")
    for problem in loaded.warnings:
        log.warning("configuration", where=problem.where, wrong=problem.wrong, next=problem.next)
    for problem in loaded.problems:
        log.error(
            "configuration not used: running on the last good one",
            file=problem.file,
            line=problem.line,
            where=problem.where,
            wrong=problem.wrong,
            next=problem.next,
        )
    if not loaded.saved:
        log.warning("the copy of this configuration for bad days could not be written")
    log.info("configuration in force", file=str(file), fingerprint=loaded.fingerprint)


async def _run(loaded: settings.Loaded, state_dir: Path, seconds: float | None) -> int:
    from edge_agent.agent import run_unit  # noqa: PLC0415 - the whole house; --help needs none of it

    if seconds is not None:
        # As systemd would end it: the unit's own handler sees to an orderly stop.
        asyncio.get_running_loop().call_later(seconds, signal.raise_signal, signal.SIGTERM)
    return await run_unit(
        loaded.settings,
        state_dir=state_dir,
        fingerprint=loaded.fingerprint,
        problems=loaded.problems,
    )
