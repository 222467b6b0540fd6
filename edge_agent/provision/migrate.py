"""Site files of older layouts, brought to this one; what was stays among the snapshots."""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from edge_agent.config.unit import VERSION
from edge_agent.provision.record import ProvisionError, install

Change = Callable[[str], str]
"""From the text of one version to that of the next; comments stay."""


def _say_version(text: str) -> str:
    """Files from before there were versions are of the first layout and do not say so."""
    return f"version = 1\n{text}"


CHANGES: Mapping[int, Change] = {0: _say_version}
"""By the version that is left behind."""


def version_of(text: str) -> int:
    """Of a site file; 0 where it says none.

    Raises:
        ProvisionError: It is no TOML, or its version is no number.
    """
    try:
        version = tomllib.loads(text).get("version", 0)
    except tomllib.TOMLDecodeError as error:
        raise ProvisionError(f"the site file is no TOML: {error}") from None
    if not isinstance(version, int) or isinstance(version, bool):
        raise ProvisionError(f"version = {str(version)[:40]!r}: a whole number is needed")
    return version


def migrated(text: str, changes: Mapping[int, Change] = CHANGES, goal: int = VERSION) -> str:
    """The text in today's layout.

    Raises:
        ProvisionError: It comes from a newer software, or from one that nobody knows.
    """
    version = version_of(text)
    if version > goal:
        raise ProvisionError(f"the site file has version {version}; this software knows {goal}")
    while version < goal:
        change = changes.get(version)
        if change is None:
            raise ProvisionError(f"no way from version {version} of the site file to {version + 1}")
        text = change(text)
        if version_of(text) != version + 1:
            raise ProvisionError(f"the change from version {version} did not reach {version + 1}")
        version += 1
    return text


def migrate_file(config: Path) -> bool:
    """Bring the file up to date where it stands; whether there was anything to do."""
    try:
        old = config.read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    new = migrated(old)
    if re.sub(r"\s", "", new) == re.sub(r"\s", "", old):
        return False
    install(config, new.encode("utf-8"), config.stat().st_mode & 0o777)
    return True
