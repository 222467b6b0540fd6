"""``manifest.toml``: which networks a folder has, and opening one only when it is what is promised.

A network that is not the one described gives plausible nonsense, not an error. So the digest, the
shapes of inputs and outputs and the number of classes are held against the manifest at every start,
with one dry run.
"""

import hashlib
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.errors import ModelError
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.outputs import expected
from edge_agent.vision.nets.session import Net, blank, read

NAME = "manifest.toml"
_PIXELS: tuple[type[np.generic] | None, ...] = (np.float32, np.uint8)
SHIPPED = Path(__file__).parents[2] / "models"
"""The networks that came with this software."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    model: tuple[Entry, ...] = Field(default=())


class Manifest:
    """The networks of one folder.

    Args:
        folder: Where ``manifest.toml`` lies.

    Attributes:
        folder: As given.
        entries: By name, in the manifest's order.

    Raises:
        ModelError: There is none, or it cannot be understood.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries = {entry.name: entry for entry in _parse(folder / NAME)}

    def entry(self, name: str) -> Entry:
        """What the manifest says of one network.

        Raises:
            ModelError: Nothing.
        """
        if name not in self.entries:
            allowed = ", ".join(self.entries) or "none: the manifest is empty"
            file = str(self.folder / NAME)
            raise ModelError(file, f"has no model {name!r}", allowed, "name one of these")
        return self.entries[name]

    def path(self, entry: Entry) -> Path:
        """Where the network's file lies."""
        return self.folder / entry.file

    def open(
        self, name: str, *, providers: Sequence[str] | None = None, threads: int = 1
    ) -> tuple[Net, Entry]:
        """Load one network and hold it against what the manifest says.

        Args:
            name: Of the entry.
            providers: Hardware to try, see ``providers``.
            threads: Per run.

        Raises:
            ModelError: No entry, no such file, another digest, no ONNX, other shapes or classes.
        """
        entry = self.entry(name)
        path = self.path(entry)
        content = read(path)
        _check_digest(entry, path, content)
        net = Net(content, str(path), providers=providers, threads=threads)
        _check_shapes(entry, path, net)
        return net, entry


def models(folder: Path | None = None) -> Manifest:
    """The networks of ``folder``, or those that came with this software."""
    return Manifest(SHIPPED if folder is None else folder)


def digest(content: bytes) -> str:
    """SHA-256 as manifests write it."""
    return hashlib.sha256(content).hexdigest()


def _parse(path: Path) -> tuple[Entry, ...]:
    allowed = "a manifest as models/README.md describes"
    try:
        found = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).model
    except OSError as error:
        wrong = f"cannot be read: {error.strerror}"
        raise ModelError(str(path), wrong, allowed, "name a folder that has one") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        wrong = f"{where}: {first['msg'].removeprefix('Value error, ')}"
        more = error.error_count() - 1
        wrong += f" (and {more} more)" if more else ""
        raise ModelError(str(path), wrong, allowed, "correct this entry") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(str(path), f"is no TOML: {error}", allowed, "correct it") from error
    names = [entry.name for entry in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ModelError(str(path), f"has {twice[0]} twice", "each name once", "rename one")
    return found


def _check_digest(entry: Entry, path: Path, content: bytes) -> None:
    found = digest(content)
    if found != entry.sha256:
        raise ModelError(
            str(path),
            f"has sha256 {found}, not what the manifest says",
            entry.sha256,
            "copy the file again; if you trust this one, write its digest into the manifest",
        )


def _check_shapes(entry: Entry, path: Path, net: Net) -> None:
    promised = list(entry.input.shape)
    if len(net.inputs) != 1 or not _takes(net.inputs[0].shape, promised):
        found = "; ".join(_words(port.shape) for port in net.inputs)
        raise ModelError(
            str(path),
            f"takes {found}, but the manifest says {_words(promised)}",
            "an input as the manifest says",
            "correct input.shape and input.layout, or take the file that belongs to them",
        )
    if net.inputs[0].dtype not in _PIXELS:
        wrong = f"takes elements of another type than {entry.input.range} pictures have"
        raise ModelError(str(path), wrong, "float32 or uint8", "export it with such an input")
    if net.inputs[0].dtype == np.uint8 and entry.input.range != "0-255":
        wrong = f"takes 8-bit pictures, but the manifest says {entry.input.range}"
        raise ModelError(str(path), wrong, 'range = "0-255"', "correct input.range")
    found_shapes = [one.shape for one in net.run(*blank(net, [entry.input.once]))]
    rule = expected(entry)
    if not rule.holds(found_shapes):
        raise ModelError(
            str(path),
            f"gives {', '.join(map(_words, found_shapes))}, which is no {rule.what}",
            rule.words,
            "check adapter, classes or charset, and input.shape",
        )


def _takes(port: Sequence[int | None], promised: Sequence[int | str]) -> bool:
    return len(port) == len(promised) and all(
        there is None or there == here for there, here in zip(port, promised, strict=True)
    )


def _words(shape: Sequence[object]) -> str:
    return "×".join("N" if size is None else str(size) for size in shape) or "a single number"
