"""The draft of the site file, changed by what was drawn and measured on the cameras' pictures."""

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from edge_agent import registry, settings
from edge_agent.config.render import as_text
from edge_agent.device.view import View
from edge_agent.discover import toml
from edge_agent.errors import ConfigError
from edge_agent.provision.record import install
from edge_agent.provision.visit import StepFailed, Visit
from edge_agent.secret import SecretError

Content = dict[str, Any]


def views(visit: Visit) -> dict[str, View]:
    """How to look through each camera of the draft."""
    found = {}
    for name, device in settings.load(visit.draft).device.items():
        try:
            view = registry.load(device.kind).view(device)
        except (SecretError, ConfigError):
            continue  # the live test has told of it
        if view is not None:
            found[name] = view
    return found


def revise(visit: Visit, key: str, change: Callable[[Content], None]) -> None:
    """Change the draft; it stays as it was where that would make it wrong.

    Args:
        visit: Whose draft.
        key: The answer from which the change comes; it is asked again after an error.
        change: Changes the parsed file in place.

    Raises:
        StepFailed: With all that would be wrong.
    """
    before = visit.draft.read_bytes()
    content = tomllib.loads(before.decode("utf-8"))
    try:
        change(content)
        text = toml.table((), content)
    except StepFailed:
        visit.answers.forget(key)
        raise
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        visit.answers.forget(key)
        raise StepFailed(f"{key}: not of the form that is needed: {error}") from error
    trial = visit.draft.with_name("revised.toml")
    install(trial, text.encode("utf-8"), 0o640)
    wrong = settings.examine(trial).errors
    trial.unlink()
    if wrong:
        visit.answers.forget(key)
        raise StepFailed(as_text(wrong, "the site file that follows has errors"))
    install(visit.draft, text.encode("utf-8"), 0o640)


def camera(content: Content, name: str) -> Content:
    """A camera's table.

    Raises:
        StepFailed: There is no such device.
    """
    table: Content | None = content["device"].get(name)
    if table is None:
        known = ", ".join(sorted(content["device"]))
        raise StepFailed(f"{name[:40]}: no such device; there are {known}")
    return table


def in_its_units(table: Mapping[str, Any], shares: list[float]) -> list[float]:
    """Shares of the picture (x, y, x, y…) as this camera's table gives places: some in pixels."""
    size = table.get("picture")
    if not size:
        return [round(each, 4) for each in shares]
    return [round(each * size[at % 2], 1) for at, each in enumerate(shares)]
