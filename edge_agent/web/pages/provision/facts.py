"""Where the visit stands, read from its record: the same for every browser that looks."""

import json
import os
import signal
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_agent.provision.forms import FORMS, IDS, Form, form_of
from edge_agent.provision.guard import Guard
from edge_agent.provision.record import Record
from edge_agent.provision.turn import Holder, Turn
from edge_agent.web.visit import Visit

CHORE = "provision"
GIVEN, OBSERVED, NOW = "given", "observed.json", "now.json"
_SHOWN = 12
"""Vehicles and tags of the live test that a form lists."""
_POINTS, _HEADS, _SPARE = 8, 4, 2
_TIMED = {"discovery": 60, "live": 60, "soak": 600}
"""Steps that last for a time that is known beforehand, seconds."""


@dataclass(frozen=True, slots=True)
class Place:
    """A step in the list.

    Attributes:
        state: ``ok``, ``doubtful``, ``skipped``, ``next``, ``later`` or ``running``.
    """

    number: int
    form: Form
    state: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the page shows.

    Attributes:
        chosen: The step that is looked at.
        phase: ``idle``, ``running`` or ``asking``.
        now: What was told of the step that is being made, or was made last.
        elsewhere: Another process than this page's makes it.
        left_s: Until what was applied is undone; None when nothing waits.
        typed: What was typed into the chosen step's form last time.
        more: What only the chosen step's form or result shows.
    """

    places: tuple[Place, ...]
    chosen: Form
    result: dict[str, Any] | None
    phase: str
    now: dict[str, Any]
    elsewhere: bool
    holder: Holder | None
    left_s: int | None
    typed: dict[str, str]
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> str:
        """The first step that is not done; empty when all are."""
        return next((each.form.id for each in self.places if each.state == "next"), "")

    @property
    def share(self) -> float | None:
        """How much of a step's time is over; None where that is not known."""
        return self.more.get("share")


def standing(visit: Visit) -> Standing:
    """Read it all; a few small files."""
    house = visit.house
    record = Record(house.state_dir)
    now_ms = house.clock.utc_ms()
    now = record.side(NOW) or {}
    mine = house.chores.running(CHORE)
    elsewhere = not mine and maker(record) is not None
    phase = str(now.get("state")) if mine or elsewhere else "idle"
    phase = phase if phase in ("asking", "idle") else "running"
    results = {step: record.result(step) for step in IDS}
    first = next((step for step in IDS if results[step] is None), "")
    at_work = str(now.get("step", "")) if phase != "idle" else ""
    states = {
        step: "running" if step == at_work
        else result["state"] if result
        else "next" if step == first
        else "later"
        for step, result in results.items()
    }  # fmt: skip
    wanted = visit.request.query_params.get("step", "")
    fallback = at_work or (str(now.get("step", "")) if now else "") or first or IDS[-1]
    chosen = wanted if states.get(wanted, "later") != "later" else fallback
    chosen = chosen if states.get(chosen, "later") != "later" else first or IDS[-1]
    pending = Guard(record.folder).pending()
    left_s = None if pending is None else max(0, round(Guard(record.folder).left_s(pending)))
    typed = record.side(f"forms/{chosen}.json") or {}
    more = dict(_more(record, chosen, results))
    if phase != "idle":
        more["share"] = _share(record, now, now_ms)
    return Standing(
        tuple(Place(n, form, states[form.id]) for n, form in enumerate(FORMS, 1)),
        form_of(chosen), results[chosen], phase, now, elsewhere,
        Turn(record.folder).holder(now_ms), left_s, typed, more,
    )  # fmt: skip


def maker(record: Record) -> int | None:
    """The process that makes a step at this moment."""
    try:
        number = int(json.loads((record.folder / "lock").read_bytes())["pid"])
        said = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return number if b"provision" in said else None


def end(record: Record) -> None:
    """End whoever makes a step; what is done stays, and it can be made again."""
    number = maker(record)
    if number is not None:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGTERM)


def _share(record: Record, now: dict[str, Any], now_ms: int) -> float | None:
    step = str(now.get("step", ""))
    if step not in _TIMED:
        return None
    typed = (record.side(f"forms/{step}.json") or {}).get(f"{step}.seconds", "")
    span = int(typed) if str(typed).isdecimal() else _TIMED[step]
    gone_s = (now_ms - int(now.get("begun_ms", now_ms))) / 1000
    return min(1.0, max(0.0, gone_s / span)) if span else None


