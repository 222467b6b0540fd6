"""Plans and values of register maps, by property."""

import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge_agent.device.modbus_frames import MAX_BITS, MAX_REGISTERS, Table
from edge_agent.device.registers import Bit, Cell, Measured, Number, Plan, decode, overlaps

_REGISTER_TABLES = st.sampled_from([Table.HOLDING, Table.INPUT])
_TYPES = st.sampled_from(["u16", "s16", "u32", "s32", "f32"])


@st.composite
def _bits(draw: st.DrawFn) -> Bit:
    table = draw(st.sampled_from(list(Table)))
    address = draw(st.integers(0, 4000))
    bit = None if table.bits else draw(st.integers(0, 15))
    return Bit(table=table, address=address, bit=bit, inverted=draw(st.booleans()))


@st.composite
def _numbers(draw: st.DrawFn) -> Number:
    return Number(
        table=draw(_REGISTER_TABLES),
        address=draw(st.integers(0, 4000)),
        type=draw(_TYPES),
        order=draw(st.sampled_from(["big", "little"])),
    )


_CELLS = st.lists(_bits() | _numbers(), min_size=1, max_size=40)


@given(_CELLS, st.integers(0, 100), st.none() | st.integers(2, 2000))
def test_a_plan_covers_every_cell_within_the_limits(
    cells: list[Cell], gap: int, most: int | None
) -> None:
    plan = Plan.of(cells, gap, most)
    for read in plan.reads:
        limit = MAX_BITS if read.table.bits else MAX_REGISTERS
        assert 1 <= read.count <= min(limit, most or limit)
    for cell in cells:
        index, at = plan.place(cell)
        read = plan.reads[index]
        assert read.table is cell.table
        assert read.address + at == cell.address
        assert at + cell.width <= read.count


@given(_CELLS)
def test_without_gaps_no_unknown_address_is_read(cells: list[Cell]) -> None:
    known = {(c.table, a) for c in cells for a in range(c.address, c.address + c.width)}
    plan = Plan.of(cells, gap=0)
    for read in plan.reads:
        assert {(read.table, read.address + i) for i in range(read.count)} <= known


@given(st.lists(st.tuples(_numbers(), st.integers(0, 0xFFFFFFFF)), min_size=1, max_size=20))
def test_values_come_back_out_of_the_blocks(pairs: list[tuple[Number, int]]) -> None:
    memory: dict[tuple[Table, int], int] = {}
    for cell, raw in pairs:
        words = [raw >> 16 & 0xFFFF, raw & 0xFFFF] if cell.width == 2 else [raw & 0xFFFF]
        words = words[::-1] if cell.order == "little" else words
        for index, word in enumerate(words):
            memory[cell.table, cell.address + index] = word
    plan = Plan.of([cell for cell, _ in pairs])
    blocks = [
        [memory.get((r.table, a), 0) for a in range(r.address, r.address + r.count)]
        for r in plan.reads
    ]
    for cell, _ in pairs:
        words = [memory[cell.table, cell.address + index] for index in range(cell.width)]
        words = words[::-1] if cell.order == "little" else words
        packed = b"".join(word.to_bytes(2, "big") for word in words)
        code = {"u16": ">H", "s16": ">h", "u32": ">I", "s32": ">i", "f32": ">f"}[cell.type]
        (expected,) = struct.unpack(code, packed)
        value = plan.number(cell)(blocks).value
        if math.isfinite(expected):
            assert value == expected
        else:
            assert value is None


@given(_bits(), st.booleans())
def test_bits_come_back_out_of_the_blocks(cell: Bit, lit: bool) -> None:
    plan = Plan.of([cell])
    raw = lit != cell.inverted
    word = int(raw) if cell.bit is None else raw << cell.bit
    assert plan.bit(cell)([[word]]) is lit


@pytest.mark.parametrize(
    ("facts", "words", "measured"),
    [
        ({"type": "s16", "scale": 0.1}, [0xFFF6], Measured(-1.0)),
        ({"type": "u16", "scale": 10, "offset": -400}, [41], Measured(10)),
        ({"type": "s16", "invalid": [-32768]}, [0x8000], Measured(None, "not-measured")),
        ({"type": "u16", "invalid": [65535]}, [0xFFFF], Measured(None, "not-measured")),
        ({"type": "f32"}, [0x7FC0, 0], Measured(None, "not-a-number")),
        ({"type": "f32"}, [0x7F80, 0], Measured(None, "not-a-number")),
        ({"type": "f32"}, [0x41B4, 0], Measured(22.5)),
        ({"type": "f32", "order": "little"}, [0, 0x41B4], Measured(22.5)),
        ({"type": "u32"}, [1, 2], Measured(65538)),
        ({"type": "s32"}, [0xFFFF, 0xFFFE], Measured(-2)),
        ({"type": "u16", "low": 10, "high": 20}, [9], Measured(None, "implausible")),
        ({"type": "u16", "low": 10, "high": 20}, [21], Measured(None, "implausible")),
        ({"type": "u16", "low": 10, "high": 20}, [20], Measured(20)),
    ],
)
def test_decoding(facts: dict[str, Any], words: list[int], measured: Measured) -> None:
    cell = Number(table=Table.INPUT, address=0, **facts)
    assert decode(cell, words) == measured


def test_cells_that_cannot_be() -> None:
    with pytest.raises(ValidationError, match="bits already"):
        Bit(table=Table.COIL, address=0, bit=3)
    with pytest.raises(ValidationError, match="which bit"):
        Bit(table=Table.HOLDING, address=0)
    with pytest.raises(ValidationError, match="beyond 65535"):
        Number(table=Table.HOLDING, address=65535, type="u32")
    with pytest.raises(ValidationError, match="scale"):
        Number(table=Table.HOLDING, address=1, scale=0)
    with pytest.raises(ValidationError):
        Number.model_validate({"table": "coil", "address": 1})


def test_overlaps_are_found() -> None:
    cells: dict[str, Cell] = {
        "a": Number(table=Table.INPUT, address=4, type="u32"),
        "b": Number(table=Table.INPUT, address=5),
        "c": Number(table=Table.INPUT, address=6),
        "d": Bit(table=Table.INPUT, address=6, bit=2),
        "e": Bit(table=Table.HOLDING, address=6, bit=2),
        "f": Bit(table=Table.HOLDING, address=6, bit=3),
        "g": Bit(table=Table.COIL, address=6),
        "h": Bit(table=Table.COIL, address=6),
        "i": Bit(table=Table.DISCRETE, address=6),
    }
    assert sorted(tuple(sorted(pair)) for pair in overlaps(cells)) == [
        ("a", "b"),
        ("c", "d"),
        ("g", "h"),
    ]
