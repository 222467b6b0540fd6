"""What can be wrong on a reader's wire, by name, for the next times or until switched off."""

import random
from dataclasses import dataclass, field
from typing import Any

WIRE = ("silence", "no-keepalive", "garbage", "half", "damage", "duplicate", "late")


@dataclass
class Faults:
    """Wire faults in force.

    ``silence`` answers nothing, ``garbage`` puts noise before a report, ``half`` cuts it and hangs
    up, ``damage`` flips a bit, ``duplicate`` sends it twice, ``late`` holds reports for ``value``
    seconds.

    Attributes:
        applied: How often each has struck.
    """

    seed: int = 1
    applied: dict[str, int] = field(default_factory=dict)
    _active: dict[str, int | None] = field(default_factory=dict)
    _values: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def switch(self, order: dict[str, Any]) -> None:
        """Obey ``{"fault": name, "on": bool, "times": n, "value": x}``."""
        name = str(order["fault"])
        self._active.pop(name, None)
        if order.get("on", True):
            self._active[name] = order.get("times")
            self._values[name] = float(order.get("value", 0))

    def clear(self) -> None:
        self._active.clear()

    def due(self, name: str) -> bool:
        """Whether it strikes now; uses up one of its times."""
        if name not in self._active:
            return False
        times = self._active[name]
        if times is not None:
            self._active[name] = times - 1
            if times <= 1:
                del self._active[name]
        self.applied[name] = self.applied.get(name, 0) + 1
        return True

    def value(self, name: str) -> float:
        """Seconds of a fault in force, otherwise 0; uses nothing up."""
        return self._values[name] if name in self._active else 0.0

    def noise(self) -> bytes:
        """Up to 40 bytes of anything."""
        return self._chance.randbytes(self._chance.randrange(1, 40))

    def damaged(self, data: bytes) -> bytes:
        """With one bit wrong."""
        bit = self._chance.randrange(8 * len(data))
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        return bytes(changed)
