"""What no single table can know: names that must exist elsewhere, things that only one may own.

Each check works on whatever tables are sound, so that it can speak beside the complaints about
the others.
"""

import re
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edge_agent.config.locate import Path
from edge_agent.config.places import places
from edge_agent.config.problems import Draft, dotted, shown
from edge_agent.config.shape import nearest
from edge_agent.contract.envelope import ID
from edge_agent.device.driver import DeviceSettings, DriverKind
from edge_agent.errors import Problem
from edge_agent.passage.lanes import LaneSettings

_ID = re.compile(ID)
SOURCES = (("lines", "line"), ("zones", "zone"), ("detectors", "detector"))
"""Lists of a lane, and what an entry of each names at the device."""


@dataclass(frozen=True, slots=True)
class Sound:
    """The tables that are valid on their own."""

    draft: Draft
    lanes: Mapping[str, LaneSettings]
    devices: Mapping[str, tuple[DriverKind, DeviceSettings]]

    def enabled(self) -> Iterator[tuple[str, DriverKind, DeviceSettings]]:
        """Devices that will be started."""
        for name, (kind, settings) in self.devices.items():
            if settings.enabled:
                yield name, kind, settings


def ids(sound: Sound) -> Iterator[Problem]:
    """Ids of devices and lanes are parts of topics, and share one name space in ``d``."""
    draft = sound.draft
    first: dict[str, Path] = {}
    unit = draft.value(("unit", "id"))
    if isinstance(unit, str):
        first[unit] = ("unit", "id")
    for table in ("device", "lane"):
        for name in _table(draft.value((table,))):
            path = (table, name)
            if not _ID.match(name):
                yield draft.problem(
                    path,
                    f"no id for a {table}",
                    value=shown(name),
                    allowed="lower case letters, digits and inner hyphens, at most 40",
                    do=f"rename it, for example [{table}.{_as_id(name, table)}]",
                )
            elif name in first:
                other = first[name]
                yield draft.problem(
                    path,
                    f"the id is taken by {dotted(other)} on line {draft.lines.of(other)}",
                    value=shown(name),
                    allowed="an id that unit, devices and lanes use only once",
                    do="rename one of them: the centre tells them apart by id alone",
                )
            first.setdefault(name, path)


def _as_id(name: str, table: str) -> str:
    text = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-")
    return text or f"{table}1"


def timezone(sound: Sound) -> Iterator[Problem]:
    """The zone is one that this machine knows."""
    name = sound.draft.value(("unit", "timezone"))
    known = zoneinfo.available_timezones()
    if not isinstance(name, str) or not known or name in known:
        return
    lower = {zone.lower(): zone for zone in known}
    meant = nearest(name, list(lower)) or nearest(f"asia/{name}", list(lower))
    if any(word in name.lower() for word in ("hanoi", "ha_noi", "viet")):
        meant = "asia/ho_chi_minh"  # Hanoi has no zone of its own; the nearest spelling is Shanghai
    yield sound.draft.problem(
        ("unit", "timezone"),
        "unknown time zone",
        value=shown(name),
        allowed="a name of the IANA list, for example Asia/Ho_Chi_Minh",
        do=f'did you mean "{lower[meant]}"?' if meant else 'write "Asia/Ho_Chi_Minh"',
    )


def claims(sound: Sound) -> Iterator[Problem]:
    """No two devices own the same port, address or bus id."""
    owner: dict[str, str] = {}
    for name, kind, settings in sound.enabled():
        for claim in sorted(kind.claims(settings)):
            if claim not in owner:
                owner[claim] = name
                continue
            other = ("device", owner[claim])
            yield sound.draft.problem(
                ("device", name),
                f"{dotted(other)} on line {sound.draft.lines.of(other)} already has it",
                value=shown(claim),
                allowed="one device for each port and bus address",
                do="give one of them another port or address, or set enabled = false",
            )


def kinds(sound: Sound) -> Iterator[Problem]:
    """What the driver itself has to say about its table."""
    for name, (kind, settings) in sound.devices.items():
        for key, complaint in kind.check(settings):
            path = ("device", name, *_split(key, sound.draft.value(("device", name))))
            yield sound.draft.problem(
                path,
                complaint,
                value=shown(sound.draft.value(path)),
                allowed=f"see `edge-agent sample {kind.name}`",
                do=f"mend {dotted(path[2:]) or 'the table'}",
            )


def _split(key: str, data: Any) -> Path:
    """``lines[0].points`` or ``lines.0.points`` as a path into the table."""
    path: list[str | int] = []
    for part in filter(None, re.split(r"[.\[\]]+", key)):
        step: str | int = int(part) if isinstance(data, list) and part.isdecimal() else part
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
        path.append(step)
    return tuple(path)


def lanes(sound: Sound) -> Iterator[Problem]:
    """A lane names devices, lines, zones and detectors that exist, each in one lane only."""
    declared = sorted(_table(sound.draft.value(("device",))))
    used: dict[tuple[str, str, str], Path] = {}
    for lane, settings in sound.lanes.items():
        for listed, what in SOURCES:
            for index, source in enumerate(getattr(settings, listed)):
                path: Path = ("lane", lane, listed, index)
                thing = getattr(source, what)
                if source.device not in declared:
                    yield _no_such(sound.draft, (*path, "device"), "device", declared)
                    continue
                if source.device in sound.devices:
                    kind, device = sound.devices[source.device]
                    offered = sorted(kind.offers(device).get(what, ()))
                    if thing not in offered:
                        yield _no_such(
                            sound.draft, (*path, what), f"{what} of {source.device}", offered
                        )
                        continue
                key = (source.device, what, thing)
                if key in used:
                    yield sound.draft.problem(
                        (*path, what),
                        f"{dotted(used[key][:2])} on line {sound.draft.lines.of(used[key])} "
                        f"already counts this {what}",
                        value=shown(thing),
                        allowed=f"each {what} in one lane, or vehicles are counted twice",
                        do="remove one of the two, or draw a line for each lane",
                    )
                used.setdefault(key, path)


def pairing(sound: Sound) -> Iterator[Problem]:
    """A lane's sensors agree on where they stand; see ``places``."""
    declared = sorted(_table(sound.draft.value(("device",))))
    yield from places(sound.draft, sound.lanes, declared)


def _no_such(draft: Draft, path: Path, what: str, known: list[str]) -> Problem:
    value = draft.value(path)
    meant = nearest(str(value), known)
    return draft.problem(
        path,
        f"unknown {what}",
        value=shown(value),
        allowed=", ".join(known) or f"nothing: there is no {what}",
        do=f'did you mean "{meant}"?' if meant else "write one of the allowed names",
    )


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


CHECKS: tuple[Callable[[Sound], Iterator[Problem]], ...] = (
    ids,
    timezone,
    claims,
    kinds,
    lanes,
    pairing,
)
