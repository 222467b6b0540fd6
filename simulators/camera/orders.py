"""Fault orders to a running camera."""

from collections.abc import Callable

from edge_agent.simulators.camera.faults import Fault, Faults
from edge_agent.simulators.orders import Answer, Order


def obeying(faults: Faults, report: Callable[[], Order]) -> Callable[[Order], Answer]:
    """Orders: ``{"fault": name, "on": true|false}``, ``{"clear": true}``, ``{"report": true}``."""

    def act(order: Order) -> Answer:
        if order.get("report"):
            return {"report": report()}
        _switch(faults, order)
        return None

    return act


def _switch(faults: Faults, order: Order) -> None:
    if order.get("clear"):
        for fault in Fault:
            faults.end(fault)
        return
    name = order.get("fault")
    if name not in set(Fault):
        raise ValueError(f"fault {name!r}: one of {', '.join(Fault)}")
    (faults.begin if order.get("on", True) else faults.end)(Fault(name))
