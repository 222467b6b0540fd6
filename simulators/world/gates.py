"""Who may enter what: lamps, and a look whether the way is clear."""

from edge_agent.simulators.world.network import Link
from edge_agent.simulators.world.signal_state import Aspect
from edge_agent.simulators.world.signals import Controller

_RUN_AFTER_MS = 2500
_TURN_STEPS = 50


class Gates:
    """Opens and shuts the links of a network before each step."""

    def __init__(self, links: tuple[Link, ...], controllers: dict[str, Controller]) -> None:
        self._gated = [link for link in links if link.gated]
        self._controllers = controllers
        approaches: list[str] = []
        for link in self._gated:
            if link.approach not in approaches:
                approaches.append(link.approach)
        self._approaches = sorted(approaches)

    def aspect(self, link: Link) -> tuple[Aspect | None, int]:
        """What the head before a link shows, and since when; None without a head."""
        head = link.head
        if head is None:
            return None, 0
        controller = self._controllers[head.controller]
        if head.group == "phase":
            return controller.aspects[head.number], controller.since[head.number]
        return controller.overlap_aspects[head.number], controller.overlap_since[head.number]

    def set(self, now_ms: int, step: int) -> None:
        """Judge every gated link for the step that begins ``now_ms``."""
        tails = {
            link.name: min(m.s - m.length for m in link.movers)
            for link in self._gated
            if link.movers
        }
        turn = self._approaches[step // _TURN_STEPS % len(self._approaches)] if self._gated else ""
        for link in self._gated:
            taken = any(
                other.name in tails and tails[other.name] < until for other, until in link.conflicts
            )
            aspect, since = self.aspect(link)
            if aspect in ("d", "fy"):
                # Nobody rules: approaches take turns, as drivers do with a waving hand.
                taken = taken or (bool(link.conflicts) and link.approach != turn)
            stop = aspect in ("r", "y")
            link.shut = taken or stop
            dares = now_ms - since < _RUN_AFTER_MS or link.turns_right
            link.shut_to_runners = taken or (stop and not (aspect == "y" or dares))
