"""Peers' networks built anew, layer by layer, with random weights: what they cost, no more.

YOLOX-Nano as Megvii publishes it (depth 0.33, width 0.25, depthwise, SiLU, 416×416, 80 classes,
0.91 M parameters) and the CCT-XS of fast-plate-ocr (64×128 colour, 9 places, 37 characters), both
in float32 as their exporters write them, batch norms folded into the convolutions.

Sources: https://github.com/Megvii-BaseDetection/YOLOX (exps/default/nano.py, yolox/models),
https://github.com/ankandrew/fast-plate-ocr (models/cct_xs_v1.yaml, train/model).
"""

import numpy as np
from numpy.typing import NDArray

from tests.onnxfile import Graph

YOLOX_SIDE = 416
_CLASSES = 80
_STEM, _DEPTH = 16, 3
_HEAD = 64

CCT_SIZE = (128, 64)
CCT_PLACES, CCT_LETTERS = 9, 37
_DIM = 64


class _Builder(Graph):
    """Layers with random weights of such a spread that values neither vanish nor grow."""

    def __init__(self) -> None:
        super().__init__()
        self._random = np.random.default_rng(0)
        self.parameters = 0

    def drawn(self, *shape: int, gain: float = 1.0) -> str:
        spread = gain / np.sqrt(np.prod(shape[1:]) if len(shape) > 2 else shape[0])
        return self.given(self._random.normal(0, spread, shape).astype(np.float32))

    def given(self, values: NDArray[np.float32]) -> str:
        self.parameters += values.size
        return self.weight(values)

    def shape(self, *sizes: int) -> str:
        return self.weight(np.array(sizes, np.int64))

    def conv(
        self,
        x: str,
        ins: int,
        outs: int,
        side: int,
        stride: int = 1,
        groups: int = 1,
        gain: float = 1.5,
    ) -> str:
        weights = self.drawn(outs, ins // groups, side, side, gain=gain)
        bias = self.given(self._random.normal(0, 0.1, outs).astype(np.float32))
        pads = [side // 2] * 4
        return self.add(
            "Conv",
            x,
            weights,
            bias,
            kernel_shape=[side] * 2,
            strides=[stride] * 2,
            pads=pads,
            group=groups,
        )

    # YOLOX

    def base(self, x: str, ins: int, outs: int, side: int, stride: int = 1, groups: int = 1) -> str:
        found = self.conv(x, ins, outs, side, stride, groups)
        return self.add("Mul", found, self.add("Sigmoid", found))

    def depthwise(self, x: str, ins: int, outs: int, stride: int = 1) -> str:
        return self.base(self.base(x, ins, ins, 3, stride, ins), ins, outs, 1)

    def csp(self, x: str, ins: int, outs: int, depth: int = 1, *, shortcut: bool) -> str:
        hidden = outs // 2
        one, two = self.base(x, ins, hidden, 1), self.base(x, ins, hidden, 1)
        for _ in range(depth):
            inner = self.depthwise(self.base(one, hidden, hidden, 1), hidden, hidden)
            one = self.add("Add", inner, one) if shortcut else inner
        return self.base(self.concat(one, two), 2 * hidden, outs, 1)

    def concat(self, *parts: str) -> str:
        return self.add("Concat", *parts, axis=1)

    def up(self, x: str) -> str:
        scales = self.weight(np.array([1, 1, 2, 2], np.float32))
        return self.add("Resize", x, "", scales, mode="nearest", nearest_mode="floor")

    # CCT

    def dense(self, x: str, ins: int, outs: int) -> str:
        bias = self.given(np.zeros(outs, np.float32))
        return self.add("Add", self.add("MatMul", x, self.drawn(ins, outs)), bias)

    def gelu(self, x: str) -> str:
        root = self.weight(np.array(np.sqrt(2), np.float32))
        half, one = (self.weight(np.array(value, np.float32)) for value in (0.5, 1))
        shifted = self.add("Add", self.add("Erf", self.add("Div", x, root)), one)
        return self.add("Mul", self.add("Mul", x, shifted), half)

    def tanh_norm(self, x: str) -> str:
        alpha, weight, bias = (
            self.given(values)
            for values in (
                np.array(0.5, np.float32),
                np.ones(_DIM, np.float32),
                np.zeros(_DIM, np.float32),
            )
        )
        squeezed = self.add("Tanh", self.add("Mul", x, alpha))
        return self.add("Add", self.add("Mul", squeezed, weight), bias)

    def heads(self, x: str, count: int, order: list[int]) -> str:
        split = self.add("Reshape", x, self.shape(0, -1, count, _DIM))
        return self.add("Transpose", split, perm=order)

    def attention(self, query: str, memory: str, count: int) -> str:
        wide = count * _DIM
        q = self.heads(self.dense(query, _DIM, wide), count, [0, 2, 1, 3])
        k = self.heads(self.dense(memory, _DIM, wide), count, [0, 2, 3, 1])
        v = self.heads(self.dense(memory, _DIM, wide), count, [0, 2, 1, 3])
        scale = self.weight(np.array(_DIM**-0.5, np.float32))
        shares = self.add("Softmax", self.add("MatMul", self.add("Mul", q, scale), k), axis=-1)
        mixed = self.add("Transpose", self.add("MatMul", shares, v), perm=[0, 2, 1, 3])
        return self.dense(self.add("Reshape", mixed, self.shape(0, -1, wide)), wide, _DIM)

    def blur_pool(self, x: str, channels: int) -> str:
        """The greatest of 2×2, then a 3×3 binomial blur of every second pixel."""
        most = self.add("MaxPool", x, kernel_shape=[2, 2], auto_pad="SAME_UPPER")
        row = np.array([1, 2, 1], np.float32)
        kernel = np.tile(np.outer(row, row) / 16, (channels, 1, 1, 1))
        return self.add(
            "Conv",
            most,
            self.given(kernel.astype(np.float32)),
            kernel_shape=[3, 3],
            strides=[2, 2],
            group=channels,
            auto_pad="SAME_UPPER",
        )


def yolox_nano() -> tuple[bytes, int]:
    """The network, and how many parameters it has. Input ``images`` 1×3×416×416, BGR 0–255."""
    net = _Builder()
    images = net.input("images", [1, 3, YOLOX_SIDE, YOLOX_SIDE])
    features = _pyramid(net, _backbone(net, images))
    rows = []
    for place, stride in enumerate((8, 16, 32)):
        width = _STEM * (4 << place)
        rows.append(_head(net, features[place], width, (YOLOX_SIDE // stride) ** 2))
    joined = net.add("Concat", *rows, axis=2)
    net.output(net.add("Transpose", joined, perm=[0, 2, 1], name="output"), [1, 3549, 85])
    return bytes(net), net.parameters


def _backbone(net: _Builder, images: str) -> list[str]:
    corners = [
        net.add(
            "Slice",
            images,
            net.shape(y, x),
            net.shape(2**31, 2**31),
            net.shape(2, 3),
            net.shape(2, 2),
        )
        for x in (0, 1)
        for y in (0, 1)
    ]
    small = net.add("Mul", net.concat(*corners), net.weight(np.array(1 / 255, np.float32)))
    x = net.base(small, 12, _STEM, 3)
    levels = []
    for stage, depth in enumerate((1, _DEPTH, _DEPTH, 1)):
        ins, outs = _STEM << stage, _STEM << stage + 1
        x = net.depthwise(x, ins, outs, 2)
        if stage == 3:
            x = _spatial_pyramid(net, x, outs)
        x = net.csp(x, outs, outs, depth, shortcut=stage < 3)
        levels.append(x)
    return levels[1:]


def _spatial_pyramid(net: _Builder, x: str, width: int) -> str:
    x = net.base(x, width, width // 2, 1)
    pools = [
        net.add("MaxPool", x, kernel_shape=[side] * 2, pads=[side // 2] * 4) for side in (5, 9, 13)
    ]
    return net.base(net.concat(x, *pools), 2 * width, width, 1)


def _pyramid(net: _Builder, levels: list[str]) -> list[str]:
    fine, middle, coarse = levels
    one, two, three = 4 * _STEM, 8 * _STEM, 16 * _STEM
    lateral = net.base(coarse, three, two, 1)
    joined = net.csp(net.concat(net.up(lateral), middle), 2 * two, two, shortcut=False)
    reduced = net.base(joined, two, one, 1)
    small = net.csp(net.concat(net.up(reduced), fine), 2 * one, one, shortcut=False)
    down = net.depthwise(small, one, one, 2)
    medium = net.csp(net.concat(down, reduced), two, two, shortcut=False)
    down = net.depthwise(medium, two, two, 2)
    large = net.csp(net.concat(down, lateral), three, three, shortcut=False)
    return [small, medium, large]


def _head(net: _Builder, x: str, width: int, cells: int) -> str:
    stem = net.base(x, width, _HEAD, 1)
    towers = []
    for _ in range(2):
        tower = stem
        for _ in range(2):
            tower = net.depthwise(tower, _HEAD, _HEAD)
        towers.append(tower)
    kinds = net.add("Sigmoid", net.conv(towers[0], _HEAD, _CLASSES, 1))
    box = net.conv(towers[1], _HEAD, 4, 1)
    there = net.add("Sigmoid", net.conv(towers[1], _HEAD, 1, 1))
    return net.add("Reshape", net.concat(box, there, kinds), net.shape(1, 5 + _CLASSES, cells))


def cct_xs() -> tuple[bytes, int]:
    """The network, and how many parameters it has. Input ``input`` N×64×128×3, 8 bits."""
    net = _Builder()
    width, height = CCT_SIZE
    pixels = net.add("Cast", net.input("input", ["N", height, width, 3], "uint8"), to=1)
    scaled = net.add("Mul", pixels, net.weight(np.array(1 / 255, np.float32)))
    x = net.add("Transpose", scaled, perm=[0, 3, 1, 2])
    x = net.blur_pool(_valid(net, x, 3, 32), 32)
    x = _valid(net, _valid(net, x, 32, 48), 48, 64)
    x = net.blur_pool(x, 64)
    x = _valid(net, _valid(net, x, 64, 80), 80, 96)
    x = net.add("Transpose", x, perm=[0, 2, 3, 1])
    # Patches of 2×2, brought to the width of the tokens.
    x = net.add("Reshape", x, net.shape(0, 5, 2, 13, 2 * 96))
    x = net.add("Reshape", net.add("Transpose", x, perm=[0, 1, 3, 2, 4]), net.shape(0, 65, 4 * 96))
    x = net.gelu(net.dense(x, 4 * 96, _DIM))
    x = net.add("Add", x, net.drawn(65, _DIM))
    for _ in range(4):
        calm = net.tanh_norm(x)
        x = net.add("Add", x, net.attention(calm, calm, 1))
        inner = net.tanh_norm(x)
        for _ in range(2):
            inner = net.gelu(net.dense(inner, _DIM, _DIM))
        x = net.add("Add", x, inner)
    queries = net.drawn(1, CCT_PLACES, _DIM)
    places = net.dense(net.attention(queries, x, 4), _DIM, CCT_LETTERS)
    net.output(net.add("Softmax", places, axis=-1, name="plate"), ["N", CCT_PLACES, CCT_LETTERS])
    return bytes(net), net.parameters


def _valid(net: _Builder, x: str, ins: int, outs: int) -> str:
    weights = net.drawn(outs, ins, 3, 3, gain=1.4)
    bias = net.given(np.zeros(outs, np.float32))
    return net.add("Relu", net.add("Conv", x, weights, bias, kernel_shape=[3, 3]))
