"""A copy of a package that may leave: the same, but other people's faces and plates are masked."""

import json
from collections.abc import Sequence
from typing import Any, Protocol

from edge_agent.device.pictures import Box, Masked
from edge_agent.errors import EvidenceError
from edge_agent.evidence.manifest import About
from edge_agent.evidence.verify import Package


class Masker(Protocol):
    """Masks pictures, see ``vision.mask``."""

    @property
    def method(self) -> str:
        """What it does and with which networks, in words for the manifest."""

    def mask(self, jpeg: bytes, others: Sequence[Box], accused: Sequence[Box]) -> Masked:
        """Mask one frame.

        Args:
            jpeg: The original.
            others: Boxes of vehicles that are known to be others', pixels.
            accused: Boxes of the vehicle that the rule fired on.

        Raises:
            EdgeError: It cannot be decoded, or a network fails.
        """


def masked(package: Package, masker: Masker) -> tuple[About, list[tuple[str, str, bytes]]]:
    """What to seal as the copy.

    Raises:
        EvidenceError: It is a copy itself, or its list of pictures cannot be understood.
        EdgeError: A picture cannot be masked; then there is no copy.
    """
    about = package.manifest.about
    if about.copy_of is not None:
        raise EvidenceError("it is a copy already")
    known = _known(package)
    files: list[tuple[str, str, bytes]] = []
    vehicles = plates = 0
    unknown = []
    for file in package.manifest.files:
        data = package.files[file.name]
        if file.role.startswith("frame"):
            others, accused = _boxes(known.get(file.name, {}))
            done = masker.mask(data, others, accused)
            vehicles += done.vehicles
            plates += done.plates
            if not done.accused:
                unknown.append(file.name)
            data = done.jpeg
        files.append((file.name, file.role, data))
    words = f"{masker.method}; masked {vehicles} vehicles and {plates} plates"
    if unknown:
        words += f"; everybody in {', '.join(unknown)}, where the accused is not known"
    return about.model_copy(
        update={"copy_of": package.digest, "facts": about.facts | {"masked": words}}
    ), files


def _known(package: Package) -> dict[str, dict[str, Any]]:
    raw = package.files.get("pictures.json")
    if raw is None:
        return {}
    try:
        return {one["file"]: one for one in json.loads(raw)}
    except (ValueError, TypeError, KeyError) as error:
        raise EvidenceError("pictures.json is not a list of pictures") from error


def _boxes(picture: dict[str, Any]) -> tuple[list[Box], list[Box]]:
    others: list[Box] = []
    accused: list[Box] = []
    for one in picture.get("vehicles", ()):
        x1, y1, x2, y2 = one["box"]
        (accused if one["accused"] else others).append((x1, y1, x2, y2))
    return others, accused
