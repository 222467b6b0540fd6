"""Follows detector volumes, occupancies and presence. Pure.

The controller counts over periods of its own: ``volumeOccupancySequence`` steps when a period has
ended and the table holds its figures until the next one ends (NTCIP 1202 v02 §2.3.5). A period
is therefore counted once, and a skipped number is a period that nobody read.
"""

from collections.abc import Callable, Mapping, Sequence

from edge_agent.clock import Stamp
from edge_agent.device.plausibility import Limits, Plausibility
from edge_agent.device.readings import (
    ConditionReading,
    DetectorReading,
    FigureReading,
    Reading,
)
from edge_agent.drivers.signal_ntcip import codec, objects
from edge_agent.drivers.signal_ntcip.codec import Measured
from edge_agent.drivers.signal_ntcip.snmp import Value

_IN_ONE_PDU = 12
"""With more, the reply outgrows the 484 octets that every SNMP agent can send."""
_SEQUENCES = 256


class Volumes:
    """Up to a dozen detectors whose figures come in one reply.

    Attributes:
        names: Objects to ask for.
    """

    def __init__(self, detectors: Sequence[tuple[str, int]], limits: Limits) -> None:
        self._detectors = tuple(detectors)
        self.names = (
            objects.VOLUME_SEQUENCE,
            objects.VOLUME_PERIOD,
            *(objects.detector_volume(number) for _, number in detectors),
            *(objects.detector_occupancy(number) for _, number in detectors),
        )
        self._judges = {name: Plausibility(limits) for name, _ in detectors}
        self._conditions: dict[str, str | None] = {}
        self._sequence: int | None = None
        self._ended_ns = 0
        self._complaint: str | None = None

    def take(self, values: Mapping[bytes, Value], at: Stamp) -> list[Reading]:
        """Readings of a period that has ended since the last look; none while it lasts."""
        sequence, period = (values[name] for name in self.names[:2])
        if not isinstance(sequence, int) or not period:
            return self._complain("no-volume-in-controller", at)
        self._complaint = None
        before, self._sequence = self._sequence, sequence
        if before == sequence:
            return []
        started_ns, self._ended_ns = self._ended_ns, at.mono_ns
        if before is None:
            # The figures are of a time before this run; an earlier run may have counted them.
            return self._all_absent("unknown-before", at)
        missed = (sequence - before) % _SEQUENCES - 1
        told: list[Reading] = self._all_absent("period-missed", at) if missed else []
        for name, number in self._detectors:
            told += self._period(name, number, values, started_ns, at)
        return told

    def lost(self) -> None:
        """The controller has restarted: its sequence begins anew."""
        self._sequence = None

    def _period(
        self, name: str, number: int, values: Mapping[bytes, Value], started_ns: int, at: Stamp
    ) -> list[Reading]:
        count = _measured(values[objects.detector_volume(number)], codec.volume)
        share = _measured(values[objects.detector_occupancy(number)], codec.occupancy)
        if codec.is_detector_fault(share.why):
            count = Measured(None, share.why)
        faults = self._judges[name].sample(started_ns, at.mono_ns, count.value, share.value)
        doubt = min(faults, default=None)
        told = self._condition(name, count.why if count.value is None else doubt, at)
        if doubt is not None:
            count = share = Measured(None, doubt)
        return [
            DetectorReading(at, name, count.value, why=count.why),
            FigureReading(at, f"occupancy-{name}", share.value, "permille", share.why),
            *told,
        ]

    def _condition(self, name: str, why: str | None, at: Stamp) -> list[Reading]:
        known = self._conditions.get(name, "never told")
        self._conditions[name] = why
        if known == why:
            return []
        text = f"Detector {name}: {why}" if why else f"Detector {name} is believable"
        reading = ConditionReading(
            at, f"detector-{name}", why is not None, "warning", text, "Check loop and amplifier"
        )
        return [reading] if (known is None) != (why is None) or known == "never told" else []

    def _complain(self, why: str, at: Stamp) -> list[Reading]:
        if self._complaint == why:
            return []
        self._complaint = why
        return self._all_absent(why, at)

    def _all_absent(self, why: str, at: Stamp) -> list[Reading]:
        return [DetectorReading(at, name, None, why=why) for name, _ in self._detectors]


class Presence:
    """Which detectors are occupied now.

    Attributes:
        names: Objects to ask for, one for eight detectors.
    """

    def __init__(self, detectors: Mapping[str, int]) -> None:
        self._detectors = dict(detectors)
        groups = sorted({objects.group_of(number) for number in detectors.values()})
        self.names = tuple(objects.detectors_active(group) for group in groups)
        self._known: dict[str, bool] = {}

    def take(self, values: Mapping[bytes, Value], at: Stamp) -> list[Reading]:
        """Detectors whose presence changed; nothing of a group that the controller lacks."""
        told: list[Reading] = []
        for name, number in self._detectors.items():
            octet = values[objects.detectors_active(objects.group_of(number))]
            if not isinstance(octet, int):
                continue
            occupied = bool(octet >> (number - 1) % objects.PER_GROUP & 1)
            if self._known.get(name) != occupied:
                self._known[name] = occupied
                told.append(DetectorReading(at, name, 0, occupied=occupied))
        return told


def batches(detectors: Mapping[str, int], limits: Limits) -> tuple[Volumes, ...]:
    """The detectors, by number, in batches that fit into a reply."""
    ordered = sorted(detectors.items(), key=lambda item: item[1])
    return tuple(
        Volumes(ordered[start : start + _IN_ONE_PDU], limits)
        for start in range(0, len(ordered), _IN_ONE_PDU)
    )


def _measured(value: Value, decode: Callable[[int], Measured]) -> Measured:
    return decode(value) if isinstance(value, int) else Measured(None, "not-in-controller")
