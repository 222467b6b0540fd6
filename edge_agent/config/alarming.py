"""What ``[alarms]`` may say: of devices that there are, of limits that are judged, in no circle."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from edge_agent.alarming.rules import DOWN, shipped, usual
from edge_agent.config.checks import Sound
from edge_agent.config.locate import Path
from edge_agent.config.problems import shown
from edge_agent.config.shape import nearest
from edge_agent.errors import Problem

_NAME = re.compile(r"([a-z0-9*-]+/)?[a-z0-9*-]+")
_FIGURE = ("limit", "deadband")


def rows(sound: Sound) -> Iterator[Problem]:
    """Rows that could never hold, or would keep people from ever being told."""
    for name, row in _rows(sound).items():
        path = ("alarms", name)
        if not _NAME.fullmatch(name):
            yield sound.draft.problem(
                path,
                "no name of an alarm",
                value=shown(name),
                allowed='a code, or device/code; `*` for anything: "cab1/door-open", "picture-*"',
                do="`edge-agent alarms` shows the names of those that stand",
            )
            continue
        yield from _device(sound, path, name)
        yield from _figures(sound, path, name, row)
        yield from _circle(sound, path, name)


def _device(sound: Sound, path: Path, name: str) -> Iterator[Problem]:
    device, _, _ = name.rpartition("/")
    known = [*sound.devices, str(sound.draft.value(("unit", "id")))]
    if device and not any(fnmatchcase(each, device) for each in known):
        meant = nearest(device, known)
        yield sound.draft.problem(
            path,
            "unknown device",
            value=shown(device),
            allowed=", ".join(known),
            do=f'did you mean "{meant}"?' if meant else "write one of these",
        )


def _figures(sound: Sound, path: Path, name: str, row: Mapping[str, Any]) -> Iterator[Problem]:
    code = name.rpartition("/")[2]
    judged = [other for other, rule in usual().items() if rule.limit is not None]
    for key in _FIGURE:
        if key in row and code not in judged:
            yield sound.draft.problem(
                (*path, key),
                "this alarm has no figure that the unit judges",
                value=shown(row[key]),
                allowed=f"{key} of {', '.join(judged)}",
                do="remove it; a device's own limits stand in its table or profile",
            )


def _circle(sound: Sound, path: Path, name: str) -> Iterator[Problem]:
    first = name.rpartition("/")[2]
    seen = [first]
    code = _cause(sound, first)
    while code and code != DOWN:
        if code in seen:
            if code == first:
                yield sound.draft.problem(
                    (*path, "cause"),
                    "a circle: each would be kept quiet for the other",
                    value=" ← ".join([*seen, code]),
                    allowed="causes that lead to an alarm without one",
                    do='give one of them cause = ""',
                )
            return
        seen.append(code)
        code = _cause(sound, code)


def _cause(sound: Sound, code: str) -> str:
    for name, row in _rows(sound).items():
        if fnmatchcase(code, name.rpartition("/")[2]) and "cause" in row:
            return str(row["cause"]).rpartition("/")[2]
    found = shipped(code)
    return found.cause.rpartition("/")[2] if found else ""


def _rows(sound: Sound) -> Mapping[str, Mapping[str, Any]]:
    table = sound.draft.value(("alarms",))
    if not isinstance(table, Mapping):
        return {}
    return {name: row for name, row in table.items() if isinstance(row, Mapping)}


def doubts(sound: Sound) -> Iterator[Problem]:
    """Names that nearly are those of alarms that we know."""
    for name in _rows(sound):
        code = name.rpartition("/")[2]
        if "*" in code or shipped(code) or not _NAME.fullmatch(name):
            continue
        meant = nearest(code, [each for each in usual() if "*" not in each])
        if meant:
            yield sound.draft.problem(
                ("alarms", name),
                "no alarm that is known has this name",
                value=shown(code),
                allowed="names that devices use; `edge-agent alarms rules` lists the shipped ones",
                do=f'did you mean "{meant}"?',
            )
