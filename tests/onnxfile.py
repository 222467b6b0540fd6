"""ONNX files written by hand: tests and benches need small networks whose answers are known.

Enough of the format for graphs of standard operators, with no library. Field numbers are from
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

IR_VERSION = 8
OPSET = 17
_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "bool": 9}
_FLOAT, _INT, _STRING, _FLOATS, _INTS = 1, 2, 3, 6, 7

Attribute = float | int | str | Sequence[int] | Sequence[float]
Shape = Sequence[int | str]


@dataclass
class Graph:
    """A graph that grows from its inputs to its outputs; ``bytes(graph)`` is the file."""

    _nodes: list[bytes] = field(default_factory=list)
    _weights: list[bytes] = field(default_factory=list)
    _inputs: list[bytes] = field(default_factory=list)
    _outputs: list[bytes] = field(default_factory=list)
    _count: int = 0

    def input(self, name: str, shape: Shape, dtype: str = "float32") -> str:
        """An input; a word in ``shape`` stands for any size."""
        self._inputs.append(_port(name, shape, dtype))
        return name

    def output(self, name: str, shape: Shape, dtype: str = "float32") -> None:
        """Make the value ``name`` an output."""
        self._outputs.append(_port(name, shape, dtype))

    def weight(self, values: NDArray[Any]) -> str:
        """A constant."""
        name = self._name("w")
        fields = [_number(1, size) for size in values.shape]
        fields += [_number(2, _TYPES[values.dtype.name]), _text(8, name)]
        self._weights.append(b"".join([*fields, _block(9, values.tobytes())]))
        return name

    def add(self, op: str, *inputs: str, name: str = "", **attributes: Attribute) -> str:
        """An operator; returns the name of its (first) output."""
        result = name or self._name("v")
        fields = [_text(1, one) for one in inputs]
        fields += [_text(2, result), _text(3, f"{op}-{result}"), _text(4, op)]
        fields += [_block(5, _attribute(key, value)) for key, value in attributes.items()]
        self._nodes.append(b"".join(fields))
        return result

    def __bytes__(self) -> bytes:
        parts = [_block(1, node) for node in self._nodes]
        parts += [_text(2, "graph")]
        parts += [_block(5, weight) for weight in self._weights]
        parts += [_block(11, port) for port in self._inputs]
        parts += [_block(12, port) for port in self._outputs]
        opset = _block(8, _text(1, "") + _number(2, OPSET))
        return _number(1, IR_VERSION) + _block(7, b"".join(parts)) + opset

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"


def _attribute(name: str, value: Attribute) -> bytes:
    head = _text(1, name)
    match value:
        case float():
            return head + _tag(2, 5) + struct.pack("<f", value) + _number(20, _FLOAT)
        case int():
            return head + _number(3, value) + _number(20, _INT)
        case str():
            return head + _text(4, value) + _number(20, _STRING)
        case [float(), *_]:
            floats = b"".join(_tag(7, 5) + struct.pack("<f", one) for one in value)
            return head + floats + _number(20, _FLOATS)
        case _:
            ints = b"".join(_number(8, int(one)) for one in value)
            return head + ints + _number(20, _INTS)


def _port(name: str, shape: Shape, dtype: str) -> bytes:
    sizes = b"".join(
        _block(1, _number(1, size) if isinstance(size, int) else _text(2, size)) for size in shape
    )
    tensor = _number(1, _TYPES[dtype]) + _block(2, sizes)
    return _text(1, name) + _block(2, _block(1, tensor))


def _tag(number: int, wire: int) -> bytes:
    return _varint(number << 3 | wire)


def _number(number: int, value: int) -> bytes:
    return _tag(number, 0) + _varint(value)


def _text(number: int, value: str) -> bytes:
    return _block(number, value.encode())


def _block(number: int, content: bytes) -> bytes:
    return _tag(number, 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    value &= 2**64 - 1  # negative numbers are ten bytes of two's complement
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def constant(value: NDArray[np.float32], shape: Shape, dtype: str = "float32") -> bytes:
    """A network that gives ``value`` whatever it is shown."""
    graph = Graph()
    graph.input("x", shape, dtype)
    graph.output(graph.add("Identity", graph.weight(value), name="y"), value.shape)
    return bytes(graph)
