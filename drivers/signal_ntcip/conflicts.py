"""Notices greens that exclude each other, by the controller's own list of what may go together."""

from collections.abc import Mapping
from itertools import combinations

from edge_agent.clock import Stamp
from edge_agent.device.readings import Colour, ConditionReading
from edge_agent.drivers.signal_ntcip import objects
from edge_agent.drivers.signal_ntcip.snmp import Value


class Conflicts:
    """Remembers whether a conflict stands; the first word tells it, on or off."""

    def __init__(self, values: Mapping[bytes, Value], phases: tuple[int, ...]) -> None:
        """Learn which phases may go together.

        Args:
            values: ``phaseConcurrency`` of each phase: an octet for each phase beside it.
            phases: Phases in use.
        """
        lists = {phase: values.get(objects.phase_concurrency(phase)) for phase in phases}
        known = {phase: set(octets) for phase, octets in lists.items() if isinstance(octets, bytes)}
        # A controller whose lists are all empty does not fill them in, and tells nothing.
        self._excluded = (
            frozenset(
                (one, other)
                for one, other in combinations(sorted(known), 2)
                if other not in known[one] and one not in known[other]
            )
            if any(known.values())
            else frozenset()
        )
        self._standing: bool | None = None

    def take(self, aspects: Mapping[int, Colour], at: Stamp) -> ConditionReading | None:
        """The condition when it begins or ends; None from a controller without lists."""
        if not self._excluded:
            return None
        green = {phase for phase, colour in aspects.items() if colour is Colour.GREEN}
        found = [pair for pair in sorted(self._excluded) if green.issuperset(pair)]
        if self._standing == bool(found):
            return None
        self._standing = bool(found)
        text = "No phases are green against each other"
        if found:
            text = f"Phases {found[0][0]} and {found[0][1]} are green against each other"
        return ConditionReading(
            at, "conflicting-greens", bool(found), "critical", text, "Switch to flash, visit"
        )
