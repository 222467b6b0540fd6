"""The same road with SUMO's vehicles."""

from types import TracebackType
from typing import Self

from edge_agent.simulators.sumo.program import SumoError
from edge_agent.simulators.sumo.traffic import SumoTraffic
from edge_agent.simulators.world.network import Link, Network
from edge_agent.simulators.world.schedule import WorldFault
from edge_agent.simulators.world.signal_state import Aspect
from edge_agent.simulators.world.world import World

SITES = ("junction",)


class SumoWorld(World):
    """A World whose vehicles SUMO owns; signals, sensors and truth are the built-in ones.

    To be closed, for SUMO is a process of its own. The same SUMO gives the same truth for the same
    site, seed, start, demand and faults.

    Raises:
        SumoError: SUMO is not installed, cannot drive on this site, does not start, or ended.
    """

    def __init__(
        self,
        site: str = "junction",
        seed: int = 1,
        start_ms: int = 0,
        *,
        demand: float = 1.0,
        faults: tuple[WorldFault, ...] = (),
    ) -> None:
        if site not in SITES:
            raise SumoError(f"SUMO drives on {', '.join(SITES)}, not on {site!r}")
        super().__init__(
            site, seed, start_ms, demand=demand, faults=faults, traffic=self._with_sumo
        )

    def _with_sumo(self, network: Network) -> SumoTraffic:
        self._sumo = SumoTraffic(network, self.seed, self._aspect)
        return self._sumo

    def _aspect(self, link: Link) -> Aspect | None:
        return self._gates.aspect(link)[0]

    def close(self) -> None:
        """End SUMO."""
        self._sumo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
