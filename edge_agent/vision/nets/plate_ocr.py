"""Plate readers of others: fast-plate-ocr as its exporter writes them.

N×S×A (older ones N×(S·A)): for each of S places the probability of each of A characters, one of
which, the pad, stands for an empty place. The picture goes in as 8-bit N×H×W×C.

Source: https://github.com/ankandrew/fast-plate-ocr (core/process.py, config/*.yaml).
"""

from typing import Any

import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.fit import fitted
from edge_agent.vision.nets.session import Net


class PlateOcr:
    """One such network.

    Args:
        net: As the manifest opened it.
        entry: What the manifest says of it; the adapter is ``fast-plate-ocr``.

    Attributes:
        charset: Characters in the order of the probabilities, without the pad.
    """

    def __init__(self, net: Net, entry: Entry) -> None:
        self._net = net
        self._input = entry.input
        self._fit = entry.input.fit or "stretch"
        self._dtype = net.inputs[0].dtype or np.float32
        self._pad = entry.charset.index(entry.pad)
        self._letters = len(entry.charset)
        self.charset = entry.charset.replace(entry.pad, "")

    def slots(self, crop: MatLike) -> NDArray[np.float32]:
        """Probabilities of one plate.

        Args:
            crop: The plate, H×W luma or H×W×3 BGR.

        Returns:
            Places × (1 + characters): first the probability that the place is empty, then in the
            order of ``charset``.

        Raises:
            ModelError: The network fails.
        """
        seen = fitted(crop, self._input, self._fit, self._dtype)
        places: NDArray[Any] = self._net.run(seen.tensor)[0].reshape(-1, self._letters)
        others = np.delete(places, self._pad, axis=1)
        return np.hstack([places[:, self._pad : self._pad + 1], others]).astype(np.float32)
