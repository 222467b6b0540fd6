"""``edge-agent replay BUNDLE``: the last minutes of a unit elsewhere, from its bundle."""

import argparse
import tempfile
import zipfile
from pathlib import Path

from edge_agent.commands import replay_readings
from edge_agent.errors import EdgeError

_PARTS = ("readings.ndjson", "site.toml")
_MOST_BYTES = 64_000_000


def run(args: argparse.Namespace) -> int:
    """Through a unit as the bundle's own site file has it; plates and tags in it are stand-ins.

    Raises:
        EdgeError: It is no bundle, or holds no readings.
    """
    with tempfile.TemporaryDirectory(prefix="edge-bundle-") as folder:
        try:
            with zipfile.ZipFile(args.bundle) as bundle:
                for name in _PARTS:
                    if bundle.getinfo(name).file_size > _MOST_BYTES:
                        raise EdgeError(f"{args.bundle}: {name} is larger than any bundle's")
                    (Path(folder) / name).write_bytes(bundle.read(name))
        except KeyError as error:
            words = "was no agent running when it was made?"
            raise EdgeError(f"{args.bundle}: {error.args[0]}; {words}") from error
        except (zipfile.BadZipFile, RuntimeError) as error:
            raise EdgeError(f"{args.bundle}: no bundle: {error}") from error
        args.readings, args.config = (Path(folder) / name for name in _PARTS)
        return replay_readings.run(args)
