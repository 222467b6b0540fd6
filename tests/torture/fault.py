"""A fault, how hard to try it, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Scale(Enum):
    """How often to try: minutes for all faults together, or the full numbers of the design."""

    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True)
class Outcome:
    """What the ledger says after all tries of one fault.

    ``lost`` counts recorded events that never reached the far end, ``duplicates`` those that are
    there twice after de-duplication, ``recovery_s`` the longest time from the end of the fault to
    normal work, None where the fault has no such moment.
    """

    tried: int
    lost: int
    duplicates: int
    recovery_s: float | None
    note: str = ""


@dataclass(frozen=True)
class Fault:
    """One way to hurt the unit."""

    name: str
    row: str
    """Numbers of the rows in the table of faults that this covers."""
    negative_control: bool
    """This one MUST lose something: it shows that the harness sees a loss."""
    run: Callable[[Scale], Outcome]
    needs: tuple[str, ...] = ()
    """``root`` or names of programs; where one is missing the fault is skipped, and said so."""

    def held(self, outcome: Outcome) -> bool:
        """Whether the outcome is the one that must be."""
        if outcome.tried == 0:
            return False
        if self.negative_control:
            return outcome.lost > 0
        return outcome.lost == 0 and outcome.duplicates == 0
