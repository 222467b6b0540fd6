"""Never without a configuration: a broken file does not stop a unit that once had a good one."""

from dataclasses import dataclass
from pathlib import Path

from edge_agent import durable
from edge_agent.config.read import Kinds, examine
from edge_agent.config.unit import UnitSettings
from edge_agent.errors import ConfigError, Problem

NAME = "last-good.toml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the unit runs on.

    Attributes:
        settings: Sound settings.
        fingerprint: Of the bytes they came from.
        problems: Why the file as written was not used; empty when it was.
        warnings: What is odd in the file that is used.
        saved: False when the copy for bad days could not be written.
    """

    settings: UnitSettings
    fingerprint: str
    problems: list[Problem]
    warnings: list[Problem]
    saved: bool = True


def load_or_last_good(file: Path, state_dir: Path, kinds: Kinds) -> Loaded:
    """The file when it is sound, else the copy of the last sound one.

    Raises:
        ConfigError: The file is broken and there is no sound copy.
    """
    verdict = examine(file, kinds)
    copy = state_dir / NAME
    if verdict.settings is not None:
        saved = _keep(copy, verdict.content)
        return Loaded(verdict.settings, verdict.fingerprint, [], verdict.warnings, saved)
    former = examine(copy, kinds)
    if former.settings is None:
        raise ConfigError(verdict.errors)
    return Loaded(former.settings, former.fingerprint, verdict.errors, former.warnings)


def _keep(copy: Path, content: bytes) -> bool:
    """Replace the copy so that a power cut leaves the old one or the new one, never half."""
    try:
        if copy.exists() and copy.read_bytes() == content:
            return True
        durable.replace(copy, content, 0o640)
    except OSError:
        # A full or read-only disk must not keep the unit from running on a sound file.
        return False
    return True
