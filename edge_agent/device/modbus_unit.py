"""What a bus remembers of one device on it: whether it rests, and which replies it still owes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from edge_agent.device.modbus_frames import Read
from edge_agent.errors import Cause, DeviceError

REST_FACTOR = 40
"""A silent unit rests for so many times the time that it cost."""

_FAILURES_BEFORE_REST = 2

Shape = tuple[int, int]
"""Function and bytes of data: all that tells one RTU reply of a unit from another."""


def shape(request: Read) -> Shape:
    """The shape of the reply to this request."""
    return request.function, request.payload


@dataclass
class Unit:
    """One device of a bus.

    Attributes:
        number: Its Modbus unit number.
        failures: Requests that failed since it last answered.
        owed: Shapes of the replies that may still come to requests given up.
    """

    number: int
    failures: int = 0
    owed: set[Shape] = field(default_factory=set)
    _patience: int = field(default=1, init=False)
    _wasted_ns: int = field(default=0, init=False)
    _rest_until_ns: int = field(default=0, init=False)
    _cause: Cause = field(default=Cause.TIMEOUT, init=False)

    @property
    def silent(self) -> bool:
        """Whether it has failed so often that it would rest: sooner while it was never heard."""
        return self.failures >= self._patience

    def refuse_while_resting(self, now_ns: int) -> None:
        """Raise instead of asking a unit that rests."""
        left_s = (self._rest_until_ns - now_ns) / 1e9
        if left_s > 0:
            detail = f"unit {self.number}: {self.failures} requests failed; asked again in "
            raise DeviceError(self._cause, f"{detail}{left_s:.0f} s")

    def answered(self) -> None:
        """It lives."""
        self.failures = self._wasted_ns = self._rest_until_ns = 0
        self._patience = _FAILURES_BEFORE_REST

    def failed(self, cause: Cause, began_ns: int, now_ns: int, others: Iterable["Unit"]) -> None:
        """It cost the bus this time for nothing; with neighbours to protect it may have to rest."""
        self._cause = cause
        self.failures += 1
        self._wasted_ns += now_ns - began_ns
        neighbours = list(others)
        if neighbours and self.silent:
            silent = 1 + sum(unit.silent for unit in neighbours)
            self._rest_until_ns = now_ns + REST_FACTOR * silent * self._wasted_ns
            self._wasted_ns = 0

    def other_shape(self, request: Read) -> Read | None:
        """A part of the block whose reply cannot be taken for one that is owed or asked next."""
        taken = self.owed | {shape(request)}
        for count in range(1, request.count):
            other = Read(request.table, request.address, count)
            if shape(other) not in taken:
                return other
        return None
