"""A controller of the simulated world as a junction: its copy of the world runs along here."""

from edge_agent.simulators.ntcip.junction import View
from edge_agent.simulators.world.signal_state import SignalState
from edge_agent.simulators.world.world import World

_ALARMS = {
    "lamp-out": ("short", 6),
    "conflict": ("unit1", 4),
    "flash": ("short", 1),
}
_WALKS = {"walk": "g", "clear": "fg", "dont": "r"}


class SiteJunction:
    """One controller of a site.

    Every process that knows site, seed and start computes the same world; nothing that is asked
    of the controller changes it.

    Attributes:
        detectors: Number to name, in the order of the names.
        beside: Phase number to the phases that may go with it.
    """

    def __init__(self, site: str, seed: int, start_ms: int, controller: str | None = None) -> None:
        self._world = World(site, seed, start_ms)
        plans = {place.name: place.plan for place in self._world.site.controllers}
        names = list(plans)
        if controller is None and names:
            controller = names[0]
        if controller not in plans:
            raise ValueError(f"{site} has no controller {controller!r}: one of {', '.join(names)}")
        self._name = controller
        plan = plans[controller]
        numbers = [phase.number for phase in plan.phases]
        self.beside = {
            n: tuple(m for m in numbers if m != n and plan.compatible(n, m)) for n in numbers
        }
        self._world.advance_to(start_ms + 1)
        told = self._world.signals(controller).detectors
        self.detectors = dict(enumerate(sorted(told), 1))

    def at(self, utc_ms: int) -> View:
        # The step that begins at this tick sets the lamps of the tick.
        self._world.advance_to(utc_ms + 1)
        state = self._world.signals(self._name)
        return View(
            dict(state.phases),
            dict(state.overlaps),
            {phase: _WALKS[walk] for phase, walk in state.walks.items()},
            plan=state.plan,
            cycle_ms=state.cycle_ms,
            volumes={n: state.volumes[name] for n, name in self.detectors.items()},
            present=frozenset(n for n, name in self.detectors.items() if state.detectors[name]),
            flash=_flash(state),
            powered=state.mode != "dark",
            alarms=frozenset(_ALARMS[code] for code in state.alarms if code in _ALARMS),
        )


def _flash(state: SignalState) -> str | None:
    if "fy" not in state.phases.values():
        return None
    return "start" if state.mode == "start-up" else "fault"
