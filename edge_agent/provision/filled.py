"""Answers from a form that somebody filled in on the page: one step's, typed as text."""

import json
import re
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from edge_agent.provision.answers import Parse
from edge_agent.provision.forms import CONFIRM, Field, form_of
from edge_agent.provision.guard import Guard
from edge_agent.provision.record import ProvisionError, Record, install

GIVEN, SECRETS = "given", "secrets"
MOST_ROWS = 24
_LONGEST = 40
_LOOK_S = 0.2
_ENDS = ("x1", "y1", "x2", "y2")
_PLACE = ("x", "y", "east", "north")

Fields = Mapping[str, str]


class Filled:
    """Answers of one step.

    Args:
        step: Of the table of forms.
        fields: As typed, by name.
        record: Files that were given go beside it.
        confirmed: Waits for the word of whoever looks at the page; asked at most once.
    """

    def __init__(
        self, step: str, fields: Fields, record: Record, confirmed: Callable[[], bool]
    ) -> None:
        self._confirmed = confirmed
        self._content = {
            field.key: value
            for field in form_of(step).fields
            if (value := _value(field, fields, record)) not in ("", None, {}, [])
        }

    def get(self, key: str, question: str, parse: Parse, default: Any) -> Any:
        if key == CONFIRM:
            return self._confirmed()
        if key not in self._content:
            if default is ...:
                raise ProvisionError(f"{question}: an answer is needed")
            return default
        try:
            return parse(self._content[key])
        except (ValueError, TypeError) as error:
            raise ProvisionError(f"{question}: {error}") from None


def wait_for_word(
    guard: Guard, kept: Callable[[], bool], sleep: Callable[[float], None] = time.sleep
) -> bool:
    """Whether what was applied was confirmed, before its time was over.

    Args:
        guard: Holds the pending application.
        kept: Whether the new site file is the one in force.
        sleep: Waits.
    """
    while (pending := guard.pending()) is not None:
        if guard.left_s(pending) <= 0:
            return False
        sleep(_LOOK_S)
    return kept()


def _value(field: Field, fields: Fields, record: Record) -> Any:
    if field.kind == "own":
        return _OWN[field.key](fields, record)
    typed = fields.get(field.key, "").strip()
    match field.kind:
        case "yes":
            return typed or "n"
        case "secret":
            return _secret(record.folder.parent / SECRETS, field.key, typed)
        case "file" if typed:
            return str(_kept(record.folder / GIVEN, field.key, typed))
        case "toml":
            return _toml(field.key, typed)
    return typed


def _secret(folder: Path, key: str, typed: str) -> str:
    """Its reference. It is never shown again, so an empty field means the one that is known."""
    if typed:
        _kept(folder, key, typed)
    known = folder / key
    return f"file:{known.resolve()}" if known.exists() else ""


def _kept(folder: Path, key: str, content: str) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / key
    install(path, f"{content}\n".encode(), 0o600)
    return path.resolve()


