"""Labels of real plates that are wrong: found by a net that learned from rendered plates.

Labels made by machines and in haste slip in a few per cent. Where a net that is sure of every
character contradicts a label outright, the label is left out of training; it stays in every score.
"""

from collections.abc import Sequence

import numpy as np
import torch

from edge_agent.models.reader.net import ReaderNet
from edge_agent.models.reader.real import Crop
from edge_agent.models.reader.render import labels_of
from edge_agent.models.reader.standard import standardised

SURE = 0.8
"""Probability of the least certain character from which a net may contradict."""
DENIED = 0.03
"""Probability of a labelled character below which it is contradicted."""
_AT_ONCE = 64


@torch.no_grad()
def trusted(net: ReaderNet, crops: Sequence[Crop]) -> list[Crop]:
    """The crops whose labels ``net``, in ``eval``, does not contradict."""
    kept: list[Crop] = []
    for start in range(0, len(crops), _AT_ONCE):
        some = crops[start : start + _AT_ONCE]
        pictures = standardised(np.stack([crop.small() for crop in some]))
        shares = net(torch.from_numpy(pictures))[0].softmax(-1)
        labels = torch.from_numpy(np.stack([labels_of(crop.text) for crop in some])).long()
        sure = shares.amax(-1).amin(-1) >= SURE
        denied = shares.gather(-1, labels[..., None])[..., 0].amin(-1) < DENIED
        kept += [crop for crop, bad in zip(some, sure & denied, strict=True) if not bad]
    return kept
