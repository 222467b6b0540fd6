"""The acceptance as data: signed with the unit's key, and proved with its public half alone."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_agent.errors import EvidenceError
from edge_agent.evidence import canonical
from edge_agent.evidence.keys import PublicKey, UnitKey
from edge_agent.provision.record import install

NAME = "acceptance.json"
_FORM = "edge-acceptance/1"
_LARGEST = 5_000_000


def sign(document: Mapping[str, Any], key: UnitKey, folder: Path) -> Path:
    """Write the signed file into the folder whose other files it vouches for.

    Args:
        document: No floats; ``files`` is added: name to SHA-256 of all that lies in the folder.
        key: The unit's.
        folder: With report and pictures.
    """
    files = {
        file.name: canonical.digest(file.read_bytes())
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name != NAME and not file.name.startswith(".")
    }
    whole = {**document, "form": _FORM, "key": key.public.id, "files": files}
    signature = key.sign(canonical.encode(whole)).hex()
    signed = canonical.encode({"document": whole, "signature": signature})
    install(folder / NAME, signed, 0o644)
    return folder / NAME


def verify(path: Path, key: PublicKey) -> list[str]:
    """What is wrong with an acceptance and the files beside it; nothing when all is as signed.

    Raises:
        EvidenceError: It cannot be read at all.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise EvidenceError(f"{path}: larger than {_LARGEST} bytes: no acceptance")
        raw = path.read_bytes()
        signed = json.loads(raw)
        document, signature = signed["document"], bytes.fromhex(signed["signature"])
        said = canonical.encode(document)
        files = dict(document["files"])
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise EvidenceError(f"{path}: not a signed acceptance ({type(error).__name__})") from error
    if document.get("form") != _FORM:
        return [f"a form that is not known: {str(document.get('form'))[:60]!r}"]
    if document.get("key") != key.id:
        return [f"signed by key {str(document.get('key'))[:20]}, not by the key given, {key.id}"]
    if not key.holds(signature, said):
        return [f"the signature of key {key.id} does not fit: something was changed"]
    if canonical.encode(signed) != raw:
        return ["bytes beside the signed document"]
    return [wrong for name, meant in files.items() for wrong in _file(path.parent, name, meant)]


def _file(folder: Path, name: str, meant: str) -> list[str]:
    if Path(name).name != name:
        return [f"{name[:60]!r} is no name of a file"]
    try:
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    except OSError as error:
        return [f"{name}: {error.strerror}"]
    return [] if found == meant else [f"{name}: changed since it was signed"]
