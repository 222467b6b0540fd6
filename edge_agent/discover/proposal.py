"""What was found, as a person or a site file takes it; and where proposals are in conflict."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from edge_agent.device.driver import DriverKind
from edge_agent.discover import toml

_PROVED, _GUESS = 90, 20
"""From here on a device has proved what it is; guesses so far below it are not worth a word."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A device that could be driven.

    Attributes:
        unit_id: On Modbus; None elsewhere.
        table: The other keys of its ``[device.<id>]``.
        conflicts: What else claims the same place, in words.
    """

    kind: str
    url: str
    unit_id: int | None
    identity: str
    confidence: int
    why: str
    table: Mapping[str, Any] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    serial: str = ""

    @property
    def settings(self) -> dict[str, Any]:
        """Its whole ``[device.<id>]`` table."""
        unit = {} if self.unit_id is None else {"unit_id": self.unit_id}
        return {"kind": self.kind, "url": self.url, **unit, **self.table}

    @property
    def place(self) -> str:
        """Address, and unit where there are several behind it."""
        return self.url if self.unit_id is None else f"{self.url} unit {self.unit_id}"

    def as_json(self, name: str) -> dict[str, Any]:
        """Plain values, with a ready table."""
        return asdict(self) | {"id": name, "toml": toml.table(("device", name), self.settings)}


def named(proposals: Sequence[Proposal]) -> dict[str, Proposal]:
    """A name for each: what its kind is for, and a number."""
    count: dict[str, int] = defaultdict(int)
    found = {}
    for each in proposals:
        stem = _STEMS.get(each.kind, each.kind.replace("_", "-"))
        count[stem] += 1
        found[f"{stem}{count[stem]}"] = each
    return found


_STEMS = {
    "camera": "cam",
    "etc_llrp": "etc",
    "etc_serial": "etc",
    "modbus_map": "map",
    "signal_modbus": "ctl",
    "signal_ntcip": "ctl",
    "wim_line": "wim",
    "wim_modbus": "wim",
}


def settled(
    proposals: Sequence[Proposal], kinds: Mapping[str, DriverKind], known: Mapping[str, Any]
) -> list[Proposal]:
    """Merge what is one device, drop guesses that a proof silences, name what is left in conflict.

    Args:
        proposals: As they were made.
        kinds: By name.
        known: Settings of the devices that a site file has already, by id.
    """
    merged = _merged(proposals)
    by_place: dict[tuple[str, int | None], list[Proposal]] = defaultdict(list)
    for each in merged:
        by_place[_netloc(each.url), each.unit_id].append(each)
    kept: list[Proposal] = []
    for rivals in by_place.values():
        top = max(each.confidence for each in rivals)
        floor = top - _GUESS if top >= _PROVED else 0
        kept += [each for each in rivals if each.confidence > floor]
    claims = {number: _claims(each.settings, kinds) for number, each in enumerate(kept)}
    taken = {name: _claims(device.model_dump(), kinds) for name, device in known.items()}
    found = []
    for number, each in enumerate(kept):
        words = [
            f"{other.kind} fits here too ({other.confidence} %)"
            if _netloc(other.url) == _netloc(each.url)
            else f"the same port as {other.place}"
            for at, other in enumerate(kept)
            if at != number and claims[number] & claims[at]
        ]
        words += [
            f"the same device as at {other.place}: both give serial number {each.serial}"
            for other in kept
            if each.serial and other.serial == each.serial and other.place != each.place
        ]
        words += [
            f"[device.{name}] is there already" for name in taken if claims[number] & taken[name]
        ]
        found.append(replace(each, conflicts=tuple(dict.fromkeys(words))))
    return sorted(found, key=lambda each: (each.kind, each.url, each.unit_id or 0))


def best(proposals: Sequence[Proposal]) -> list[Proposal]:
    """The likeliest at each place."""
    found: dict[tuple[str, int | None], Proposal] = {}
    for each in proposals:
        key = _netloc(each.url), each.unit_id
        if key not in found or each.confidence > found[key].confidence:
            found[key] = each
    return list(found.values())


def _merged(proposals: Sequence[Proposal]) -> list[Proposal]:
    """One device that was found in two ways (a camera by its port and by its announcement)."""
    found: dict[tuple[str, str, int | None], Proposal] = {}
    for each in sorted(proposals, key=lambda each: -each.confidence):
        key = each.kind, _netloc(each.url), each.unit_id
        first = found.get(key)
        if first is None:
            found[key] = each
        elif each.why != first.why:
            identity = ", ".join(dict.fromkeys(filter(None, (first.identity, each.identity))))
            found[key] = replace(first, identity=identity, why=f"{first.why}; {each.why}")
    return list(found.values())


def _netloc(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path if parts.scheme in ('serial', 'pty', 'v4l2') else ''}"


def _claims(table: Mapping[str, Any], kinds: Mapping[str, DriverKind]) -> frozenset[str]:
    """What it claims for itself alone, and its address where the kind claims none."""
    kind = kinds.get(str(table.get("kind", "")))
    if kind is None:
        return frozenset()
    own: frozenset[str] = frozenset()
    with suppress(ValidationError):
        own = kind.claims(kind.settings.model_validate(dict(table)))
    return own or frozenset({f"{kind.name}:{_netloc(str(table.get('url', '')))}"})
