"""Secrets in a site file: found by schema, name and form; looked up, never shown."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from edge_agent import secret
from edge_agent.config.locate import Path
from edge_agent.config.problems import REFERENCE_FORMS, Draft, dotted, secret_inline
from edge_agent.config.shape import Shape
from edge_agent.config.unit import UnitSettings
from edge_agent.errors import Problem
from edge_agent.redact import has_credentials, in_url, names_secret


def inline(draft: Draft) -> Iterator[Problem]:
    """Secrets written into the file, wherever they stand."""
    for path, value in _leaves(draft.data, ()):
        key = next((part for part in reversed(path) if isinstance(part, str)), "")
        if names_secret(key) and not (isinstance(value, str) and value.startswith(REFERENCE_FORMS)):
            yield secret_inline(draft, path)
        elif isinstance(value, str) and has_credentials(value):
            yield draft.problem(
                path,
                "a password is written into the address",
                value=f'"{in_url(value)}"',
                allowed="an address without user and password",
                do=f"write the address alone into {key}, and username = … and "
                'password = "file:/etc/edge-agent/secrets/…" beside it',
            )


def references(data: Any, shape: Shape, base: Path = ()) -> Iterator[tuple[Path, str]]:
    """Path and reference of every secret that a sound table names."""
    for path, value in _leaves(data, ()):
        if isinstance(value, str) and value.startswith(REFERENCE_FORMS) and shape.is_secret(path):
            yield base + path, value


def unresolved(draft: Draft, found: Iterable[tuple[Path, str]]) -> Iterator[Problem]:
    """References that lead nowhere on this machine, as this user."""
    for path, reference in found:
        try:
            secret.reveal(reference)
        except secret.SecretError as error:
            yield draft.problem(
                path,
                f"the secret cannot be had: {error}",
                value=f'"{reference}"',
                allowed="a readable file of one line, a systemd credential, or a set variable",
                do=f"put the secret there, or point {dotted(path)} elsewhere",
            )


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def values(settings: UnitSettings) -> list[str]:
    """Every secret that the settings name and that can be had now, so that logs can avoid them."""
    found = of_table(settings)
    for device in settings.device.values():
        found += of_table(device)
    return found


def of_table(table: BaseModel) -> list[str]:
    """The same for one table; devices inside it are tables of their own."""
    named = references(table.model_dump(mode="json", exclude={"device"}), Shape(type(table)))
    found = []
    for _, reference in named:
        with contextlib.suppress(secret.SecretError):
            found.append(secret.reveal(reference))
    return found
