"""Secrets by reference: the site file names where a secret lies, never the secret.

``file:/path`` (first line, mode not readable by others), ``credential:name`` (systemd
LoadCredential) or ``env:NAME``. The value is fetched at the moment of use, held by nobody, and
appears in no repr, log, error or process list.
"""

import os
import re
import stat
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from edge_agent.errors import EdgeError

_FORM = re.compile(r"^(file:/.+|credential:[A-Za-z0-9._-]+|env:[A-Za-z_][A-Za-z0-9_]*)$")
_ALLOWED = "file:/absolute/path, credential:name or env:NAME"


class SecretError(EdgeError):
    """The secret is not where the reference says, or others may read it."""


def _reference(text: str) -> str:
    if not _FORM.match(text):
        # The text itself is kept out: most likely it is the secret.
        raise ValueError(f"must be a reference: {_ALLOWED}")
    return text


SecretRef = Annotated[
    str,
    Field(
        description=f"Reference to a secret: {_ALLOWED}.",
        json_schema_extra={"writeOnly": True},  # so that whoever reads the schema masks it
    ),
    AfterValidator(_reference),
]


def reveal(reference: str) -> str:
    """Fetch the secret.

    Raises:
        SecretError: Missing, empty, or a file that others may read.
    """
    scheme, _, rest = reference.partition(":")
    match scheme:
        case "env":
            value = os.environ.get(rest)
            if value is None:
                raise SecretError(f"environment variable {rest} is not set")
        case "credential":
            folder = os.environ.get("CREDENTIALS_DIRECTORY")
            if folder is None:
                raise SecretError(f"credential {rest}: not started by systemd with LoadCredential")
            value = _first_line(Path(folder) / rest)
        case "file":
            path = Path(rest)
            value = _first_line(path)
            if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
                raise SecretError(f"{path} can be read by everybody: chmod 640 {path}")
        case _:
            raise SecretError(f"unknown kind of reference: {_ALLOWED}")
    if not value:
        raise SecretError(f"{reference} is empty")
    return value


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline().rstrip("\r\n")
    except OSError as error:
        raise SecretError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SecretError(f"{path}: not UTF-8 text") from error
