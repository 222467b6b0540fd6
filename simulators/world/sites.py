"""The sites that there are."""

from collections.abc import Callable

from edge_agent.simulators.world import junction, plaza
from edge_agent.simulators.world.site import Site

SITES: dict[str, Callable[[], Site]] = {
    "junction": junction.build,
    "toll-plaza": plaza.toll_plaza,
    "weigh-station": plaza.weigh_station,
}
"""Name to builder; each call builds a fresh one, for a network holds its traffic."""


def build(name: str) -> Site:
    """A fresh site.

    Raises:
        ValueError: No site has this name; the text lists those that there are.
    """
    if name not in SITES:
        raise ValueError(f"no site {name!r}; there are {', '.join(SITES)}")
    return SITES[name]()