def _toml(what: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProvisionError(f"{what}: {error}") from None


def _rows(fields: Fields, stem: str) -> list[dict[str, str]]:
    """Fields ``stem.<number>.<name>`` as rows; those in which nothing is typed are left out."""
    found: dict[int, dict[str, str]] = {}
    for name, typed in fields.items():
        match = re.fullmatch(rf"{stem}\.(\d{{1,3}})\.(\w+)", name)
        if match and typed.strip():
            found.setdefault(int(match[1]), {})[match[2]] = typed.strip()
    if len(found) > MOST_ROWS:
        raise ProvisionError(f"{stem}: {MOST_ROWS} rows at most")
    return [found[number] for number in sorted(found)]


def _devices(fields: Fields, _record: Record) -> dict[str, Any]:
    """Found devices with the names they shall have, and what was typed beside them."""
    more = _toml("device.more", fields.get("device.more", ""))
    said: dict[str, Any] = {}
    for row in _rows(fields, "device"):
        at, name = row.get("at", ""), row.get("name", row.get("at", ""))
        own = more.pop(name, {})
        if not isinstance(own, dict):
            raise ProvisionError(f"device.{name[:40]}: a table is needed")
        if name in said:
            raise ProvisionError(f"device.{name[:40]}: two devices cannot have one name")
        said[name] = {"at": at, **own}
        if "take" not in row:
            said[name]["leave_out"] = True
        if "plates" in row:
            said[name]["plates"] = True
    return said | more


def _lines(fields: Fields, record: Record) -> dict[str, Any]:
    camera = fields.get("camera", "")
    if not camera:
        return _known(record, "lines")
    drawn: dict[str, Any] = {}
    for row in _rows(fields, "line"):
        if not any(end in row for end in _ENDS):
            continue
        name = row.get("name", "")
        if name in drawn or not name or len(name) > _LONGEST or not name.isprintable():
            raise ProvisionError(f"lines.{name[:40]}: each line needs a short name of its own")
        ends = [_share(row, end) for end in _ENDS]
        drawn[name] = {"ends": ends, "lane": row.get("lane", "")}
    return _known(record, "lines") | {camera: drawn}


def _ground(fields: Fields, record: Record) -> dict[str, Any]:
    camera = fields.get("camera", "")
    if not camera:
        return _known(record, "ground")
    points = [
        [_share(row, "x"), _share(row, "y"), _number(row, "east"), _number(row, "north")]
        for row in _rows(fields, "point")
        if any(each in row for each in _PLACE)
    ]
    return _known(record, "ground") | {camera: points}


def _weights(fields: Fields, record: Record) -> str:
    """Weights typed beside the vehicles that were seen; or a whole file of them."""
    lines = [fields.get("weigh.tickets", "").strip()]
    for row in _rows(fields, "vehicle"):
        if "gross" in row:
            ticket = {
                "at_ms": round(_number(row, "at_ms")),
                "lane": row.get("lane", ""),
                "gross_kg": round(_number(row, "gross")),
                "axles_kg": [round(_plain(each, "axles")) for each in row.get("axles", "").split()],
            }
            lines.append(json.dumps(ticket, ensure_ascii=False))
    text = "\n".join(line for line in lines if line)
    return str(_kept(record.folder / GIVEN, "weigh.tickets", text)) if text else ""


def _colours(fields: Fields, record: Record) -> dict[str, Any]:
    controller = fields.get("controller", "")
    known = _known(record, "colours")
    if not controller:
        return known
    heads = {
        row["phase"]: [_share(row, end) for end in _ENDS]
        for row in _rows(fields, "head")
        if "phase" in row
    }
    if not heads:
        return {name: each for name, each in known.items() if name != controller}
    way = {"camera": fields.get("camera", ""), "heads": heads}
    seconds = fields.get("seconds", "").strip()
    return known | {controller: way | ({"seconds": _plain(seconds, "seconds")} if seconds else {})}


def _known(record: Record, key: str) -> dict[str, Any]:
    """What was answered before for other cameras."""
    found = record.answers().get(key)
    return found if isinstance(found, dict) else {}


def _share(row: Mapping[str, str], name: str) -> float:
    """Per cent of the picture, as typed, as a share of it."""
    return round(_number(row, name) / 100, 6)


def _number(row: Mapping[str, str], name: str) -> float:
    return _plain(row.get(name, ""), name)


def _plain(typed: str, name: str) -> float:
    """A number, with the comma of the country or with a point."""
    try:
        found = float(typed.replace(",", "."))
    except ValueError:
        raise ProvisionError(f"{name}: {typed[:40]!r} is no number") from None
    if not abs(found) < 1e15:  # noqa: PLR2004 - also refuses what is not finite
        raise ProvisionError(f"{name}: {typed[:40]!r} is out of all measure")
    return found


_OWN: Mapping[str, Callable[[Fields, Record], Any]] = {
    "device": _devices,
    "lines": _lines,
    "ground": _ground,
    "weigh.tickets": _weights,
    "colours": _colours,
}
