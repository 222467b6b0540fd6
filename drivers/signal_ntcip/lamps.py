"""Which objects and masks show the configured heads, and what a look at them says. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from edge_agent.device.readings import Colour
from edge_agent.drivers.signal_ntcip import objects
from edge_agent.drivers.signal_ntcip.codec import (
    NOT_FLASHING,
    OVERLAP_BASE,
    WALK_BASE,
    Heads,
    aspects,
)
from edge_agent.drivers.signal_ntcip.settings import NtcipSettings
from edge_agent.drivers.signal_ntcip.snmp import Missing, Value
from edge_agent.drivers.signal_ntcip.tscbm import PHASES, Frame
from edge_agent.errors import Cause, DeviceError

_TOP_OCTET = 255


@dataclass(frozen=True)
class _Group:
    """Three objects that together show up to eight heads."""

    kind: str
    number: int
    names: tuple[bytes, bytes, bytes]
    heads: tuple[tuple[int, int], ...]
    """Bit of each configured head, and the number under which it is published."""
    pedestrian: bool


class Lamps:
    """The heads of one controller.

    Attributes:
        bundles: Objects to ask for; those of a bundle must come in one reply.
    """

    def __init__(self, settings: NtcipSettings) -> None:
        self._settings = settings
        walk = (objects.dont_walks, objects.ped_clears, objects.walks)
        phase = (objects.phase_reds, objects.phase_yellows, objects.phase_greens)
        overlap = (objects.overlap_reds, objects.overlap_yellows, objects.overlap_greens)
        self._groups = (
            *_groups("phase", settings.phases, phase, 0),
            *_groups("overlap", settings.overlaps, overlap, OVERLAP_BASE),
            *_groups("pedestrian", settings.walks, walk, WALK_BASE),
        )
        self.bundles = tuple(
            (objects.SYS_UP_TIME, objects.UNIT_FLASH_STATUS, *group.names)
            if index == 0
            else group.names
            for index, group in enumerate(self._groups)
        )

    def polled(self, values: Mapping[bytes, Value]) -> dict[int, Colour]:
        """Aspects from a reply.

        Raises:
            DeviceError: PROTOCOL when a group is not there or not an octet.
        """
        flash = values[objects.UNIT_FLASH_STATUS]
        flashing = isinstance(flash, int) and flash != NOT_FLASHING
        seen: dict[int, Colour] = {}
        for group in self._groups:
            masks = [_octet(values[name], group) for name in group.names]
            kind = Heads.FLASHING if flashing else Heads.STEADY
            kind = Heads.PEDESTRIAN if group.pedestrian else kind
            colours = aspects(kind, *masks, objects.PER_GROUP)
            for bit, published in group.heads:
                seen[published] = colours[bit]
        return seen

    def broadcast(self, frame: Frame) -> dict[int, Colour]:
        """Aspects from a TSCBM."""
        phases = (frame.reds, frame.yellows, frame.greens)
        overlaps = (frame.overlap_reds, frame.overlap_yellows, frame.overlap_greens)
        peds = aspects(Heads.PEDESTRIAN, frame.dont_walks, frame.ped_clears, frame.walks, PHASES)
        seen = _masked(self._settings.phases, phases, frame.flashing_phases, 0)
        seen |= _masked(self._settings.overlaps, overlaps, frame.flashing_overlaps, OVERLAP_BASE)
        seen |= {WALK_BASE + n: peds[n - 1] for n in self._settings.walks}
        return seen


def _masked(
    numbers: Iterable[int], masks: tuple[int, int, int], flashing: int, base: int
) -> dict[int, Colour]:
    steady = aspects(Heads.STEADY, *masks, PHASES)
    blinking = aspects(Heads.FLASHING, *masks, PHASES)
    return {
        base + n: blinking[n - 1] if flashing >> (n - 1) & 1 else steady[n - 1] for n in numbers
    }


def _groups(
    kind: str,
    numbers: tuple[int, ...],
    columns: tuple[Callable[[int], bytes], ...],
    base: int,
) -> list[_Group]:
    red, yellow, green = columns
    return [
        _Group(
            kind,
            group,
            (red(group), yellow(group), green(group)),
            tuple(
                ((n - 1) % objects.PER_GROUP, base + n)
                for n in numbers
                if objects.group_of(n) == group
            ),
            pedestrian=base == WALK_BASE,
        )
        for group in sorted({objects.group_of(n) for n in numbers})
    ]


def _octet(value: Value, group: _Group) -> int:
    if value is Missing.ABSENT:
        detail = f"the controller has no {group.kind} group {group.number}"
        raise DeviceError(Cause.PROTOCOL, detail)
    if not isinstance(value, int) or not 0 <= value <= _TOP_OCTET:
        detail = f"{kind_of(value)} where {group.kind} group {group.number} has an octet of lamps"
        raise DeviceError(Cause.PROTOCOL, detail)
    return value


def kind_of(value: Value) -> str:
    """A value in words short enough for an error."""
    return str(value) if isinstance(value, int) else type(value).__name__