def _more(
    record: Record, step: str, results: dict[str, dict[str, Any] | None]
) -> Iterator[tuple[str, Any]]:
    draft = _facts(results, "draft")
    kinds = draft.get("devices", {})
    yield "kinds", kinds
    yield "given", {key: _text(record, key) for key in _files(step)}
    yield "pictures", {file.name: file.stat().st_mtime_ns for file in record.pictures.glob("*.png")}
    match step:
        case "draft":
            yield "found", _facts(results, "discovery").get("devices", [])
        case "lanes":
            yield "cameras", dict(_lines(record, _facts(results, "lanes")))
        case "calibration":
            yield "cameras", dict(_points(record, _facts(results, "lanes")))
        case "weighing":
            yield "vehicles", (record.side(OBSERVED) or {}).get("axles", [])[-_SHOWN:]
        case "walking" | "live":
            yield "tags", (record.side(OBSERVED) or {}).get("tags", [])[-_SHOWN:]
            yield "readers", any(kind.startswith("etc_") for kind in kinds.values())
            yield "last", _last(_text(record, "walk.passes"))
        case "colours":
            known = record.answers().get("colours") or {}
            yield "cameras", [name for name, word in _facts(results, "lanes").items() if word]
            controllers = [name for name, kind in kinds.items() if kind.startswith("signal_")]
            yield "controllers", {name: _heads(known.get(name)) for name in controllers}


def _facts(results: dict[str, dict[str, Any] | None], step: str) -> dict[str, Any]:
    found: dict[str, Any] = (results[step] or {}).get("facts", {})
    return found


def _files(step: str) -> list[str]:
    return [each.key for each in form_of(step).fields if each.kind == "file"]


def _text(record: Record, key: str) -> str:
    try:
        return (record.folder / GIVEN / key).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _last(text: str) -> dict[str, Any]:
    """The pass that was marked last: the next one is likely of the same tag."""
    try:
        found = json.loads(text.splitlines()[-1])
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _draft(record: Record) -> dict[str, Any]:
    try:
        return tomllib.loads((record.folder / "draft.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _lines(record: Record, seen: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Camera to its lines, in per cent, and spare rows."""
    draft = _draft(record)
    for camera in seen:
        own = draft.get("device", {}).get(camera, {})
        rows: list[dict[str, Any]] = [
            {"name": name, "lane": _lane(draft, camera, name)}
            | dict(zip(("x1", "y1", "x2", "y2"), _per_cent(own, ends), strict=True))
            for name, ends in own.get("lines", {}).items()
        ]
        yield camera, rows + [{} for _ in range(_SPARE)]


def _points(record: Record, seen: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Camera to its measured points."""
    draft = _draft(record)
    for camera in seen:
        own = draft.get("device", {}).get(camera, {})
        rows: list[dict[str, Any]] = [
            dict(zip(("x", "y"), _per_cent(own, point[:2]), strict=True))
            | {"east": point[2], "north": point[3]}
            for point in own.get("ground", [])
        ]
        yield camera, rows + [{} for _ in range(_POINTS - len(rows))]


def _heads(way: Any) -> dict[str, Any]:
    """What was said of a controller's lamps."""
    said = way if isinstance(way, dict) else {}
    rows: list[dict[str, Any]] = [
        {"phase": phase}
        | dict(zip(("x1", "y1", "x2", "y2"), [round(100 * each, 1) for each in box], strict=True))
        for phase, box in said.get("heads", {}).items()
    ]
    spare: list[dict[str, Any]] = [{} for _ in range(max(_SPARE, _HEADS - len(rows)))]
    return {
        "camera": said.get("camera", ""), "seconds": said.get("seconds", ""), "rows": rows + spare,
    }  # fmt: skip


def _lane(draft: dict[str, Any], camera: str, line: str) -> str:
    for lane, table in draft.get("lane", {}).items():
        for source in table.get("lines", []):
            if source.get("device") == camera and source.get("line") == line:
                return str(lane)
    return ""


def _per_cent(own: dict[str, Any], places: list[float]) -> list[float]:
    """Shares, or pixels of the picture's size that the camera's table names."""
    size = own.get("picture") or (1, 1)
    return [round(100 * each / size[at % 2], 1) for at, each in enumerate(places)]
