"""Register maps as data: points of a device, few reads that cover them, values out of replies.

Addresses are those on the wire, from 0 (not the 40001 notation of some manuals).
"""

import math
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge_agent.device.modbus_frames import MAX_BITS, MAX_REGISTERS, Read, Table

NumberType = Literal["u16", "s16", "u32", "s32", "f32"]
Blocks = Sequence[Sequence[int]]
"""Replies to the reads of a plan, in its order."""

_TOP_ADDRESS = 65535


class Bit(BaseModel):
    """One bit: a coil, a discrete input, or a bit of a register."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: Table = Field(description="coil, discrete, holding or input.")
    address: int = Field(ge=0, le=_TOP_ADDRESS, description="Address on the wire, from 0.")
    bit: int | None = Field(
        default=None, ge=0, le=15, description="Bit of a register, 0 is the lowest."
    )
    inverted: bool = Field(default=False, description="true: 0 means on.")

    @property
    def width(self) -> int:
        return 1

    @model_validator(mode="after")
    def _bit_where_needed(self) -> Self:
        if self.table.bits and self.bit is not None:
            raise ValueError(f"{self.table} cells are bits already: leave `bit` out")
        if not self.table.bits and self.bit is None:
            raise ValueError(f"say which bit (0…15) of the {self.table} register")
        return self


class Number(BaseModel):
    """A number in one or two registers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: Literal[Table.HOLDING, Table.INPUT] = Field(description="holding or input.")
    address: int = Field(ge=0, le=_TOP_ADDRESS, description="Address on the wire, from 0.")
    type: NumberType = Field(default="u16", description="u16, s16, u32, s32 or f32.")
    order: Literal["big", "little"] = Field(
        default="big", description="Which word of two comes first: the high one (big) or the low."
    )
    scale: float = Field(default=1.0, description="value = raw × scale + offset.")
    offset: float = Field(default=0.0, description="Added after scaling.")
    unit: str = Field(default="", description="Unit of the scaled value.")
    invalid: tuple[int, ...] = Field(default=(), description="Raw values that mean: not measured.")
    low: float | None = Field(default=None, description="Scaled values below are implausible.")
    high: float | None = Field(default=None, description="Scaled values above are implausible.")

    @property
    def width(self) -> int:
        return 1 if self.type in ("u16", "s16") else 2

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.address + self.width - 1 > _TOP_ADDRESS:
            raise ValueError(f"{self.type} at {self.address} reaches beyond {_TOP_ADDRESS}")
        if not (math.isfinite(self.scale) and math.isfinite(self.offset)) or self.scale == 0:
            raise ValueError("scale must be a finite number other than 0, offset a finite number")
        return self


Cell = Bit | Number


class Measured(NamedTuple):
    """A number, or None and the reason why there is none."""

    value: float | None
    why: str | None = None


def overlaps(cells: Mapping[str, Cell]) -> list[tuple[str, str]]:
    """Pairs of names that claim the same bit or register, in the order of their addresses."""
    spans: dict[Table, list[tuple[int, int, str]]] = {}
    for name, cell in cells.items():
        low = cell.address * 16 + (cell.bit or 0 if isinstance(cell, Bit) else 0)
        size = 16 * cell.width if isinstance(cell, Number) or cell.table.bits else 1
        spans.setdefault(cell.table, []).append((low, low + size, name))
    found = []
    for taken in spans.values():
        taken.sort()
        # Sorted, a span can only meet its neighbour unless one swallows several; that one is told.
        found += [(a[2], b[2]) for a, b in pairwise(taken) if b[0] < a[1]]
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """The reads that cover a set of cells."""

    reads: tuple[Read, ...]

    @classmethod
    def of(cls, cells: Iterable[Cell], gap: int = 16, most: int | None = None) -> "Plan":
        """Cover the cells with few reads.

        Args:
            cells: What must be covered; a cell of two registers is never torn apart.
            gap: Unused registers (or 16 times as many bits) that a read may span to save a
                request; 0 for devices that refuse to read addresses they do not know.
            most: Cells that the device can give in one reply, when fewer than the protocol allows.
        """
        spans = sorted({(cell.table, cell.address, cell.width) for cell in cells})
        reads: list[Read] = []
        for table, address, width in spans:
            limit = MAX_BITS if table.bits else MAX_REGISTERS
            limit = max(2, min(limit, most or limit))
            room = 16 * gap if table.bits else gap
            end = address + width
            if reads and reads[-1].table is table:
                last = reads[-1]
                covered = max(end, last.address + last.count) - last.address
                if address - (last.address + last.count) <= room and covered <= limit:
                    reads[-1] = Read(table, last.address, covered)
                    continue
            reads.append(Read(table, address, width))
        return cls(tuple(reads))

    def bit(self, cell: Bit) -> Callable[[Blocks], bool]:
        """A reader of this bit from the replies."""
        block, at = self.place(cell)
        inverted = cell.inverted
        if cell.bit is None:
            return lambda blocks: bool(blocks[block][at]) != inverted
        mask = 1 << cell.bit
        return lambda blocks: bool(blocks[block][at] & mask) != inverted

    def number(self, cell: Number) -> Callable[[Blocks], Measured]:
        """A reader of this number from the replies."""
        block, at = self.place(cell)
        end = at + cell.width
        return lambda blocks: decode(cell, blocks[block][at:end])

    def place(self, cell: Cell) -> tuple[int, int]:
        """Which reply holds the cell, and where in it; KeyError when none does."""
        for index, read in enumerate(self.reads):
            inside = read.address <= cell.address
            inside = inside and cell.address + cell.width <= read.address + read.count
            if read.table is cell.table and inside:
                return index, cell.address - read.address
        raise KeyError(f"{cell.table} {cell.address} is not in the plan")


def decode(cell: Number, words: Sequence[int]) -> Measured:
    """The scaled value of a number; integers stay exact while nothing is scaled."""
    raw = _raw(cell, words)
    if not math.isfinite(raw):
        return Measured(None, "not-a-number")
    if raw in cell.invalid:
        return Measured(None, "not-measured")
    value = raw
    if cell.scale != 1 or cell.offset != 0:
        value = raw * cell.scale + cell.offset
    if (cell.low is not None and value < cell.low) or (cell.high is not None and value > cell.high):
        return Measured(None, "implausible")
    return Measured(value)


def _raw(cell: Number, words: Sequence[int]) -> float:
    if cell.width == 1:
        word = words[0]
        return word - 0x10000 if cell.type == "s16" and word & 0x8000 else word
    high, low = words if cell.order == "big" else reversed(words)
    number = high << 16 | low
    match cell.type:
        case "s32" if number & 0x80000000:
            return number - (1 << 32)
        case "f32":
            value: float = struct.unpack(">f", number.to_bytes(4, "big"))[0]
            return value
        case _:
            return number
