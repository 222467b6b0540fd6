"""What can be wrong with a cabinet or its wire, by name, switched at run time by JSON orders."""

from typing import Any

from edge_agent.simulators.cabinet.post import FIGURES, SWITCHES, Cabinet, Weather
from edge_agent.simulators.signal.faults import WIRE, Faults


class Switchboard:
    """The switches of one cabinet.

    Attributes:
        wire: Faults of the answers, for the port.
    """

    def __init__(self, cabinet: Cabinet, weather: Weather, seed: int = 1) -> None:
        self.wire = Faults(seed)
        self._cabinet = cabinet
        self._weather = weather

    def switch(self, order: dict[str, Any]) -> None:
        """Obey ``{"fault": name, "on": bool, …}`` or ``{"clear": true}``; ValueError if unclear.

        Further keys: ``times``, ``share`` and ``value`` for faults of the wire; ``name`` and
        ``value`` (raw; null for not measured) for ``figure``.
        """
        cabinet = self._cabinet
        if order.get("clear"):
            self.wire.active.clear()
            cabinet.forced.clear()
            cabinet.fixed.clear()
            self._weather.dirty = False
            cabinet.advance()
            return
        name, on = str(order.get("fault")), bool(order.get("on", True))
        if name in WIRE:
            self.wire.switch_wire(order)
        elif name in SWITCHES:
            (cabinet.forced.add if on else cabinet.forced.discard)(name)
        elif name == "sensor-dirty":
            self._weather.dirty = on
        elif name == "figure" and order.get("name") in FIGURES:
            cabinet.fixed.pop(str(order["name"]), None)
            if on:
                value = order["value"]
                cabinet.fixed[str(order["name"])] = None if value is None else int(value)
        elif name == "figure":
            raise ValueError(f"figure {order.get('name')!r}: one of {', '.join(FIGURES)}")
        else:
            known = (*WIRE, *SWITCHES, "sensor-dirty", "figure")
            raise ValueError(f"fault {name!r}: one of {', '.join(known)}")
        cabinet.advance()
